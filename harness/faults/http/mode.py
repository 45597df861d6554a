"""A stream and a whole answer in each other's place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.chat.chunk import calls, choices, delta, function, is_chunk, text, usage
from harness.faults.dialect import dialect_of
from harness.faults.event import encode, string, table
from harness.faults.fault import NO_RESPONSE, Fault
from harness.faults.mutation import Stream, request_of
from harness.faults.responses.items import terminal
from harness.faults.sync.body import document, with_body
from harness.faults.wire import no_events, no_text

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need


@dataclass(frozen=True, kw_only=True)
class StreamForWhole(Fault):
    """A whole JSON answer comes as a stream of one event, under the media type of streams."""

    name: ClassVar[str] = "stream_for_whole"
    example: ClassVar[str] = "stream_for_whole"
    breaks: ClassVar[tuple[str, ...]] = (
        "HTTP-MODE-001",
        "HTTP-CT-002",
        "RESP-ENV-001",
        "RESP-ENV-002",
        "RESP-LIFE-005",
        "CHAT-OBJ-001",
        "CHAT-ROLE-001",
        "CHAT-DELTA-001",
        "CHAT-FIN-006",
        "UP-END-001",
    )
    needs: ClassVar[tuple[Need, ...]] = ("request",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a whole answer without an error."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_text(exchange.response):
            return why
        if exchange.response.status >= 400:
            return f"the status is {exchange.response.status}"
        if request_of(exchange).get("stream") is True:
            return "the request asks for a stream"
        return None if document(exchange) else "the answer is no JSON object"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with its body as an event."""
        if self.obstacle(exchange) is not None:
            return exchange
        end = b"data: [DONE]\n\n" if dialect_of(exchange.request.url) == "chat" else b""
        body = b"data: " + encode(document(exchange)) + b"\n\n" + end
        return with_body(exchange, body, content_type="text/event-stream")


@dataclass(frozen=True, kw_only=True)
class WholeForStream(Fault):
    """A stream comes as one JSON document: a chat completion with its text and calls, or the final response."""

    name: ClassVar[str] = "whole_for_stream"
    example: ClassVar[str] = "whole_for_stream"
    breaks: ClassVar[tuple[str, ...]] = ("HTTP-MODE-002", "HTTP-CT-001", "CHAT-SYNC-004")
    needs: ClassVar[tuple[Need, ...]] = ("request",)

    def obstacle(self, exchange: Exchange) -> str | None:
        """There must be a stream of Chat Completions or Responses that comes to an end."""
        if exchange.response is None:
            return NO_RESPONSE
        if why := no_events(exchange.response):
            return why
        if request_of(exchange).get("stream") is not True:
            return "the request does not ask for a stream"
        return None if folded(exchange) else "the stream does not amount to an answer"

    def apply(self, exchange: Exchange) -> Exchange:
        """The exchange with its stream as one document."""
        if self.obstacle(exchange) is not None:
            return exchange
        return with_body(exchange, encode(folded(exchange)), content_type="application/json")


def folded(exchange: Exchange) -> Json:
    """What a stream amounts to; empty where it comes to no end."""
    if exchange.response is None:
        return {}
    first: Json = {}
    counts: Json | None = None
    messages: dict[str, Json] = {}
    for event in Stream(exchange.response.chunks, exchange, -1):
        if terminal(event.value):
            return terminal(event.value)
        if is_chunk(event.value):
            first = first or event.value
            counts = usage(event.value) or counts
            for choice in choices(event.value):
                _fold(messages.setdefault(repr(choice.get("index")), {}), choice)
    done = [one for one in messages.values() if one["finish_reason"]]
    if not done:
        return {}
    head = {name: first.get(name) for name in ("id", "created", "model")}
    whole = {**head, "object": "chat.completion", "choices": done}
    return whole if counts is None else {**whole, "usage": counts}


def _fold(made: Json, choice: Json) -> None:
    """Add a choice of a chunk to what it has become so far."""
    if not made:
        message = {"role": "assistant", "content": None, "refusal": None}
        made.update(index=choice.get("index"), message=message, finish_reason=None)
    made["finish_reason"] = made["finish_reason"] or choice.get("finish_reason")
    message = made["message"]
    if text(choice):
        message["content"] = (message["content"] or "") + text(choice)
    if said := string(delta(choice).get("refusal")):
        message["refusal"] = (message["refusal"] or "") + said
    if old := table(delta(choice).get("function_call")):
        whole = message.setdefault("function_call", {"name": "", "arguments": ""})
        for name in whole:
            whole[name] += string(old.get(name))
    for call in calls(choice):
        if "id" in call:
            entry = {name: call[name] for name in ("id", "type", "function", "custom") if name in call}
            message.setdefault("tool_calls", []).append(entry)
        elif message.get("tool_calls"):
            last = table(message["tool_calls"][-1].get("function"))
            last["arguments"] = string(last.get("arguments")) + string(function(call).get("arguments"))
