"""A target that is a program of its own, and a bad one: the run ends, says why, and leaves nobody behind."""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import pytest

from harness.conforming.run import put_through
from harness.conforming.wishes import Wishes
from harness.io.files import read_cassette
from harness.results.result import CellStatus
from harness.sandwich.session import Route
from harness.scenarios.registry import scenario
from harness.targets import process
from harness.targets.process import free_port, started
from harness.targets.target import Kind, Running

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from harness.conforming.run import Through

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and process groups")

PASSES_ON = """
import http.client, os, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit
PORT, UPSTREAM = int(sys.argv[1]), urlsplit(sys.argv[2]).netloc
asked = 0
def before():
    pass
class Gateway(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
    def do_POST(self):
        global asked
        asked += 1
        before()
        body = self.rfile.read(int(self.headers["content-length"]))
        behind = http.client.HTTPConnection(UPSTREAM)
        behind.request("POST", self.path, body, {"content-type": "application/json"})
        answer = behind.getresponse()
        said = answer.read()
        self.send_response(answer.status)
        self.send_header("content-type", answer.getheader("content-type"))
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)
    def log_message(self, *_):
        pass
"""
SERVES = 'ThreadingHTTPServer(("127.0.0.1", PORT), Gateway).serve_forever()\n'


@dataclass
class Program:
    """A gateway in Python, started as targets are.

    Args:
        program: Its source; the port and our upstream are its arguments.
        seconds: How long it may take to answer.
        pids: Of every program that was started.
    """

    name: ClassVar[str] = "program"
    title: ClassVar[str] = "a program"
    kind: ClassVar[Kind] = "gateway"
    url: ClassVar[str] = ""
    unsupported: ClassVar[Mapping[str, str]] = {}

    program: str
    seconds: float = 20.0
    pids: list[int] = field(default_factory=list)

    def installed(self, tools: Path) -> str | None:
        """Always."""
        del tools
        return None

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Start it, and stop it in the end."""
        del tools
        port = free_port()
        with started(
            [sys.executable, "-c", self.program, str(port), upstream],
            env={},
            cwd=folder,
            log=folder / "program" / "log.txt",
            ready=f"http://127.0.0.1:{port}/",
            seconds=self.seconds,
        ) as running:
            self.pids.append(running.pid)
            url = f"http://127.0.0.1:{port}/v1"
            yield Running(
                routes=(Route(name="chat", base_url=url, model="scenario", inbound="chat", upstream="chat"),),
                ended=running.ended,
                log=running.tail,
            )


def through(target: Program, out: Path, *names: str, **wishes: object) -> Through:
    """The program, put through some scenarios."""
    chosen = tuple(map(scenario, names or ("text-plain", "tool-one-call", "ending-length")))
    made = Wishes(scenarios=chosen, beside=False, **wishes)  # type: ignore[arg-type]
    out.mkdir(exist_ok=True)
    found = put_through(target, made, tools=out / "tools", out=out)
    assert not [*out.glob("*.part")]
    for pid in target.pids:
        with pytest.raises(ProcessLookupError):
            os.killpg(pid, 0)
    return found


def statuses(found: Through) -> list[CellStatus]:
    """What became of each cell."""
    return [one.cell.status for one in found.ruled]


def test_a_program_that_passes_all_on_passes(tmp_path: Path) -> None:
    """So what the others here show is theirs."""
    found = through(Program(PASSES_ON + SERVES), tmp_path)
    assert found.target.status == "ran"
    assert set(statuses(found)) == {CellStatus.PASSED}


def test_a_program_that_dies_amid_the_run_is_told_with_its_last_words(tmp_path: Path) -> None:
    """What was played before is kept, on both sides."""
    dies = "def before():\n    if asked > 3:\n        print('out of luck')\n        os._exit(7)\n"
    found = through(Program(PASSES_ON + dies + SERVES), tmp_path, concurrency=1)
    assert found.target.status == "died"
    assert found.target.reason == "the target is gone: exit code 7; it printed last: out of luck"
    assert found.target.log == "out of luck\n"
    assert statuses(found)[:3] == [CellStatus.PASSED] * 3
    assert statuses(found)[4:] == [CellStatus.HARNESS_FAULT] * 2
    assert len(read_cassette(tmp_path / "program.client.cassette.jsonl").exchanges) >= 4
    assert len(read_cassette(tmp_path / "program.upstream.cassette.jsonl").exchanges) == 3


def test_a_program_that_never_opens_its_port_is_told_in_one_line_with_its_log(tmp_path: Path) -> None:
    """The line is for a table, the log for whoever has to mend it."""
    waits = "import time\nprint('loading', flush=True)\ntime.sleep(600)\n"
    found = through(Program(waits, seconds=1.0), tmp_path)
    assert found.target.status == "not_started"
    reason = found.target.reason or ""
    assert reason.startswith("the target did not answer within 1 s: ConnectError")
    assert reason.endswith("; its log is $OUT/program/log.txt")
    assert "\n" not in reason
    assert found.target.log == "loading"
    assert found.ruled == ()


def test_a_program_that_does_not_listen_to_being_told_to_end_is_ended(tmp_path: Path) -> None:
    """Within seconds, and what it was asked before is kept."""
    deaf = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    begun = time.monotonic()
    found = through(Program(PASSES_ON + deaf + SERVES), tmp_path, "text-plain")
    assert time.monotonic() - begun < 60
    assert set(statuses(found)) == {CellStatus.PASSED}


def test_a_program_may_print_a_great_deal(tmp_path: Path) -> None:
    """It goes to its log, and nobody waits for a pipe to be read."""
    prints = "def before():\n    for _ in range(100):\n        print('x' * 250_000)\n    sys.stdout.flush()\n"
    found = through(Program(PASSES_ON + prints + SERVES), tmp_path)
    assert found.target.status == "ran"
    assert set(statuses(found)) == {CellStatus.PASSED}
    assert (tmp_path / "program" / "log.txt").stat().st_size > 100_000_000


def test_a_program_that_prints_without_end_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the disk is full."""
    monkeypatch.setattr(process, "_LARGEST", 1_000_000)
    prints = "def before():\n    import time\n    while True:\n        print('x' * 10_000)\n        time.sleep(0.001)\n"
    found = through(Program(PASSES_ON + prints + SERVES), tmp_path)
    assert found.target.status == "died"
    assert "printed more than 1,000,000 bytes into $OUT/program/log.txt" in (found.target.reason or "")
    assert set(statuses(found)) == {CellStatus.HARNESS_FAULT}
    assert len(found.target.log or "") <= process.TAIL
