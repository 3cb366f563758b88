"""Funds and rate cards: who declares them, what is refused and with which figure."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.canonical import canonical_bytes, from_canonical
from domain.case.situation import Refusal
from domain.directory.base import DirectoryFacts
from domain.funding.amounts import divided, largest_first, money_words
from domain.funding.facts import FundFact
from domain.funding.funds import FundState
from domain.parties import HeldPost, Post
from domain.streams import DIRECTORY, command_model, read_event

OPEN: dict[str, Any] = {"programme": "EAS", "title": "Improvement grant", "currency": "GBP"}
FINANCE = DirectoryFacts(
    now=datetime(2026, 9, 15, 8, tzinfo=UTC),
    person="finance",
    posts=(HeldPost(post=Post.FINANCE, programme="EAS"),),
    founding=False,
    currencies={"EAS": "GBP", "DEPED": "PHP"},
    years={"EAS": "april", "DEPED": "january"},
)


def fact(year: str = "2026-27", **has: Any) -> FundFact:
    return FundFact(code="laeg", year=year, programme="EAS", title="Grant", currency="GBP", **has)


class Stream:
    """One stream in memory; what cases have of a fund is said by the facts."""

    def __init__(self, kind: str = "fund", key: str = "laeg.2026-27") -> None:
        self.kind, self.key = kind, key
        self.state = DIRECTORY[kind].state()

    def ask(self, verb: str, facts: DirectoryFacts = FINANCE, **values: Any) -> Any:
        model = command_model(self.kind, verb)
        assert model is not None
        answer = DIRECTORY[self.kind].decide(self.state, model.model_validate(values), facts, self.key)  # type: ignore[arg-type]
        if isinstance(answer, Refusal):
            assert answer.message.endswith(".")
            return answer
        for event in answer:
            stored = from_canonical(canonical_bytes(event.payload()))
            assert read_event(self.kind, type(event).__name__, event.schema_version, stored) == event
            self.state = DIRECTORY[self.kind].evolve(self.state, event)
        return [type(event).__name__ for event in answer]

    def refused(self, verb: str, facts: DirectoryFacts = FINANCE, **values: Any) -> Refusal:
        answer = self.ask(verb, facts, **values)
        assert isinstance(answer, Refusal), answer
        return answer


def opened(**more: Any) -> Stream:
    stream = Stream()
    assert stream.ask("open", **OPEN | more)[0] == "FundOpened"
    return stream


def holding(*funds: FundFact) -> DirectoryFacts:
    return replace(FINANCE, funds={fund.name: fund for fund in funds})


def test_a_fund_is_opened_once_with_its_first_money_and_the_same_line_again_changes_nothing() -> None:
    stream = Stream()
    assert stream.ask("open", **OPEN, amount_minor="50000.00", source="Award 7") == [
        "FundOpened",
        "FundAllocated",
    ]
    assert stream.ask("open", **OPEN, amount_minor="50000.00", source="Award 7") == []
    state: FundState = stream.state
    assert state.allocated == 50_000_00
    assert stream.refused("open", **OPEN | {"title": "Another"}).code == "R-FUND"


def test_money_is_put_in_with_the_paper_that_gives_it() -> None:
    model = command_model("fund", "open")
    assert model is not None
    with pytest.raises(ValidationError):
        model.model_validate(OPEN | {"amount_minor": "50000.00"})


def test_a_fund_counts_in_its_programmes_currency_and_says_which_was_wrong() -> None:
    assert Stream().refused("open", **OPEN | {"currency": "PHP"}).message == "EAS counts in GBP, not in PHP."
    refusal = opened().refused("allocate", amount_minor="1.00", currency="PHP", source="x")
    assert (refusal.code, refusal.message) == ("R-CURRENCY", "Fund laeg.2026-27 is kept in GBP, not in PHP.")


def test_its_year_is_named_as_the_programmes_are() -> None:
    assert "2026-27" in Stream(key="laeg.2026").refused("open", **OPEN).message
    assert Stream(key="laeg.2026-28").refused("open", **OPEN).code == "R-FUND"


def test_finance_of_another_programme_keeps_no_fund_of_this_one() -> None:
    other = replace(FINANCE, posts=(HeldPost(post=Post.FINANCE, programme="DEPED"),))
    assert Stream().refused("open", other, **OPEN).code == "R-POST"
    admin = replace(FINANCE, posts=(HeldPost(post=Post.ADMINISTRATOR),))
    assert Stream().ask("open", admin, **OPEN) == ["FundOpened"]


def test_what_is_promised_cannot_be_taken_out_and_the_figure_is_said() -> None:
    stream = opened()
    held = holding(
        fact(allocated=50_000_00, reserved=18_800_00, committed=20_000_00, paid=10_000_00,
             holders=(("EAS-0000000-0", 20_000_00),))
    )  # fmt: skip
    refusal = stream.refused("reduce", held, amount_minor="1800.00", source="cut")
    assert refusal.message == (
        "Fund laeg.2026-27 has GBP 1,200.00 left of GBP 50,000.00; GBP 1,800.00 are asked for."
    )
    assert "EAS-0000000-0 (GBP 20,000.00)" in refusal.hint
    assert stream.ask("reduce", held, amount_minor="1200.00", source="cut") == ["FundReduced"]


def test_what_is_left_goes_to_the_next_year_by_a_command_and_no_more_than_is_left() -> None:
    stream = opened()
    earlier = fact("2025-26", allocated=900_00)
    held = holding(fact(), earlier)
    assert (
        "GBP 900.00 left"
        in stream.refused("carry-forward", held, from_fund="laeg.2025-26", amount_minor="900.01").message
    )
    assert stream.ask("carry-forward", held, from_fund="laeg.2025-26", amount_minor="500.00") == [
        "FundCarriedForward"
    ]
    assert stream.ask("carry-forward", held, from_fund="laeg.2025-26", amount_minor="400.00") == [
        "FundCarriedForward"
    ]
    assert [(part.from_fund, part.amount) for part in stream.state.carried] == [("laeg.2025-26", 900_00)]
    later = holding(fact(), fact("2027-28", allocated=900_00))
    assert (
        stream.refused("carry-forward", later, from_fund="laeg.2027-28", amount_minor="1.00").code == "R-FUND"
    )
    assert (
        stream.refused("carry-forward", holding(fact()), from_fund="other.2025-26", amount_minor="1.00").code
        == "R-FUND"
    )


def test_a_fund_is_not_closed_under_agreements_that_are_not_signed_and_changes_no_more_once_it_is() -> None:
    stream = opened()
    reserved = fact(allocated=100_00, reserved=60_00, holders=(("EAS-0000000-0", 60_00),))
    assert "GBP 60.00 of laeg.2026-27 are reserved" in stream.refused("close", holding(reserved)).message
    assert stream.ask("close", holding(fact(allocated=100_00, committed=60_00))) == ["FundClosed"]
    assert (
        stream.refused("allocate", amount_minor="1.00", source="x").message == "Fund laeg.2026-27 is closed."
    )


def test_a_rate_is_published_by_the_day_and_the_same_one_again_changes_nothing() -> None:
    card = Stream("ratecard", "eas-2026")
    rate: dict[str, Any] = {
        "programme": "EAS",
        "since": "2026-04-01",
        "day_rate_minor": "220.00",
        "currency": "GBP",
    }
    assert card.ask("publish", **rate) == ["RatePublished"]
    assert card.ask("publish", **rate) == []
    assert card.ask("publish", **rate | {"since": "2027-04-01", "day_rate_minor": "230.00"}) == [
        "RatePublished"
    ]
    assert card.refused("publish", **rate | {"until": "2026-03-31"}).code == "R-DATES"
    assert card.refused("publish", **rate | {"currency": "PHP"}).code == "R-CURRENCY"
    deped = replace(FINANCE, posts=(HeldPost(post=Post.ADMINISTRATOR),))
    assert (
        card.refused("publish", deped, **rate | {"programme": "DEPED", "currency": "PHP"}).code
        == "R-RATE-CARD"
    )


@given(amount=st.integers(0, 10**12), weights=st.lists(st.integers(0, 800), min_size=1, max_size=6))
def test_an_amount_is_divided_to_the_penny(amount: int, weights: list[int]) -> None:
    if not sum(weights):
        with pytest.raises(ValueError, match="nothing"):
            divided(amount, weights)
        return
    parts = divided(amount, weights)
    assert sum(parts) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - amount * weight) < sum(weights)


def test_amounts_are_said_with_their_currency() -> None:
    assert money_words(1_234_567_89, "PHP") == "PHP 1,234,567.89"
    assert money_words(-5, "GBP") == "GBP -0.05"
    held = tuple((f"EAS-{n}", 100_00) for n in range(5))
    assert largest_first(held, "GBP").endswith("EAS-2 (GBP 100.00) and 2 more")
