"""Every mail that a case can cause can be written, in every language of its programme, with nothing left open."""

import re

import pytest

from activities.mail.wording import Subject, worded
from domain.text.mail import MailText
from domain.text.voice import Voice
from tests.domain.case.office import Office
from tests.domain.case.test_notices import told
from tests.domain.case.test_state import offices

SCHOOLS = {"6990001": "Ysgol y Bryn", "6990002": "Ysgol y Môr", "6990004": "Ysgol y Glyn"}


def mails(office: Office) -> list[tuple[Subject, MailText]]:
    """Each mail of a case as it would be written at once, in each language."""
    return [
        (subject, worded(subject, language))
        for event, state, notice, programme in told(office)
        for subject in [Subject(notice, event, state, programme, SCHOOLS)]
        for language in programme.languages
    ]


@pytest.mark.parametrize("office", offices(), ids=lambda office: office.reference)
def test_every_mail_of_every_case_can_be_written(office: Office) -> None:
    written = mails(office)
    assert written
    for subject, text in written:
        whole = "\n".join((text.subject, *text.paragraphs, text.action or "", *text.closing))
        said = (subject.notice, text.language, whole)
        assert subject.state.reference in text.subject, said
        assert not re.search(r"[{}]|\(\)|: ?[.?]| \.|  ", whole), said


def test_a_request_says_until_when_and_how_it_is_answered() -> None:
    subject, text = next(
        (subject, text)
        for office in offices()
        for subject, text in mails(office)
        if subject.notice.template == "head_consent_requested" and text.language == "en"
    )
    deadline = subject.state.deadline("head_consent")
    assert deadline is not None
    whole = "\n".join((*text.paragraphs, text.action or "", *text.closing))
    assert Voice(subject.programme, {}).long_due(deadline.due_at) in (text.action or "")
    assert "10 school days" in whole
    assert f"brokerage case consent {subject.state.reference}" in whole
