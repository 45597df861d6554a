"""Record the shipped cassettes anew: real servers, a real model, the real SDK, our recorder in between.

    python -m tests.gateways.install TOOLS
    python -m tests.gateways.record --tools TOOLS [--only SERVER[/DIALECT[/SCENARIO]]] ...

Each scenario is recorded into a cassette of its own. `--dry-run` drives the servers without a recorder;
`--out` writes elsewhere than over the shipped cassettes.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import openai

import harness
from harness.jobs.record import record_server
from tests.gateways.scenarios import SCENARIOS
from tests.gateways.servers.registry import SERVERS
from tests.gateways.servers.server import NotInstalled, Tools
from tests.gateways.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateways.servers.server import Running, Server
    from tests.gateways.stage import Scenario

CASSETTES = Path(__file__).resolve().parents[2] / "cassettes"
TIMEOUT_S = 60.0
SETTLE_S = 0.5
KILLS = 5
ENDS = (b'"finish_reason":"stop"', b'"finish_reason": "stop"', b'"type":"response.completed"')
"""What shows that an answer was given to its end."""


class Rig:
    """A server, and the server behind it where there is one; started when needed, again when killed."""

    def __init__(self, server: Server, behind: Server | None) -> None:
        self.server = server
        self.behind = behind
        self.versions = {**server.versions(), **(behind.versions() if behind is not None else {})}
        self._running: dict[str, Running] = {}

    def running(self, server: Server) -> Running:
        """The server, alive."""
        running = self._running.get(server.name)
        if running is None or not running.alive:
            running = self._running[server.name] = server.start()
        return running

    def stage(self, client: openai.OpenAI, dialect: str) -> Stage:
        """All that a scenario needs, with every server up."""
        kill_upstream = self.running(self.behind).kill if self.behind is not None else None
        kill = self.running(self.server).kill
        return Stage(client, self.server.models[dialect], kill, kill_upstream)

    def stop(self) -> None:
        """End all that still runs."""
        for running in self._running.values():
            running.stop()


def wanted(server: Server, only: list[str]) -> Iterator[tuple[str, Scenario]]:
    """Dialect and scenario of everything that is to be recorded at a server."""
    for dialect in server.models:
        for scenario in SCENARIOS[dialect]:
            name = f"{server.name}/{dialect}/{scenario.name}"
            if only and not any(name == prefix or name.startswith(f"{prefix}/") for prefix in only):
                continue
            if scenario.behind and server.behind is None:
                continue
            if scenario.only and server.name not in scenario.only:
                continue
            reason = server.reason_against(dialect, scenario.name)
            if reason is not None:
                print(f"{name}: not recorded: {reason}", file=sys.stderr)
                continue
            yield dialect, scenario


def drive(scenario: Scenario, stage: Stage) -> str:
    """Hold the conversation.

    Returns:
        What the client met: `ok`, or the exception that the server's answer caused in it.
    """
    try:
        scenario.drive(stage)
    except AssertionError:
        raise
    except Exception as error:  # noqa: BLE001  # whatever a server does to the SDK is worth recording
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return "ok"


def talk(rig: Rig, dialect: str, scenario: Scenario, http: httpx2.Client, base_url: str) -> str:
    """Drive one scenario with the real SDK over `http`."""
    client = openai.OpenAI(
        base_url=base_url, api_key=rig.server.key(), max_retries=0, timeout=TIMEOUT_S, http_client=http
    )
    return drive(scenario, rig.stage(client, dialect))


def record(rig: Rig, dialect: str, scenario: Scenario, path: Path | None) -> str:
    """Drive one scenario, with a recorder writing to `path` or, where that is None, without one."""
    server = rig.server
    base_url = f"{server.address}/v1"
    if path is None:
        with httpx2.Client(timeout=TIMEOUT_S, trust_env=False) as plain:
            return talk(rig, dialect, scenario, plain, base_url)
    versions = ", ".join(f"{name} {version}" for name, version in rig.versions.items())
    head = {
        "dialect": dialect,
        "model": server.models[dialect],
        "notes": f"{scenario.summary} Server: {versions}. Client: openai {openai.__version__}.",
    }
    if scenario.through_proxy:
        with (
            record_server(base_url, path, overwrite=True) as proxy,
            httpx2.Client(timeout=TIMEOUT_S, trust_env=False) as plain,
        ):
            outcome = talk(rig, dialect, scenario, plain, proxy.base_url)
            # A proxy that is stopped before it sees that its client has gone would put that down to itself.
            time.sleep(SETTLE_S)
        cassette = harness.read_cassette(path)
        harness.write_cassette(replace(cassette, head={**cassette.head, **head}), path)
        return outcome
    with (
        harness.cassette(path, mode="rewrite", raw_encoding=scenario.raw_encoding, head=head) as tape,
        tape.client(httpx2, timeout=TIMEOUT_S) as http,
    ):
        return talk(rig, dialect, scenario, http, base_url)


def outcome_of(rig: Rig, dialect: str, scenario: Scenario, path: Path | None) -> str:
    """Record one scenario; where the server is to be killed, until the kill has struck inside the stream.

    Raises:
        RuntimeError: The server was faster, each time.
    """
    if path is None or not scenario.kills:
        return record(rig, dialect, scenario, path)
    for _ in range(KILLS):
        # The SDK takes longer over its first event than a fast server over the whole answer.
        record(rig, dialect, SCENARIOS[dialect][0], None)
        outcome = record(rig, dialect, scenario, path)
        exchange = harness.read_cassette(path).exchanges[-1]
        body = b"" if exchange.response is None else exchange.response.body()
        if not any(sign in body for sign in ENDS):
            return outcome
    raise RuntimeError(f"{path}: the answer was complete before the kill, {KILLS} times")


def record_all(server: Server, tools: Tools, only: list[str], out: Path | None) -> None:
    """Record all that is wanted of one server."""
    todo = list(wanted(server, only))
    if not todo:
        return
    behind = SERVERS[server.behind](tools) if server.behind is not None else None
    rig = Rig(server, behind)
    print(f"{server.name}: {rig.versions}", file=sys.stderr)
    with ExitStack() as stack:
        stack.callback(rig.stop)
        for dialect, scenario in todo:
            name = f"{server.name}/{dialect}/{scenario.name}"
            path = None if out is None else out / f"{name}.cassette.jsonl"
            print(f"{name}: {outcome_of(rig, dialect, scenario, path)}", file=sys.stderr)


def main() -> int:
    """Record."""
    parser = argparse.ArgumentParser(description="Record the shipped cassettes anew.")
    parser.add_argument("--tools", type=Path, help="the folder that tests.gateways.install filled")
    parser.add_argument(
        "--only", action="append", default=[], metavar="SERVER[/DIALECT[/SCENARIO]]", help="may be repeated"
    )
    parser.add_argument("--out", type=Path, default=CASSETTES, help="where the cassettes go")
    parser.add_argument("--dry-run", action="store_true", help="drive the servers, record nothing")
    for name in SERVERS:
        parser.add_argument(
            f"--{name}", type=Path, metavar="PROGRAM", help=f"the program or interpreter of {name}"
        )
    arguments = parser.parse_args()
    programs = {
        name: path.absolute()
        for name in SERVERS
        if (path := getattr(arguments, name.replace("-", "_"))) is not None
    }
    missing = []
    with tempfile.TemporaryDirectory(prefix="harness-recording-") as work:
        tools = Tools(
            folder=None if arguments.tools is None else arguments.tools.absolute(),
            work=Path(work),
            key="sk-" + secrets.token_hex(24),
            programs=programs,
        )
        # The recorder hides the value of this variable wherever it occurs, not only in its header.
        os.environ["OPENAI_API_KEY"] = tools.key
        for name, make in SERVERS.items():
            if arguments.only and not any(prefix.split("/")[0] == name for prefix in arguments.only):
                continue
            try:
                record_all(make(tools), tools, arguments.only, None if arguments.dry_run else arguments.out)
            except NotInstalled as error:
                missing.append(f"{name}: {error}")
    for line in missing:
        print(line, file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
