"""What a known defect of other gateways is here: a check that the engine passes, and a way to break the engine so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pytest


@dataclass(frozen=True)
class Defect:
    """One defect that a deployed gateway or client had.

    Args:
        id: Its number: the system's, and its own (`002-D15`).
        says: What was wrong, in a sentence.
        holds: Asserts that this engine does otherwise, on a case in which the defect shows. It drives the engine from
            outside (a request, an upstream's answer), so that it sees the defect wherever it is made.
        breaks: Puts the defect into the engine, by changing one of its parts; undone after the test.
        rule: The rule of the checker that sees the defect in an answer; "" where none can, or need be named.
        blamed: Runs such a case, and gives the rules that blame what came of it.
    """

    id: str
    says: str
    holds: Callable[[], None]
    breaks: Callable[[pytest.MonkeyPatch], None]
    rule: str = ""
    blamed: Callable[[], Collection[str]] | None = None
