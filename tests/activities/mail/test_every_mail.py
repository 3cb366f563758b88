"""Every mail of every sample case, as it is filled from the case itself, in each language of its programme."""

import re
from collections.abc import Iterator
from functools import lru_cache

import pytest

from activities.mail.letters import letter
from activities.mail.recipients import Recipient
from activities.mail.wording import Subject, worded
from domain.case.mail_templates import TEMPLATES
from domain.case.notices import is_wanted, notices
from domain.case.state import CaseState, evolve
from domain.programmes.model import Language
from domain.text.mail import LONGEST_SUBJECT, MailText, as_plain
from tests.domain.case.office import NAMES
from tests.domain.case.test_state import offices

UNTIDY = re.compile(r"[{}_]|  | [.,;:]|\.\.|: ?\.|\(\)|None|‹withheld›")
"""What is seen where something was filled with nothing, or with a word of the machine."""


@lru_cache(maxsize=1)
def subjects() -> tuple[Subject, ...]:
    """What is told of whom in all sample cases, each at the moment at which it happens."""
    return tuple(_subjects())


def _subjects() -> Iterator[Subject]:
    for office in offices():
        state = CaseState()
        for event, at in office.log:
            state = evolve(state, event, at)
            for notice in notices(event, state):
                if is_wanted(notice, state):
                    yield Subject(notice, event, state, office.programme, NAMES)


def told(subject: Subject) -> list[MailText]:
    """The mail in every language of its programme."""
    return [
        worded(subject, language) for language in Recipient("somebody", "both").languages(subject.programme)
    ]


def test_the_sample_cases_send_many_kinds_of_mail_in_both_programmes() -> None:
    for code in ("EAS", "DEPED"):
        kinds = {s.notice.template for s in subjects() if s.programme.code == code}
        assert kinds <= set(TEMPLATES)
        assert {"head_consent_requested", "signature_requested", "case_closed"} <= kinds


def test_nothing_is_missing_from_a_mail_in_any_language() -> None:
    for subject in subjects():
        for mail in told(subject):
            commands = re.compile(r"brokerage case .*")
            said = commands.sub("", as_plain([mail]))
            assert not UNTIDY.search(said), said
            assert not UNTIDY.search(commands.sub("", mail.subject)), mail.subject
            assert len(mail.subject) <= LONGEST_SUBJECT


def test_a_mail_that_asks_names_a_day_in_words_of_its_language() -> None:
    months: dict[Language, str] = {
        "cy": "Medi|Hydref|Tachwedd|Rhagfyr|Ionawr|Chwefror|Mawrth|Ebrill|Mai|Mehefin",
        "en": "September|October|November|December|January|February|March|April|May|June",
        "fil": "Setyembre|Oktubre|Nobyembre|Disyembre|Enero|Pebrero|Marso|Abril|Mayo|Hunyo",
    }
    asking = [s for s in subjects() if s.notice.template.endswith("_requested")]
    assert asking
    for subject in asking:
        for mail in told(subject):
            assert re.search(f"({months[mail.language]}) 20[0-9]{{2}}", mail.action or ""), mail.action


def test_a_letter_says_all_languages_of_the_programme_to_those_who_want_both() -> None:
    for subject in subjects():
        whole = letter(told(subject))
        wanted = ("cy", "en") if subject.programme.code == "EAS" else ("en", "fil")
        assert whole.languages == wanted
        assert all(f'<article lang="{language}"' in whole.html for language in wanted)


@pytest.mark.parametrize(("wish", "languages"), [("cy", ("cy",)), ("en", ("en",)), ("both", ("cy", "en"))])
def test_a_wish_for_one_language_is_kept(wish: str, languages: tuple[str, ...]) -> None:
    welsh = next(s.programme for s in subjects() if s.programme.code == "EAS")
    assert Recipient("somebody", wish).languages(welsh) == languages
