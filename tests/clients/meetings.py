"""A client meets an upstream through the gateway: all that it is asked to do there, once, and what came of it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import harness
from harness.findings import Origin, Severity
from harness.jobs.serve import CLIENT, UPSTREAM, gateway_server
from harness.translation.manner import Manner
from tests.clients.expecting import prompts
from tests.clients.habits import NODE_CLIENTS
from tests.clients.worlds import upstream_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.checking.report import Report
    from tests.clients.habits import Client
    from tests.clients.worlds import World

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(__file__).with_name("programs")
NODE_MODULES = Path(os.environ.get("HARNESS_NODE_MODULES", "node_modules"))
LONGEST_S = 240
SERVED: Final[dict[str, Any]] = {
    "manner": Manner(reasoning="reasoning_content"),
    "losses": ["warn"],
    "retries": 1,
    "seed": 1,
}
"""How the gateway is served."""


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """What came of it.

    Args:
        version: The client's.
        rows: What the client said of each answer, as `programs/telling` writes it.
        report: What the rules say to what the gateway sent, compared with what it was sent.
        status: With what the program ended.
        log: What it wrote to stderr.
    """

    version: str
    rows: list[dict[str, Any]]
    report: Report
    status: int
    log: str
    by_scene: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for row in self.rows:
            self.by_scene.setdefault(row["scene"], {})[row["run"]] = row

    def blamed(self) -> list[str]:
        """Errors and warnings that are the gateway's own."""
        return blamed(self.report)


def blamed(report: Report) -> list[str]:
    """Errors and warnings that no upstream has caused."""
    return [
        f"{one.rule}: {one.message} ({verdict.source} {verdict.exchange})"
        for verdict in report.inputs
        for one in verdict.findings
        if one.origin is not Origin.UPSTREAM and one.severity is not Severity.INFO
    ]


def absent(client: Client) -> str | None:
    """Why a client cannot be asked; None where it can."""
    if client in NODE_CLIENTS:
        missing = [name for name in (client.imports, "node", "zod") if not (NODE_MODULES / name).is_dir()]
        return f"npm's {', '.join(missing)} is not installed; nox -s clients does it" if missing else None
    if importlib.util.find_spec(client.imports) is None:
        return f"{client.title} is not installed; nox -s clients does it"
    return None


def command_of(client: Client, work: Path) -> list[str]:
    """The command of its program."""
    if client not in NODE_CLIENTS:
        return [sys.executable, "-m", f"tests.clients.programs.{client.name}"]
    folder = work / "node"
    if not folder.is_dir():
        folder.mkdir()
        for script in PROGRAMS.glob("*.mjs"):
            shutil.copy(script, folder)
        (folder / "node_modules").symlink_to(NODE_MODULES.resolve(), target_is_directory=True)
    return [str(NODE_MODULES / "node" / "bin" / "node"), str(folder / f"{client.name}.mjs")]


def environment(**more: str) -> dict[str, str]:
    """A program's: no key, no proxy, nothing sent home."""
    kept = {name: value for name, value in os.environ.items() if not name.endswith(("_API_KEY", "_BASE_URL"))}
    quiet = {
        "LANGSMITH_TRACING": "false",
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
        "AI_SDK_TELEMETRY_DISABLED": "1",
    }
    return {**kept, **quiet, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", **more}


def drive(client: Client, base_url: str, told: Sequence[str], work: Path) -> subprocess.CompletedProcess[str]:
    """Have the client's program play some scenes, and wait for its end."""
    return subprocess.run(  # noqa: S603 - our own programs
        [*command_of(client, work), base_url, *told],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env=environment(),
        timeout=LONGEST_S,
        check=False,
    )


def meet(client: Client, world: World, work: Path, told: Sequence[str] = ()) -> Meeting:
    """Have the client's program play its scenes with a gateway before the world's upstream; or those that are told.

    Both sides are recorded in `work / "tape"`.
    """
    tape = work / "tape"
    with (
        upstream_of(world, work) as url,
        gateway_server(f"{world.dialect}={url}", profile=world.profile, record=tape, **SERVED) as gateway,
    ):
        done = drive(client, gateway.base_url, told or prompts(client, world), work)
    return met(done, tape)


def meet_again(client: Client, world: World, work: Path, told: Sequence[str]) -> Meeting:
    """The same without the upstream: the gateway takes its answers from the recording."""
    tape, again = work / "tape", work / "again"
    with gateway_server(
        f"{world.dialect}=http://127.0.0.1:9", profile=world.profile, replay=tape, record=again, **SERVED
    ) as gateway:
        done = drive(client, gateway.base_url, told, work)
    return met(done, again)


def met(done: subprocess.CompletedProcess[str], tape: Path) -> Meeting:
    """What came of it."""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return Meeting(
        version=lines[0]["version"] if lines else "",
        rows=lines[1:],
        report=harness.check(tape / CLIENT, upstream=tape / UPSTREAM),
        status=done.returncode,
        log=done.stderr,
    )
