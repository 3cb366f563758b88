"""`python -m domain.text.check`: every text is there in every language, with the same placeholders.

Languages are equals: a sentence that Welsh lacks is a fault, not a gap that English fills.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from domain.case.events import CASE_EVENTS
from domain.case.mail_templates import TEMPLATES
from domain.case.stages import Stage
from domain.matching.score import CRITERIA
from domain.programmes import Programme, parse_programme
from domain.programmes.model import Language
from domain.text.catalogue import LANGUAGES, Catalogue, catalogue, placeholders
from domain.text.mail import MailTexts, mail_texts
from domain.text.ranking import EXCLUSIONS, REASONS
from domain.text.sentences import TELLINGS

REFERENCE: Language = "en"
"""The language that the others are compared with; a fault of its own shows as one of theirs."""


def faults() -> list[str]:
    """What is missing, too much or different, in words: 'cy.toml: sentences.CaseArchived is missing'."""
    found = []
    for language in LANGUAGES:
        for name, given, wanted in (
            (f"{language}.toml", catalogue(language), catalogue(REFERENCE)),
            (f"{language}.mail.toml", mail_texts(language), mail_texts(REFERENCE)),
        ):
            keys = different(dict(wanted.templates()), dict(given.templates()))
            found += [f"{name}: {fault}" for fault in keys]
    found += [f"{REFERENCE}.toml: {fault}" for fault in incomplete(catalogue(REFERENCE), shipped())]
    found += [f"{REFERENCE}.mail.toml: {fault}" for fault in unusable(mail_texts(REFERENCE))]
    return found


def shipped() -> list[Programme]:
    """The programmes that come with this version."""
    files = sorted((Path(__file__).parents[1] / "programmes").glob("*.toml"))
    return [parse_programme(file.read_text(encoding="utf-8"), file.name) for file in files]


def different(wanted: Mapping[str, str], given: Mapping[str, str]) -> Iterator[str]:
    """Where the keys or the placeholders of two languages differ."""
    yield from (f"{key} is missing" for key in wanted if key not in given)
    yield from (f"{key} is not said in {REFERENCE}" for key in given if key not in wanted)
    for key in wanted.keys() & given.keys():
        asked, has = placeholders(wanted[key]), placeholders(given[key])
        if asked != has:
            yield f"{key} has {_named(has)}; in {REFERENCE} it has {_named(asked)}"


def incomplete(words: Catalogue, programmes: Iterable[Programme]) -> Iterator[str]:
    """Events, stages and waits that the language has no words for, and words for what there is not."""
    told = {
        f"{event.type_name()}.{variant}" if variant else event.type_name()
        for event, telling in TELLINGS.items()
        for variant in telling.variants or (None,)
    }
    said = {key.removeprefix("sentences.") for key, _ in words.templates() if key.startswith("sentences.")}
    yield from (f"sentences.{key} is missing" for key in sorted(told - said))
    yield from (f"sentences.{key} is told of no event" for key in sorted(said - told))
    untold = set(CASE_EVENTS.values()) - set(TELLINGS)
    yield from (f"{event.type_name()} has no telling in sentences.py" for event in untold)
    for kind, known, has in (
        ("criteria", CRITERIA, words.criteria),
        ("reasons", REASONS, words.reasons),
        ("exclusions", EXCLUSIONS, words.exclusions),
    ):
        yield from (f"{kind}.{name} is missing, or none" for name in sorted(set(known) ^ set(has)))
    for name in sorted({stage.value for stage in Stage} ^ set(words.stages)):
        yield f"stages.{name} is missing, or no stage"
    for programme in programmes:
        missing = sorted(set(programme.waits) - set(words.waits))
        yield from (f"waits.{name} of {programme.code} is missing" for name in missing)


def unusable(texts: MailTexts) -> Iterator[str]:
    """Mails that nothing sends, mails without a text, and placeholders that nothing fills."""
    yield from (f"mails.{name} is missing" for name in sorted(set(TEMPLATES) - set(texts.mails)))
    yield from (f"mails.{name} is sent by nothing" for name in sorted(set(texts.mails) - set(TEMPLATES)))
    for name in sorted(set(texts.mails) & set(TEMPLATES)):
        used = texts.placeholders(name)
        if unknown := used - TEMPLATES[name]:
            yield f"mails.{name} has {_named(unknown)}, which nothing fills"


def main() -> int:
    """Print what is wrong, or that nothing is; the exit code."""
    found = faults()
    for fault in found:
        print(f"✗ domain/text/{fault}")  # noqa: T201
    texts = sum(1 for spoken in (catalogue(REFERENCE), mail_texts(REFERENCE)) for _ in spoken.templates())
    mark = "✗" if found else "✓"
    print(f"{mark} Texts: {texts} in each of {', '.join(LANGUAGES)}.")  # noqa: T201
    return 1 if found else 0


def _named(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "no placeholder"


if __name__ == "__main__":
    sys.exit(main())
