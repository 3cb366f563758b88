"""People: who they are (sealed), the key that proves them, and the posts they hold from a day to a day."""

from datetime import date
from typing import Any, ClassVar, Literal

from pydantic import Field

from domain.case.situation import Refusal
from domain.case.values import Day, PersonId, ProgrammeCode, SchoolId, Value
from domain.directory.base import DirectoryCommand, DirectoryEvent, DirectoryFacts, may_administer
from domain.ids import SYSTEM_PERSON
from domain.parties import PROGRAMME_POSTS, SCHOOL_POSTS, DatedPost, Post
from domain.personal import PersonName

PUBLIC_KEY_PATTERN = r"^[A-Za-z0-9+/]{43}=$"


class RegisterPerson(DirectoryCommand):
    """Put a person on record, with the public key that their commands are checked against."""

    verb: ClassVar[str] = "register"
    kind: ClassVar[str] = "person"
    name: PersonName = Field(description="Name; sealed, shown only to those who may look.")
    email: PersonName = Field(description="Mail address; sealed.")
    language: Literal["cy", "en", "fil", "both"] = Field(
        default="both", description="Language they wish to be written to in."
    )
    public_key: str | None = Field(default=None, pattern=PUBLIC_KEY_PATTERN, description="Ed25519, base64.")


class ChangePerson(DirectoryCommand):
    """Change a person's name, mail address and language; key and posts stay as they are."""

    verb: ClassVar[str] = "change"
    kind: ClassVar[str] = "person"
    name: PersonName = Field(description="Name; sealed, shown only to those who may look.")
    email: PersonName = Field(description="Mail address; sealed.")
    language: Literal["cy", "en", "fil", "both"] = Field(
        description="Language they wish to be written to in."
    )


class AssignPost(DirectoryCommand):
    """Record that a person holds a post from a day on."""

    verb: ClassVar[str] = "assign-post"
    kind: ClassVar[str] = "person"
    post: Post = Field(description="The post, e.g. head, sip, broker.")
    school: SchoolId | None = Field(default=None, description="Its school, for posts of a school.")
    programme: ProgrammeCode | None = Field(
        default=None, description="Its programme, where it is held in one only."
    )
    since: Day = Field(description="First day.")
    until: Day | None = Field(default=None, description="Last day, where it is known.")


class EndPost(DirectoryCommand):
    """Record the last day on which a person holds a post."""

    verb: ClassVar[str] = "end-post"
    kind: ClassVar[str] = "person"
    post: Post = Field(description="The post.")
    school: SchoolId | None = Field(default=None, description="Its school.")
    programme: ProgrammeCode | None = Field(
        default=None, description="Its programme, where it is held in one only."
    )
    until: Day = Field(description="Last day.")


class ReplaceKey(DirectoryCommand):
    """Replace a person's public key; commands signed with the old one are refused from now on."""

    verb: ClassVar[str] = "replace-key"
    kind: ClassVar[str] = "person"
    public_key: str = Field(pattern=PUBLIC_KEY_PATTERN, description="Ed25519, base64.")


class PersonRegistered(DirectoryEvent):
    """Who a person is, whole: a later one takes the place of an earlier one."""

    person: PersonId
    name: PersonName
    email: PersonName
    language: Literal["cy", "en", "fil", "both"]
    public_key: str | None


class PostAssigned(DirectoryEvent):
    schema_version: ClassVar[int] = 2
    post: Post
    school: SchoolId | None
    programme: ProgrammeCode | None
    since: date
    until: date | None


class PostEnded(DirectoryEvent):
    schema_version: ClassVar[int] = 2
    post: Post
    school: SchoolId | None
    programme: ProgrammeCode | None
    until: date


class KeyReplaced(DirectoryEvent):
    public_key: str


class PersonState(Value):
    """What is known of a person, identity aside."""

    version: int = 0
    person: str = ""
    language: Literal["cy", "en", "fil", "both"] = "both"
    public_key: str | None = None
    posts: tuple[DatedPost, ...] = ()


def evolve(state: PersonState, event: DirectoryEvent) -> PersonState:
    """The person after the event."""
    change: dict[str, Any] = {"version": state.version + 1}
    match event:
        case PersonRegistered():
            change |= {"person": event.person, "language": event.language, "public_key": event.public_key}
        case PostAssigned():
            held = DatedPost(**dict(event))
            change["posts"] = (*state.posts, held)
        case PostEnded():
            change["posts"] = tuple(
                held.model_copy(update={"until": event.until}) if _ends(held, event) else held
                for held in state.posts
            )
        case KeyReplaced():
            change["public_key"] = event.public_key
    return state.model_copy(update=change)


def decide(
    state: PersonState, command: DirectoryCommand, facts: DirectoryFacts, person: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    """Events of a command to `person/…`; none where everything is on record already."""
    if isinstance(command, ReplaceKey) and facts.person == person and state.version:
        return (KeyReplaced(public_key=command.public_key),)
    refused = may_administer(facts)
    if refused is not None:
        return refused
    if isinstance(command, RegisterPerson):
        return _register(state, command, person)
    if not state.version:
        return Refusal(
            "R-PERSON", f"There is no person {person} on record.", "Add them: brokerage person add"
        )
    match command:
        case ChangePerson() if state.person == SYSTEM_PERSON:
            return Refusal("R-POST", "The system has no name and no address to change.")
        case ChangePerson():
            # Whether it says something new nobody can see here: the texts are sealed.
            return (PersonRegistered(person=person, public_key=state.public_key, **dict(command)),)
        case AssignPost():
            return _assign(state, command, facts)
        case EndPost():
            return _end(state, command)
        case ReplaceKey() if state.person == SYSTEM_PERSON:
            return Refusal("R-POST", "The system's key is replaced by the system alone.")
        case ReplaceKey():
            return (KeyReplaced(public_key=command.public_key),)
    raise TypeError(f"not a command to a person: {type(command).__name__}")


def _register(
    state: PersonState, command: RegisterPerson, person: str
) -> tuple[DirectoryEvent, ...] | Refusal:
    if state.version:
        return Refusal(
            "R-ALREADY",
            f"Person {person} is on record already.",
            f"Posts: brokerage person post {person} — a key: brokerage person replace-key {person} --public-key KEY",
        )
    return (
        PersonRegistered(
            person=person,
            name=command.name,
            email=command.email,
            language=command.language,
            public_key=command.public_key,
        ),
    )


def _assign(
    state: PersonState, command: AssignPost, facts: DirectoryFacts
) -> tuple[DirectoryEvent, ...] | Refusal:
    if state.person == SYSTEM_PERSON:
        return Refusal("R-POST", "The system holds no posts; it acts only by rules.")
    if (command.post in SCHOOL_POSTS) != (command.school is not None):
        needs = (
            "belongs to a school: give --school" if command.post in SCHOOL_POSTS else "belongs to no school"
        )
        return Refusal("R-POST", f"The post {command.post} {needs}.")
    if command.programme is not None and command.post not in PROGRAMME_POSTS:
        return Refusal("R-POST", f"The post {command.post} is not held in one programme only.")
    if command.programme is not None and command.programme not in (facts.areas or {}):
        return Refusal(
            "R-PROGRAMME", f"No programme {command.programme} is on record.", "See: brokerage programme list"
        )
    if command.school is not None and command.school not in facts.schools:
        return Refusal(
            "R-SCHOOL", f"School {command.school} is not in the register.", "See: brokerage school list"
        )
    if command.until is not None and command.until < command.since:
        return Refusal("R-DATES", "The last day lies before the first.")
    for held in state.posts:
        if _same(held, command) and _overlap(held, command.since, command.until):
            if (held.since, held.until) == (command.since, command.until):
                return ()
            return Refusal(
                "R-ALREADY", f"{state.person} holds that post from {held.since.isoformat()} already."
            )
    return (PostAssigned(**dict(command)),)


def _end(state: PersonState, command: EndPost) -> tuple[DirectoryEvent, ...] | Refusal:
    """The end of a post that is held without end, or an earlier end of one whose end is known."""
    known = [held for held in state.posts if _same(held, command)]
    if any(held.until == command.until for held in known):
        return ()
    if any(_ends(held, command) for held in known):
        return (PostEnded(**dict(command)),)
    running = next((held for held in known if held.until is None), None)
    if running is not None:
        return Refusal(
            "R-DATES", f"The post began on {running.since.isoformat()}; it cannot have ended before."
        )
    return Refusal("R-POST", f"{state.person} does not hold that post, or it has ended before that day.")


def _ends(held: DatedPost, end: EndPost | PostEnded) -> bool:
    """Whether that end ends this holding: an earlier holding of the same post keeps its own end."""
    running = held.until is None or end.until <= held.until
    return _same(held, end) and held.since <= end.until and running


def _overlap(held: DatedPost, since: date, until: date | None) -> bool:
    return (held.until is None or held.until >= since) and (until is None or until >= held.since)


def _same(held: DatedPost, named: AssignPost | EndPost | PostEnded) -> bool:
    return (held.post, held.school, held.programme) == (named.post, named.school, named.programme)
