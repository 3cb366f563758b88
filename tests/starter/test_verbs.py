"""Every verb of the command line comes from a command model; the index kept for the start says the same."""

from pathlib import Path

import orjson

from domain.case.commands import COMMANDS, SYSTEM_VERBS
from starter.commands import verbs

INDEX = Path(verbs.__file__).with_name("verbs.json")


def test_the_index_is_what_the_models_say() -> None:
    assert orjson.loads(INDEX.read_bytes()) == verbs.index(), "make generate"


def test_every_verb_that_people_use_can_be_typed() -> None:
    for verb in COMMANDS.keys() - SYSTEM_VERBS:
        assert callable(getattr(verbs, verb.replace("-", "_")))


def test_what_only_the_system_says_cannot_be_typed() -> None:
    assert not hasattr(verbs, "pass_deadline")
