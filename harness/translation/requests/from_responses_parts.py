"""Parts of a message's content, and of a tool's output, in a request of the Responses API.

Types of the package openai 3.52.0. Which kinds a message may have depends on whose words they are; a kind that nobody
knows is kept for the same dialect.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.errors import RequestRefused
from harness.translation.requests.data_urls import data_of, is_data_url
from harness.translation.requests.refusals import missing, not_among, wrong_type
from harness.translation.requests.shape import items_of
from harness.turn.conversation import AudioPart, FilePart, ImagePart, OpaquePart, RefusalPart, TextPart

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Part

INPUT: Final = ("input_text", "input_image", "input_file", "input_audio")
OUTPUT: Final = ("output_text", "refusal")
_CHAT: Final = frozenset({"text", "image_url", "file"})
_AUDIO_FORMATS: Final = ("wav", "mp3")


def content_of(
    item: Members, member: str, ledger: Ledger, *, kinds: tuple[str, ...] = INPUT
) -> tuple[tuple[Part, ...], bool]:
    """The parts of a content or output, and whether it was sent as one string.

    Args:
        item: The item that has it.
        member: Its name: `content` or `output`.
        ledger: Where losses go.
        kinds: Which of the kinds that the API has may stand here.

    Raises:
        RequestRefused: It is neither a string nor an array of parts, or one of them has a wrong shape.
    """
    value = item.required(member)
    at = item.pointer(member)
    if isinstance(value, str):
        return (TextPart(text=value, at=at),), True
    param = item.place(member)
    if not isinstance(value, (list, tuple)):
        raise wrong_type(param, "one of an array of objects or string", value)
    return tuple(_part(part, ledger, kinds) for part in items_of(value, param, at)), False


def _part(part: Members, ledger: Ledger, kinds: tuple[str, ...]) -> Part:
    kind = part.required_text("type")
    if kind in _CHAT or (kind not in kinds and kind in {*INPUT, *OUTPUT}):
        # Known elsewhere, so it is a mistake here, and not something new.
        raise not_among(part.place("type"), kind, kinds)
    match kind:
        case "input_text" | "output_text":
            return _text(part)
        case "refusal":
            _lose_rest(part, {"type", "refusal"}, ledger)
            return RefusalPart(text=part.required_text("refusal"), at=part.at)
        case "input_image":
            return _image(part, ledger)
        case "input_file":
            return _file(part, ledger)
        case "input_audio":
            return _audio(part, ledger)
    return OpaquePart(dialect="responses", kind=kind, value=part.value, at=part.at)


def _text(part: Members) -> TextPart:
    annotations = part.array("annotations", of="objects")
    logprobs = part.array("logprobs", of="objects")
    cache_control = part.get("cache_control")
    known = {"type", "text", "annotations", "logprobs"}
    if is_known := isinstance(cache_control, Mapping):
        known.add("cache_control")
    return TextPart(
        text=part.required_text("text"),
        annotations=tuple(
            one.value
            for one in items_of(annotations or (), part.place("annotations"), part.pointer("annotations"))
        ),
        logprobs=None if logprobs is None else tuple(logprobs),
        cache_control=cache_control if is_known else None,
        extra=part.rest(known),
        at=part.at,
    )


def _image(part: Members, ledger: Ledger) -> ImagePart:
    url = part.text("image_url")
    file_id = part.text("file_id")
    if url is None and file_id is None:
        raise missing(part.place("image_url"))
    source: dict[str, Any] = {}
    if url is not None:
        source = _image_source(url, part, ledger)
        if file_id is not None:
            ledger.lose("L156", part.pointer("file_id"), "the picture beside it counts")
    else:
        source["file_id"] = file_id
    return ImagePart(
        detail=part.text("detail"),
        extra=part.rest({"type", "image_url", "file_id", "detail"}),
        at=part.at,
        **source,
    )


def _image_source(url: str, part: Members, ledger: Ledger) -> dict[str, Any]:
    """`url`, or `data` and `media_type`, of a picture."""
    if not is_data_url(url):
        return {"url": url}
    content = data_of(url)
    if content is None:
        raise RequestRefused(
            "Invalid base64 image_url.", param=part.place("image_url"), name="invalid_base64"
        )
    if content.parameters:
        ledger.lose("L100", part.pointer("image_url"), "parameters of a data URL")
    return {"data": content.data, "media_type": content.media_type}


def _file(part: Members, ledger: Ledger) -> FilePart:
    """The first of the file's bytes, its URL and its id counts."""
    sources = {name: part.text(name) for name in ("file_data", "file_url", "file_id")}
    given = [name for name, value in sources.items() if value is not None]
    if not given:
        raise missing(part.place("file_id"))
    for name in given[1:]:
        ledger.lose("L156", part.pointer(name), f"{given[0]} beside it counts")
        sources[name] = None
    data = sources["file_data"]
    media_type: str | None = None
    if data is not None and (content := data_of(data)) is not None:
        data, media_type = content.data, content.media_type
        if content.parameters:
            ledger.lose("L100", part.pointer("file_data"), "parameters of a data URL")
    return FilePart(
        data=data,
        media_type=media_type,
        url=sources["file_url"],
        file_id=sources["file_id"],
        filename=part.text("filename"),
        detail=part.text("detail"),
        extra=part.rest({"type", "file_data", "file_url", "file_id", "filename", "detail"}),
        at=part.at,
    )


def _audio(part: Members, ledger: Ledger) -> AudioPart:
    audio = part.required_members("input_audio")
    _lose_rest(part, {"type", "input_audio"}, ledger)
    _lose_rest(audio, {"data", "format"}, ledger)
    return AudioPart(
        data=audio.required_text("data"), format=audio.required_choice("format", _AUDIO_FORMATS), at=part.at
    )


def _lose_rest(members: Members, known: set[str], ledger: Ledger) -> None:
    """Members that nobody knows, where the part has no room for them."""
    for name, value in members.rest(known).items():
        if value is not None:
            ledger.lose("L100", members.pointer(name))
