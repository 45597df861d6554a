"""Ctrl-C and SIGTERM end a hunt, however often they come, and what was found is told."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

import pytest

import harness
from harness.cli.interrupting import interrupted_gently
from tests.fuzzing.broken_gateways import LosesExclamationMarks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from harness.fuzzing.hunt import Hunt
    from harness.fuzzing.outcome import Outcome

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no signals to send there")


def again_and_again(number: signal.Signals) -> Callable[[Hunt], None]:
    """Sends a signal as soon as something was found, and with all that is played from then on."""

    def tell(hunt: Hunt) -> None:
        if hunt.found:
            signal.raise_signal(number)

    return tell


def hunted(number: signal.Signals, out: Path) -> Outcome:
    """A hunt that would go on for minutes."""
    return harness.fuzz(
        LosesExclamationMarks(), only="XLAT-TEXT-001", max_time=300.0, tell=again_and_again(number), out=out
    )


def test_ctrl_c_that_comes_again_keeps_what_was_found(tmp_path: Path) -> None:
    """It is told and written, and afterwards Ctrl-C does what it did before."""
    before = signal.getsignal(signal.SIGINT)
    outcome = hunted(signal.SIGINT, tmp_path)
    assert (outcome.interrupted, outcome.exit_code) == (True, 130)
    assert [one.rule for one in (*outcome.findings, *outcome.once)] == ["XLAT-TEXT-001"]
    assert signal.getsignal(signal.SIGINT) is before


def test_a_request_to_terminate_is_heard_where_ctrl_c_is_ignored(tmp_path: Path) -> None:
    """A shell starts a program with `&` so."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with interrupted_gently():
            outcome = hunted(signal.SIGTERM, tmp_path)
    finally:
        signal.signal(signal.SIGINT, before)
    assert (outcome.interrupted, outcome.exit_code) == (True, 130)


def test_ctrl_c_before_the_hunt_is_that_of_python() -> None:
    """Nothing was found that could be told."""

    class Interrupted(LosesExclamationMarks):
        """Somebody loses patience while it starts."""

        def installed(self, tools: Path) -> str | None:
            """Just now."""
            del tools
            signal.raise_signal(signal.SIGINT)
            return None

    with pytest.raises(KeyboardInterrupt):
        harness.fuzz(Interrupted(), max_examples=1)
