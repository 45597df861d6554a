"""From a stream of Anthropic Messages to a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.anthropic.grammar import ENDS
from harness.turn.counts import anthropic_counts
from harness.turn.failure import failure_of
from harness.turn.turn import Call, Choice, Citation, Other, Reasoning, Refusal, Text, Turn

if TYPE_CHECKING:
    from harness.dialects.anthropic.state import AnthropicStream, Block
    from harness.turn.turn import Ended, Finish, Segment

FINISHES: dict[str, Finish] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "pause_turn": "pause",
    "compaction": "pause",
}


def of_anthropic(stream: AnthropicStream) -> Turn:
    """What the stream, or the whole message, amounts to.

    It has ended when `message_stop` came, or a stop reason: nothing of the answer is missing then, and that the last
    event is not there is a matter of the protocol.
    """
    message: dict[str, Any] = stream.message or {}
    native = stream.stop_reason
    ended: Ended = "failed" if stream.error is not None else "cut"
    if ended == "cut" and (stream.state in ENDS or native is not None):
        ended = "clean"
    choice = Choice(
        index=0,
        segments=tuple(_segment(block) for block in stream.blocks),
        finish=FINISHES.get(native, "other") if native is not None else None,
        native=native,
        finishes=int(native is not None),
    )
    identity = message.get("id")
    model = message.get("model")
    return Turn(
        dialect="anthropic",
        choices=(choice,) if message else (),
        usage=anthropic_counts(stream.usage),
        usages=int(bool(stream.usage)),
        error=failure_of(stream.error) if stream.error is not None else None,
        ended=ended,
        ids=(identity,) if isinstance(identity, str) else (),
        model=model if isinstance(model, str) else None,
    )


def _segment(block: Block) -> Segment:
    start = block.start
    if block.type == "text":
        citations = tuple(_citation(one) for one in block.citations if isinstance(one, dict))
        return Text(text=block.text.text, citations=citations, opened=block.opened, closed=block.closed)
    if block.type == "thinking":
        return Reasoning(text=block.text.text, kind="raw", seal=block.signature)
    if block.type == "redacted_thinking":
        return Reasoning(text="", kind="raw", seal=str(start.get("data", "")))
    if block.type == "tool_use":
        return Call(
            name=str(start.get("name", "")), arguments=_arguments(block), id=str(start.get("id", "")) or None
        )
    if block.type == "refusal":
        return Refusal(text=block.text.text)
    return Other(kind=block.type)


def _arguments(block: Block) -> str:
    """The text of the deltas; without any, the input that the start has, which is `{}` nearly always."""
    import json  # noqa: PLC0415 - at the end of a stream only

    return block.text.text or json.dumps(
        block.start.get("input", {}), ensure_ascii=False, separators=(",", ":")
    )


def _citation(citation: dict[str, Any]) -> Citation:
    url, title = citation.get("url"), citation.get("title") or citation.get("document_title")
    return Citation(
        url=url if isinstance(url, str) else None, title=title if isinstance(title, str) else None
    )
