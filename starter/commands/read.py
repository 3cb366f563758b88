"""`brokerage case read`: what people wrote in a case, unsealed. Whoever looks is put on record first."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import BaseModel

from activities.home_files import HomeFileError, read_key, read_profile
from activities.places import PlaceError, vault_place
from activities.settings import Settings
from domain.case.events import AgreementDrafted, CaseEvent, read_case_event
from domain.case.state import CaseState
from domain.parties import Post, parties_played
from domain.personal import WITHHELD, Personal
from domain.text.sentences import sentence
from domain.text.voice import Voice, days
from starter.access import no_access
from starter.completing import profiles, references
from starter.failures import Exit, Failure
from starter.home import profile_seed, public_key_of
from starter.output import note, say, say_json
from starter.reading import Office, known_reference, reading
from starter.views.case import read_case
from starter.views.case_list import now_in


def read(
    reference: Annotated[
        str, Parameter(help="Reference of the case, e.g. EAS-K7QX4MZ-R.", completer=references)
    ],
    /,
    *,
    profile: Annotated[
        str | None, Parameter(help="Who looks; by default this home's own person.", completer=profiles)
    ] = None,
    json: Annotated[bool, Parameter(negative="", help="Print JSON.")] = False,
) -> int:
    """Read the request, the objectives, the agreement and the reviews in full.

    Names and texts are sealed in the log. This opens the seals of one case, for those who have a part in
    it and for auditors, and the look is recorded before the first of them opens. What was erased stays
    withheld.
    """
    with reading() as office:
        record = read_case(office, known_reference(office, reference))
        looker = _looker(office, record.state, profile)
        voice = Voice(record.programme, office.school_names())
        events = [
            read_case_event(r.envelope.type, r.envelope.schema_version, r.payload) for r in record.events
        ]
    with _opened(Settings(), looker, f"case read {record.state.reference}") as open_texts:
        shown = [(event, sentence(event, voice), _texts(open_texts(event))) for event in events]
    if json:
        say_json([{"type": type(e).__name__, "sentence": s, "texts": dict(t)} for e, s, t in shown if t])
        return Exit.DONE
    for event, words, texts in shown:
        if not texts:
            continue
        say(words)
        for label, text in texts:
            say(f"    {_label(label)}: {text}")
        if isinstance(event, AgreementDrafted):
            say(f"    signatures are given to the hash {event.content_hash}")
    note(f"That {looker} looked is on record: brokerage audit looks")
    return Exit.DONE


@contextmanager
def _opened(settings: Settings, person: str, purpose: str) -> Iterator[Any]:
    """A function that opens an event's texts, for a person who is named in the record of looks."""
    from activities.vault import SealBrokenError, Vault, VaultUnavailableError, open_vault

    try:
        place = vault_place(settings)
        if isinstance(place, Path) and not place.is_file():
            raise Failure(
                Exit.UNREACHABLE, "U-VAULT", f"There is no vault at {place}.", (), ("brokerage doctor",)
            )
        engine = open_vault(place, create=False)
        vault = Vault(engine, read_key(settings.vault_key_file), lambda: datetime.now(UTC))
        with vault.reading(person, purpose) as looking:
            yield looking.open_model
        engine.dispose()
    except HomeFileError as error:
        if isinstance(error.__cause__, PermissionError):
            raise no_access(Path(error.__cause__.filename)) from error
        raise Failure(Exit.UNREACHABLE, "H-FILE", str(error), (error.fix,), ("brokerage doctor",)) from error
    except PlaceError as error:
        raise Failure(Exit.UNREACHABLE, "U-VAULT", str(error), (error.fix,), ("brokerage doctor",)) from error
    except VaultUnavailableError as error:
        if isinstance(place, Path) and not os.access(place, os.R_OK):
            raise no_access(place) from error
        raise Failure(
            Exit.UNREACHABLE, "U-VAULT", str(error), (error.fix,) if error.fix else (), ("brokerage doctor",)
        ) from error
    except SealBrokenError as error:
        raise Failure(Exit.AUDIT_FAILED, "A-SEAL", str(error), (), ("brokerage audit verify",)) from error


def _looker(office: Office, state: CaseState, profile: str | None) -> str:
    """Who looks: a person with a part in the case or an auditor, proven by the key this home holds for them.

    Nobody looks in another's name. Whoever holds the vault's own key file could open it without us; who
    may hold that file is for the office to decide.
    """
    person = profile or read_profile(office.settings)
    if person is None:
        raise Failure(Exit.USAGE, "H-PROFILE", "Nobody is named to look.", (), ("brokerage doctor",))
    if public_key_of(profile_seed(office.settings, person)) != office.facts.public_key(person):
        raise Failure(
            Exit.REFUSED,
            "R-SIGNATURE",
            f"The key in this home is not the one on record for {person}; nothing was opened.",
            (),
            ("brokerage doctor",),
        )
    posts = office.facts.posts(person, now_in(office, state.programme).date())
    auditor = any(held.post is Post.AUDITOR for held in posts)
    if not auditor and not parties_played(posts, state.recipient, state.provider, state.programme):
        raise Failure(
            Exit.REFUSED,
            "R-POST",
            f"{person} has no part in {state.reference} and is no auditor; nothing was opened.",
            (),
            (f"brokerage case show {state.reference}",),
        )
    return person


def _texts(event: CaseEvent) -> list[tuple[str, str]]:
    """The texts of an event with words for where they stand; of an agreement, all of its terms."""
    whole = isinstance(event, AgreementDrafted)
    return list(_walk(event, "", whole))


def _walk(value: Any, label: str, whole: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, Personal):
        yield label, value.clear or WITHHELD
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _walk(getattr(value, name), f"{label} {name}".strip(), whole)
    elif isinstance(value, tuple):
        for number, item in enumerate(value, start=1):
            yield from _walk(item, f"{label} {number}", whole)
    elif whole and value is not None and label.startswith("terms"):
        yield label, _in_words(label, value)


def _in_words(label: str, value: Any) -> str:
    if label.endswith("quarter_days"):
        return days(value)
    if label.endswith("_minor"):
        return f"{value // 100:,}.{value % 100:02d}"
    return str(value)


def _label(path: str) -> str:
    """'terms cover_minor' as people read it: 'cover'."""
    words = (
        path.removeprefix("terms ").replace("quarter_days", "days").replace("_minor", "").replace("_", " ")
    )
    return words.strip()
