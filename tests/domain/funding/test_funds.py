"""Funds and rate cards: who declares them, what is refused and with which figure."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
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
from domain.funding.funds import FundCarriedForward, FundState, evolve
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


@pytest.mark.parametrize(
    "changed", [{"amount_minor": "60000.00"}, {"source": "Award 8"}, {"amount_minor": "1.00", "source": "x"}]
)
def test_money_given_with_a_fund_that_is_open_already_is_refused_where_it_is_not_on_record(
    changed: dict[str, str],
) -> None:
    given = {"amount_minor": "50000.00", "source": "Award 7"}
    stream = opened(**given)
    refusal = stream.refused("open", **OPEN | given | changed)
    assert refusal.code == "R-FUND"
    assert refusal.message.startswith("Fund laeg.2026-27 is open already, and GBP ")
    assert refusal.hint == "More is put in by itself: brokerage fund allocate laeg.2026-27"
    assert opened().refused("open", **OPEN | given).message == (
        "Fund laeg.2026-27 is open already, and GBP 50,000.00 on 'Award 7' are not on record of it."
    )


def test_a_fund_that_is_open_already_and_is_given_no_money_stays_as_it_is() -> None:
    assert opened(amount_minor="50000.00", source="Award 7").ask("open", **OPEN) == []


def test_a_fund_that_is_opened_with_other_values_is_refused_with_those_it_has() -> None:
    stream = Stream()
    stream.ask("open", **OPEN)
    assert stream.refused("open", **(OPEN | {"title": "Rural"})).message == (
        "Fund laeg.2026-27 was opened already, with the title 'Improvement grant'."
    )
    stream.ask("close", replace(FINANCE, funds={"laeg.2026-27": fact()}))
    assert stream.refused("open", **OPEN).message == (
        "Fund laeg.2026-27 was opened already, and is closed since."
    )


def test_a_paper_puts_money_in_once_however_it_is_spelt_and_the_refusal_says_how_much_it_was() -> None:
    stream = opened(amount_minor="50000.00", source="Award 7")
    for source in ("Award 7", "award  7"):
        refusal = stream.refused("allocate", amount_minor="50000.00", source=source)
        assert (refusal.code, refusal.message) == (
            "R-PAPER",
            "'Award 7' put GBP 50,000.00 into laeg.2026-27 already; a paper counts once in a fund.",
        )
    assert "--source 'Award 7/2'" in stream.refused("allocate", amount_minor="1.00", source="Award 7").hint
    assert stream.ask("allocate", amount_minor="50000.00", source="Award 7/2") == ["FundAllocated"]
    assert stream.state.allocated == 100_000_00


def test_a_paper_takes_money_out_once_be_it_one_that_put_some_in() -> None:
    stream = opened(amount_minor="500.00", source="Award 7")
    held = holding(fact(allocated=500_00))
    assert stream.ask("reduce", held, amount_minor="100.00", source="Award 7") == ["FundReduced"]
    assert stream.refused("reduce", held, amount_minor="100.00", source="Award 7").message == (
        "'Award 7' took GBP 100.00 out of laeg.2026-27 already; a paper counts once in a fund."
    )
    assert stream.state.allocated == 400_00


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


@pytest.mark.parametrize("on", ["2026-03-31", "2027-10-01", "2036-03-13"])
def test_the_last_day_for_claims_lies_in_the_funds_year_or_shortly_after_it(on: str) -> None:
    refusal = Stream().refused("open", **OPEN, claims_until=on)
    assert refusal.message == (
        f"{on} is no last day for claims on laeg.2026-27: it lies between 2026-04-01 and 2027-09-30."
    )
    assert Stream().ask("open", **OPEN, claims_until="2027-04-30") == ["FundOpened"]
    ours = {"programme": "DEPED", "title": "Grant", "currency": "PHP"}
    facts = replace(FINANCE, posts=(HeldPost(post=Post.FINANCE, programme="DEPED"),))
    grant = Stream(key="s2s.2026")
    assert grant.refused("open", facts, **ours, claims_until="2025-12-31").code == "R-DATES"
    assert grant.ask("open", facts, **ours, claims_until="2027-01-29") == ["FundOpened"]


def test_the_last_day_for_claims_is_corrected_by_giving_it_again_and_nothing_else_is() -> None:
    stream = Stream()
    stream.ask("open", **OPEN, claims_until="2027-03-12")
    assert stream.ask("open", **OPEN, claims_until="2027-03-19") == ["FundOpened"]
    assert stream.state.declared is not None
    assert stream.state.declared.claims_until == date(2027, 3, 19)
    assert stream.ask("open", **OPEN, claims_until="2027-03-19") == []
    assert stream.refused("open", **OPEN, claims_until="2029-03-12").code == "R-DATES"
    assert stream.refused("open", **OPEN).code == "R-FUND", "that it is left out takes nothing away"
    renamed = OPEN | {"title": "Another"}
    assert stream.refused("open", **renamed, claims_until="2027-03-26").code == "R-FUND"
    assert stream.state.declared.claims_until == date(2027, 3, 19)


@pytest.mark.parametrize(
    ("before", "after"), [(("Dyffryn",), ()), ((), ("Dyffryn",)), (("Dyffryn",), ("Cwm Enfys",))]
)
def test_what_is_left_is_carried_on_to_the_authorities_it_was_for_and_to_no_others(
    before: tuple[str, ...], after: tuple[str, ...]
) -> None:
    facts = replace(FINANCE, authorities=frozenset({"Dyffryn", "Cwm Enfys"}))
    stream = Stream()
    stream.ask("open", facts, **OPEN, authorities=after)
    left = fact("2025-26", allocated=900_00, authorities=before)
    held = replace(holding(fact(authorities=after), left), authorities=facts.authorities)
    refusal = stream.refused(
        "carry-forward", held, from_fund="laeg.2025-26", amount_minor="500.00", source="Letter 3"
    )
    assert refusal.code == "R-AUTHORITY"
    same = left.model_copy(update={"authorities": after})
    held = replace(held, funds={**held.funds, same.name: same})
    assert stream.ask(
        "carry-forward", held, from_fund="laeg.2025-26", amount_minor="500.00", source="Letter 3"
    ) == ["FundCarriedForward"]


def test_a_paper_carries_what_one_fund_has_left_once_however_it_is_written() -> None:
    stream = opened()
    held = holding(fact(), fact("2025-26", allocated=900_00), fact("2024-25", allocated=900_00))
    words = {"from_fund": "laeg.2025-26", "amount_minor": "300.00"}
    stream.ask("carry-forward", held, **words, source="Letter 3")
    refusal = stream.refused("carry-forward", held, **words, source="letter  3")
    assert refusal.code == "R-PAPER"
    assert refusal.message.startswith("'Letter 3' put GBP 300.00 into laeg.2026-27 already")
    stream.ask("carry-forward", held, **words | {"from_fund": "laeg.2024-25"}, source="Letter 3")
    stream.ask("allocate", held, amount_minor="5.00", source="Letter 3")
    assert {(part.from_fund, part.amount) for part in stream.state.carried} == {
        ("laeg.2025-26", 300_00), ("laeg.2024-25", 300_00),
    }  # fmt: skip


def test_what_was_carried_before_a_paper_was_asked_for_stands_and_bars_none() -> None:
    """An event of version 1 names no paper."""
    old = {"from_fund": "laeg.2025-26", "amount_minor": 200_00, "currency": "GBP"}
    event = read_event("fund", "FundCarriedForward", 1, old)
    assert isinstance(event, FundCarriedForward)
    state = evolve(opened().state, event)
    assert [(part.amount, part.entries) for part in state.carried] == [(200_00, ())]


def test_a_closed_fund_gives_back_what_it_has_left_and_no_more() -> None:
    """Whoever gave the money may want it back; an authority that was renamed can have no later fund to carry it to."""
    stream = opened()
    stream.ask("close", holding(fact()))
    left = holding(fact(allocated=900_00, open=False))
    assert stream.ask("reduce", left, amount_minor="900.00", source="Letter 5") == ["FundReduced"]
    assert stream.refused("reduce", left, amount_minor="900.01", source="Letter 6").code == "R-FUND"


def test_what_is_left_goes_to_the_next_year_by_a_command_and_no_more_than_is_left() -> None:
    stream = opened()
    earlier = fact("2025-26", allocated=900_00)
    held = holding(fact(), earlier)
    assert (
        "GBP 900.00 left"
        in stream.refused(
            "carry-forward", held, from_fund="laeg.2025-26", amount_minor="900.01", source="Letter 3"
        ).message
    )
    assert stream.ask(
        "carry-forward", held, from_fund="laeg.2025-26", amount_minor="500.00", source="Letter 3"
    ) == ["FundCarriedForward"]
    assert stream.ask(
        "carry-forward", held, from_fund="laeg.2025-26", amount_minor="400.00", source="Letter 4"
    ) == ["FundCarriedForward"]
    assert [(part.from_fund, part.amount) for part in stream.state.carried] == [("laeg.2025-26", 900_00)]
    later = holding(fact(), fact("2027-28", allocated=900_00))
    assert (
        stream.refused(
            "carry-forward", later, from_fund="laeg.2027-28", amount_minor="1.00", source="Letter 3"
        ).code
        == "R-FUND"
    )
    assert (
        stream.refused(
            "carry-forward",
            holding(fact()),
            from_fund="other.2025-26",
            amount_minor="1.00",
            source="Letter 3",
        ).code
        == "R-FUND"
    )


def test_a_fund_is_not_closed_under_agreements_that_are_not_signed_and_changes_no_more_once_it_is() -> None:
    stream = opened()
    reserved = fact(
        allocated=1000_00, reserved=60_00, paid=900_00, holders=(("EAS-0000000-1", 900_00),), other_holders=1,
        reserving=(("EAS-0000000-0", 60_00),),
    )  # fmt: skip
    refusal = stream.refused("close", holding(reserved))
    assert "GBP 60.00 of laeg.2026-27 are reserved" in refusal.message
    assert refusal.hint == "Cases that have most of that: EAS-0000000-0 (GBP 60.00)."
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


RATE: dict[str, Any] = {
    "programme": "EAS",
    "since": "2026-04-01",
    "day_rate_minor": "220.00",
    "currency": "GBP",
}
TODAY = "2026-09-15"


def priced(**more: Any) -> Stream:
    """A card whose day has cost 220 pounds since April."""
    card = Stream("ratecard", "eas-2026")
    assert card.ask("publish", **RATE | more) == ["RatePublished"]
    return card


def test_what_a_day_cost_that_has_passed_is_not_changed_any_more() -> None:
    refusal = priced().refused("publish", **RATE | {"since": "2026-09-14", "day_rate_minor": "230.00"})
    assert (refusal.code, refusal.message) == (
        "R-RATE-CARD",
        "On 2026-09-14 a day cost GBP 220.00 by eas-2026; what is past keeps its price.",
    )
    assert refusal.hint == f"Another rate holds from today on at the earliest: --since {TODAY}"
    assert priced().refused("publish", **RATE | {"day_rate_minor": "200.00"}).code == "R-RATE-CARD"
    assert priced().ask("publish", **RATE | {"since": TODAY, "day_rate_minor": "230.00"}) == ["RatePublished"]


def test_a_rate_is_ended_from_today_on_and_not_for_days_that_have_passed() -> None:
    assert priced().refused("publish", **RATE | {"until": "2026-09-13"}).message.startswith("On 2026-09-14")
    assert priced().ask("publish", **RATE | {"until": "2026-09-14"}) == ["RatePublished"]


def test_a_day_that_had_no_rate_may_be_given_one_since_nothing_was_priced_by_none() -> None:
    card = priced(until="2026-06-30")
    gap = {"since": "2026-07-01", "until": "2026-08-31", "day_rate_minor": "230.00"}
    assert card.ask("publish", **RATE | gap) == ["RatePublished"]
    overlapping = {"since": "2026-08-31", "until": None, "day_rate_minor": "240.00"}
    assert card.refused("publish", **RATE | overlapping).message.startswith(
        "On 2026-08-31 a day cost GBP 230.00"
    )


def test_the_day_that_is_today_is_the_programmes_own() -> None:
    """At eight in the evening in London it is the next morning in Manila."""
    evening = datetime(2026, 9, 15, 19, tzinfo=UTC)
    manila = replace(FINANCE, now=evening, zones={"EAS": "Asia/Manila"})
    changed = RATE | {"since": TODAY, "day_rate_minor": "230.00"}
    assert priced().refused("publish", manila, **changed).code == "R-RATE-CARD"
    london = replace(manila, zones={"EAS": "Europe/London"})
    assert priced().ask("publish", london, **changed) == ["RatePublished"]


SPANS = st.tuples(st.integers(-40, 40), st.none() | st.integers(0, 40), st.integers(1, 3))


@given(st.lists(SPANS, max_size=6))
def test_whatever_is_published_no_past_day_changes_its_price(
    spans: list[tuple[int, int | None, int]],
) -> None:
    card = Stream("ratecard", "eas-2026")
    today = FINANCE.now.date()
    past = [today - timedelta(days=ago) for ago in range(1, 60)]

    def prices() -> list[int | None]:
        held = [[rate for rate in card.state.rates if holds(rate, day)] for day in past]
        return [max(rates, key=lambda r: r.since).day_rate_minor if rates else None for rates in held]

    for first, length, pounds in spans:
        before = prices()
        since = today + timedelta(days=first)
        until = None if length is None else since + timedelta(days=length)
        body = RATE | {"since": since.isoformat(), "until": until and until.isoformat()}
        answer = card.ask("publish", **body | {"day_rate_minor": pounds * 100_00})
        changed = [(was, now) for was, now in zip(before, prices(), strict=True) if was not in {None, now}]
        assert changed == []
        assert first < 0 or not isinstance(answer, Refusal)


def holds(rate: Any, day: date) -> bool:
    return bool(rate.since <= day and (rate.until is None or day <= rate.until))


def test_a_fund_is_for_authorities_of_the_register_and_for_no_empty_name() -> None:
    known = replace(FINANCE, authorities=frozenset({"Cwm Enfys"}))
    refusal = Stream().refused("open", known, **OPEN, authorities=["Cwm Enfys", "Cwm Enfis"])
    assert (refusal.code, refusal.message) == (
        "R-AUTHORITY",
        "No school of the register is of the authority 'Cwm Enfis'; a fund for it could pay nobody.",
    )
    assert Stream().ask("open", known, **OPEN, authorities=["Cwm Enfys"]) == ["FundOpened"]
    model = command_model("fund", "open")
    assert model is not None
    with pytest.raises(ValidationError, match="must not be empty"):
        model.model_validate(OPEN | {"authorities": [""]})


@pytest.mark.parametrize("field", ["title", "source"])
@pytest.mark.parametrize("text", ["", " ", "\x1b[31mAward", "x" * 201])
def test_the_public_texts_of_a_fund_show_something_and_steer_no_terminal(field: str, text: str) -> None:
    model = command_model("fund", "open")
    assert model is not None
    with pytest.raises(ValidationError):
        model.model_validate(OPEN | {"amount_minor": "1.00", "source": "Award 7"} | {field: text})


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
    held = tuple((f"EAS-{n}", 100_00) for n in range(2))
    assert largest_first(held, 3, "GBP") == "EAS-0 (GBP 100.00), EAS-1 (GBP 100.00) and 3 more"
    assert largest_first(held[:1], 0, "GBP") == "EAS-0 (GBP 100.00)"
