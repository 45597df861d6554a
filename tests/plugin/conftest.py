"""What tests of the plugin share: neither a CI nor a project around them, and somebody to record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients.live import LiveUpstream
from tests.pytesting import STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _no_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    """In CI the record mode is another, and pytest does not trim its short summary."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)


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
