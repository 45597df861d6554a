"""Badges, as shields.io reads them."""

from __future__ import annotations

import json

import msgspec
import pytest

from harness.reporting.conform.badge import badges, written
from harness.results.result import Cell, CellStatus, Result
from tests.conform_results import CLEAN, RESULT, SEQUENCE, USAGE, cell, later


def badge(result: Result, target: str = "gate") -> dict[str, object]:
    """The badge of one target."""
    made: dict[str, object] = json.loads(badges(result)[target])
    assert set(made) == {"schemaVersion", "label", "message", "color"}
    assert made["schemaVersion"] == 1
    return made


def test_every_target_has_a_badge_of_its_own() -> None:
    """One a line, in the order of the result."""
    assert list(badges(RESULT)) == ["gate", "control", "gone"]
    labels = [json.loads(line)["label"] for line in written(RESULT)]
    assert labels == ["gate 1.2", "control", "gone"]


def test_a_badge_counts_scenarios_and_hides_nothing() -> None:
    """What failed, and what said nothing, stands beside what passed."""
    assert badge(RESULT)["message"] == (
        "1 of 7 scenarios passed, 1 warned, 2 failed, 1 expected, 1 not exercised, 1 with harness faults"
    )
    assert badge(RESULT)["color"] == "red"
    assert badge(CLEAN, "control")["message"] == "2 of 2 scenarios passed"
    assert badge(RESULT, "gone") == {
        "schemaVersion": 1,
        "label": "gone",
        "message": "did not start",
        "color": "lightgrey",
    }


@pytest.mark.parametrize(
    ("cells", "colour"),
    [
        ((cell("plain"), cell("call")), "brightgreen"),
        ((cell("plain"), cell("call", CellStatus.WARNED, USAGE)), "green"),
        ((cell("plain"), cell("call", CellStatus.EXPECTED)), "yellow"),
        ((cell("plain"), cell("call", CellStatus.NOT_EXERCISED)), "yellow"),
        ((cell("plain"), cell("call", CellStatus.HARNESS_FAULT)), "lightgrey"),
        ((cell("plain", CellStatus.NOT_EXERCISED),), "lightgrey"),
        ((cell("plain"), cell("call", CellStatus.FAILED, SEQUENCE)), "red"),
    ],
)
def test_only_what_passed_everywhere_is_green(cells: tuple[Cell, ...], colour: str) -> None:
    """A scenario that was not seen over one route is not green."""
    assert badge(later(RESULT, *cells))["color"] == colour


def test_a_target_that_ended_early_is_not_green() -> None:
    """Whatever its cells say."""
    died = msgspec.structs.replace(RESULT.targets[0], status="died")
    result = msgspec.structs.replace(later(RESULT, cell("plain")), targets=(died,))
    assert badge(result)["color"] == "lightgrey"
    assert badge(result)["message"] == "1 of 1 scenario passed, ended before its scenarios did"
