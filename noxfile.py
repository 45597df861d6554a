"""Every check of the project. `nox` alone runs what a change must pass; `nox -l` lists the rest."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "types", "tests", "clients", "wheel"]
nox.options.error_on_missing_interpreters = False
nox.needs_version = ">=2024.4.15"

ROOT = Path(__file__).parent
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)


def groups(*names: str) -> list[str]:
    """The requirements of some dependency groups."""
    return [requirement for name in names for requirement in nox.project.dependency_groups(PROJECT, name)]


@nox.session(tags=["check"])
def lint(session: nox.Session) -> None:
    """Style, formatting, and the layers of the architecture."""
    session.install("-e", ".", *groups("lint"))
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("lint-imports", "--no-logo", silent=True)


@nox.session(tags=["check"])
def types(session: nox.Session) -> None:
    """Strict typing of package, tests and benchmarks."""
    session.install("-e", ".", *groups("types", "test", "clients", "bench"))
    session.run("mypy")


@nox.session(python=PYTHONS, tags=["check"])
def tests(session: nox.Session) -> None:
    """The test suite, on every Python that is installed."""
    session.install("-e", ".", *groups("test"))
    session.run("pytest", *(session.posargs or ["tests"]))
