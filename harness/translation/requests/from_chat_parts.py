"""Parts of a message's content in a request of Chat Completions (the types of the package openai 3.52.0)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.errors import RequestRefused
from harness.translation.requests.data_urls import data_of, is_data_url
from harness.translation.requests.from_chat_thoughts import thinking_part
from harness.translation.requests.refusals import missing, not_among, wrong_type
from harness.translation.requests.shape import items_of
from harness.turn.conversation import (
    AudioPart,
    FilePart,
    ImagePart,
    OpaquePart,
    RefusalPart,
    TextPart,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Part, ReasoningPart

_KINDS: Final = ("text", "image_url", "input_audio", "refusal", "file")
_TEXT_ONLY: Final = ("text",)
_IMAGE_DETAILS: Final = ("auto", "low", "high", "original")
_AUDIO_FORMATS: Final = ("wav", "mp3")


def content_of(
    message: Members, ledger: Ledger, *, is_optional: bool = False
) -> tuple[tuple[Part, ...], bool]:
    """The parts of a message's content, and whether it was sent as one string.

    Args:
        message: The message.
        ledger: Where losses go.
        is_optional: The content may be absent or null, as it may in an assistant's message with calls.

    Raises:
        RequestRefused: It is neither a string nor an array of parts, or one of them has a wrong shape.
    """
    if is_optional and not message.has("content"):
        return (), False
    value = message.required("content")
    at = message.pointer("content")
    if isinstance(value, str):
        return (TextPart(text=value, at=at),), True
    param = message.place("content")
    if not isinstance(value, (list, tuple)):
        raise wrong_type(param, "one of a string or array of objects", value)
    is_instruction = message.get("role") in {"system", "developer"}
    parts = items_of(value, param, at)
    return tuple(_part(part, ledger, is_instruction=is_instruction) for part in parts), False


def _part(part: Members, ledger: Ledger, *, is_instruction: bool) -> Part:
    kind = part.required_text("type")
    if is_instruction and kind in _KINDS and kind != "text":
        raise not_among(part.place("type"), kind, _TEXT_ONLY)
    read = _READERS.get(kind)
    if read is not None:
        return read(part, ledger)
    if kind.startswith(("input_", "output_")):
        # Parts of Responses, which Chat has under other names; what else is unknown is a vendor's.
        raise not_among(part.place("type"), kind, _KINDS)
    return OpaquePart(dialect="chat", kind=kind, value=part.value, at=part.at)


def _text(part: Members, _: Ledger) -> TextPart:
    cache_control = part.get("cache_control")
    is_known = isinstance(cache_control, Mapping)
    return TextPart(
        text=part.required_text("text"),
        cache_control=cache_control if is_known else None,
        extra=part.unknown({"type", "text", "cache_control"} if is_known else {"type", "text"}),
        at=part.at,
    )


def _refusal(part: Members, ledger: Ledger) -> RefusalPart:
    part.lose_rest({"type", "refusal"}, ledger)
    return RefusalPart(text=part.required_text("refusal"), at=part.at)


def _thinking(part: Members, _: Ledger) -> ReasoningPart:
    return thinking_part(part.value, part.at, "content")


def _image(part: Members, ledger: Ledger) -> ImagePart:
    image = part.required_members("image_url")
    url = image.required_text("url")
    image.lose_rest({"url", "detail"}, ledger)
    return ImagePart(
        detail=image.choice("detail", _IMAGE_DETAILS),
        extra=part.unknown({"type", "image_url"}),
        at=part.at,
        **_source(url, image.place("url"), image.pointer("url"), ledger),
    )


def _source(url: str, param: str, at: str, ledger: Ledger) -> dict[str, Any]:
    """`url`, or `data` and `media_type`, of a picture."""
    if not is_data_url(url):
        return {"url": url}
    content = data_of(url)
    if content is None:
        raise RequestRefused("Invalid base64 image_url.", param=param, name="invalid_base64")
    if content.parameters:
        ledger.lose("L100", at, "parameters of a data URL")
    return {"data": content.data, "media_type": content.media_type}


def _audio(part: Members, ledger: Ledger) -> AudioPart:
    audio = part.required_members("input_audio")
    part.lose_rest({"type", "input_audio"}, ledger)
    audio.lose_rest({"data", "format"}, ledger)
    return AudioPart(
        data=audio.required_text("data"), format=audio.required_choice("format", _AUDIO_FORMATS), at=part.at
    )


def _file(part: Members, ledger: Ledger) -> FilePart:
    file = part.required_members("file")
    file.lose_rest({"file_data", "file_id", "filename", "detail"}, ledger)
    data = file.text("file_data")
    media_type: str | None = None
    if data is not None and (content := data_of(data)) is not None:
        data, media_type = content.data, content.media_type
        if content.parameters:
            ledger.lose("L100", file.pointer("file_data"), "parameters of a data URL")
    file_id = file.text("file_id")
    if data is None and file_id is None:
        raise missing(file.place("file_id"))
    if data is not None and file_id is not None:
        ledger.lose("L156", file.pointer("file_id"), "the data beside it counts")
        file_id = None
    return FilePart(
        data=data,
        media_type=media_type,
        file_id=file_id,
        filename=file.text("filename"),
        detail=file.text("detail"),
        extra=part.unknown({"type", "file"}),
        at=part.at,
    )


_READERS: Final[Mapping[str, Callable[[Members, Ledger], Part]]] = {
    "text": _text,
    "refusal": _refusal,
    "image_url": _image,
    "input_audio": _audio,
    "file": _file,
    "thinking": _thinking,
    "redacted_thinking": _thinking,
}
