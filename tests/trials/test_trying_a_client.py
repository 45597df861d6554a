"""A client program is tried: a good one passes all, and each defect is told for what it is."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from harness.errors import UnknownName, UsageError
from harness.trials.playing import play
from harness.trials.registry import chosen_trials
from harness.trials.verb import client_of, exit_code, run, try_client

if TYPE_CHECKING:
    from harness.trials.playing import Played

PROGRAM = str(Path(__file__).with_name("programs") / "client.py")


def tried(
    defect: str, *patterns: str, lines: bool = True, seconds: float = 60, concurrency: int = 1
) -> dict[str, Played]:
    """What came of the trials, by name."""
    results = try_client(
        [sys.executable, PROGRAM, defect],
        trials=patterns,
        lines=lines,
        seconds=seconds,
        concurrency=concurrency,
    )
    return {one.trial.name: one for one in results}


@cache
def _all_of_a_good_client() -> dict[str, Played]:
    """All trials, once for all tests here."""
    return tried("none", concurrency=8)


def test_a_client_that_reads_by_the_standards_passes_everything_that_is_not_disputed() -> None:
    """So no trial asks for more than the standards, the reference, and what is served."""
    results = _all_of_a_good_client().values()
    failed = {one.trial.name: one.verdict for one in results if one.failed and one.trial.ground != "disputed"}
    assert failed == {}
    assert len(results) > 170
    assert exit_code(list(results)) == 0


def test_a_program_that_is_started_for_each_trial_gives_the_same() -> None:
    """The environment says the same as a line; of the output the last line counts."""
    one = tried("none", "chat-plain", "responses-call", "chat-error", lines=False)
    assert {name: it.verdict.outcome for name, it in one.items()} == {
        "chat-plain": "passed",
        "responses-call": "passed",
        "chat-error": "passed",
    }


@pytest.mark.parametrize(
    ("defect", "trial", "outcome", "words"),
    [
        ("splits at every line end", "chat-line-separators", "crashed", "JSONDecodeError"),
        ("cuts characters", "chat-cut-characters", "lost", "the text is another from character 7"),
        ("takes comments for events", "chat-comments", "crashed", "JSONDecodeError"),
        ("needs a choice", "chat-azure-filter", "crashed", "IndexError"),
        ("ignores indices", "chat-calls-parallel", "lost", "1 call, not 2"),
        ("swallows errors", "chat-error", "swallowed", "was not told"),
        ("knows all events", "responses-keepalive", "crashed", "what is keepalive?"),
    ],
)
def test_a_defect_is_told(defect: str, trial: str, outcome: str, words: str) -> None:
    """By the verdict, and what the client said or lost; an ordinary answer goes well all the same."""
    plain = "responses-plain" if trial.startswith("responses") else "chat-no-usage"
    results = tried(defect, trial, plain)
    assert results[trial].verdict.outcome == outcome
    assert words in results[trial].verdict.what
    assert results[plain].verdict.outcome == "passed"


@pytest.mark.parametrize(
    ("defect", "words"),
    [
        ("never asks", "it never asked http://127.0.0.1:"),
        ("dies", "exit code 1: no such luck"),
        ("says nothing", "it ended without an answer"),
    ],
)
def test_a_program_that_does_not_do_its_part_is_told_what_is_missing(defect: str, words: str) -> None:
    """It counts as crashed, and the exit code is not that of a client with failures but of none that was tried."""
    (one,) = tried(defect, "chat-plain", lines=False).values()
    assert one.verdict.outcome == "crashed"
    assert words in one.verdict.what
    told: list[str] = []
    command = f"{sys.executable} '{PROGRAM}' '{defect}'"
    assert run(command=command, trials=["chat-plain"], say=told.append) == 3


def test_a_program_that_never_asks_is_told_where_to_read_how() -> None:
    """And the same of each trial is said once."""
    told: list[str] = []
    command = f"{sys.executable} '{PROGRAM}' 'never asks'"
    assert run(command=command, trials=["chat-plain", "chat-crlf", "chat-call"], say=told.append) == 3
    (text,) = told
    assert "It never asked the server, so that nothing was tried: docs/clients.md" in text
    assert text.count("it never asked http://127.0.0.1:") == 1
    assert "  likewise  in 2 others: " in text


@pytest.mark.parametrize("lines", [False, True])
def test_a_program_that_hangs_is_ended(*, lines: bool) -> None:
    """It and all that it started; the trials after it are played."""
    results = tried("hangs", "chat-plain", "chat-crlf", lines=lines, seconds=1)
    assert [one.verdict.outcome for one in results.values()] == ["hung", "hung"]
    assert "no answer within 1 s, after 0 requests" in results["chat-plain"].verdict.what


def test_a_program_that_dies_amid_the_lines_is_started_again() -> None:
    """Only the trial at which it died is its crash."""
    results = tried("dies at calls", "chat-call", "chat-plain", "chat-error")
    assert {name: one.verdict.outcome for name, one in results.items()} == {
        "chat-plain": "passed",
        "chat-call": "crashed",
        "chat-error": "passed",
    }
    assert "exit code 3" in results["chat-call"].verdict.what


def test_a_child_that_a_program_leaves_behind_is_ended(tmp_path: Path) -> None:
    """It holds the output open, and does not hold up the trial."""
    mark = tmp_path / "pid"
    script = tmp_path / "leaves.py"
    script.write_text(
        "import subprocess, sys, json, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(mark)!r}).write_text(str(child.pid))\n"
        "print(json.dumps({'unsupported': 'nothing at all'}))\n"
    )
    (one,) = try_client([sys.executable, str(script)], trials=["chat-plain"], seconds=60)
    assert one.verdict.outcome == "unsupported"
    assert one.seconds < 60
    if sys.platform == "linux":
        state = Path(f"/proc/{mark.read_text()}/stat")
        assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] in {"Z", "X"}


def test_a_client_that_runs_tools_is_answered_to_its_end(tmp_path: Path) -> None:
    """A request with the result of a call is answered with text, which may stand for the first answer's."""
    script = tmp_path / "loop.py"
    script.write_text(
        "import json, os, urllib.request\n"
        "def ask(messages):\n"
        "    body = json.dumps({'model': 'm', 'stream': True, 'messages': messages}).encode()\n"
        "    url = os.environ['OPENAI_BASE_URL'] + '/chat/completions'\n"
        "    read = urllib.request.urlopen(urllib.request.Request(url, body)).read().decode()\n"
        "    lines = [line[6:] for line in read.split('\\n') if line.startswith('data: {')]\n"
        "    return [c['delta'] for line in lines for c in json.loads(line)['choices']]\n"
        "first = ask([])\n"
        "parts = [one for d in first for one in d.get('tool_calls', ())]\n"
        "given = ''.join(one['function'].get('arguments', '') for one in parts)\n"
        "last = ask([{'role': 'tool', 'tool_call_id': 'x', 'content': 'sunny'}])\n"
        "print(json.dumps({'text': ''.join(d.get('content') or '' for d in last), 'finish': 'stop',\n"
        "    'calls': [{'name': parts[0]['function']['name'], 'arguments': given}]}))\n"
    )
    (one,) = try_client([sys.executable, str(script)], trials=["chat-call"])
    assert (one.verdict.outcome, one.verdict.what) == ("passed", "")


def test_a_run_can_be_limited_in_time() -> None:
    """What is not begun until then is not played."""
    client = client_of([sys.executable, PROGRAM, "none"], lines=True)
    assert play(client, chosen_trials(["framing"]), until=-1) == []


def test_names_that_do_not_exist_are_refused() -> None:
    """A program, a trial, a format, the client of a driver."""
    with pytest.raises(UsageError, match="there is no program 'no-such-program'"):
        client_of("no-such-program")
    with pytest.raises(UnknownName, match="there is no driver 'openai-pyton'"):
        client_of("openai-pyton")
    with pytest.raises(UsageError, match="cannot be read"):
        client_of("python 'unclosed")
    with pytest.raises(UnknownName, match="there is no trial 'chat-crfl'"):
        try_client([sys.executable], trials=["chat-crfl"])
    with pytest.raises(UsageError, match="there is no format 'xml'"):
        run(command=sys.executable, form="xml")
    with pytest.raises(UsageError, match="there is no folder"):
        client_of("openai-node", node_modules=os.path.join(os.sep, "no", "such", "node_modules"))  # noqa: PTH118


def test_disputed_streams_fail_only_where_one_asks_for_that() -> None:
    """They are told, and the exit code is 0."""
    told: list[str] = []
    command = f"{sys.executable} '{PROGRAM}' 'ignores indices'"
    asked = {"command": command, "trials": ["chat-calls-out-of-order"], "say": told.append, "lines": True}
    assert run(**asked) == 0  # type: ignore[arg-type]
    assert "(disputed)" in told[-1]
    assert run(**asked, strict=True) == 1  # type: ignore[arg-type]
