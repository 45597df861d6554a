"""Parts of a message's content, as Chat Completions has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.turn.conversation import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    RefusalPart,
    TextPart,
)

if TYPE_CHECKING:
    from harness.translation.requests.sending import Sending
    from harness.turn.conversation import Part


def content_part(sending: Sending, part: Part) -> dict[str, Any] | None:
    """One part of `content`; None, with its loss noted, where Chat has none such."""
    match part:
        case TextPart():
            told: dict[str, Any] | None = _text(sending, part)
        case RefusalPart():
            told = {"type": "refusal", "refusal": part.text}
        case ImagePart():
            told = _image(sending, part)
        case AudioPart():
            told = _audio(sending, part)
        case FilePart():
            told = _file(sending, part)
        case OpaquePart() if part.dialect == "chat":
            told = dict(part.value)
        case _:
            sending.session.lose("L145", part.at, getattr(part, "kind", ""))
            told = None
    return told


def _text(sending: Sending, part: TextPart) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "text", "text": part.text}
    if (part.annotations and not sending.is_same) or part.logprobs:
        # A Chat client's own stand beside the content.
        sending.session.lose("L136", part.at)
    sending.put_cache_control(told, part)
    sending.keep_extra(told, part.extra, part.at)
    return told


def _image(sending: Sending, part: ImagePart) -> dict[str, Any] | None:
    url = part.url if part.data is None else data_url(part.data, part.media_type or "")
    if url is None:
        # image_url has a URL and a detail, and nothing else.
        sending.session.lose("L156", part.at)
        return None
    picture: dict[str, Any] = {"url": url}
    if part.detail is not None:
        picture["detail"] = part.detail
    told: dict[str, Any] = {"type": "image_url", "image_url": picture}
    sending.keep_extra(told, part.extra, part.at)
    return told


def _audio(sending: Sending, part: AudioPart) -> dict[str, Any] | None:
    if part.data is None:
        sending.session.lose("L133", part.at)
        return None
    sound: dict[str, Any] = {"data": part.data}
    if part.format is not None:
        sound["format"] = part.format
    return {"type": "input_audio", "input_audio": sound}


def _file(sending: Sending, part: FilePart) -> dict[str, Any] | None:
    document: dict[str, Any] = {}
    if part.data is not None:
        document["file_data"] = data_url(part.data, part.media_type)
    elif part.file_id is not None:
        if not knows_files(sending):
            sending.session.lose("L156", part.at)
            return None
        document["file_id"] = part.file_id
    elif part.url is not None:
        sending.session.lose("L134", part.at)
        return None
    if part.filename is not None:
        document["filename"] = part.filename
    if part.detail is not None:
        if sending.is_same:
            document["detail"] = part.detail
        else:
            sending.session.lose("L132", part.at)
    told: dict[str, Any] = {"type": "file", "file": document}
    sending.keep_extra(told, part.extra, part.at)
    return told


def knows_files(sending: Sending) -> bool:
    """The upstream can know a file by the id that the client has: it is OpenAI, or what the client speaks to."""
    return sending.is_same or sending.profile.vendor == "openai"


def data_url(data: str, media_type: str | None) -> str:
    """Base64 as both dialects want it: a data URL, or as it came where its type was not said."""
    return data if media_type is None else f"data:{media_type};base64,{data}"
