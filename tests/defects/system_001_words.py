"""Defects of a Responses server in front of Gemini, none of which is in this engine: the words of an answer.

That server was given the text so far and cut what it had by the length of an earlier one; what belongs to words, their
sources and what seals them, it left behind.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from msgspec import structs

from harness.translation.readers import gemini
from harness.translation.readers.gemini import GeminiReader
from harness.translation.readers.gemini_lane import Lane
from harness.translation.writers.responses import ResponsesWriter
from harness.translation.writers.responses_items import Reasoning
from tests.defects.cases import DONE, GEMINI_USAGE, TOOLS, candidate, chunk, hear, sends, sse
from tests.defects.defect import Defect
from tests.defects.gemini_turns import CALL, TEXT, THOUGHT, events_of, turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest

    from harness.turn.increments import Increment, ReasoningDelta
    from tests.defects.heard import Heard

# -- 001-D08 and D09: text that is cut by the length of another


def _d08_case() -> Heard:
    return turn({"text": "Hé"}, {"text": "Hello"})


def _d08_holds() -> None:
    heard = _d08_case()
    assert heard.text() == "HéHello"
    assert heard.output[0]["content"][0]["text"] == "HéHello"


def _d08_breaks(patch: pytest.MonkeyPatch) -> None:
    told = Lane._text

    def sliced(self: Lane, words: str, kind: str, src: int, logprobs: list[Any] | None) -> list[Increment]:
        last = "".join(self.texts.pieces).encode()
        return told(self, words.encode()[len(last) :].decode(errors="replace"), kind, src, logprobs)

    patch.setattr(Lane, "_text", sliced)
    patch.setattr(GeminiReader, "event", lambda self, event, payload: self._taken(event.index, payload))


def _d09_case(words: str = "BBBBBB") -> Heard:
    """The turn that follows one of thought alone."""
    turn({"text": "AAAA", "thought": True})
    return turn({"text": words, "thought": True}, TEXT)


def _d09_holds() -> None:
    for words in ("BB", "BBBBBB"):
        assert _d09_case(words).output[0].get("summary") == [{"type": "summary_text", "text": words}]


def _d09_breaks(patch: pytest.MonkeyPatch) -> None:
    told, seen = Lane._text, [0]

    def sliced(self: Lane, words: str, kind: str, src: int, logprobs: list[Any] | None) -> list[Increment]:
        if kind != "thought":
            return told(self, words, kind, src, logprobs)
        new, seen[0] = words[seen[0] :], max(seen[0], len(words))
        return told(self, new, kind, src, logprobs) if new else []

    patch.setattr(Lane, "_text", sliced)


# -- 001-D34: sources


def _d34_case() -> Heard:
    grounding = {
        "webSearchQueries": ["rain in Rome"],
        "groundingChunks": [{"web": {"uri": "https://example.com/rome", "title": "Rome"}}],
        "groundingSupports": [
            {
                "segment": {"startIndex": 0, "endIndex": 13, "text": "Il pleut à R"},
                "groundingChunkIndices": [0],
            }
        ],
    }
    last = candidate(finish="STOP", usageMetadata=GEMINI_USAGE)
    last["candidates"][0]["groundingMetadata"] = grounding
    return hear(
        sse(candidate({"text": "Il pleut à Rome."}), last),
        source="gemini",
        target="responses",
        request={"tools": [{"type": "web_search"}]},
    )


def _d34_holds() -> None:
    heard = _d34_case()
    assert heard.sent["tools"] == [{"googleSearch": {}}]
    (event,) = events_of(heard, "response.output_text.annotation.added")
    citation = {
        "type": "url_citation",
        "start_index": 0,
        "end_index": 12,
        "title": "Rome",
        "url": "https://example.com/rome",
    }
    assert event["annotation"] == citation
    assert heard.output[-1]["content"][0]["annotations"] == [citation]


def _d34_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gemini, "sources_of", lambda *_, **__: [])


# -- 001-D35: what seals a thought


SEALED: dict[str, Any] = {"include": ["reasoning.encrypted_content"]}


def _d35_case() -> Heard:
    call = {**CALL, "thoughtSignature": "c2lnbmVk"}
    return turn({**THOUGHT, "thoughtSignature": "dGhvdWdodA=="}, call, **SEALED)


def _signatures(body: Mapping[str, Any]) -> list[str]:
    parts = [part for content in body["contents"] for part in content["parts"]]
    return [part["thoughtSignature"] for part in parts if "thoughtSignature" in part]


def _d35_holds() -> None:
    call = {**CALL, "thoughtSignature": "c2lnbmVk"}
    answer = candidate({**THOUGHT, "thoughtSignature": "dGhvdWdodA=="}, call, finish="STOP")
    asked = {"tools": TOOLS["responses"], "stream": None, **SEALED}
    whole = hear(json.dumps(answer).encode(), source="gemini", target="responses", request=asked)
    for heard in (_d35_case(), whole):
        call_id = heard.calls()[0][0]
        result = {"type": "function_call_output", "call_id": call_id, "output": "sunny"}
        history = [{"role": "user", "content": "hello"}, *heard.output, result]
        again = sends("gemini", {"input": history, "tools": TOOLS["responses"]}, target="responses")
        assert _signatures(again.body) == ["dGhvdWdodA==", "c2lnbmVk"]


def _d35_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ResponsesWriter, "_sealed", lambda *_: None)


# -- 001-D39: the model's own words, and a summary of them


def _d39_case() -> Heard:
    """A thought of Claude, which is its own words."""
    message = {"id": "msg_up", "type": "message", "role": "assistant", "model": "claude", "content": []}
    usage = {"input_tokens": 3, "output_tokens": 2}
    thinking = {"type": "thinking", "thinking": "", "signature": ""}
    return hear(
        sse(
            {"type": "message_start", "message": {**message, "usage": usage}},
            {"type": "content_block_start", "index": 0, "content_block": thinking},
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "thinking_delta", "thinking": "hm"},
            },
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": usage},
            {"type": "message_stop"},
            named=True,
        ),
        source="anthropic",
        target="responses",
    )


def _of_deepseek() -> Heard:
    thought = chunk({"role": "assistant", "reasoning_content": "hm"})
    return hear(
        sse(thought, chunk({"content": "so"}), chunk({}, "stop")),
        DONE,
        target="responses",
        profile="deepseek",
    )


def _d39_holds() -> None:
    for one in (_d39_case(), _of_deepseek()):
        assert one.output[0].get("content") == [{"type": "reasoning_text", "text": "hm"}]
        assert one.output[0]["summary"] == []
        assert [event["delta"] for event in events_of(one, "response.reasoning_text.delta")] == ["hm"]
    summed = turn(THOUGHT, TEXT)
    assert summed.output[0]["summary"] == [{"type": "summary_text", "text": "hm"}]
    assert "response.reasoning_text.delta" not in summed.kinds()


def _d39_breaks(patch: pytest.MonkeyPatch) -> None:
    delta = Reasoning.delta

    def summed(self: Reasoning, one: ReasoningDelta, *, is_padded: bool) -> bytes:
        return delta(self, structs.replace(one, visibility="summary"), is_padded=is_padded)

    patch.setattr(Reasoning, "delta", summed)


DEFECTS = [
    Defect(
        "001-D08",
        "Text is cut by the length of what came before it, in bytes, whatever that was.",
        _d08_holds,
        _d08_breaks,
        "XLAT-TEXT-001",
        lambda: _d08_case().rules(),
    ),
    Defect(
        "001-D09",
        "Thought is cut by the length of an earlier turn's.",
        _d09_holds,
        _d09_breaks,
        "XLAT-RSN-004",
        lambda: _d09_case().rules(),
    ),
    Defect(
        "001-D34",
        "The sources of a search do not become annotations.",
        _d34_holds,
        _d34_breaks,
        "XLAT-ANN-001",
        lambda: _d34_case().rules(),
    ),
    Defect(
        "001-D35",
        "What seals a thought or a call cannot be sent back.",
        _d35_holds,
        _d35_breaks,
        "XLAT-RSN-003",
        lambda: _d35_case().rules(),
    ),
    Defect(
        "001-D39",
        "The model's own thought is told as a summary.",
        _d39_holds,
        _d39_breaks,
        "XLAT-RSN-005",
        lambda: _d39_case().rules(),
    ),
]
