"""Papers: a payment, a receipt, a document stands for money of a provider once. What was returned frees its papers."""

from collections.abc import Iterable

from domain.case import commands as c
from domain.case.money_owed import live_money
from domain.case.money_shape import Money, Paper
from domain.case.situation import Refusal, Situation
from domain.funding.facts import PaperElsewhere


def paper_is_new(s: Situation) -> Refusal | None:
    """No number is given twice, be it now or in an earlier entry that stands; upper and lower case are alike."""
    money = live_money(s.state)
    given = _numbers(s)
    for place, number in enumerate(given):
        before = _standing(money, number) if money is not None else None
        if before is not None:
            return _twice(f"Paper {number} stands for {_words(before)} already", number)
        if number.casefold() in (one.casefold() for one in given[:place]):
            return _twice(f"Paper {number} is named twice", number)
        elsewhere = next((one for one in s.facts.money.papers if one.number == number.casefold()), None)
        if elsewhere is not None:
            once = f"for one {s.noun('provider')}"
            return _twice(f"Paper {number} stands for money of {elsewhere.reference} already", number, once)
    return None


def unused_paper(money: Money | None, prefix: str, elsewhere: Iterable[PaperElsewhere] = ()) -> str:
    """A number such as 'OR-3' that stands for nothing of the provider's yet: what hints are filled with."""
    taken = {paper.number for paper in elsewhere}
    taken |= {paper.number.casefold() for paper in money.papers} if money is not None else set()
    number = 1
    while f"{prefix}-{number}".casefold() in taken:
        number += 1
    return f"{prefix}-{number}"


def _numbers(s: Situation) -> tuple[str, ...]:
    match s.command:
        case c.RecordPayment(payment=number) | c.ReleaseFunds(payment=number) | c.ReturnFunds(receipt=number):
            return (number,)
        case c.Liquidate(spent=spent):
            return tuple(entry.document for entry in spent)
    raise TypeError(f"names no paper: {type(s.command).__name__}")


def _standing(money: Money, number: str) -> Paper | None:
    return next((paper for paper in money.papers if paper.number.casefold() == number.casefold()), None)


def _words(paper: Paper) -> str:
    return {
        "payment": f"the payment of claim {paper.of}",
        "advance": "an advance",
        "account": f"what {paper.of} accounts for",
        "return": "money that came back",
    }[paper.use]


def _twice(what: str, number: str, once: str = "in a case") -> Refusal:
    return Refusal(
        "R-PAPER",
        f"{what}; a paper counts once {once}.",
        f"Where it is another paper, or another part of one, tell them apart: {number[:38]}/2.",
    )
