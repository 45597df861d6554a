"""Defects of a Chat endpoint in front of a Gemini backend, none of which is in this engine.

That gateway polled its backend for the text so far, kept what it captured in stores that all requests shared, and told
every end as `stop`.
"""

from __future__ import annotations

import itertools
import re
import secrets
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from harness.cassettes.exchange import How
from harness.gateway.exchange import Exchange
from harness.gateway.limits import Limits
from harness.translation.engine import prepare
from harness.translation.readers import gemini_ends
from harness.translation.readers.chat_calls import Calls
from harness.translation.readers.responses_items import Items
from harness.translation.requests import (
    from_chat,
    from_chat_messages,
    from_chat_parts,
    from_chat_tools,
    to_gemini,
)
from harness.translation.requests.wishes import Wishes
from harness.translation.settling import Settling
from harness.translation.writers.chat import ChatWriter
from harness.translation.writers.chat_choice import Choice
from harness.turn.conversation import CallPart, ResultPart, TextPart
from harness.turn.increments import Eof, Error, Finish, TextDelta, TextStart, ToolStart, Usage
from tests.defects.cases import (
    DONE,
    GEMINI_USAGE,
    SAYS_HELLO,
    TOOLS,
    USAGE,
    WHOLE,
    call,
    calls,
    candidate,
    chunk,
    completion,
    counts,
    handles,
    hear,
    losses_of,
    refusal_of,
    role,
    says,
    sends,
    sse,
)
from tests.defects.defect import Defect
from tests.gatewaying import CHAT, body_of, error_in, gateway, heads_and_hangs, talks, wire

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    import pytest

    from harness.translation.engine import Prepared
    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Message, Part, Request
    from harness.turn.increments import Increment
    from tests.defects.cases import Heard

WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}


# -- 000-D01: the time of creation


def _d01_case() -> Heard:
    clock = itertools.count(100)
    events = [candidate({"text": "hel"}), candidate({"text": "lo"}), candidate(finish="STOP")]
    return hear(*map(sse, events), source="gemini", now=lambda: next(clock))


def _d01_holds() -> None:
    heard = _d01_case()
    assert heard.text() == "hello"
    assert len({one["created"] for one in heard.payloads}) == 1
    upstreams = [chunk({"content": "a"}), chunk({"content": "b"}, created=1_700_000_001), chunk({}, "stop")]
    assert {one["created"] for one in hear(sse(*upstreams), DONE).payloads} == {1_700_000_000}


def _d01_breaks(patch: pytest.MonkeyPatch) -> None:
    write = ChatWriter.write

    def stamped(self: ChatWriter, increment: Increment) -> bytes:
        stamp = b'"created":%d' % self._session.now()
        return re.sub(rb'"created":\d+', stamp, write(self, increment))

    patch.setattr(ChatWriter, "write", stamped)


# -- 000-D02: the usage of a stream


def _d02_case() -> Heard:
    return hear(sse(says("hi"), chunk({}, "stop"), counts()), DONE)


def _d02_holds() -> None:
    heard = _d02_case()
    *others, last = heard.payloads
    assert last["choices"] == []
    assert last["usage"] == USAGE
    assert all(one["usage"] is None for one in others)
    assert heard.is_done
    from_gemini = hear(
        sse(candidate({"text": "hi"}, finish="STOP", usageMetadata=GEMINI_USAGE)), source="gemini"
    )
    assert from_gemini.payloads[-1]["usage"] == USAGE


def _d02_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(from_chat, "_stream_options", lambda *_, **__: None)


# -- 000-D03 and D04: what a timeout is told as


def _d03_case() -> Heard:
    return hear(sse(role()), how=How.TIMEOUT)


def _d03_holds() -> None:
    heard = _d03_case()
    assert heard.status == 504
    assert heard.whole["error"]["code"] == "upstream_timeout"
    limits = Limits(first_byte=0.1, idle=0.1)
    with gateway(heads_and_hangs, limits=limits, retries=0) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=5)
    assert answer.status_code == 504
    assert error_in(answer)["code"] == "upstream_timeout"


def _d03_breaks(patch: pytest.MonkeyPatch) -> None:
    def excused(self: ChatWriter, one: Error) -> bytes:
        choice = self._choice(0)
        text = TextDelta(src=one.src, ref=-1, text="[Timeout waiting for response]")
        return choice.text_delta(text) + choice.ends(Finish(reason="stop"))

    handles(patch, ChatWriter, {Error: excused})


def _d04_case() -> Heard:
    return hear(sse(role(), says("par")), how=How.TIMEOUT)


def _d04_holds() -> None:
    heard = _d04_case()
    assert heard.text() == "par"
    assert heard.finish() is None
    assert "error" in heard.payloads[-1]
    assert not heard.is_done


def _d04_breaks(patch: pytest.MonkeyPatch) -> None:
    def ended(self: ChatWriter, one: Error) -> bytes:
        del one
        return b"".join([choice.ends(Finish(reason="stop")) for choice in self._choices.values()])

    handles(patch, ChatWriter, {Error: ended})


# -- 000-D05: an answer without text


def _d05_case() -> Heard:
    return hear(sse(role(), chunk({}, "stop"), counts()), DONE)


def _d05_holds() -> None:
    heard = _d05_case()
    assert heard.error is None
    assert heard.text() == ""
    assert heard.finish() == "stop"
    assert heard.is_done
    empty = hear(sse(candidate(finish="STOP", usageMetadata=GEMINI_USAGE)), source="gemini")
    assert empty.finish() == "stop"


def _d05_breaks(patch: pytest.MonkeyPatch) -> None:
    settle = Settling._finish
    heard: set[int] = set()
    text = Settling.settle

    def noting(self: Settling, increment: Increment) -> Iterable[Increment]:
        if isinstance(increment, TextDelta):
            heard.add(id(self))
        return text(self, increment)

    def with_text(self: Settling, one: Finish) -> Iterable[Increment]:
        return settle(self, one) if id(self) in heard else ()

    patch.setattr(Settling, "settle", noting)
    handles(patch, Settling, {Finish: with_text})


# -- 000-D06: a call that comes after the end was seen


def _d06_case() -> Heard:
    events = [says("I'll call"), chunk({}, "stop"), calls(call()), counts()]
    return hear(sse(*events), DONE, request=WITH_TOOLS)


def _d06_holds() -> None:
    heard = _d06_case()
    assert heard.text() == "I'll call"
    assert heard.calls() == [("call_up", "weather", '{"city":"Rome"}')]
    assert heard.finish() == "tool_calls"
    late = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}}
    from_gemini = hear(
        sse(candidate({"text": "I'll call"}, finish="STOP"), candidate(late, finish="STOP")),
        source="gemini",
        request=WITH_TOOLS,
    )
    assert [one[1:] for one in from_gemini.calls()] == [("weather", '{"city":"Rome"}')]
    assert from_gemini.finish() == "tool_calls"


def _d06_breaks(patch: pytest.MonkeyPatch) -> None:
    settle = Settling.settle

    def until_finish(self: Settling, increment: Increment) -> Iterable[Increment]:
        if increment.choice in self._finishes and not isinstance(increment, Finish | Usage | Eof | Error):
            return ()
        return settle(self, increment)

    patch.setattr(Settling, "settle", until_finish)


# -- 000-D07: calls in a whole answer


def _d07_case() -> Heard:
    answer = completion({"tool_calls": [call()]}, "tool_calls", usage=USAGE)
    del answer["choices"][0]["message"]["tool_calls"][0]["index"]
    return hear(msgspec.json.encode(answer), request={**WHOLE, **WITH_TOOLS})


def _d07_holds() -> None:
    whole = _d07_case()
    folded = hear(
        sse(calls(call()), chunk({}, "tool_calls"), counts()), DONE, request={**WHOLE, **WITH_TOOLS}
    )
    for heard in (whole, folded):
        assert heard.calls() == [("call_up", "weather", '{"city":"Rome"}')]
        assert heard.finish() == "tool_calls"
        assert heard.whole["choices"][0]["message"]["content"] is None


def _d07_breaks(patch: pytest.MonkeyPatch) -> None:
    whole = Choice.whole

    def text_only(self: Choice, index: int) -> dict[str, Any]:
        told = whole(self, index)
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self.text), "refusal": None}
        return {**told, "message": message, "finish_reason": "stop"}

    patch.setattr(Choice, "whole", text_only)


# -- 000-D08 and D09: text that is told again as a whole


def _rewritten(said: str, again: str) -> Heard:
    """A stream of Responses whose `done` events tell the text in other words than its deltas."""
    message = {"type": "message", "id": "msg_1", "role": "assistant"}
    place = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    part = {"type": "output_text", "text": again, "annotations": []}
    item = {**message, "status": "completed", "content": [part]}
    response = {"id": "resp_1", "object": "response", "created_at": 1_700_000_000, "model": "m"}
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**response, "status": "in_progress", "output": []}},
        {
            "type": "response.output_item.added",
            "output_index": 0,
            "item": {**message, "status": "in_progress", "content": []},
        },
        {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **place, "delta": one, "logprobs": []} for one in said),
        {"type": "response.output_text.done", **place, "text": again, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**response, "status": "completed", "output": [item]}},
    ]
    numbered = [{**one, "sequence_number": number} for number, one in enumerate(events)]
    return hear(sse(*numbered, named=True), source="responses")


def _d08_holds() -> None:
    heard = _rewritten("Hello wrld", "Hello world!")
    assert heard.text() == "Hello wrld"
    assert "L217" in heard.codes
    repeated = chunk({"content": "Hello wrld"}, choices=[
        {"index": 0, "delta": {}, "message": {"role": "assistant", "content": "Hello world!"},
         "logprobs": None, "finish_reason": "stop"},
    ])  # fmt: skip
    chat = hear(sse(says("Hello wrld"), repeated), DONE)
    assert chat.text() == "Hello wrld"
    assert "L217" in chat.codes


def _d08_breaks(patch: pytest.MonkeyPatch) -> None:
    def rest(self: Items, said: Any, whole: object, final: str | None, src: int) -> tuple[str, str | None]:
        del self, src
        before = said.text
        if not isinstance(whole, str) or whole in (before, final):
            return "", final
        return whole.removeprefix(before), whole

    patch.setattr(Items, "_rest", rest)


def _d09_holds() -> None:
    heard = _rewritten("naïve · ", "naïve · ☃ in the snow")
    assert heard.text() == "naïve · ☃ in the snow"
    assert _rewritten("naïf", "naïveté").text() == "naïf"


def _d09_breaks(patch: pytest.MonkeyPatch) -> None:
    def rest(self: Items, said: Any, whole: object, final: str | None, src: int) -> tuple[str, str | None]:
        del self, src
        before = said.text.encode()
        if not isinstance(whole, str) or whole in (said.text, final):
            return "", final
        return whole[len(before) :], whole

    patch.setattr(Items, "_rest", rest)


# -- 000-D10: finish reasons


def _d10_case() -> Heard:
    event = candidate({"text": "one two"}, finish="MAX_TOKENS", usageMetadata=GEMINI_USAGE)
    return hear(sse(event), source="gemini")


def _d10_holds() -> None:
    assert _d10_case().finish() == "length"
    for native, told in (("SAFETY", "content_filter"), ("RECITATION", "content_filter"), ("STOP", "stop")):
        assert hear(sse(candidate({"text": "a"}, finish=native)), source="gemini").finish() == told


def _d10_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gemini_ends, "_FINISHES", {"STOP": "stop"})


# -- 000-D11: tools of another request


def _d11_holds() -> None:
    """A's first attempt fails; while it waits, B is answered; A's second attempt still has A's tools."""
    later = threading.Event()
    asked: list[dict[str, Any]] = []

    def script(connection: socket.socket, request: bytes) -> None:
        body = body_of(request)
        asked.append(body)
        if body["model"] == "a" and not later.is_set():
            later.set()
            connection.sendall(wire(503, {"error": {"message": "full"}}, "retry-after-ms: 300"))
        else:
            talks(connection, request)

    with gateway(script) as server:
        url = f"{server.base_url}/chat/completions"
        first = threading.Thread(
            target=lambda: httpx.post(url, json={**CHAT, "model": "a", **WITH_TOOLS}, timeout=5)
        )
        first.start()
        assert later.wait(5)
        assert httpx.post(url, json={**CHAT, "model": "b"}, timeout=5).status_code == 200
        first.join(5)
    assert [one["model"] for one in asked] == ["a", "b", "a"]
    assert [one.get("tools") for one in asked] == [TOOLS["chat"], None, TOOLS["chat"]]


def _d11_breaks(patch: pytest.MonkeyPatch) -> None:
    attempt = Exchange._attempt
    store: dict[str, Any] = {}

    def storing(*args: Any, **named: Any) -> Prepared:
        prepared = prepare(*args, **named)
        store["tools"] = prepared.body.get("tools")
        return prepared

    async def from_store(self: Exchange, carrier: Any, asked: Any) -> int | None:
        body = msgspec.json.decode(asked.body)
        body.pop("tools", None)
        if store["tools"]:
            body["tools"] = store["tools"]
        return await attempt(self, carrier, asked._replace(body=msgspec.json.encode(body)))

    patch.setattr("harness.gateway.serving.prepare", storing)
    patch.setattr(Exchange, "_attempt", from_store)


# -- 000-D12 and D13: calls and usage of another request


def _d12_case() -> tuple[Heard, Heard]:
    fragment = call("", call_id="")
    del fragment["id"]
    first = hear(sse(role(), calls(fragment)), request=WITH_TOOLS, finishes=False)
    second = hear(sse(says("hi"), chunk({}, "stop"), counts()), DONE, request=WITH_TOOLS)
    named = {"index": 0, "id": "call_a", "function": {"arguments": "{}"}}
    first.go_on(sse(calls(named), chunk({}, "tool_calls"), counts()), DONE)
    return first, second


def _d12_holds() -> None:
    first, second = _d12_case()
    assert first.calls() == [("call_a", "weather", "{}")]
    assert first.finish() == "tool_calls"
    assert second.calls() == []
    assert second.finish() == "stop"


def _d12_breaks(patch: pytest.MonkeyPatch) -> None:
    begin = Calls.__init__
    captured: list[Any] = []

    def sharing(self: Calls, *args: Any) -> None:
        begin(self, *args)
        self._waiting = captured

    patch.setattr(Calls, "__init__", sharing)


def _d13_case() -> tuple[Heard, Heard, Heard]:
    more = {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}
    first = hear(sse(says("a"), chunk({}, "stop"), counts()), finishes=False)
    second = hear(sse(says("b"), chunk({}, "stop"), counts(more)), DONE)
    third = hear(sse(says("c"), chunk({}, "stop")), DONE)
    first.go_on(DONE)
    return first, second, third


def _d13_holds() -> None:
    first, second, third = _d13_case()
    assert first.payloads[-1]["usage"] == USAGE
    assert second.payloads[-1]["usage"]["total_tokens"] == 150
    assert all(one["usage"] is None for one in third.payloads)


def _d13_breaks(patch: pytest.MonkeyPatch) -> None:
    eof = Settling._eof
    latest: dict[str, Usage] = {}

    def keep(self: Settling, one: Usage) -> Iterable[Increment]:
        del self
        latest["_latest"] = one
        return ()

    def ended(self: Settling, one: Eof) -> Iterable[Increment]:
        self._usage = latest.get("_latest")
        return eof(self, one)

    handles(patch, Settling, {Usage: keep, Eof: ended})


# -- 000-D14 and D15: the conversation


TALK: list[dict[str, Any]] = [
    {"role": "user", "content": "A"},
    {"role": "assistant", "content": "B"},
    {"role": "user", "content": "C"},
]


def _d14_holds() -> None:
    said = [("user", "A"), ("model", "B"), ("user", "C")]
    contents = sends("gemini", {"messages": TALK}).body["contents"]
    assert [(one["role"], one["parts"][0]["text"]) for one in contents] == said
    messages = sends("anthropic", {"messages": TALK}).body["messages"]
    assert [one["role"] for one in messages] == ["user", "assistant", "user"]
    assert sends("chat", {"messages": TALK}).body["messages"] == TALK
    assert len(sends("responses", {"messages": TALK}).body["input"]) == 3


def _d14_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_chat.from_chat

    def last_only(body: Any, ledger: Any) -> Request:
        request = read(body, ledger)
        rules = [one for one in request.messages if one.role in {"system", "developer"}]
        users = [one for one in request.messages if one.role == "user"]
        return replace(request, messages=(*rules, *users[-1:]))

    patch.setattr(from_chat, "from_chat", last_only)


TOOL_TALK: list[dict[str, Any]] = [
    SAYS_HELLO,
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {
                "id": f"call_{n}",
                "type": "function",
                "function": {"name": "weather", "arguments": '{"city":"X"}'},
            }
            for n in (1, 2)
        ],
    },
    {"role": "tool", "tool_call_id": "call_2", "content": "rain"},
    {"role": "tool", "tool_call_id": "call_1", "content": "sun"},
]


def _d15_holds() -> None:
    request = {"messages": TOOL_TALK, **WITH_TOOLS}
    chat = sends("chat", request).body["messages"]
    assert [one["role"] for one in chat] == ["user", "assistant", "tool", "tool"]
    assert [one["id"] for one in chat[1]["tool_calls"]] == ["call_1", "call_2"]
    assert {one["tool_call_id"]: one["content"] for one in chat[2:]} == {"call_1": "sun", "call_2": "rain"}
    _, asked, told = sends("anthropic", request).body["messages"]
    assert [one["id"] for one in asked["content"] if one["type"] == "tool_use"] == ["call_1", "call_2"]
    assert {one["tool_use_id"] for one in told["content"]} == {"call_1", "call_2"}
    _, asked, told = sends("gemini", request).body["contents"]
    assert [one["functionCall"]["args"] for one in asked["parts"]] == [{"city": "X"}] * 2
    assert [one["functionResponse"]["response"] for one in told["parts"]] == [
        {"result": "sun"},
        {"result": "rain"},
    ]


def _d15_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_chat_messages.message_of

    def as_prose(message: Members, ledger: Any) -> Message:
        one = read(message, ledger)
        parts = tuple(map(_prose, one.parts))
        return replace(one, role="user" if one.role == "tool" else one.role, parts=parts)

    patch.setattr(from_chat, "message_of", as_prose)


def _prose(part: Part) -> Part:
    match part:
        case CallPart():
            return TextPart(text=f"[Tool call: {part.name}({part.arguments})]", at=part.at)
        case ResultPart():
            told = "".join(one.text for one in part.parts if isinstance(one, TextPart))
            return TextPart(text=f"[Tool result ({part.call_id})]:\n{told}", at=part.at)
        case _:
            return part


# -- 000-D16: parameters


PARAMETERS: dict[str, Any] = {
    "temperature": 0.5,
    "top_p": 0.9,
    "max_tokens": 5,
    "stop": ["END"],
    "seed": 7,
    "frequency_penalty": 0.1,
    "presence_penalty": 0.2,
    "logit_bias": {"50256": -100},
    "logprobs": True,
    "top_logprobs": 2,
    "parallel_tool_calls": False,
    "response_format": {"type": "json_object"},
    "metadata": {"a": "b"},
    "user": "somebody",
    "prediction": {"type": "content", "content": "x"},
    "strange": 1,
}


def _d16_holds() -> None:
    prepared = sends("gemini", {**PARAMETERS, **WITH_TOOLS})
    assert prepared.body.get("generationConfig") == {
        "temperature": 0.5,
        "topP": 0.9,
        "maxOutputTokens": 5,
        "stopSequences": ["END"],
        "seed": 7,
        "frequencyPenalty": 0.1,
        "presencePenalty": 0.2,
        "responseLogprobs": True,
        "logprobs": 2,
        "responseMimeType": "application/json",
    }
    lost = losses_of(prepared)
    assert {
        name: lost.get(f"/{name}")
        for name in ("logit_bias", "parallel_tool_calls", "metadata", "user", "prediction", "strange")
    } == {
        "logit_bias": "L108",
        "parallel_tool_calls": "L117",
        "metadata": "L121",
        "user": "L120",
        "prediction": "L125",
        "strange": "L100",
    }


def _d16_breaks(patch: pytest.MonkeyPatch) -> None:
    def dropped(*_: Any) -> dict[str, Any]:
        return {}

    patch.setattr(to_gemini, "_generation", dropped)
    patch.setattr(Wishes, "report_rest", lambda _: None)


# -- 000-D17: pictures, sound and files


PICTURE = "data:image/png;base64,iVBORw0KGgo="


def _d17_holds() -> None:
    content = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": PICTURE}},
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0="}},
    ]
    request = {"messages": [{"role": "user", "content": content}]}
    (turn,) = sends("gemini", request).body["contents"]
    assert [one.get("inlineData", {}).get("mimeType") for one in turn["parts"]] == [
        None,
        "image/png",
        "audio/wav",
        "application/pdf",
    ]
    assert sends("chat", request).body["messages"][0]["content"] == content
    alone = sends("gemini", {"messages": [{"role": "user", "content": content[1:2]}]}).body["contents"]
    assert alone[0]["parts"][0]["inlineData"]["data"] == "iVBORw0KGgo="
    assert refusal_of("anthropic", request).param == "messages[0].content[2]"


def _d17_breaks(patch: pytest.MonkeyPatch) -> None:
    read = from_chat_parts.content_of

    def texts_only(message: Members, ledger: Any, **named: Any) -> tuple[tuple[Part, ...], bool]:
        parts, is_text = read(message, ledger, **named)
        return tuple(one for one in parts if isinstance(one, TextPart)), is_text

    patch.setattr("harness.translation.requests.from_chat_messages.content_of", texts_only)


# -- 000-D18: several answers


def _d18_case() -> Heard:
    events = [role(), role(index=1), says("a"), says("b", choices=[_other("b")])]
    ends = [chunk({}, "stop"), chunk({}, "stop", index=1), counts()]
    return hear(sse(*events, *ends), DONE, request={"n": 2})


def _other(text: str) -> dict[str, Any]:
    return {"index": 1, "delta": {"content": text}, "logprobs": None, "finish_reason": None}


def _d18_holds() -> None:
    heard = _d18_case()
    assert heard.sent["n"] == 2
    assert [heard.text(0), heard.text(1)] == ["a", "b"]
    assert [heard.finish(0), heard.finish(1)] == ["stop", "stop"]
    assert sends("gemini", {"n": 2}).body["generationConfig"]["candidateCount"] == 2
    assert refusal_of("anthropic", {"n": 2}).param == "n"


def _d18_breaks(patch: pytest.MonkeyPatch) -> None:
    def first_only(self: ChatWriter, one: Increment) -> Choice | None:
        return self._choice(0) if one.choice == 0 else None

    patch.setattr(ChatWriter, "_at", first_only)


# -- 000-D19: a choice without tools


def _d19_holds() -> None:
    for choice in ("required", "auto", "none", {"type": "function", "function": {"name": "weather"}}):
        refused = refusal_of("gemini", {"tool_choice": choice})
        assert refused.status == 400
        assert "tool_choice" in str(refused)
    sent = sends("gemini", {**WITH_TOOLS, "tool_choice": "none"}).body
    assert sent["toolConfig"]["functionCallingConfig"]["mode"] == "NONE"


def _d19_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(from_chat_tools, "_demand", lambda *_, **__: None)


# -- 000-D20: ids of calls


def _d20_case() -> Heard:
    return hear(sse(role(), calls(call()), chunk({}, "tool_calls"), counts()), DONE, request=WITH_TOOLS)


def _d20_holds() -> None:
    assert _d20_case().calls()[0][0] == "call_up"
    part = {"functionCall": {"name": "weather", "args": {}}}

    def minted() -> str:
        event = candidate(part, finish="STOP")
        return hear(sse(event), source="gemini", request=WITH_TOOLS).calls()[0][0]

    assert minted() == minted()
    assert minted().startswith("call_")


def _d20_breaks(patch: pytest.MonkeyPatch) -> None:
    def at_random(self: Settling, one: ToolStart) -> ToolStart:
        del self
        return msgspec.structs.replace(one, call_id=f"call_{secrets.token_hex(12)}")

    patch.setattr(Settling, "_identified", at_random)


# -- 000-D21: text after a call


def _d21_case() -> Heard:
    events = [role(), calls(call()), says("I asked."), chunk({}, "tool_calls"), counts()]
    return hear(sse(*events), DONE, request=WITH_TOOLS)


def _d21_holds() -> None:
    part = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}}
    from_gemini = hear(
        sse(candidate(part), candidate({"text": "I asked."}, finish="STOP")),
        source="gemini",
        request=WITH_TOOLS,
    )
    for heard in (_d21_case(), from_gemini):
        assert heard.text() == "I asked."
        assert [one[1:] for one in heard.calls()] == [("weather", '{"city":"Rome"}')]
        assert heard.finish() == "tool_calls"


def _d21_breaks(patch: pytest.MonkeyPatch) -> None:
    settle = Settling.settle

    def until_call(self: Settling, increment: Increment) -> Iterable[Increment]:
        if increment.choice in self._called and isinstance(increment, TextStart | TextDelta):
            return ()
        return settle(self, increment)

    patch.setattr(Settling, "settle", until_call)


# -- 000-D22: the usage of a whole answer


def _d22_case() -> Heard:
    return hear(msgspec.json.encode(completion({"content": "hi"})), request=WHOLE)


def _d22_holds() -> None:
    heard = _d22_case()
    assert "usage" not in heard.whole
    assert "L240" in heard.codes
    details = {**USAGE, "completion_tokens_details": {"reasoning_tokens": 1}}
    told = hear(msgspec.json.encode(completion({"content": "hi"}, usage=details)), request=WHOLE)
    assert told.whole["usage"] == details
    thinking = {**GEMINI_USAGE, "thoughtsTokenCount": 4, "totalTokenCount": 9}
    event = candidate({"text": "hi"}, finish="STOP", usageMetadata=thinking)
    from_gemini = hear(msgspec.json.encode(event), source="gemini", request=WHOLE)
    assert from_gemini.whole["usage"] == {
        "prompt_tokens": 3,
        "completion_tokens": 6,
        "total_tokens": 9,
        "completion_tokens_details": {"reasoning_tokens": 4},
    }


def _d22_breaks(patch: pytest.MonkeyPatch) -> None:
    whole = ChatWriter.whole

    def counted(self: ChatWriter) -> dict[str, Any]:
        answer = dict(whole(self))
        usage = answer.get("usage") or {}
        totals = ("prompt_tokens", "completion_tokens", "total_tokens")
        return {**answer, "usage": {name: usage.get(name, 0) for name in totals}}

    patch.setattr(ChatWriter, "whole", counted)


DEFECTS = [
    Defect(
        "000-D01",
        "Every chunk has the time at which it was written.",
        _d01_holds,
        _d01_breaks,
        "CHAT-CREATED-001",
        lambda: _d01_case().rules(),
    ),
    Defect(
        "000-D02",
        "The usage that a client asked for with its stream is not sent.",
        _d02_holds,
        _d02_breaks,
        "XLAT-USE-006",
        lambda: _d02_case().rules(),
    ),
    Defect(
        "000-D03",
        "A timeout is told as text, with `stop`.",
        _d03_holds,
        _d03_breaks,
        "XLAT-ERR-003",
        lambda: _d03_case().rules(),
    ),
    Defect(
        "000-D04",
        "An answer that a timeout cut short ends with `stop`.",
        _d04_holds,
        _d04_breaks,
        "XLAT-ERR-003",
        lambda: _d04_case().rules(),
    ),
    Defect(
        "000-D05",
        "An answer without text does not end until the deadline.",
        _d05_holds,
        _d05_breaks,
        "XLAT-EMPTY-001",
        lambda: _d05_case().rules(),
    ),
    Defect(
        "000-D06",
        "A call that comes after the end of the text was seen is lost, and the answer ends with `stop`.",
        _d06_holds,
        _d06_breaks,
        "XLAT-TOOL-001",
        lambda: _d06_case().rules(),
    ),
    Defect(
        "000-D07",
        "A whole answer has no calls, and always ends with `stop`.",
        _d07_holds,
        _d07_breaks,
        "XLAT-TOOL-001",
        lambda: _d07_case().rules(),
    ),
    Defect(
        "000-D08",
        "Text that the upstream tells again in other words is sent a second time.",
        _d08_holds,
        _d08_breaks,
        "XLAT-TEXT-001",
        lambda: _rewritten("Hello wrld", "Hello world!").rules(),
    ),
    Defect(
        "000-D09",
        "What is new in a repeated text is found by counting bytes.",
        _d09_holds,
        _d09_breaks,
        "XLAT-TEXT-001",
        lambda: _rewritten("naïve · ", "naïve · ☃ in the snow").rules(),
    ),
    Defect(
        "000-D10",
        "Answers that a limit or a filter ended end with `stop`.",
        _d10_holds,
        _d10_breaks,
        "XLAT-FIN-001",
        lambda: _d10_case().rules(),
    ),
    Defect("000-D11", "The tools of a request replace those of another.", _d11_holds, _d11_breaks),
    Defect(
        "000-D12",
        "A call that was captured for one client is delivered to another.",
        _d12_holds,
        _d12_breaks,
        "XLAT-TOOL-001",
        lambda: set().union(*(one.rules() for one in _d12_case())),
    ),
    Defect(
        "000-D13",
        "The usage of the latest answer is reported for all.",
        _d13_holds,
        _d13_breaks,
        "XLAT-USE-007",
        lambda: set().union(*(one.rules() for one in _d13_case())),
    ),
    Defect("000-D14", "Of a conversation only the last user's message is sent.", _d14_holds, _d14_breaks),
    Defect("000-D15", "Calls and their results become prose.", _d15_holds, _d15_breaks),
    Defect("000-D16", "Parameters are dropped, and nobody is told.", _d16_holds, _d16_breaks),
    Defect("000-D17", "Pictures, sound and files vanish.", _d17_holds, _d17_breaks),
    Defect(
        "000-D18",
        "Of several answers that were asked for, one is returned.",
        _d18_holds,
        _d18_breaks,
        "XLAT-N-001",
        lambda: _d18_case().rules(),
    ),
    Defect("000-D19", "A tool choice without tools is accepted.", _d19_holds, _d19_breaks),
    Defect(
        "000-D20",
        "Each delivery of a call has another id, and none is the upstream's.",
        _d20_holds,
        _d20_breaks,
        "XLAT-TOOL-004",
        lambda: _d20_case().rules(),
    ),
    Defect(
        "000-D21",
        "Text that comes after a call is lost.",
        _d21_holds,
        _d21_breaks,
        "XLAT-TEXT-001",
        lambda: _d21_case().rules(),
    ),
    Defect(
        "000-D22",
        "Usage that nobody counted is 0, and its details are missing.",
        _d22_holds,
        _d22_breaks,
        "XLAT-USE-007",
        lambda: _d22_case().rules(),
    ),
]
