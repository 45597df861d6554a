"""How far a command is: on a terminal only, and gone when it ends."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from harness.cli import progress as module
from harness.cli.progress import Progress

if TYPE_CHECKING:
    import pytest


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


def test_a_terminal_is_told_at_most_ten_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is shown for what is done at once, and the line is taken away at the end."""
    times = iter([0.0, 0.1, 0.6, 0.65, 0.75])
    monkeypatch.setattr(module, "monotonic", lambda: next(times))
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    progress = Progress()
    for count in range(4):
        progress.show(f"{count} judged")
    assert terminal.getvalue() == "\r\x1b[2K1 judged\r\x1b[2K3 judged"
    progress.clear()
    progress.clear()
    assert terminal.getvalue().endswith("3 judged\r\x1b[2K")


def test_a_pipe_is_told_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Logs stay readable."""
    monkeypatch.setattr(module, "_EVERY", 0.0)
    monkeypatch.setattr(sys, "stderr", pipe := io.StringIO())
    progress = Progress()
    progress.show("1 judged")
    progress.clear()
    assert not pipe.getvalue()
