"""Many at once for the same money: as many get it as there is money for, and every other is told the figure."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final

from activities.read_models.money_facts import funds_named
from domain.messages import Refused
from tests.activities.builders import Office
from tests.racing import HOLDS, PRICE, drafts, fund_of_thirty

CASES: Final = 50


def test_of_fifty_at_once_thirty_get_what_a_fund_holds_and_twenty_are_told_why(office: Office) -> None:
    fund_of_thirty(office, "2026-27")
    commands = drafts(office, CASES, "2026-27")
    with ThreadPoolExecutor(10) as threads:
        answers = [handled.answer for handled in threads.map(office.handle, commands)]
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert len(answers) - len(refused) == HOLDS
    assert {answer.code for answer in refused} == {"R-FUND"}
    assert {answer.message for answer in refused} == {
        "Fund thirty.2026-27 has GBP 0.00 left of GBP 1,650.00; GBP 55.00 are asked for."
    }
    assert all("held by EAS-" in answer.hint for answer in refused)
    with office.reading.connect() as connection:
        (left,) = funds_named(connection, ["thirty.2026-27"]).facts.funds
    assert (left.reserved, left.available) == (HOLDS * PRICE, 0)
    office.check()
