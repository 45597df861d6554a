"""A target's program: started, waited for, and never left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.errors import TargetError
from harness.targets import process as subject
from harness.targets.process import TAIL, Process, free_port, started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    Starts = Callable[..., AbstractContextManager[Process]]

_SERVES = """
import http.server, os, signal, subprocess, sys, threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/die":
            print("\\x1b[31mlast words\\x1b[0m")
            os._exit(3)
        self.send_response(int(self.path.strip("/") or 200))
        self.end_headers()
    def log_message(self, *_):
        pass
def serve():
    http.server.HTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
"""

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups")


@pytest.fixture
def starts(tmp_path: Path) -> Starts:
    """Starts a Python program that finds its port in `PORT`, and is waited for at `ready` of that port."""

    def start(
        program: str, *, ready: str = "/", seconds: float = 20.0, only_success: bool = False, **env: str
    ) -> AbstractContextManager[Process]:
        port = free_port()
        return started(
            [sys.executable, "-c", f"PORT = {port}\n{program}"],
            env=env,
            cwd=tmp_path,
            log=tmp_path / "logs" / "target.log",
            ready=f"http://127.0.0.1:{port}{ready}",
            seconds=seconds,
            only_success=only_success,
        )

    return start


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that do not listen are killed after a moment."""
    monkeypatch.setattr(subject, "_PATIENCE", 0.2)
    monkeypatch.setattr(subject, "_ORPHANS", 0.1)


_CHILD = """
LISTENS = '''
import signal, socket, time
server = socket.create_server(("127.0.0.1", 0))
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(server.getsockname()[1], flush=True)
time.sleep(600)
'''
child = subprocess.Popen([sys.executable, "-c", LISTENS], stdout=subprocess.PIPE)
print("child at", child.stdout.readline().decode())
"""


def _listens(process: Process) -> bool:
    """Whether the program's child still listens; a killed one may take a moment to be gone."""
    port = int(process.tail().split()[2])
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            return False
        if process.ended() is None:
            return True
        time.sleep(0.05)
    return True


def test_a_program_is_there_when_it_answers_and_gone_after_the_block(starts: Starts) -> None:
    """Inside the block it runs and prints to the log; after it, it has ended."""
    with starts(_SERVES + "print('ready to serve'); serve()") as process:
        assert process.ended() is None
        assert "ready to serve" in process.tail()
        assert process.command.startswith(sys.executable)
    assert process.ended() is not None


def test_any_status_is_an_answer(starts: Starts) -> None:
    """A program that has no such page is there all the same."""
    with starts(_SERVES + "serve()", ready="/404") as process:
        assert process.ended() is None


def test_where_only_success_counts_an_error_status_is_no_answer(starts: Starts) -> None:
    """A model server says 503 while it loads."""
    with (
        pytest.raises(TargetError, match="did not answer within") as failed,
        starts(_SERVES + "serve()", ready="/503", seconds=1.0, only_success=True),
    ):
        pytest.fail("it must not be taken for ready")
    assert "status 503" in str(failed.value)


def test_a_program_that_never_answers_ends_the_wait_and_is_stopped(starts: Starts, tmp_path: Path) -> None:
    """The error names the command, the log and its last line."""
    program = "import os, time; print('pid', os.getpid(), 'loading'); time.sleep(600)"
    with pytest.raises(TargetError) as failed, starts(program, seconds=1.0):
        pytest.fail("it must not be taken for ready")
    said = str(failed.value)
    assert "did not answer within 1 s" in said
    assert sys.executable in said
    assert str(tmp_path / "logs" / "target.log") in said
    assert "loading" in said


def test_a_program_that_dies_at_once_ends_the_wait_at_once(starts: Starts) -> None:
    """The exit code and the last line are in the message, and nobody waits for the rest of the time."""
    with (
        pytest.raises(TargetError, match="ended before it answered: exit code 7; it printed last: no config"),
        starts("import sys; print('no config', file=sys.stderr); sys.exit(7)", seconds=600.0),
    ):
        pytest.fail("it must not be taken for ready")


def test_a_program_that_dies_silently_is_said_to_have_an_empty_log(starts: Starts) -> None:
    """Nothing printed is worth knowing too."""
    with pytest.raises(TargetError, match="it printed nothing") as failed, starts("raise SystemExit(0)"):
        pytest.fail("it must not be taken for ready")
    assert "is empty" in str(failed.value)


def test_a_command_that_is_not_there_is_an_error_of_the_target(tmp_path: Path) -> None:
    """Not a traceback."""
    with (
        pytest.raises(TargetError, match="cannot be started") as failed,
        started(
            [str(tmp_path / "nothing")],
            env={},
            cwd=tmp_path,
            log=tmp_path / "log",
            ready="http://127.0.0.1:9/",
            seconds=1.0,
        ),
    ):
        pytest.fail("there is nothing to start")
    assert str(tmp_path / "nothing") in str(failed.value)


def test_somebody_else_on_the_port_does_not_make_a_dead_program_ready(tmp_path: Path) -> None:
    """What answers must not hide that the program has ended, whichever is seen first."""
    with (
        pytest.raises(TargetError, match="exit code 5"),
        started(
            [sys.executable, "-c", _SERVES.replace("PORT", "0") + "raise SystemExit(5)"],
            env={},
            cwd=tmp_path,
            log=tmp_path / "log",
            ready=f"http://127.0.0.1:{free_port()}/",
            seconds=20.0,
        ),
    ):
        pytest.fail("it is not there")


def test_a_program_that_dies_amid_the_run_says_how_with_its_last_words(starts: Starts) -> None:
    """Colours of a terminal are not part of them."""
    with starts(_SERVES + "serve()") as process:
        port = process.command.split("PORT = ")[1].split("\n")[0]
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/die", trust_env=False)
        for _ in range(200):
            if process.ended() is not None:
                break
            time.sleep(0.02)
        assert process.ended() == "exit code 3; it printed last: last words"


@posix
def test_the_signal_that_ended_a_program_is_named(starts: Starts) -> None:
    """The system kills what takes too much memory, and nothing is printed."""
    with starts(_SERVES + "serve()") as process:
        os.kill(process.pid, signal.SIGKILL)
        for _ in range(200):
            if process.ended() is not None:
                break
            time.sleep(0.02)
        assert process.ended() == "ended by signal 9 (SIGKILL); it printed nothing"


def test_garbage_in_place_of_http_is_no_answer(starts: Starts) -> None:
    """The message says that somebody answered, and what."""
    program = """
import socket
server = socket.create_server(("127.0.0.1", PORT))
while True:
    one, _ = server.accept()
    one.recv(1000)
    one.sendall(b"\\x00\\xffgarbage\\r\\n\\r\\n")
    one.close()
"""
    with pytest.raises(TargetError) as failed, starts(program, seconds=1.0):
        pytest.fail("it must not be taken for ready")
    assert "not HTTP" in str(failed.value) or "ReadError" in str(failed.value)


def test_garbage_in_the_log_is_shown_as_far_as_it_is_text(starts: Starts) -> None:
    """Bytes that are no text, control characters and a line without end come through as something printable."""
    program = (
        "import sys; sys.stdout.buffer.write(b'\\xff\\x00\\x07 long ' + b'x' * 100_000 + b' end\\r\\n'); "
        "sys.stdout.flush(); sys.exit(1)"
    )
    with pytest.raises(TargetError) as failed, starts(program):
        pytest.fail("it must not be taken for ready")
    said = str(failed.value)
    assert said.count("x") <= 2 * TAIL + 100
    assert " end" in said
    assert "\x00" not in said


def test_the_end_of_a_long_log_is_at_most_so_long(starts: Starts) -> None:
    """However much was printed."""
    program = _SERVES + "print('\\x1b]0;title\\x07' + '\u2603' * 100_000 + '\\x01!'); serve()"
    with starts(program, PYTHONIOENCODING="utf-8") as process:
        assert len(process.tail()) == TAIL
        assert process.tail().endswith("\u2603\ufffd!\n")


def test_no_secret_of_the_program_is_shown(starts: Starts) -> None:
    """Neither from its log nor from its command, whether it was given it or printed a key of its own."""
    key = "hnq7-Wm2xKt9-ZpL4vRb8"
    program = f"# {key}\nimport os; print('key', os.environ['SOME_API_KEY']); raise SystemExit(1)"
    with pytest.raises(TargetError) as failed, starts(program, SOME_API_KEY=key):
        pytest.fail("it must not be taken for ready")
    assert key not in str(failed.value)


def test_a_program_gets_no_key_no_proxy_and_no_libraries_of_ours(
    starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a real key it could reach a real provider."""
    monkeypatch.setenv("OPENAI_API_KEY", "hnq7-Wm2xKt9-ZpL4vRb8")
    monkeypatch.setenv("SAME_BY_ANOTHER_NAME", "hnq7-Wm2xKt9-ZpL4vRb8")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("PYTHONPATH", "ours")
    monkeypatch.setenv("KEPT", "kept")
    program = _SERVES + "print(sorted(os.environ)); serve()"
    with starts(program, ADDED="added") as process:
        names = process.tail()
    for name in ("OPENAI_API_KEY", "SAME_BY_ANOTHER_NAME", "HTTPS_PROXY", "PYTHONPATH"):
        assert f"'{name}'" not in names
    for name in ("KEPT", "ADDED", "NO_PROXY"):
        assert f"'{name}'" in names


@posix
@pytest.mark.usefixtures("soon")
def test_a_program_that_ignores_being_told_to_end_is_killed(starts: Starts) -> None:
    """The end of the block is bounded."""
    program = _SERVES + "signal.signal(signal.SIGTERM, signal.SIG_IGN); serve()"
    with starts(program) as process:
        pass
    assert process.ended() == "ended by signal 9 (SIGKILL); it printed nothing"


@posix
@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("serves", ["serve()", "threading.Thread(target=serve).start()"])
def test_what_a_program_started_ends_with_it(starts: Starts, serves: str) -> None:
    """Even a grandchild that ignores being told to end."""
    with starts(_SERVES + _CHILD + serves) as process:
        assert _listens(process)
    assert not _listens(process)


@posix
@pytest.mark.usefixtures("soon")
def test_what_a_program_started_ends_although_the_program_is_gone_already(starts: Starts) -> None:
    """A launcher that dies leaves its workers behind."""
    with starts(_SERVES + _CHILD + "serve()") as process:
        os.kill(process.pid, signal.SIGKILL)
        for _ in range(200):
            if process.ended() is not None:
                break
            time.sleep(0.02)
    assert not _listens(process)


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_the_block_ends_the_program(starts: Starts, raised: type[BaseException]) -> None:
    """Ctrl-C is one of those, and what was raised goes on its way."""
    with pytest.raises(raised), starts(_SERVES + "serve()") as process:
        raise raised
    assert process.ended() is not None


@posix
def test_being_told_to_end_stops_the_program_too(starts: Starts) -> None:
    """A CI system ends this process with SIGTERM; what it had set for that before is there again afterwards."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(SystemExit) as ended, starts(_SERVES + "serve()") as process:
        signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == 143
    assert process.ended() is not None
    assert signal.getsignal(signal.SIGTERM) is before


@posix
@pytest.mark.usefixtures("soon")
def test_ctrl_c_while_the_program_is_ending_kills_it(starts: Starts, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who presses it twice waits no longer, and still nothing is left behind."""
    program = _SERVES + "signal.signal(signal.SIGTERM, signal.SIG_IGN); serve()"

    wait = subprocess.Popen.wait

    def pressed(popen: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        if timeout is not None:
            raise KeyboardInterrupt
        return wait(popen)

    monkeypatch.setattr(subprocess.Popen, "wait", pressed)
    with pytest.raises(KeyboardInterrupt), starts(program) as process:
        assert process.ended() is None
    assert process.ended() == "ended by signal 9 (SIGKILL); it printed nothing"


def test_it_starts_on_a_thread_as_well(starts: Starts) -> None:
    """There, signals cannot be caught, and need not be."""
    ended: list[str | None] = []

    def run() -> None:
        with starts(_SERVES + "serve()") as process:
            ended.append(process.ended())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert ended == [None]


def test_a_free_port_can_be_listened_on() -> None:
    """And another call gives another one, as long as the first is taken."""
    port = free_port()
    with socket.create_server(("127.0.0.1", port)):
        assert free_port() != port


def test_a_log_that_is_gone_has_no_end(starts: Starts, tmp_path: Path) -> None:
    """Somebody tidied up; that is no reason to fail."""
    with starts(_SERVES + "serve()") as process:
        if sys.platform != "win32":
            (tmp_path / "logs" / "target.log").unlink()
            assert process.tail() == ""


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    """Other tests of the same process may have helpers of theirs running, such as those of multiprocessing."""
    before = _children()
    yield
    assert _children() <= before


def _children() -> set[str]:
    """The processes that this one has started and not waited for; none are known where there is no /proc."""
    return {pid for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text().split()}
