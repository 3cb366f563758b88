"""What people write stands nowhere in clear: in no file, no repr, no error."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError

from domain.canonical import plain
from domain.case.commands import COMMANDS
from domain.messages import Command, HandleCommand
from domain.personal import Personal
from tests.activities.builders import ADMIN, WHOLE, Office, steps_of
from tests.domain.case.office import Office as RulesOffice

MARKER = "Xylophone-Jane-4711"
HEAD, BROKER = "head.6990004", "broker.dylan"


def test_what_people_write_is_in_no_file(office: Office, tmp_path: Path) -> None:
    """Every text of a whole case, and then every text of every verb, refused where it does not fit."""
    stages = set()
    for step in steps_of(WHOLE, office.now.date()):
        conflict = {"conflict": "declared"} if step.verb == "accept-offer" else {}
        body = all_texts_marked(step.verb, office.body_of(step) | conflict)
        office.done(step.person, step.verb, body)
        stages.add(office.load().stage)
    assert len(stages) > 10
    rules = RulesOffice()
    for verb in COMMANDS:
        if verb not in {"open", "pass-deadline"}:
            body = plain(COMMANDS[verb].model_validate(rules.usual(verb)).model_dump())
            office.give(BROKER, verb, all_texts_marked(verb, body))
    office.done(ADMIN, "register", {"name": MARKER, "email": f"{MARKER}@x.example"}, stream="person/new")
    office.done(ADMIN, "declare-conflict", {"school": "6990004", "note": MARKER}, stream="provider/6990103")
    optional = {"objectives.0.measure", "terms.exit_terms", "ratings.0.evidence", "conflict_note"}
    assert optional < MARKED
    office.check()
    kept = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    if office.database is None:
        assert {"log.db", "log.db-wal", "vault.db", "vault.db-wal"} <= kept.keys()
    else:
        kept |= office.database.everything()
        assert {"brokerage.event", "vault.look", "the server's log"} <= kept.keys()
        assert b"HeadConsentGiven" in kept["brokerage.event"], "the search itself works"
    # The sample registers' own names too.
    for secret in (MARKER, "Anwen Prosser", "anwen.prosser@", "struggle to explain"):
        assert not [name for name, content in kept.items() if secret.encode() in content]


def test_what_people_write_is_in_no_repr_and_no_error(untouched: Office) -> None:
    command = untouched.sign(HEAD, "refuse-consent", {"reason": MARKER})
    request = HandleCommand(command=command, now=untouched.now, workflow="w", run="r")
    shown = [repr(command), str(command), repr(request), str(request)]
    assert command.salt not in "".join(shown)
    sent = command.model_dump(mode="json")
    for model, values in (
        (Command, sent | {"verb": MARKER}),
        (Command, sent | {"body": MARKER}),
        (Command, sent | {"salt": MARKER}),
        (HandleCommand, {"command": sent | {"body": [MARKER]}, "now": MARKER, "workflow": [], "run": ""}),
    ):
        with pytest.raises(ValidationError) as wrong:
            model.model_validate(values)
        shown += [repr(wrong.value), str(wrong.value)]
    assert not [text for text in shown if MARKER in text]


MARKED: set[str] = set()


def all_texts_marked(verb: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with the marker in every field that takes free text, those included that may be left out."""
    marked: dict[str, Any] = plain(_marked(COMMANDS[verb].model_validate(body), "").model_dump())
    return marked


def _marked(model: Any, path: str) -> Any:
    if isinstance(model, tuple):
        return tuple(_marked(item, f"{path}.{index}") for index, item in enumerate(model))
    if not isinstance(model, BaseModel):
        return model
    changes = {}
    for name, field in type(model).model_fields.items():
        here = f"{path}.{name}".lstrip(".")
        if Personal in (field.annotation, *get_args(field.annotation)) or "Personal" in str(field.annotation):
            changes[name] = Personal(f"{MARKER} {here}")
            MARKED.add(here)
        else:
            changes[name] = _marked(getattr(model, name), here)
    return model.model_copy(update=changes)
