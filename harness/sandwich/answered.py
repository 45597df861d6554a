"""What a careful client makes of an answer before it goes on with the conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.cassettes.content_coding import CodingError, decoded_chunks
from harness.checking.exchanges import check_of
from harness.jsonvalue import try_parse
from harness.sse.decoder import Decoder
from harness.turn.reading import turn_of

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange
    from harness.translation.engine import InboundDialect


def whole_answer(inbound: InboundDialect, exchange: Exchange) -> dict[str, Any] | None:
    """The answer as it would have come whole; None where there is none to go on from.

    Args:
        inbound: The client's dialect.
        exchange: What it was answered, streamed or whole.
    """
    response = exchange.response
    if response is None or response.status >= 300:
        return None
    try:
        body = b"".join(one.data for one in decoded_chunks(response.headers, response.chunks))
    except CodingError:
        return None
    read, value = try_parse(body)
    if read and isinstance(value, dict):
        return value
    return _chat(exchange) if inbound == "chat" else _terminal(body)


def _terminal(body: bytes) -> dict[str, Any] | None:
    """The response of the last event that has one and ends the stream."""
    found: dict[str, Any] | None = None
    decoder = Decoder()
    for event in (*decoder.feed(body), *decoder.finish()):
        read, value = try_parse(event.data)
        if (
            read
            and isinstance(value, dict)
            and value.get("type") in {"response.completed", "response.incomplete"}
        ):
            given = value.get("response")
            found = given if isinstance(given, dict) else None
    return found


def _chat(exchange: Exchange) -> dict[str, Any] | None:
    """A completion with the message that the deltas amount to."""
    check = check_of(exchange, dialect="chat")
    if check is None:
        return None
    turn = turn_of("chat", check.case.stream)
    if not turn.choices:
        return None
    choice = turn.choices[0]
    message: dict[str, Any] = {"role": "assistant", "content": choice.text or None}
    if choice.calls:
        message["tool_calls"] = [
            _call(one.id or "", one.name, one.arguments, one.kind) for one in choice.calls
        ]
    if choice.reasoning:
        message["reasoning_content"] = choice.reasoning
    return {"choices": [{"index": 0, "message": message, "finish_reason": choice.native}]}


def _call(call_id: str, name: str, arguments: str, kind: str) -> dict[str, Any]:
    if kind == "custom":
        return {"id": call_id, "type": "custom", "custom": {"name": name, "input": arguments}}
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}
