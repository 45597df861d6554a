"""Smaller conversations than a given one, the boldest first.

Each is a legal conversation again (`mended`), and lighter than what it is made of, so that a reducer comes to an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.generate.mending import mended
from harness.generate.sketch import USAGE, Block, Say, Sketch

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = Sketch()
_CROWDED: Final = ("{mark}",)
_MEMBERS: Final = (
    "before",
    "after",
    "parts",
    "tools",
    "wishes",
    "form",
    "instructions",
    "fault",
    "behaviour",
    "include_usage",
)


def smaller(sketch: Sketch) -> Iterator[Sketch]:
    """Smaller ones, each once; empty where nothing can be left out."""
    seen = {msg(sketch)}
    for one in _raw(sketch):
        made = mended(one)
        if made.weight < sketch.weight and (name := msg(made)) not in seen:
            seen.add(name)
            yield made


def msg(sketch: Sketch) -> str:
    """A name of what a sketch says."""
    return sketch.digest()


def _raw(sketch: Sketch) -> Iterator[Sketch]:  # noqa: C901, PLR0912 - a list of what can be left out
    yield _PLAIN
    for crowd in (1, 2, 5, 12):
        if crowd < sketch.crowd:
            yield replace(sketch, crowd=crowd)
    # One half alone: what is asked with the plainest answer, and what is answered to the plainest prompt.
    yield replace(
        _PLAIN,
        says=sketch.says,
        output=sketch.output,
        follows=sketch.follows,
        tools=sketch.tools,
        fault=sketch.fault,
    )
    yield replace(
        _PLAIN,
        says=sketch.says[:1],
        tools=sketch.tools,
        fault=sketch.fault,
        behaviour=sketch.behaviour,
        gap_us=sketch.gap_us,
        crowd=sketch.crowd,
    )
    yield replace(sketch, says=_PLAIN.says, output="", follows="")
    if sketch.crowd:
        yield replace(sketch, says=(Say(blocks=(Block(pieces=_CROWDED),)),))
    if len(sketch.says) > 1:
        for say in sketch.says:
            yield replace(sketch, says=(say,), output="", follows="")
        for number in range(len(sketch.says)):
            yield replace(sketch, says=sketch.says[:number] + sketch.says[number + 1 :])
    for name in _MEMBERS:
        plain = getattr(_PLAIN, name)
        if getattr(sketch, name) != plain:
            yield replace(sketch, **{name: plain})
    for name in sketch.wishes:
        yield replace(sketch, wishes={one: value for one, value in sketch.wishes.items() if one != name})
    yield from _earlier(sketch)
    for number, say in enumerate(sketch.says):
        for one in _say(say):
            yield replace(sketch, says=(*sketch.says[:number], one, *sketch.says[number + 1 :]))
    for number in range(len(sketch.tools)):
        yield replace(sketch, tools=sketch.tools[:number] + sketch.tools[number + 1 :])
        tool = sketch.tools[number]
        if not tool.custom:
            plainer = replace(tool, parameters={}, description="", strict=None)
            yield replace(sketch, tools=(*sketch.tools[:number], plainer, *sketch.tools[number + 1 :]))
    if sketch.prompt != _PLAIN.prompt:
        yield replace(sketch, prompt=_PLAIN.prompt)
        yield from (replace(sketch, prompt=one) for one in _text(sketch.prompt))
    if sketch.instructions:
        yield from (replace(sketch, instructions=one) for one in _text(sketch.instructions))
    if len(sketch.output) > 1:
        yield from (replace(sketch, output=one) for one in _text(sketch.output))
    for name, value in sketch.wishes.items():
        if isinstance(value, list) and len(value) > 1:
            for cut in range(len(value)):
                yield replace(sketch, wishes={**sketch.wishes, name: value[:cut] + value[cut + 1 :]})


def _earlier(sketch: Sketch) -> Iterator[Sketch]:  # noqa: C901, PLR0912 - a list of what can be left out
    """Fewer and shorter messages before and after; a call and its results go together."""
    for name in ("before", "after"):
        said = getattr(sketch, name)
        size = max(1, len(said) // 2)
        while size:
            for start in range(0, len(said), size):
                left = said[:start] + said[start + size :]
                calls = {call[0] for one in left for call in one.calls}
                answered = {one.call_id for one in left if one.role == "tool"}
                if calls == answered:
                    yield replace(sketch, **{name: left})
            size //= 2
        for number, one in enumerate(said):
            if len(one.calls) > 0:
                # The call with its results.
                gone = {call[0] for call in one.calls}
                left = tuple(x for x in said if x is not one and x.call_id not in gone)
                yield replace(sketch, **{name: left})
            if len(one.calls) > 1:
                for call in one.calls:
                    fewer = replace(one, calls=tuple(x for x in one.calls if x is not call))
                    left = tuple(fewer if x is one else x for x in said if x.call_id != call[0])
                    yield replace(sketch, **{name: left})
            shorter = [replace(one, text=text) for text in _text(one.text)]
            if one.calls:
                shorter += [
                    replace(one, text=""),
                    replace(one, calls=tuple((call[0], call[1], "{}") for call in one.calls)),
                ]
            for less in shorter:
                if less.text or less.calls:
                    yield replace(sketch, **{name: (*said[:number], less, *said[number + 1 :])})
    for number in range(len(sketch.parts)):
        yield replace(sketch, parts=sketch.parts[:number] + sketch.parts[number + 1 :])
        part = sketch.parts[number]
        for text in _text(part.text):
            yield replace(
                sketch, parts=(*sketch.parts[:number], replace(part, text=text), *sketch.parts[number + 1 :])
            )


def _say(say: Say) -> Iterator[Say]:  # noqa: C901 - likewise
    if say.others:
        yield replace(say, others=())
        if len(say.others) > 1:
            yield replace(say, others=say.others[:1])
        yield replace(say, others=tuple((Block(pieces=("a",)),) for _ in say.others))
    if say.finish:
        yield replace(say, finish="")
    if say.interleaved:
        yield replace(say, interleaved=False)
    if say.usage != USAGE:
        yield replace(say, usage=USAGE)
    for number in range(len(say.blocks)):
        if len(say.blocks) > 1:
            yield replace(say, blocks=(say.blocks[number],))
    size = len(say.blocks) // 2
    while size:
        for start in range(0, len(say.blocks), size):
            yield replace(say, blocks=say.blocks[:start] + say.blocks[start + size :])
        size //= 2
    for number, block in enumerate(say.blocks):
        for one in _block(block):
            yield replace(say, blocks=(*say.blocks[:number], one, *say.blocks[number + 1 :]))


def _block(block: Block) -> Iterator[Block]:  # noqa: C901 - likewise
    for name, plain in (
        ("raw", False),
        ("signature", ""),
        ("encrypted", ""),
        ("logprobs", False),
        ("call_id", ""),
    ):
        if getattr(block, name) != plain:
            yield replace(block, **{name: plain})
    if block.sources:
        yield replace(block, sources=block.sources - 1)
    whole = "".join(block.pieces)
    if block.kind == "call":
        yield replace(block, pieces=())
        if len(block.pieces) > 1:
            yield replace(block, pieces=(whole,))
            half = len(block.pieces) // 2
            yield replace(block, pieces=("".join(block.pieces[:half]), "".join(block.pieces[half:])))
            yield from (
                replace(
                    block,
                    pieces=(
                        *block.pieces[:at],
                        block.pieces[at] + block.pieces[at + 1],
                        *block.pieces[at + 2 :],
                    ),
                )
                for at in range(min(len(block.pieces) - 1, 12))
            )
        yield replace(block, pieces=('{"a": 1}',))
        yield replace(block, pieces=('{"a"', ": 1}"))
        yield from _arguments(block, whole)
        return
    if len(block.pieces) > 1:
        yield replace(block, pieces=block.pieces[:1])
        yield replace(block, pieces=(whole,))
        size = len(block.pieces) // 2
        while size:
            for start in range(0, len(block.pieces), size):
                yield replace(block, pieces=block.pieces[:start] + block.pieces[start + size :])
            size //= 2
        half = len(block.pieces) // 2
        yield replace(block, pieces=("".join(block.pieces[:half]), "".join(block.pieces[half:])))
        if len(block.pieces) > 3:
            third = len(block.pieces) // 3
            yield replace(
                block,
                pieces=tuple("".join(block.pieces[at : at + third]) for at in range(0, 3 * third, third)),
            )
    for number, piece in enumerate(block.pieces[:12]):
        for text in _text(piece):
            yield replace(block, pieces=(*block.pieces[:number], text, *block.pieces[number + 1 :]))


def _arguments(block: Block, whole: str) -> Iterator[Block]:
    """Members of the arguments left out, one by one; strings in them cut in half."""
    import json  # noqa: PLC0415 - seldom

    try:
        value = json.loads(whole)
    except ValueError:
        return
    if not isinstance(value, dict):
        return
    for name, one in value.items():
        fewer = {key: kept for key, kept in value.items() if key != name}
        yield replace(block, pieces=(json.dumps(fewer, ensure_ascii=False),))
        if isinstance(one, str) and len(one) > 1:
            for text in _text(one):
                yield replace(block, pieces=(json.dumps({**value, name: text}, ensure_ascii=False),))


def _text(text: str) -> Iterator[str]:
    """Shorter texts, none of them empty."""
    if len(text) < 2:
        if text > "a":
            yield "a"
        return
    yield "a"
    for size in (len(text) // 2, len(text) // 4, len(text) // 8):
        if size:
            for start in range(0, len(text), size):
                if left := text[:start] + text[start + size :]:
                    yield left
    if len(text) <= 12:
        for at in range(len(text)):
            yield text[:at] + text[at + 1 :]
