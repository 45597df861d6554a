"""Smaller answers of an upstream than a given one, the boldest first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.fuzzing.reducing_sequences import changed, parts_left_out, shorter
from harness.generate.sketch import USAGE, Block, Say

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 12
"""Pieces of a block that are looked at one by one."""
_MEMBERS: Final = (
    ("raw", False),
    ("signature", ""),
    ("encrypted", ""),
    ("logprobs", False),
    ("call_id", ""),
)
"""What is particular about a block, and what is plain instead."""


def smaller_says(say: Say) -> Iterator[Say]:
    """With fewer choices, the plain end and usage, and fewer and smaller blocks."""
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
    if len(say.blocks) > 1:
        yield from (replace(say, blocks=(block,)) for block in say.blocks)
    for left in parts_left_out(say.blocks, len(say.blocks) // 2):
        yield replace(say, blocks=left)
    for number, block in enumerate(say.blocks):
        yield from (replace(say, blocks=changed(say.blocks, number, one)) for one in _smaller_blocks(block))
    yield from _smaller_others(say)


def _smaller_others(say: Say) -> Iterator[Say]:
    """With a smaller block in a choice beside the first."""
    for number, blocks in enumerate(say.others):
        for at, block in enumerate(blocks):
            for one in _smaller_blocks(block):
                yield replace(say, others=changed(say.others, number, changed(blocks, at, one)))


def _smaller_blocks(block: Block) -> Iterator[Block]:
    for name, plain in _MEMBERS:
        if getattr(block, name) != plain:
            yield replace(block, **{name: plain})
    if block.sources:
        yield replace(block, sources=block.sources - 1)
    pieces = _of_a_call(block.pieces) if block.kind == "call" else _of_a_text(block.pieces)
    yield from (replace(block, pieces=less) for less in pieces)


def _of_a_call(pieces: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Arguments in fewer pieces, then other ones, and less of them: they stay JSON."""
    whole = "".join(pieces)
    yield ()
    if len(pieces) > 1:
        yield (whole,)
        yield _in_two(pieces)
        for at in range(min(len(pieces) - 1, _MOST)):
            yield (*pieces[:at], pieces[at] + pieces[at + 1], *pieces[at + 2 :])
    yield ('{"a": 1}',)
    yield ('{"a"', ": 1}")
    yield from ((text,) for text in _smaller_arguments(whole))


def _of_a_text(pieces: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Fewer pieces, the same in fewer pieces, and shorter ones."""
    if len(pieces) > 1:
        yield pieces[:1]
        yield ("".join(pieces),)
        yield from parts_left_out(pieces, len(pieces) // 2)
        yield _in_two(pieces)
        if len(pieces) > 3:
            third = len(pieces) // 3
            yield tuple("".join(pieces[at : at + third]) for at in range(0, 3 * third, third))
    for number, piece in enumerate(pieces[:_MOST]):
        yield from (changed(pieces, number, text) for text in shorter(piece))


def _in_two(pieces: tuple[str, ...]) -> tuple[str, str]:
    half = len(pieces) // 2
    return "".join(pieces[:half]), "".join(pieces[half:])


def _smaller_arguments(whole: str) -> Iterator[str]:
    """Members of the arguments left out, one by one; strings in them cut in half."""
    try:
        value = json.loads(whole)
    except ValueError:
        return
    if not isinstance(value, dict):
        return
    for name, one in value.items():
        fewer = {key: kept for key, kept in value.items() if key != name}
        yield json.dumps(fewer, ensure_ascii=False)
        if isinstance(one, str) and len(one) > 1:
            for text in shorter(one):
                yield json.dumps({**value, name: text}, ensure_ascii=False)
