"""What an earlier hunt left in the folder of a finding: a hunt that knows less of it does not write over that."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from harness.fuzzing.outcome import Told

if TYPE_CHECKING:
    from pathlib import Path


def earlier(folder: Path, target: str) -> Told | None:
    """The same finding of the same target, as it was kept there; None where there is none that can be read."""
    try:
        told = msgspec.json.decode((folder / "finding.json").read_bytes(), type=Told)
        with (folder / "client.cassette.jsonl").open(encoding="utf-8") as file:
            head = json.loads(file.readline())
    except (OSError, ValueError, msgspec.DecodeError):  # nothing, or not ours, or of another version
        return None
    return told if isinstance(head, dict) and _notes(head).startswith(f"{target}, ") else None


def _notes(head: dict[str, object]) -> str:
    notes = head.get("notes")
    return notes if isinstance(notes, str) else ""


def with_known(told: Told, before: Told) -> Told:
    """A finding with what was known of the same conversation before: that nothing can be left out of it any more."""
    if before.conversation != told.conversation or before.mode != told.mode or not before.is_smallest:
        return told
    return msgspec.structs.replace(told, is_smallest=True, tries=max(told.tries, before.tries))


def knows_more(before: Told, told: Told) -> bool:
    """Whether more was known of it before."""
    return (before.is_smallest and not told.is_smallest) or (before.played > 0 and not told.played)
