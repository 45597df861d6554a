"""Defects of a Chat client in how it read event streams; this engine, the client of an upstream, has none.

That client decoded every read for itself, split frames at one of three blank lines, and passed over what it could not
read.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from harness.jsonvalue import try_parse
from harness.sse.borders import WholeBlocks
from harness.sse.decoder import Decoder
from harness.translation.answering import Answering
from tests.defects.cases import (
    DONE,
    USAGE,
    chunk,
    counts,
    hear,
    role,
    says,
    sse,
)
from tests.defects.defect import Defect

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from harness.sse.event import SseEvent
    from tests.defects.heard import Heard

ENDS = (chunk({}, "stop"), counts())


# -- 003-D01: characters that the network cuts


def _d01_case() -> Heard:
    whole = sse(role(), says("Café ☃"), *ENDS) + DONE
    first = whole.index("é".encode()) + 1
    second = whole.index("☃".encode()) + 2
    return hear(whole[:first], whole[first:second], whole[second:])


def _d01_holds() -> None:
    assert _d01_case().text() == "Café ☃"
    single = sse(role(), says("Café ☃"), *ENDS) + DONE
    assert hear(*(single[at : at + 1] for at in range(len(single)))).text() == "Café ☃"


def _d01_breaks(patch: pytest.MonkeyPatch) -> None:
    feed = Answering.feed

    def lossily(self: Answering, data: bytes) -> bytes:
        return feed(self, data.decode("utf-8", "replace").encode())

    patch.setattr(Answering, "feed", lossily)


# -- 003-D02: line ends


def _d02_case(end: bytes = b"\r\n") -> Heard:
    return hear((sse(role(), says("hi"), *ENDS) + DONE).replace(b"\n", end))


def _d02_holds() -> None:
    for end in (b"\n", b"\r\n", b"\r"):
        heard = _d02_case(end)
        assert heard.text() == "hi"
        assert heard.is_done
    mixed = sse(role()) + sse(says("hi")).replace(b"\n", b"\r\n") + sse(*ENDS).replace(b"\n", b"\r") + DONE
    for at in range(len(mixed)):
        assert hear(mixed[:at], mixed[at:]).text() == "hi"


class _OnlyAtLineFeeds(WholeBlocks):
    """Knows one blank line of three."""

    take = WholeBlocks.take_plain

    def finish(self) -> tuple[bytes, bool]:
        return b"", True


def _d02_breaks(patch: pytest.MonkeyPatch) -> None:
    class Splitting(Decoder):
        def __init__(self, *, every_block: bool) -> None:
            super().__init__(every_block=every_block)
            self._blocks = _OnlyAtLineFeeds()
            self._pending = self._blocks.pending

    patch.setattr("harness.translation.answering.Decoder", Splitting)


# -- 003-D03: the last frame without its blank line


def _d03_case() -> Heard:
    return hear(sse(role(), says("hi"), chunk({}, "stop")).removesuffix(b"\n\n"))


def _d03_holds() -> None:
    heard = _d03_case()
    assert heard.finish() == "stop"
    assert heard.error is None
    assert heard.is_done
    assert "L216" in heard.codes
    unended = hear(sse(says("hi"), *ENDS) + b"data: [DONE]")
    assert unended.finish() == "stop"
    assert unended.payloads[-1]["usage"] == USAGE
    half = hear(sse(says("hi")) + b'data: {"choices":[{"index":0,"delta":{"content":" th')
    assert half.text() == "hi"
    assert half.error is not None


def _d03_breaks(patch: pytest.MonkeyPatch) -> None:
    class Forgetting(Decoder):
        def finish(self) -> Iterator[SseEvent]:
            return iter(())

    patch.setattr("harness.translation.answering.Decoder", Forgetting)


# -- 003-D04: data on several lines


def _d04_case() -> Heard:
    spread = json.dumps(says("one two"), indent=1).encode().replace(b"\n", b"\ndata: ")
    return hear(sse(role()) + b"data: " + spread + b"\n\n" + sse(*ENDS) + DONE)


def _d04_holds() -> None:
    heard = _d04_case()
    assert heard.text() == "one two"
    assert heard.finish() == "stop"


def _d04_breaks(patch: pytest.MonkeyPatch) -> None:
    event = Answering._event

    def line_by_line(self: Answering, one: SseEvent) -> bytes:
        lines = one.data.split(b"\n")
        if len(lines) == 1:
            return event(self, one)
        read = [replace(one, data=line) for line in lines if try_parse(line)[0]]
        return b"".join([event(self, each) for each in read])

    patch.setattr(Answering, "_event", line_by_line)


# -- 003-D05: fields, and the byte order mark


def _d05_case() -> Heard:
    return hear(b"\xef\xbb\xbf" + sse(says("one "), says("two"), *ENDS) + DONE)


def _d05_holds() -> None:
    assert _d05_case().text() == "one two"
    comment = b": data: nothing\nid: 7\nretry: 10\nevent: message\n"
    assert hear(comment + sse(says("one "), says("two"), *ENDS) + DONE).text() == "one two"
    blank = b" " + sse(says("zero"))  # a field whose name begins with a blank is none that anybody knows
    assert hear(blank + sse(says("one"), *ENDS) + DONE).text() == "one"
    named = b"event: error\n" + sse({"message": "full", "type": "server_error"})
    failed = hear(sse(says("one")) + named)
    assert failed.error is not None
    assert failed.error.message == "full"


def _d05_breaks(patch: pytest.MonkeyPatch) -> None:
    class WithMark(Decoder):
        def __init__(self, *, every_block: bool) -> None:
            super().__init__(every_block=every_block)
            self._first = None

    patch.setattr("harness.translation.answering.Decoder", WithMark)


DEFECTS = [
    Defect(
        "003-D01",
        "A character that is cut between two reads becomes two replacement characters.",
        _d01_holds,
        _d01_breaks,
        "XLAT-TEXT-001",
        lambda: _d01_case().rules(),
    ),
    Defect(
        "003-D02",
        "Streams whose lines end with a carriage return are never split into events.",
        _d02_holds,
        _d02_breaks,
        "XLAT-FIN-001",
        lambda: _d02_case().rules(),
    ),
    Defect("003-D03", "A last event without its blank line is lost.", _d03_holds, _d03_breaks),
    Defect(
        "003-D04",
        "Each line of data is parsed alone.",
        _d04_holds,
        _d04_breaks,
        "XLAT-TEXT-001",
        lambda: _d04_case().rules(),
    ),
    Defect(
        "003-D05",
        "A byte order mark costs the first event, and other fields are not known.",
        _d05_holds,
        _d05_breaks,
        "XLAT-TEXT-001",
        lambda: _d05_case().rules(),
    ),
]
