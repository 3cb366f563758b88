"""The event log: the one place where what happened is kept, in order, for good.

Written only through `append.EventLog`, read through `read.LogReader`, proven by `verify.verify_log`.
The database refuses change, the hashes make change show, and nothing here knows of Temporal.
"""
