"""What is said to people, as data in three languages: one place, so that terminal, mail and report say the same."""
