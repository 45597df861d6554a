"""A long stream gives way to a whole answer that shows the same."""

from __future__ import annotations

from typing import Any

import pytest

import harness
from harness.fuzzing import hunt
from tests.fuzzing.broken_gateways import LosesTheSecondStop


@pytest.mark.parametrize(("modes", "mode"), [((), "whole"), (("stream",), "stream")])
def test_the_smaller_session_wins(modes: Any, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where whole answers are played at all; here each stream counts as long."""
    monkeypatch.setattr(hunt, "_LONG", 1)
    outcome = harness.fuzz(
        LosesTheSecondStop(), max_time=60.0, max_examples=500, only="XLAT-REQ-016", stop_after=1, modes=modes
    )
    (found,) = outcome.findings
    assert found.mode == mode
    assert (found.events == 1) == (mode == "whole")
    assert found.shown == found.played
