"""Results are read back, and everything else is refused in words."""

from __future__ import annotations

import json

import msgspec
import pytest

from harness.errors import InputError
from harness.reporting.conform.json import written
from harness.results.reading import read_result
from harness.results.result import SCHEMA, Result
from tests.conform_results import CELLS, CLEAN, RESULT

TEXT = "".join(written(RESULT))
OBJECT = json.loads(TEXT)


@pytest.mark.parametrize("result", [RESULT, CLEAN])
def test_what_was_written_is_read_back(result: Result) -> None:
    """All of it, half characters too."""
    assert read_result("".join(written(result)).encode()) == result


def test_a_mark_at_the_start_and_members_of_a_later_release_are_no_obstacle() -> None:
    """At every level."""
    value = json.loads(TEXT)
    value["later"] = {"deep": [1]}
    value["cells"][0]["later"] = 1
    value["run"]["later"] = None
    assert read_result(b"\xef\xbb\xbf" + json.dumps(value).encode()) == RESULT


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"\xff\xfe{}", "no UTF-8, at byte 0"),
        (b"{", "in line 1"),
        (b"[" * 200_000, "deeper than any result"),
        (b'{"schema": NaN}', "NaN, which JSON does not have"),
        (b"9" * 5000, "this is no JSON"),
        (b"[]", "an array"),
        (b"null", "null"),
        (b"17", "a bare value"),
        (b"{}", "an object with the members (none)"),
        (b'{"profile": "openai", "inputs": []}', "a report of `harness check`"),
        (b'{"a": 1}\n{"b": 2}\n', "JSON lines, or a cassette"),
        (b'{"schema": "llm-cassette/1"}', "no result of a conformance run"),
        (b'{"schema": ["x"]}', "no result of a conformance run"),
        (b'{"schema": "llm-stream-harness/conform/2"}', "a later release"),
    ],
)
def test_what_is_no_result_is_refused_in_words(data: bytes, words: str) -> None:
    """The message says what is there instead, and which file it is in."""
    with pytest.raises(InputError) as caught:
        read_result(data, where="a.json")
    assert words in str(caught.value)
    assert "a.json" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("cells", 0, "status"), "great", "$.cells[0].status"),
        (("cells", 1, "findings"), "none", "$.cells[1].findings"),
        (("run",), None, "$.run"),
        (("run", "started"), "yesterday", "$.run.started"),
        (
            ("targets", 0, "run"),
            {**OBJECT["run"], "started": "2026-01-01T00:00:00+01:00"},
            "$.targets[0].run",
        ),
        (("targets", 0, "name"), 7, "$.targets[0].name"),
        (("cells", 0, "target"), "nobody", "the target 'nobody'"),
        (("cells", 0, "scenario"), "nothing", "the scenario 'nothing'"),
        (("cells", 0, "id"), CELLS[1].id, "which an earlier cell has"),
    ],
)
def test_a_member_that_is_wrong_is_named(path: tuple[str | int, ...], value: object, words: str) -> None:
    """Reports look up what cells name, so that is checked once, here."""
    whole = json.loads(TEXT)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    with pytest.raises(InputError) as caught:
        read_result(json.dumps(whole).encode())
    assert words in str(caught.value)


def test_a_missing_member_is_named() -> None:
    """A result without its run."""
    with pytest.raises(InputError, match="run"):
        read_result(json.dumps({"schema": SCHEMA}).encode())


def test_what_msgspec_writes_is_read_as_well() -> None:
    """Other programs may write results."""
    assert read_result(msgspec.json.encode(CLEAN)) == CLEAN
