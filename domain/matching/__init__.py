"""Who could help: what is on record of providers, who is left out and why, and in which order the others come."""
