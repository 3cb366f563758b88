"""The other streams: people and their posts, schools, what providers offer, programmes."""
