"""Items that only their own dialect has a name for, on their way to an upstream that speaks another."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import OpaquePart


def foreign_text(session: Session, part: OpaquePart) -> str | None:
    """What is said of such an item in words, where the manner wants it; None where it is left out, with its loss.

    What the provider ran itself is history that the model's own text has told already: it is left out (L146). A
    reference that nobody resolved (L147), and a call that the client ran or a summary that stands for earlier turns
    (L145), would be holes in the conversation: these are errors, unless the manner says what to do.
    """
    if part.kind == "item_reference":
        session.lose("L147", part.at)
        return None
    manner = session.manner.foreign_items
    is_hole = part.has_result or part.kind == "compaction"
    if is_hole and manner == "error":
        session.lose("L145", part.at, part.kind)
        return None
    if manner == "text":
        session.lose("L146", part.at, f"{part.kind} as text")
        return f"[{part.kind} {json.dumps(dict(part.value), ensure_ascii=False, separators=(',', ':'))}]"
    session.lose("L146", part.at, part.kind)
    return None
