"""Texts, pictures and documents as content blocks of Anthropic (types of the package anthropic 2.11.0)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.translation.requests.media_types import media_type_of
from harness.translation.requests.plain_turns import lose_extra

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import AudioPart, FilePart, ImagePart, TextPart

_PICTURES: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
_PDF: Final = "application/pdf"
_TEXTUAL: Final = frozenset({"application/json", "application/xml", "application/yaml"})


def text_block(part: TextPart, session: Session) -> dict[str, Any] | None:
    """Words; None where there are none, as a block without words is refused."""
    if part.annotations or part.logprobs:
        session.lose("L136", part.at)
    block = {"type": "text", "text": part.text, **cache_control(part.cache_control)}
    put_extra(block, part.extra, part.at, session)
    if part.text.strip():
        return block
    if part.text:
        session.lose("L155", part.at, "nothing but blanks")
    return None


def image_block(part: ImagePart, session: Session) -> dict[str, Any] | None:
    """A picture by its bytes or its URL."""
    if part.detail not in {None, "auto"}:
        session.lose("L132", part.at)
    block: dict[str, Any] = {"type": "image"}
    put_extra(block, part.extra, part.at, session)
    if part.data is not None:
        media_type = media_type_of(part) or "image/png"
        if media_type == "image/jpg":
            media_type = "image/jpeg"
        if media_type not in _PICTURES:
            session.lose("L145", part.at, f"a picture of the type {media_type}")
            return None
        block["source"] = {"type": "base64", "media_type": media_type, "data": part.data}
    elif part.url is not None:
        block["source"] = {"type": "url", "url": part.url}
    else:
        session.lose("L156", part.at)
        return None
    return block


def document_block(part: FilePart, session: Session) -> dict[str, Any] | None:
    """A document by its bytes or its URL: PDF and text, or a picture that was sent as a file."""
    if part.detail not in {None, "auto"}:
        session.lose("L132", part.at)
    block: dict[str, Any] = {"type": "document"}
    if part.filename is not None:
        block["title"] = part.filename
    put_extra(block, part.extra, part.at, session)
    if part.url is not None:
        block["source"] = {"type": "url", "url": part.url}
        return block
    if part.data is None:
        session.lose("L156", part.at)
        return None
    media_type = media_type_of(part) or _PDF
    if media_type == _PDF:
        block["source"] = {"type": "base64", "media_type": _PDF, "data": part.data}
        return block
    if media_type in _PICTURES:
        if "title" in block:
            session.lose("L132", part.at, "the name of the file")
            del block["title"]
        source = {"type": "base64", "media_type": media_type, "data": part.data}
        return block | {"type": "image", "source": source}
    is_text = media_type.startswith("text/") or media_type in _TEXTUAL
    if not is_text or (text := _decoded(part.data)) is None:
        session.lose("L145", part.at, f"a file of the type {media_type}")
        return None
    block["source"] = {"type": "text", "media_type": "text/plain", "data": text}
    return block


def lose_sound(part: AudioPart, session: Session) -> None:
    """Anthropic takes no sound."""
    session.lose("L133" if part.data is not None else "L156", part.at)


def cache_control(value: Any) -> dict[str, Any]:
    """A breakpoint of the prompt cache, as a member of a block or tool; nothing where there is none."""
    return {"cache_control": dict(value)} if isinstance(value, Mapping) else {}


def put_extra(block: dict[str, Any], extra: Mapping[str, Any], at: str, session: Session) -> None:
    """Of the members that nobody knows, keep a breakpoint; the others are lost."""
    if not extra:
        return
    block |= cache_control(extra.get("cache_control"))
    lose_extra(extra, at, session, kept=("cache_control",) if "cache_control" in block else ())


def _decoded(data: str) -> str | None:
    try:
        return base64.b64decode(data, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
