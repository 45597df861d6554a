"""Defects of a Chat client in what it sent; this engine, the client of an upstream, has none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.jsonvalue import try_parse
from harness.translation import tool_loop
from harness.translation.requests import to_chat
from harness.translation.requests.sending import Sending
from harness.translation.requests.wishes import Wishes
from harness.translation.tool_loop import run_tools
from tests.defects.cases import (
    SAYS_HELLO,
    TOOLS,
    call,
    completion,
    losses_of,
    sends,
)
from tests.defects.defect import Defect

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest


WITH_TOOLS: dict[str, Any] = {"tools": TOOLS["chat"]}


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


DEFECTS = [
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
]
