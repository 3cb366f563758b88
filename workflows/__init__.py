"""What must survive months. Thin: the workflow keeps time and order, the log keeps the truth."""
