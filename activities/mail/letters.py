"""One letter from its texts: whole in each language, one after the other."""

from collections.abc import Sequence

from activities.mail.message import Letter
from domain.text.mail import MailText, as_plain, as_subject
from domain.text.mail_html import as_html


def letter(texts: Sequence[MailText]) -> Letter:
    """The texts as one letter."""
    return Letter(as_subject(texts), as_plain(texts), as_html(texts), tuple(text.language for text in texts))
