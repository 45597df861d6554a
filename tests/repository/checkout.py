"""The files of the project, as its repository tests see them."""

from __future__ import annotations

import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BINARY = {".gguf", ".png", ".safetensors"}
GENERATED = {".git", ".nox", ".venv", ".hypothesis", "__pycache__", "dist", "build", "node_modules"}


@cache
def files() -> tuple[str, ...]:
    """Every file that is part of the project, by path with forward slashes.

    Git knows them. Where there is no git, as in an unpacked source distribution, they are those that lie here.
    """
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z"],  # noqa: S607 - the git that made the checkout
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout.decode()
        names = listed.strip("\0").split("\0") if (ROOT / ".git").exists() else []
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not names:
        paths = (path.relative_to(ROOT) for path in ROOT.rglob("*"))
        names = [path.as_posix() for path in paths if not GENERATED.intersection(path.parts)]
    return tuple(sorted(name for name in names if (ROOT / name).is_file()))


@cache
def texts(*suffixes: str) -> dict[str, str]:
    """The text files of the project, with their content; only those with one of the suffixes, where any is given."""
    return {
        name: (ROOT / name).read_text(encoding="utf-8")
        for name in files()
        if Path(name).suffix not in BINARY and (not suffixes or name.endswith(suffixes))
    }


def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
