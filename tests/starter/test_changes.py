"""What an event changed is said fact by fact, and never in words that somebody wrote."""

from domain.case.stages import Stage
from starter.views.changes import changes, facts_of
from tests.domain.case.office import in_stage


def test_a_signature_changes_who_has_signed_and_what_is_awaited() -> None:
    office = in_stage(Stage.AWAITING_SIGNATURES)
    before = facts_of(office.state)
    office.done("head.hill", "sign")
    found = changes(before, facts_of(office.state))
    assert found == {
        "agreement signatures recipient_head person": (None, "head.hill"),
        "agreement signatures recipient_head recorded_by": (None, "head.hill"),
        "due signature:recipient_head": (before["due signature:recipient_head"], None),
    }


def test_what_people_wrote_counts_as_sealed() -> None:
    facts = facts_of(in_stage(Stage.MATCHING).state)
    assert facts["objectives 1 aim"] == "sealed"


def test_nothing_is_changed_by_nothing() -> None:
    facts = facts_of(in_stage(Stage.IN_DELIVERY).state)
    assert changes(facts, facts) == {}
