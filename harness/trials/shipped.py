"""The drivers that are shipped: which there are, how they are started, and what they drive."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.errors import UsageError

_FOLDER: Final = Path(__file__).with_name("drivers")
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """A shipped driver.

    Args:
        name: As `--client` takes it.
        about: What it drives, and by which of its ways.
        script: Its file.
        packages: What is installed for it, as pip or npm calls it.
    """

    name: str
    about: str
    script: str
    packages: str = "openai"


DRIVERS: Final = (
    Driver(
        name="openai-python", about="openai for Python, `create(stream=True)`", script="python_clients.py"
    ),
    Driver(
        name="openai-python-stream",
        about="openai for Python, its `stream()` helpers",
        script="python_clients.py",
    ),
    Driver(
        name="openai-agents",
        about="`Runner.run_streamed`",
        script="python_clients.py",
        packages="openai-agents",
    ),
    Driver(
        name="pydantic-ai",
        about="`model_request_stream`, which agents are built on",
        script="python_clients.py",
        packages="'pydantic-ai-slim[openai]'",
    ),
    Driver(
        name="langchain-openai",
        about="`ChatOpenAI.stream`",
        script="python_clients.py",
        packages="langchain-openai",
    ),
    Driver(name="openai-node", about="openai for Node, `create({stream: true})`", script="node_clients.mjs"),
    Driver(
        name="openai-node-stream", about="openai for Node, its `stream()` helpers", script="node_clients.mjs"
    ),
    Driver(
        name="ai-sdk",
        about="AI SDK, `streamText` with @ai-sdk/openai",
        script="node_clients.mjs",
        packages="ai @ai-sdk/openai",
    ),
    Driver(
        name="ai-sdk-compatible",
        about="AI SDK, `streamText` with @ai-sdk/openai-compatible",
        script="node_clients.mjs",
        packages="ai @ai-sdk/openai-compatible",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """How a driver is started.

    Args:
        command: The words of the command.
        folder: Where it is started; None is here.
        versions: Of the packages that it drives.
    """

    command: tuple[str, ...]
    folder: Path | None
    versions: dict[str, str]


def driver_named(name: str) -> Driver | None:
    """A shipped driver; None where there is none of that name."""
    return next((one for one in DRIVERS if one.name == name), None)


def started(driver: Driver, *, python: str | None = None, node_modules: str | Path | None = None) -> Started:
    """How to start a driver.

    Args:
        driver: The driver.
        python: The Python that has the client; by default HARNESS_PYTHON, or the one that runs this.
        node_modules: Where npm put the client; by default HARNESS_NODE_MODULES, or `node_modules` here.

    Raises:
        UsageError: There is no such Python or Node, or it has no such client.
    """
    script, folder = str(_FOLDER / driver.script), None
    if driver.script.endswith(".py"):
        program = python or os.environ.get("HARNESS_PYTHON") or sys.executable
        hint = f"--python names the Python that has it; or: pip install {driver.packages}"
        where = f"{program}"
    else:
        modules = Path(node_modules or os.environ.get("HARNESS_NODE_MODULES") or "node_modules").absolute()
        folder, beside = modules.parent, modules / "node" / "bin" / "node"
        program = str(beside) if beside.is_file() else "node"
        hint = f"--node-modules names the folder that npm made; or: npm install {driver.packages}"
        where = f"{modules}"
    found = shutil.which(program)
    if found is None:
        missing = "Node.js has to be on PATH, or in the folder of --node-modules" if folder else hint
        raise UsageError(f"there is no program {program!r} for the driver {driver.name}", hint=missing)
    if folder is not None and not folder.is_dir():
        raise UsageError(f"there is no folder {str(folder)!r} for the driver {driver.name}", hint=hint)
    command = (found, script, driver.name)
    return Started(command=command, folder=folder, versions=_versions(driver, command, folder, where, hint))


def _versions(
    driver: Driver, command: tuple[str, ...], folder: Path | None, where: str, hint: str
) -> dict[str, str]:
    try:
        done = subprocess.run(  # noqa: S603 - our own driver, run by the user's Python or Node
            [*command, "--versions"],
            cwd=folder,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        found: dict[str, str | None] = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        found = {}
    missing = [name for name, version in found.items() if version is None]
    if missing or not found:
        # A driver that cannot import its client tells a crash of each trial, and the client would be blamed for it.
        raise UsageError(
            f"the client of the driver {driver.name} is not installed",
            where=where,
            found=f"no {' and no '.join(missing)}" if missing else None,
            hint=hint,
        )
    return {name: version for name, version in found.items() if version is not None}
