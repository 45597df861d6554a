"""Text that fits: one line, no control characters, cut with an ellipsis."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# A recording must not be able to move the cursor, change colours or turn the reading direction of a terminal.
_CONTROL = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def one_line(text: str, width: int) -> str:
    """`text` with control characters escaped, cut to `width` characters; the cut shows as `…`."""
    # What is cut away anyway need not be escaped: events may be megabytes long.
    shown = _CONTROL.sub(_escape, text[: width + 1])
    return shown if len(shown) <= width else shown[: max(width - 1, 0)] + "…"


def _escape(match: re.Match[str]) -> str:
    character = match[0]
    return _SHORT.get(character) or (
        f"\\x{ord(character):02x}" if character < "\u0100" else f"\\u{ord(character):04x}"
    )


def common_length(left: Sequence[object], right: Sequence[object]) -> int:
    """How many elements two texts, or two byte strings, have in common at their start."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if left[low:middle] == right[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
