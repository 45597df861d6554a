"""Running a client program: once for a trial, or once for many, with a limit on each."""

from __future__ import annotations

import json
import os
import queue
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, Self, cast

from harness.errors import UsageError
from harness.io.process import client_environment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from io import BufferedReader
    from pathlib import Path
    from types import TracebackType

    from harness.trials.trial import Trial

MODEL: Final = "trial-1"
KEY: Final = "sk-trial"
_LARGEST: Final = 32 * 1024 * 1024
"""Bytes of a program's output that are read."""
_TAIL: Final = 4_000
_GRACE: Final = 5.0
"""Seconds that a program has for leaving when it is told that there is no more."""
_LOOK: Final = 0.1
"""Seconds between two looks at a program that runs."""
_AHEAD: Final = 4
"""Times that a program may speak before it is asked; what it says beyond that is dropped."""
_AT_ONCE: Final = 1 << 20
"""Bytes of a program's output that are read at once."""


class Stopped(Exception):
    """The run is over; the program was ended amid its trial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What a program did in one trial.

    Args:
        told: The last line of its output; "" where there is none.
        complaint: The end of what it wrote to stderr.
        code: Its exit code; None where it still runs.
        hung: It was ended because its time was over.
        flooded: It was ended because it wrote more than anyone reads.
        answered: How many trials it had answered before, where it takes several.
    """

    told: str = ""
    complaint: str = ""
    code: int | None = None
    hung: bool = False
    flooded: bool = False
    answered: int = 0


def words_of(command: str | Sequence[str]) -> list[str]:
    """The words of a command, its program as a path.

    Raises:
        UsageError: It cannot be read, or there is no such program.
    """
    try:
        words = shlex.split(command) if isinstance(command, str) else list(command)
    except ValueError as error:
        raise UsageError(
            "this command cannot be read", where=f"--client {command!r}", found=str(error)
        ) from error
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise UsageError(
            f"there is no program {words[0]!r}" if words else "this command is empty",
            where=f"--client {command!r}",
            expected="a command that starts your client, or the name of a shipped driver",
            hint="`harness fuzz --client list` names the drivers; docs/clients.md says what a client has to do",
        )
    return [program, *words[1:]]


def variables_of(trial: Trial, base_url: str) -> dict[str, str]:
    """What a client is told of a trial in its environment."""
    origin = base_url.removesuffix("/v1")
    return {
        **client_environment(origin, "/v1", only_openai=True),
        "OPENAI_API_KEY": KEY,
        "HARNESS_DIALECT": trial.dialect,
        "HARNESS_TRIAL": trial.name,
        "HARNESS_MODEL": MODEL,
    }


def run_once(
    command: Sequence[str],
    variables: Mapping[str, str],
    seconds: float,
    folder: Path | None = None,
    stopped: threading.Event | None = None,
) -> Ran:
    """Run a program to its end.

    Its output goes to files: a child that it leaves behind cannot hold it up.

    Raises:
        Stopped: `stopped` was set while it ran.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        process = _start(
            command, variables, given=subprocess.DEVNULL, out=out, complaints=complaints, folder=folder
        )
        until = time.monotonic() + seconds
        hung = flooded = False
        try:
            while not (hung or flooded):
                try:
                    process.wait(max(0.0, min(_LOOK, until - time.monotonic())))
                    break
                except subprocess.TimeoutExpired:
                    _go_on(stopped)
                    hung, flooded = time.monotonic() >= until, _is_flooded(out, complaints)
        finally:
            end(process)
        return Ran(
            told=_last_line(_read(out)),
            complaint=_read(complaints)[-_TAIL:],
            code=process.returncode,
            hung=hung and not flooded,
            flooded=flooded or _is_flooded(out, complaints),
        )


class Lines:
    """A program that takes a trial a line on stdin, and tells its answer in a line on stdout.

    A program that dies or hangs, or says more than it was asked, is started again for the trial after.

    Args:
        command: The words of its command.
        folder: Where it is started; None is here.
        stopped: Set where no answer is waited for any longer.
    """

    def __init__(
        self, command: Sequence[str], folder: Path | None = None, stopped: threading.Event | None = None
    ) -> None:
        self._command = command
        self._folder = folder
        self._stopped = stopped
        self._process: subprocess.Popen[bytes] | None = None
        self._told: queue.Queue[list[str] | None] = queue.Queue()
        self._complaints: IO[bytes] | None = None
        self._answered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stopped = self._stopped is not None and self._stopped.is_set()
        self._leave(at_once=stopped or kind is not None)

    def ask(self, trial: Trial, base_url: str, seconds: float) -> Ran:
        """Have it do one trial.

        Raises:
            Stopped: No answer is waited for any longer.
        """
        process = self._running(trial, base_url)
        request = {
            "trial": trial.name,
            "dialect": trial.dialect,
            "base_url": base_url,
            "api_key": KEY,
            "model": MODEL,
        }
        try:
            if process.stdin is None:
                return self._died()
            process.stdin.write(json.dumps(request).encode() + b"\n")
            process.stdin.flush()
            told = self._answer(seconds)
        except queue.Empty:
            complaint, flooded = self._complaint(), self._is_loud()
            self._leave(at_once=True)
            return Ran(complaint=complaint, hung=not flooded, flooded=flooded)
        except OSError:
            return self._died()
        if told is None:
            return self._died()
        if len(told) > 1 or not told[0].startswith("{"):
            self._leave(at_once=True)  # nobody knows which of the lines after it is the next answer
        self._answered += 1
        return Ran(told=told[0])

    def _answer(self, seconds: float) -> list[str] | None:
        """The next lines, None at the end; `queue.Empty` where there are none in time, or far too much on stderr."""
        until = time.monotonic() + seconds
        while True:
            left = until - time.monotonic()
            try:
                return self._told.get(timeout=max(0.0, min(_LOOK, left)))
            except queue.Empty:
                _go_on(self._stopped)
                if left <= 0 or self._is_loud():
                    raise

    def _is_loud(self) -> bool:
        return self._complaints is not None and _is_flooded(self._complaints)

    def _running(self, trial: Trial, base_url: str) -> subprocess.Popen[bytes]:
        # A line that is there before it is asked for would be taken for the next answer.
        if self._process is not None and self._process.poll() is None and self._told.empty():
            return self._process
        self._leave(at_once=True)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the program has ended
        variables = {**variables_of(trial, base_url), "HARNESS_LINES": "1"}
        process = _start(
            self._command,
            variables,
            given=subprocess.PIPE,
            out=subprocess.PIPE,
            complaints=self._complaints,
            folder=self._folder,
        )
        self._process, self._answered = process, 0
        self._told = queue.Queue(_AHEAD)
        threading.Thread(target=_pump, args=(process.stdout, self._told), daemon=True).start()
        return process

    def _died(self) -> Ran:
        code = None
        if self._process is not None:
            try:
                code = self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                code = None
        complaint = self._complaint()
        self._leave(at_once=True)
        return Ran(complaint=complaint, code=code, answered=self._answered)

    def _complaint(self) -> str:
        return "" if self._complaints is None else _read(self._complaints)[-_TAIL:]

    def _leave(self, *, at_once: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.stdin is not None:
                try:
                    process.stdin.close()
                except OSError:
                    at_once = True
            if not at_once:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(_GRACE)
            end(process)
        if self._complaints is not None:
            self._complaints.close()
            self._complaints = None


def _pump(stream: IO[bytes], told: queue.Queue[list[str] | None]) -> None:
    """Pass on what a program says, up to its end: the lines that come at once, each time.

    What it says while nobody reads is dropped beyond some.
    """

    def put(lines: list[bytes]) -> None:
        texts = [line.decode("utf-8", "replace").strip() for line in lines]
        if any(texts):
            with suppress(queue.Full):
                told.put_nowait([text for text in texts if text])

    rest = b""
    with cast("BufferedReader", stream) as reader:
        while piece := reader.read1(_AT_ONCE):
            *whole, rest = (rest + piece).split(b"\n")
            if len(rest) > _LARGEST:
                whole, rest = [*whole, rest], b""
            put(whole)
    put([rest])
    with suppress(queue.Full):
        told.put_nowait(None)


def _start(
    command: Sequence[str],
    variables: Mapping[str, str],
    *,
    given: int,
    out: int | IO[bytes],
    complaints: IO[bytes],
    folder: Path | None,
) -> subprocess.Popen[bytes]:
    # A group of its own, so that what the program started ends with it.
    group: dict[str, Any] = {} if sys.platform == "win32" else {"start_new_session": True}
    try:
        return subprocess.Popen(  # noqa: S603 - the user's own command
            command,
            env={**os.environ, **variables},
            stdin=given,
            stdout=out,
            stderr=complaints,
            cwd=folder,
            **group,
        )
    except OSError as error:
        raise UsageError(
            "this command cannot be started",
            where="--client " + shlex.join(command),
            found=error.strerror or str(error),
            hint="is it a program for this machine? a script needs its first line to say what reads it",
        ) from error


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and all that it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # its group outlives it where it left children
    process.wait()


def _go_on(stopped: threading.Event | None) -> None:
    if stopped is not None and stopped.is_set():
        raise Stopped


def _is_flooded(*files: IO[bytes]) -> bool:
    """Whether one of the files is larger than what is read of it."""
    return any(os.fstat(file.fileno()).st_size > _LARGEST for file in files)


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read(_LARGEST).decode("utf-8", "replace")


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.split("\n")) if line.strip()), "")
