"""What a body is, and what an exchange speaks, told from its head and its first bytes.

The bytes decide: a wrong content-type is a defect that rules report, not a reason to read the body wrongly. The
content-type speaks only where the bytes leave it open.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.cassettes.exchange import header
from harness.dialects.registry import dialects
from harness.jsonvalue import try_parse
from harness.sse.array_stream import ArrayDecoder
from harness.sse.decoder import Decoder
from harness.sse.payload import bare_payloads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Headers, Request
    from harness.dialects.signal import Body
    from harness.sse.event import SseEvent

ENOUGH = 65_536
"""How many bytes of a body's beginning show what there is to see; more are not looked at."""

_BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"(?:data|event|id|retry)(?::|\r|\n|$)|:")
_ARRAY = re.compile(rb"\[[ \t\r\n]*(?:[{\]]|$)")
_STARTS = (b"data:", b"event:", b"id:", b"retry:")
_NO_ANSWER = frozenset({"DELETE", "HEAD", "OPTIONS"})  # what they are answered with is no model's answer
_HINTS = (
    ("chat", re.compile(rb'"choices"\s*:|"chat\.completion(?!\.deleted)')),
    (
        "responses",
        re.compile(rb'"type"\s*:\s*"response\.|"object"\s*:\s*"response"|"output"\s*:|event: ?response\.'),
    ),
    ("anthropic", re.compile(rb'"type"\s*:\s*"message_start"|event: ?message_start')),
    ("gemini", re.compile(rb'"candidates"\s*:')),
)  # words that no other dialect has
_ERROR = re.compile(rb'\s*(?:(?:event: ?error\s+)?data:\s*)?\{\s*"error"\s*:')
_OPENING = 256  # payloads that are looked at before a dialect counts as unknown


class Shape(StrEnum):
    """What a body is."""

    STREAM = "stream"
    """An event stream."""
    ARRAY = "array"
    """A JSON array of objects: the stream of Gemini, where `alt=sse` was not asked for."""
    WHOLE = "whole"
    """One JSON value."""
    EMPTY = "empty"
    """There is nothing but white space."""
    OTHER = "other"
    """Neither: an HTML page, say."""


def shape_of(headers: Headers | None, beginning: bytes) -> Shape:
    """What a body is.

    Args:
        headers: The response's head; None where only a body is known.
        beginning: The first bytes of the body, content-encoding undone: `ENOUGH` of them, or all.
    """
    media = (header(headers or (), "content-type") or "").partition(";")[0].strip().lower()
    text = beginning[:ENOUGH].removeprefix(_BOM)
    bare = text.lstrip()
    if not bare:
        return Shape.EMPTY
    if _LINE.match(bare) or any(start.startswith(bare) for start in _STARTS):
        return Shape.STREAM
    if bare[:1] in {b"{", b"["}:
        # Lines of JSON under the name of an event stream are a stream whose framing is wrong.
        if media == "text/event-stream" and _is_lines(bare):
            return Shape.STREAM
        return Shape.ARRAY if _ARRAY.match(bare) else Shape.WHOLE
    if media == "text/event-stream":
        return Shape.STREAM
    return Shape.WHOLE if len(bare) < ENOUGH and try_parse(bare)[0] else Shape.OTHER


def dialect_of(request: Request | None, beginning: bytes) -> str | None:
    """The name of the dialect that an exchange speaks; None where nothing shows it.

    Args:
        request: What was sent: its path is believed before anything else. None where it is not known.
        beginning: The first bytes of the body, content-encoding undone; a whole answer is needed whole.
    """
    if request is not None and request.method in _NO_ANSWER:
        return None
    if request is not None and request.url:
        path = _path_of(request.url)
        for one in dialects():
            if one.path(path):
                return one.name
    for names in _speakers(beginning):
        return names[0]
    return _hinted(beginning[:ENOUGH]) if request is None or not request.url else None


def plain_dialect_of(beginning: bytes) -> str | None:
    """The name of the dialect of the first payload that only one can have; None where there is no such payload.

    What was asked for does not count, nor do words in bytes that cannot be read: either is reason enough to judge a
    body as that dialect where nobody names one, and none to contradict whoever does.

    Args:
        beginning: As `dialect_of` takes it.
    """
    return next((names[0] for names in _speakers(beginning) if len(names) == 1), None)


def _speakers(beginning: bytes) -> Iterator[list[str]]:
    """The names of the dialects that can have a payload, for each payload that any can have."""
    for body in _payloads(beginning):
        if names := [one.name for one in dialects() if one.speaks(body)]:
            yield names


def _hinted(text: bytes) -> str | None:
    """The dialect whose words come first in bytes that cannot be read, or lack what their dialect is known by."""
    # Events without blank lines between them, JSON that is cut off, or an answer that is made by hand.
    found = min(
        ((at.start(), name) for name, words in _HINTS if (at := words.search(text)) is not None), default=None
    )
    if found is not None:
        return found[1]
    # An error and nothing else: OpenAI words it alike in both of its dialects.
    return "chat" if _ERROR.match(text.removeprefix(_BOM)) else None


def _path_of(url: str) -> str:
    """Path and query of a URL; of one that is broken, all of it."""
    try:
        parts = urlsplit(url)
    except ValueError:  # recordings that were made by hand hold anything
        return url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_lines(text: bytes) -> bool:
    first, _, rest = text.partition(b"\n")
    return bool(rest.strip()) and try_parse(first.strip())[0]


def _payloads(beginning: bytes) -> Iterator[Body]:
    """The first JSON objects of a body, whatever its shape."""
    bare = beginning.removeprefix(_BOM).strip()
    if bare[:1] == b"{":
        _, value = try_parse(bare)
        if isinstance(value, dict):
            yield value
    elif bare[:1] == b"[":
        for element in islice(ArrayDecoder(ENOUGH * 2).feed(bare[:ENOUGH]), _OPENING):
            _, value = try_parse(element.data)
            if isinstance(value, dict):
                yield value
    for event in _events(beginning[:ENOUGH]):
        texts = [event.data] if event.data else [payload.data for payload in bare_payloads(event)]
        for text in texts:
            _, value = try_parse(text)
            if isinstance(value, dict):
                yield value


def _events(beginning: bytes) -> Iterator[SseEvent]:
    decoder = Decoder(ENOUGH * 2, every_block=True)
    yield from decoder.feed(beginning)
    yield from decoder.finish()
