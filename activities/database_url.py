"""A PostgreSQL database as settings name it: a libpq URL that holds no password."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

_SCHEMES: Final = ("postgresql://", "postgres://")
_SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret"})


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
        if not self.text.startswith(_SCHEMES):
            raise ValueError("not a PostgreSQL URL: postgresql://login@host/database")
        # libpq knows no fragment: to it, what follows a '#' is part of a name, a value or a password.
        if "#" in self.text or not self.text.isprintable():
            raise ValueError("no '#' nor a control character belongs into a URL: %23 stands for '#'")
        # A password with a '/' in it, or an empty one, is none to libpq; whoever typed it meant one.
        before_host = self.text.partition("://")[2].partition("?")[0].rpartition("@")[0]
        if ":" in before_host or not _SECRETS.isdisjoint(_as_libpq_reads(self.text)):
            raise ValueError(
                "no password belongs into a URL: put it into ~/.pgpass, the file that PGPASSFILE names,"
                " or a service file"
            )

    def __str__(self) -> str:
        return self.text

    @property
    def place(self) -> tuple[str | None, ...]:
        """Host, port, database and service: what makes it this database, whoever logs in."""
        said = _as_libpq_reads(self.text)
        return tuple(said.get(name) for name in ("host", "hostaddr", "port", "dbname", "service"))

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


def _as_libpq_reads(url: str) -> dict[str, str]:
    """What the URL says, by libpq's own reading: any other may overlook what libpq would find.

    Raises ValueError.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {name: str(value) for name, value in conninfo_to_dict(url).items() if value is not None}
    except (psycopg.Error, ValueError):
        raise ValueError("not a URL that PostgreSQL reads: postgresql://login@host/database") from None
