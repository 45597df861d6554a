"""Defects of a Chat client, none of which is in this engine where it is the client of an upstream.

That client decoded every read for itself, split frames at one of three blank lines, passed over whatever it could not
read, and took any end of the body for the end of an answer.
"""

from __future__ import annotations

import json
import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from harness.gateway.exchange import Exchange
from harness.gateway.limits import Limits
from harness.jobs.serve import gateway_server
from harness.jsonvalue import try_parse
from harness.sse.borders import WholeBlocks
from harness.sse.decoder import Decoder
from harness.translation import tool_loop
from harness.translation.answering import Answering
from harness.translation.profiles import UpstreamProfile
from harness.translation.readers.chat import ChatReader
from harness.translation.readers.chat_choice import ChatChoice
from harness.translation.readers.think_tags import TagSplitter
from harness.translation.requests import to_chat
from harness.translation.requests.sending import Sending
from harness.translation.requests.wishes import Wishes
from harness.translation.settling import Settling
from harness.translation.tool_loop import run_tools
from harness.turn.increments import Eof, Error, Finish, Usage
from harness.turn.turn import Usage as Counts
from tests.defects.cases import (
    DONE,
    SAYS_HELLO,
    TOOLS,
    USAGE,
    WHOLE,
    call,
    calls,
    chunk,
    completion,
    counts,
    handles,
    hear,
    losses_of,
    role,
    says,
    sends,
    sse,
)
from tests.defects.defect import Defect
from tests.gatewaying import CHAT, Scenes, error_in, gateway, hangs, talks, wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pytest

    from harness.sse.event import SseEvent
    from harness.turn.increments import Increment
    from tests.defects.cases import Heard

ENDS = (chunk({}, "stop"), counts())
WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}
THINKING = UpstreamProfile(name="local", think_tags=True)


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
        def __init__(self) -> None:
            super().__init__()
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
        def __init__(self) -> None:
            super().__init__()
            self._first = None

    patch.setattr("harness.translation.answering.Decoder", WithMark)


# -- 003-D06 and D07: what is no chunk


def _d06_case() -> Heard:
    return hear(sse(says("one ")) + b"data: {bad\n\n" + sse(says("two"), *ENDS) + DONE)


def _d06_holds() -> None:
    heard = _d06_case()
    assert heard.error is not None
    assert heard.error.code == "upstream_invalid_json"
    assert heard.payloads[-1]["error"]["code"] == "upstream_invalid_json"
    assert heard.finish() is None
    assert not heard.is_done


def _d06_breaks(patch: pytest.MonkeyPatch) -> None:
    odd = Answering._odd

    def passed_over(self: Answering, event: SseEvent, payload: object) -> bytes:
        return odd(self, event, payload) if event.data == b"[DONE]" else b""

    patch.setattr(Answering, "_odd", passed_over)


def _d07_case() -> Heard:
    error = {"error": {"message": "full", "type": "server_error", "code": None, "param": None}}
    return hear(sse(role(), says("par"), error) + DONE)


def _d07_holds() -> None:
    heard = _d07_case()
    assert heard.error is not None
    assert heard.payloads[-1]["error"]["message"] == "full"
    assert heard.finish() is None
    assert not heard.is_done
    alone = hear(sse({"error": {"message": "slow down", "type": "rate_limit_error", "code": None}}))
    assert alone.status == 429
    assert alone.whole["error"]["message"] == "slow down"


def _d07_breaks(patch: pytest.MonkeyPatch) -> None:
    end = ChatReader._end

    def as_success(self: ChatReader, src: int, *, is_clean: bool) -> list[Increment]:
        for index in self._choices.keys() - self._finishes.keys():
            self._finishes[index] = Finish(src=src, choice=index, reason="stop")
        return [*self._finishes.values(), *end(self, src, is_clean=is_clean)]

    patch.setattr("harness.translation.readers.chat.error_in", lambda _: None)
    patch.setattr(ChatReader, "_end", as_success)


# -- 003-D08 to D10: the ends of a body


def _d08_case() -> Heard:
    return hear(sse(role(), says("par")))


def _d08_holds() -> None:
    heard = _d08_case()
    assert heard.error is not None
    assert heard.error.code == "upstream_disconnected"
    assert heard.finish() is None
    assert not heard.is_done
    response = hear(sse(role(), says("par")), target="responses")
    assert response.kinds()[-1] == "response.failed"
    assert hear(sse(role(), says("par")), request=WHOLE).status == 502


def _d08_breaks(patch: pytest.MonkeyPatch) -> None:
    def at_any_end(self: ChatReader) -> Iterable[Increment]:
        finishes = {index: Finish(choice=index, reason="stop") for index in self._choices}
        return [*(finishes | self._finishes).values(), Eof(clean=False)]

    patch.setattr(ChatReader, "finish", at_any_end)


def _d09_case(*end: bytes) -> Heard:
    stream = sse(role(), says("<th"), says("ink>hm</think>ok <"), *ENDS)
    return hear(stream, *end, profile=THINKING, request=WHOLE)


def _d09_holds() -> None:
    for heard in (_d09_case(DONE), _d09_case()):
        assert heard.text() == "ok <"
        assert b"think>" not in heard.data
        assert heard.finish() == "stop"
    stream = sse(role(), says("<think>hm</think>ok"), *ENDS)
    texts = {hear(stream, *end, profile=THINKING).text() for end in ((DONE,), ())}
    assert texts == {"ok"}


def _d09_breaks(patch: pytest.MonkeyPatch) -> None:
    begin, done = ChatChoice.__init__, Answering.finish

    def leaking(self: ChatChoice, *args: Any) -> None:
        begin(self, *args)
        self._tags = None
        self.is_plain = True

    def stripped_at_the_end(self: Answering, failure: Error | None = None) -> bytes:
        was_over = self.over
        sent = done(self, failure)
        if not was_over:
            for choice in self._writer._choices.values():  # type: ignore[attr-defined]  # Chat's has them
                choice.text = [re.sub(r"<think>.*?</think>", "", "".join(choice.text))]
        return sent

    patch.setattr(ChatChoice, "__init__", leaking)
    patch.setattr(Answering, "finish", stripped_at_the_end)


def _d10_case() -> Heard:
    return hear(sse(role(), *ENDS))


def _d10_holds() -> None:
    for end in ((DONE,), ()):
        heard = hear(sse(role(), *ENDS), *end)
        assert heard.error is None
        assert heard.text() == ""
        assert heard.finish() == "stop"
        assert heard.is_done
        assert hear(sse(role(), *ENDS), *end, request=WHOLE).text() == ""


def _d10_breaks(patch: pytest.MonkeyPatch) -> None:
    finish = ChatReader.finish

    def with_content(self: ChatReader) -> Iterable[Increment]:
        if not self._over and not any(len(one.content) for one in self._choices.values()):
            return (Error(status=502, message="the stream was closed before any content"),)
        return finish(self)

    patch.setattr(ChatReader, "finish", with_content)


# -- 003-D11: what is not content


def _d11_case() -> Heard:
    thought = chunk({"reasoning_content": "hm"})
    return hear(sse(thought, calls(call()), chunk({}, "tool_calls"), counts()) + DONE, request=WITH_TOOLS)


def _d11_holds() -> None:
    heard = _d11_case()
    assert heard.calls() == [("call_up", "weather", '{"city":"Rome"}')]
    assert heard.finish() == "tool_calls"
    assert "L230" in heard.codes
    answer = completion({"tool_calls": [call()]}, "tool_calls", usage=USAGE)
    whole = hear(msgspec.json.encode(answer), request={**WHOLE, **WITH_TOOLS})
    assert whole.error is None
    assert whole.calls() == heard.calls()
    refused = hear(sse(role(), chunk({"refusal": "No."}), *ENDS) + DONE)
    assert [one["refusal"] for one in refused.deltas() if one.get("refusal")] == ["No."]
    thinks = hear(
        sse(chunk({"reasoning_content": "hm"}), says("ok"), *ENDS) + DONE, target="responses"
    ).output
    assert [item["type"] for item in thinks] == ["reasoning", "message"]
    assert thinks[0]["content"][0]["text"] == "hm"


def _d11_breaks(patch: pytest.MonkeyPatch) -> None:
    take = ChatChoice.take

    def content_only(self: ChatChoice, delta: Mapping[str, Any], *args: Any, **named: Any) -> None:
        take(self, {name: delta[name] for name in ("role", "content") if name in delta}, *args, **named)

    patch.setattr(ChatChoice, "take", content_only)


# -- 003-D12: several answers


def _d12_case() -> Heard:
    events = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"role": "assistant", "content": ""}, index=1),
        chunk({"content": "b"}, index=1),
        chunk({"content": "a"}),
        chunk({"content": "b"}, index=1),
        chunk({}, "length", index=1),
        chunk({}, "stop"),
        counts(),
    ]
    return hear(sse(*events) + DONE, request={"n": 2})


def _d12_holds() -> None:
    heard = _d12_case()
    assert [heard.text(0), heard.text(1)] == ["a", "bb"]
    assert [heard.finish(0), heard.finish(1)] == ["stop", "length"]


def _d12_breaks(patch: pytest.MonkeyPatch) -> None:
    choose = ChatReader._choice

    def the_first(self: ChatReader, index: object, position: int | None) -> ChatChoice:
        del index, position
        return choose(self, 0, None)

    patch.setattr(ChatReader, "_choice", the_first)


# -- 003-D13: tags in text


CODE = "Write <think> to begin, and </think> to end."


def _d13_case() -> Heard:
    return hear(sse(role(), says(CODE[:9]), says(CODE[9:]), *ENDS) + DONE)


def _d13_holds() -> None:
    assert _d13_case().text() == CODE
    lone = hear(sse(role(), says("hm</think>ok"), *ENDS) + DONE, profile=THINKING)
    assert lone.text() == "hmok"
    assert "L226" in lone.codes
    unclosed = hear(sse(role(), says("<think>hm"), *ENDS) + DONE, profile=THINKING, target="responses")
    assert [item["type"] for item in unclosed.output] == ["reasoning"]
    assert unclosed.output[0]["content"][0]["text"] == "hm"


def _d13_breaks(patch: pytest.MonkeyPatch) -> None:
    begin = ChatChoice.__init__

    def splitting(self: ChatChoice, *args: Any) -> None:
        begin(self, *args)
        self._tags = TagSplitter()
        self.is_plain = False

    patch.setattr(ChatChoice, "__init__", splitting)


# -- 003-D14 and D15: parameters that some servers refuse


def _d14_holds() -> None:
    foreign = {"top_k": 40, "chat_template_kwargs": {"enable_thinking": False}}
    strict = sends("chat", foreign)
    assert "top_k" not in strict.body
    assert losses_of(strict)["/top_k"] == "L104"
    other = sends("responses", foreign)
    assert not other.body.keys() & foreign.keys()
    assert losses_of(other) == {"/top_k": "L104", "/chat_template_kwargs": "L100"}
    vertex = sends("gemini", foreign)
    assert vertex.body["generationConfig"] == {"topK": 40}
    assert "chat_template_kwargs" not in vertex.body
    assert sends("chat", foreign, profile="vllm").body["top_k"] == 40


def _d14_breaks(patch: pytest.MonkeyPatch) -> None:
    def all_of_it(self: Sending) -> None:
        self.body.update(self.request.extra)
        if self.request.top_k is not None:
            self.body["top_k"] = self.request.top_k

    patch.setattr(Sending, "put_extras", all_of_it)
    patch.setattr(Wishes, "put_extras", lambda self, body: body.update(self.request.extra))


def _d15_holds() -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        sent = sends("chat", {"model": "o3-mini", name: 10}).body
        assert sent.get("max_completion_tokens") == 10
        assert "max_tokens" not in sent
        older = sends("chat", {name: 10}, profile="mistral").body
        assert older.get("max_tokens") == 10
        assert "max_completion_tokens" not in older
        assert sends("responses", {name: 10}).body["max_output_tokens"] == 10


def _d15_breaks(patch: pytest.MonkeyPatch) -> None:
    put = to_chat._put_sampling

    def older(sending: Sending) -> None:
        put(sending)
        if (limit := sending.body.pop("max_completion_tokens", None)) is not None:
            sending.body["max_tokens"] = limit

    patch.setattr(to_chat, "_put_sampling", older)


# -- 003-D16: the loop around tools


def _d16_holds() -> None:
    bad = call('{"city":')
    del bad["index"]
    thinks = {"content": None, "reasoning_content": "hm", "refusal": None, "tool_calls": [bad]}
    answers = iter([completion(thinks, "tool_calls"), completion({"content": "sunny"})])
    asked: list[dict[str, Any]] = []
    ran: list[Any] = []

    def complete(request: dict[str, Any]) -> Mapping[str, Any]:
        asked.append(request)
        return next(answers)

    form = {"type": "json_object"}
    request = {"model": "m", "messages": [SAYS_HELLO], **WITH_TOOLS, "response_format": form}
    run = run_tools(complete, request, {"weather": ran.append})
    assert ran == []
    assert run.message["content"] == "sunny"
    _, turn, result = asked[1]["messages"]
    assert turn == {"role": "assistant", **thinks}
    assert "error" in json.loads(result["content"])
    assert result["tool_call_id"] == "call_up"
    assert [one["response_format"] for one in asked] == [form, form]
    answers = iter([completion({"content": "sunny"})])
    run_tools(complete, {"model": "m", "messages": [SAYS_HELLO], "tools": []}, {})
    assert "tools" not in asked[2]


def _d16_breaks(patch: pytest.MonkeyPatch) -> None:
    choose = tool_loop._choice

    def parsed(text: str) -> tuple[bool, Any]:
        is_json, value = try_parse(text)
        return True, value if is_json else {}

    def echo(answer: Any) -> tuple[dict[str, Any], Any]:
        message, finish = choose(answer)
        kept = {"role": "assistant", "content": message.get("content") or ""}
        return {**kept, "tool_calls": message.get("tool_calls", [])}, finish

    patch.setattr("harness.translation.tool_loop.try_parse", parsed)
    patch.setattr(tool_loop, "_choice", echo)


# -- 003-D17: usage that nobody told


def _d17_case() -> Heard:
    return hear(sse(role(), says("hi"), chunk({}, "stop")) + DONE)


def _d17_holds() -> None:
    heard = _d17_case()
    assert all(one["usage"] is None for one in heard.payloads)
    assert "L240" in heard.codes
    response = hear(sse(role(), says("hi"), chunk({}, "stop")) + DONE, target="responses")
    assert response.final["usage"] is None


def _d17_breaks(patch: pytest.MonkeyPatch) -> None:
    eof = Settling._eof

    def at_least_zero(self: Settling, one: Eof) -> Iterable[Increment]:
        self._usage = self._usage or Usage(counts=Counts(input=0, output=0))
        return eof(self, one)

    handles(patch, Settling, {Eof: at_least_zero})


# -- 003-D18: time limits, retries, and failures that nobody is told of


def _d18_holds() -> None:
    _is_tried_again()
    _tells_that_nobody_is_there()
    _does_not_wait_forever()


def _is_tried_again() -> None:
    scenes = Scenes(wire(503, {"error": {"message": "full"}}, "retry-after-ms: 1"), talks)
    with gateway(scenes) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=5)
    assert answer.status_code == 200
    assert len(scenes.requests) == 2


def _tells_that_nobody_is_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with gateway_server(f"chat=http://127.0.0.1:{port}", retries=0) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=5)
    assert answer.status_code == 502
    assert error_in(answer)["code"] == "upstream_unreachable"


def _does_not_wait_forever() -> None:
    with gateway(hangs, retries=0, limits=Limits(first_byte=0.1)) as server:
        answer = httpx.post(f"{server.base_url}/chat/completions", json=CHAT, timeout=5)
    assert answer.status_code == 504
    assert error_in(answer)["code"] == "upstream_timeout"


def _d18_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Exchange, "_wait", lambda *_: None)


# -- 003-D19: an answer that does not name its model


def _d19_case() -> Heard:
    answer = completion({"content": "hi"}, usage=USAGE)
    del answer["model"]
    return hear(msgspec.json.encode(answer), request=WHOLE)


def _d19_holds() -> None:
    heard = _d19_case()
    assert heard.text() == "hi"
    assert heard.whole["model"] == "m"
    bare = [{name: value for name, value in one.items() if name != "model"} for one in (says("hi"), *ENDS)]
    streamed = hear(sse(*bare) + DONE)
    assert streamed.text() == "hi"
    assert {one["model"] for one in streamed.payloads} == {"m"}


def _d19_breaks(patch: pytest.MonkeyPatch) -> None:
    whole = ChatReader.whole

    def with_model(self: ChatReader, body: dict[str, Any]) -> Iterable[Increment]:
        return whole(self, body) if "model" in body else (self._malformed("missing field `model`", -1),)

    patch.setattr(ChatReader, "whole", with_model)


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
    Defect("003-D06", "An event that is not JSON is passed over in silence.", _d06_holds, _d06_breaks),
    Defect(
        "003-D07",
        "An error inside the stream is passed over, and what came before it is a success.",
        _d07_holds,
        _d07_breaks,
        "XLAT-ERR-001",
        lambda: _d07_case().rules(),
    ),
    Defect(
        "003-D08",
        "The end of the body is taken for the end of the answer.",
        _d08_holds,
        _d08_breaks,
        "XLAT-ERR-003",
        lambda: _d08_case().rules(),
    ),
    Defect(
        "003-D09",
        "Whether thought is cut out of the text depends on how the stream ends.",
        _d09_holds,
        _d09_breaks,
    ),
    Defect(
        "003-D10",
        "Whether an empty answer is an error depends on how the stream ends.",
        _d10_holds,
        _d10_breaks,
        "XLAT-EMPTY-001",
        lambda: _d10_case().rules(),
    ),
    Defect(
        "003-D11",
        "Calls, refusals and thought are passed over; a call without text is an error.",
        _d11_holds,
        _d11_breaks,
        "XLAT-TOOL-001",
        lambda: _d11_case().rules(),
    ),
    Defect(
        "003-D12",
        "The index of a choice is not looked at.",
        _d12_holds,
        _d12_breaks,
        "XLAT-N-001",
        lambda: _d12_case().rules(),
    ),
    Defect(
        "003-D13",
        "Text that speaks of think tags is cut.",
        _d13_holds,
        _d13_breaks,
        "XLAT-TEXT-001",
        lambda: _d13_case().rules(),
    ),
    Defect("003-D14", "Parameters of some servers are sent to all.", _d14_holds, _d14_breaks),
    Defect(
        "003-D15", "Models that need `max_completion_tokens` are sent `max_tokens`.", _d15_holds, _d15_breaks
    ),
    Defect(
        "003-D16",
        "A tool is called with `{}` where its arguments are no JSON, and turns are not sent back whole.",
        _d16_holds,
        _d16_breaks,
    ),
    Defect(
        "003-D17",
        "Usage that nobody told is 0.",
        _d17_holds,
        _d17_breaks,
        "XLAT-USE-007",
        lambda: _d17_case().rules(),
    ),
    Defect(
        "003-D18",
        "There is no time limit and no retry, and failed connections are told nobody.",
        _d18_holds,
        _d18_breaks,
    ),
    Defect(
        "003-D19",
        "A whole answer without the name of its model is an error.",
        _d19_holds,
        _d19_breaks,
        "XLAT-FIN-001",
        lambda: _d19_case().rules(),
    ),
]
