"""Making of traits that were thrown together a conversation that a client and an upstream may really have.

An upstream does as it is asked: it calls only what is declared, no more than it may, and never says a stop sequence.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.generate.sketch import USAGE, Block, Say, Sketch, Tool, Usage
from harness.generate.tooling import tool_named

if TYPE_CHECKING:
    from collections.abc import Iterable

_CALLS: Final = frozenset({"call", "custom"})
_ORDER: Final = {"thought": 0, "text": 1, "refusal": 1, "call": 2, "custom": 2}
_OF_EVENTS: Final = frozenset(
    {"cut", "omit_terminal", "omit_done", "error_event", "reset", "corrupt", "stall", "silence"}
)
_OF_ANSWERS: Final = frozenset(
    {
        "crlf",
        "comment",
        "json_whitespace",
        "key_order",
        "omit_space",
        "split_character",
        "late_headers",
        "recut_delta",
        "keepalive",
        "unknown_fields",
        "vendor_event",
    }
)
"""Faults that leave the answer whole."""
_FIVE: Final = ("one ", "two ", "three ", "four ", "five ")
_SIX: Final = (*_FIVE, "six ")
_THOUGHTFUL: Final = (21, 30, 0, 12)
"""Tokens of an answer of which nothing is said, and that was thought about."""
MOST_TOOLS: Final = 128
"""More than these OpenAI refuses."""
_GAP_US: Final = 2_000
_WATCHED: Final = {"leaving": _FIVE[:4], "crosstalk": ("Your word ", "is {mark}", ".")}


def mended(sketch: Sketch) -> Sketch:
    """The conversation that is nearest to a sketch and makes sense."""
    sketch = _behaved(_turns(sketch))
    sketch = _faulted(sketch)
    if "format" in sketch.wishes:
        says = [one for one in sketch.says if not any(block.kind in _CALLS for block in one.blocks)]
        if len(says) != len(sketch.says) or any(not _is_object(one) for one in says):
            sketch = _unwished(sketch, "format")
    sketch = replace(sketch, says=tuple(_said(one) for one in sketch.says))
    if any(one.logprobs for one in sketch.blocks):
        # Who is asked for them in one turn is asked in all.
        sketch = replace(sketch, says=tuple(map(_with_logprobs, sketch.says)))
    if "top_logprobs" in sketch.wishes and not any(one.logprobs for one in sketch.blocks):
        sketch = _unwished(sketch, "top_logprobs")
    return _short(_stopped(_tooled(_numbered(sketch))))


def _with_logprobs(say: Say) -> Say:
    def told(blocks: Iterable[Block]) -> tuple[Block, ...]:
        return tuple(replace(one, logprobs=True) if one.kind == "text" else one for one in blocks)

    return replace(say, blocks=told(say.blocks), others=tuple(map(told, say.others)))


def _unwished(sketch: Sketch, *names: str) -> Sketch:
    return replace(sketch, wishes={name: one for name, one in sketch.wishes.items() if name not in names})


def _turns(sketch: Sketch) -> Sketch:
    says = sketch.says or (Say(),)
    if sketch.output:
        calling = [one for one in says[:-1] if _calls(one)]
        last = says[-1] if not says[-1].others else replace(says[-1], others=())
        if calling:
            kept = tuple(replace(one, finish="", others=()) for one in calling)
            return replace(sketch, says=(*kept, last), follows="", form="items")
        sketch = replace(sketch, output="")
    if sketch.follows and len(says) == 2 and not _calls(says[0]):
        first = replace(says[0], others=(), finish="")
        return replace(
            sketch,
            says=(first, replace(says[1], others=(), finish="" if _calls(says[1]) else says[1].finish)),
        )
    return replace(sketch, follows="", says=says[:1])


def _calls(say: Say) -> list[Block]:
    return [one for one in say.blocks if one.kind in _CALLS]


def _behaved(sketch: Sketch) -> Sketch:
    """What is watched has an answer that shows it, and nothing that goes wrong."""
    if not sketch.behaviour:
        gap = min(sketch.gap_us, _GAP_US)
        return sketch if (gap, 0) == (sketch.gap_us, sketch.crowd) else replace(sketch, gap_us=gap, crowd=0)
    if sketch.behaviour in {"repeat", "whole_is_fold"}:
        return replace(sketch, fault="", follows="", output="", says=sketch.says[:1], gap_us=0, crowd=0)
    plain = Say(blocks=(Block(pieces=_WATCHED.get(sketch.behaviour, _SIX)),))
    says: tuple[Say, ...] = (plain,)
    crowd = 0
    if sketch.behaviour == "crosstalk":
        crowd = sketch.crowd or 1
        if any("{mark}" in piece for block in sketch.blocks for piece in block.pieces):
            says = sketch.says[:1]
    gap = {"crosstalk": 10_000, "leaving": 600_000}.get(sketch.behaviour, 60_000)
    return replace(sketch, fault="", follows="", output="", says=says, gap_us=gap, crowd=crowd)


def _faulted(sketch: Sketch) -> Sketch:
    """A stream that breaks has something to break."""
    kind = sketch.fault.partition(":")[0]
    if not kind or kind in _OF_ANSWERS:
        if kind == "split_character" and not any(
            "é" in piece for block in sketch.blocks for piece in block.pieces
        ):
            return replace(sketch, says=(*sketch.says[:-1], Say(blocks=(Block(pieces=("a é🎉 b", "c")),))))
        return sketch
    says = (replace(sketch.says[0], others=(), finish=""),)
    sketch = replace(sketch, says=says, output="", follows="", behaviour="", gap_us=0)
    if kind not in _OF_EVENTS:
        return sketch
    blocks = [one for one in says[0].blocks if one.kind in {"thought", "call"} and not one.raw]
    text = next(
        (one for one in says[0].blocks if one.kind == "text" and len(one.pieces) >= len(_FIVE)),
        Block(pieces=_FIVE),
    )
    text = replace(text, logprobs=False, sources=0)
    first = replace(
        says[0], blocks=(*(one for one in blocks if one.kind == "thought"), text), interleaved=False
    )
    if kind in {"corrupt", "omit_terminal", "omit_done"}:
        first = replace(first, blocks=(text,))
    return replace(sketch, says=(first,))


def _is_object(say: Say) -> bool:
    said = "".join(piece for one in say.blocks if one.kind == "text" for piece in one.pieces)
    return said.startswith("{") and said.endswith("}") and '"city"' in said


def _said(say: Say) -> Say:
    """An answer whose blocks and whose end fit each other."""
    blocks = _ordered(say.blocks)
    finish = _finish(say.finish, blocks)
    calls = [one for one in blocks if one.kind in _CALLS]
    if calls and finish == "length":
        # The limit cuts the last one, and no gateway may take it for one that can be run.
        blocks = [*(one for one in blocks if one is not calls[-1]), _cut(calls[-1])]
    thinks = any(one.kind == "thought" for one in blocks)
    if not finish and all(one.kind == "thought" for one in blocks):
        blocks.append(Block(pieces=("Yes",)))
    usage = _usage(say.usage, thinks=thinks)
    others: tuple[tuple[Block, ...], ...] = ()
    if say.others:
        blocks, others = _choices(blocks, say.others)
        usage = (*usage[:3], 0) if usage is not None else None
        finish = "" if finish == "content_filter" else finish
    if say.finish == "content_filter":
        blocks = [replace(one, sources=0) for one in blocks]
    interleaved = say.interleaved and sum(one.kind in _CALLS for one in blocks) > 1
    return replace(
        say, blocks=tuple(blocks), finish=finish, usage=usage, interleaved=interleaved, others=others
    )


def _ordered(given: Iterable[Block]) -> list[Block]:
    """Blocks in the order in which upstreams say them; who refuses says nothing else but what was thought."""
    blocks = sorted(
        (one for one in given if not (one.kind == "thought" and not one.pieces)),
        key=lambda one: _ORDER[one.kind],
    )
    if any(one.kind == "refusal" for one in blocks):
        blocks = [one for one in blocks if one.kind in {"refusal", "thought"}]
    return blocks or [Block()]


def _finish(wanted: str, blocks: Iterable[Block]) -> str:
    """The reason of the end, where it fits the blocks."""
    has_calls = any(one.kind in _CALLS for one in blocks)
    return "" if wanted == ("content_filter" if has_calls else "tool_calls") else wanted


def _usage(given: Usage | None, *, thinks: bool) -> Usage | None:
    """Tokens of thought where something was thought, and only there."""
    if given is None:
        return None
    if thinks:
        return _THOUGHTFUL if given == USAGE else given
    return (*given[:3], 0) if given[3] else given


def _choices(
    blocks: Iterable[Block], others: Iterable[tuple[Block, ...]]
) -> tuple[list[Block], tuple[tuple[Block, ...], ...]]:
    """Of several answers each has what the first has: one text."""
    first = next((one for one in blocks if one.kind == "text"), Block(pieces=("Hello",)))
    texts = [next((one for one in other if one.kind == "text"), Block(pieces=("Also",))) for other in others]
    return [replace(first, sources=0)], tuple(
        (replace(one, sources=0, logprobs=first.logprobs),) for one in texts
    )


def _cut(block: Block) -> Block:
    whole = "".join(block.pieces)
    if block.kind == "custom" or len(whole) < 4:
        return replace(block, pieces=('{"ci', 'ty": "Os')) if block.kind == "call" else block
    try:
        json.loads(whole)
    except ValueError:
        return block
    pieces = list(block.pieces)
    pieces[-1] = pieces[-1].rstrip()[:-1]
    kept = tuple(one for one in pieces if one)
    return replace(block, pieces=kept or ('{"ci',))


def _numbered(sketch: Sketch) -> Sketch:
    """Ids of calls that the upstream gives are given once."""
    seen: set[str] = {one[0] for earlier in sketch.before for one in earlier.calls}
    says = []
    for say in sketch.says:
        blocks = []
        for block in say.blocks:
            given = block.call_id
            if given and (given in seen or block.kind not in _CALLS):
                given = ""
            seen.add(given)
            blocks.append(block if given == block.call_id else replace(block, call_id=given))
        says.append(replace(say, blocks=tuple(blocks)))
    return replace(sketch, says=tuple(says))


def _tooled(sketch: Sketch) -> Sketch:
    """Every tool that is called is declared, and what the client says of tools is kept."""
    called = [one for say in sketch.says for one in _calls(say)]
    names = [one.name for one in called] + [one[1] for earlier in sketch.before for one in earlier.calls]
    declared = {one.name: one for one in sketch.tools}
    missing = dict.fromkeys(name for name in names if name not in declared)
    sketch = replace(sketch, tools=_few((*sketch.tools, *map(tool_named, missing)), frozenset(names)))
    wishes = dict(sketch.wishes)
    most = max((len(_calls(one)) for one in sketch.says), default=0)
    if not sketch.tools or (wishes.get("parallel_tool_calls") is False and most > 1):
        wishes.pop("parallel_tool_calls", None)
    choice = wishes.get("tool_choice")
    first = {one.name for one in _calls(sketch.says[0])}
    named = choice["name"] if isinstance(choice, dict) else None
    forced = choice == "required" or named is not None
    fits = not forced or (len(sketch.says) == 1 and first and (choice == "required" or first == {named}))
    if choice is not None and (not sketch.tools or not fits or (choice == "none" and called) or sketch.fault):
        wishes.pop("tool_choice", None)
    if called and wishes.get("effort") == "minimal":
        wishes["effort"] = "low"
    wishes.pop("n", None)
    if sketch.says[0].others:
        wishes["n"] = 1 + len(sketch.says[0].others)
    return replace(sketch, wishes=wishes)


def _few(tools: tuple[Tool, ...], called: frozenset[str]) -> tuple[Tool, ...]:
    """As many as a request may declare, and among them all that are called."""
    spare = len(tools) - MOST_TOOLS
    if spare <= 0:
        return tools
    gone = {one.name for one in [one for one in tools if one.name not in called][-spare:]}
    return tuple(one for one in tools if one.name not in gone)


def _stopped(sketch: Sketch) -> Sketch:
    stops = sketch.wishes.get("stop")
    if stops is None:
        return sketch
    said = _joined(sketch.blocks)
    given = [stops] if isinstance(stops, str) else stops
    return _unwished(sketch, "stop") if any(one in text for one in given for text in said) else sketch


def _joined(blocks: Iterable[Block]) -> list[str]:
    return ["".join(one.pieces) for one in blocks]


def _short(sketch: Sketch) -> Sketch:
    """A short form of the input has no room for parts, calls, and results."""
    if sketch.form == "items":
        return sketch
    long = sketch.parts or any(one.calls or one.role == "tool" for one in (*sketch.before, *sketch.after))
    if long or sketch.output or (sketch.form == "string" and (sketch.before or sketch.after)):
        return replace(sketch, form="items")
    return sketch
