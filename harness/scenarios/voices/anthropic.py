"""Anthropic Messages: named events, one block after the other, usage that only grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.jsonvalue import try_parse
from harness.sse.encoder import encode
from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Finish,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.scenarios.voices.voice import Heard
    from harness.turn.increments import Increment
    from harness.turn.turn import Usage as Counts

_REASONS: Final = {
    "stop": "end_turn",
    "tool_calls": "tool_use",
    "length": "max_tokens",
    "content_filter": "refusal",
}


class AnthropicVoice:
    """`POST /v1/messages`."""

    def events(self, increments: Iterable[Increment], heard: Heard) -> list[bytes]:
        """The stream. Blocks do not overlap: one that is open waits until those before it are closed."""
        told = _Told(increments)
        message = {
            **told.message(heard),
            "content": [],
            "stop_reason": None,
            "usage": told.usage(is_first=True),
        }
        sent: list[dict[str, Any]] = [{"type": "message_start", "message": message}, {"type": "ping"}]
        for index, block in enumerate(told.blocks):
            sent.append({"type": "content_block_start", "index": index, "content_block": block.empty})
            sent += [{"type": "content_block_delta", "index": index, "delta": one} for one in block.deltas]
            sent.append({"type": "content_block_stop", "index": index})
        ending = {"stop_reason": told.reason, "stop_sequence": None}
        sent.append({"type": "message_delta", "delta": ending, "usage": told.usage(is_first=False)})
        sent.append({"type": "message_stop"})
        return [encode(msgspec.json.encode(one), event=one["type"]) for one in sent]

    def whole(self, increments: Iterable[Increment], heard: Heard) -> dict[str, Any]:
        """The whole answer."""
        told = _Told(increments)
        content = [block.whole() for block in told.blocks]
        usage = {**told.usage(is_first=True), **told.usage(is_first=False)}
        return {**told.message(heard), "content": content, "stop_reason": told.reason, "usage": usage}


class _Block:
    """One block of content."""

    def __init__(self, empty: dict[str, Any]) -> None:
        self.empty = empty
        self.deltas: list[dict[str, Any]] = []

    def whole(self) -> dict[str, Any]:
        """The block with all that its deltas bring."""
        block = dict(self.empty)
        pieces: list[str] = []
        for delta in self.deltas:
            match delta["type"]:
                case "text_delta":
                    block["text"] += delta["text"]
                case "thinking_delta":
                    block["thinking"] += delta["thinking"]
                case "signature_delta":
                    block["signature"] += delta["signature"]
                case "citations_delta":
                    block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
                case _:
                    pieces.append(delta["partial_json"])
        if pieces:
            read, value = try_parse("".join(pieces))
            block["input"] = value if read and isinstance(value, dict) else {}
        return block


class _Told:
    """The blocks of an answer, in the order in which they were opened; why it ended, and what it cost."""

    def __init__(self, increments: Iterable[Increment]) -> None:
        self.blocks: list[_Block] = []
        self.reason = "end_turn"
        self._counts: Counts | None = None
        self._open: dict[int, _Block] = {}
        for one in increments:
            if not one.choice:  # Anthropic gives one answer
                self._take(one)

    def _take(self, one: Increment) -> None:  # noqa: C901 - one case a kind of increment
        match one:
            case TextStart() | RefusalStart():
                self._begin(one.ref, {"type": "text", "text": ""})
            case TextDelta() | RefusalDelta():
                self._open[one.ref].deltas.append({"type": "text_delta", "text": one.text})
            case ReasoningStart():
                self._begin(one.ref, {"type": "thinking", "thinking": "", "signature": ""})
            case ReasoningDelta():
                self._open[one.ref].deltas.append({"type": "thinking_delta", "thinking": one.text})
            case ReasoningEnd():
                signature = one.signature or "c2lnbmVk"  # never without one where there is thought
                self._open[one.ref].deltas.append({"type": "signature_delta", "signature": signature})
            case ToolStart():
                self._begin(one.ref, {"type": "tool_use", "id": one.call_id, "name": one.name, "input": {}})
            case ArgsDelta():
                delta = {"type": "input_json_delta", "partial_json": one.text}
                self._open[one.ref].deltas.append(delta)
            case Annotation():
                said = "".join(delta.get("text", "") for delta in self._open[one.ref].deltas)
                citation = {
                    "type": "web_search_result_location",
                    "url": one.url,
                    "title": one.title,
                    "encrypted_index": "aW5kZXg",
                    "cited_text": said[one.begin or 0 : one.end or 0],
                }
                self._open[one.ref].deltas.append({"type": "citations_delta", "citation": citation})
            case TextEnd() | RefusalEnd() | ToolEnd():
                pass
            case Finish():
                self.reason = _REASONS[one.reason]
            case Usage():
                self._counts = one.counts

    def _begin(self, ref: int, empty: dict[str, Any]) -> None:
        block = self._open[ref] = _Block(empty)
        self.blocks.append(block)

    def message(self, heard: Heard) -> dict[str, Any]:
        """The frame of a message."""
        name = f"msg_{heard.mark}{heard.number}"
        return {
            "id": name,
            "type": "message",
            "role": "assistant",
            "model": heard.model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
        }

    def usage(self, *, is_first: bool) -> dict[str, Any]:
        """What has been counted: the prompt at the beginning, everything at the end. Anthropic always says it."""
        counts = self._counts
        given, told = (counts.input or 0, counts.output or 0) if counts is not None else (0, 0)
        cached = (counts.cached or 0) if counts is not None else 0
        if not is_first:
            return {"output_tokens": told}
        prompt = {"cache_creation_input_tokens": 0, "cache_read_input_tokens": cached}
        return {"input_tokens": given - cached, **prompt, "output_tokens": 1}


ANTHROPIC: Final = AnthropicVoice()
