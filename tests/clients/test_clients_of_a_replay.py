"""Real clients work against a gateway that answers from its recordings, without any upstream."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.clients.expecting import amiss
from tests.clients.habits import OPENAI_PYTHON
from tests.clients.meetings import absent, meet, meet_again
from tests.clients.worlds import WORLDS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.sdk

PLAYED = ("hi", "both", "json", "refuse", "break", "deny")


@pytest.mark.parametrize("world", [name for name, world in WORLDS.items() if not world.is_real])
def test_a_client_says_the_same_of_a_replay(tmp_path: Path, world: str) -> None:
    """What it has to say of the upstream; and the same again, ids and all, in another replay."""
    if (reason := absent(OPENAI_PYTHON)) is not None:
        pytest.skip(reason)
    live = meet(OPENAI_PYTHON, WORLDS[world], tmp_path, PLAYED)
    first = meet_again(OPENAI_PYTHON, WORLDS[world], tmp_path, PLAYED)
    shutil.rmtree(tmp_path / "again")
    second = meet_again(OPENAI_PYTHON, WORLDS[world], tmp_path, PLAYED)
    assert [(row["scene"], row["run"]) for row in first.rows] == [
        (row["scene"], row["run"]) for row in live.rows
    ]
    assert [
        it for row in first.rows for it in amiss(OPENAI_PYTHON, WORLDS[world], row["scene"], row["run"], row)
    ] == []
    assert second.rows == first.rows
    assert first.blamed() == []
