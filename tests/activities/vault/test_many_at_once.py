"""One vault, many threads and processes."""

import multiprocessing
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from activities.vault import Vault, open_vault
from domain.personal import Sealed

KEK = bytes(range(32))
NOW = datetime(2026, 9, 16, 8, 30, tzinfo=UTC)
NAME = "Angharad Llywelyn-Ferrier"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vault.db"


def seal_from_threads(path: Path, process: int, answers: Any) -> None:
    """Four threads that seal for the same new subjects at once."""
    vault = Vault(open_vault(path), KEK, lambda: NOW)
    sealed: list[Sealed] = []

    def seal(thread: int) -> None:
        for number in range(5):
            sealed.append(vault.seal(f"person/{number}", f"p{process}-t{thread}", NAME))

    threads = [threading.Thread(target=seal, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put([one.model_dump() for one in sealed])


def test_many_who_seal_for_a_new_subject_at_once_end_with_one_key(path: Path) -> None:
    vault = Vault(open_vault(path), KEK, lambda: NOW)
    context = multiprocessing.get_context("spawn")
    answers: Any = context.Queue()
    processes = [
        context.Process(target=seal_from_threads, args=(path, number, answers), daemon=True)
        for number in range(3)
    ]
    for process in processes:
        process.start()
    given = [Sealed.model_validate(one) for _ in processes for one in answers.get(timeout=60)]
    for process in processes:
        process.join(timeout=10)

    assert len(given) == 3 * 4 * 5
    with vault.reading("x", "y") as reading:
        assert set(reading.open_all(given)) == {NAME}


def open_when_told(path: Path, start: Any, answers: Any) -> None:
    start.wait(30)
    open_vault(path)
    answers.put("opened")


def test_many_may_open_a_new_vault_at_once(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(4), context.Queue()
    processes = [
        context.Process(target=open_when_told, args=(path, start, answers), daemon=True) for _ in range(4)
    ]
    for process in processes:
        process.start()
    assert [answers.get(timeout=60) for _ in processes] == ["opened"] * 4
    for process in processes:
        process.join(timeout=10)
