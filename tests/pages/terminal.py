"""A reader's terminal: a home, a shell that keeps where it is and what was exported, and nothing that needs a network.

What a page installs has to be installed already: `pip` and `python -m venv` are played, and `pip` fails for what is not
here. Everything else is what it is.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 3600
"""Seconds after which a command is given up; to tell one that hangs from one that is slow, no more."""

_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "SSL_CERT_FILE", "UV_CACHE_DIR")
_PIP = '''#!{python}
"""Says whether what is asked for is here, and fetches nothing."""
import re, sys
from importlib.metadata import PackageNotFoundError, distribution
verb, *words = sys.argv[1:]
if verb != "install":
    sys.exit(f"pip {{verb}} is not played")
for word in words:
    name = re.split(r"[\\[<>=]", word)[0]
    if word.startswith("-"):
        continue
    if "/" in name or name == ".":
        name = "llm-stream-harness"
    try:
        distribution(name)
    except PackageNotFoundError:
        sys.exit(f"{{word}} is not installed here, and nothing is fetched")
'''
_PYTHON = """#!/bin/sh
if [ "$1 $2" = "-m venv" ]; then
  mkdir -p "$3/bin" && ln -sf {shims}/* "$3/bin/" && echo 'PATH={shims}:$PATH' > "$3/bin/activate"
  exit
fi
exec {python} "$@"
"""
_VOLATILE = (
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r" *\b[\d,]+\.\d+ ms"), " N ms"),
    (re.compile(r"\bin \d+\.\d+s\b"), "in Ns"),
    (re.compile(r"\b\d+ (deselected|rules exercised|not;|because)"), r"N \1"),  # grows with the project
    (re.compile(r"\b\d\d+ passed"), "N passed"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?"), "TIME"),
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"),
)


class Outcome(NamedTuple):
    """What came of a command.

    Attributes:
        code: Its exit code.
        lines: What it printed, both streams, as the reader sees it.
    """

    code: int
    lines: list[str]


def stable(line: str) -> str:
    """A line of output without what differs from run to run: ports, times, ids, spaces at its end."""
    for pattern, word in _VOLATILE:
        line = pattern.sub(word, line)
    return line.rstrip()


class Terminal:
    """Runs what a page says, one command after the other, as one reader would.

    Args:
        root: A folder that is empty, or not there yet; the reader's home is in it.
        start: The folder below the home that the reader begins in.

    Attributes:
        home: The reader's home; what is printed has `~` in its place.
        folder: Where the reader begins.
        environment: The variables that the shell begins with.
    """

    def __init__(self, root: Path, start: str = "project") -> None:
        self._root = root.resolve()
        self.home = self._root / "home"
        self.folder = self.home / start
        self.folder.mkdir(parents=True)
        self._groups: list[int] = []
        shims = self._root / "bin"
        _write_shims(shims)
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self.environment = kept | {
            "HOME": str(self.home),
            "PATH": f"{shims}:{kept.get('PATH', os.defpath)}",
            "COLUMNS": "100",
            "TERM": "dumb",
            "NO_COLOR": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
            # Whoever asks for another machine is refused at once, wherever the tests run.
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9"),
            "NO_PROXY": "127.0.0.1,localhost",
        }

    def write(self, name: str, text: str) -> None:
        """Write a file where the reader is."""
        path = self._where() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def run(self, text: str, language: str = "console") -> Outcome:
        """Run a command or script.

        Raises:
            TimeoutError: It does not end.
        """
        if language == "python":
            self.write(".snippet.py", text)
            text = "python .snippet.py\nresult=$?; rm .snippet.py; (exit $result)"
        state, where, log = (self._root / name for name in ("state", "where", "log"))
        # A folder and exported variables are what one command leaves for the next.
        before = f". {state}\n" if state.exists() else ""
        strict = "set -e\n" if language in {"sh", "bash"} else ""
        script = (
            f"{before}trap 'code=$?; export -p > {state}; pwd > {where}; exit $code' EXIT\n{strict}{text}"
        )
        with log.open("wb") as out:
            process = subprocess.Popen(  # noqa: S603 - what our own page says
                ["bash", "--norc", "--noprofile", "-c", script],  # noqa: S607 - the one of this machine
                cwd=self._where(),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self._groups.append(process.pid)
            try:
                code = process.wait(timeout=LIMIT)
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"this does not end: {text}") from None
        printed = log.read_text("utf-8", errors="replace").replace(str(self.home), "~")
        return Outcome(code, printed.splitlines())

    def close(self) -> None:
        """End what was left running in the background."""
        for group in self._groups:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGTERM)

    def _where(self) -> Path:
        where = self._root / "where"
        return Path(where.read_text("utf-8").rstrip("\n")) if where.exists() else self.folder


def _write_shims(folder: Path) -> None:
    folder.mkdir()
    python = shlex.quote(sys.executable)
    texts = {
        "pip": _PIP.format(python=sys.executable),
        "python": _PYTHON.format(shims=folder, python=python),
        "harness": f'#!/bin/sh\nexec {python} -m harness "$@"\n',
        # As the installed script does, the folder one is in is not put on the path.
        "pytest": f"#!{sys.executable} -P\nimport sys, pytest\nsys.exit(pytest.main())\n",
    }
    for name, text in (*texts.items(), ("python3", texts["python"])):
        (folder / name).write_text(text, "utf-8")
        (folder / name).chmod(0o755)


def differences(shown: list[str], printed: list[str]) -> Iterator[str]:
    """The lines of a difference between what a page shows and what was printed; none where they agree.

    A line `...` of the page stands for any number of lines.
    """
    if _agree([stable(line) for line in shown], [stable(line) for line in printed]):
        return
    yield from (f"- {line}" for line in shown)
    yield from (f"+ {line}" for line in printed)


def _agree(shown: list[str], printed: list[str]) -> bool:
    parts: list[list[str]] = [[]]
    for line in shown:
        if line == "...":
            parts.append([])
        else:
            parts[-1].append(line)
    first, *rest = parts
    if printed[: len(first)] != first:
        return False
    if not rest:
        return len(printed) == len(first)
    at = len(first)
    *middle, last = rest
    for part in middle:
        places = range(at, len(printed) - len(part) + 1)
        found = next((one for one in places if printed[one : one + len(part)] == part), None)
        if found is None:
            return False
        at = found + len(part)
    return len(printed) - len(last) >= at and printed[len(printed) - len(last) :] == last
