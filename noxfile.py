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


@nox.session(tags=["check"])
def clients(session: nox.Session) -> None:
    """Real SDKs on replayed streams: openai, anthropic and google-genai from PyPI, openai from npm."""
    session.install("-e", ".", *groups("test", "clients"))
    node_modules = Path(session.create_tmp()).parent / "clients-npm"
    if not (node_modules / "node_modules" / "openai").is_dir():
        node_modules.mkdir(exist_ok=True)
        # openai's package needs Node 22; the npm package `node` brings that binary wherever npm runs.
        session.run(
            "npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(node_modules),
            "openai@7", "node@22",
            external=True,
        )  # fmt: skip
    session.run("pytest", "-m", "sdk", *session.posargs, env={"HARNESS_NODE_MODULES": str(node_modules / "node_modules")})


@nox.session(tags=["check"])
def wheel(session: nox.Session) -> None:
    """Build the wheel, look into it, and test it from outside the checkout."""
    session.install("build[uv]")
    dist = Path(session.create_tmp()) / "dist"
    session.run("python", "-m", "build", "--installer", "uv", "--outdir", str(dist), silent=True)
    built = max(dist.glob("*.whl"), key=lambda path: path.stat().st_mtime)
    session.install(f"{built}", *groups("test"))
    session.run("pytest", "--pyargs", "tests/repository", "tests/cli", env={"HARNESS_UNDER_TEST": "wheel"})


@nox.session
def bench(session: nox.Session) -> None:
    """Every benchmark; each prints ratios and exits with 1 when it misses its target."""
    session.install("-e", ".", *groups("test", "bench"))
    scripts = session.posargs or sorted(str(path) for path in (ROOT / "benchmarks").glob("*.py"))
    for script in scripts:
        session.run("python", script, success_codes=[0, 1])
