"""A real server: where it is installed, how it is started, waited for and ended."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST = "127.0.0.1"
MODEL_FOLDER = Path(__file__).resolve().parent.parent / "model"
START_S = 120.0


class NotInstalled(Exception):
    """A server's program is not where it was said to be."""


@dataclass(frozen=True)
class Tools:
    """Where the servers' programs are.

    Args:
        folder: What `install.py` filled: `llama-server` and one virtual environment a server.
        programs: For single servers, what to use instead: the program of llama-server, the interpreter of
            any other.
        work: A folder for configuration files and logs.
        key: What clients send as their key, and what a gateway demands; made anew for every run.
    """

    folder: Path | None
    work: Path
    key: str
    programs: Mapping[str, Path] = field(default_factory=dict)

    def program(self, server: str) -> Path:
        """The program or interpreter of a server.

        Raises:
            NotInstalled: There is none.
        """
        chosen = self.programs.get(server)
        if chosen is None and self.folder is not None:
            home = self.folder / server
            places = [
                home,
                home.with_suffix(".exe"),
                home / "bin" / "python",
                home / "Scripts" / "python.exe",
            ]
            chosen = next((place for place in places if place.is_file()), None)
        if chosen is None or not chosen.is_file():
            raise NotInstalled(f"{server} is not installed; see tests/gateways/install.py")
        return chosen

    def script(self, server: str, name: str) -> str:
        """A console script of a server's virtual environment."""
        # Not resolved: an interpreter of a virtual environment is a link that leads out of it.
        found = shutil.which(name, path=str(self.program(server).parent))
        if found is None:
            raise NotInstalled(f"{server} has no command {name}")
        return found


class Server(ABC):
    """One kind of server. A subclass says how; instances hold nothing but their tools."""

    name: ClassVar[str]
    requirements: ClassVar[tuple[str, ...]] = ()
    """What a virtual environment for it installs."""
    distributions: ClassVar[tuple[str, ...]] = ()
    """Of which distributions the version is worth reporting."""
    models: ClassVar[Mapping[str, str]]
    """The dialects it speaks, each with the name of the model there."""
    port: ClassVar[int]
    """Fixed, so that a new recording differs from the last one by as little as possible."""
    health: ClassVar[str] = "/health"
    behind: ClassVar[str | None] = None
    """The server that has to run behind this one."""
    cannot: ClassVar[Mapping[str, str]] = {}
    """Scenarios that are not recorded, as `dialect/scenario` or `scenario`, each with the reason."""

    def __init__(self, tools: Tools) -> None:
        self.tools = tools

    @abstractmethod
    def command(self) -> list[str]:
        """The command line that serves in the foreground."""

    def environment(self) -> dict[str, str]:
        """Variables on top of this process's."""
        return {}

    def folder(self) -> Path:
        """The working directory."""
        return self.tools.work

    def key(self) -> str:
        """What a client sends as its key; most servers do not look at it, the recorder does."""
        return self.tools.key

    def versions(self) -> dict[str, str]:
        """Versions of what matters, read from its virtual environment."""
        code = "import importlib.metadata as m, sys; print(*(m.version(name) for name in sys.argv[1:]))"
        output = subprocess.run(
            [str(self.tools.program(self.name)), "-c", code, *self.distributions],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        return dict(zip(self.distributions, output.split(), strict=True))

    def reason_against(self, dialect: str, scenario: str) -> str | None:
        """Why a scenario is not recorded; None where it is."""
        return self.cannot.get(f"{dialect}/{scenario}") or self.cannot.get(scenario)

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> Running:
        """Start it and wait until it answers.

        Raises:
            RuntimeError: It ended, or did not answer in time; its log is named.
        """
        log = self.tools.work / f"{self.name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.folder(),
                env={**os.environ, "NO_PROXY": HOST, "no_proxy": HOST, **self.environment()},
            )
        running = Running(self, process)
        try:
            running.wait_until_healthy(log)
        except BaseException:
            running.stop()
            raise
        return running


class Running:
    """A server that runs."""

    def __init__(self, server: Server, process: subprocess.Popen[bytes]) -> None:
        self.server = server
        self._process = process

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    def wait_until_healthy(self, log: Path) -> None:
        """Ask for the health path until it answers 200."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + START_S
        while self.alive and time.monotonic() < deadline:
            try:
                with opener.open(self.server.address + self.server.health, timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.1)
        raise RuntimeError(f"{self.server.name} does not answer on {self.server.address}; its log is {log}")

    def kill(self) -> None:
        """End it at once and ungracefully, as `kill -9` does; returns when it is gone."""
        self._process.kill()
        self._process.wait(timeout=10)

    def stop(self) -> None:
        """End it, gracefully where it lets itself be."""
        if self.alive:
            self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.kill()
