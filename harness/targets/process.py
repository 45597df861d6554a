"""A target's program: started, waited for, and stopped with everything that it started itself."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from harness.cassettes.redaction.redactor import Redactor
from harness.errors import TargetError
from harness.io.environment import secret_values
from harness.targets.reaching import silence_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

HOST: Final = "127.0.0.1"
TAIL: Final = 4_000
"""The most characters of a log that are shown."""

_WINDOW: Final = 32_768
"""Bytes of the log's end that are read: more than `TAIL` characters in any encoding, so that a secret which the window
cuts in two lies before what is shown."""

_LARGEST: Final = 256 * 1024 * 1024
"""Bytes that a program may print in one run: one that prints without end must not fill the disk."""

_PATIENCE: Final = 5.0
"""Seconds in which a program may end by itself when it is told to."""

_ORPHANS: Final = 0.5
"""Seconds that what it started has for the same, once it is gone."""

_LOOK: Final = 0.05
"""Seconds between two looks whether it answers, or has ended."""

_FOREIGN: Final = re.compile(
    r"PYTHON(?:PATH|HOME|STARTUP)|VIRTUAL_ENV|(?:HTTPS?|ALL|FTP|NO)_PROXY", re.IGNORECASE
)
"""Variables that mean this process's libraries, or a proxy that must not stand between two programs of one machine."""

_ESCAPES: Final = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
_UNPRINTABLE: Final = re.compile(r"[^\S \n\t]|[\x00-\x08\x0e-\x1f\x7f-\x9f]")


def free_port() -> int:
    """A port of the loopback address on which nothing listens at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port


class Process:
    """A program that was started, with what it prints.

    Args:
        command: Its command line.
        log: The file that it prints to.
        redactor: Hides the secrets in what is shown of it.
        popen: The program itself.
    """

    def __init__(
        self, command: Sequence[str], log: Path, redactor: Redactor, popen: subprocess.Popen[bytes]
    ) -> None:
        self._command = command
        self._log = log
        self._redactor = redactor
        self._popen = popen
        self._held = self._printed()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._popen.pid

    @property
    def command(self) -> str:
        """Its command line as a shell takes it, without secrets."""
        return self._redactor.text(shlex.join(self._command), "command")[0]

    @property
    def is_over(self) -> bool:
        """Whether it has ended by itself."""
        return self._popen.poll() is not None

    def ended(self) -> str | None:
        """How it ended, with the last line that it printed; None while it runs, and does not print without end."""
        code = self._popen.poll()
        if code is None:
            is_endless = self._printed() - self._held > _LARGEST
            return f"it printed more than {_LARGEST:,} bytes into {self._log}" if is_endless else None
        last = self.tail().rstrip().rpartition("\n")[2].strip()
        return (
            f"{_in_words(code)}; it printed last: {last}"
            if last
            else f"{_in_words(code)}; it printed nothing"
        )

    def _printed(self) -> int:
        try:
            return self._log.stat().st_size
        except OSError:
            return 0

    def tail(self) -> str:
        """The end of what it printed: at most `TAIL` characters, without secrets and without terminal escapes."""
        try:
            with self._log.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _WINDOW))
                data = file.read(_WINDOW)
        except OSError:
            return ""
        text = _ESCAPES.sub("", data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n"))
        text = _UNPRINTABLE.sub("\ufffd", text)
        return self._redactor.text(text, "log")[0][-TAIL:]

    def stop(self) -> None:
        """End it and all that it started: told first, killed when it does not listen. Returns when it is gone."""
        try:
            _signal(self._popen, kill=False)
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(_PATIENCE)
                until = time.monotonic() + _ORPHANS
                while _has_orphans(self._popen) and time.monotonic() < until:
                    time.sleep(_LOOK)
        finally:
            # Also when Ctrl-C is pressed a second time.
            _signal(self._popen, kill=True)
            self._popen.wait()


@contextmanager
def started(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    ready: str,
    seconds: float,
    only_success: bool = False,
) -> Iterator[Process]:
    """A program that serves, from the moment at which it answers to the end of the block, whatever ends that.

    It gets this process's environment without what is secret there, without proxies and without Python's search
    path: a target must have no key with which it could reach a real provider, nor libraries that are not its own.

    Args:
        command: The program and its arguments.
        env: Variables that are added.
        cwd: Its working directory.
        log: The file that it prints to; what stands there is kept.
        ready: A URL: the program is there when a GET of it is answered, with whatever status.
        seconds: How long that may take.
        only_success: Only an answer with a status below 300 counts.

    Raises:
        TargetError: It cannot be started, ends, or does not answer in time. Names the command, the log and its end.
    """
    variables = _environment(env)
    redactor = Redactor(values=secret_values({**os.environ, **env}))
    log.parent.mkdir(parents=True, exist_ok=True)
    with _orderly_end():
        try:
            popen = _launched(command, variables, cwd, log)
        except OSError as error:
            raise TargetError(
                f"the target cannot be started: {error.strerror or error}",
                where=redactor.text(shlex.join(command), "command")[0],
                hint="is it installed where the command says?",
            ) from error
        process = Process(command, log, redactor, popen)
        try:
            _await(process, log, ready, seconds, only_success=only_success)
            yield process
        finally:
            process.stop()


def _launched(
    command: Sequence[str], env: Mapping[str, str], cwd: Path, log: Path
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        if sys.platform == "win32":
            return subprocess.Popen(  # noqa: S603 - the command is ours
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP,
            )
        # A session of its own is a group too, and one that Ctrl-C of a terminal does not reach: we end it ourselves.
        return subprocess.Popen(  # noqa: S603 - the command is ours
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    secret = secret_values()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in secret and value not in secret.values() and _FOREIGN.fullmatch(name) is None
    }
    exempt = f"{HOST},localhost,::1"
    # Unbuffered: what is printed must be in the log when the program is killed.
    return {**kept, "NO_PROXY": exempt, "no_proxy": exempt, "PYTHONUNBUFFERED": "1", **env}


def _await(process: Process, log: Path, ready: str, seconds: float, *, only_success: bool) -> None:
    until = time.monotonic() + seconds
    while True:
        silence = silence_of(ready, only_success=only_success)
        # First the end: on its port somebody else may answer.
        if (end := process.ended()) is not None:
            message = "the target ended before it answered" if process.is_over else "the target was given up"
            raise _failed(process, log, f"{message}: {end}", None)
        if silence is None:
            return
        if time.monotonic() >= until:
            message = f"the target did not answer within {seconds:g} s"
            raise _failed(process, log, message, f"{silence} (GET {ready})")
        time.sleep(_LOOK)


def _failed(process: Process, log: Path, message: str, found: str | None) -> TargetError:
    lines = process.tail().rstrip().split("\n")[-12:]
    printed = "\n".join(f"            {line}" for line in lines)
    return TargetError(
        message,
        where=process.command,
        found=found,
        hint=f"its log is {log}, and ends:\n{printed}" if any(lines) else f"its log, {log}, is empty",
    )


def _in_words(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by signal {-code} ({signal.Signals(-code).name})"
    except ValueError:
        return f"ended by signal {-code}"


def _signal(popen: subprocess.Popen[bytes], *, kill: bool) -> None:
    if sys.platform == "win32":
        # No groups: the tree is walked from the program, as long as that runs.
        if popen.poll() is None:
            tree = ["taskkill", "/T", "/F", "/PID", str(popen.pid)]
            subprocess.run(tree, capture_output=True, check=False)  # noqa: S603 - the command is ours
            popen.kill()
        return
    try:
        # The group's number is the program's, and nobody else gets it while one of the group lives.
        os.killpg(popen.pid, signal.SIGKILL if kill else signal.SIGTERM)
    except (ProcessLookupError, PermissionError):
        # Nobody is left; macOS says it in the other way.
        return


def _has_orphans(popen: subprocess.Popen[bytes]) -> bool:
    if sys.platform == "win32":
        return False
    try:
        os.killpg(popen.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


@contextmanager
def _orderly_end() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end this process through its `finally` clauses, so that no child is left behind.

    What this process was started to ignore, or handles already, stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: FrameType | None) -> None:
        del frame
        raise SystemExit(128 + number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
