"""How answers are written where the protocols leave a choice, or clients want something beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

ReasoningMember: TypeAlias = Literal["drop", "reasoning_content", "reasoning", "reasoning_details"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How answers are written. The defaults are what OpenAI does.

    Args:
        reasoning: Chat: the member in which thought is sent; "drop" leaves it out (L230), as Chat has no place for it.
        early_role: Chat: the first chunk, with the role, goes out when the upstream begins, and not with the first
            content; an error before any content is then told in the stream.
        error_done: Chat: `[DONE]` follows an error.
        error_event: Responses: an `error` event goes before `response.failed`.
        responses_done: Responses: `[DONE]` follows the terminal event.
        empty_message: Responses: an empty answer has one message without text.
        sequence_start: Responses: the first sequence number.
        stream_losses: Losses are told in the stream, as comments before its end.
        lenient: An answer that the upstream calls malformed ends as if the model had stopped (L222).
        emulate_stop: Stop sequences that an upstream cannot be given are looked for here, and the text is cut there.
        stub_results: A call without a result is given a stub (L140): "stub", left as it is: "keep", or "error".
        foreign_items: Items that the upstream does not know: "drop", sent as "text", or "error" (L145).
        raw_arguments: Arguments that are no JSON object are sent as `{"_raw": ...}` where an upstream needs an object.
        hoist_system: Leading system messages become `instructions` (Chat to Responses).
    """

    reasoning: ReasoningMember = "drop"
    early_role: bool = False
    error_done: bool = False
    error_event: bool = False
    responses_done: bool = False
    empty_message: bool = False
    sequence_start: int = 0
    stream_losses: bool = False
    lenient: bool = False
    emulate_stop: bool = False
    stub_results: Literal["keep", "stub", "error"] = "stub"
    foreign_items: Literal["drop", "text", "error"] = "error"
    raw_arguments: bool = False
    hoist_system: bool = False
