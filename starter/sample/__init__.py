"""Data to try things with. Every school, person and request in it is invented."""
