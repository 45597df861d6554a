"""The project in tests/sample_project: a copy of it, pytest run there, and what came of that.

    python -m tests.sampling --tools TOOLS

records its cassettes anew, against the llama-server that `python -m tests.gateways.install TOOLS llama-server` built.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.gateways.servers.llama_server import LlamaServer
from tests.gateways.servers.server import Tools

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLE: Final = Path(__file__).with_name("sample_project")
LEFT_BEHIND: Final = ("__pycache__", ".pytest_cache", "*.part", "*.part.lock")
NOBODY: Final = "http://127.0.0.1:9/v1"
"""Where no server is."""
PLUGIN: Final = "llm-stream-harness"
TIME_LIMIT_S: Final = 300
OFFLINE: Final = '''
"""Lets nothing out of this process: who connects, or asks for an address, meets an error."""

import socket


def refuse(*_: object, **__: object) -> None:
    raise AssertionError("a test without a network asked for one")


socket.socket.connect = socket.socket.connect_ex = refuse
socket.getaddrinfo = socket.create_connection = refuse
'''


@dataclass(frozen=True)
class Ran:
    """A pytest session in a copy of the sample.

    Args:
        status: What pytest exited with.
        outcomes: "passed", "skipped", "failed" or "error" of each test; of a module that was skipped whole, one.
        output: All that it printed.
    """

    status: int
    outcomes: dict[str, str]
    output: str

    def passed(self) -> set[str]:
        """The tests that passed."""
        return {name for name, outcome in self.outcomes.items() if outcome == "passed"}


def copied(folder: Path, *, cassettes: bool = True) -> Path:
    """A copy of the sample below a folder, with its cassettes or without any."""
    left = LEFT_BEHIND if cassettes else (*LEFT_BEHIND, "cassettes")
    return Path(shutil.copytree(SAMPLE, folder / "weatherbot", ignore=shutil.ignore_patterns(*left)))


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder: when it was written last, in nanoseconds, and its bytes."""
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def loading() -> tuple[str, ...]:
    """What makes pytest load the plugin: nothing where it is installed, as its entry point does."""
    is_installed = any(point.name == PLUGIN for point in entry_points(group="pytest11"))
    return () if is_installed else ("-p", "harness.pytest_plugin")


def run(
    project: Path,
    *options: str,
    cwd: Path | None = None,
    base_url: str = NOBODY,
    variables: Mapping[str, str] | None = None,
) -> Ran:
    """Run pytest on a copy of the sample in a process of its own; without a network, unless a server is named.

    Args:
        project: The copy.
        options: What pytest is given, besides what keeps it from writing anything of its own into the copy.
        cwd: Where it is run; by default in the copy.
        base_url: The server.
        variables: Of the environment, beside ours.
    """
    with tempfile.TemporaryDirectory() as name:
        beside = Path(name)
        (beside / "offline_session.py").write_text(OFFLINE, encoding="utf-8")
        report = beside / "report.xml"
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))}
        kept.pop("CI", None)
        path = os.pathsep.join(filter(None, (str(beside), kept.get("PYTHONPATH"))))
        own = {
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
            "OPENAI_BASE_URL": base_url,
            "NO_PROXY": "*",
        }
        offline = ("-p", "offline_session") if base_url == NOBODY else ()
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *loading(), *offline)
        where = () if cwd is None else (str(project),)
        done = subprocess.run(  # noqa: S603 - our own tests
            [*command, f"--junit-xml={report}", *options, *where],
            cwd=cwd or project,
            env={**kept, **own, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=TIME_LIMIT_S,
            check=False,
        )
        outcomes = _outcomes(report) if report.is_file() else {}
    return Ran(done.returncode, outcomes, done.stdout + done.stderr)


def _outcomes(report: Path) -> dict[str, str]:
    """What became of each test, of a report as JUnit writes it."""
    words = {"skipped": "skipped", "failure": "failed", "error": "error"}
    outcomes = {}
    for case in ET.parse(report).iter("testcase"):  # noqa: S314 - our own pytest wrote it
        told = [words[child.tag] for child in case if child.tag in words]
        outcomes[f"{case.get('classname')}.{case.get('name')}"] = told[0] if told else "passed"
    return outcomes


def record(project: Path, server: LlamaServer, mode: str, *options: str) -> Ran:
    """Run pytest on a copy, in a mode that records, against a server that is started for it."""
    running = server.start()
    try:
        return run(
            project,
            *("--harness-record-mode", mode, *options),
            base_url=f"{server.address}/v1",
            variables={"OPENAI_API_KEY": server.key()},
        )
    finally:
        running.stop()


def main() -> int:
    """Record the sample's cassettes anew."""
    parser = argparse.ArgumentParser(description="Record the sample project's cassettes anew.")
    parser.add_argument(
        "--tools", type=Path, required=True, help="the folder that tests.gateways.install filled"
    )
    folder = parser.parse_args().tools.absolute()
    with tempfile.TemporaryDirectory(prefix="harness-sample-") as name:
        work = Path(name)
        tools = Tools(folder=folder, work=work, key="sk-" + secrets.token_hex(24))
        project = copied(work, cassettes=False)
        ran = record(project, LlamaServer(tools), "rewrite")
        print(ran.output, file=sys.stderr)  # noqa: T201 - a script
        if ran.status == 0:
            old, new = (it / "tests" / "cassettes" for it in (SAMPLE, project))
            shutil.rmtree(old, ignore_errors=True)
            shutil.copytree(new, old, ignore=shutil.ignore_patterns(*LEFT_BEHIND))
    return ran.status


if __name__ == "__main__":
    sys.exit(main())
