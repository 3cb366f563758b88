"""The rules of the brokerage: pure functions and data, no I/O, no clock, no Temporal, no SQL."""
