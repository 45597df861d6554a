"""Running the user's command with its clients pointed at a local server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


_SLICE: Final = 0.5
"""Seconds after which waiting for a command looks up."""


def client_environment(origin: str, base_path: str, *, only_openai: bool = False) -> dict[str, str]:
    """The variables that point the official SDKs at a local server.

    Args:
        origin: Scheme, host and port, without a trailing slash.
        base_path: What the OpenAI clients put before `/chat/completions`, such as `/v1`.
        only_openai: The server speaks OpenAI's dialects alone: clients of other vendors go where they always go.

    OpenAI's SDKs take a base URL with the version in it (`OPENAI_API_BASE` is the name that older ones and many other
    tools read); Anthropic's and Google's add the version themselves. A key is set where the environment has none,
    because the SDKs refuse to start without one; it never leaves this machine.
    """
    # A server that listens on every address is reached on this machine by a loopback one.
    origin = origin.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    base = origin + base_path
    variables = {"OPENAI_BASE_URL": base, "OPENAI_API_BASE": base}
    keys = ["OPENAI_API_KEY"]
    if not only_openai:
        variables |= {"ANTHROPIC_BASE_URL": origin, "GOOGLE_GEMINI_BASE_URL": origin}
        keys += ["ANTHROPIC_API_KEY", "GEMINI_API_KEY"]
    for name in keys:
        if not os.environ.get(name):
            variables[name] = "harness-replay"
    # A proxy of the environment must not stand between the command and this machine.
    exempt = [
        entry for entry in os.environ.get("NO_PROXY", os.environ.get("no_proxy", "")).split(",") if entry
    ]
    variables["NO_PROXY"] = variables["no_proxy"] = ",".join([*exempt, "127.0.0.1", "localhost", "::1"])
    return variables


def run_command(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Run a command to its end with `variables` added to the environment.

    Returns:
        Its exit code; 128 + N where signal N ended it, as shells say it.

    Raises:
        UsageError: There is no such command.
    """
    program = shutil.which(command[0])
    if program is None:
        raise UsageError(
            f"there is no command {command[0]!r}",
            where="-- " + " ".join(command),
            hint="what stands after -- must be a program on PATH or a path to one",
        )
    with (
        _started([program, *command[1:]], {**os.environ, **variables}) as process,
        _signals_passed_on(process),
    ):
        code = None
        while code is None:
            try:
                # In slices: the system may hand a signal to the server's thread, and then nothing interrupts this wait,
                # while Python runs handlers on this thread alone.
                code = process.wait(_SLICE)
            except subprocess.TimeoutExpired:
                continue
            except KeyboardInterrupt:
                # On Windows, or off the main thread: the terminal sent it to the command too, which decides how to end.
                continue
    return code if code >= 0 else 128 - code


def _started(command: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, env=environment)  # noqa: S603 - it is the user's own command
    except OSError as error:
        raise UsageError(
            "this command cannot be started",
            where="-- " + " ".join(command),
            found=error.strerror or str(error),
            hint="is it a program for this machine? a script needs its first line to say which interpreter reads it",
        ) from error


@contextmanager
def _signals_passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let the command meet what this process is sent: a CI system ends the process that it started, and no other.

    Ctrl-C is the exception: a terminal sends it to the command as well, and many a program that is told twice gives
    up its orderly end. So where this process is in the foreground of a terminal, SIGINT is taken for the terminal's;
    one that somebody sends to this process alone there does not reach the command (SIGTERM does). A second SIGTERM or
    SIGHUP does no harm. What this process was started to ignore stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def pass_on(number: int, _: object) -> None:
        if number != signal.SIGINT or not _in_foreground():
            process.send_signal(number)

    before = {}
    # Windows has no SIGHUP, and cannot send SIGINT to one process.
    for name in ("SIGTERM",) if sys.platform == "win32" else ("SIGTERM", "SIGHUP", "SIGINT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, pass_on)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_foreground() -> bool:
    """Whether a terminal sends its signals to this process's group, and so to the command, too."""
    if sys.platform == "win32":
        return True
    try:
        terminal = os.open(os.ctermid(), os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
