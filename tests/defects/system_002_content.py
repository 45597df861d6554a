"""Defects of a client that read streams of Chat Completions as items of the Responses API, in what it made of content.

It knew one call at a time, one name for thought and one kind of answer, and told of items when they were over, if ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.readers import chat_choice
from harness.translation.readers.chat_choice import ChatChoice
from harness.translation.readers.chat_thoughts import said_once
from harness.translation.writers import responses_items, responses_shell
from harness.translation.writers.responses import ResponsesWriter
from tests.defects.cases import (
    WHOLE,
    call,
    calls,
    chunk,
    completion,
    hear,
    role,
    says,
    sse,
)
from tests.defects.chat_streams import FOR_ITEMS, ROME, ended
from tests.defects.defect import Defect

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from harness.translation.session import Session
    from harness.turn.increments import Increment, Start
    from tests.defects.heard import Heard

# -- 002-D19 and D20: when an item is done


def _d19_case() -> Heard:
    return hear(
        ended(says("I look."), calls(call(ROME)), finish="tool_calls"), target="responses", request=FOR_ITEMS
    )


def _d19_holds() -> None:
    heard = _d19_case()
    assert [item["type"] for item in heard.output] == ["message", "function_call"]
    steps = [
        (one["type"].rpartition(".")[2], one["output_index"])
        for one in heard.payloads
        if one["type"].startswith("response.output_item.")
    ]
    assert steps == [("added", 0), ("done", 0), ("added", 1), ("done", 1)]
    assert {item["status"] for item in heard.output} == {"completed"}


def _d19_breaks(patch: pytest.MonkeyPatch) -> None:
    def release(self: ResponsesWriter, status: str = "completed") -> bytes:
        item, self._held, self._message = self._held, None, None
        return b"" if item is None else self._done(item, status)

    patch.setattr(ResponsesWriter, "_release", release)


def _d20_case() -> Heard:
    thoughts = chunk({"reasoning": "Let me "}), chunk({"reasoning": "think."})
    return hear(ended(*thoughts, says("hel"), says("lo")), target="responses")


def _d20_holds() -> None:
    heard = _d20_case()
    assert [item["type"] for item in heard.output] == ["reasoning", "message"]
    done = [one["item"]["type"] for one in heard.payloads if one["type"] == "response.output_item.done"]
    assert done == ["reasoning", "message"]
    added = [one["item"]["type"] for one in heard.payloads if one["type"] == "response.output_item.added"]
    assert added == done


def _d20_breaks(patch: pytest.MonkeyPatch) -> None:
    think, close = ChatChoice._think, ChatChoice.close
    kept: list[Mapping[str, Any]] = []

    def later(self: ChatChoice, delta: Mapping[str, Any], src: int, out: list[Increment]) -> None:
        del self, src, out
        kept.append(delta)

    def closed(self: ChatChoice, src: int, out: list[Increment]) -> None:
        for delta in kept:
            think(self, delta, src, out)
        kept.clear()
        close(self, src, out)

    patch.setattr(ChatChoice, "_think", later)
    patch.setattr(ChatChoice, "close", closed)


# -- 002-D23: the id of the answer


def _d23_case() -> Heard:
    return hear(ended(says("hi")), target="responses")


def _d23_holds() -> None:
    ids = {one["response"]["id"] for one in _d23_case().payloads if "response" in one}
    assert len(ids) == 1
    assert ids.pop().startswith("resp_")
    assert {one["id"] for one in hear(ended(says("hi"))).payloads} == {"chatcmpl-upstream"}


def _d23_breaks(patch: pytest.MonkeyPatch) -> None:
    begun = responses_shell.begun

    def nameless(one: Start, session: Session) -> dict[str, Any]:
        return {**begun(one, session), "id": ""}

    patch.setattr(responses_shell, "begun", nameless)


# -- 002-D24: thought under several names


def _d24_case() -> Heard:
    whole = chunk(
        {}, choices=[{"index": 0, "delta": {}, "message": {"reasoning": "think"}, "finish_reason": None}]
    )
    return hear(ended(chunk({"reasoning": "think"}), whole, says("hi")), target="responses")


def _thought_of(heard: Heard) -> str:
    return "".join(
        part["text"] for item in heard.output if item["type"] == "reasoning" for part in item["content"]
    )


def _d24_holds() -> None:
    details = [{"type": "reasoning.text", "text": "think", "index": 0}]
    for delta in ({"reasoning": "think"}, {"reasoning_content": "think"}, {"reasoning_details": details}):
        assert _thought_of(hear(ended(chunk(delta), says("hi")), target="responses")) == "think"
    assert _thought_of(_d24_case()) == "think"


def _d24_breaks(patch: pytest.MonkeyPatch) -> None:
    def one_name(delta: Mapping[str, Any], members: tuple[str, ...]) -> Any:
        del members
        return said_once(delta, ("reasoning",))

    patch.setattr(chat_choice, "said_once", one_name)
    patch.setattr(ChatChoice, "_rest", lambda _, text, *__: text)


# -- 002-D25: what is neither text nor thought


NOTE: dict[str, Any] = {
    "type": "url_citation",
    "url_citation": {"url": "https://example.org/", "title": "An example", "start_index": 0, "end_index": 2},
}
TOKENS: dict[str, Any] = {
    "content": [{"token": "hi", "logprob": -0.5, "bytes": [104, 105], "top_logprobs": []}]
}


def _d25_case() -> Heard:
    return hear(ended(chunk({"refusal": "I will "}), chunk({"refusal": "not."})), target="responses")


def _d25_holds() -> None:
    assert [item["content"] for item in _d25_case().output] == [
        [{"type": "refusal", "refusal": "I will not."}]
    ]
    parts = [{"type": "text", "text": "h"}, {"type": "text", "text": "i"}]
    assert hear(ended(chunk({"content": parts})), target="responses").text() == "hi"

    cited = hear(ended(says("hi"), chunk({"annotations": [NOTE]})), target="responses")
    notes = cited.output[0]["content"][0]["annotations"]
    assert [note["url"] for note in notes] == ["https://example.org/"]

    measured = chunk({}, choices=[{**says("hi")["choices"][0], "logprobs": TOKENS}])
    request = {"include": ["message.output_text.logprobs"]}
    heard = hear(ended(measured), target="responses", request=request)
    assert heard.output[0]["content"][0]["logprobs"] == TOKENS["content"]

    legacy = chunk({"function_call": {"name": "weather", "arguments": ROME}})
    made = hear(ended(legacy, finish="function_call"), target="responses", request=FOR_ITEMS).calls()
    assert [rest for _, *rest in made] == [["weather", ROME]]

    spoken = {"id": "audio_1", "data": "AAAA", "transcript": "hi", "expires_at": 1_700_000_000}
    sound = hear(ended(chunk({"audio": spoken})), request={"modalities": ["text", "audio"]})
    assert [one["audio"] for one in sound.deltas() if "audio" in one] == [spoken]
    assert "L232" in hear(ended(chunk({"audio": spoken})), target="responses").codes

    others = role(index=1), says("ho", index=1), chunk({}, "stop", index=1)
    several = hear(ended(says("hi"), *others), request={"n": 2})
    assert [several.text(), several.text(1)] == ["hi", "ho"]


def _d25_breaks(patch: pytest.MonkeyPatch) -> None:
    take = ChatChoice.take

    def narrow(
        self: ChatChoice, delta: Mapping[str, Any], src: int, out: list[Increment], **other: Any
    ) -> None:
        seen = {name: delta[name] for name in ("reasoning", "tool_calls") if name in delta}
        if isinstance(delta.get("content"), str):
            seen["content"] = delta["content"]
        take(self, seen, src, out, **{**other, "logprobs": None})

    patch.setattr(ChatChoice, "take", narrow)


# -- 002-D26: one part for a text


def _d26_case() -> Heard:
    return hear(ended(says("a"), says("b"), says("c")), target="responses")


def _d26_holds() -> None:
    assert [part["text"] for part in _d26_case().output[0]["content"]] == ["abc"]
    (whole,) = hear(sse(completion({"content": "abc"}))[6:], target="responses", request=WHOLE).output
    assert [part["text"] for part in whole["content"]] == ["abc"]


def _d26_breaks(patch: pytest.MonkeyPatch) -> None:
    def finished(self: responses_items.Message, status: str) -> bytes:
        pieces = self.open._pieces if self.open is not None else ()
        return self.ended(status=status, content=[{**self.parts[-1], "text": piece} for piece in pieces])

    patch.setattr(responses_items.Message, "finished", finished)


DEFECTS = [
    Defect(
        "002-D19",
        "The message before a call was never done.",
        _d19_holds,
        _d19_breaks,
        "RESP-ITEM-012",
        lambda: _d19_case().rules(),
    ),
    Defect(
        "002-D20",
        "The message was finished before the thought that came first.",
        _d20_holds,
        _d20_breaks,
    ),
    Defect(
        "002-D23",
        "The answer had no id.",
        _d23_holds,
        _d23_breaks,
    ),
    Defect(
        "002-D24",
        "Thought was read under one name, and twice where it came again whole.",
        _d24_holds,
        _d24_breaks,
        "XLAT-RSN-004",
        lambda: _d24_case().rules(),
    ),
    Defect(
        "002-D25",
        "Refusals, parts, notes, sound, log probabilities and old calls were passed over.",
        _d25_holds,
        _d25_breaks,
        "XLAT-REF-001",
        lambda: _d25_case().rules(),
    ),
    Defect(
        "002-D26",
        "Each piece of a text became a part of its own.",
        _d26_holds,
        _d26_breaks,
        "RESP-PART-008",
        lambda: _d26_case().rules(),
    ),
]
