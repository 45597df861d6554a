"""A recording whose process was killed: every message on the way back names what records the test anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import harness.cli
from tests.pytesting import asking, run

if TYPE_CHECKING:
    import pytest

KILLED = """
import os

@pytest.mark.cassette("one")
def test_chat():
    with httpx.Client() as client, client.stream("POST", URL, json={"text": "hello"}) as answer:
        next(answer.iter_raw())
        if os.environ.get("DIE"):
            os._exit(9)
"""
PLAIN = """
@pytest.mark.cassette("one")
def test_chat():
    ask()
"""


def test_a_killed_recording_is_told_from_its_leftover_to_the_next_recording(
    pytester: pytest.Pytester,
    url: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """First to delete it; and who recovers it hears that a replay of it is the crash, twice."""
    pytester.makepyfile(test_it=asking(url) + KILLED)
    monkeypatch.setenv("DIE", "1")
    pytester.runpytest_subprocess("-p", "no:cacheprovider")
    monkeypatch.delenv("DIE")
    part = Path("one.cassette.jsonl.part")
    assert (pytester.path / part).exists()
    pytester.makepyfile(test_it=asking(url) + PLAIN)

    result = run(pytester)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*hint *delete it, to record anew; or `harness cassette recover {part}`*"])
    capfd.readouterr()
    assert harness.cli.run(["cassette", "recover", str(part)]) == 0
    saved = capfd.readouterr().err
    assert "0 exchanges whole, 1 cut short by the crash" in saved
    assert "no exchange is whole, so a replay of it is the crash: delete it to record anew" in saved
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "The recorder of what was replayed died, * before the answer was whole (recorder_crash).",
            "To record this test anew: pytest test_it.py::test_chat --harness-record-mode=rewrite",
        ]
    )
    run(pytester, "--harness-record-mode=rewrite").assert_outcomes(passed=1)
