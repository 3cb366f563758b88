"""A file that is written is there whole or not at all."""

import os
from pathlib import Path

import pytest

from starter.failures import Exit, Failure
from starter.files import write_file
from tests.as_nobody import as_nobody, give


def test_a_file_is_written_anew_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "offers.csv"
    write_file(file, b"one")
    write_file(file, b"two")
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == {"offers.csv": b"two"}


def test_whoever_may_read_other_files_may_read_this_one(tmp_path: Path) -> None:
    other, file = tmp_path / "other.csv", tmp_path / "offers.csv"
    other.write_bytes(b"")
    write_file(file, b"one")
    assert file.stat().st_mode == other.stat().st_mode


WRITE_READ_ONLY = """
from starter.failures import Failure
from starter.files import write_file

def act(home):
    try:
        write_file(home / "offers.csv", b"one", 0o444)
    except Failure as failure:
        print(failure.message)
        return
    print((home / "offers.csv").read_text(), oct((home / "offers.csv").stat().st_mode))
"""


def test_a_file_that_nobody_may_write_into_is_written_by_who_owns_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    give(home)
    assert as_nobody(WRITE_READ_ONLY, home).split() == ["one", "0o100444"]


def test_a_file_behind_a_link_is_written_and_the_link_stays(tmp_path: Path) -> None:
    file, link = tmp_path / "offers.csv", tmp_path / "latest.csv"
    link.symlink_to(file)
    write_file(link, b"one")
    assert link.is_symlink()
    assert file.read_bytes() == b"one"


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, b"one")
        assert os.read(reader, 10) == b"one"
    finally:
        os.close(reader)


@pytest.mark.parametrize("name", ["", "nowhere/offers.csv", "x" * 300, "nul\0l"])
def test_what_cannot_be_written_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(Failure) as failed:
        write_file(tmp_path / name, b"one")
    assert failed.value.exit_code is Exit.USAGE
    assert list(tmp_path.iterdir()) == []
