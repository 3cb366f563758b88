"""What is said of a fund, a school or a person names it in words, as people know it."""

from datetime import date

import pytest

from activities.commands.directory_sentences import told
from domain.directory.schools import SchoolClosed
from tests.activities.builders import Office

ADMIN = "admin"


def test_a_school_that_closed_is_told_by_its_name_with_the_day_and_its_successor(office: Office) -> None:
    body = {"on": "2026-09-01", "successor": "6990006", "reason": "merged"}
    receipt = office.done(ADMIN, "close", body, stream="school/6990004")
    assert receipt.happened == (
        "Blaenllysywen Primary School (6990004) is closed since 2026-09-01; school 6990006 takes its place.",
    )


@pytest.mark.parametrize(
    ("person", "verb", "body", "stream", "said"),
    [
        ("finance.gwilym", "close", {}, "fund/laeg.2026-27", "Fund laeg.2026-27 is closed: it takes no new reservation."),
        (
            "adviser.meinir", "suspend", {"programme": "EAS", "reason_code": "staffing"}, "provider/6990103",
            "School 6990103 is offered no new cases for the time being.",
        ),
        (ADMIN, "close", {}, "network/numeracy-leads", "Network numeracy-leads takes no more schools."),
    ],
)  # fmt: skip
def test_nothing_is_named_by_its_stream(
    office: Office, person: str, verb: str, body: dict[str, str], stream: str, said: str
) -> None:
    assert office.done(person, verb, body, stream=stream).happened == (said,)


def test_a_school_of_which_only_the_number_is_known_is_told_by_that() -> None:
    event = SchoolClosed(on=date(2026, 9, 1), successor=None, reason=None, by_register=True)
    assert told("school", "6990004", event, None) == "School 6990004 is closed since 2026-09-01."
