"""Gateways with one defect each are caught by a rule that fits it, and by no more than its consequences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from tests.miniatures.catalogue import miniatures
from tests.miniatures.caught import CAUGHT, TOLD, UNCAUGHT
from tests.miniatures.miniature import CHAT, RESPONSES, Miniature
from tests.miniatures.running import caught

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.thorough
_BY_NAME = {one.name: one for one in miniatures()}


def test_every_miniature_is_told_of_once() -> None:
    """A name that stands in no table would never be looked at."""
    assert len(_BY_NAME) == len(miniatures())
    assert sorted(_BY_NAME) == sorted([*CAUGHT, *TOLD, *UNCAUGHT])
    assert len(CAUGHT) >= 40


@pytest.mark.parametrize("side", ["client", "upstream"])
def test_the_base_without_a_defect_comes_out_clean(
    side: Literal["client", "upstream"], tmp_path: Path
) -> None:
    """What a miniature is caught by is its defect's alone: where it stands, nothing else goes wrong."""

    class Base(Miniature):
        """Without a defect, over all ways that miniatures use."""

        routes = (CHAT, RESPONSES, "chat over gemini", "chat over anthropic", "responses over responses")

    Base.side = side
    names = {name for one in miniatures() for name in one.shows}
    came = caught(Base(), names, tmp_path, seconds=20.0)
    assert (came.rules, came.unclean, came.silent) == (frozenset(), (), {})
    assert came.cells > 100


@pytest.mark.parametrize("name", list(CAUGHT))
def test_a_miniature_is_caught_by_the_fitting_rule(name: str, tmp_path: Path) -> None:
    """By that, and by nothing that is not a consequence of the same defect."""
    came = caught(_BY_NAME[name], _BY_NAME[name].shows, tmp_path)
    fitting, *consequences = CAUGHT[name]
    assert fitting in came.rules
    assert came.rules <= {fitting, *consequences}
    assert came.unclean


@pytest.mark.parametrize("name", list(TOLD))
def test_a_miniature_fails_where_what_is_wrong_is_no_rule_s(name: str, tmp_path: Path) -> None:
    """The cell says why, and no rule is needed for it."""
    came = caught(_BY_NAME[name], _BY_NAME[name].shows, tmp_path)
    assert came.unclean
    assert any(why is not None and why.startswith(TOLD[name]) for why in came.failed.values())


@pytest.mark.parametrize("name", list(UNCAUGHT))
def test_a_miniature_that_is_not_caught_yet_is_still_not(name: str, tmp_path: Path) -> None:
    """So that what is mended is told of: then the name belongs into the other table."""
    came = caught(_BY_NAME[name], _BY_NAME[name].shows, tmp_path)
    assert (came.rules, came.unclean) == (frozenset(), ()), f"{name} is caught now"
