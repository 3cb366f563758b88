"""Reaching Temporal for a person's command."""

from temporalio.client import Client

from activities.home_files import HomeFileError, read_private, read_profile
from activities.settings import Settings
from activities.temporal_client import TemporalUnreachableError
from activities.temporal_client import connect as connect_client
from starter.failures import Exit, Failure


async def connect(settings: Settings, *, person: str | None = None, address: str | None = None) -> Client:
    """A client that speaks as the person (by default the profile's), with encrypted payloads.

    `address` is that of a stack which this process runs itself. Raises Failure; nothing was sent then.
    """
    from workflows.converter import PayloadKeys, data_converter

    try:
        converter = data_converter(PayloadKeys.parse(read_private(settings.payload_keys_file)))
    except HomeFileError as error:
        raise Failure(Exit.UNREACHABLE, "H-FILE", str(error), (error.fix,), ("brokerage doctor",)) from error
    identity = person or read_profile(settings)
    if identity is None:
        raise Failure(
            Exit.USAGE,
            "H-PROFILE",
            "Nobody is named to act: this home has no profile, and BROKERAGE_PROFILE is not set.",
            next_lines=("brokerage doctor",),
        )
    try:
        return await connect_client(settings, identity=identity, converter=converter, address=address)
    except TemporalUnreachableError as error:
        raise unreachable(error) from error


def unreachable(error: TemporalUnreachableError) -> Failure:
    """What people read when Temporal does not answer."""
    where = f" at {error.address}" if error.address else ""
    return Failure(
        Exit.UNREACHABLE,
        "U-TEMPORAL",
        f"Temporal is not reachable{where}: {error.reason}. Nothing was sent; reading still works.",
        next_lines=("brokerage up", "brokerage doctor"),
    )
