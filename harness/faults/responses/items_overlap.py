"""An item begins before the last has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from harness.faults.responses.items import ADDED, DONE
from harness.faults.responses.neighbours import Neighbours


@dataclass(frozen=True, kw_only=True)
class ItemsOverlap(Neighbours):
    """An `output_item.added` comes before the `output_item.done` in front of it.

    Legal, but clients with one active item mix the two. Official streams do it with lists of MCP tools.
    """

    name: ClassVar[str] = "items_overlap"
    example: ClassVar[str] = "items_overlap"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-ITEM-015",)
    wanted: ClassVar[str] = "item right after another"
    first: ClassVar[str] = DONE
    second: ClassVar[str] = ADDED
