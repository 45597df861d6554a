"""codex before a gateway: one prompt, its own shell, and what it tells of it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import harness
from harness.jobs.serve import CLIENT, UPSTREAM, gateway_server
from tests.clients.meetings import NODE_MODULES, blamed, environment
from tests.clients.worlds import llama_server, template_for_agents, upstream_of

if TYPE_CHECKING:
    from pathlib import Path

    from harness.checking.report import Report
    from tests.clients.worlds import World

SCRIPT = NODE_MODULES / "@openai" / "codex" / "bin" / "codex.js"
LONGEST_S = 120
CONFIG = """\
model = "{model}"
model_provider = "gateway"
approval_policy = "never"
sandbox_mode = "read-only"

[model_providers.gateway]
name = "gateway"
base_url = "{url}"
wire_api = "responses"
env_key = "GATEWAY_KEY"
request_max_retries = 0
stream_max_retries = 0

[analytics]
enabled = false
"""


@dataclass(frozen=True, kw_only=True)
class Session:
    """What one `codex exec` told.

    Args:
        items: The items that it completed: messages, commands, its own errors.
        last: Its last event: the turn's end, with its usage or its error.
        report: What the rules say to what it was sent.
        log: What it wrote to stderr.
    """

    items: list[dict[str, Any]]
    last: dict[str, Any]
    report: Report
    log: str

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The items of a kind."""
        return [one for one in self.items if one["type"] == kind]

    @property
    def said(self) -> list[str]:
        """The model's messages."""
        return [one["text"] for one in self.of("agent_message")]

    def blamed(self) -> list[str]:
        """Errors and warnings that are the gateway's own."""
        return blamed(self.report)


def codex_absent() -> str | None:
    """Why it cannot be asked; None where it can."""
    if SCRIPT.is_file() and (NODE_MODULES / "node").is_dir():
        return None
    return "npm's @openai/codex is not installed; nox -s clients does it"


def codex_version() -> str:
    """Its version."""
    package = json.loads((SCRIPT.parents[1] / "package.json").read_text(encoding="utf-8"))
    return str(package["version"])


def codex_exec(prompt: str, world: World, work: Path, model: str = "mem") -> Session:
    """Run `codex exec` with a gateway before the world's upstream; what it offers depends on the model's name."""
    home, folder, tape = work / "home", work / "folder", work / "tape"
    home.mkdir()
    folder.mkdir()
    upstream = llama_server(work, template_for_agents(work)) if world.is_real else upstream_of(world, work)
    with (
        upstream as url,
        gateway_server(
            f"{world.dialect}={url}", profile=world.profile, record=tape, losses=["warn"], retries=1, seed=1
        ) as gateway,
    ):
        (home / "config.toml").write_text(CONFIG.format(url=gateway.base_url, model=model), encoding="utf-8")
        done = subprocess.run(  # noqa: S603 - the program under test
            [
                str(NODE_MODULES / "node" / "bin" / "node"),
                str(SCRIPT),
                "exec",
                "--json",
                "--skip-git-repo-check",
                prompt,
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=folder,
            env=environment(CODEX_HOME=str(home), HOME=str(home), GATEWAY_KEY="sk-none"),
            timeout=LONGEST_S,
            check=False,
        )
    events = [json.loads(line) for line in done.stdout.splitlines()]
    return Session(
        items=[one["item"] for one in events if one["type"] == "item.completed"],
        last=events[-1] if events else {},
        report=harness.check(tape / CLIENT, upstream=tape / UPSTREAM),
        log=done.stderr,
    )
