"""What mails say: by template and language, a subject, paragraphs, and the line that asks for something."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class MailText:
    """One mail in one language."""

    subject: str
    paragraphs: tuple[str, ...]
    action: str | None = None
    """What is asked, and how it is done; None where nothing is."""


def mail_text(template: str, language: str, values: Mapping[str, str]) -> MailText:
    """The text of a template in a language; `values` are its placeholders. Raises KeyError for an unknown one."""
    words = template.replace("_", " ")
    known = "; ".join(f"{name}: {value}" for name, value in sorted(values.items()) if value)
    return MailText(
        f"{values['reference']}: {words}", (f"[{language}] {words}.", known), values.get("command")
    )


def as_plain(texts: Sequence[tuple[str, MailText]]) -> str:
    """The plain text of a mail, one language after the other."""
    parts = ["\n\n".join(filter(None, (*text.paragraphs, text.action))) for _, text in texts]
    return "\n\n----------\n\n".join(parts) + "\n"


def as_html(texts: Sequence[tuple[str, MailText]]) -> str:
    """The same as HTML; each language is marked as such."""
    parts = [
        f'<div lang="{language}">'
        + "".join(f"<p>{escape(part)}</p>" for part in (*text.paragraphs, text.action) if part)
        + "</div>"
        for language, text in texts
    ]
    return f'<!doctype html><html lang="{texts[0][0]}"><body>{"<hr>".join(parts)}</body></html>'
