"""Read models for people: one shape shared by table, JSON and page."""
