"""What a file says, held against the log: what stands already is not sent, what the office has ended is not taken up."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from activities.event_log.command_record import CommandRecord
from activities.event_log.read import RecordedCommand, RecordedEvent
from activities.settings import Settings
from domain.directory import networks, providers
from domain.directory.base import DirectoryCommand
from domain.directory.people import PersonRegistered
from domain.directory.providers import Designate, DesignationEnded, OfferRecorded, ProviderDesignated
from domain.ids import stream_kind
from starter.commands.importing import Entry
from starter.commands.writing import SenderOptions, sender_for
from starter.failures import Failure
from starter.reading import Office
from starter.said_before import said_this
from starter.sending import Sender

_STANDS: Final[dict[str, Callable[[Any, DirectoryCommand], bool | None]]] = {
    "network": networks.stands,
    "provider": providers.stands,
}
_SEALED: Final = frozenset({OfferRecorded.__name__, PersonRegistered.__name__})
"""Events whose texts nobody can read: what was said is seen by the command's hash."""


def signer(settings: Settings, options: SenderOptions) -> Sender | None:
    """Who signs; None for a dry-run without their key, which needs none. Raises Failure."""
    try:
        return sender_for(settings, options)
    except Failure:
        if options.dry_run:
            return None
        raise


class OnRecord:
    """What the log has of the things that a file speaks of."""

    def __init__(self, office: Office, signer: Sender | None) -> None:
        self._office = office
        self._signer = signer
        self._read: dict[str, tuple[RecordedEvent, ...]] = {}
        self._said: dict[str, RecordedCommand] = {}

    def held_against(self, entries: Sequence[Entry]) -> list[Entry]:
        """The entries, those marked that say what stands already, and those about what the office has ended."""
        self.read(entry.stream for entry in entries)
        return [self._marked(entry) for entry in entries]

    def read(self, streams: Iterable[str]) -> None:
        """Read all there is of these streams in a few statements; what is asked for alone is read alone."""
        new = set(streams) - self._read.keys()
        self._read |= dict.fromkeys(new, ()) | dict(self._office.log.events_of(new))
        sealed = (one for stream in new for one in self._read[stream] if one.envelope.type in _SEALED)
        self._said |= self._office.log.commands_of(one.envelope.command for one in sealed)

    def last(self, stream: str, event_type: str, **about: Any) -> CommandRecord | None:
        """The command that caused the stream's last event of that type, one with sealed texts, and about that."""
        for one in reversed(self._events(stream)):
            if one.envelope.type == event_type and about.items() <= one.payload.items():
                return self._said[one.envelope.command].record
        return None

    def said(self, record: CommandRecord | None, body: dict[str, Any]) -> bool:
        """Whether this person said exactly this there.

        Texts are sealed, so only who said them can tell, with the key that they had. Without their key, as in
        a dry-run, they count as the same.
        """
        if self._signer is None:
            return True
        return record is not None and said_this(record, self._signer.seed, body)

    def _marked(self, entry: Entry) -> Entry:
        # Every kind of stream there is takes its time to load; only imports need them.
        from activities.commands.folding import evolved
        from domain.streams import DIRECTORY

        kind = stream_kind(entry.stream)
        command = DIRECTORY[kind].commands[entry.verb].model_validate(entry.body)
        events = self._events(entry.stream)
        told = ((one.envelope.type, one.envelope.schema_version, one.payload) for one in events)
        state = evolved(entry.stream, DIRECTORY[kind].state(), told)
        stands = _STANDS[kind](state, command)
        if stands is None:
            about = {name: entry.body[name] for name in ("programme", "area")}
            stands = self.said(self.last(entry.stream, OfferRecorded.__name__, **about), entry.body)
        return replace(entry, same=stands, ended=None if stands else _ended(state, command, events))

    def _events(self, stream: str) -> tuple[RecordedEvent, ...]:
        self.read([stream])
        return self._read[stream]


def _ended(state: Any, command: DirectoryCommand, events: Iterable[RecordedEvent]) -> str | None:
    """In words, that the office has closed or ended since what the command would open or begin again."""
    if isinstance(command, networks.OpenNetwork):
        return "closed since" if state.entry is not None and not state.open else None
    if not isinstance(command, Designate):
        return None
    if _dropped(command, events):
        return "ended since"
    standing = state.designation(command.programme, command.since)
    if standing is None or standing.until is None or command.since > standing.until:
        return None
    said = (
        (ProviderDesignated.__name__, "since", standing.since.isoformat()),
        (DesignationEnded.__name__, "until", standing.until.isoformat()),
    )
    of_it = [
        one.envelope.type
        for one in events
        for type_, field, day in said
        if one.envelope.type == type_
        and (one.payload["programme"], one.payload[field]) == (command.programme, day)
    ]
    return "ended since" if of_it[-1] == DesignationEnded.__name__ else None


def _dropped(command: Designate, events: Iterable[RecordedEvent]) -> bool:
    """Whether a designation from that day on was said before, and then ended before it began."""
    dropped = said = False
    for one in events:
        if one.payload.get("programme") != command.programme:
            continue
        if (
            one.envelope.type == ProviderDesignated.__name__
            and one.payload["since"] == command.since.isoformat()
        ):
            said, dropped = True, False
        elif (
            one.envelope.type == DesignationEnded.__name__
            and one.payload["until"] < command.since.isoformat()
        ):
            dropped = said
    return dropped
