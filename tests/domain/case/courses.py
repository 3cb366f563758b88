"""What often happens to a case in one go, where only what comes of it matters."""

from domain.case.stages import Stage
from domain.case.waits import awaited
from tests.domain.case.office import SPEAKER, Office


def approved_and_signed(office: Office) -> None:
    """The agreement that was drafted comes into force."""
    for person, verb in (
        ("finance", "approve-funding"), ("head.hill", "sign"), ("head.sea", "sign"), ("sip.hill", "sign"),
    ):  # fmt: skip
        office.done(person, verb)


def lapsed_unsigned(office: Office) -> None:
    """The recipient's head does not sign, although everybody was told."""
    office.done("head.sea", "sign")
    office.done("sip.hill", "sign")
    for _ in range(30):
        office.days_pass(1)
        for item in awaited(office.state):
            if item.name == "escalation":
                office.done(SPEAKER[item.owner], "acknowledge", escalation=int(item.wait.partition(":")[2]))
    assert office.state.stage is Stage.LAPSED
