"""Finding recordings by name, and reading them from files and standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette, Ending, Exchange, How, Request
from harness.errors import ForeignFormatError, InputError, UsageError
from harness.io.files import write_cassette
from harness.jobs.looking import STDIN_SOURCE, find, find_one, only, read

if TYPE_CHECKING:
    from pathlib import Path


def _exchange(index: int) -> Exchange:
    return Exchange(index, Request("GET", "https://a.example/"), None, Ending(How.RESET))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """Three exchanges."""
    path = tmp_path / "tape.cassette.jsonl"
    write_cassette(
        Cassette({"tool": "t", "recorded": "2026-01-02T03:04:05Z"}, [_exchange(n) for n in range(3)]), path
    )
    return path


def test_a_name_is_a_file_a_folder_or_standard_input(tape: Path) -> None:
    """Standard input keeps its name; the others become paths."""
    assert find([str(tape), "-", str(tape.parent)]) == [tape, "-", tape]


def test_a_name_of_nothing_is_told() -> None:
    """With what could have been named."""
    with pytest.raises(InputError, match="there is no such file"):
        find(["no/such/recording"])


def test_one_recording_is_one(tape: Path) -> None:
    """A folder with one stands for it; one with two is ambiguous."""
    assert find_one(str(tape.parent)) == tape
    tape.with_name("two.cassette.jsonl").write_bytes(tape.read_bytes())
    with pytest.raises(UsageError, match="several recordings"):
        find_one(str(tape.parent))


def test_standard_input_may_be_any_format(tape: Path) -> None:
    """A cassette, or what another tool recorded."""
    cassette = read("-", tape.read_bytes())
    assert cassette == read(tape)
    assert cassette.source == STDIN_SOURCE
    assert len(read("-", b"data: 1\n\n").exchanges) == 1
    with pytest.raises(ForeignFormatError, match="the input is empty"):
        read("-", b"")


def test_one_exchange_can_be_picked(tape: Path) -> None:
    """By its number; others are told what there is."""
    assert [exchange.index for exchange in only(read(tape), 2).exchanges] == [2]
    with pytest.raises(UsageError, match="there is no exchange 3") as caught:
        only(read(tape), 3)
    assert caught.value.expected == "0 to 2"
