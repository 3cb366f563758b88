"""Money: funds by financial year, rate cards, and the figures that a case's rules ask for."""
