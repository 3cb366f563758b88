"""What a mail says, in one language: the texts of `<language>.mail.toml`, filled for one notice.

A mail says what happened, what is asked and until when, how to answer, what follows from silence, and which case
it is about. What fills a text stands in it as it is, on one line, and is never read as a template.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.characters import shown
from domain.programmes.model import Language
from domain.text.catalogue import Template, flat, placeholders, read_toml

LONGEST_SUBJECT: Final = 78
"""Characters of a subject in one language; what fills it is cut to fit."""


MAY_BE_EMPTY: Final = frozenset(
    {"provider", "days", "lapse", "overdue", "mode", "command", "network", "how", "dates"}
)
"""Placeholders that have no value in some cases; their paragraph is left out there."""


@dataclass(frozen=True)
class MailText:
    """One mail in one language, whole."""

    language: Language
    subject: str
    paragraphs: tuple[str, ...]
    """What happened; the greeting first."""
    action: str | None
    """What is asked and until when; None where nothing is."""
    closing: tuple[str, ...] = ()
    """How to answer, what follows from silence, whom to ask, which case."""
    below: str = ""
    """'English below.': what stands above a mail whose other part is in this language."""


class _Texts(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MailTemplate(_Texts):
    """The texts of one kind of mail. A paragraph that names a placeholder without a value is left out."""

    subject: Template
    paragraphs: tuple[Template, ...] = Field(min_length=1)
    action: Template | None = None
    answer: Template | None = None
    """How to answer, for those who do so by mail."""
    silence: Template | None = None
    """What follows where nobody answers."""
    closing: tuple[Template, ...] = ()

    @model_validator(mode="after")
    def _always_asks(self) -> Self:
        for template in filter(None, (self.subject, self.action)):
            if empty := placeholders(template) & MAY_BE_EMPTY:
                raise ValueError(
                    f"{template!r} is never left out, so it must not name {', '.join(sorted(empty))}"
                )
        return self


class CommonTexts(_Texts):
    """What stands in more than one kind of mail."""

    below: Template
    greeting: Template
    time: Template
    """The days given, where what is asked names the day."""
    command: Template
    """The line to type, for those who work with Brokerage."""
    about: tuple[Template, ...]
    """At the end of every mail: whom to ask, and which case this is."""


class MailTexts(_Texts):
    """All mails in one language."""

    language: Language
    common: CommonTexts
    mails: Mapping[str, MailTemplate]

    def templates(self) -> Iterator[tuple[str, str]]:
        """Every template under its dotted key, paragraphs by number."""
        yield from flat("", self.model_dump(exclude={"language"}))

    def placeholders(self, name: str) -> frozenset[str]:
        """Everything that a mail of this kind may name."""
        mail = self.mails[name]
        said = (mail.subject, *mail.paragraphs, *filter(None, [mail.action]), *self.after(mail))
        return frozenset().union(*map(placeholders, said))

    def after(self, mail: MailTemplate) -> tuple[str, ...]:
        """What stands behind what is asked: how long, how, what follows from silence, whom to ask, which case."""
        named = placeholders(mail.action or "")
        time = self.common.time if "due" in named else None
        command = self.common.command if mail.action else None
        asked = filter(None, (time, mail.answer, command, mail.silence))
        return (*asked, *mail.closing, *self.common.about)


@cache
def mail_texts(language: Language) -> MailTexts:
    """The mails of a language. Raises ValueError where their file is not what it should be."""
    return MailTexts.model_validate(read_toml(f"{language}.mail.toml"))


def mail_text(template: str, language: Language, values: Mapping[str, str]) -> MailText:
    """The mail, filled. Raises KeyError for a template or a placeholder that there is not: a bug.

    An empty value takes its paragraph with it: where silence has no consequence, none is told.
    """
    texts = mail_texts(language)
    chosen = texts.mails[template]
    filling = {name: shown(" ".join(value.split())) for name, value in values.items()}
    return MailText(
        language=language,
        subject=_cut(chosen.subject.format_map(filling)),
        paragraphs=(texts.common.greeting, *_filled(chosen.paragraphs, filling)),
        action=chosen.action.format_map(filling) if chosen.action else None,
        below=texts.common.below,
        closing=_filled(texts.after(chosen), filling),
    )


def as_subject(texts: Sequence[MailText]) -> str:
    """One subject line: that of the first language, and behind a stroke those of the others."""
    first, *others = (text.subject for text in texts)
    reference = first.partition(": ")[0] + ": "
    return " / ".join([first, *(other.removeprefix(reference) for other in others)])


def as_plain(texts: Sequence[MailText]) -> str:
    """The mail as plain text, each language whole, in the order given."""
    parts = [_plain(text) for text in texts]
    below = [" ".join(text.below for text in texts[1:]) + "\n"] if len(texts) > 1 else []
    return "\n".join([*below, f"\n{'-' * 40}\n\n".join(parts)])


def _plain(text: MailText) -> str:
    parts = [*text.paragraphs, *([f"* {text.action}"] if text.action else []), *text.closing]
    return "\n\n".join(parts) + "\n"


def _filled(templates: Sequence[str], values: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(
        template.format_map(values)
        for template in templates
        if all(values[name] for name in placeholders(template))
    )


def _cut(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"
