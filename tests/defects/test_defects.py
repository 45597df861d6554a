"""The engine has none of 120 defects of five other systems, and each check notices when it is given the defect."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.defects.defect import Defect

COUNTS = {"000": 22, "001": 39, "002": 30, "003": 19, "004": 10}
"""How many defects of each system are known."""

EXEMPT: dict[str, str] = {}
"""Defects that cannot be made in this engine, with the feature that it lacks."""

ALL = [f"{system}-D{number:02}" for system, count in COUNTS.items() for number in range(1, count + 1)]


def _defects() -> dict[str, Defect]:
    """All that are written down, by id; each stands once."""
    found: dict[str, Defect] = {}
    for path in sorted(Path(__file__).parent.glob("system_*.py")):
        for one in import_module(f"tests.defects.{path.stem}").DEFECTS:
            assert one.id not in found, f"{one.id} is written down twice"
            found[one.id] = one
    return found


DEFECTS = _defects()


def test_every_defect_is_written_down_or_exempt() -> None:
    """No number is missing, none is made up, and at most ten are exempt."""
    assert sorted([*DEFECTS, *EXEMPT]) == sorted(ALL)
    assert len(EXEMPT) <= 10
    assert all(reason.strip() for reason in EXEMPT.values())


@pytest.mark.parametrize("name", DEFECTS)
def test_the_engine_has_no_such_defect(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check passes, and fails once the defect is in the engine: it is this defect that it sees."""
    defect = DEFECTS[name]
    defect.holds()
    with monkeypatch.context() as patched:
        defect.breaks(patched)
        with pytest.raises(AssertionError):
            defect.holds()
    defect.holds()


@pytest.mark.parametrize("name", [name for name, defect in DEFECTS.items() if defect.rule])
def test_the_checker_names_the_defect(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The defect's rule says nothing of the engine as it is, and blames it once the defect is in it."""
    defect = DEFECTS[name]
    assert defect.blamed is not None
    assert defect.rule not in defect.blamed()
    defect.breaks(monkeypatch)
    assert defect.rule in defect.blamed()
