"""Reaching Temporal: which address holds, and one error with words for all the ways it can fail."""

import os
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.converter import DataConverter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime

from activities.home_files import stack_runs
from activities.settings import NAMESPACE, Settings

_LONGEST_CONNECT: Final = timedelta(seconds=5)


class TemporalUnreachableError(Exception):
    """Temporal did not answer, or its configuration cannot be used. Nothing was sent."""

    def __init__(self, address: str | None, reason: str) -> None:
        super().__init__(reason)
        self.address = address
        self.reason = reason


def connect_options(settings: Settings, address: str | None = None) -> dict[str, Any]:
    """Arguments of `Client.connect`: TEMPORAL_* first, then TEMPORAL_CONFIG_FILE, then the home's own file.

    A given address (of the stack that this process runs itself) stands above all of them. Raises
    TemporalUnreachableError where the configuration is wrong, names a stack that does not run, or says nothing:
    the home may be a copy, and at Temporal's usual port the stack of another home, perhaps its original.
    """
    if address is not None:
        return {"target_host": address, "namespace": NAMESPACE}
    file = _config_file(settings)
    named, profile = os.environ.get("TEMPORAL_CONFIG_FILE"), os.environ.get("TEMPORAL_PROFILE")
    if named and not Path(named).is_file():
        # The SDK would pass over it, and go to whatever listens at the default address.
        raise TemporalUnreachableError(None, f"TEMPORAL_CONFIG_FILE names {named}, which is no file")
    try:
        options: dict[str, Any] = dict(
            ClientConfig.load_client_connect_config(
                config_file=None if file is None else str(file),
                # The user's own file, which the SDK reads by itself, may name the stack of another home.
                disable_file=file is None and not named and not profile,
                # To the SDK, a variable that is set to nothing says something: an address of no characters.
                override_env_vars={name: value for name, value in os.environ.items() if value},
            )
        )
    except RuntimeError as error:
        # The SDK raises ConfigError, a RuntimeError that it does not export.
        raise TemporalUnreachableError(None, f"Temporal's configuration cannot be used: {error}") from error
    if "target_host" not in options:
        chosen = (
            f"TEMPORAL_PROFILE={profile}" if profile else f"TEMPORAL_CONFIG_FILE={named}" if named else ""
        )
        why = f"{chosen} names no address" if chosen else "no stack has run in this home"
        raise TemporalUnreachableError(None, f"{why}, and TEMPORAL_ADDRESS names none")
    options.setdefault("namespace", NAMESPACE)
    if file is not None and not os.environ.get("TEMPORAL_ADDRESS") and not stack_runs(settings):
        # Another home's stack may have taken the port since; it could not even decrypt what we send.
        raise TemporalUnreachableError(options["target_host"], "the stack of this home is not running")
    return options


async def connect(
    settings: Settings,
    *,
    identity: str,
    converter: DataConverter | None = None,
    address: str | None = None,
    runtime: Runtime | None = None,
) -> Client:
    """A connected client, speaking as `identity`. Raises TemporalUnreachableError."""
    options = connect_options(settings, address)
    try:
        return await Client.connect(
            **options,
            identity=identity,
            data_converter=converter or DataConverter.default,
            connect_timeout=_LONGEST_CONNECT,
            runtime=runtime,
        )
    except ValueError as error:
        reason = "that is no address such as 127.0.0.1:7233"
        raise TemporalUnreachableError(options["target_host"], reason) from error
    except RuntimeError as error:
        raise TemporalUnreachableError(options["target_host"], _in_short(str(error))) from error


def _config_file(settings: Settings) -> Path | None:
    """The home's file, unless the environment chooses; then the SDK finds what the environment says."""
    chosen = os.environ.get("TEMPORAL_CONFIG_FILE") or os.environ.get("TEMPORAL_PROFILE")
    return None if chosen or not settings.temporal_config_file.is_file() else settings.temporal_config_file


def _in_short(message: str) -> str:
    """The SDK quotes the whole chain of its transport errors; people need its last word."""
    for words in ("Connection refused", "connection refused", "dns error", "timed out", "certificate"):
        if words in message:
            return words.lower()
    if "InvalidContentType" in message:
        return "it does not speak TLS"
    return message.removeprefix("Failed client connect: ")[:200]


async def missing_search_attributes(
    client: Client, wanted: Sequence[SearchAttributeKey[Any]]
) -> list[SearchAttributeKey[Any]]:
    """Those that the namespace does not have. Raises RPCError."""
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace), timeout=_LONGEST_CONNECT
    )
    return [key for key in wanted if key.name not in answer.custom_attributes]


async def register_search_attributes(client: Client, wanted: Sequence[SearchAttributeKey[Any]]) -> list[str]:
    """Add those that are missing, and name them; adding one twice is no error. Raises RPCError."""
    missing = await missing_search_attributes(client, wanted)
    if missing:
        types = {key.name: IndexedValueType.ValueType(int(key.indexed_value_type)) for key in missing}
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=types),
            timeout=_LONGEST_CONNECT,
        )
    return [key.name for key in missing]
