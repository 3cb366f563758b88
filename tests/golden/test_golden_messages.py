"""What travels through Temporal stays in its histories for months: it is still read after messages have grown."""

from typing import Any

import orjson
import pytest
from pydantic import ValidationError, create_model
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.signing import public_key_text, signature_fits
from domain import messages
from domain.messages import Command, Message, Receipt, UnsignedCommand
from domain.streams import command_model
from tests.activities.builders import seed_of
from tests.golden.files import MESSAGES, samples
from tests.golden.record import as_sent
from tests.golden.test_golden_cases import still_said

SAMPLES = list(samples(MESSAGES))
COMMANDS = [content for name, content in SAMPLES if name.partition(".")[0] == "Command"]


def received(kind: type[Message], content: Any) -> Message:
    """The message that Temporal's converter makes of what was sent."""
    payload = Payload(metadata={"encoding": b"json/plain"}, data=orjson.dumps(content))
    message: Message = pydantic_data_converter.payload_converter.from_payload(payload, kind)
    return message


def test_there_is_a_sample_of_every_message() -> None:
    sampled = {name.partition(".")[0] for name, _ in SAMPLES}
    kinds = {kind for kind in Message.__subclasses__() if kind.__module__ == messages.__name__}
    # A command crosses signed; what can be asked without a key never leaves its process.
    assert sampled == {kind.__name__ for kind in kinds - {UnsignedCommand} | {Command}}


@pytest.mark.parametrize(("name", "content"), SAMPLES, ids=[name for name, _ in SAMPLES])
def test_what_was_sent_once_is_still_read_and_says_the_same(name: str, content: Any) -> None:
    message = received(getattr(messages, name.partition(".")[0]), content)
    assert still_said(content, as_sent(message)) == content


@pytest.mark.parametrize("content", COMMANDS, ids=[f"{c['verb']}-{n}" for n, c in enumerate(COMMANDS)])
def test_a_command_that_was_signed_once_still_bears_its_signature_and_its_form(content: Any) -> None:
    """It may wait in Temporal while a new version is installed: hash, signature and body must still do."""
    command = received(Command, content)
    assert isinstance(command, Command)
    assert command.fingerprint() == command.body_hash
    assert signature_fits(command, public_key_text(seed_of(command.person)))
    model = command_model(command.stream.partition("/")[0], command.verb)
    assert model is not None
    assert model.model_validate(command.body).verb == command.verb


def test_a_message_may_grow_by_a_field_with_a_default_and_in_no_other_way() -> None:
    (content, *_) = [content for name, content in SAMPLES if name == "Receipt"]
    assert received(create_model("Receipt", __base__=Receipt, mails=(int, 0)), content)
    for wrong in (
        create_model("Receipt", __base__=Receipt, mails=(int, ...)),
        create_model("Receipt", __base__=Receipt, position=(str, ...)),
    ):
        with pytest.raises(ValidationError):
            received(wrong, content)
    renamed = {("place" if key == "position" else key): value for key, value in content.items()}
    with pytest.raises(ValidationError):
        received(Receipt, renamed)
