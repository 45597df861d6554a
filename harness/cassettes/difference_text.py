"""Writing differences down for a person: where, and both sides, cut so that the difference stays in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.shortened import common_length, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.cassettes.difference import Difference

_BEFORE = 24


def difference_lines(
    found: Sequence[Difference], *, left: str = "left", right: str = "right", width: int = 100, most: int = 50
) -> Iterator[str]:
    """Lines that tell differences; nothing at all where there are none.

    Args:
        found: What `differences` gave.
        left: What to call the left side, a path say.
        right: What to call the right side.
        width: Longest line in characters.
        most: Differences to tell before the rest is only counted.
    """
    if not found:
        return
    yield one_line(f"--- {left}", width)
    yield one_line(f"+++ {right}", width)
    for difference in found[:most]:
        yield one_line(_place(difference), width)
        for sign, text in zip("-+", _both(difference.left, difference.right, width - 4), strict=True):
            yield f"  {sign} {text}"
    if len(found) > most:
        yield f"… and {len(found) - most} more"
    yield f"{len(found)} difference{'s' if len(found) > 1 else ''}"


def _place(difference: Difference) -> str:
    parts = [] if difference.exchange is None else [f"exchange {difference.exchange}"]
    parts.append(difference.kind if difference.event is None else f"event {difference.event}")
    if difference.kind == "exchange":
        parts.pop()
    place = ", ".join(parts)
    return f"{place}: {difference.pointer}" if difference.pointer else place


def _both(left: str, right: str, width: int) -> tuple[str, str]:
    """Both texts on one line each, from shortly before the first character that differs."""
    if max(len(left), len(right)) > width:
        start = max(0, common_length(left, right) - _BEFORE)
        if start > 1:
            left, right = "…" + left[start:], "…" + right[start:]
    return one_line(left, width), one_line(right, width)
