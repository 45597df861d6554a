"""Notes on a text, such as its sources, as OpenAI's two dialects and their imitators send them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.turn.increments import Annotation

if TYPE_CHECKING:
    from collections.abc import Mapping


def annotation(raw: Mapping[str, Any], dialect: str, ref: int, src: int, choice: int = 0) -> Annotation:
    """One annotation.

    Args:
        raw: As sent: Chat has the members of a citation under `url_citation`, Responses beside `type`.
        dialect: Whose it is.
        ref: The text that it is about.
        src: Index of the event.
        choice: Number of the answer.
    """
    kind = raw.get("type")
    kind = kind if isinstance(kind, str) and kind else "url_citation"
    inner = raw.get(kind)
    source = inner if isinstance(inner, dict) else raw
    return Annotation(
        src=src,
        choice=choice,
        ref=ref,
        kind=kind,
        url=_text(source.get("url")),
        title=_text(source.get("title")) or _text(source.get("filename")),
        begin=_offset(source.get("start_index")),
        end=_offset(source.get("end_index")),
        dialect=dialect,
        raw=raw,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _offset(value: object) -> int | None:
    return value if type(value) is int and value >= 0 else None
