"""The media type of a picture or file whose sender did not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.turn.conversation import FilePart, ImagePart

_BY_ENDING: Final[Mapping[str, str]] = {
    "bmp": "image/bmp",
    "csv": "text/csv",
    "gif": "image/gif",
    "heic": "image/heic",
    "heif": "image/heif",
    "htm": "text/html",
    "html": "text/html",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "json": "application/json",
    "md": "text/markdown",
    "mov": "video/quicktime",
    "mp3": "audio/mp3",
    "mp4": "video/mp4",
    "pdf": "application/pdf",
    "png": "image/png",
    "txt": "text/plain",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "xml": "text/xml",
}

_BY_BEGIN: Final[tuple[tuple[str, str], ...]] = (
    ("/9j/", "image/jpeg"),
    ("iVBORw0KGgo", "image/png"),
    ("R0lGOD", "image/gif"),
    ("UklGR", "image/webp"),
    ("JVBERi", "application/pdf"),
)
"""Base64 of the bytes with which files of these types begin."""


def media_type_of(part: ImagePart | FilePart) -> str | None:
    """As the client said, else by the data's first bytes, the file's name or the URL's path; None for no idea."""
    if part.media_type:
        return part.media_type
    for begin, media_type in _BY_BEGIN:
        if part.data is not None and part.data.startswith(begin):
            return media_type
    filename = getattr(part, "filename", None)
    return _by_name(filename) or (_by_name(_path(part.url)) if part.url else None)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _by_name(name: str | None) -> str | None:
    return _BY_ENDING.get(name.rpartition(".")[2].lower()) if name else None
