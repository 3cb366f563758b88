"""The result of an import has every row, however the import ended: done, not sent, or nobody knows."""

import asyncio
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.home_files import read_key
from domain.bulk import BulkPart, CaseOutcome, Outcomes
from domain.messages import Command, Receipt
from starter.commands.bulk_requests import Told, Wanted
from starter.commands.import_report import Report, Where
from starter.commands.importing import Entry, from_here_on, say_sent, send_entries
from starter.commands.on_record import OnRecord
from starter.failures import Exit, Failure
from starter.reading import reading
from starter.sending import Sender
from tests.activities.builders import ADMIN, Office
from tests.starter.shell import typed

WALES = Path(__file__).resolve().parents[2] / "starter" / "sample" / "wales"


@pytest.fixture(autouse=True)
def nobody_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")


def statuses(file: Path) -> list[str]:
    """What the result says of each row, in the order of the file."""
    text = file.with_name(f"{file.stem}.result.csv").read_text("utf-8-sig")
    return [row["status"] for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_where_nothing_could_be_sent_the_good_rows_are_told_as_not_sent(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "schools.csv"
    file.write_text(
        "School Number,School Name,LA Name,Phase\n"
        "6800001,A,Newfield,Primary\n6800002,B,Newfield,Tea\n6800003,C,Newfield,Primary\n",
        "utf-8",
    )
    done = typed(office, "school", "import", str(file))
    assert (done.code, "U-TEMPORAL" in done.err) == (6, True)
    assert statuses(file) == ["not sent", "wrong", "not sent"]
    assert "--only-rows" not in done.out, "it would leave out the rows that were not sent"


def test_requests_that_could_not_be_sent_are_told_too(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "requests.csv"
    file.write_text(
        "Key,Route,Recipient,Area,Phase,Language,Urgency,Need,Desired Start\n"
        "a,sip,6990004,literacy,Primary,en,normal,Help.,2027-03-01\n"
        "b,sip,6990004,numercay,Primary,en,normal,Help.,2027-03-01\n",
        "utf-8",
    )
    assert typed(office, "bulk", "open", str(file)).code == 6
    assert statuses(file) == ["not sent", "wrong"]


def test_a_result_of_requests_that_cannot_be_written_hides_nothing_else_that_happened(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "requests.csv"
    file.write_text(
        "Key,Route,Recipient,Area,Phase,Language,Urgency,Need,Desired Start\n"
        "a,sip,6990004,literacy,Primary,en,normal,Help.,2027-03-01\n",
        "utf-8",
    )

    def full(*_: object) -> None:
        raise Failure(Exit.USAGE, "E-FILE", "requests.result.csv cannot be written: No space left on device.")

    monkeypatch.setattr("starter.commands.bulk_open.write_result", full)
    done = typed(office, "bulk", "open", str(file))
    assert (done.code, "U-TEMPORAL" in done.err) == (6, True), "what became of the line is said all the same"
    assert "No space left on device. What became of the requests is in no file." in done.err

    def open_all(_sender: object, _office: object, _programme: str, wanted: Wanted) -> None:
        wanted.told[2] = Told("opened", "EAS-AAAAAAA-A")

    monkeypatch.setattr("starter.commands.bulk_open._open_all", open_all)
    done = typed(office, "bulk", "open", str(file))
    assert (done.code, "in no file" in done.err) == (0, True), "no failure of the line, once all was sent"
    assert done.out == "✓ Requests: 1 opened.\n", "no line that follows, which would read an older result"


def test_a_line_of_which_an_entry_was_never_sent_is_not_done() -> None:
    report, line = Report(), Where("people.csv", 2)
    report.expect(line)
    report.expect(line)
    report.done(line)
    assert report.fates[line].told == "not sent"
    assert (report.unsent, report.exit_code) == (1, Exit.UNKNOWN_OUTCOME)
    report.unchanged(line)
    assert report.fates[line].told == "done"
    assert (report.unsent, report.exit_code) == (0, Exit.DONE)


@dataclass
class Answers:
    """What a part that was handed over comes to."""

    outcomes: Outcomes

    async def result(self) -> Outcomes:
        return self.outcomes


class GoneAfter:
    """A server that takes so many parts and is gone then."""

    def __init__(self, parts: int) -> None:
        self.left = parts
        self.taken: tuple[Command, ...] = ()

    async def start_workflow(self, _name: str, part: BulkPart, **_how: Any) -> Answers:
        if not self.left:
            raise RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")
        self.left -= 1
        self.taken += part.commands
        done = tuple(CaseOutcome(command_id=one.command_id, kind="done") for one in part.commands)
        return Answers(Outcomes(outcomes=done))


def admin(office: Office) -> Sender:
    return Sender(office.settings, ADMIN, read_key(office.settings.profiles / f"{ADMIN}.key"), timeout=5)


def sent(office: Office, server: GoneAfter) -> Report:
    """Three steps of one entry each, handed to that server."""
    steps = [
        [Entry(Where("file.csv", line), "school/6990004", "mark-missing", {"register_name": f"r{line}"})]
        for line in (2, 3, 4)
    ]
    sender, report = admin(office), Report()
    for (entry,) in steps:
        report.expect(entry.where)
    with reading(office.settings) as log:
        asyncio.run(send_entries(sender, server, log, steps, report))  # type: ignore[arg-type]
    return report


def test_a_server_that_goes_away_between_steps_leaves_an_outcome_that_is_unknown(office: Office) -> None:
    report = sent(office, GoneAfter(1))
    told = {where.line: fate.told for where, fate in report.fates.items()}
    assert told == {2: "done", 3: "unknown", 4: "not sent"}
    with pytest.raises(Failure) as failed:
        say_sent(report, "Schools", "brokerage school import file.csv")
    assert failed.value.exit_code is Exit.UNKNOWN_OUTCOME


def test_a_server_that_was_never_there_was_sent_nothing(office: Office) -> None:
    with pytest.raises(Failure) as failed:
        sent(office, GoneAfter(0))
    assert failed.value.exit_code is Exit.UNREACHABLE


def test_what_is_on_record_is_told_so_although_nobody_serves(office: Office, tmp_path: Path) -> None:
    known = (WALES / "schools.csv").read_text("utf-8").splitlines()[:3]
    file = tmp_path / "schools.csv"
    new = known[1].replace("6990001", "6800009")
    file.write_text("\n".join([*known, new, ""]), "utf-8")
    assert typed(office, "school", "import", str(file)).code == 6
    assert statuses(file) == ["unchanged", "unchanged", "not sent"]


def test_a_line_of_which_one_entry_stands_and_the_other_was_never_sent_is_not_done(
    office: Office, tmp_path: Path
) -> None:
    header, first = (WALES / "providers.csv").read_text("utf-8").splitlines()[:2]
    file = tmp_path / "providers.csv"
    file.write_text(f"{header}\n{first.removesuffix('6.00')}7.00\n", "utf-8")
    done = typed(office, "provider", "import", str(file))
    assert (done.code, statuses(file)) == (6, ["not sent"])


def test_of_lines_that_say_the_same_each_is_told_what_became_of_it(office: Office, tmp_path: Path) -> None:
    header = (WALES / "providers.csv").read_text("utf-8").splitlines()[0]
    file = tmp_path / "providers.csv"
    file.write_text("\n".join([header, *["6990103,numeracy,2026-09-01,,,,"] * 2, ""]), "utf-8")
    assert typed(office, "provider", "import", str(file)).code == 6
    assert statuses(file) == ["not sent", "not sent"]


OFFER = {
    "programme": "EAS", "area": "humanities", "languages": ["en"], "quarter_days": 8, "note": "Local history",
}  # fmt: skip


def offered(office: Office, under_way: Sequence[Command] = ()) -> Command:
    """The command by which the offer of a file is sent; `under_way` goes in once the file was held against the log."""
    entry = Entry(Where("offers.csv", 2), "provider/6990103", "record-offer", OFFER)
    server = GoneAfter(1)
    with reading(office.settings) as log:
        from_here_on(log)
        entries = OnRecord(log, admin(office)).held_against([entry])
        for command in under_way:
            assert isinstance(office.handle(command).answer, Receipt)
        asyncio.run(send_entries(admin(office), server, log, [entries], Report()))  # type: ignore[arg-type]
    return server.taken[0]


def test_what_an_earlier_line_has_under_way_is_not_sent_as_another_command(office: Office) -> None:
    cut_off = offered(office)
    again = offered(office, under_way=[cut_off])
    assert again.command_id == cut_off.command_id


def test_what_was_changed_since_and_is_changed_back_is_another_command(office: Office) -> None:
    first = offered(office, under_way=[offered(office)])
    other = OFFER | {"quarter_days": 4}
    office.done(ADMIN, "record-offer", other, stream="provider/6990103")
    assert offered(office).command_id != first.command_id


def test_nobody_reads_the_result_who_cannot_read_the_file(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    header = (WALES / "people.csv").read_text("utf-8").splitlines()[0]
    file.write_text(f"{header}\ngwen.new,Gwen,gwen@x.example,cy,auditor,,2026-09-01,,\n", "utf-8")
    file.chmod(0o600)
    assert typed(office, "person", "import", str(file)).code == 6
    assert file.with_name("people.result.csv").stat().st_mode & 0o777 == 0o600


def test_a_refused_request_is_told_with_its_line_its_school_and_the_posts_of_who_asks(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "requests.csv"
    file.write_text(
        "Key,Route,Recipient,Area,Phase,Language,Urgency,Need,Desired Start\n"
        "a,sip,6990004,numeracy,Primary,en,normal,Help.,2027-03-01\n",
        "utf-8",
    )
    done = typed(office, "bulk", "open", str(file), "--dry-run", "--profile", "finance.gwilym")
    assert done.code == 7
    assert "requests.csv:2 · Only the " in done.err
    assert " may do that for Blaenllysywen Primary School (6990004). finance.gwilym holds today: " in done.err


def test_all_that_is_wrong_with_a_request_is_told(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "requests.csv"
    file.write_text(
        "Key,Route,Recipient,Area,Phase,Language,Urgency,Need,Desired Start\n"
        "a,sip,6990004,literacy,Tea,en,normal,Help.,soon\n",
        "utf-8",
    )
    assert typed(office, "bulk", "open", str(file)).code == 7
    text = file.with_name("requests.result.csv").read_text("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["message"].startswith("Phase · must be")
    assert "; Desired Start · must be a day such as 2026-11-20" in row["message"]
