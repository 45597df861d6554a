"""A client program that does anything at all: each is told in a sentence, and none is left running."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from harness.errors import UsageError
from harness.trials.playing import verdict_of
from harness.trials.registry import trial_named
from harness.trials.running import Lines
from harness.trials.server import TrialServer
from harness.trials.shipped import DRIVERS
from harness.trials.verb import client_of, run, try_client

if TYPE_CHECKING:
    from pathlib import Path

    from harness.trials.verdict import Verdict

ASK = """
import json, os, sys, time, urllib.request
def ask(base_url, dialect):
    path = "/chat/completions" if dialect == "chat" else "/responses"
    urllib.request.urlopen(urllib.request.Request(base_url + path, b'{"stream": true}')).read()
"""
ONCE = 'ask(os.environ["OPENAI_BASE_URL"], os.environ["HARNESS_DIALECT"])\n'


def verdict_on(folder: Path, source: str, trial: str = "chat-plain", *, seconds: float = 60) -> Verdict:
    """What comes of a program of these lines."""
    script = folder / "client.py"
    script.write_text(ASK + source, "utf-8")
    (one,) = try_client([sys.executable, str(script)], trials=[trial], seconds=seconds)
    return one.verdict


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (ONCE, "it ended without an answer: the last line that it prints has to be a JSON object"),
        (ONCE + "print('[' * 200_000)", "its last line is not an answer: maximum recursion depth"),
        (ONCE + "print('null')", "its last line is not an answer: not a JSON object but None"),
        (ONCE + "sys.stdout.buffer.write(bytes([255, 254]))", "its last line is not an answer"),
        (ONCE + "print('{\"error\": false}')", "`error` is False; where nothing went wrong it is null"),
        (ONCE + 'print(\'{"error": "\\\\u001b[31m\\\\ud800"}\')', "\\x1b[31m\\ud800"),
        (ONCE + "print('{}'); sys.exit(3)", "exit code 3"),
        (ONCE + "os.abort()", "exit code "),
    ],
)
def test_what_is_no_answer_is_told_for_what_it_is(tmp_path: Path, source: str, words: str) -> None:
    """And never with more of the harness than a sentence."""
    verdict = verdict_on(tmp_path, source)
    assert verdict.outcome == "crashed"
    assert words in verdict.what


def test_what_a_program_writes_to_stderr_does_not_move_a_terminal(tmp_path: Path) -> None:
    """Colours of a traceback, and worse, are shown for what they are."""
    script = tmp_path / "client.py"
    script.write_text(ASK + ONCE + "sys.exit('\\x1b[2Jno')", "utf-8")
    command, told = shlex.join([sys.executable, str(script)]), list[str]()
    for form in ("text", "markdown"):
        assert run(command=command, trials=["chat-plain"], say=told.append, form=form) == 1
    assert all("\\x1b[2Jno" in one and "\x1b" not in one for one in told)


def test_a_client_that_does_nothing_at_all_is_no_success(tmp_path: Path) -> None:
    """Nothing was tried where it says of each stream that it does not do that: the exit code is 3."""
    script = tmp_path / "client.py"
    script.write_text('print(\'{"unsupported": "this"}\')', "utf-8")
    told: list[str] = []
    assert run(command=shlex.join([sys.executable, str(script)]), trials=["chat-plain"], say=told.append) == 3
    assert told[-1].endswith("1 trial: 1 unsupported")


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_program_that_writes_without_end_is_ended(tmp_path: Path, stream: str) -> None:
    """Long before its time is over, and before it has filled the disk."""
    source = f"while True: sys.{stream}.write('y\\n' * 100_000)"
    began = time.monotonic()
    verdict = verdict_on(tmp_path, source, seconds=600)
    assert (verdict.outcome, verdict.what) == (
        "crashed",
        "it wrote more than 32 MiB of output, and was ended",
    )
    assert time.monotonic() - began < 300


@pytest.mark.parametrize("trial", ["chat-error", "responses-failed", "chat-status-400"])
def test_dying_is_no_telling_of_an_error(tmp_path: Path, trial: str) -> None:
    """A program that was never served the error, or dies without a word of it, does not pass."""
    words = "The upstream broke while it answered. The request was not accepted: the trial refuses it."
    assert verdict_on(tmp_path, f"sys.exit({words!r})", trial).outcome == "crashed"
    assert (
        verdict_on(tmp_path, "try: " + ONCE + "except Exception: pass\nsys.exit(1)", trial).outcome
        == "crashed"
    )


def test_an_empty_error_is_no_error(tmp_path: Path) -> None:
    """It says nothing of what was served."""
    assert verdict_on(tmp_path, ONCE + 'print(\'{"error": ""}\')', "chat-error").outcome == "swallowed"


@pytest.mark.parametrize("extra", ['{"text": "unasked"}', "a warning"])
def test_a_line_that_nobody_asked_for_is_not_taken_for_the_next_answer(tmp_path: Path, extra: str) -> None:
    """The program is started anew, so one line too many spoils no verdict but its own."""
    script = tmp_path / "client.py"
    script.write_text(
        ASK
        + "for line in sys.stdin:\n"
        + "    told = json.loads(line)\n"
        + "    ask(told['base_url'], told['dialect'])\n"
        + "    answer = json.dumps({'unsupported': told['trial']})\n"
        + f"    sys.stdout.write(answer + '\\n' + {extra!r} + '\\n'); sys.stdout.flush()\n",
        "utf-8",
    )
    results = try_client(
        [sys.executable, str(script)],
        trials=["framing"],
        dialects=["chat"],
        lines=True,
        seconds=60,
        concurrency=1,
    )
    spoilt = [one for one in results if one.verdict.what != one.trial.name]
    assert len(results) > 10
    assert spoilt == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("options", [[], ["--lines"]])
@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_ends_the_programs_and_tells_what_came_until_then(
    tmp_path: Path, options: list[str], presses: int
) -> None:
    """At once, though a program may have a minute for its trial; pressing it twice leaves nothing behind either."""
    pids = tmp_path / "pids"
    pids.mkdir()
    script = tmp_path / "client.py"
    script.write_text(
        f"import os, time, pathlib\n(pathlib.Path({str(pids)!r}) / str(os.getpid())).touch()\ntime.sleep(600)\n"
    )
    command = shlex.join([sys.executable, str(script)])
    words = [sys.executable, "-m", "harness", "fuzz", "--client", command, "--timeout", "600", "-q", *options]
    running = subprocess.Popen(  # noqa: S603
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until = time.monotonic() + 60
    while len(list(pids.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.05)
    for _ in range(presses):
        running.send_signal(signal.SIGINT)
        time.sleep(0.01)
    told, complaint = running.communicate(timeout=60)
    if presses == 1:  # a second one may fall into the telling
        assert (running.returncode, complaint) == (130, "")
        assert "0 trials: none played" in told
    assert running.returncode in {130, -signal.SIGINT}
    for path in pids.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(path.name), 0)


def test_the_hint_of_a_missing_client_names_what_is_installed() -> None:
    """By the name that pip or npm knows, and not by that of the driver."""
    with pytest.raises(UsageError, match=r"pip install openai$"):
        client_of("openai-python-stream", python=os.path.join(os.sep, "no", "such", "python"))  # noqa: PTH118
    with pytest.raises(UsageError, match=r"npm install ai @ai-sdk/openai-compatible$"):
        client_of("ai-sdk-compatible", node_modules=os.path.join(os.sep, "no", "such", "modules"))  # noqa: PTH118
    assert all(one.packages for one in DRIVERS)


def test_a_program_that_reads_one_line_of_many_is_asked_whether_it_reads_on(tmp_path: Path) -> None:
    """Its answer was read; it ended by itself over the next line."""
    script = tmp_path / "client.py"
    lines_of = "import sys; sys.stdin.readline(); print('{}', flush=True); sys.stdin.readline()"
    script.write_text(lines_of, "utf-8")
    trial = trial_named("chat-plain")
    with Lines([sys.executable, str(script)]) as lines, TrialServer() as server:
        session = server.open(trial)
        assert lines.ask(trial, session.base_url, 60).told == "{}"
        ran = lines.ask(trial, session.base_url, 60)
        verdict = verdict_of(trial, session, ran, 60)
    assert verdict.what == "it ended after one line: does it read on, until stdin ends?"
