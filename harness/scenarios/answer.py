"""What an upstream says in a scenario: neutral increments, written short.

```
answer(thought("Let me ", "see."), text("It is ", "sunny."), usage=counts(12, 9))
answer(call("get_weather", '{"city"', ': "Oslo"}'))
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Eof,
    Finish,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from harness.turn.turn import Usage as Counts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.turn.increments import CallKind, FinishReason, Increment

MARK: Final = "{mark}"
"""Stands for the session's mark in every text and id of an answer."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block of an answer: what opens it, its deltas, what closes it; all have the ref 0 until it has its place."""

    opens: Increment
    deltas: Sequence[Increment]
    closes: Increment
    kind: Literal["text", "refusal", "reasoning", "call"]
    beside: Sequence[Increment] = ()
    """Annotations: they come after the deltas, before the end."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer of an upstream.

    Args:
        increments: Settled (see `harness.turn.increments`), with `{mark}` for the session's mark in texts and ids.
        has_usage: The upstream reports its usage where it is asked to.
    """

    increments: tuple[Increment, ...]
    has_usage: bool = True

    def marked(self, mark: str) -> tuple[Increment, ...]:
        """The increments of one session."""
        return tuple(_marked(one, mark) for one in self.increments)


def counts(given: int, told: int, *, cached: int | None = 0, reasoning: int | None = 0) -> Counts:
    """Tokens of a request and its answer."""
    return Counts(input=given, cached=cached, output=told, reasoning=reasoning, total=given + told)


USAGE: Final = counts(21, 13)


def text(*pieces: str, logprobs: bool = False, sources: Sequence[Annotation] = ()) -> Block:
    """Visible text, in deltas.

    Args:
        pieces: One a delta.
        logprobs: Each delta brings the log probability of its piece, as one token.
        sources: Annotations, with offsets into the whole text.
    """
    deltas = [TextDelta(ref=0, text=one, logprobs=[_logprob(one)] if logprobs else None) for one in pieces]
    return Block(opens=TextStart(ref=0), deltas=deltas, closes=TextEnd(ref=0), kind="text", beside=sources)


def refusal(*pieces: str) -> Block:
    """A refusal, in deltas."""
    deltas = [RefusalDelta(ref=0, text=one) for one in pieces]
    return Block(opens=RefusalStart(ref=0), deltas=deltas, closes=RefusalEnd(ref=0), kind="refusal")


def thought(
    *pieces: str, raw: bool = False, signature: str | None = None, encrypted: str | None = None
) -> Block:
    """A thought, in deltas: a summary of it, or the model's own words."""
    visibility: Literal["raw", "summary"] = "raw" if raw else "summary"
    return Block(
        opens=ReasoningStart(ref=0, item_id=None),
        deltas=[ReasoningDelta(ref=0, text=one, visibility=visibility) for one in pieces],
        closes=ReasoningEnd(ref=0, signature=signature, encrypted=encrypted),
        kind="reasoning",
    )


def call(name: str, *pieces: str, kind: CallKind = "function", call_id: str | None = None) -> Block:
    """A call of one of the client's tools, its arguments in deltas; without any it has the arguments `{}`."""
    deltas = [ArgsDelta(ref=0, text=one) for one in pieces or (("{}",) if kind == "function" else ())]
    opens = ToolStart(ref=0, name=name, kind=kind, call_id=call_id)
    return Block(opens=opens, deltas=deltas, closes=ToolEnd(ref=0), kind="call")


def source(url: str, title: str, begin: int, end: int) -> Annotation:
    """A web page that a text cites, and which characters of the text."""
    return Annotation(ref=0, kind="url_citation", url=url, title=title, begin=begin, end=end)


def answer(
    *blocks: Block,
    finish: FinishReason | None = None,
    usage: Counts | None = USAGE,
    interleaved: bool = False,
    others: Iterable[Sequence[Block]] = (),
) -> Answer:
    """Put an answer together.

    Args:
        blocks: Of the first choice, in order.
        finish: Why it ended; None is "tool_calls" where there is a call, else "stop". One that "length" or
            "content_filter" cut has its last block cut.
        usage: None is an upstream that reports none, though it is asked.
        interleaved: Calls are open beside each other, and their deltas take turns.
        others: Blocks of further choices (`n`).
    """
    made: list[Increment] = [Start(upstream_id=f"answer-{MARK}")]
    every = [blocks, *others]
    first = 1
    for number, mine in enumerate(every):
        made += _choice(
            mine, number, first, cut=finish in {"length", "content_filter"}, interleaved=interleaved
        )
        first += len(mine)
    for number, mine in enumerate(every):
        called = any(one.kind == "call" for one in mine)
        made.append(Finish(choice=number, reason=finish or ("tool_calls" if called else "stop")))
    if usage is not None:
        made.append(Usage(counts=usage))
    return Answer(increments=(*made, Eof()), has_usage=usage is not None)


def _choice(
    blocks: Sequence[Block], choice: int, first: int, *, cut: bool, interleaved: bool
) -> list[Increment]:
    placed = []
    for number, block in enumerate(blocks):
        ref = first + number
        closes = block.closes
        if cut and number == len(blocks) - 1 and isinstance(closes, ToolEnd):
            closes = msgspec.structs.replace(closes, status="incomplete")
        opens = block.opens
        if isinstance(opens, ToolStart) and opens.call_id is None:
            opens = msgspec.structs.replace(opens, call_id=f"call_{MARK}_{ref}")
        if isinstance(opens, ReasoningStart):
            opens = msgspec.structs.replace(opens, item_id=f"rs_{MARK}_{ref}")
        placed.append(
            tuple(
                msgspec.structs.replace(one, ref=ref, choice=choice)
                for one in (opens, *block.deltas, *block.beside, closes)
            )
        )
    if not interleaved:
        return [one for block in placed for one in block]
    calls = [block for block, given in zip(placed, blocks, strict=True) if given.kind == "call"]
    rest = [block for block, given in zip(placed, blocks, strict=True) if given.kind != "call"]
    turns = [block[at] for at in range(1, max(map(len, calls)) - 1) for block in calls if at < len(block) - 1]
    return [
        *(one for block in rest for one in block),
        *(block[0] for block in calls),
        *turns,
        *(block[-1] for block in calls),
    ]


def _logprob(token: str) -> dict[str, Any]:
    return {"token": token, "logprob": -0.25, "bytes": list(token.encode()), "top_logprobs": []}


_MARKED: Final = ("text", "call_id", "item_id", "upstream_id", "encrypted", "signature")


def _marked(one: Increment, mark: str) -> Increment:
    changes = {
        name: value.replace(MARK, mark)
        for name in _MARKED
        if isinstance(value := getattr(one, name, None), str) and MARK in value
    }
    return msgspec.structs.replace(one, **changes) if changes else one
