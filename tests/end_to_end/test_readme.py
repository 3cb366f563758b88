"""What the README tells a newcomer to type is what works: its walkthrough is run, line for line."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import orjson
import pytest

from domain.ids import case_reference
from tests.end_to_end.office import RunningOffice

pytestmark = pytest.mark.timeout(400)
"""Whole stories as processes: on a busy machine they take longer than one test usually may."""

ROOT = Path(__file__).resolve().parents[2]


PATH_LINE = f'export PATH="{Path(sys.executable).parent}:$PATH"\n'


def marked(name: str) -> str:
    """The shell lines between the README's marks of that name."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(rf"<!-- {name}:begin -->\n```sh\n(.*?)```\n<!-- {name}:end -->", text, re.DOTALL)
    assert block is not None
    return block[1]


def typed(lines: str, office: RunningOffice) -> str:
    """What a shell prints that types the lines, all of which go well."""
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", lines],
        cwd=ROOT,
        env=office.environment(),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def walkthrough() -> str:
    """The README's walkthrough, with the virtual environment of this very run."""
    lines = marked("walkthrough").replace(". .venv/bin/activate\n", PATH_LINE)
    assert "activate" not in lines
    today = datetime.now().astimezone().date()
    if (today.month, today.day) == (3, 31):
        # The support then spans two financial years, and the split must be said.
        split = f"--year {today.year - 1}-{today.year % 100}=1 --year {today.year}-{(today.year + 1) % 100}=1"
        lines = lines.replace("--end +1d", f"--end +1d {split}")
        ahead = f"laeg.{today.year}-{(today.year + 1) % 100:02d} --profile finance.gwilym --programme EAS"
        fund = f"brokerage fund open {ahead} --title Next --amount 60000.00 --source Award\n"
        lines = lines.replace("brokerage fund set-rate", f"{fund}brokerage fund set-rate", 1)
    return lines


def test_the_walkthrough_takes_a_case_from_request_to_closing(tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "home") as office:
        out = typed(walkthrough(), office)
        reference = case_reference("EAS", "my-first-case")
        assert f"REF={reference}\n" in walkthrough()
        assert "✓ The log holds" in out
        shown = office.cli("case", "show", reference, "--json").json
        assert shown["stage"] == "closed"
        listed = office.temporal("workflow", "list", "--query", 'CaseStage="closed"')
        running = [item["execution"]["workflowId"] for item in orjson.loads(listed.stdout)]
        assert running == [f"case/{reference}"]
        assert f"case/{reference}" in out
        assert "Stage: **closed**" in out


def test_the_other_programmes_lines_enter_its_registers_and_open_a_case_of_a_leader_school(
    running: RunningOffice,
) -> None:
    out = typed(PATH_LINE + marked("deped"), running)
    assert "refused." in out
    reference = re.findall(r"DEPED-[0-9A-Z]{7}-[0-9A-Z]", out)[0]
    shown = running.here("case", "show", reference, "--json").json
    assert (shown["stage"], shown["route"]) == ("draft", "leader")


def test_the_samples_own_page_gives_the_same_lines() -> None:
    page = (ROOT / "starter/sample/deped/README.md").read_text(encoding="utf-8")
    without_comments = "".join(line for line in marked("deped").splitlines(True) if not line.startswith("#"))
    assert without_comments.replace("\n\n", "\n") in page
