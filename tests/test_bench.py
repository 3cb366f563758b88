"""What is measured also holds where it is small: the surge, with few cases."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_deadlines_of_one_minute_are_all_handled_and_none_twice() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "bench.surge", "50"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "50 deadlines of one minute handled in" in ended.stdout
    assert "every one was handled, none twice" in ended.stdout
