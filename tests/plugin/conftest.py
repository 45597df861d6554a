"""What tests of the plugin share: neither a CI nor a project around them, and somebody to record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.io import opened
from tests.clients.live import LiveUpstream
from tests.pytesting import STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator


AROUND = ("CI", "BUILD_NUMBER", "PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID")
"""In CI the record mode is another, and pytest trims nothing; pytest-xdist tells its workers what they are."""


@pytest.fixture(autouse=True)
def _stands_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of pytest inside a test neither knows the CI around this one nor takes itself for a worker of it."""
    for name in AROUND:
        monkeypatch.delenv(name, raising=False)
    # Nor is what it opens told to the watch over this one.
    monkeypatch.setattr(opened, "listeners", [])


@pytest.fixture(autouse=True)
def _is_a_project_of_its_own(request: pytest.FixtureRequest) -> None:
    """Where temporary folders lie inside a checkout, pytest would take its configuration for the test's."""
    if "pytester" in request.fixturenames:
        request.getfixturevalue("pytester").makeini("[pytest]\n")


@pytest.fixture
def url() -> Iterator[str]:
    """A live upstream."""
    with LiveUpstream({"/chat/completions": STREAM}) as live:
        yield live.url
