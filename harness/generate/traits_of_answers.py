"""Traits of answers: what an upstream says, in which blocks and pieces, and how it ends."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.generate.changing import Trait, with_say, with_wishes
from harness.generate.sketch import Block, Sketch
from harness.generate.tooling import CUSTOMS, FUNCTIONS
from harness.generate.wording import KINDS, arguments, cut, worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.generate.choosing import Choose

_IDS: Final = (
    "call_a", "toolu_01A", "call-b-2", "functions.get_weather:0", "0", "call_" + "9" * 35,
    "chatcmpl-tool-" + "a" * 32, "c" * 64, "fc_1",
)  # fmt: skip


def _texted(kind: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        say = sketch.says[-1]
        told = Block(pieces=worded(choose, kind))
        rest = [one for one in say.blocks if one.kind not in {"text", "refusal"}]
        at = sum(one.kind == "thought" for one in rest)
        return with_say(sketch, -1, blocks=(*rest[:at], told, *rest[at:]))

    return trait


def _called(sketch: Sketch, block: Block) -> Sketch:
    say = sketch.says[0]
    kept = [one for one in say.blocks if one.kind != "refusal"]
    plain = kept == [Block(pieces=("Hello",))]
    return with_say(sketch, 0, blocks=(*(() if plain else kept), block))


def _call(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(
        sketch,
        Block(kind="call", name=choose.pick(FUNCTIONS), pieces=cut(choose, '{"city": "Oslo"}', 3)),
    )


def _calls(choose: Choose, sketch: Sketch) -> Sketch:
    for number in range(choose.integer(2, 4)):
        whole = json.dumps({"n": number})
        sketch = _called(
            sketch, Block(kind="call", name=choose.pick(FUNCTIONS), pieces=cut(choose, whole, 2))
        )
    return sketch


def _call_many(choose: Choose, sketch: Sketch) -> Sketch:
    for number in range(choose.pick((6, 12, 25))):
        sketch = _called(sketch, Block(kind="call", name="get_weather", pieces=(f'{{"n": {number}}}',)))
    return sketch


def _call_odd(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(
        sketch, Block(kind="call", name=choose.pick(FUNCTIONS), pieces=cut(choose, arguments(choose)))
    )


def _call_large(choose: Choose, sketch: Sketch) -> Sketch:
    piece = choose.pick(("line\\n", "é", 'a\\"b', "x" * 99))
    whole = (f"{piece * choose.pick((4, 40, 90))}",) * choose.pick((1, 20, 60))
    return _called(
        sketch,
        Block(kind="call", name="write_file", pieces=('{"path": "a", "text": "', *whole, '"}')),
    )


def _call_empty(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(sketch, Block(kind="call", name=choose.pick(("get_time", "get_weather"))))


def _call_id(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(sketch, Block(kind="call", name="get_weather", pieces=("{}",), call_id=choose.pick(_IDS)))


def _call_apart(choose: Choose, sketch: Sketch) -> Sketch:
    """Two calls of the same function with the same arguments."""
    block = Block(kind="call", name=choose.pick(FUNCTIONS), pieces=('{"city": "Oslo"}',))
    return _called(_called(sketch, block), block)


def _call_char(choose: Choose, sketch: Sketch) -> Sketch:
    """Arguments a character a piece."""
    return (
        _called(
            sketch,
            Block(kind="call", name=choose.pick(FUNCTIONS), pieces=tuple(arguments(choose)[:40])),
        )
        if choose.chance(8)
        else _called(sketch, Block(kind="call", name="get_weather", pieces=tuple('{"city": "Ål"}')))
    )


def _interleaved(choose: Choose, sketch: Sketch) -> Sketch:
    return with_say(_calls(choose, sketch), 0, interleaved=True)


def _custom(choose: Choose, sketch: Sketch) -> Sketch:
    pieces = worded(choose, choose.pick(("plain", "odd", "unicode", "space")))
    return _called(sketch, Block(kind="custom", name=choose.pick(CUSTOMS), pieces=pieces))


def _beside(choose: Choose, sketch: Sketch) -> Sketch:
    """Text before a call."""
    said = Block(pieces=worded(choose, choose.pick(KINDS[:5])))
    sketch = with_say(sketch, 0, blocks=(said,))
    return with_say(
        sketch, 0, blocks=(said, Block(kind="call", name="get_weather", pieces=('{"city": "Oslo"}',)))
    )


def _thought(choose: Choose, sketch: Sketch) -> Sketch:
    block = Block(
        kind="thought", pieces=worded(choose, choose.pick(("plain", "plain", "unicode", "space", "repeats")))
    )
    return _think(sketch, block)


def _think(sketch: Sketch, block: Block) -> Sketch:
    say = sketch.says[0]
    rest = [one for one in say.blocks if one.kind != "thought"]
    usage = say.usage and (say.usage[0], max(say.usage[1], 40), say.usage[2], 12)
    return with_say(sketch, 0, blocks=(block, *rest), usage=usage)


def _thought_raw(choose: Choose, sketch: Sketch) -> Sketch:
    return _think(sketch, Block(kind="thought", raw=True, pieces=worded(choose, "plain")))


def _thought_signed(choose: Choose, sketch: Sketch) -> Sketch:
    return _think(
        sketch, Block(kind="thought", pieces=("Hm",), signature=choose.pick(("c2lnbmVk", "QUJD" * 40)))
    )


def _thought_encrypted(choose: Choose, sketch: Sketch) -> Sketch:
    return _think(
        sketch, Block(kind="thought", pieces=("Hm",), encrypted=choose.pick(("Z0FBQUFB", "QUJD" * 40)))
    )


def _thought_summary(choose: Choose, sketch: Sketch) -> Sketch:
    sketch = _thought(choose, sketch)
    return with_wishes(sketch, summary=choose.pick(("auto", "detailed")), effort="low")


def _thought_only(choose: Choose, sketch: Sketch) -> Sketch:
    return with_say(
        sketch,
        0,
        blocks=(Block(kind="thought", pieces=worded(choose, "plain")),),
        finish="length",
        usage=(20, 16, 0, 16),
    )


def _refusal(choose: Choose, sketch: Sketch) -> Sketch:
    return with_say(
        sketch,
        -1,
        blocks=(Block(kind="refusal", pieces=worded(choose, choose.pick(("plain", "unicode", "space")))),),
    )


def _logprobs(choose: Choose, sketch: Sketch) -> Sketch:
    return with_say(
        sketch,
        0,
        blocks=(Block(pieces=worded(choose, choose.pick(("plain", "unicode", "space"))), logprobs=True),),
    )


def _top_logprobs(choose: Choose, sketch: Sketch) -> Sketch:
    return with_wishes(_logprobs(choose, sketch), top_logprobs=choose.pick((0, 2, 20)))


def _sources(choose: Choose, sketch: Sketch) -> Sketch:
    kind = choose.pick(("plain", "unicode"))
    pieces = (*worded(choose, kind), " Rain later, and sun.")
    return with_say(sketch, 0, blocks=(Block(pieces=pieces, sources=choose.integer(1, 3)),))


def _choices(choose: Choose, sketch: Sketch) -> Sketch:
    others = tuple(
        (Block(pieces=worded(choose, choose.pick(("plain", "plain", "unicode", "repeats")))),)
        for _ in range(choose.integer(1, 3))
    )
    return with_say(sketch, 0, others=others)


def _usage(choose: Choose, sketch: Sketch) -> Sketch:
    given, told = choose.integer(1, 5000), choose.integer(1, 5000)
    cached = choose.pick((0, given // 2, given))
    thoughts = choose.pick((0, told // 2))
    return with_say(sketch, 0, usage=(given, told, cached, thoughts))


def _usage_none(choose: Choose, sketch: Sketch) -> Sketch:
    del choose
    return with_say(sketch, 0, usage=None)


def _usage_off(choose: Choose, sketch: Sketch) -> Sketch:
    del choose
    return replace(sketch, include_usage=False)


def _finish(reason: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        sketch = with_say(sketch, -1, finish=reason)
        return (
            with_wishes(sketch, limit=choose.pick((16, 64)))
            if reason == "length" and choose.chance(2)
            else sketch
        )

    return trait


def _length_in_call(choose: Choose, sketch: Sketch) -> Sketch:
    del choose
    return with_say(
        _called(sketch, Block(kind="call", name="get_weather", pieces=('{"ci', 'ty": "Os'))),
        0,
        finish="length",
    )


def _empty(choose: Choose, sketch: Sketch) -> Sketch:
    del choose
    return with_say(sketch, -1, blocks=(Block(),), usage=(20, 1, 0, 0))


def _usage_large(choose: Choose, sketch: Sketch) -> Sketch:
    given, told = choose.pick((0, 1, 70_000, 1_048_576)), choose.pick((1, 33_000, 131_072))
    return with_say(sketch, 0, usage=(given, told, choose.pick((0, given)), 0))


OF_ANSWERS: Final[Mapping[str, Trait]] = {
    **{f"text-{kind}": _texted(kind) for kind in KINDS},
    "call": _call,
    "calls": _calls,
    "call-many": _call_many,
    "call-odd": _call_odd,
    "call-large": _call_large,
    "call-empty": _call_empty,
    "call-id": _call_id,
    "call-apart": _call_apart,
    "call-char": _call_char,
    "call-interleaved": _interleaved,
    "call-custom": _custom,
    "call-beside": _beside,
    "call-cut": _length_in_call,
    "thought": _thought,
    "thought-raw": _thought_raw,
    "thought-signed": _thought_signed,
    "thought-encrypted": _thought_encrypted,
    "thought-summary": _thought_summary,
    "thought-only": _thought_only,
    "refusal": _refusal,
    "logprobs": _logprobs,
    "logprobs-top": _top_logprobs,
    "sources": _sources,
    "choices": _choices,
    "usage": _usage,
    "usage-none": _usage_none,
    "usage-off": _usage_off,
    "length": _finish("length"),
    "filter": _finish("content_filter"),
    "empty": _empty,
    "usage-large": _usage_large,
}
