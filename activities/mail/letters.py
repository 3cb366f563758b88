"""One letter from its texts: whole in each language, Welsh before English where both are wanted."""

from collections.abc import Sequence
from typing import Final

from activities.mail.message import Letter
from domain.programmes.model import Language, Programme
from domain.text.mail import MailText, as_plain, as_subject
from domain.text.mail_html import as_html

_ORDER: Final[tuple[Language, ...]] = ("cy", "en", "fil")


def languages_for(wish: str, programme: Programme) -> tuple[Language, ...]:
    """The languages to write to somebody in: the one they wish, else all that the programme writes in."""
    written = tuple(language for language in _ORDER if language in programme.languages)
    return tuple(language for language in written if language == wish) or written


def letter(texts: Sequence[MailText]) -> Letter:
    """The texts as one letter."""
    return Letter(as_subject(texts), as_plain(texts), as_html(texts), tuple(text.language for text in texts))
