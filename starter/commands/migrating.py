"""`brokerage admin migrate`: bring a PostgreSQL database to this version, as its owner."""

from typing import Annotated, Literal

from cyclopts import Parameter

from activities.settings import Settings
from starter.failures import Exit, Failure
from starter.output import say


def migrate(
    *,
    only: Annotated[
        Literal["log", "vault"] | None,
        Parameter(help="Only one of both, where each has a database of its own."),
    ] = None,
) -> int:
    """Make or complete tables, guards, roles and rights in PostgreSQL; repeating it changes nothing.

    Logs in as BROKERAGE_OWNER_URL says. Workers never migrate: stop them, migrate, start the new version.
    A log in SQLite needs none of this: its worker brings it up to date.
    """
    from sqlalchemy.exc import DBAPIError

    from activities.event_log.errors import DatabaseUnfitError

    owner = Settings().owner_url
    if owner is None:
        raise Failure(
            Exit.USAGE,
            "E-OWNER",
            "Nothing says who owns the database: BROKERAGE_OWNER_URL is not set.",
            ("A log in SQLite is brought up to date by its worker.",),
            ("BROKERAGE_OWNER_URL=postgresql://<owner>@<host>/<database> brokerage admin migrate",),
        )
    from activities.event_log.postgresql import first_line, login_fix
    from activities.migrate import migrate_log, migrate_vault

    try:
        if only != "vault":
            say(f"✓ The log at {owner} is at revision {migrate_log(owner)}.")
        if only != "log":
            migrate_vault(owner)
            say(f"✓ The vault at {owner} is up to date.")
    except DatabaseUnfitError as error:
        raise Failure(
            Exit.UNREACHABLE, "U-DATABASE", str(error), (error.fix,), ("brokerage admin migrate",)
        ) from error
    except DBAPIError as error:
        raise Failure(
            Exit.UNREACHABLE,
            "U-DATABASE",
            f"{owner} cannot be migrated: {first_line(error)}.",
            (login_fix(error) or "Each of log and vault is migrated whole or not at all.",),
            ("brokerage admin migrate",),
        ) from error
    return Exit.DONE
