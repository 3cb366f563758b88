"""The same mail as HTML: for screen readers, small screens and dark ones alike.

No images, no links, nothing that tracks, and no colours of its own: the reader's own program chooses them. Each
language is an article that says which language it is in, so that a screen reader speaks it as such.
"""

from collections.abc import Sequence
from html import escape
from typing import Final

from domain.text.mail import MailText

_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
</head>
<body style="margin:0;padding:16px;font-family:sans-serif;font-size:16px;line-height:1.5;overflow-wrap:anywhere">
{content}
</body>
</html>
"""
_ARTICLE: Final = """\
<article lang="{language}" style="max-width:36em">
<h1 style="font-size:20px;line-height:1.3">{subject}</h1>
{paragraphs}
</article>"""
_ACTION: Final = '<p style="border-left:4px solid;padding-left:12px"><strong>{text}</strong></p>'
"""Set off by a stroke in the colour of the text, which is seen on any ground."""
_BETWEEN: Final = '\n<hr style="max-width:36em;margin-left:0">\n'


def as_html(texts: Sequence[MailText]) -> str:
    """The mail as a whole HTML document, each language whole, in the order given."""
    below = "".join(
        f'<p lang="{text.language}">{escape(text.below)}</p>\n' for text in texts[1:] if text.below
    )
    return _PAGE.format(
        language=texts[0].language,
        title=escape(texts[0].subject),
        content=below + _BETWEEN.join(map(_article, texts)),
    )


def _article(text: MailText) -> str:
    paragraphs = [
        *map(_paragraph, text.paragraphs),
        *([_ACTION.format(text=escape(text.action))] if text.action else []),
        *map(_paragraph, text.closing),
    ]
    return _ARTICLE.format(
        language=text.language, subject=escape(text.subject), paragraphs="\n".join(paragraphs)
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"
