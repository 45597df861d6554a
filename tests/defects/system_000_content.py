"""Defects of a Chat endpoint in front of Gemini, in what of an answer arrives; this engine has none.

That gateway took what was new in the text so far, and returned at the first call that it captured.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from harness.translation.readers.responses_items import Items
from harness.translation.settling import Settling
from harness.translation.writers.chat import ChatWriter
from harness.translation.writers.chat_choice import Choice
from harness.turn.increments import Eof, Error, Finish, TextDelta, TextStart, ToolStart, Usage
from tests.defects.cases import (
    DONE,
    TOOLS,
    USAGE,
    WHOLE,
    call,
    calls,
    candidate,
    chunk,
    completion,
    counts,
    hear,
    refusal_of,
    role,
    says,
    sends,
    sse,
)
from tests.defects.defect import Defect

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

    from harness.turn.increments import Increment
    from tests.defects.heard import Heard

WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}


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


DEFECTS = [
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
        "000-D18",
        "Of several answers that were asked for, one is returned.",
        _d18_holds,
        _d18_breaks,
        "XLAT-N-001",
        lambda: _d18_case().rules(),
    ),
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
]
