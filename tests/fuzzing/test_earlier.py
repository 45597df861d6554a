"""What an earlier hunt has kept of a finding: a later one that knows less does not write over it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

import harness
from harness.fuzzing.earlier import earlier, knows_more, with_known
from tests.fuzzing.broken_gateways import LosesExclamationMarks

if TYPE_CHECKING:
    from pathlib import Path


def test_a_hunt_without_time_does_not_write_over_what_was_made_small(tmp_path: Path) -> None:
    """The recordings of the smallest session stay; so they do for that target alone."""
    terms = {"max_time": 300.0, "max_examples": 90, "only": "XLAT-TEXT-001", "stop_after": 1, "out": tmp_path}
    target = LosesExclamationMarks()
    (first,) = harness.fuzz(target, **terms).findings  # type: ignore[arg-type]
    assert first.is_smallest
    folder = tmp_path / first.id
    kept = {one.name: one.read_bytes() for one in folder.iterdir()}
    again = harness.fuzz(target, **terms, shrink_time=0.0, seed=3)  # type: ignore[arg-type]
    if first.id in {one.id for one in again.findings}:
        assert {one.name: one.read_bytes() for one in folder.iterdir()} == kept
    before = earlier(folder, target.name)
    assert before is not None
    less = msgspec.structs.replace(before, is_smallest=False, tries=2)
    assert with_known(less, before) == before
    other = msgspec.structs.replace(less, conversation={})
    assert with_known(other, before) == other
    assert knows_more(before, other)
    assert not knows_more(before, before)
    assert earlier(folder, "another") is None
    assert earlier(tmp_path, target.name) is None
