"""Papers of a fund: each puts money in once, and takes money out once, so that a line typed twice counts once."""

from collections.abc import Iterable

from domain.case.situation import Refusal
from domain.case.values import Value
from domain.funding.amounts import money_words


class FundEntry(Value):
    """An amount that was put into a fund, and the paper that gave it; below nothing, what was taken out."""

    amount: int
    source: str

    def rests_on(self, source: str) -> bool:
        """Whether that is its paper, upper and lower case and spaces aside."""
        return _plain(self.source) == _plain(source)


def paper_is_new(had: Iterable[FundEntry], new: FundEntry, currency: str, key: str) -> Refusal | None:
    """The refusal of a paper that has moved money of this fund in this direction before."""
    same_way = (entry for entry in had if (entry.amount > 0) == (new.amount > 0))
    before = next((entry for entry in same_way if entry.rests_on(new.source)), None)
    if before is None:
        return None
    amount = money_words(abs(before.amount), currency)
    moved = f"put {amount} into {key}" if before.amount > 0 else f"took {amount} out of {key}"
    return Refusal(
        "R-PAPER",
        f"'{before.source}' {moved} already; a paper counts once in a fund.",
        f"Where it is another paper, or another part of one, tell them apart: --source '{new.source[:198]}/2'.",
    )


def _plain(source: str) -> str:
    return " ".join(source.split()).casefold()
