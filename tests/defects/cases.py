"""What the checks of known defects share: what upstreams say in a few words, and what a client hears of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Ending, Exchange, How, Request, Response
from harness.errors import RequestRefused
from harness.translation.engine import path_of, prepare
from harness.translation.ids import SeededMint
from harness.translation.relay import Relay
from tests.defects.heard import Heard

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from harness.translation.engine import InboundDialect, Prepared
    from harness.translation.manner import Manner
    from harness.translation.profiles import UpstreamDialect, UpstreamProfile

NOW = 1_790_000_000
DONE = b"data: [DONE]\n\n"

SAYS_HELLO: dict[str, Any] = {"role": "user", "content": "hello"}
WEATHER: dict[str, Any] = {
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
TOOLS: dict[str, list[dict[str, Any]]] = {
    "chat": [{"type": "function", "function": WEATHER}],
    "responses": [{"type": "function", **WEATHER}],
}
"""The same tool, as a client of each dialect declares it."""

USAGE: dict[str, Any] = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}


# -- what upstreams say


def sse(*payloads: object, named: bool = False) -> bytes:
    """An event each; `named` ones have their type before the data, as Responses and Anthropic have it."""
    events = []
    for payload in payloads:
        name = f"event: {payload['type']}\n" if named and isinstance(payload, dict) else ""
        events.append(f"{name}data: {json.dumps(payload, ensure_ascii=False)}\n\n")
    return "".join(events).encode()


def chunk(
    delta: Mapping[str, Any] | None = None, finish: str | None = None, *, index: int = 0, **more: Any
) -> dict[str, Any]:
    """A chunk of Chat with one choice; members of the chunk besides are given by name."""
    choice = {"index": index, "delta": dict(delta or {}), "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-upstream",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [choice],
        **more,
    }


def says(content: str, **more: Any) -> dict[str, Any]:
    """A chunk of Chat with text."""
    return chunk({"content": content}, **more)


def role(*, index: int = 0) -> dict[str, Any]:
    """The first chunk of Chat."""
    return chunk({"role": "assistant", "content": "", "refusal": None}, index=index)


def counts(usage: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The last chunk of Chat, with the usage."""
    return chunk(choices=[], usage=dict(USAGE if usage is None else usage))


def calls(*fragments: Mapping[str, Any]) -> dict[str, Any]:
    """A chunk of Chat with fragments of calls."""
    return chunk({"tool_calls": [dict(one) for one in fragments]})


def call(
    arguments: str = '{"city":"Rome"}', *, index: int = 0, call_id: str = "call_up", name: str = "weather"
) -> dict[str, Any]:
    """A fragment of Chat that is a whole call."""
    return {
        "index": index,
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def completion(
    message: Mapping[str, Any], finish: str = "stop", *, usage: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A whole answer of Chat with one choice; without `usage` it tells none."""
    told = {"role": "assistant", "content": None, "refusal": None, **message}
    body = {
        "id": "chatcmpl-upstream",
        "object": "chat.completion",
        "created": 1_700_000_000,
        "model": "m",
        "choices": [{"index": 0, "message": told, "logprobs": None, "finish_reason": finish}],
        **more,
    }
    return body if usage is None else {**body, "usage": dict(usage)}


def candidate(*parts: Mapping[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    """An event of Gemini with one candidate; members of the event besides are given by name."""
    one: dict[str, Any] = {"index": 0}
    if parts:
        one["content"] = {"role": "model", "parts": [dict(part) for part in parts]}
    if finish is not None:
        one["finishReason"] = finish
    return {"candidates": [one], "responseId": "gemini-id", "modelVersion": "gemini-x", **more}


GEMINI_USAGE: dict[str, Any] = {"promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5}


# -- what a client hears


def hear(
    *pieces: bytes,
    source: UpstreamDialect = "chat",
    target: InboundDialect = "chat",
    request: Mapping[str, Any] | None = None,
    profile: UpstreamProfile | str | None = None,
    manner: Manner | None = None,
    how: How = How.COMPLETE,
    status: int = 200,
    kind: str = "",
    now: Callable[[], int] = lambda: NOW,
    seed: bytes = b"defects",
    finishes: bool = True,
) -> Heard:
    """Ask an upstream, which answers these bytes in these reads, and tell what the client hears.

    Args:
        pieces: The upstream's reads.
        source: What it speaks.
        target: What the client speaks.
        request: Members of the client's request beside the usual ones.
        profile: What is particular to the upstream.
        manner: How the answer is written.
        how: How the upstream's body ended.
        status: Of its answer.
        kind: Its content type; by default that of what the pieces look like.
        now: The clock.
        seed: Of ids.
        finishes: The body ends; otherwise it goes on with `Heard.go_on`.
    """
    asked = asks(target, request)
    prepared = prepare(
        target,
        asked,
        upstream=source,
        mint=SeededMint(seed),
        now=now,
        profile=profile,
        manner=manner,
    )
    stream = asked.get("stream") is True
    if not kind:
        kind = "application/json" if b"".join(pieces)[:1] == b"{" else "text/event-stream"
    head = (("content-type", kind),)
    url = "https://upstream.test/v1" + path_of(source, "m", stream=stream)
    upstream = Exchange(
        0,
        Request("POST", url, (("content-type", "application/json"),), json.dumps(prepared.body).encode()),
        Response(status, head),
        Ending(how),
    )
    heard = Heard(
        target=target,
        prepared=prepared,
        relay=Relay(prepared.session, target, stream=stream),
        upstream=upstream,
        request=asked,
    )
    heard.relay.respond(status, head)
    heard.go_on(*pieces, finishes=finishes, how=how)
    return heard


def asks(target: InboundDialect, request: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A client's request: a stream with usage, of hello, unless its members say otherwise; None leaves one out."""
    usual: dict[str, Any] = {"model": "m", "stream": True}
    if target == "chat":
        usual |= {"messages": [SAYS_HELLO], "stream_options": {"include_usage": True}}
    else:
        usual["input"] = "hello"
    asked = {**usual, **(request or {})}
    return {name: value for name, value in asked.items() if value is not None}


WHOLE: dict[str, Any] = {"stream": None, "stream_options": None}
"""For a client that wants no stream."""


def sends(
    upstream: UpstreamDialect,
    request: Mapping[str, Any],
    *,
    target: InboundDialect = "chat",
    profile: UpstreamProfile | str | None = None,
    manner: Manner | None = None,
) -> Prepared:
    """What an upstream is asked for a client's request.

    Raises:
        RequestRefused: It cannot be translated.
    """
    return prepare(
        target,
        asks(target, {**WHOLE, **request}),
        upstream=upstream,
        mint=SeededMint(b"defects"),
        now=lambda: NOW,
        profile=profile,
        manner=manner,
    )


def refusal_of(
    upstream: UpstreamDialect,
    request: Mapping[str, Any],
    *,
    target: InboundDialect = "chat",
    profile: UpstreamProfile | str | None = None,
) -> RequestRefused:
    """What a client is told whose request cannot be translated; it is wrong if it is translated all the same."""
    try:
        prepared = sends(upstream, request, target=target, profile=profile)
    except RequestRefused as refused:
        return refused
    raise AssertionError(f"this was not refused: {request}; sent was {prepared.body}")


def handles(patch: pytest.MonkeyPatch, owner: Any, handlers: Mapping[Any, Any]) -> None:
    """Put other methods into the table by which a writer, or what settles, takes increments of these types."""
    patch.setattr(owner, "_HANDLERS", {**owner._HANDLERS, **handlers})


def losses_of(prepared: Prepared) -> dict[str, str]:
    """The code of what was lost at each place of a request."""
    return {one.at: one.code for one in prepared.session.ledger.losses}
