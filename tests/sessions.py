"""What tests of whole pytest sessions share: shipped recordings under a user's tests, and what the sessions say."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING, Final

from harness.bundled import folder

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SHIPPED: Final = folder("cassettes")
CLEAN: Final = "llama-server/chat/text"
"""A recording that breaks no rule."""
BROKEN: Final = "transformers/chat/usage_on"
"""A recording that breaks one rule, and warns of two."""
TWO: Final = "llama-server/chat/two_turns"
"""A recording of two exchanges that break no rule."""

ASKING: Final = '''
import harness
import httpx
import pytest

def ask(tape, *numbers):
    """Ask again what was asked when it was recorded."""
    recorded = {one.index: one.request for one in harness.read_cassette(tape.path).exchanges}
    with httpx.Client() as client:
        for number in numbers:
            one = recorded[number]
            client.request(one.method, one.url, content=one.body, headers=list(one.headers)).read()
'''


def lay(pytester: pytest.Pytester, name: str, shipped: str) -> Path:
    """Put a shipped recording where a test has its cassette: `test_it/test_one`, say."""
    place = pytester.path / "cassettes" / f"{name}.cassette.jsonl"
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(SHIPPED / f"{shipped}.cassette.jsonl", place)
    return place


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in this process (its workers in others), with no network and no cache."""
    return pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "--harness-record-mode=none", "--harness-block-network", *arguments
    )


def told(result: pytest.RunResult) -> str:
    """What a session says from its failures on, or from the first of our sections, without times."""
    lines = [line.rstrip() for line in result.outlines]
    start = next(
        (
            number
            for number, line in enumerate(lines)
            if re.match(r"=+ (FAILURES|ERRORS|conformance|cassettes|short test|\d+ )", line)
        ),
        0,
    )
    text = "\n".join(lines[start:])
    text = re.sub(r" in \d+\.\d+s(?: \([\d:]+\))?", "", text)
    text = re.sub(r"one of \d+ names", "one of N names", text)
    text = re.sub(r"\[gw\d\] .*\n", "", text)
    text = text.replace(" - reason: ", " - ")  # as pytest 8.0 says it, which has no blank line there, either
    text = re.sub(r"(=+ conformance =+)\n\n", r"\1\n", text)
    return re.sub(r"([=_])\1{2,} (.*?) \1{3,}", r"\1\1\1 \2 \1\1\1", text)


def claims(result: pytest.RunResult) -> list[str]:
    """The cassettes that a session says to look after: what is wrong, and where they lie."""
    return [line for line in result.outlines if re.match(r"(orphaned|unplayed|stale) +", line)]
