"""Mails say what happened, what is asked, until when and how; whole in every language, harmless whatever fills them."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.programmes.model import Language, Programme
from domain.text.catalogue import LANGUAGES
from domain.text.mail import (
    LONGEST_SUBJECT,
    MAY_BE_EMPTY,
    MailTemplate,
    MailText,
    as_plain,
    as_subject,
    mail_text,
    mail_texts,
)
from domain.text.mail_html import as_html
from tests.domain.case.office import deped, eas
from tests.domain.text.mail_samples import REFERENCE, sample_values

KINDS = sorted(mail_texts("en").mails)
HOSTILE = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "{reference}",
            "{0.__class__}",
            "{{}}",
            "a\r\nBcc: x@y.example",
            "<script>alert(1)</script>",
            "\x1b[2J",
        ]
    ),
)


@pytest.mark.parametrize("programme", [eas(), deped()], ids=lambda programme: programme.code)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_whole_in_every_language_of_every_programme(kind: str, programme: Programme) -> None:
    for language in programme.languages:
        mail = mail_text(kind, language, sample_values(language, programme))
        assert mail.language == language
        assert mail.subject.startswith(f"{REFERENCE}: ")
        assert len(mail.subject) <= LONGEST_SUBJECT
        assert len(mail.paragraphs) >= 2
        assert REFERENCE in mail.closing[-1]
        told = as_plain([mail]) + mail.subject
        assert not re.search(r"[{}]|  | ,| \.|\.\.|::|\(\)", told), told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_what_has_no_value_takes_its_paragraph_with_it_and_nothing_else(
    kind: str, language: Language
) -> None:
    values = sample_values(language)
    whole = mail_text(kind, language, values)
    spare = mail_text(kind, language, values | dict.fromkeys(MAY_BE_EMPTY, ""))
    kept = (*spare.paragraphs, *spare.closing)
    assert set(kept) <= {*whole.paragraphs, *whole.closing}
    assert (spare.subject, spare.action) == (whole.subject, whole.action)
    assert not re.search(r" [.,]|\(\)|: ?\.", as_plain([spare]))


def test_a_head_who_is_asked_learns_by_when_how_and_what_silence_means() -> None:
    mail = mail_text("head_consent_requested", "en", sample_values("en") | {"provider": "", "command": ""})
    assert (
        as_plain([mail])
        == f"""\
Dear colleague,

A request for support has been made for Hill Primary, in Numeracy. Nothing is arranged for your school without your consent.

* Please say by Friday 4 December 2026 at 17:00 whether you consent.

Time given for this: 10 school days.

To answer, reply to this mail: that you consent, or why you do not. Your school has no disadvantage if you do not.

If we have heard nothing by Friday 18 December 2026, the request ends. It can be opened again afterwards.

Questions? Reply to this mail. It reaches the office of the programme (broker).

Case {REFERENCE}, EAS Partner Schools: support for Hill Primary, Numeracy.
"""
    )


def test_where_silence_ends_nothing_no_consequence_is_told() -> None:
    values = sample_values("en") | {"lapse": ""}
    assert "we have heard nothing" not in as_plain([mail_text("signature_requested", "en", values)])


def test_welsh_stands_first_whole_and_says_that_english_follows() -> None:
    texts = [mail_text("case_paused", language, sample_values(language)) for language in ("cy", "en")]
    plain = as_plain(texts)
    assert plain.startswith("English below.\n\nAnnwyl gyfaill,")
    assert plain.index("wedi'i oedi") < plain.index("Dear colleague,")
    assert plain.endswith(as_plain(texts[1:]))
    assert as_subject(texts) == f"{REFERENCE}: oedwyd yr achos / paused"


@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_hurries_or_threatens(kind: str) -> None:
    told = as_plain([mail_text(kind, "en", sample_values("en"))]).lower()
    assert not re.search(r"urgent|immediately|failure to|you must|!|asap|deadline|penalt", told)


def test_a_mail_that_may_be_cut_short_keeps_its_reference() -> None:
    mail = mail_text("reminder", "en", sample_values("en") | {"wait": "w" * 200})
    assert mail.subject.startswith(f"{REFERENCE}: reminder: www")
    assert len(mail.subject) == LONGEST_SUBJECT


def test_what_is_always_said_may_not_hang_on_what_may_be_missing() -> None:
    with pytest.raises(ValidationError, match="must not name lapse"):
        MailTemplate(subject="{reference}", paragraphs=("a",), action="Answer by {lapse}.")


def test_an_unknown_mail_and_a_missing_value_are_bugs() -> None:
    with pytest.raises(KeyError):
        mail_text("love_letter", "en", sample_values("en"))
    with pytest.raises(KeyError):
        mail_text("reminder", "en", {"reference": REFERENCE})


@given(kind=st.sampled_from(KINDS), language=st.sampled_from(LANGUAGES), hostile=HOSTILE)
def test_whatever_fills_a_mail_stays_text(kind: str, language: Language, hostile: str) -> None:
    mail = mail_text(kind, language, dict.fromkeys(sample_values(language), hostile or "x"))
    lines = (mail.subject, mail.action or "", *mail.paragraphs, *mail.closing)
    assert not any(re.search(r"[\x00-\x1f\x7f-\x9f]", line) for line in lines)
    page = _Page()
    page.feed(as_html([mail]))
    assert page.tags <= {"html", "head", "meta", "title", "body", "article", "h1", "p", "strong"}
    assert [" ".join(p.split()) for p in page.paragraphs] == [
        " ".join(p.split())
        for p in (*mail.paragraphs, *([mail.action] if mail.action else []), *mail.closing)
    ]


def test_html_says_which_language_each_part_is_in_and_asks_for_nothing_from_outside() -> None:
    texts = [mail_text("reminder", language, sample_values(language)) for language in ("cy", "en")]
    html = as_html(texts)
    assert '<html lang="cy">' in html
    assert html.index('<article lang="cy"') < html.index('<article lang="en"')
    assert '<p lang="en">English below.</p>' in html
    assert html.count("<h1") == 2
    assert 'name="viewport" content="width=device-width' in html
    assert not re.search(r"<img|<a |<link|<script|url\(|http|color:", html.replace("color-scheme", ""))


def test_both_forms_of_a_mail_say_the_same() -> None:
    for kind in KINDS:
        texts: list[MailText] = [mail_text(kind, "en", sample_values("en"))]
        page = _Page()
        page.feed(as_html(texts))
        assert as_plain(texts).replace("* ", "").strip().split("\n\n") == page.paragraphs


class _Page(HTMLParser):
    """The tags and the paragraphs of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.paragraphs: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "p":
            self.paragraphs.append("")
            self._open = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.paragraphs[-1] += data
