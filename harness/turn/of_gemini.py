"""From a stream of Gemini to a turn."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.dialects.gemini.grammar import FAILED, FINISHED
from harness.turn.counts import gemini_counts
from harness.turn.failure import failure_of
from harness.turn.turn import Call, Choice, Citation, Other, Reasoning, Text, Turn

if TYPE_CHECKING:
    from harness.dialects.gemini.state import GeminiStream, Lane, Segment
    from harness.dialects.signal import Mark
    from harness.turn.turn import Ended, Finish
    from harness.turn.turn import Segment as TurnSegment

FINISHES: dict[str, Finish] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    **dict.fromkeys(
        (
            "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "LANGUAGE", "MODEL_ARMOR",
            "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
        ),
        "content_filter",
    ),
    **dict.fromkeys(
        (
            "MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE",
            "MISSING_THOUGHT_SIGNATURE",
        ),
        "malformed",
    ),
}  # fmt: skip


def of_gemini(stream: GeminiStream) -> Turn:
    """What the stream, or the whole answer, amounts to.

    A candidate that stops after a call has the finish "tool_calls": Gemini has no word for that, and a client that
    is told "stop" does not run the tool.
    """
    ended: Ended = "failed" if stream.state == FAILED else "clean" if stream.state == FINISHED else "cut"
    choices = tuple(_choice(lane) for _, lane in sorted(stream.lanes.items()))
    if not choices and stream.blocked is not None:
        choices = (Choice(index=0, finish="content_filter", native=stream.blocked, finishes=1),)
    return Turn(
        dialect="gemini",
        choices=choices,
        usage=(usage := gemini_counts(stream.usage)),
        usages=int(usage is not None),
        error=failure_of(stream.error) if stream.error is not None else None,
        ended=ended,
        ids=(stream.id,) if stream.id is not None else (),
        model=stream.model,
    )


def _choice(lane: Lane) -> Choice:
    finish: Finish | None = None if lane.finish is None else FINISHES.get(lane.finish, "other")
    if finish == "stop" and any(one.kind == "call" for one in lane.segments):
        finish = "tool_calls"
    # A run of text lasts until the next segment begins, or the candidate finishes.
    ends = [one.opened for one in lane.segments[1:]] + [lane.finished]
    segments = [_segment(one, end) for one, end in zip(lane.segments, ends, strict=False)]
    sources = _sources(lane)
    if sources:
        # Grounding is told of the candidate as a whole; it is put on the last text.
        for place in range(len(segments) - 1, -1, -1):
            last = segments[place]
            if isinstance(last, Text):
                segments[place] = Text(
                    text=last.text, citations=sources, opened=last.opened, closed=last.closed
                )
                break
    return Choice(
        index=lane.index,
        segments=tuple(segments),
        finish=finish,
        native=lane.finish,
        finishes=lane.finishes,
        is_late=lane.late,
    )


def _segment(segment: Segment, end: Mark | None) -> TurnSegment:
    if segment.kind == "text":
        return Text(text=segment.text.text, opened=segment.opened, closed=end)
    if segment.kind == "thought":
        return Reasoning(text=segment.text.text, kind="summary", seal=segment.signature)
    if segment.kind == "call":
        call = segment.part.get("functionCall")
        call = call if isinstance(call, dict) else {}
        identity = call.get("id")
        return Call(
            name=str(call.get("name", "")),
            arguments=json.dumps(segment.args, ensure_ascii=False, separators=(",", ":")),
            id=identity if isinstance(identity, str) and identity else None,
            seal=segment.signature,
        )
    return Other(kind=segment.kind)


def _sources(lane: Lane) -> tuple[Citation, ...]:
    """The sources that the text is said to rest on: those that a grounding support names, and citations."""
    grounding: dict[str, Any] = lane.grounding
    chunks = grounding.get("groundingChunks")
    chunks = chunks if isinstance(chunks, list) else []
    supports = grounding.get("groundingSupports")
    named: dict[int, None] = {}
    for support in supports if isinstance(supports, list) else ():
        for place in support.get("groundingChunkIndices") or () if isinstance(support, dict) else ():
            if isinstance(place, int) and 0 <= place < len(chunks):
                named[place] = None
    found = [_source(chunks[place].get("web")) for place in named if isinstance(chunks[place], dict)]
    found += [_source(one) for one in lane.citations]
    return tuple(one for one in found if one is not None)


def _source(source: Any) -> Citation | None:
    if not isinstance(source, dict) or not isinstance(source.get("uri"), str):
        return None
    title = source.get("title")
    return Citation(url=source["uri"], title=title if isinstance(title, str) else None)
