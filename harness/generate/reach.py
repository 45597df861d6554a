"""Which dialects have words for a sketch, and in which modes it can be played."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from harness.translation.engine import INBOUND, UPSTREAM

if TYPE_CHECKING:
    from harness.generate.sketch import Sketch
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

_OF_CHAT: Final = frozenset(
    {"seed", "stop", "presence_penalty", "frequency_penalty", "n", "logprobs", "max_tokens", "logit_bias"}
)
_WHOLE_FAULTS: Final = frozenset({"status", "html", "error_as_success", "empty", "hangup", "late_headers"})
_STREAMED: Final = frozenset({"incremental", "first_event", "leaving", "crosstalk", "whole_is_fold"})


def inbound_of(sketch: Sketch) -> tuple[InboundDialect, ...]:
    """The client dialects that can ask it."""
    found: list[InboundDialect] = list(INBOUND)
    if sketch.follows or sketch.instructions or sketch.form != "items" or "summary" in sketch.wishes:
        found.remove("chat")
    if any(say.others for say in sketch.says) or _OF_CHAT & sketch.wishes.keys() or not sketch.include_usage:
        found.remove("responses")
    return tuple(found)


def upstream_of(sketch: Sketch) -> tuple[UpstreamDialect, ...]:
    """The upstream dialects that can answer it, and that a gateway can ask what is asked."""
    found = _of_blocks(sketch) & _of_says(sketch) & _of_rest(sketch)
    return tuple(one for one in UPSTREAM if one in found)


def _of_blocks(sketch: Sketch) -> set[UpstreamDialect]:
    found: set[UpstreamDialect] = set(UPSTREAM)
    for block in sketch.blocks:
        if block.kind in {"custom", "refusal"} or (block.kind == "thought" and block.raw) or block.logprobs:
            found &= {"chat", "responses"}
        if block.kind == "thought" and block.encrypted:
            found &= {"responses"}
        if block.kind == "thought" and block.signature:
            found &= {"anthropic", "gemini"}
        if block.kind == "call" and block.call_id:
            found -= {"gemini"}
        if block.sources:
            found &= {"chat", "responses", "gemini"}
    return found


def _of_says(sketch: Sketch) -> set[UpstreamDialect]:
    found: set[UpstreamDialect] = set(UPSTREAM)
    for say in sketch.says:
        if say.usage is None:
            found &= {"chat", "gemini"}
        if say.interleaved:
            found &= {"chat", "responses"}
        if say.others:
            found &= {"chat", "gemini"}
        if say.finish == "length" and say.blocks and say.blocks[-1].kind in {"call", "custom"}:
            found -= {"gemini"}
        if any(one.sources for one in say.blocks) and any(
            one.kind in {"call", "custom"} for one in say.blocks
        ):
            # Gemini searches, or calls functions, and never both in one answer.
            found -= {"gemini"}
    return found


def _of_rest(sketch: Sketch) -> set[UpstreamDialect]:
    found: set[UpstreamDialect] = set(UPSTREAM)
    fault = sketch.fault.partition(":")[0]
    if sketch.wishes.keys() & {"stop", "n"}:
        found -= {"responses"}
    if fault == "split_character":
        found -= {"gemini"}
    if fault == "omit_terminal":
        found -= {"anthropic"}
    if fault == "omit_done":
        found &= {"chat"}
    return found


def modes_of(sketch: Sketch) -> tuple[Literal["stream", "whole"], ...]:
    """The modes in which it can be played."""
    fault = sketch.fault.partition(":")[0]
    if sketch.behaviour in _STREAMED or (fault and fault not in _WHOLE_FAULTS):
        return ("stream",)
    return ("stream", "whole")


def can_play(sketch: Sketch, inbound: str, upstream: str | None, mode: str) -> bool:
    """Whether a sketch can be played over a route in a mode."""
    return (
        inbound in inbound_of(sketch)
        and (upstream is None or upstream in upstream_of(sketch))
        and mode in modes_of(sketch)
    )
