"""`harness cassette show` and `diff`."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.matching.keyrow import key_fields
from harness.cli import colour
from harness.io.files import read_cassette, write_cassette
from tests.cli.conftest import cassette, chat

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

SSE = b'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata: [DONE]\n\n'


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--exchange", "1"),
        ("--events", "2"),
        ("--raw", "--exchange", "0"),
        ("--width", "60", "--events", "3"),
    ],
    ids=" ".join,
)
def test_show_draws_a_recording(
    harness: Run, two: Path, snapshot: SnapshotAssertion, options: tuple[str, ...]
) -> None:
    """Requests, a line an event with its time, gaps and endings, all of it on stdout."""
    assert harness("cassette", "show", two.name, *options) == snapshot


def test_show_takes_several_recordings_of_any_format(
    harness: Run, tape: Path, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    """A cassette, a bare stream, and standard input, one below the other."""
    (tmp_path / "plain.sse").write_bytes(SSE)
    assert harness("cassette", "show", tape.name, "plain.sse", "-", stdin=SSE) == snapshot


def test_show_takes_the_name_of_a_shipped_recording(harness: Run) -> None:
    """What ships with the package can be named without its folder."""
    outcome = harness("cassette", "show", "llama-server/chat/text")
    assert outcome.code == 0
    assert "[DONE]" in outcome.out


def test_show_reads_a_cassette_from_standard_input(harness: Run, tape: Path) -> None:
    """A pipe shows what the file shows, but for its name."""
    piped = harness("cassette", "show", "-", stdin=tape.read_bytes())
    named = harness("cassette", "show", tape.name)
    assert piped.out.replace("(standard input)", tape.name) == named.out


def test_one_bad_recording_does_not_hide_the_others(
    harness: Run, tape: Path, snapshot: SnapshotAssertion
) -> None:
    """The good ones are drawn, the bad one is said, and the exit code is that of the bad one."""
    assert harness("cassette", "show", "missing", tape.name) == snapshot


def test_a_terminal_gets_colour(harness: Run, two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Colour is for a terminal alone; and without it the text is the same."""
    plain = harness("cassette", "show", two.name).out
    monkeypatch.setattr(colour, "wanted", lambda _stream: True)
    coloured = harness("cassette", "show", two.name).out
    assert "\x1b[32m    complete" in coloured
    assert "\x1b[33m    the server closed" in coloured
    assert "\x1b" not in plain
    for mark in ("\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[36m"):
        coloured = coloured.replace(mark, "")
    assert coloured == plain


@pytest.mark.parametrize(("variable", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """https://no-color.org, and terminals that cannot."""

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert colour.wanted(Terminal())  # type: ignore[arg-type]
    monkeypatch.setenv(variable, value)
    assert not colour.wanted(Terminal())  # type: ignore[arg-type]


def test_equal_recordings_have_no_difference(harness: Run, tape: Path) -> None:
    """Exit code 0, nothing on stdout."""
    outcome = harness("cassette", "diff", tape.name, tape.name, "--strict", "--times")
    assert outcome == (0, "", "no difference\n")


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """`other.cassette.jsonl`: the same stream later, slower and in one chunk, with another last word."""
    exchange = chat()
    assert exchange.response is not None
    body = exchange.response.body().replace(b'"lo"', b'"p!"')
    chunk = next(iter(exchange.response.chunks))
    response = replace(exchange.response, chunks=(chunk._replace(data=body),), at_us=900)
    path = tmp_path / "other.cassette.jsonl"
    write_cassette(cassette(replace(exchange, response=response)), path, key_of=key_fields)
    return path


@pytest.mark.parametrize("options", [(), ("--strict",), ("--times",), ("--strict", "--times")], ids=" ".join)
def test_diff_tells_what_differs(
    harness: Run, tape: Path, other: Path, snapshot: SnapshotAssertion, options: tuple[str, ...]
) -> None:
    """Exit code 1; options bring in what a reader of the conversation does not see."""
    outcome = harness("cassette", "diff", tape.name, other.name, *options)
    assert outcome.code == 1
    assert outcome == snapshot


def test_diff_as_json_is_alone_on_stdout(harness: Run, tape: Path, other: Path) -> None:
    """A program can read it, also where nothing differs."""
    outcome = harness("cassette", "diff", tape.name, other.name, "--format", "json")
    document = json.loads(outcome.out)
    assert (outcome.code, outcome.err, document["equal"]) == (1, "", False)
    assert document["differences"] == [
        {
            "exchange": 0,
            "kind": "event",
            "event": 2,
            "pointer": "/choices/0/delta/content",
            "left": '"lo"',
            "right": '"p!"',
        }
    ]
    same = harness("cassette", "diff", tape.name, tape.name, "--format", "json")
    assert (same.code, same.err) == (0, "")
    assert json.loads(same.out)["differences"] == []


def test_diff_compares_formats_with_each_other(harness: Run, tape: Path, tmp_path: Path) -> None:
    """A vcrpy export of a recording is equal to it; either side may be standard input."""
    assert harness("cassette", "export", tape.name, "-o", "tape.yaml").code == 0
    assert harness("cassette", "diff", tape.name, "tape.yaml").code == 0
    assert harness("cassette", "diff", "-", "tape.yaml", stdin=tape.read_bytes()).code == 0
    assert read_cassette(tmp_path / tape.name).seal is not None


def test_diff_says_both_sides_that_cannot_be_read(harness: Run, snapshot: SnapshotAssertion) -> None:
    """No side is compared with nothing."""
    assert harness("cassette", "diff", "left", "right") == snapshot
