"""A target of which only the address is known is watched as any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.conforming.run import put_through
from harness.conforming.wishes import Wishes
from harness.results.result import CellStatus
from harness.sandwich.behaviours import CROWD
from harness.scenarios.registry import scenario
from tests.targeting import Tiny

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("name", "sessions"),
    [("behaviour-crosstalk", 1 + CROWD), ("behaviour-repeat", 2), ("behaviour-whole-is-fold", 2)],
)
def test_what_takes_several_sessions_takes_them_where_the_upstream_dialect_is_not_known(
    name: str, sessions: int, tmp_path: Path
) -> None:
    """It is seen when the target asks; one session alone would say nothing, and look as if all were well."""
    wishes = Wishes(scenarios=(scenario(name),), beside=False)
    found = put_through(Tiny(upstream=None), wishes, tools=tmp_path, out=tmp_path)
    for one in found.ruled:
        assert one.cell.status is CellStatus.PASSED, one.cell.findings
        assert len(one.cell.client) >= sessions
        assert len(one.cell.upstream) >= sessions
