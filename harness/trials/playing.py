"""Playing trials to a client, one after the other or some at a time, and what came of each."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from harness.trials.running import Lines, Ran, Stopped, run_once, variables_of
from harness.trials.server import Session, TrialServer
from harness.trials.verdict import FAILURES, Said, Verdict, judged, said_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.trials.trial import Expected, Trial

SECONDS: Final = 30.0
"""How long a client may take for one trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """The program that is tried.

    Args:
        name: What it is called in reports.
        command: Its words.
        lines: It takes a trial a line; else it is started once for each.
        folder: Where it is started; None is here.
        versions: Of what it drives, where that is known.
    """

    name: str
    command: tuple[str, ...]
    lines: bool = False
    folder: Path | None = None
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What came of one trial.

    Args:
        trial: The trial.
        verdict: What came of it.
        requests: How often the client asked.
        seconds: How long it took.
        complaint: The end of what it wrote to stderr, where it failed.
    """

    trial: Trial
    verdict: Verdict
    requests: int
    seconds: float
    complaint: str = ""

    @property
    def failed(self) -> bool:
        """Whether it failed."""
        return self.verdict.outcome in FAILURES


def play(
    client: Client,
    trials: Sequence[Trial],
    *,
    seconds: float = SECONDS,
    concurrency: int = 2,
    until: float | None = None,
    progress: Callable[[int, int, str], None] | None = None,
    told: Callable[[Played], None] | None = None,
) -> list[Played]:
    """Play trials to a client.

    Args:
        client: The client.
        trials: The trials, in the order of the answer.
        seconds: How long it may take for one.
        concurrency: How many programs run at a time.
        until: Begin no trial after so many seconds; None has no limit.
        progress: Told how many of how many are done, and the name of the last.
        told: Told of each that is done, in the order in which they come to their ends.

    Returns:
        What came of each that was played.
    """
    done: dict[int, Played] = {}
    lock, stopped = threading.Lock(), threading.Event()
    waiting = iter(enumerate(trials))
    began = time.monotonic()

    def work(server: TrialServer) -> None:
        with suppress(Stopped), Lines(client.command, client.folder, stopped) as lines:
            while True:
                with lock:
                    number, trial = next(waiting, (-1, None))
                if (
                    trial is None
                    or stopped.is_set()
                    or (until is not None and time.monotonic() - began > until)
                ):
                    return
                played = _play(client, lines, server.open(trial), seconds=seconds, stopped=stopped)
                with lock:
                    done[number] = played
                    if told is not None:
                        told(played)
                    if progress is not None:
                        progress(len(done), len(trials), trial.name)

    with TrialServer() as server, ThreadPoolExecutor(max(1, min(concurrency, len(trials)))) as pool:
        working = [pool.submit(work, server) for _ in range(max(1, min(concurrency, len(trials))))]
        try:
            for one in working:
                one.result()
        finally:
            stopped.set()  # after Ctrl-C, or where one worker failed, the others end their programs at once
            _wait_for(working)
    return [done[number] for number in sorted(done)]


def _wait_for(working: Sequence[Future[None]]) -> None:
    """Wait until the workers have ended their programs, also where Ctrl-C is pressed again: none is left behind."""
    while True:
        try:
            wait(working)
        except KeyboardInterrupt:
            continue
        return


def _play(
    client: Client, lines: Lines, session: Session, *, seconds: float, stopped: threading.Event
) -> Played:
    trial, began = session.trial, time.monotonic()
    if client.lines:
        ran = lines.ask(trial, session.base_url, seconds)
    else:
        variables = variables_of(trial, session.base_url)
        ran = run_once(client.command, variables, seconds, client.folder, stopped)
    verdict = verdict_of(trial, session, ran, seconds)
    return Played(
        trial=trial,
        verdict=verdict,
        requests=session.requests,
        seconds=round(time.monotonic() - began, 3),
        complaint=ran.complaint if verdict.outcome in FAILURES else "",
    )


def verdict_of(trial: Trial, session: Session, ran: Ran, seconds: float) -> Verdict:
    """What came of a run."""
    if ran.hung or ran.flooded or not ran.told:
        return _of_silence(trial.expects, session, ran, seconds)
    try:
        said: Said = said_of(json.loads(ran.told))
    except (ValueError, RecursionError) as error:
        return Verdict("crashed", f"its last line is not an answer: {error}; the line is {ran.told[:80]!r}")
    if said.unsupported is None and session.requests == 0:
        asked = "; ".join(session.strayed) or said.error or "it told no error"
        return Verdict("crashed", f"it never asked {session.base_url}: {asked}")
    if ran.code not in {0, None} and said.error is None:
        return Verdict("crashed", f"exit code {ran.code}")
    return judged(trial.expects, said, followed=session.followed)


def _of_silence(expected: Expected, session: Session, ran: Ran, seconds: float) -> Verdict:
    """What came of a run without an answer. A program may die of an error that it was served: it has told it then."""
    if ran.flooded:
        return Verdict("crashed", "it wrote more than 32 MiB of output, and was ended")
    if ran.hung:
        return Verdict("hung", f"no answer within {seconds:g} s, after {_times(session.requests)}")
    lines = [line.strip() for line in ran.complaint.split("\n") if line.strip()]
    code = "" if ran.code is None else f"exit code {ran.code}"
    if ran.code == 0 and ran.answered:
        lines_read = "one line" if ran.answered == 1 else f"{ran.answered} lines"
        return Verdict("crashed", f"it ended after {lines_read}: does it read on, until stdin ends?")
    if ran.code == 0:
        what = "it ended without an answer: the last line that it prints has to be a JSON object"
        return Verdict("crashed", what)
    if lines and session.requests and expected.error is not None and _is_in(expected.error, ran.complaint):
        return Verdict("passed")
    return Verdict("crashed", ": ".join([code or "it closed its output", *lines[-1:]]))


def _is_in(words: str, text: str) -> bool:
    return words.lower() in text.lower()


def _times(count: int) -> str:
    return f"{count} request" if count == 1 else f"{count} requests"
