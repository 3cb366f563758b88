"""A broker's office in memory: schools, posts, a clock, and one case at a time.

`say` is how everybody speaks: it decides, folds and keeps the events, or returns the refusal. Texts are
sealed before a rule sees them, as in the real office, so that a rule that read one would show itself.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from domain.calendars.counting import Days
from domain.case import events as e
from domain.case.commands import (
    COMMANDS,
    AcceptOffer,
    AgreeVariation,
    CaseCommand,
    DraftAgreement,
    Extend,
    Match,
    Offer,
    Open,
    PassDeadline,
    ProposeVariation,
    RecordDelivery,
    Reopen,
    Submit,
    Told,
)
from domain.case.decide import decide
from domain.case.papers import unused_paper
from domain.case.situation import Decision, Facts, NetworkFact, OverviewFact, Refusal, SchoolFact
from domain.case.stages import Stage
from domain.case.state import CaseState, evolve, fold
from domain.case.suggest import next_steps
from domain.funding.facts import FundFact, MoneyFacts, RateFact
from domain.ids import SYSTEM_PERSON, case_reference
from domain.matching.inspection import Inspection
from domain.matching.provider import DeclaredSpan, Designation, Provider, Use
from domain.messages import NextStep
from domain.parties import HeldPost, Party, Post, parties_played
from domain.personal import Personal, Sealed, map_personal
from domain.programmes import Programme, parse_programme

ZONE: Final = ZoneInfo("Europe/London")
REFERENCE: Final = case_reference("EAS", "office")
EAS_FILE: Final = Path(__file__).resolve().parents[3] / "domain" / "programmes" / "eas.toml"
DEPED_FILE: Final = EAS_FILE.with_name("deped.toml")

HILL: Final = "6990001"
"""The recipient."""
SEA, DALE, GLEN, MOOR = "6990002", "6990003", "6990004", "6990005"
"""Schools that could help."""

NAMES: Final = {
    HILL: "Hill Primary",
    SEA: "Sea Primary",
    DALE: "Dale Primary",
    GLEN: "Glen School",
    MOOR: "Moor High",
}
PHASES: Final = {HILL: "primary", SEA: "primary", DALE: "primary", GLEN: "middle", MOOR: "secondary"}

STAFF: Final[dict[str, tuple[HeldPost, ...]]] = {
    **{
        f"{post}.{name}": (HeldPost(post=Post(post), school=number),)
        for number, name in ((HILL, "hill"), (SEA, "sea"), (DALE, "dale"), (GLEN, "glen"), (MOOR, "moor"))
        for post in ("head", "lead")
    },
    "sip.hill": (HeldPost(post=Post.SIP, school=HILL),),
    "partner.sea": (HeldPost(post=Post.CURRICULUM_PARTNER, school=SEA),),
    "broker": (HeldPost(post=Post.BROKER),),
    "broker.two": (HeldPost(post=Post.BROKER),),
    "adviser": (HeldPost(post=Post.PRINCIPAL_ADVISER),),
    "finance": (HeldPost(post=Post.FINANCE),),
    "auditor": (HeldPost(post=Post.AUDITOR),),
}

SPEAKER: Final = {
    Party.RECIPIENT_HEAD: "head.hill",
    Party.RECIPIENT_LEAD: "lead.hill",
    Party.PROVIDER_HEAD: "head.sea",
    Party.PROVIDER_LEAD: "lead.sea",
    Party.CURRICULUM_PARTNER: "partner.sea",
    Party.SIP: "sip.hill",
    Party.BROKER: "broker",
    Party.PRINCIPAL_ADVISER: "adviser",
    Party.FINANCE: "finance",
    Party.SYSTEM: SYSTEM_PERSON,
}

PLENTY_OF_DAYS: Final = 400
"""Quarter-days in a half term that no single case can use up."""

NETWORK: Final = NetworkFact(
    code="numeracy-leads", programme="EAS", open=True, areas=("numeracy",), phases=("primary",),
    last_date=date(2027, 6, 10), places=20, taken=18,
)  # fmt: skip
OBJECTIVE: Final = {"aim": "fluency", "baseline": "40 of 100", "success": "60 of 100"}
Route = Literal["sip", "school", "leader"]

PLENTY: Final = MoneyFacts(
    funds=(
        *(
            FundFact(code="laeg", year=f"20{year}-{year + 1}", programme="EAS", title="Improvement grant",
                     currency="GBP", allocated=10_000_000_00)
            for year in range(25, 33)
        ),
    ),
    rates=(
        RateFact(code="eas-2026", programme="EAS", since=date(2026, 1, 1), until=None, day_rate_minor=200000,
                 currency="GBP"),
    ),
)  # fmt: skip
"""A fund that bears every case of these tests, in every year."""
PLENTY_OF_PESOS: Final = MoneyFacts(
    funds=tuple(
        FundFact(code="s2s", year=f"20{year}", programme="DEPED", title="School-to-School grant",
                 currency="PHP", allocated=10_000_000_00)
        for year in range(25, 33)
    )
)  # fmt: skip


@lru_cache(maxsize=1)
def eas() -> Programme:
    """The EAS programme as it is shipped."""
    return parse_programme(EAS_FILE.read_text(encoding="utf-8"), EAS_FILE.name)


@lru_cache(maxsize=1)
def deped() -> Programme:
    """The DepEd programme as it is shipped."""
    return parse_programme(DEPED_FILE.read_text(encoding="utf-8"), DEPED_FILE.name)


def sealed(text: str, key: str = "key") -> Personal:
    """A text as the vault would seal it: opaque, and different under another key."""
    cipher = base64.b64encode(hashlib.sha256(f"{key}\n{text}".encode()).digest()).decode()
    return Personal(
        Sealed(subject=f"case/{REFERENCE}", place="c#text", nonce="AAAAAAAAAAAAAAAA", text=cipher)
    )


class Office:
    """One case and the people around it."""

    def __init__(self, route: Route = "school", *, seal: Callable[[str], Personal] = sealed) -> None:
        self.on(route)
        self.now = datetime.combine(date(2026, 9, 15), time(9, 0), ZONE)
        self.state = CaseState()
        self.log: list[tuple[e.CaseEvent, datetime]] = []
        self.commands: list[int] = []
        """Of each event in the log, which command caused it."""
        self._commands = 0
        self.posts: dict[str, tuple[HeldPost, ...]] = dict(STAFF)
        self.closed_schools: set[str] = set()
        self.federations: dict[str, str] = {}
        self.authorities: dict[str, str] = {}
        self.open_same_need: tuple[str, ...] = ()
        self.open_as_provider: tuple[str, ...] = ()
        self.networks: dict[str, NetworkFact] = {NETWORK.code: NETWORK}
        self.overviews: tuple[OverviewFact, ...] = ()
        self.days: dict[str, Days] = {}
        """Calendars of the schools; weekdays for those that are not named."""
        self.designated: set[str] = set(NAMES)
        self.suspended: dict[str, str] = {}
        self.inspections: dict[str, Inspection] = {}
        self.conflicts: set[str] = set()
        self.declared: dict[str, int] = {}
        """Quarter-days a school has in each half term; plenty for those that are not named."""
        self.uses: dict[str, tuple[Use, ...]] = {}
        """What other cases take of a school's days."""
        self.mail: Literal["works", "refused", "away"] = "works"
        self._seal = seal

    def on(self, route: Route) -> "Office":
        """From now on requests begin by that route, under its programme's rules."""
        self.route = route
        self.programme = deped() if route == "leader" else eas()
        self.money = PLENTY_OF_PESOS if route == "leader" else PLENTY
        self.reference = case_reference(self.programme.code, "office")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """Where the programme's days are counted."""
        return ZoneInfo(self.programme.time_zone)

    # Speaking

    def say(
        self, person: str, verb: str, /, recorded_by: str | None = None, **values: Any
    ) -> Decision | Refusal:
        """What becomes of a command with these values, the rest as anybody would fill it in."""
        return self.give(person, self.command(verb, **values), recorded_by)

    def give(self, person: str, command: CaseCommand, recorded_by: str | None = None) -> Decision | Refusal:
        """What becomes of this very command; its events are in the case from now on."""
        answer = self.ask(person, command, recorded_by)
        if isinstance(answer, Decision):
            self.keep(answer.events)
        return answer

    def ask(self, person: str, command: CaseCommand, recorded_by: str | None = None) -> Decision | Refusal:
        """What would become of it, without doing it."""
        return decide(self.state, command, self.facts(person, command, recorded_by), self.reference)

    def keep(self, events: Iterable[e.CaseEvent]) -> None:
        """Fold the events of one command in."""
        self._commands += 1
        for event in events:
            self.log.append((event, self.now))
            self.commands.append(self._commands)
            self.state = evolve(self.state, event, self.now)

    def done(
        self, person: str, verb: str, /, recorded_by: str | None = None, **values: Any
    ) -> tuple[str, ...]:
        """The types of events of a command that is expected to be accepted, deadlines aside."""
        return names(self.say(person, verb, recorded_by, **values))

    def refused(self, person: str, verb: str, /, recorded_by: str | None = None, **values: Any) -> Refusal:
        """The refusal of a command that is expected to be refused; the case is as it was."""
        before = self.state
        answer = self.say(person, verb, recorded_by, **values)
        assert isinstance(answer, Refusal), f"{verb} by {person} was accepted: {names(answer)}"
        assert self.state is before
        return answer

    def command(self, verb: str, **values: Any) -> CaseCommand:
        """A command with these values, the rest as anybody would fill it in, its texts sealed."""
        command = COMMANDS[verb].model_validate(self.usual(verb) | values)
        return map_personal(command, lambda text, _path: self._seal(text.clear or ""))

    # Facts

    def facts(self, person: str, command: CaseCommand | None = None, recorded_by: str | None = None) -> Facts:
        """Facts as the engine reads them: the case's own schools and those that the command names; the pool, where
        the command asks who could help."""
        fields = ("recipient", "provider", "preferred_provider")
        named = {getattr(command, field, None) for field in fields} | {
            self.state.recipient,
            self.state.provider,
        }
        pool = self._pool(command)
        named |= pool if len(pool) > 1 else set()
        return Facts(
            now=self.now,
            person=person,
            posts=self.posts.get(person, ()),
            recorder=recorded_by or person,
            programme=self.programme,
            schools={number: self.school(number) for number in NAMES if number in named},
            open_same_need=self.open_same_need,
            open_as_provider=self.open_as_provider,
            known_persons=frozenset(self.posts),
            holders=self._holders(),
            days=self.days,
            providers={number: self.provider(number) for number in sorted(pool)},
            money=self.money,
            networks=self.networks,
            overviews=self.overviews,
        )

    def _pool(self, command: CaseCommand | None) -> set[str]:
        """Schools whose record as providers is read: all for who looks for one, the case's own for its days."""
        beginning = command or self.state
        if isinstance(beginning, Open | Submit | Reopen | CaseState) and self.route == "leader":
            number = beginning.provider if isinstance(beginning, Open) else self.state.provider
            return {number} if number else set()
        if self.programme.matching is None:
            return set()
        if isinstance(command, Match | Offer) or (command is None and self.state.stage is Stage.MATCHING):
            return set(NAMES)
        planning = command is None or isinstance(
            command, AcceptOffer | DraftAgreement | Extend | ProposeVariation | AgreeVariation
        )
        return {self.state.provider} if planning and self.state.provider else set()

    def provider(self, number: str) -> Provider:
        """What is on record of a school as a provider: designated for everything, with days to spare."""
        areas = [area.code for area in self.programme.areas]
        days = self.declared.get(number, PLENTY_OF_DAYS)
        return Provider(
            number=number,
            designations=(Designation(frozenset(areas), date(2025, 1, 6), None),)
            if number in self.designated
            else (),
            suspended=self.suspended.get(number),
            inspection=self.inspections.get(number),
            offers=dict.fromkeys(areas, ("cy", "en")),
            capacity=(DeclaredSpan("2025-spring-1", None, days),),
            uses=self.uses.get(number, ()),
            conflict=number in self.conflicts,
        )

    def school(self, number: str) -> SchoolFact:
        """What the register says of a school."""
        return SchoolFact(
            number=number,
            name=NAMES[number],
            open=number not in self.closed_schools,
            authority=self.authorities.get(number, "Cwm Enfys"),
            phase=PHASES[number],
            federation=self.federations.get(number),
            heads=self._holding(number, Post.HEAD),
            sips=self._holding(number, Post.SIP),
            staff=self._holding(number, Post.HEAD, Post.LEAD, Post.CURRICULUM_PARTNER),
            curriculum_partners=self._holding(number, Post.CURRICULUM_PARTNER),
        )

    def appoint(self, person: str, post: Post, school: str | None = None) -> None:
        """From now on that person holds that post too."""
        self.posts[person] = (*self.posts.get(person, ()), HeldPost(post=post, school=school))

    def vacate(self, person: str) -> None:
        """That person holds no post any more."""
        self.posts[person] = ()

    def without_money(self) -> "Office":
        """From now on the programme keeps no account of money."""
        self.programme = self.programme.model_copy(update={"finance": None})
        return self

    def rule(self, **changes: Any) -> None:
        """The programme with other thresholds."""
        rules = self.programme.rules.model_copy(update=changes)
        self.programme = self.programme.model_copy(update={"rules": rules})

    def steps(self, *providers: str) -> tuple[NextStep, ...]:
        """What the office would print as next steps."""

        def facts_of(person: str, schools: tuple[str, ...]) -> Facts:
            facts = self.facts(person)
            return replace(facts, schools={**facts.schools, **{n: self.school(n) for n in schools}})

        return next_steps(self.state, facts_of, providers or (SEA, DALE, GLEN))

    # Time

    def days_pass(self, days: int) -> None:
        """That many weekdays later, at nine; what fell due meanwhile has passed."""
        day = self.now.date()
        while days:
            day += timedelta(days=1)
            days -= day.weekday() < 5
        self.until(day)

    def until(self, day: date) -> None:
        """Nine o'clock on that day; every deadline before it has passed, each at its own time."""
        self.until_instant(datetime.combine(day, time(9, 0), ZONE))

    def until_instant(self, target: datetime) -> None:
        """That instant; what was to happen before it has happened, each at its own time, and mail was delivered."""
        while (chase := self.state.next_chase) is not None and chase[0] <= target:
            self.now = max(self.now, chase[0])
            before = self.state.version
            self.chase(chase[1], chase[0])
            assert self.state.version > before, f"the timer of {chase[1]} would fire for ever"
        self.now = max(self.now, target)

    def chase(self, wait: str, due_at: datetime) -> tuple[e.CaseEvent, ...]:
        """The timer of a wait fires, and the mail that it causes is delivered."""
        answer = self.give(SYSTEM_PERSON, PassDeadline(wait=wait, due_at=due_at))
        assert isinstance(answer, Decision), answer
        for event in answer.events:
            if isinstance(event, e.ReminderIssued) and self.mail != "away":
                self.delivered(event)
        return answer.events

    def delivered(self, reminder: e.ReminderIssued) -> None:
        """The mail of a reminder went out, or failed for good, as the office's mail does."""
        failed = self.mail == "refused"
        told = Told(
            mail=f"reminder-{len(self.log)}.person",
            template="reminder",
            template_version=1,
            party=reminder.owner,
            person=SPEAKER[reminder.owner],
            language=None if failed else "en",
            wait=reminder.wait,
            failed="refused" if failed else None,
        )
        self.give(SYSTEM_PERSON, RecordDelivery(mails=(told,)))

    # The usual course

    def at(self, stage: Stage) -> "Office":
        """The case in that stage, brought there by the usual course of the office's route."""
        for person, verb in USUAL_COURSE[self.route]:
            if self.state.stage is stage:
                break
            answer = self.say(person, verb)
            assert isinstance(answer, Decision), f"{verb} by {person}: {answer}"
        assert self.state.stage is stage, f"the usual course does not lead to {stage}"
        return self

    def usual(self, verb: str) -> dict[str, Any]:
        """What anybody would give with a command where the case stands."""
        today, state = self.now.date(), self.state
        agreement = state.agreement
        wanted = {
            "recorded": ("dispute-visit", "confirm-visit"),
            "disputed": ("resolve-dispute",),
            "planned": ("miss-visit", "reschedule-visit", "cancel-visit"),
        }
        status = next((status for status, verbs in wanted.items() if verb in verbs), "")
        visit = next((v.id for v in state.visits if v.status == status), "V1")
        ratings = [
            {"objective": n + 1, "rating": "met", "evidence": "seen"}
            for n in range(len(state.objectives) or 1)
        ]
        usual: dict[str, dict[str, Any]] = {
            "open": {
                "programme": self.programme.code, "route": self.route, "recipient": HILL, "area": "numeracy",
                "phase": "primary", "support_language": "en", "need": "number sense",
                "desired_start": date(2026, 11, 2),
            } | ({"area": "pedagogy", "provider": SEA} if self.route == "leader" else {}),
            "amend": {"need": "number sense in Year 4"},
            "consent": {"request_version": state.request_version or 1},
            "refuse-consent": {"reason": "not now"},
            "align": {"priority": "SSO-2", "overview_version": "2026-1"},
            "except-alignment": {"reason": "a new head asked"},
            "triage": {"tier": "standard"},
            "signpost": {"to": "the network meeting"},
            "enrol": {"network": NETWORK.code},
            "end-enrolment": {"outcome": "completed"},
            "record-orientation": {"on": today},
            "contribute": {"note": "start with Year 4"},
            "name-person": {
                "party": "provider_lead", "person": "partner.sea" if agreement and agreement.provider_lead != "partner.sea" else "lead.sea",
            },
            "note-assistance": {"given_by": "region", "on": today, "note": "a session on the plan"},
            "decline": {"reason_code": "out-of-scope", "explanation": "it is for another service"},
            "scope": {
                "objectives": [OBJECTIVE], "quarter_days": "4", "met_on": today,
                "plan": "SIP-2026" if self.route == "leader" else None,
            },
            "object-to": {"provider": DALE, "reason": "worked with them before"},
            "offer": {"provider": SEA, "reason": "strong in number"},
            "accept-offer": {"conflict": "none"},
            "decline-offer": {"reason_code": "capacity", "reason": "nobody free"},
            "rescind-offer": {"reason": "the wrong school"},
            "no-partner": {"widening": ["area"], "explanation": "nobody could"},
            "draft-agreement": {"terms": self.terms()},
            "return-funding": {"reason": "split it otherwise"},
            "sign": {"content_hash": agreement.content_hash if agreement else "0" * 64},
            "request-changes": {"reason": "another day"},
            "schedule-visit": {"on": today + timedelta(days=7), "quarter_days": "0.5"},
            "record-visit": {
                "on": today, "quarter_days": "0.5", "objectives": [1], "done": "a lesson", "next_steps": "another",
                "safeguarding_briefed": True, "work_mode": "lac" if self.route == "leader" else None,
            },
            "miss-visit": {"visit": visit, "because_of": "neither", "reason_code": "weather"},
            "confirm-visit": {"visit": visit},
            "dispute-visit": {"visit": visit, "reason": "it was shorter"},
            "resolve-dispute": {"visit": visit, "counted_quarter_days": 1, "reason": "half of it"},
            "mid-review": {"decision": "continue", "note": "going well"},
            "propose-variation": {"end": (agreement.end if agreement else today) + timedelta(days=14), "reason": "snow"},
            "refuse-variation": {"reason": "it suits us as it is"},
            "extend": {
                "quarter_days": "1", "until": (agreement.end if agreement else today) + timedelta(days=28), "reason": "more to do",
            },
            "review": {"ratings": ratings, "partnership": 4, "satisfaction": 5},
            "validate": {"ratings": ratings},
            "close": {"outcome": "met", "follow_up": "check-in"},
            "record-follow-up": {"sustained": "yes", "note": "still there"},
            "claim": {},
            "return-claim": {"claim": self._of_status("claims", "C1"), "reason": "which days were these"},
            "approve-claim": {"claim": self._of_status("claims", "C1")},
            "record-payment": {"claim": self._of_status("claims", "C1", "approved"), "payment": unused_paper(state.money, "BACS"), "paid_on": today},
            "release-funds": {"payment": unused_paper(state.money, "ADA"), "paid_on": today},
            "liquidate": {"spent": [{
                "use": "pedagogy", "document": unused_paper(state.money, "OR"),
                "amount_minor": (state.money.outstanding if state.money else 0) or 10000,
            }]},
            "accept-liquidation": {"liquidation": self._of_status("liquidations", "L1")},
            "return-liquidation": {"liquidation": self._of_status("liquidations", "L1"), "reason": "no receipt"},
            "return-funds": {"amount_minor": "100.00", "receipt": unused_paper(state.money, "OR-9"), "received_on": today},
            "write-off": {"reason": "the school has closed, and two letters came back"},
            "move-money": {"from_year": "2026-27", "to_year": "2027-28", "amount_minor": "10.00"},
            "withdraw": {"reason": "a new head"},
            "pause": {"reason_code": "inspection", "review_on": today + timedelta(days=7)},
            "reopen": {"reason": "the head has come back"},
            "acknowledge": {"escalation": min((r.number for r in state.escalations if not r.acknowledged), default=1)},
            "assign": {"party": "broker", "to": "broker.two"},
            "record-contact": {"party": "recipient_head", "by": "phone", "reached": True},
            "reschedule-visit": {"visit": visit, "on": today + timedelta(days=10)},
            "cancel-visit": {"visit": visit, "because_of": "neither", "reason_code": "weather"},
            "pass-deadline": {"wait": "draft", "due_at": self.now},
            "recount": {"position": 1},
            "record-delivery": {
                "mails": [{
                    "mail": "e1.person", "template": "reminder", "template_version": 1, "party": "broker",
                    "person": "broker", "language": "en", "wait": None, "failed": None,
                }],
            },
        }  # fmt: skip
        return usual.get(verb, {})

    def terms(self, **changes: Any) -> dict[str, Any]:
        """Terms of an agreement from today, for four days in sixteen weeks; in twelve on the route leader."""
        today, leader = self.now.date(), self.route == "leader"
        weeks = 12 if leader else 16
        end = today + timedelta(weeks=weeks)
        return {
            "start": today,
            "end": end,
            "quarter_days": "4",
            "mode": "in-person",
            "work_modes": ["lac", "ci"] if leader else [],
            "language": "both",
            "activities": "lessons together",
            "provider_lead": "lead.sea",
            "recipient_lead": "lead.hill",
            "cover_minor": "1000.00",
            "rate_card": None if leader else "eas-2026",
            "years": [{"financial_year": "2026" if leader else "2026-27", "quarter_days": "4"}],
            "expectations": "staff are released",
            "safeguarding_contact": "head.hill",
            "mid_review_on": today + timedelta(weeks=weeks // 2),
            "final_review_on": end + timedelta(weeks=2),
        } | changes

    def _of_status(self, kind: str, first: str, status: str = "submitted") -> str:
        """Number of the claim or account that is in that status; of the first where none is."""
        money = self.state.money
        return next(
            (one.id for one in (getattr(money, kind) if money else ()) if one.status == status), first
        )

    def _holding(self, number: str, *posts: Post) -> tuple[str, ...]:
        return tuple(
            sorted(
                p
                for p, held in self.posts.items()
                if any(h.school == number and h.post in posts for h in held)
            )
        )

    def _holders(self) -> dict[Party, tuple[str, ...]]:
        holders: dict[Party, tuple[str, ...]] = {}
        for person, held in self.posts.items():
            for party in parties_played(held, self.state.recipient, self.state.provider, self.programme.code):
                holders[party] = (*holders.get(party, ()), person)
        return holders


_TO_TRIAGE: Final = {
    "school": (("head.hill", "open"), ("head.hill", "submit"), ("sip.hill", "align")),
    "sip": (("sip.hill", "open"), ("sip.hill", "submit"), ("head.hill", "consent")),
}
_FROM_TRIAGE: Final = (
    ("broker", "triage"), ("sip.hill", "scope"), ("broker", "offer"), ("head.sea", "accept-offer"),
    ("broker", "draft-agreement"), ("finance", "approve-funding"),
    ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
    ("lead.sea", "record-visit"), ("lead.hill", "confirm-visit"), ("sip.hill", "mid-review"),
    ("head.hill", "complete"), ("head.sea", "complete"),
    ("head.hill", "review"), ("lead.sea", "review"), ("sip.hill", "validate"), ("broker", "close"),
    ("head.sea", "claim"), ("finance", "approve-claim"), ("finance", "record-payment"), ("finance", "settle"),
    ("sip.hill", "record-follow-up"),
)  # fmt: skip
_CONTRIBUTION: Final = _FROM_TRIAGE.index(("broker", "draft-agreement"))
_FROM_VISITS: Final = _FROM_TRIAGE[
    _FROM_TRIAGE.index(("lead.sea", "record-visit")) : _FROM_TRIAGE.index(("head.sea", "claim"))
]
_FROM_AGREED: Final = (
    ("finance", "release-funds"), *_FROM_VISITS, ("head.sea", "liquidate"), ("finance", "accept-liquidation"),
    ("finance", "settle"), ("sip.hill", "record-follow-up"),
)  # fmt: skip
USUAL_COURSE: Final = {
    "school": (*_TO_TRIAGE["school"], *_FROM_TRIAGE),
    "sip": (
        *_TO_TRIAGE["sip"], *_FROM_TRIAGE[:_CONTRIBUTION], ("partner.sea", "contribute"), *_FROM_TRIAGE[_CONTRIBUTION:],
    ),
    "leader": (
        ("head.sea", "open"), ("head.sea", "submit"), ("head.hill", "consent"), ("broker", "triage"),
        ("sip.hill", "record-orientation"), ("head.sea", "scope"), ("head.sea", "draft-agreement"), ("adviser", "approve-funding"),
        ("head.hill", "sign"), ("head.sea", "sign"), *_FROM_AGREED,
    ),
}  # fmt: skip

ENDINGS: Final[dict[Stage, tuple[Stage, str, str]]] = {
    Stage.SIGNPOSTED: (Stage.TRIAGE, "broker", "signpost"),
    Stage.ENROLLED: (Stage.TRIAGE, "broker", "enrol"),
    Stage.DECLINED: (Stage.TRIAGE, "adviser", "decline"),
    Stage.WITHDRAWN: (Stage.SCOPING, "head.hill", "withdraw"),
}
DEADLINES: Final = (e.DeadlineSet, e.DeadlineMoved)
"""What any command may cause beside its own events."""
BUDGET: Final = (e.BudgetReserved, e.BudgetReleased, e.BudgetCommitted)
"""What money follows with; the tests of money look at it."""
REOPENABLE: Final = frozenset({Stage.LAPSED, Stage.WITHDRAWN, Stage.NO_PARTNER})
"""Ends that are not for good."""


def in_stage(stage: Stage, route: Route = "school") -> Office:
    """A case in any stage that a case can be in."""
    if stage is Stage.AWAITING_HEAD_CONSENT and route == "school":
        return Office("sip").at(stage)
    if stage is Stage.NO_PARTNER:
        office = Office(route).at(Stage.MATCHING)
        office.done("adviser", "no-partner", nobody_left=True)
        return office
    if stage is Stage.LAPSED:
        office = Office("sip" if route == "school" else route).at(Stage.AWAITING_HEAD_CONSENT)
        office.days_pass(11)
        office.done("sip.hill", "acknowledge")
        office.days_pass(5)
        office.done("adviser", "acknowledge")
        office.days_pass(5)
        return office
    if stage in ENDINGS:
        before, person, verb = ENDINGS[stage]
        office = Office(route).at(before)
        office.done(person, verb)
        return office
    return Office(route).at(stage)


def names(answer: Decision | Refusal) -> tuple[str, ...]:
    """Types of the events of an answer, deadlines and budget aside; an assertion error shows a refusal."""
    assert isinstance(answer, Decision), answer
    return tuple(event.type_name() for event in answer.events if not isinstance(event, (*DEADLINES, *BUDGET)))


def masked(event: e.CaseEvent) -> dict[str, Any]:
    """An event without its texts, and without the hashes that cover texts in sealed form."""
    without_texts = map_personal(event, lambda _text, _path: sealed("masked"))
    return {k: v for k, v in without_texts.payload().items() if k != "content_hash"}


def refolded(office: Office) -> CaseState:
    """The state as a fold of the whole log gives it."""
    return fold(office.log)
