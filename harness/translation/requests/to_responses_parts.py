"""Parts of a message's content, as Responses has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.translation.requests.to_chat_parts import data_url, knows_files
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


def content_part(sending: Sending, role: str, part: Part) -> dict[str, Any] | None:
    """One part of `content` or `output`; None, with its loss noted, where Responses has none such.

    Args:
        sending: The request in the making.
        role: Whose words they are: an assistant's are `output_text`, those of all others `input_text`.
        part: The part.
    """
    match part:
        case TextPart():
            told: dict[str, Any] | None = _text(sending, role, part)
        case RefusalPart():
            told = {"type": "refusal", "refusal": part.text}
        case ImagePart():
            told = _image(sending, part)
        case AudioPart():
            told = _audio(sending, part)
        case FilePart():
            told = _file(sending, part)
        case OpaquePart() if part.dialect == "responses":
            told = dict(part.value)
        case _:
            sending.session.lose("L145", part.at, getattr(part, "kind", ""))
            told = None
    return told


def _text(sending: Sending, role: str, part: TextPart) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "input_text", "text": part.text}
    if role == "assistant":
        told["type"] = "output_text"
        told["annotations"] = _annotations(sending, part)
        if part.logprobs is not None and sending.is_same:
            told["logprobs"] = list(part.logprobs)
        elif part.logprobs:
            sending.session.lose("L136", part.at)
    sending.put_cache_control(told, part)
    sending.keep_extra(told, part.extra, part.at)
    return told


def _annotations(sending: Sending, part: TextPart) -> list[dict[str, Any]]:
    """As they came; Chat has a citation under the name of its type, Responses flat."""
    if sending.is_same:
        return [dict(one) for one in part.annotations]
    sent: list[dict[str, Any]] = []
    for one in part.annotations:
        cited = one.get("url_citation")
        if isinstance(cited, Mapping):
            sent.append({"type": "url_citation", **cited})
        else:
            sending.session.lose("L136", part.at)
    return sent


def _image(sending: Sending, part: ImagePart) -> dict[str, Any]:
    told: dict[str, Any] = {"type": "input_image"}
    url = part.url if part.data is None else data_url(part.data, part.media_type or "")
    if url is not None:
        told["image_url"] = url
    if part.file_id is not None:
        told["file_id"] = part.file_id
    detail = part.detail
    if detail is None and not sending.is_same:
        # Its type calls the member required; left out, it means the same in Chat.
        detail = "auto"
    if detail is not None:
        told["detail"] = detail
    sending.keep_extra(told, part.extra, part.at)
    return told


def _audio(sending: Sending, part: AudioPart) -> dict[str, Any] | None:
    if not sending.is_same or part.data is None:
        sending.session.lose("L133", part.at)
        return None
    sound: dict[str, Any] = {"data": part.data}
    if part.format is not None:
        sound["format"] = part.format
    return {"type": "input_audio", "input_audio": sound}


def _file(sending: Sending, part: FilePart) -> dict[str, Any] | None:
    if part.file_id is not None and not knows_files(sending):
        sending.session.lose("L156", part.at)
        return None
    told: dict[str, Any] = {"type": "input_file"}
    if part.data is not None:
        told["file_data"] = data_url(part.data, part.media_type)
    if part.url is not None:
        told["file_url"] = part.url
    if part.file_id is not None:
        told["file_id"] = part.file_id
    if part.filename is not None:
        told["filename"] = part.filename
    if part.detail is not None:
        told["detail"] = part.detail
    sending.keep_extra(told, part.extra, part.at)
    return told
