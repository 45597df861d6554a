"""Made-up exchanges for tests of cassettes, and stand-ins for the redactor and the detector."""

# ruff: noqa: ARG002 - stand-ins keep the signatures of what they stand for

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from harness.cassettes.bodies import MemoryLines
from harness.cassettes.exchange import (
    Cassette,
    Chunk,
    Ending,
    Exchange,
    Headers,
    How,
    Redaction,
    Request,
    Response,
)
from harness.cassettes.reading import read_lines
from harness.cassettes.writing import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HEAD = {"schema": "llm-cassette/1", "tool": "harness test", "recorded": "2026-11-21T01:30:00Z"}
HEAD_LINE = b'{"k":"head","schema":"llm-cassette/1","part":{"first":0}}\n'
SSE: Headers = (("content-type", "text/event-stream"),)
EVENT = 'data: {"text":"grüße 👋"}\n\n'.encode()

times = st.integers(0, 10**9)
latin = st.text(st.characters(max_codepoint=255, blacklist_characters="\r\n"), max_size=12)
header_fields = st.lists(st.tuples(st.text("abc-", min_size=1, max_size=8), latin), max_size=4).map(tuple)
media = st.sampled_from(
    [
        "text/event-stream",
        "text/event-stream; charset=utf-8",
        "application/json",
        "text/html",
        "audio/mpeg",
        "",
    ]
)
encodings = st.sampled_from(["", "", "", "identity", "gzip", "br", "zstd"])
stream_texts = st.lists(
    st.sampled_from(
        ["data: ", "event: é", "\n", "\n\n", "\r\n", "\r", "👋", "{}", "\\n", '"', "\x00", "\ufeff"]
    ),
    max_size=30,
).map(lambda parts: "".join(parts).encode())
contents = st.one_of(stream_texts, st.binary(max_size=200))


@st.composite
def chunked(draw: st.DrawFn) -> tuple[Chunk, ...]:
    """A body cut anywhere, also inside characters, some chunks empty; times never go back."""
    body = draw(contents)
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=8)))
    bounds = [0, *cuts, len(body)]
    at = list(accumulate(draw(st.lists(st.integers(0, 10**6), min_size=len(bounds), max_size=len(bounds)))))
    pieces = [body[start:stop] for start, stop in pairwise(bounds)]
    return tuple(Chunk(*pair) for pair in zip(at, pieces, strict=False))


@st.composite
def responses(draw: st.DrawFn) -> Response:
    """A response whose body's type and encoding need not be true."""
    fields = draw(header_fields)
    if kind := draw(media):
        fields += (("Content-Type", kind),)
    if encoding := draw(encodings):
        fields += (("content-encoding", encoding),)
    return Response(
        draw(st.integers(100, 599)),
        fields,
        draw(chunked()),
        reason=draw(latin),
        http_version=draw(st.sampled_from(["HTTP/1.1", "HTTP/2"])),
        at_us=draw(times),
        trailers=draw(header_fields),
    )


requests = st.builds(
    Request,
    st.sampled_from(["GET", "POST"]),
    st.text(st.characters(blacklist_categories=["Cs"]), max_size=20).map("http://127.0.0.1/".__add__),
    header_fields,
    contents,
)
endings = st.builds(
    Ending,
    st.sampled_from(How),
    times,
    st.none() | st.just("RemoteProtocolError"),
    st.none() | st.text(st.characters(blacklist_categories=["Cs"]), max_size=20),
)
redactions = st.lists(
    st.builds(
        Redaction,
        st.sampled_from(["request.url", "response.body"]),
        st.sampled_from(["bearer", "OPENAI_API_KEY"]),
        st.integers(1, 9),
    ),
    max_size=2,
    unique_by=lambda it: (it.where, it.label),
).map(tuple)
exchanges = st.builds(Exchange, st.just(0), requests, st.none() | responses(), endings, times, redactions)
cassettes = st.lists(exchanges, max_size=4).map(
    lambda items: Cassette(HEAD, tuple(replace(item, index=index) for index, item in enumerate(items)))
)


def written(cassette: Cassette) -> bytes:
    """The file that a cassette becomes."""
    return b"".join(lines_of(cassette))


def sha256(data: bytes) -> str:
    """The hash of some bytes, as rows have it."""
    return hashlib.sha256(data).hexdigest()


def read(data: bytes, *, check_hash: bool = True) -> Cassette:
    """The cassette that a file holds."""
    return read_lines(MemoryLines(data), source="x.cassette.jsonl", check_hash=check_hash)


def loaded(cassette: Cassette) -> tuple[Exchange, ...]:
    """The exchanges with their bodies in memory, so that they can be compared."""
    return tuple(
        item
        if item.response is None
        else replace(item, response=replace(item.response, chunks=tuple(item.response.chunks)))
        for item in cassette.exchanges
    )


def exchange(*chunks: bytes, headers: Headers = SSE, how: How = How.COMPLETE, index: int = 0) -> Exchange:
    """A plain exchange with these chunks, a millisecond apart."""
    timed = tuple(Chunk(1_000 * place, data) for place, data in enumerate(chunks))
    request = Request("POST", "http://127.0.0.1/v1/responses", (("host", "127.0.0.1"),), b'{"stream":true}')
    return Exchange(index, request, Response(200, headers, timed, at_us=700), Ending(how, 9_000), 50)


def cassette(*items: Exchange) -> Cassette:
    """A cassette of these exchanges, numbered."""
    return Cassette(HEAD, tuple(replace(item, index=index) for index, item in enumerate(items)))


class HoldingBody:
    """A body redactor that hides nothing and holds back as much as it is told to."""

    decodes = False
    notes: tuple[str, ...] = ()
    redactions: tuple[Redaction, ...] = ()

    def __init__(self, holds: Iterable[int]) -> None:
        self._holds = iter(holds)
        self._held = b""

    def feed(self, data: bytes) -> bytes:
        """Give what need not be held."""
        data = self._held + data
        keep = min(next(self._holds, 0), len(data))
        self._held = data[len(data) - keep :]
        return data[: len(data) - keep]

    def finish(self) -> bytes:
        """Give the rest."""
        held, self._held = self._held, b""
        return held


class Holding:
    """A redactor that hides nothing; its bodies hold back as many bytes after each chunk as it is told to."""

    def __init__(self, holds: Sequence[int] = ()) -> None:
        self._holds = holds

    def knowing(self, request: Request) -> Holding:
        """Itself: it knows no secrets."""
        return self

    def request(self, request: Request) -> tuple[Request, tuple[Redaction, ...]]:
        """The request as it is."""
        return request, ()

    def headers(self, headers: Headers, where: str) -> tuple[Headers, tuple[Redaction, ...]]:
        """The fields as they are."""
        return headers, ()

    def text(self, text: str, where: str) -> tuple[str, tuple[Redaction, ...]]:
        """The text as it is."""
        return text, ()

    def body(self, headers: Headers, where: str) -> HoldingBody:
        """A body that is held back."""
        return HoldingBody(self._holds)


class Blind:
    """A detector that sees nothing."""

    def find(self, data: bytes) -> Sequence[Sighted]:
        """Nothing."""
        return ()


class Sighted:
    """One find of a detector."""

    def __init__(self, label: str, start: int, stop: int) -> None:
        self.label = label
        self.start = start
        self.stop = stop


class Watching:
    """A detector that sees one word."""

    def __init__(self, word: bytes) -> None:
        self._word = word

    def find(self, data: bytes) -> Sequence[Sighted]:
        """The first place of the word."""
        at = data.find(self._word)
        return () if at < 0 else [Sighted("word", at, at + len(self._word))]
