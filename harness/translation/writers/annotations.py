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
    _tell_rest(one, session)
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
    _tell_rest(one, session)
    return {"type": "url_citation", **_citation(one, 0, length)}


def _tell_rest(one: Annotation, session: Session) -> None:
    """Note what another dialect says of a source besides, such as Anthropic's `cited_text`."""
    rest = [str(name) for name in one.raw if name not in _PLACED]
    if rest:
        session.lose_at("L231", one.src, ", ".join(rest))


_PLACED = frozenset({
    "type", "url", "title", "url_citation", "start_index", "end_index",
    "uri", "web", "segment", "startIndex", "endIndex", "document_title",
})  # fmt: skip
"""Members of a source that have their place in a citation of OpenAI's dialects."""


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
