"""The stream of Gemini's API without `alt=sse`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from harness.cassettes.exchange import Request
from harness.sandwich.arrayed import Arrayed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.io.server.responder import Responder

EVENTS = [b'data: {"a":"\xc3\xa9\xe2\x80\xa8"}\r\n\r\n', b'data: {"b":2}\r\n\r\n']
REQUEST = Request("POST", "http://127.0.0.1/v1beta/models/m:streamGenerateContent", (), b"{}")


class Written:
    """Keeps what a responder is told to write."""

    on_disconnect: Callable[[], None] | None = None

    def __init__(self) -> None:
        self.headers: tuple[tuple[str, str], ...] = ()
        self.chunks: list[bytes] = []
        self.end = ""

    def start(self, status: int, reason: str, headers: Iterable[tuple[str, str]]) -> None:
        """Its head."""
        del status, reason
        self.headers = tuple(headers)

    def write_many(self, parts: Iterable[bytes]) -> None:
        """Chunks."""
        self.chunks += parts

    def finish(self, trailers: object = ()) -> None:
        """The end."""
        del trailers
        self.end = "finished"

    def cut(self) -> None:
        """An end that is none."""
        self.end = "cut"


def written(parts: list[bytes], kind: str = "text/event-stream", *, cut: bool = False) -> Written:
    """What comes out of these chunks."""
    told = Written()
    arrayed = Arrayed(cast("Responder", told), REQUEST, 0.0)
    arrayed.start(200, "OK", (("content-type", kind),))
    arrayed.write_many(parts)
    if cut:
        arrayed.cut()
    else:
        arrayed.finish()
    assert arrayed.exchange.response is not None
    assert arrayed.exchange.response.body() == b"".join(told.chunks)
    return told


def test_events_become_the_elements_of_an_array() -> None:
    """One chunk for each, and one for its end."""
    told = written(EVENTS)
    assert json.loads(b"".join(told.chunks)) == [{"a": "é\u2028"}, {"b": 2}]
    assert len(told.chunks) == 3
    assert dict(told.headers) == {"content-type": "application/json; charset=UTF-8"}


def test_it_does_not_matter_how_events_are_cut_into_chunks() -> None:
    """Faults cut them inside characters."""
    whole = b"".join(written(EVENTS).chunks)
    pieces = [bytes([one]) for one in b"".join(EVENTS)]
    assert b"".join(written(pieces).chunks) == whole


def test_an_array_that_is_cut_has_no_end() -> None:
    """As the connection that it came over."""
    told = written([EVENTS[0], EVENTS[1][:9]], cut=True)
    assert b"".join(told.chunks) == '[{"a":"é\u2028"}\n,\r\n{"b'.encode()
    assert told.end == "cut"


def test_what_is_no_stream_of_events_passes_as_it_is() -> None:
    """An error, a page, or nothing."""
    assert written([b"<html>\n\n</html>"], "text/html").chunks == [b"<html>\n\n</html>"]
    assert written([]).chunks == []
