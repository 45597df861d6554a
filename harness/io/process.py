"""Running the user's command with its clients pointed at a local server."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def client_environment(origin: str, base_path: str) -> dict[str, str]:
    """The variables that point the official SDKs at a local server.

    Args:
        origin: Scheme, host and port, without a trailing slash.
        base_path: What the OpenAI clients put before `/chat/completions`, such as `/v1`.

    OpenAI's SDKs take a base URL with the version in it (`OPENAI_API_BASE` is the name that older ones and many other
    tools read); Anthropic's and Google's add the version themselves. A key is set where the environment has none,
    because the SDKs refuse to start without one; it never leaves this machine.
    """
    # A server that listens on every address is reached on this machine by a loopback one.
    origin = origin.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
    base = origin + base_path
    variables = {
        "OPENAI_BASE_URL": base,
        "OPENAI_API_BASE": base,
        "ANTHROPIC_BASE_URL": origin,
        "GOOGLE_GEMINI_BASE_URL": origin,
    }
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
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
        _termination_passed_on(process),
    ):
        while True:
            try:
                code = process.wait()
                break
            except KeyboardInterrupt:
                # The terminal sent it to the command too: let the command decide how to end.
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
def _termination_passed_on(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End the command when this process is asked to end; Ctrl-C reaches both by itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
