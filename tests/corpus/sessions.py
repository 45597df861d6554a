"""The sessions of the corpus as exchanges: streams with the chunks and times that were kept, and whole answers."""

from __future__ import annotations

import gzip
import json
import random
import re
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import brotli
import httpx
import zstandard

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path


HEAD = {"schema": "llm-cassette/1", "tool": "harness test", "recorded": "2026-11-21T01:30:00Z"}


ENDINGS = {
    How.COMPLETE: Ending(How.COMPLETE, 9),
    How.SERVER_CUT: Ending(
        How.SERVER_CUT,
        9,
        "RemoteProtocolError",
        "peer closed connection without sending complete message body",
    ),
    How.RESET: Ending(How.RESET, 9, "ReadError", "[Errno 104] Connection reset by peer"),
    How.TIMEOUT: Ending(How.TIMEOUT, 9, "ReadTimeout", "timed out"),
    How.CLIENT_CLOSE: Ending(How.CLIENT_CLOSE, 9),
    How.CANCELLED: Ending(How.CANCELLED, 9, "CancelledError"),
    How.RECORDER_CRASH: Ending(How.RECORDER_CRASH, 9),
}


COMPRESS = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


HOP = {"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"}
"""Fields that told of the body as another recorder had it."""


@dataclass(frozen=True)
class Real:
    """One session of the corpus: what was asked, what was answered, and how the answer was read."""

    name: str
    request: Request
    head: Response
    body: bytes
    sizes: tuple[int, ...]

    def exchange(self, how: How = How.COMPLETE, encoding: str | None = None) -> Exchange:
        """The exchange, in its real reads, or in seeded cuts where those are not known or the body is compressed."""
        body, fields = self.body, self.head.headers
        if encoding is not None:
            body, fields = COMPRESS[encoding](body), (*fields, ("Content-Encoding", encoding))
        sizes = self.sizes if self.sizes and encoding is None else seeded_cuts(self.name, body)
        bounds = [0, *accumulate(sizes)]
        chunks = tuple(
            Chunk(place * 7, body[start:stop]) for place, (start, stop) in enumerate(pairwise(bounds))
        )
        ending = ENDINGS[how]
        return Exchange(0, self.request, replace(self.head, headers=fields, chunks=chunks), ending)


def seeded_cuts(seed: str, body: bytes) -> tuple[int, ...]:
    """Lengths of chunks that make up a body: cut anywhere, and inside its first character of several bytes."""
    draw = random.Random(seed)
    count = min(draw.choice((0, 1, 5, 40)), max(len(body) - 1, 0))
    cuts = set(draw.sample(range(1, len(body)), count)) if count else set()
    inside = next((at for at, byte in enumerate(body) if 0x80 <= byte < 0xC0), None)
    cuts |= {inside} if inside else set()
    return tuple(stop - start for start, stop in pairwise([0, *sorted(cuts), len(body)]) if stop > start)


def fields_of(members: dict[str, list[str]] | None) -> tuple[tuple[str, str], ...]:
    """Header fields of a corpus file, without those that describe another wire."""
    return tuple(
        (name, value.encode("utf-8").decode("latin-1"))
        for name, values in (members or {}).items()
        if name.lower() not in HOP
        for value in values
    )


def sent(method: str, url: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Request:
    """A request as a client writes it: with a host, a length, and no `<NAME>` where a host was edited out."""
    built = httpx.Request(
        method, re.sub(r"<(\w+)>", lambda name: name[1].lower(), url), headers=list(headers), content=body
    )
    fields = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in built.headers.raw)
    return Request(method, str(built.url), fields, body)


def streams(corpus: Path) -> Iterable[Real]:
    """Every stream."""
    for line in (corpus / "index.jsonl").read_text(encoding="utf-8").splitlines():
        name = json.loads(line)["file"]
        about = json.loads((corpus / name).with_suffix(".json").read_text(encoding="utf-8"))
        query = f"?{about['query']}" if about["query"] else ""
        body = (corpus / name).read_bytes()
        sizes = tuple(about["chunk_sizes"] or ())
        yield Real(
            name,
            sent(
                about["method"],
                f"https://{about['host'] or 'unknown.example'}/{(about['path'] or '').lstrip('/')}{query}",
                (*fields_of(about["request_headers_redacted"]), ("x-corpus", name)),
                b"" if about["request_body"] is None else compact(about["request_body"]).encode(),
            ),
            Response(about["status"], fields_of(about["response_headers"]), reason="OK"),
            body,
            sizes if sum(sizes) == len(body) and all(sizes) else (),
        )


def answers(corpus: Path) -> Iterable[Real]:
    """Every whole answer."""
    for line in (corpus / "index_sync.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        about = json.loads((corpus / row["file"]).read_text(encoding="utf-8"))
        yield Real(
            row["file"],
            sent(
                "POST",
                f"https://{row['host'] or 'unknown.example'}/{row['dialect']}",
                (("content-type", "application/json"), ("x-corpus", row["file"])),
                b"" if about["request"] is None else compact(about["request"]).encode(),
            ),
            Response(about["status"], (("Content-Type", "application/json"),), reason="OK"),
            compact(about["response"]).encode(),
            (),
        )


def sample(sessions: Sequence[Real], count: int, seed: int) -> list[Real]:
    """Some sessions, always the same, none of them huge."""
    return random.Random(seed).sample([real for real in sessions if len(real.body) < 60_000], count)
