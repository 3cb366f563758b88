"""What everybody who can say where a case stands says of it at one moment."""

from dataclasses import dataclass
from typing import Any

from domain.canonical import instant_text
from domain.case.status import waiting_on
from domain.messages import CaseStatus
from starter.reading import reading
from starter.views.case import read_case
from starter.views.case_list import list_cases
from tests.end_to_end.office import RunningOffice


@dataclass(frozen=True)
class Look:
    """The fold, and the four who must say the same."""

    log: dict[str, Any]
    """The fold of the log."""
    show: dict[str, Any]
    """The JSON of another process."""
    listed: dict[str, Any]
    """The row of the read model."""
    workflow: CaseStatus
    attributes: dict[str, Any]

    def agree(self) -> None:
        """Fail where row, process or workflow says something else than the fold."""
        for name, value in self.log.items():
            assert self.show[name] == value, (self.log["stage"], name)
            assert self.listed[name] == value, (self.log["stage"], name)
        status = self.workflow
        said = (status.stage, status.version, status.waiting_on)
        assert said == (self.log["stage"], self.log["version"], self.log["waiting_on"])
        due = instant_text(status.next_deadline) if status.next_deadline else None
        assert due == self.log["due_at"]
        assert self.attributes["CaseStage"] == self.log["stage"]


def look_at(office: RunningOffice, reference: str) -> Look:
    """Ask all of them now."""
    office.settle()
    with reading(office.settings) as open_office:
        record = read_case(open_office, reference)
        state = record.state
        due = state.next_deadline
        log = {
            "stage": state.stage,
            "version": state.version,
            "waiting_on": waiting_on(state, record.programme),
            "due_at": instant_text(due.due_at) if due else None,
            "provider": state.provider,
        }
        listed = next(row for row in list_cases(open_office) if row["reference"] == reference)
    return Look(
        log,
        office.cli("case", "show", reference, "--json").json,
        listed,
        office.workflow_status(reference),
        office.search_attributes(reference),
    )
