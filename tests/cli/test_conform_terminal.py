"""`harness conform` as somebody sees it who sits before a terminal."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

pty = pytest.importorskip("pty", reason="no terminals of this kind here")

_ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(folder: Path, columns: int, *arguments: str, **env: str) -> str:
    """All that one run writes to a terminal of so many columns."""
    import fcntl  # noqa: PLC0415 - not everywhere
    import termios  # noqa: PLC0415 - not everywhere

    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    plain = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "NO_COLOR"}}
    command = [sys.executable, "-m", "harness", *arguments]
    with subprocess.Popen(  # noqa: S603 - this interpreter
        command, cwd=folder, stdin=its, stdout=its, stderr=its, env={**plain, "TERM": "xterm", **env}
    ):
        os.close(its)
        written = b""
        while True:
            try:
                piece = os.read(ours, 65_536)
            except OSError:  # as Linux says that nobody writes any more
                break
            if not piece:
                break
            written += piece
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def test_a_run_shows_how_far_it_is_and_takes_that_away_again(tmp_path: Path) -> None:
    """On one line, which is gone when the summary comes."""
    written = on_terminal(tmp_path, 60, "conform", "--scenario", "transport-slow-first")
    *progress, rest = written.split("\r\x1b[2K")
    assert any(re.match(r"\d+ of 16  builtin/", one) for one in progress)
    assert all(len(one) < 60 and "\n" not in one for one in progress)
    assert rest.rstrip().endswith("harness-report/report.html")


def test_a_narrow_terminal_breaks_lines_between_words_and_no_colour_is_shown_to_who_wants_none(
    harness: Run, tmp_path: Path
) -> None:
    """What goes to a file or a pipe is as it was."""
    assert harness("conform", "--scenario", "usage-missing", "-q").code == 0
    piped = harness("report", "harness-report").out
    assert "\x1b" not in piped
    assert max(map(len, piped.splitlines())) > 80
    coloured = on_terminal(tmp_path, 80, "report", "harness-report")
    assert "\x1b[" in coloured
    shown = _ESCAPE.sub("", coloured)
    assert max(len(line) for line in shown.splitlines() if " " in line.strip()) <= 80
    assert shown.split() == piped.split()
    assert "\x1b" not in on_terminal(tmp_path, 80, "report", "harness-report", NO_COLOR="1")
