"""A PostgreSQL database as settings name it: a libpq URL that holds no password."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_SCHEMES: Final = frozenset({"postgresql", "postgres"})
_SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})


LOGIN_FIX: Final = (
    "Put the password into ~/.pgpass, mode 600, one line: host:port:database:login:password"
    " (or into the file that PGPASSFILE names)."
)


def lacks_password(said: str) -> bool:
    """Whether the server wanted a password and libpq found none, from the words of its refusal."""
    return "no password supplied" in said


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """Where a PostgreSQL database is and as whom to log in, in libpq's own words.

    `postgresql://worker@db.example/brokerage?sslmode=verify-full`, or `postgresql:///?service=brokerage`.
    Passwords belong into a password file (PGPASSFILE, `?passfile=`, ~/.pgpass) or a service file: an URL
    stands in environments, in process lists and in logs. So everything kept here may be shown.
    """

    text: str

    def __post_init__(self) -> None:
        """Raises ValueError where it is no such URL, or holds a secret; the message never repeats it."""
        try:
            parts = urlsplit(self.text)
            secret = parts.password is not None
            asked = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        except ValueError:
            raise ValueError("not a URL such as postgresql://login@host/database") from None
        if parts.scheme not in _SCHEMES:
            raise ValueError("not a PostgreSQL URL: postgresql://login@host/database")
        if secret or asked & _SECRETS:
            raise ValueError(
                "no password belongs into a URL: put it into ~/.pgpass, the file that PGPASSFILE names,"
                " or a service file"
            )

    def __str__(self) -> str:
        return self.text

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        def read(value: Any) -> DatabaseUrl:
            if isinstance(value, cls):
                return value
            if not isinstance(value, str):
                raise ValueError("not a text")
            return cls(value)

        return core_schema.no_info_plain_validator_function(
            read, serialization=core_schema.to_string_ser_schema()
        )
