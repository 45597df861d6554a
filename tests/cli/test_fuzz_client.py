"""`harness fuzz --client`: what is printed, and the exit code."""

from __future__ import annotations

import json
import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.trials.registry import chosen_trials
from harness.trials.shipped import DRIVERS

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

PROGRAM = Path(__file__).parents[1] / "trials" / "programs" / "client.py"


def command(defect: str = "none") -> str:
    """The command of a client with a defect."""
    return shlex.join([sys.executable, str(PROGRAM), defect])


def stable(text: str) -> str:
    """A text without what differs from machine to machine."""
    return re.sub(r"(?m)^\S*python\S* \S+client\.py", "python client.py", text)


def test_a_client_that_passes_is_told_in_a_line(harness: Run) -> None:
    """And the exit code is 0."""
    done = harness("fuzz", "--client", command(), "--lines", "--trial", "call*", "--dialect", "chat")
    assert done.code == 0
    assert done.out.endswith(" passed\n")
    assert re.search(r"(?m)^\d\d trials: \d\d passed$", done.out)


def test_failures_say_what_was_served_and_why_that_is_legal(
    harness: Run, snapshot: SnapshotAssertion
) -> None:
    """What is disputed is marked, and counted apart."""
    done = harness("fuzz", "--client", command("ignores indices"), "--lines", "--trial", "calls-parallel", "--trial",
                "calls-out-of-order", "--dialect", "chat")  # fmt: skip
    assert done.code == 1
    assert stable(done.out) == snapshot


def test_other_formats_say_the_same(harness: Run) -> None:
    """As one object, as lines, and as a table."""
    asked = (
        "--client",
        command("swallows errors"),
        "--lines",
        "--trial",
        "chat-error",
        "--trial",
        "chat-plain",
    )
    whole = json.loads(harness("fuzz", *asked, "-f", "json").out)
    assert whole["summary"] == {"passed": 1, "swallowed": 1}
    assert [one["verdict"] for one in whole["trials"]] == ["passed", "swallowed"]
    assert [json.loads(line) for line in harness("fuzz", *asked, "-f", "ndjson").out.splitlines()][1]["what"]
    table = harness("fuzz", *asked, "-f", "markdown").out
    assert "| `chat-error` | swallowed | the error " in table
    assert "| `chat-plain` | passed |  |  |" in table


def test_generated_streams_are_played_in_place_of_the_catalogue(harness: Run) -> None:
    """As many of each dialect as are asked for, the same for the same seed."""
    asked = ("--max-examples", "20", "--seed", "5")
    done = harness("fuzz", "--client", command(), "--lines", *asked)
    assert done.code == 0, done.out
    assert re.search(r"(?m)^40 trials: ", done.out)
    listed = harness("fuzz", "--list", *asked).out
    assert "chat-generated-0019" in listed
    assert listed == harness("fuzz", "--list", *asked).out
    refused = harness("fuzz", "--client", "x", *asked, "--trial", "crlf")
    assert refused.code == 2


def test_a_client_that_never_asks_is_no_verdict_on_it(harness: Run) -> None:
    """The exit code says that nothing was tried."""
    done = harness("fuzz", "--client", command("never asks"), "--trial", "chat-plain")
    assert done.code == 3
    assert "it never asked http://127.0.0.1:" in done.out


def test_streams_and_drivers_are_listed(harness: Run) -> None:
    """All by default; one alone is shown with its bytes."""
    text = harness("fuzz", "--list").out
    assert all(one.name in text for one in chosen_trials())
    page = harness("fuzz", "--list", "--trial", "chat-comments").out
    assert ": OPENROUTER PROCESSING" in page
    assert "  expected  {" in page
    assert [line.split()[0] for line in harness("fuzz", "--client", "list").out.splitlines()] == [
        one.name for one in DRIVERS
    ]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--trial", "crlf"), "--trial needs --client COMMAND"),
        (("--strict",), "--strict needs --client COMMAND"),
        (("-f", "markdown"), "--format markdown needs --client COMMAND"),
        (("--client", "x", "--stop-after", "3"), "--stop-after is about gateways"),
        (("--client", "x", "-o", "there"), "--output is about gateways"),
        (("--client", "no-such-program"), "there is no program 'no-such-program'"),
        (("--client", ""), "this command is empty"),
        (("--client", "x", "--trial", "chat-crfl"), "there is no trial 'chat-crfl'"),
        (("--client", "openai-node", "--node-modules", "/no/such"), "for the driver openai-node"),
        (("--client", "openai-python", "--python", "no-such-python"), "there is no program 'no-such-python'"),
    ],
)
def test_what_cannot_be_meant_is_refused(harness: Run, arguments: tuple[str, ...], words: str) -> None:
    """With exit code 2 and no traceback."""
    done = harness("fuzz", *arguments)
    assert done.code == 2
    assert words in done.err
    assert "Traceback" not in done.err
