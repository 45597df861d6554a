"""Conforming Chat Completions streams, written by hand, that together hold all that a fault can break."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.exchanging import Json, exchange, line

if TYPE_CHECKING:
    from harness.cassettes.exchange import Exchange

TOOLS: list[Json] = [{"type": "function", "function": {"name": "add", "parameters": {}}}]


def chat(*choices: list[Json], usage: Json | None = None, error: bool = False, **request: Any) -> Exchange:
    """A Chat Completions stream with a chunk for each list of choices."""
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_750_000_000, "model": "m"}
    head["system_fingerprint"] = "fp_1"
    values: list[Json] = [{**head, "choices": one} for one in choices]
    if usage is not None:
        values = [{**value, "usage": None} for value in values]
        values.append({**head, "choices": [], "usage": usage})
        request["stream_options"] = {"include_usage": True}
    if error:
        values.append({"error": {"message": "no", "type": "server_error", "param": None, "code": None}})
    pieces = [b"data: " + line(value) + b"\n\n" for value in values]
    body = {"model": "m", "messages": [], "stream": True, **request}
    return exchange("chat/completions", body, [*pieces, b"data: [DONE]\n\n"])


def choice(delta: Json, finish: str | None = None, index: int = 0, logprobs: Json | None = None) -> Json:
    """One choice of a chunk."""
    return {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": finish}


def fragment(index: int, arguments: str, **opening: str) -> Json:
    """A delta with a fragment of a tool call; `id` and `name` where it opens one."""
    function: Json = {"name": opening["name"]} if opening else {}
    call: Json = {"index": index, **({"id": opening["id"], "type": "function"} if opening else {})}
    return {"tool_calls": [{**call, "function": {**function, "arguments": arguments}}]}


def _logprob(token: str) -> Json:
    entry = {"token": token, "logprob": -0.5, "bytes": list(token.encode()), "top_logprobs": []}
    return {"content": [entry], "refusal": None}


ROLE: Json = {"role": "assistant", "content": "", "refusal": None}
USAGE: Json = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "total_tokens": 12,
    "prompt_tokens_details": {"cached_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
}
OPENS: Json = {**ROLE, "content": None, **fragment(0, "", id="call_1", name="add")}
SECOND = fragment(1, "", id="call_2", name="add")
TWO_CALLS: list[list[Json]] = [
    [choice(OPENS)],
    [choice(fragment(0, '{"a"'))],
    [choice(fragment(0, ":1}"))],
    [choice(SECOND)],
    [choice(fragment(1, '{"a":2}'))],
    [choice({}, "tool_calls")],
]

CHAT = {
    "text": chat(
        [choice(ROLE)],
        [choice({"content": "Hi"})],
        [choice({"content": " you"})],
        [choice({}, "stop")],
        usage=USAGE,
        tools=TOOLS,
        stop=["END"],
    ),
    "plain": chat([choice(ROLE)], [choice({"content": "Hi"})], [choice({}, "stop")]),
    "no_calls": chat(
        [choice(ROLE)], [choice({"content": "Hi"})], [choice({}, "stop")], tools=TOOLS, tool_choice="none"
    ),
    "logprobs": chat(
        [choice(ROLE)],
        [choice({"content": "Hi"}, logprobs=_logprob("Hi"))],
        [choice({}, "stop")],
        logprobs=True,
    ),
    "calls": chat(*TWO_CALLS, usage=USAGE, tools=TOOLS),
    "forced": chat(
        *TWO_CALLS[:3], TWO_CALLS[-1], tools=TOOLS, tool_choice="required", parallel_tool_calls=False
    ),
    "cut": chat(
        [choice(ROLE)], [choice({"content": "Hi"})], [choice({}, "length")], usage=USAGE, max_tokens=3
    ),
    "two": chat(
        [choice(ROLE)],
        [choice(ROLE, index=1)],
        [choice({"content": "A"})],
        [choice({"content": "B"}, index=1)],
        [choice({}, "stop")],
        [choice({}, "stop", index=1)],
        n=2,
    ),
    "reasoning": chat(
        [choice({**ROLE, "reasoning_content": "Hm"})],
        [choice({"reasoning_content": "."})],
        [choice({"content": "Hi"})],
        [choice({}, "stop")],
    ),
    "audio": chat(
        [choice({**ROLE, "audio": {"id": "audio_1"}})],
        [choice({"audio": {"data": "AAAA"}})],
        [choice({"audio": {"data": "AAAA"}})],
        [choice({"audio": {"expires_at": 1}})],
        [choice({}, "stop")],
    ),
    "failed": chat([choice(ROLE)], [choice({"content": "Hi"})], error=True),
}
