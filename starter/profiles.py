"""Keys of people who work from this home."""

import base64
import os
import re
import secrets

from activities.home_files import KEY_BYTES
from activities.settings import Settings
from domain.ids import PERSON_ID_PATTERN
from starter.failures import Exit, Failure
from starter.home import load_home, profile_file, public_key_of, read_seed


def create_profile(settings: Settings, person: str) -> str:
    """Make a signing key for the person, unless this home holds one; returns its public key, base64.

    The private key never leaves the file, which only its owner can read. Raises Failure.
    """
    if not re.fullmatch(PERSON_ID_PATTERN, person):
        raise Failure(
            Exit.USAGE,
            "E-PERSON",
            f"{person!r} cannot name a person: small letters, digits, '.' and '-' only.",
        )
    load_home(settings)
    path = profile_file(settings, person)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return public_key_of(read_seed(path))
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
    return public_key_of(read_seed(path))
