"""Pages that are published: whole documents, the same bytes for the same log."""
