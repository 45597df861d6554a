"""Notes on a text, such as its sources, as Chat and Responses have them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.writers.blocks import kept

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.increments import Annotation


def for_chat(one: Annotation, session: Session, before: int, length: int) -> dict[str, Any] | None:
    """An entry of `annotations` of a message; None where Chat has no place for it.

    Args:
        one: The annotation.
        session: The exchange.
        before: Characters of the message that stand before the annotated block.
        length: Characters of the block so far.
    """
    raw = kept(one.raw, session, one.src)
    if one.dialect == "chat" and raw:
        return dict(raw)
    if one.kind != "url_citation" or not one.url:
        return None
    return {"type": "url_citation", "url_citation": _citation(one, before, length)}


def for_responses(one: Annotation, session: Session, length: int) -> dict[str, Any] | None:
    """An annotation of an `output_text`; None where it has no equal there.

    Args:
        one: The annotation.
        session: The exchange.
        length: Characters of the block so far.
    """
    raw = kept(one.raw, session, one.src)
    if one.dialect == "responses" and raw:
        return dict(raw)
    if one.kind != "url_citation" or not one.url:
        return None
    return {"type": "url_citation", **_citation(one, 0, length)}


def _citation(one: Annotation, before: int, length: int) -> dict[str, Any]:
    """A citation with its place. One that has none stands for all the text there is: the dialects need a place."""
    begin = max(one.begin or 0, 0)
    end = max(one.end if one.end is not None else length, begin)
    return {
        "start_index": before + begin,
        "end_index": before + end,
        "title": one.title or "",
        "url": one.url,
    }
