"""Texts, pictures, sounds and files as parts of a Gemini content (types of the package google-genai 3.4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from harness.translation.requests.media_types import media_type_of
from harness.translation.requests.plain_turns import lose_extra

if TYPE_CHECKING:
    from harness.translation.requests.gemini_models import GeminiModel
    from harness.translation.session import Session
    from harness.turn.conversation import AudioPart, FilePart, ImagePart, TextPart

_OWN_HOSTS: Final = ("generativelanguage.googleapis.com", "youtube.com", "youtu.be")


def text_part(part: TextPart, session: Session) -> dict[str, Any] | None:
    """Words; None where there are none."""
    if part.annotations or part.logprobs:
        session.lose("L136", part.at)
    if part.cache_control is not None:
        session.lose("L119", f"{part.at}/cache_control")
    lose_extra(part.extra, part.at, session)
    return {"text": part.text} if part.text else None


def image_part(part: ImagePart, session: Session, model: GeminiModel) -> dict[str, Any] | None:
    """A picture by its bytes or its URL."""
    if part.detail not in {None, "auto"}:
        session.lose("L132", part.at)
    lose_extra(part.extra, part.at, session)
    return _source(part, session, model, "image/png")


def file_part(part: FilePart, session: Session, model: GeminiModel) -> dict[str, Any] | None:
    """A file by its bytes or its URL; Gemini takes no name of it."""
    if part.detail not in {None, "auto"} or part.filename is not None:
        session.lose("L132", part.at, "the name of the file" if part.filename is not None else "")
    lose_extra(part.extra, part.at, session)
    return _source(part, session, model, "application/pdf")


def sound_part(part: AudioPart, session: Session) -> dict[str, Any] | None:
    """Sound by its bytes; that of an earlier answer, named by its id, is known to its vendor only."""
    if part.data is None:
        session.lose("L156", part.at)
        return None
    return {"inlineData": {"mimeType": f"audio/{part.format or 'wav'}", "data": part.data}}


def _source(
    part: ImagePart | FilePart, session: Session, model: GeminiModel, usual: str
) -> dict[str, Any] | None:
    media_type = media_type_of(part)
    if part.data is not None:
        return {"inlineData": {"mimeType": media_type or usual, "data": part.data}}
    if part.url is None:
        session.lose("L156", part.at)
        return None
    if not model.fetches_urls and not _is_own(part.url):
        session.lose("L131", part.at)
    data: dict[str, Any] = {"fileUri": part.url}
    if media_type is not None:
        data["mimeType"] = media_type
    return {"fileData": data}


def _is_own(url: str) -> bool:
    """Google keeps it: in its storage, as an uploaded file, or as a video."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "gs" or any(host == own or host.endswith(f".{own}") for own in _OWN_HOSTS)
