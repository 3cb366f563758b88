"""The office of the domain's tests, with a real log under it: what its people say is sealed, signed and stored.

It speaks as `tests.domain.case.office.Office` does, and every answer comes from the real handler, so that
what is recorded is what a worker would have written.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from activities.founding import found
from activities.settings import Settings
from activities.signing import public_key_text
from domain.canonical import plain
from domain.case.commands import CaseCommand, PassDeadline, RecordDelivery, Recount
from domain.case.events import read_case_event
from domain.case.situation import Decision, Refusal
from domain.envelope import OnBehalfOf
from domain.ids import case_stream, stream_key
from domain.messages import HandleCommand, HandledCommand, LoadCase, Message, Receipt
from domain.messages import PassDeadline as PassDeadlineMessage
from domain.personal import Personal
from starter.home import create_home
from tests.activities import builders
from tests.activities.builders import ADMIN, seed_of
from tests.domain.case.office import NAMES, PHASES, PLENTY_OF_DAYS, SEA, STAFF, Office, deped

FOUNDED: Final = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
"""Before the first day of any story."""


class RecordedOffice(Office):
    """One case on a real log. `messages` holds what went to the worker and what came back."""

    def __init__(self, home: Path) -> None:
        super().__init__(seal=Personal)
        self.real = builders.Office(home, self.now)
        self.messages: list[Message] = []
        self._systems = 0

    def give(self, person: str, command: CaseCommand, recorded_by: str | None = None) -> Decision | Refusal:
        """What the worker makes of it; the case is then as its log has it."""
        self.real.now = self.now
        self.real.stream = case_stream(self.reference)
        before = len(self.log)
        handled = self._handle(person, command, recorded_by)
        self.messages += [handled, handled.answer, handled.status]
        self.log = [
            (read_case_event(r.envelope.type, r.envelope.schema_version, r.payload), r.envelope.occurred_at)
            for r in self.real.events()
        ]
        if isinstance(handled.answer, Receipt):
            self.state = self.real.state()
            return Decision(events=tuple(event for event, _ in self.log[before:]), acting=None)
        return Refusal(handled.answer.code, handled.answer.message, handled.answer.hint)

    def _handle(self, person: str, command: CaseCommand, recorded_by: str | None) -> HandledCommand:
        if isinstance(command, PassDeadline):
            passing = PassDeadlineMessage(
                reference=stream_key(self.real.stream),
                wait=command.wait,
                due_at=command.due_at,
                now=self.now,
                workflow=self.real.stream,
                run="run-1",
            )
            self.messages += [passing, LoadCase(reference=passing.reference)]
            return self.real.handler.pass_deadline(passing)
        if isinstance(command, RecordDelivery | Recount):
            self._systems += 1
            sent = self.real.handler.system_command(
                self.real.stream, command.verb, plain(command.model_dump()), f"mail:{self._systems}"
            )
            asked = HandleCommand(command=sent, now=self.now, workflow=sent.stream, run="run-1")
            return self.real.handler.handle(asked)
        body: dict[str, Any] = plain(command.model_dump())
        for_whom = OnBehalfOf(person=person, method="letter", evidence="letter-7") if recorded_by else None
        sent = self.real.sign(
            recorded_by or person,
            command.verb,
            body,
            on_behalf_of=for_whom,
            expected_version=self.state.version if recorded_by else None,
            occurred_at=self.now if recorded_by else None,
        )
        asked = HandleCommand(command=sent, now=self.now, workflow=sent.stream, run="run-1")
        self.messages += [sent, asked]
        return self.real.handler.handle(asked)


def registered_home(home: Path) -> Path:
    """A founded home with the schools and people of the domain's tests, each said in more than one way."""
    create_home(Settings(home=home), ADMIN, "real")
    office = builders.Office(home, FOUNDED)
    found(office.handler, office.settings, FOUNDED)
    for stream, verb, body in _entries():
        office.done(ADMIN, verb, body, stream=stream)
    office.close()
    return home


def copied(home: Path, to: Path) -> RecordedOffice:
    """An office of one's own over a copy of a home."""
    shutil.copytree(home, to)
    return RecordedOffice(to)


def _money() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The funds that the stories are paid from; one is treated in every way that a fund can be."""
    source = "Award letter"
    for year in ("2024-25", "2025-26", "2026-27", "2027-28"):
        body = {"programme": "EAS", "title": "Improvement grant", "currency": "GBP"}
        yield f"fund/laeg.{year}", "open", body | {"amount_minor": 500_000_00, "source": source}
    for year in ("2026", "2027"):
        body = {"programme": "DEPED", "title": "School-to-School grant", "currency": "PHP"}
        yield f"fund/s2s.{year}", "open", body | {"amount_minor": 5_000_000_00, "source": source}
    grants = {"schools": [SEA], "each_minor": 140_000_00, "currency": "PHP", "source": source}
    yield "fund/s2s.2027", "allocate-grants", grants
    elsewhere = {"name": "Valley Primary", "authority": "Dyffryn", "phase": "primary"}
    yield "school/6990010", "register", elsewhere
    named = {"programme": "EAS", "title": "Last year", "currency": "GBP", "authorities": ["Dyffryn"]}
    yield "fund/spare.2025-26", "open", named | {"claims_until": "2026-03-13"}
    yield "fund/spare.2025-26", "allocate", {"amount_minor": 1_000_00, "currency": "GBP", "source": source}
    yield "fund/spare.2025-26", "reduce", {"amount_minor": 1_00, "source": "A cut"}
    yield "fund/spare.2026-27", "open", named
    carried = {"from_fund": "spare.2025-26", "amount_minor": 900_00, "source": "Letter 11"}
    yield "fund/spare.2026-27", "carry-forward", carried
    yield "fund/spare.2025-26", "close", {}
    rate = {"programme": "EAS", "since": "2025-01-01", "day_rate_minor": 2_000_00, "currency": "GBP"}
    yield "ratecard/eas-2026", "publish", rate
    yield "ratecard/eas-2026", "publish", rate | {"since": "2030-04-01", "until": "2031-03-31"}


def _entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    more = {
        "sector": "maintained", "governance": "community", "town": "Aberbryn", "postcode": "CF99 9ZZ",
        "language_categories": [{"category": "Dual language", "since": "2026-09-01"}, {"category": "Special"}],
        "pupils": 212, "federation": "Cwm Federation", "unit": True, "urn": "100000", "lea": "681",
        "latitude": 51_550_000, "longitude": -3_010_000,
    }  # fmt: skip
    for number, name in NAMES.items():
        plainly = {"name": name, "authority": "Cwm Enfys", "phase": PHASES[number]}
        yield f"school/{number}", "register", plainly | (more if name == "Moor High" else {})
        offer = {"programme": "EAS", "area": "numeracy", "languages": ["en"], "quarter_days": 40}
        yield f"provider/{number}", "record-offer", offer
        areas = ["numeracy", "humanities", "literacy"]
        yield f"provider/{number}", "designate", {"programme": "EAS", "areas": areas, "since": "2025-01-06"}
        days = {"programme": "EAS", "first": "2025-spring-1", "quarter_days": PLENTY_OF_DAYS}
        yield f"provider/{number}", "declare-capacity", days
    leads = {"areas": [area.code for area in deped().areas], "since": "2025-01-06"}
    yield f"provider/{SEA}", "designate", {"programme": "DEPED"} | leads
    yield from _gone_schools()
    noted = {"area": "humanities", "languages": ["cy", "en"], "quarter_days": 4, "note": "From spring on."}
    yield "provider/6990005", "record-offer", {"programme": "EAS"} | noted
    yield from _provider_6990005()
    yield from _networks()
    yield from _overviews()
    yield from _own_days()
    yield from _money()
    for person, posts in STAFF.items():
        identity = {
            "name": f"{person} of Cwm Enfys",
            "email": f"{person}@cwm-enfys.example",
            "language": "cy",
        }
        yield f"person/{person}", "register", identity | {"public_key": public_key_text(seed_of(person))}
        for held in posts:
            assigned = {"post": held.post.value, "school": held.school, "since": "2025-01-05"}
            yield f"person/{person}", "assign-post", assigned
    yield "person/former", "register", {"name": "Somebody", "email": "somebody@cwm-enfys.example"}
    yield "person/former", "replace-key", {"public_key": public_key_text(seed_of("former"))}
    for post, school in (("broker", None), ("head", "6990005")):
        yield (
            "person/former",
            "assign-post",
            {"post": post, "school": school, "since": "2026-01-05", "until": "2026-08-31"},
        )
        yield "person/former", "end-post", {"post": post, "school": school, "until": "2026-07-31"}
    finance = {"post": "finance", "programme": "EAS"}
    yield "person/former", "assign-post", finance | {"since": "2025-01-05"}
    yield "person/former", "end-post", finance | {"until": "2026-07-31"}


def _provider_6990005() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """All that can be said of a provider, ends and notes included."""
    stream, programme = "provider/6990005", {"programme": "EAS"}
    until = {"areas": ["humanities"], "since": "2025-01-06", "until": "2027-08-31"}
    yield stream, "designate", programme | until
    yield stream, "end-designation", programme | {"until": "2027-07-20"}
    span = {"first": "2026-autumn-1", "last": "2026-autumn-2", "quarter_days": 6}
    yield stream, "declare-capacity", programme | span
    yield stream, "declare-conflict", {"school": "6990004", "note": "A governor of both."}
    yield stream, "declare-conflict", {"school": "6990003", "note": "Two sisters."}
    yield stream, "clear-conflict", {"school": "6990003"}
    yield stream, "suspend", programme | {"reason_code": "staffing"}
    yield stream, "resume", programme
    yield stream, "announce-inspection", {"since": "2025-01-02", "until": "2025-01-17"}
    yield stream, "withdraw-inspection", {}


def _gone_schools() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Schools that are in no story: one closes and opens again, one closes for another, one is not listed any more."""
    plainly = {"authority": "Cwm Enfys", "phase": "primary"}
    for number, name in (
        ("6990091", "Fen Primary"),
        ("6990092", "Dune Primary"),
        ("6990093", "Heath Primary"),
    ):
        yield f"school/{number}", "register", plainly | {"name": name}
    yield "school/6990091", "close", {"on": "2024-12-20"}
    yield "school/6990091", "reopen", {"on": "2025-01-06"}
    yield "school/6990092", "close", {"on": "2024-12-20", "successor": "6990091", "reason": "merged"}
    yield "school/6990093", "mark-missing", {"register_name": "wales"}


def _overviews() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Two versions: in the second the words of one priority stand."""
    first = {"ref": "SSO-1", "area": "numeracy", "text": "Number sense."}
    yield "overview/6990005", "record", {"version": "2026-1", "read_on": "2025-01-03", "priorities": [first]}
    second = {"ref": "SSO-2", "area": "literacy", "text": "Reading."}
    both = [{"ref": "SSO-1", "area": "numeracy"}, second]
    yield "overview/6990005", "record", {"version": "2026-2", "read_on": "2025-01-03", "priorities": both}


def _networks() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """One that cases end in, and one that says all there can be said, is changed and closed."""
    said = {"en": "Numeracy leads", "cy": "Arweinwyr rhifedd"}
    plain_one = {
        "programme": "EAS",
        "form": "network",
        "title": said,
        "areas": ["numeracy"],
        "languages": ["en"],
    }
    yield "network/numeracy-leads", "open", plain_one | {"how": said}
    whole = plain_one | {
        "form": "course", "phases": ["primary"], "host": "6990005", "dates": ["2027-01-20"], "places": 20, "how": said,
    }  # fmt: skip
    yield "network/one-course", "open", whole
    yield "network/one-course", "change", {"places": 24}
    yield "network/one-course", "close", {}
    lac = {"en": "LAC leaders of the division", "fil": "Mga tagapanguna ng LAC ng sangay"}
    changed = {
        "programme": "DEPED",
        "form": "programme",
        "title": lac,
        "areas": ["lac-shs"],
        "languages": ["fil"],
    }
    yield "network/lac-leaders", "open", changed | {"how": lac}
    yield "network/lac-leaders", "change", {"title": lac, "how": {"en": "Write.", "fil": "Sumulat."}}
    yield (
        "network/numeracy-leads",
        "change",
        {"title": {"en": "Leads in numeracy", "cy": "Arweinwyr rhifedd"}},
    )


def _own_days() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What schools have of their own: INSET days alone, and all that there can be."""
    inset = {"inset": ["2026-09-01", "2027-01-04"]}
    yield "calendar/wales", "set-school-days", {"school": "6990003", "days": inset}
    snow = {"first": "2027-01-07", "last": "2027-01-08", "reason": "snow"}
    terms = [
        {"name": "autumn term", "first": "2026-09-03", "last": "2026-12-18", "breaks": []},
        {"name": "spring term", "first": "2027-01-04", "last": "2027-03-25", "breaks": [
            {"name": "half term", "first": "2027-02-15", "last": "2027-02-19"}]},
        {"name": "summer term", "first": "2027-04-12", "last": "2027-07-21", "breaks": []},
    ]  # fmt: skip
    whole = inset | {"closures": [snow], "years": [{"year": "2026-27", "terms": terms}]}
    yield "calendar/wales", "set-school-days", {"school": "6990005", "days": whole}
