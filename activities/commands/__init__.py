"""What a command does to its stream: one module for cases, one for directories, one for what they share."""
