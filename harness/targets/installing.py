"""Installing targets into a folder of their own: a virtual environment or a folder of npm's below `tools`, one each.

Nothing is installed into the environment that the harness runs in, since a target pins what it likes. What is installed
is read from the package itself, without running it.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from typing import TYPE_CHECKING, Final

from harness.cassettes.redaction.redactor import Redactor
from harness.errors import TargetError
from harness.io.environment import secret_values

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATIENCE: Final = 1800.0
"""Seconds that one installation may take; the largest here takes about one and a half minutes."""

_TOLD: Final = 2000
"""Characters of an installer's output that an error repeats: its end."""


@dataclass(frozen=True, kw_only=True)
class FromPyPI:
    """A package of PyPI, in a virtual environment of its own.

    Args:
        target: Name of the target; also of its folder.
        package: The distribution.
        version: The release that is installed.
        extras: Such as `[proxy]`.
        beside: Further requirements.
    """

    target: str
    package: str
    version: str
    extras: str = ""
    beside: tuple[str, ...] = ()

    @property
    def commands(self) -> tuple[str, ...]:
        """What a person types to have the same."""
        quoted = " ".join(f"'{one}'" for one in self._requirements)
        return (f"python -m venv {self.target}", f"{self.target}/bin/pip install {quoted}")

    @property
    def _requirements(self) -> tuple[str, ...]:
        return (f"{self.package}{self.extras}=={self.version}", *self.beside)

    def program(self, tools: Path, name: str) -> Path:
        """Where a command of the environment lies, `python` among them."""
        if sys.platform == "win32":
            return tools / self.target / "Scripts" / f"{name}.exe"
        return tools / self.target / "bin" / name

    def found(self, tools: Path) -> str | None:
        """The version that is installed; None where there is none."""
        places = [*(tools / self.target).glob("lib/python*/site-packages")]
        places += [*(tools / self.target).glob("Lib/site-packages")]
        found = distributions(name=self.package, path=[str(one) for one in dict.fromkeys(places)])
        return next((one.version for one in found), None)

    def missing(self, tools: Path) -> str | None:
        """What `Target.installed` says."""
        if self.found(tools) is not None:
            return None
        return _missing(self.target, f"{self.package} {self.version}", tools)

    def install(self, tools: Path) -> None:
        """Make the environment, with `uv` where it is on the path, which takes a tenth of the time.

        Raises:
            TargetError: It cannot be installed; says what the installer printed.
        """
        place = tools / self.target
        python = str(self.program(tools, "python"))
        uv = shutil.which("uv")
        tools.mkdir(parents=True, exist_ok=True)
        if not self.program(tools, "python").exists():
            make = [uv, "venv", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
            run_installer([*make, str(place)], tools)
        pip = [uv, "pip", "install", "--python", python] if uv else [python, "-m", "pip", "install"]
        run_installer([*pip, *self._requirements], tools)


@dataclass(frozen=True, kw_only=True)
class FromNpm:
    """A package of npm, in a folder of its own.

    Args:
        target: Name of the target; also of its folder.
        package: The package.
        version: The release that is installed.
    """

    target: str
    package: str
    version: str

    @property
    def commands(self) -> tuple[str, ...]:
        """What a person types to have the same."""
        return (f"npm install --prefix {self.target} {self.package}@{self.version}",)

    def file(self, tools: Path, name: str) -> Path:
        """Where a file of the package lies."""
        return tools / self.target / "node_modules" / self.package / name

    def found(self, tools: Path) -> str | None:
        """The version that is installed; None where there is none."""
        try:
            told = json.loads(self.file(tools, "package.json").read_bytes())
        except (OSError, ValueError):
            return None
        version = told.get("version") if isinstance(told, dict) else None
        return version if isinstance(version, str) else None

    def missing(self, tools: Path) -> str | None:
        """What `Target.installed` says."""
        if shutil.which("node") is None:
            return f"{self.package} needs node, and there is none on the path: install Node.js 20 or later"
        if self.found(tools) is not None:
            return None
        return _missing(self.target, f"{self.package} {self.version}", tools)

    def install(self, tools: Path) -> None:
        """Install it, and run none of the scripts that packages bring.

        Raises:
            TargetError: It cannot be installed; says what npm printed.
        """
        npm = shutil.which("npm")
        if npm is None:
            raise TargetError(
                f"{self.package} cannot be installed", found="no npm on the path", hint="install Node.js 20"
            )
        place = tools / self.target
        place.mkdir(parents=True, exist_ok=True)
        quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
        run_installer(
            [npm, "install", "--prefix", str(place), *quiet, f"{self.package}@{self.version}"], place
        )


def _missing(target: str, what: str, tools: Path) -> str:
    command = f'harness conform --install --target {target} --tools "{tools}"'
    return f"{what} is not installed below {tools}: `{command}` does it"


def run_installer(
    command: Sequence[str], cwd: Path, *, hint: str = "is the package registry within reach?"
) -> None:
    """Run a program that installs or builds something, for at most `PATIENCE`.

    Args:
        command: The program and its arguments.
        cwd: Where it runs.
        hint: What is most likely wrong where it fails.

    Raises:
        TargetError: It failed, cannot be run or takes too long; says what it printed.
    """
    # A virtual environment that the harness runs in is none of the installer's business.
    env = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    # An index or a proxy may be given with a password.
    redactor = Redactor(values=secret_values())
    where = redactor.text(shlex.join(command), "command")[0]
    try:
        subprocess.run(  # noqa: S603 - an installer, with arguments of our own
            command,
            cwd=cwd,
            env=env,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
    except subprocess.CalledProcessError as error:
        output: bytes = error.stdout or b""
        raise TargetError(
            f"an installation failed with exit code {error.returncode}",
            where=where,
            found=redactor.text(output.decode("utf-8", "replace"), "output")[0][-_TOLD:].strip(),
            hint=hint,
        ) from error
    except (OSError, subprocess.TimeoutExpired) as error:
        found = str(error) if isinstance(error, OSError) else f"it was not done within {PATIENCE:g} s"
        raise TargetError("an installation could not be run", where=where, found=found) from error
