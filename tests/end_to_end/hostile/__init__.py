"""Lines that are wrong, by what is wrong with them, and what must be answered.

A row says what is typed, the exit code, the stable code and a phrase of the answer. `REF` stands for a case
of EAS that waits for triage, `DEPED-REF` for one of DepEd that waits for its agreement, `SECOND` for a draft of a leader school that helps
another already.
"""
