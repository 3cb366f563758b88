"""A home whose log is in a PostgreSQL server of one's own remembers where: no later line starts a second log."""

from activities.database_url import DatabaseUrl
from activities.places import PlaceError, remembered
from activities.settings import Settings
from starter.failures import Exit, Failure


def remember_database(settings: Settings) -> None:
    """Write down the database that the environment names, for every later line in this home. Raises Failure.

    A home has one log: one that is in files, or in another database, does not move by a variable.
    """
    named = settings.database_url
    if named is None or settings.vault_url is None:
        return
    try:
        known = remembered(settings)
    except PlaceError as error:
        raise Failure(Exit.USAGE, "H-DATABASE", str(error), (error.fix,)) from None
    if settings.log_file.exists() or (known is not None and _elsewhere(known.database_url, named)):
        place = settings.log_file if known is None else known.database_url
        raise Failure(
            Exit.USAGE,
            "H-DATABASE",
            f"{settings.home} keeps its log in {place}, and a log does not move; BROKERAGE_DATABASE_URL names another.",
            next_lines=(
                "env -u BROKERAGE_DATABASE_URL -u BROKERAGE_VAULT_URL brokerage up",
                "BROKERAGE_HOME=<a new directory> brokerage up",
            ),
        )
    draft = settings.database_file.with_suffix(".draft")
    draft.write_text(
        "# Written by `brokerage up`; what BROKERAGE_DATABASE_URL and BROKERAGE_VAULT_URL say comes first.\n"
        f'database_url = "{named}"\nvault_url = "{settings.vault_url}"\n',
        "utf-8",
    )
    draft.replace(settings.database_file)


def _elsewhere(known: DatabaseUrl, named: DatabaseUrl) -> bool:
    """Whether these are two databases; as whom one logs in makes no other of one."""
    return known.place != named.place
