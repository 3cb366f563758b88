"""An offer: a school is asked, its days are held, and the ranking that it rests on is on record."""

from domain.case import commands as c
from domain.case import events as e
from domain.case.candidates import ranked_now
from domain.case.capacity_rules import held_by_offer
from domain.case.commands import expect
from domain.case.situation import Situation
from domain.case.state import ranking_of


def offer(s: Situation) -> tuple[e.CaseEvent, ...]:
    """The offer; before it the ranking, where none is on record since the case last changed.

    It is made anew, too, where the school could not be asked then and can be now.
    """
    command = expect(s.command, c.Offer)
    scored: tuple[e.CaseEvent, ...] = ()
    ranking = s.state.ranking
    if s.programme.matching is not None and (ranking is None or ranking.place(command.provider) is None):
        event = ranked_now(s)
        scored, ranking = (event,), ranking_of(event)
    place = ranking.place(command.provider) if ranking else None
    offered = e.PartnerOffered(
        provider=command.provider,
        offer=len(s.state.offers) + 1,
        reason=command.reason,
        periods=held_by_offer(s),
        rank=place,
        milli_points=ranking.schools[place - 1].milli_points if ranking and place else None,
        pool=ranking.pool if ranking else None,
        overrides=ranking is not None and place != 1,
        offered_by=s.facts.person,
    )
    return (*scored, offered)
