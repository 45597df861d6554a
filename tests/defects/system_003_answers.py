"""Defects of a Chat client in what it read of an answer; this engine, the client of an upstream, has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from harness.translation.profiles import UpstreamProfile
from harness.translation.readers.chat import ChatReader
from harness.translation.readers.chat_choice import ChatChoice
from harness.translation.readers.think_tags import TagSplitter
from harness.translation.settling import Settling
from harness.turn.increments import Eof, Usage
from harness.turn.turn import Usage as Counts
from tests.defects.cases import (
    DONE,
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
    role,
    says,
    sse,
)
from tests.defects.defect import Defect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pytest

    from harness.turn.increments import Increment
    from tests.defects.heard import Heard

ENDS = (chunk({}, "stop"), counts())
WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}
THINKING = UpstreamProfile(name="local", think_tags=True)


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
    Defect(
        "003-D17",
        "Usage that nobody told is 0.",
        _d17_holds,
        _d17_breaks,
        "XLAT-USE-007",
        lambda: _d17_case().rules(),
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
