"""The case: one request for support, from draft to archive. This folder is its table of contents."""
