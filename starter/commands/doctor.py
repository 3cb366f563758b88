"""`brokerage doctor`: is everything there that commands need, and if not, what mends it."""

import asyncio
import sys
from dataclasses import asdict

from activities.health import all_needed, check_home, check_log, check_person, check_temporal
from activities.health_mail import check_mail
from activities.health_storage import check_storage
from activities.home_files import HomeFileError, read_private, read_profile
from activities.settings import Settings
from starter.failures import Exit, Failure


def doctor(*, json: bool = False) -> int:
    """Look at home, keys, log, person, mail, Temporal and workers; each line says what is wrong and the fix.

    Parameters
    ----------
    json
        Print the findings as JSON.
    """
    from workflows.converter import PayloadKeys
    from workflows.search_attributes import SEARCH_ATTRIBUTES

    settings = Settings()
    person = read_profile(settings)
    checks = check_home(settings, PayloadKeys.parse)
    if checks[0].ok:
        # Without a home the rest could only say the same again.
        checks += [
            *check_storage(settings),
            *check_log(settings),
            check_person(settings, person, _own_public_key(settings, person)),
            check_mail(settings),
        ]
    elif settings.database_url is not None:
        # Whoever only reads a log in PostgreSQL needs no home.
        checks += check_log(settings)
    checks += asyncio.run(
        check_temporal(settings, SEARCH_ATTRIBUTES, workers=True, payload_keys=_payload_keys(settings))
    )
    well = all_needed(checks)
    if json:
        import orjson

        report = {"ok": well, "checks": [asdict(check) for check in checks]}
        sys.stdout.write(orjson.dumps(report, option=orjson.OPT_INDENT_2).decode() + "\n")
    else:
        sys.stdout.write("".join(check.line() + "\n" for check in checks))
    return Exit.DONE if well else Exit.UNREACHABLE


def _payload_keys(settings: Settings) -> frozenset[str]:
    """Fingerprints of this home's payload keys; none where the file is missing or wrong, a finding itself."""
    from workflows.converter import PayloadKeyError, PayloadKeys

    try:
        return frozenset(PayloadKeys.parse(read_private(settings.payload_keys_file)).fingerprints())
    except (HomeFileError, PayloadKeyError):
        return frozenset()


def _own_public_key(settings: Settings, person: str | None) -> str | None:
    from starter.home import profile_seed, public_key_of

    if person is None:
        return None
    try:
        return public_key_of(profile_seed(settings, person))
    except Failure:
        return None
