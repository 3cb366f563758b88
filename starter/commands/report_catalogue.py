"""`brokerage report catalogue`: what schools can ask for, to be published."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from domain.programmes.model import Language, Programme
from starter.commands.programme_names import known_programme
from starter.completing import programmes
from starter.failures import Exit, Failure
from starter.files import write_file
from starter.output import say
from starter.pages.catalogue import CSV_FIELDS, csv_rows, read_catalogue
from starter.pages.catalogue_html import as_html
from starter.reading import reading
from starter.rows import csv_text


def catalogue(
    *,
    programme: Annotated[
        str, Parameter(help="Programme whose offers they are.", completer=programmes)
    ] = "EAS",
    html: Annotated[Path | None, Parameter(help="Write a page that can be put on any web server.")] = None,
    csv: Annotated[Path | None, Parameter(help="Write the same as CSV (RFC 4180, UTF-8).")] = None,
    lang: Annotated[
        Literal["cy", "en", "fil", "both"],
        Parameter(help="Language of the page; both: every language of the programme, as equals."),
    ] = "both",
) -> int:
    """Publish what schools can ask for: areas, who offers what, networks and courses, how to ask.

    It names schools, never people, and the position of the log at which it holds: the same log always gives
    the same bytes. Both files are written anew.
    """
    if html is None and csv is None:
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            "Say where the catalogue is to be written.",
            (),
            (f"brokerage report catalogue --programme {programme} --html offers.html --csv offers.csv",),
        )
    with reading() as office:
        rules = known_programme(office, programme)
        found = read_catalogue(office, rules)
    languages = _languages(rules, lang)
    if html is not None:
        write_file(html, as_html(found, languages).encode())
    if csv is not None:
        write_file(csv, csv_text(csv_rows(found), CSV_FIELDS).encode())
    schools = {one.school for offers in found.areas for one in offers.schools}
    networks = {row["code"] for offers in found.areas for row in offers.networks}
    say(
        f"✓ {rules.code} at position {found.position}: {len(found.areas)} areas, {len(schools)} schools, "
        f"{len(networks)} networks and courses."
    )
    for path in filter(None, (html, csv)):
        say(f"  {path}")
    return Exit.DONE


def _languages(rules: Programme, lang: str) -> tuple[Language, ...]:
    chosen = tuple(language for language in rules.languages if lang in {language, "both"})
    if not chosen:
        raise Failure(
            Exit.USAGE,
            "E-VALUE",
            f"--lang: {rules.code} does not speak {lang!r}; its languages are {', '.join(rules.languages)}.",
        )
    return chosen
