"""Every event is told in every language of its programme, in that programme's words, with nothing of the machine."""

import re

import pytest

from domain.case import events as e
from domain.case.events import CASE_EVENTS
from domain.personal import WITHHELD
from domain.programmes.model import Language
from domain.text.sentences import TELLINGS, sentence
from domain.text.voice import Voice
from tests.domain.case.office import NAMES
from tests.domain.case.test_state import offices
from tests.domain.text.samples import events_told


def test_there_is_a_telling_for_every_event_and_for_nothing_else() -> None:
    assert set(TELLINGS) == set(CASE_EVENTS.values())


def test_the_samples_tell_every_event_in_every_variant() -> None:
    wanted = {(event, variant) for event, t in TELLINGS.items() for variant in t.variants or (None,)}
    told = {(type(event), _variant(event)) for event, _ in events_told()}
    assert told == wanted


@pytest.mark.parametrize("language", ["cy", "en", "fil"])
def test_every_sentence_is_a_sentence(language: Language) -> None:
    for event, programme in events_told():
        if language not in programme.languages:
            continue
        words = sentence(event, Voice(programme, NAMES, language))
        assert not words[0].islower(), words
        assert words.endswith("."), words
        assert not re.search(r"None|[_{}]", words), words
        assert WITHHELD not in words


def test_a_sentence_in_another_language_holds_no_english_of_the_programme() -> None:
    for event, programme in events_told():
        for language in set(programme.languages) - {"en"}:
            words = sentence(event, Voice(programme, NAMES, language))
            by_id = words.replace(str(getattr(event, "person", None)), "")
            for english in programme.vocabulary.values():
                assert english.en not in by_id, words


def test_a_name_with_braces_stands_in_a_sentence_as_it_is() -> None:
    hostile = "{by} {0} {recipient.__class__} {{"
    office = next(office for office in offices() if office.route == "school")
    drafted = next(event for event, _ in office.log if isinstance(event, e.CaseDrafted))
    for language in ("cy", "en"):
        assert hostile in sentence(drafted, Voice(office.programme, {drafted.recipient: hostile}, language))


def _variant(event: e.CaseEvent) -> str | None:
    choose = TELLINGS[type(event)].variant
    return choose(event) if choose else None
