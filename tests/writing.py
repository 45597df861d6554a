"""Writers of the translation engine at work on increments: what tests of them need."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.sse.decoder import Decoder
from harness.translation.ids import SeededMint
from harness.translation.manner import Manner
from harness.translation.session import Session
from harness.translation.writers.chat import ChatWriter
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.conversation import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.translation.profiles import UpstreamDialect
    from harness.translation.writers.writer import Writer
    from harness.turn.increments import Increment

Json = dict[str, Any]
NOW = 1_768_392_005
"""When sessions of tests take place."""

WRITERS: Mapping[str, Callable[[Session], Writer]] = {"chat": ChatWriter, "responses": ResponsesWriter}


def session_of(
    body: Mapping[str, Any] | None, upstream: UpstreamDialect = "anthropic", manner: Manner | None = None
) -> Session:
    """An exchange for that request, as far as writers look at it; None is a request that nobody knows."""
    request = None
    if body is not None:
        options = body.get("stream_options") or {}
        request = Request(
            dialect="chat" if "messages" in body else "responses",
            model=str(body.get("model", "m")),
            stream=bool(body.get("stream")),
            include_usage=bool(options.get("include_usage")),
            choices=body.get("n"),
            is_legacy="functions" in body,
            options={"include": body["include"]} if "include" in body else {},
        )
    return Session(
        mint=SeededMint(b"test"),
        now=lambda: NOW,
        upstream=upstream,
        manner=manner or Manner(),
        request=request,
        body=dict(body or {}),
    )


def written(writer: Writer, increments: Iterable[Increment]) -> bytes:
    """The stream that increments amount to."""
    return b"".join([writer.write(one) for one in increments])


def payloads(stream: bytes) -> list[Json]:
    """The JSON objects of a stream, without `[DONE]`."""
    return [json.loads(event.data) for event in Decoder().feed(stream) if event.data.startswith(b"{")]
