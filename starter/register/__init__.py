"""Files that registers and offices keep, read row by row into commands."""
