"""The last payment: what is left when delivery ends waits for the final reviews, where the programme says so."""

from domain.case import commands as c
from domain.case.commands import expect
from domain.case.money_owed import payments_are_held
from domain.case.situation import Refusal, Situation
from domain.parties import Party


def payment_is_not_held(s: Situation) -> Refusal | None:
    """The last payment waits for the final reviews of both sides, where the programme says so.

    What the bank paid before delivery ended is recorded all the same: nobody knew then that it would be the last.
    """
    ended = s.state.delivery_ended_on
    if not payments_are_held(s.state) or (ended and expect(s.command, c.RecordPayment).paid_on < ended):
        return None
    given = {review.party for review in s.state.reviews}
    missing = [s.word(p) for p in (Party.RECIPIENT_HEAD, Party.PROVIDER_HEAD) if p not in given]
    return Refusal(
        "R-REVIEWS",
        f"What is left is paid when both sides have reviewed; awaited: {', '.join(missing)}.",
        f"Where that is overdue, the {s.word(Party.PRINCIPAL_ADVISER)} may close the case with --unevaluated.",
    )
