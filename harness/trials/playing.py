"""Playing trials to a client, one after the other or some at a time, and what came of each."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from harness.trials.running import Lines, Ran, run_once, variables_of
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
        with Lines(client.command, client.folder) as lines:
            while True:
                with lock:
                    number, trial = next(waiting, (-1, None))
                if (
                    trial is None
                    or stopped.is_set()
                    or (until is not None and time.monotonic() - began > until)
                ):
                    return
                played = _play(client, lines, server, trial, seconds)
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
            stopped.set()  # after Ctrl-C, or where one worker failed, the others end with the trial they are at
    return [done[number] for number in sorted(done)]


def _play(client: Client, lines: Lines, server: TrialServer, trial: Trial, seconds: float) -> Played:
    session = server.open(trial)
    began = time.monotonic()
    if client.lines:
        ran = lines.ask(trial, session.base_url, seconds)
    else:
        ran = run_once(client.command, variables_of(trial, session.base_url), seconds, client.folder)
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
    if ran.hung:
        return Verdict("hung", f"no answer within {seconds:g} s, after {_times(session.requests)}")
    expected = trial.expects
    if not ran.told and ran.code != 0:
        return _of_death(expected, ran)
    try:
        said: Said = said_of(json.loads(ran.told or "null"))
    except ValueError as error:
        shown = ran.told[:80] or "nothing"
        return Verdict("crashed", f"its last line is not an answer: {error}; the line is {shown!r}")
    if said.unsupported is None and session.requests == 0:
        asked = "; ".join(session.strayed) or said.error or "it told no error"
        return Verdict("crashed", f"it never asked {session.base_url}: {asked}")
    if ran.code not in {0, None} and said.error is None:
        return Verdict("crashed", f"exit code {ran.code}")
    return judged(expected, said, followed=session.followed)


def _of_death(expected: Expected, ran: Ran) -> Verdict:
    """A program may die of an error that it was served: it has told it then."""
    if expected.error is not None and expected.error.lower() in ran.complaint.lower():
        return Verdict("passed")
    last = next((line.strip() for line in reversed(ran.complaint.split("\n")) if line.strip()), "")
    return Verdict("crashed", f"exit code {ran.code}: {last}" if last else f"exit code {ran.code}")


def _times(count: int) -> str:
    return f"{count} request" if count == 1 else f"{count} requests"
