"""The words of each language are whole, and the check says so where they are not."""

from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel, ValidationError

from domain.case import commands as c
from domain.case import events as e
from domain.case.money_events import OpenVisit
from domain.case.shape import OfferMade
from domain.case.stages import Stage
from domain.case.values import ObjectiveRating
from domain.directory import providers
from domain.text.catalogue import LANGUAGES, Catalogue, catalogue, number_form, placeholders
from domain.text.check import different, faults, incomplete, main, shipped, unusable
from domain.text.mail import MailTemplate, mail_texts


def test_every_language_has_every_text_with_the_same_placeholders() -> None:
    assert faults() == []


def test_the_check_prints_what_it_looked_at(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert capsys.readouterr().out.startswith("✓ Texts: ")


def test_a_text_that_a_language_lacks_is_found() -> None:
    assert list(different({"a": "A", "b": "B"}, {"a": "A"})) == ["b is missing"]
    assert list(different({"a": "A"}, {"a": "A", "b": "B"})) == ["b is not said in en"]


def test_a_placeholder_that_a_language_lacks_is_found() -> None:
    assert list(different({"a": "{on} {by}"}, {"a": "{on}"})) == ["a has on; in en it has by, on"]
    assert list(different({"a": "A"}, {"a": "{on}"})) == ["a has on; in en it has no placeholder"]


def test_an_event_a_stage_or_a_wait_without_words_is_found() -> None:
    words = catalogue("en")
    bare = words.model_copy(
        update={
            "sentences": {k: v for k, v in words.sentences.items() if k != "CaseArchived"}
            | {"CaseEaten": "."},
            "stages": {k: v for k, v in words.stages.items() if k != "triage"},
            "waits": {k: v for k, v in words.waits.items() if k != "funding"},
        }
    )
    assert list(incomplete(bare, shipped())) == [
        "sentences.CaseArchived is missing",
        "sentences.CaseEaten is told of no event",
        "stages.triage is missing, or no stage",
        "waits.funding of DEPED is missing",
        "waits.funding of EAS is missing",
    ]


def test_a_mail_without_a_text_a_text_without_a_mail_and_what_nothing_fills_are_found() -> None:
    texts = mail_texts("en")
    mails = {name: mail for name, mail in texts.mails.items() if name != "case_closed"}
    mails["love_letter"] = MailTemplate(subject="{reference}", paragraphs=("a",))
    mails["case_paused"] = MailTemplate(subject="{reference}", paragraphs=("{weather}, {provider}",))
    assert list(unusable(texts.model_copy(update={"mails": mails}))) == [
        "mails.case_closed is missing",
        "mails.love_letter is sent by nothing",
        "mails.case_paused has weather, which nothing fills",
    ]


def test_every_code_that_an_event_may_hold_has_a_word_and_no_other() -> None:
    codes: dict[str, set[str]] = {
        "tier": allowed(e.TriageAccepted, "tier"),
        "urgency": allowed(e.TriageAccepted, "urgency"),
        "mode": allowed(e.VisitScheduled, "mode"),
        "rating": allowed(ObjectiveRating, "rating"),
        "outcome": allowed(e.CaseClosed, "outcome"),
        "follow_up": allowed(e.CaseClosed, "follow_up"),
        "widening": allowed(e.NoPartnerFound, "widening"),
        "mid_review": allowed(e.MidReviewRecorded, "decision"),
        "sustained": allowed(e.FollowUpRecorded, "sustained"),
        "enrolment": allowed(e.EnrolmentEnded, "outcome"),
        "assistance": allowed(e.AssistanceNoted, "given_by"),
        "completion": allowed(e.DeliveryCompleted, "cause"),
        "decline_reason": allowed(c.Decline, "reason_code"),
        "offer_reason": allowed(c.DeclineOffer, "reason_code"),
        "visit_reason": allowed(c.MissVisit, "reason_code") | allowed(c.CancelVisit, "reason_code"),
        "pause_reason": allowed(c.Pause, "reason_code"),
        "lapse_held": allowed(e.LapseHeld, "because"),
        "contact": allowed(e.ContactRecorded, "method"),
        "release_cause": allowed(e.BudgetReleased, "cause"),
        "left_open": allowed(OpenVisit, "because"),
        "mail_failure": allowed(e.MailFailed, "reason"),
        "season": {"spring", "summer", "autumn"},
        "phase": allowed(e.CaseDrafted, "phase"),
        "language": allowed(e.CaseDrafted, "support_language") - {"either"},
        "offer_outcome": allowed(OfferMade, "outcome"),
        "suspension": allowed(providers.Suspend, "reason_code"),
    }
    for language in LANGUAGES:
        assert {kind: set(words) for kind, words in catalogue(language).words.items()} == codes


def test_english_says_stages_as_everything_else_does() -> None:
    assert catalogue("en").stages == {stage.value: stage.words for stage in Stage}


def test_every_language_is_in_a_file_of_its_own_name() -> None:
    assert [catalogue(language).language for language in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("template", ["{}", "{0}", "{a.b}", "{a[0]}", "{a!r}", "{a:>9}", "{a", "a}"])
def test_a_template_with_anything_but_plain_names_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match=r"placeholder|brace|\}|expected"):
        placeholders(template)
    with pytest.raises(ValidationError):
        Catalogue.model_validate(catalogue("en").model_dump() | {"phrases": {"party": template}})


@pytest.mark.parametrize("forms", [{"one": "{n} day"}, {"other": "days"}, {"two": "a pair", "other": "{n}"}])
def test_an_amount_that_hides_its_number_is_refused(forms: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"amounts\.days"):
        Catalogue.model_validate(catalogue("en").model_dump() | {"amounts": {"days": forms}})


def test_numbers_take_the_forms_of_the_language() -> None:
    assert [number_form("cy", n) for n in (0, 1, 2, 3, 6, 10)] == [
        "other",
        "one",
        "two",
        "few",
        "many",
        "other",
    ]
    assert [number_form("en", n) for n in (0, 1, 2)] == ["other", "one", "other"]


def allowed(model: type[BaseModel], field: str) -> set[str]:
    """The codes that a field may hold, alone or several of them."""
    found: set[str] = set()
    left: list[Any] = [model.model_fields[field].annotation]
    while left:
        kind = left.pop()
        if get_origin(kind) is Literal:
            found |= set(get_args(kind))
        else:
            left += get_args(kind)
    return found
