"""What the README tells a newcomer to type is what works: its walkthrough is run, line for line."""

import re
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import orjson

from domain.ids import case_reference
from tests.end_to_end.office import RunningOffice

ROOT = Path(__file__).resolve().parents[2]


def walkthrough() -> str:
    """The shell lines between the README's marks, with the virtual environment of this very run."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(
        r"<!-- walkthrough:begin -->\n```sh\n(.*?)```\n<!-- walkthrough:end -->", text, re.DOTALL
    )
    assert block is not None
    lines = block[1].replace(". .venv/bin/activate\n", f'export PATH="{Path(sys.executable).parent}:$PATH"\n')
    assert "activate" not in lines
    today = datetime.now().astimezone().date()
    if (today.month, today.day) == (3, 31):
        # The support then spans two financial years, and the split must be said.
        split = f"--year {today.year - 1}-{today.year % 100}=1 --year {today.year}-{(today.year + 1) % 100}=1"
        lines = lines.replace("--end +1d", f"--end +1d {split}")
    return lines


def test_the_walkthrough_takes_a_case_from_request_to_closing(tmp_path: Path) -> None:
    with RunningOffice(tmp_path / "home") as office:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", walkthrough()],
            cwd=ROOT,
            env=office.environment(),
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        reference = case_reference("EAS", "my-first-case")
        assert f"REF={reference}\n" in walkthrough()
        assert "✓ The log holds" in done.stdout
        shown = office.cli("case", "show", reference, "--json").json
        assert shown["stage"] == "closed"
        listed = office.temporal("workflow", "list", "--query", 'CaseStage="closed"')
        running = [item["execution"]["workflowId"] for item in orjson.loads(listed.stdout)]
        assert running == [f"case/{reference}"]
        assert f"case/{reference}" in done.stdout
        assert "Stage: **closed**" in done.stdout
