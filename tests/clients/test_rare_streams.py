"""The shipped drivers drive the real clients: an ordinary answer, a call and an error come back from each."""

from __future__ import annotations

import pytest

from harness.errors import UsageError
from harness.trials.shipped import DRIVERS
from harness.trials.verb import try_client

pytestmark = pytest.mark.sdk


@pytest.mark.parametrize("name", [one.name for one in DRIVERS])
def test_a_driver_gives_back_what_its_client_was_served(name: str) -> None:
    """What the clients make of rare streams is published, and changes with their versions; this does not."""
    trials = ["plain", "call", "calls-parallel", "status-400", "chat-error", "responses-failed"]
    try:
        results = try_client(name, trials=trials, seconds=120)
    except UsageError as error:
        pytest.skip(str(error))
    told = {one.trial.name: (one.verdict.outcome, one.verdict.what) for one in results}
    expected = "unsupported" if name == "ai-sdk-compatible" else "passed"
    assert {outcome for trial, (outcome, _) in told.items() if trial.startswith("chat")} == {"passed"}, told
    assert {outcome for trial, (outcome, _) in told.items() if not trial.startswith("chat")} == {expected}, (
        told
    )
