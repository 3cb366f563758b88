"""Mail: the messages that follow from events, and their way to a server. Sent once, known by their Message-ID."""
