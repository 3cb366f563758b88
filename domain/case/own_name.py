"""Money is decided in one's own name.

Elsewhere somebody may record what another decided, on paper or by phone. Where money is approved, paid, moved,
accepted or settled nobody may: one login could then give both of the words that two people have to give.
"""

from domain.case.situation import Refusal, Situation


def decided_in_ones_own_name(s: Situation) -> Refusal | None:
    """Who signed the command is whose decision it is."""
    person, recorder = s.facts.person, s.facts.recorder
    if person == recorder:
        return None
    return Refusal(
        "R-OWN-NAME",
        f"Recorded by {recorder} in the name of {person}: but money is decided in one's own name, so that nobody "
        "gives two people's word on it.",
        f"Leave out --as: {person} gives it with their own key, --profile {person}.",
    )
