"""Who may do what: least privilege as a table, verb by verb, held against the rules themselves."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest

from domain.case.situation import Refusal
from domain.case.stages import Stage
from domain.directory.base import DirectoryFacts
from domain.funding.facts import FundFact
from domain.parties import SCHOOL_POSTS, HeldPost, Post
from domain.streams import DIRECTORY, command_model
from tests.domain.case.office import Office, in_stage
from tests.domain.case.test_duties import DECISIONS
from tests.domain.test_directory import ADMIN

# In a case

IN_A_CASE: Final = """
                    head.hill lead.hill head.sea lead.sea partner.sea sip.hill broker adviser finance auditor
match                   .         .        .        .         .          .       x       .       .       .
enrol                   .         .        .        .         .          .       x       x       .       .
end-enrolment           x         .        .        .         .          x       x       x       .       .
record-orientation      .         .        .        .         .          x       x       .       .       .
contribute              x         .        .        .         x          .       .       .       .       .
name-person             .         .        x        .         .          .       .       .       .       .
note-assistance         .         .        .        .         .          x       x       x       .       .
draft-agreement         .         .        .        .         .          .       x       .       .       .
approve-funding         .         .        .        .         .          .       .       .       x       .
return-funding          .         .        .        .         .          .       .       x       x       .
record-visit            .         .        x        x         x          .       .       .       .       .
confirm-visit           x         x        .        .         .          .       .       .       .       .
resolve-dispute         .         .        .        .         .          .       x       x       .       .
extend                  .         .        .        .         .          .       .       x       .       .
claim                   .         .        x        .         .          .       .       .       .       .
return-claim            .         .        .        .         .          .       .       x       x       .
approve-claim           .         .        .        .         .          .       .       .       x       .
record-payment          .         .        .        .         .          .       .       .       x       .
release-funds           .         .        .        .         .          .       .       .       x       .
liquidate               .         .        x        .         .          .       .       .       .       .
accept-liquidation      .         .        .        .         .          .       .       .       x       .
return-liquidation      .         .        .        .         .          .       .       .       x       .
return-funds            .         .        .        .         .          .       .       .       x       .
write-off               .         .        .        .         .          .       .       x       .       .
move-money              .         .        .        .         .          .       .       .       x       .
settle                  .         .        .        .         .          .       .       .       x       .
"""
"""The recipient is Hill, the provider Sea; amounts are those that finance
approves alone; the advance that is given up is the principal adviser's."""


def _disputed() -> Office:
    office = in_stage(Stage.IN_DELIVERY)
    office.done("lead.hill", "dispute-visit")
    return office


WHERE: Final[dict[str, Callable[[], Office]]] = {
    "match": lambda: in_stage(Stage.MATCHING),
    "enrol": lambda: in_stage(Stage.TRIAGE),
    "end-enrolment": lambda: in_stage(Stage.ENROLLED),
    "record-orientation": lambda: in_stage(Stage.TRIAGE, "leader"),
    "contribute": lambda: in_stage(Stage.AGREEMENT_DRAFTING),
    "name-person": lambda: in_stage(Stage.AGREED),
    "note-assistance": lambda: in_stage(Stage.TRIAGE),
    "draft-agreement": lambda: in_stage(Stage.AGREEMENT_DRAFTING),
    "record-visit": lambda: in_stage(Stage.IN_DELIVERY),
    "confirm-visit": lambda: in_stage(Stage.IN_DELIVERY),
    "resolve-dispute": _disputed,
    "claim": lambda: in_stage(Stage.CLOSED),
    "liquidate": lambda: in_stage(Stage.CLOSED, "leader"),
} | {verb: case for verb, (case, _) in DECISIONS.items()}
"""For each verb a case in which it is due."""


def rows(table: str) -> dict[str, dict[str, bool]]:
    """Of each verb, who may: a line a verb, a column for each of those in the first line."""
    heads, *lines = [line.split() for line in table.strip().splitlines()]
    marked = [(line[: -len(heads)], line[-len(heads) :]) for line in lines]
    assert all(set(marks) <= {"x", "."} for _, marks in marked)
    return {
        " ".join(verb): {who: mark == "x" for who, mark in zip(heads, marks, strict=True)}
        for verb, marks in marked
    }


@pytest.mark.parametrize("verb", rows(IN_A_CASE))
def test_in_a_case_nobody_may_but_those_whose_part_it_is(verb: str) -> None:
    office = WHERE[verb]()
    command = office.command(verb)
    for person, may in rows(IN_A_CASE)[verb].items():
        answer = office.ask(person, command)
        if may:
            assert not isinstance(answer, Refusal), f"{verb} by {person}: {answer}"
        else:
            assert isinstance(answer, Refusal), f"{verb} by {person} was accepted"
            assert answer.code == "R-POST", f"{verb} by {person}: {answer}"


def test_every_decision_about_money_stands_in_the_table() -> None:
    assert set(DECISIONS) <= set(rows(IN_A_CASE))


# What is declared

DECLARED: Final = """
                            administrator principal_adviser broker finance sip head lead curriculum_partner auditor
provider record-offer            x               .            .       .     .   .    .           .             .
provider designate               x               x            .       .     .   .    .           .             .
provider end-designation         x               x            .       .     .   .    .           .             .
provider declare-capacity        x               x            x       .     .   .    .           .             .
provider declare-conflict        x               x            x       .     .   .    .           .             .
provider clear-conflict          x               x            x       .     .   .    .           .             .
provider suspend                 x               x            .       .     .   .    .           .             .
provider resume                  x               x            .       .     .   .    .           .             .
provider announce-inspection     x               x            x       .     .   .    .           .             .
provider withdraw-inspection     x               x            x       .     .   .    .           .             .
fund open                        x               .            .       x     .   .    .           .             .
fund allocate                    x               .            .       x     .   .    .           .             .
fund allocate-grants             x               .            .       x     .   .    .           .             .
fund reduce                      x               .            .       x     .   .    .           .             .
fund carry-forward               x               .            .       x     .   .    .           .             .
fund close                       x               .            .       x     .   .    .           .             .
ratecard publish                 x               .            .       x     .   .    .           .             .
network open                     x               .            .       .     .   .    .           .             .
network change                   x               .            .       .     .   .    .           .             .
network close                    x               .            .       .     .   .    .           .             .
overview record                  x               x            .       .     x   .    .           .             .
"""
"""Posts in the programme, or at the school, that the entry is about."""

SCHOOL, OTHER, FUND = "6990001", "6990002", "laeg.2026-27"
EARLIER: Final = FundFact(
    code="laeg", year="2025-26", programme="EAS", title="Grant", currency="GBP", allocated=900_00
)
FACTS: Final = replace(
    ADMIN,
    posts=(),
    person="somebody",
    schools=frozenset({SCHOOL, OTHER}),
    currencies={"EAS": "GBP"},
    years={"EAS": "april"},
    languages={"EAS": frozenset({"cy", "en"})},
    funds={
        FUND: EARLIER.model_copy(update={"year": "2026-27"}),
        EARLIER.name: EARLIER,
    },
)
_NETWORK: Final[dict[str, Any]] = {
    "programme": "EAS", "form": "network", "title": {"cy": "Rhifedd", "en": "Numeracy"}, "areas": ["numeracy"],
    "languages": ["en"], "how": {"cy": "Ebostiwch", "en": "Write to us"},
}  # fmt: skip
_DESIGNATION: Final = {"programme": "EAS", "areas": ["numeracy"], "since": "2026-09-01"}
_FUND: Final = {"programme": "EAS", "title": "Grant", "currency": "GBP"}
VALUES: Final[dict[str, dict[str, Any]]] = {
    "provider record-offer": {"programme": "EAS", "area": "numeracy", "languages": ["en"], "quarter_days": "6"},
    "provider designate": _DESIGNATION,
    "provider end-designation": {"programme": "EAS", "until": "2027-07-20"},
    "provider declare-capacity": {"programme": "EAS", "first": "2027-spring-1", "quarter_days": "6"},
    "provider declare-conflict": {"school": OTHER, "note": "A governor of both."},
    "provider clear-conflict": {"school": OTHER},
    "provider suspend": {"programme": "EAS", "reason_code": "staffing"},
    "provider resume": {"programme": "EAS"},
    "provider announce-inspection": {"since": "2026-09-10", "until": "2026-09-18"},
    "provider withdraw-inspection": {},
    "fund open": _FUND,
    "fund allocate": {"amount_minor": "1.00", "source": "Letter 9"},
    "fund allocate-grants": {"schools": [SCHOOL], "each_minor": "1.00", "source": "Letter 9"},
    "fund reduce": {"amount_minor": "1.00", "source": "Letter 9"},
    "fund carry-forward": {"from_fund": EARLIER.name, "amount_minor": "1.00", "source": "Letter 9"},
    "fund close": {},
    "ratecard publish": {"programme": "EAS", "since": "2026-10-01", "day_rate_minor": "220.00", "currency": "GBP"},
    "network open": _NETWORK,
    "network change": {"places": 20},
    "network close": {},
    "overview record": {
        "version": "2026-1", "read_on": "2026-09-01",
        "priorities": [{"ref": "SSO-1", "area": "numeracy", "text": "Explain a method"}],
    },
}  # fmt: skip
BEFORE: Final[dict[str, str]] = {
    "provider end-designation": "provider designate",
    "provider clear-conflict": "provider declare-conflict",
    "provider resume": "provider suspend",
    "provider withdraw-inspection": "provider announce-inspection",
    "fund allocate": "fund open",
    "fund allocate-grants": "fund open",
    "fund reduce": "fund open",
    "fund carry-forward": "fund open",
    "fund close": "fund open",
    "network change": "network open",
    "network close": "network open",
}
"""What must be on record for it, entered by an administrator."""
KEYS: Final = {"fund": FUND, "ratecard": "eas-2026", "network": "numeracy-leads"}


def answer_to(line: str, facts: DirectoryFacts) -> Any:
    """What the rules of the stream make of the command, where what must be on record for it is."""
    kind, verb = line.split()
    rules, key = DIRECTORY[kind], KEYS.get(kind, SCHOOL)
    state: Any = rules.state()
    if line in BEFORE:
        administrator = replace(facts, posts=(HeldPost(post=Post.ADMINISTRATOR),))
        given = answer_to(BEFORE[line], administrator)
        assert not isinstance(given, Refusal), given
        for event in given:
            state = rules.evolve(state, event)
    model: Any = command_model(kind, verb)
    return rules.decide(state, model.model_validate(VALUES[line]), facts, key)


def holding(post: Post, programme: str | None, school: str) -> DirectoryFacts:
    own = (
        HeldPost(post=post, school=school)
        if post in SCHOOL_POSTS
        else HeldPost(post=post, programme=programme)
    )
    return replace(FACTS, posts=(own,))


@pytest.mark.parametrize("line", rows(DECLARED))
def test_what_is_declared_nobody_enters_but_those_whose_business_it_is(line: str) -> None:
    for post, may in rows(DECLARED)[line].items():
        answer = answer_to(line, holding(Post(post), "EAS", SCHOOL))
        if may:
            assert not isinstance(answer, Refusal), f"{line} by {post}: {answer}"
        else:
            assert isinstance(answer, Refusal), f"{line} by {post} was accepted"
            assert answer.code == "R-POST", f"{line} by {post}: {answer}"


@pytest.mark.parametrize("line", rows(DECLARED))
def test_a_post_in_another_programme_or_at_another_school_enters_nothing_of_this_one(line: str) -> None:
    of_no_programme = {
        "provider declare-conflict", "provider clear-conflict", "overview record",
        "provider announce-inspection", "provider withdraw-inspection",
    }  # fmt: skip
    for post in Post:
        if post is Post.ADMINISTRATOR or (line in of_no_programme and post not in SCHOOL_POSTS):
            continue
        answer = answer_to(line, holding(post, "DEPED", OTHER))
        assert isinstance(answer, Refusal), f"{line} by {post} was accepted"
        assert answer.code == "R-POST", f"{line} by {post}: {answer}"


def test_every_verb_of_what_is_declared_about_money_and_partners_stands_in_the_table() -> None:
    kinds = ("provider", "fund", "ratecard", "network", "overview")
    assert set(rows(DECLARED)) == {f"{kind} {verb}" for kind in kinds for verb in DIRECTORY[kind].commands}
