"""`harness` as a process of its own: signals, pipes, closed streams, small character sets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.cassettes.exchange import How
from harness.io.files import read_cassette
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

HARNESS = (sys.executable, "-m", "harness")
EVENT = b"data: {}\n\n"
posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")


@pytest.fixture
def upstream() -> Iterator[str]:
    """Answers every request with one event."""

    def script(connection: socket.socket, request: bytes) -> None:
        del request
        connection.sendall(SSE_HEAD + http_chunk(EVENT) + LAST_CHUNK)

    with ScriptedServer(script) as server:
        yield server.url


def test_the_module_is_the_command(tape: Path) -> None:
    """`python -m harness` calls itself harness, and passes its exit code on."""
    helped = subprocess.run(  # noqa: S603 - our own command
        [*HARNESS, "cassette", "verify", "--help"], capture_output=True, text=True, check=True
    )
    assert helped.stdout.startswith("Usage: harness cassette verify ")
    done = subprocess.run(  # noqa: S603 - likewise
        [*HARNESS, "cassette", "verify", str(tape), "missing"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 4


@pytest.mark.parametrize(
    "arguments", [["--help"], ["cassette", "show", "llama-server"], ["cassette", "verify", "llama-server"]]
)
def test_a_reader_that_goes_away_is_no_error(arguments: list[str], tmp_path: Path) -> None:
    """`harness ... | head` ends quietly, with exit code 0."""
    from harness import bundled  # noqa: PLC0415 - for this test alone

    given = [
        str(bundled.folder("cassettes") / "llama-server") if it == "llama-server" else it for it in arguments
    ]
    with subprocess.Popen(  # noqa: S603 - our own command
        [*HARNESS, *given], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


@posix
def test_streams_that_are_closed_are_no_error(tape: Path) -> None:
    """A service manager may start a process with none of them."""
    command = [*HARNESS, "cassette", "show", str(tape)]
    closing = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    assert subprocess.run(closing, check=False).returncode == 0  # noqa: S603 - our own command


def test_a_small_character_set_does_not_break_a_drawing(tape: Path) -> None:
    """What it cannot show is replaced."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*HARNESS, "cassette", "show", str(tape)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?" in done.stdout


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_recorder_that_is_ended_seals(upstream: str, tmp_path: Path, name: str) -> None:
    """Ending a server is no error: exit code 0, a sealed cassette, and no `.part`."""
    if signal.getsignal(getattr(signal, name)) is signal.SIG_IGN:
        pytest.skip(f"these tests were started with {name} ignored, as nohup does, and so is what they start")
    path = tmp_path / "new.cassette.jsonl"
    with subprocess.Popen(  # noqa: S603 - our own command
        [*HARNESS, "record", "--upstream", upstream, "-o", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx.post(f"{url}/chat/completions", content=b"{}").content == EVENT
        process.send_signal(getattr(signal, name))
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, "")
    assert "Traceback" not in err
    assert f"recorded 1 exchange in {path}" in err
    assert [exchange.ending.how for exchange in read_cassette(path).exchanges] == [How.COMPLETE]
    assert list(tmp_path.iterdir()) == [path]


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_command_is_ended_with_the_recorder(upstream: str, tmp_path: Path, name: str) -> None:
    """A signal to the recorder alone reaches it; what it had asked is sealed; the exit code is 128 + the number."""
    number = getattr(signal, name)
    program = (
        "import os, sys, time, urllib.request as r\n"
        "r.urlopen(os.environ['OPENAI_BASE_URL'] + '/models').read()\n"
        "print('asked', flush=True)\n"
        "for _ in range(600): time.sleep(0.1)\n"  # a signal just before a sleep begins is met after it
    )
    path = tmp_path / "new.cassette.jsonl"
    with subprocess.Popen(  # noqa: S603 - our own command
        [*HARNESS, "record", "--upstream", upstream, "-o", str(path), "--", sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # as a CI system starts it: no terminal
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    assert "recorded 1 exchange" in err
    assert len(read_cassette(path).exchanges) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a terminal must be taken by an ioctl")
def test_ctrl_c_reaches_a_command_once(tape: Path) -> None:
    """The terminal sends it to both; the replay server does not send it a second time."""
    program = (
        "import signal, time\n"
        "got = []\n"
        "signal.signal(signal.SIGINT, lambda *_: got.append(1))\n"
        "print('ready', flush=True)\n"
        "end = time.monotonic() + 60\n"
        "while not got and time.monotonic() < end: time.sleep(0.02)\n"
        "time.sleep(0.5)\n"
        "print(len(got))\n"
    )
    ours, theirs = os.openpty()
    try:
        # The first terminal that the leader of a session opens becomes its own.
        script = f'exec "$@" < {os.ttyname(theirs)}'
        with subprocess.Popen(  # noqa: S603 - our own command
            ["sh", "-c", script, "sh", *HARNESS, "replay", str(tape), "--", sys.executable, "-c", program],  # noqa: S607 - the shell of this machine
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            os.write(ours, b"\x03")
            out, _ = process.communicate(timeout=60)
    finally:
        os.close(ours)
        os.close(theirs)
    assert out == "1\n"
    assert process.returncode == 0


@posix
def test_a_command_that_a_signal_ends_says_which(tape: Path) -> None:
    """As shells do: 128 and the signal's number."""
    done = subprocess.run(  # noqa: S603 - our own command
        [*HARNESS, "replay", str(tape), "--", "sh", "-c", "kill -9 $$"], capture_output=True, check=False
    )
    assert done.returncode == 128 + 9


@posix
def test_an_ignored_signal_stays_ignored(tape: Path) -> None:
    """A server that was started with `nohup` outlives its terminal."""
    script = 'trap "" HUP; exec "$@"'
    with subprocess.Popen(  # noqa: S603 - our own command
        ["sh", "-c", script, "sh", *HARNESS, "replay", str(tape)],  # noqa: S607 - the shell of this machine
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip().removesuffix("/v1")
        process.send_signal(signal.SIGHUP)
        assert httpx.get(f"{url}/@harness/health").json() == {"status": "ok"}
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
