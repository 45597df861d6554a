"""What may be particular about a conversation: each trait is a small change of a sketch, and all can be combined.

A trait alone on the plainest sketch shows one feature in its smallest form; several give what nobody has thought of; one
more on what was interesting is a mutation. What fits together is seen to by `harness.generate.mending`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from msgspec.structs import replace

from harness.generate.choosing import some
from harness.generate.sketch import Block, Earlier, Part, Say, Sketch
from harness.generate.tooling import CUSTOMS, FUNCTIONS, tool_named
from harness.generate.wording import KINDS, arguments, cut, worded

if TYPE_CHECKING:
    from harness.generate.choosing import Choose

Trait: TypeAlias = Callable[["Choose", Sketch], Sketch]

_IDS: Final = (
    "call_a", "toolu_01A", "call-b-2", "functions.get_weather:0", "0", "call_" + "9" * 35, "chatcmpl-tool-" + "a" * 32, "c" * 64, "fc_1",
)  # fmt: skip
_ROLES: Final = ("user", "assistant")


def _say(sketch: Sketch, number: int, **changes: object) -> Sketch:
    says = list(sketch.says)
    says[number] = replace(says[number], **changes)
    return replace(sketch, says=tuple(says))


def _texted(kind: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        say = sketch.says[-1]
        told = Block(pieces=worded(choose, kind))
        rest = [one for one in say.blocks if one.kind not in {"text", "refusal"}]
        at = sum(one.kind == "thought" for one in rest)
        return _say(sketch, -1, blocks=(*rest[:at], told, *rest[at:]))

    return trait


def _called(choose: Choose, sketch: Sketch, block: Block, *, alone: bool = False) -> Sketch:
    say = sketch.says[0]
    kept = [one for one in say.blocks if one.kind != "refusal" and not (alone and one.kind == "text")]
    plain = kept == [Block(pieces=("Hello",))]
    return _say(sketch, 0, blocks=(*(() if plain else kept), block))


def _call(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(
        choose,
        sketch,
        Block(kind="call", name=choose.pick(FUNCTIONS), pieces=cut(choose, '{"city": "Oslo"}', 3)),
    )


def _calls(choose: Choose, sketch: Sketch) -> Sketch:
    for number in range(choose.integer(2, 4)):
        whole = json.dumps({"n": number})
        sketch = _called(
            choose, sketch, Block(kind="call", name=choose.pick(FUNCTIONS), pieces=cut(choose, whole, 2))
        )
    return sketch


def _call_many(choose: Choose, sketch: Sketch) -> Sketch:
    for number in range(choose.pick((6, 12, 25))):
        sketch = _called(
            choose, sketch, Block(kind="call", name="get_weather", pieces=(f'{{"n": {number}}}',))
        )
    return sketch


def _call_odd(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(
        choose, sketch, Block(kind="call", name=choose.pick(FUNCTIONS), pieces=cut(choose, arguments(choose)))
    )


def _call_large(choose: Choose, sketch: Sketch) -> Sketch:
    piece = choose.pick(("line\\n", "é", 'a\\"b', "x" * 99))
    whole = (f"{piece * choose.pick((4, 40, 90))}",) * choose.pick((1, 20, 60))
    return _called(
        choose,
        sketch,
        Block(kind="call", name="write_file", pieces=('{"path": "a", "text": "', *whole, '"}')),
    )


def _call_empty(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(choose, sketch, Block(kind="call", name=choose.pick(("get_time", "get_weather"))))


def _call_id(choose: Choose, sketch: Sketch) -> Sketch:
    return _called(
        choose, sketch, Block(kind="call", name="get_weather", pieces=("{}",), call_id=choose.pick(_IDS))
    )


def _call_apart(choose: Choose, sketch: Sketch) -> Sketch:
    """Two calls of the same function with the same arguments."""
    block = Block(kind="call", name=choose.pick(FUNCTIONS), pieces=('{"city": "Oslo"}',))
    return _called(choose, _called(choose, sketch, block), block)


def _call_char(choose: Choose, sketch: Sketch) -> Sketch:
    """Arguments a character a piece."""
    return (
        _called(
            choose,
            sketch,
            Block(kind="call", name=choose.pick(FUNCTIONS), pieces=tuple(arguments(choose)[:40])),
        )
        if choose.chance(8)
        else _called(choose, sketch, Block(kind="call", name="get_weather", pieces=tuple('{"city": "Ål"}')))
    )


def _interleaved(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(_calls(choose, sketch), 0, interleaved=True)


def _custom(choose: Choose, sketch: Sketch) -> Sketch:
    pieces = worded(choose, choose.pick(("plain", "odd", "unicode", "space")))
    return _called(choose, sketch, Block(kind="custom", name=choose.pick(CUSTOMS), pieces=pieces))


def _beside(choose: Choose, sketch: Sketch) -> Sketch:
    """Text before a call."""
    said = Block(pieces=worded(choose, choose.pick(KINDS[:5])))
    sketch = _say(sketch, 0, blocks=(said,))
    return _say(
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
    return _say(sketch, 0, blocks=(block, *rest), usage=usage)


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
    return _wished(sketch, summary=choose.pick(("auto", "detailed")), effort="low")


def _thought_only(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(
        sketch,
        0,
        blocks=(Block(kind="thought", pieces=worded(choose, "plain")),),
        finish="length",
        usage=(20, 16, 0, 16),
    )


def _refusal(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(
        sketch,
        -1,
        blocks=(Block(kind="refusal", pieces=worded(choose, choose.pick(("plain", "unicode", "space")))),),
    )


def _logprobs(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(
        sketch,
        0,
        blocks=(Block(pieces=worded(choose, choose.pick(("plain", "unicode", "space"))), logprobs=True),),
    )


def _top_logprobs(choose: Choose, sketch: Sketch) -> Sketch:
    return _wished(_logprobs(choose, sketch), top_logprobs=choose.pick((0, 2, 20)))


def _sources(choose: Choose, sketch: Sketch) -> Sketch:
    kind = choose.pick(("plain", "unicode"))
    pieces = (*worded(choose, kind), " Rain later, and sun.")
    return _say(sketch, 0, blocks=(Block(pieces=pieces, sources=choose.integer(1, 3)),))


def _choices(choose: Choose, sketch: Sketch) -> Sketch:
    others = tuple(
        (Block(pieces=worded(choose, choose.pick(("plain", "plain", "unicode", "repeats")))),)
        for _ in range(choose.integer(1, 3))
    )
    return _say(sketch, 0, others=others)


def _usage(choose: Choose, sketch: Sketch) -> Sketch:
    given, told = choose.integer(1, 5000), choose.integer(1, 5000)
    cached = choose.pick((0, given // 2, given))
    thoughts = choose.pick((0, told // 2))
    return _say(sketch, 0, usage=(given, told, cached, thoughts))


def _usage_none(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(sketch, 0, usage=None)


def _usage_off(choose: Choose, sketch: Sketch) -> Sketch:
    return replace(sketch, include_usage=False)


def _finish(reason: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        sketch = _say(sketch, -1, finish=reason)
        return (
            _wished(sketch, limit=choose.pick((16, 64)))
            if reason == "length" and choose.chance(2)
            else sketch
        )

    return trait


def _length_in_call(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(
        _called(choose, sketch, Block(kind="call", name="get_weather", pieces=('{"ci', 'ty": "Os'))),
        0,
        finish="length",
    )


def _empty(choose: Choose, sketch: Sketch) -> Sketch:
    return _say(sketch, -1, blocks=(Block(),), usage=(20, 1, 0, 0))


def _loop(choose: Choose, sketch: Sketch) -> Sketch:
    output = choose.pick(
        (
            '{"celsius": 21}',
            "sunny",
            "",
            "0",
            "é🎉\u2028",
            '"quoted" \\ {x}',
            "[]",
            "null",
            "a\nb\n",
            "x" * 3000,
            '{"a": {"b": [1, 2]}}',
        )
    )
    if not any(one.kind in {"call", "custom"} for one in sketch.says[0].blocks):
        sketch = choose.pick((_call, _calls, _call_odd, _beside, _call_empty))(choose, sketch)
    more = (sketch.says[0],) if choose.chance(4) else ()
    last = Say(blocks=(Block(pieces=worded(choose, choose.pick(KINDS[:4]))),))
    return replace(sketch, output=output or " ", says=(sketch.says[0], *more, last))


def _follows(choose: Choose, sketch: Sketch) -> Sketch:
    last = Say(blocks=(Block(pieces=worded(choose, "plain")),))
    return replace(
        sketch, follows=choose.pick(("And then?", "What is my name?", "é?")), says=(sketch.says[0], last)
    )


def _history(choose: Choose, sketch: Sketch) -> Sketch:
    before = list(sketch.before)
    for _ in range(choose.integer(1, 3)):
        before.append(Earlier(role="user", text=_line(choose)))
        before.append(Earlier(role="assistant", text=_line(choose)))
    return replace(sketch, before=tuple(before))


def _users(choose: Choose, sketch: Sketch) -> Sketch:
    """Several messages of the user after one another."""
    told = Earlier(role="user", text=_line(choose))
    return (
        replace(sketch, before=(*sketch.before, told))
        if choose.chance(2)
        else replace(sketch, after=(*sketch.after, told))
    )


def _line(choose: Choose) -> str:
    return (
        "".join(
            worded(choose, choose.pick(("plain", "plain", "unicode", "space", "odd", "repeats", "single")))
        ).strip()
        or "Yes."
    )


def _system(choose: Choose, sketch: Sketch) -> Sketch:
    told = Earlier(role=choose.pick(("system", "developer")), text=_line(choose))
    rest = [one for one in sketch.before if one.role not in {"system", "developer"}]
    return replace(sketch, before=(told, *rest))


def _systems(choose: Choose, sketch: Sketch) -> Sketch:
    sketch = _system(choose, sketch)
    role = sketch.before[0].role
    return replace(sketch, before=(Earlier(role=role, text=_line(choose)), *sketch.before))


def _tool_history(choose: Choose, sketch: Sketch) -> Sketch:
    number = len(sketch.before)
    made = [
        (
            choose.pick((f"call_earlier_{number}_{one}", f"toolu_{number}_{one}")),
            choose.pick(FUNCTIONS),
            choose.pick(('{"city":"Oslo"}', "{}", arguments(choose).strip())),
        )
        for one in range(choose.integer(1, 3))
    ]
    results = [
        Earlier(
            role="tool",
            call_id=one[0],
            text=choose.pick(('{"celsius": 21}', "sunny", _line(choose), "[1, 2]", "0")),
        )
        for one in made
    ]
    asked = Earlier(role="user", text=_line(choose))
    text = _line(choose) if choose.chance(3) else ""
    said = Earlier(role="assistant", text=text, calls=tuple(made))
    end = (Earlier(role="assistant", text=_line(choose)),) if choose.chance(3) else ()
    return replace(sketch, before=(*sketch.before, asked, said, *results, *end))


def _parts(choose: Choose, sketch: Sketch) -> Sketch:
    return replace(
        sketch, parts=(*sketch.parts, *(Part(text=_line(choose)) for _ in range(choose.integer(1, 3))))
    )


def _image(choose: Choose, sketch: Sketch) -> Sketch:
    return replace(sketch, parts=(*sketch.parts, *((Part(kind="image"),) * choose.integer(1, 2))))


def _file(choose: Choose, sketch: Sketch) -> Sketch:
    return replace(sketch, parts=(*sketch.parts, Part(kind="file")))


def _prompted(kind: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return replace(sketch, prompt="".join(worded(choose, kind)).strip() or "Hi.")

    return trait


def _instructions(choose: Choose, sketch: Sketch) -> Sketch:
    return replace(sketch, instructions=_line(choose))


def _form(form: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return replace(sketch, form=form)

    return trait


def _wished(sketch: Sketch, **wishes: object) -> Sketch:
    return replace(sketch, wishes={**sketch.wishes, **wishes})


def _wish(**values: tuple[object, ...]) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return _wished(sketch, **{name: choose.pick(among) for name, among in values.items()})

    return trait


def _unused(choose: Choose, sketch: Sketch) -> Sketch:
    names = some(choose, (*FUNCTIONS, *CUSTOMS[:1]) if choose.chance(6) else FUNCTIONS, 1, 4)
    return replace(sketch, tools=tuple({name: tool_named(name, choose) for name in names}.values()))


def _strict(choose: Choose, sketch: Sketch) -> Sketch:
    sketch = _unused(choose, sketch)
    return replace(
        sketch,
        tools=tuple(one if one.custom else replace(one, strict=choose.chance(2)) for one in sketch.tools),
    )


def _tool_choice(choose: Choose, sketch: Sketch) -> Sketch:
    if choose.chance(3):
        return _wished(_unused(choose, sketch), tool_choice="none")
    sketch = _call(choose, sketch)
    name = next(one.name for one in sketch.says[0].blocks if one.kind == "call")
    return _wished(sketch, tool_choice=choose.pick(({"name": name}, "required", "auto")))


_CITY: Final = {
    "name": "city",
    "schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "people": {"type": "integer"}},
        "required": ["city", "people"],
        "additionalProperties": False,
    },
}


def _tools_many(choose: Choose, sketch: Sketch) -> Sketch:
    made = (tool_named(f"tool_{number}", choose) for number in range(choose.pick((12, 40, 130))))
    return replace(sketch, tools=tuple(made))


def _history_long(choose: Choose, sketch: Sketch) -> Sketch:
    made = []
    for number in range(choose.pick((8, 25))):
        made.append(Earlier(role="user", text=f"Question {number}?"))
        made.append(Earlier(role="assistant", text=f"Answer {number}."))
    return replace(sketch, before=(*sketch.before, *made))


def _usage_large(choose: Choose, sketch: Sketch) -> Sketch:
    given, told = choose.pick((0, 1, 70_000, 1_048_576)), choose.pick((1, 33_000, 131_072))
    return _say(sketch, 0, usage=(given, told, choose.pick((0, given)), 0))


def _paced(choose: Choose, sketch: Sketch) -> Sketch:
    """Each event of the upstream comes in a read of its own."""
    return replace(sketch, gap_us=2_000)


def _format(choose: Choose, sketch: Sketch) -> Sketch:
    form = choose.pick(
        (
            "json_object",
            {**_CITY, "strict": True},
            _CITY,
            {**_CITY, "strict": False, "description": "A city."},
        )
    )
    sketch = _say(sketch, -1, blocks=(Block(pieces=cut(choose, '{"city": "Oslo", "people": 700000}', 4)),))
    prompt = sketch.prompt if form != "json_object" else f"{sketch.prompt} Answer in JSON."
    return replace(_wished(sketch, format=form), prompt=prompt)


def _faulty(*faults: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return replace(sketch, fault=choose.pick(faults))

    return trait


def _behaving(behaviour: str, gap_us: int = 0, crowd: int = 0) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return replace(sketch, behaviour=behaviour, gap_us=gap_us, crowd=crowd)

    return trait


TRAITS: Final[Mapping[str, Trait]] = {
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
    "loop": _loop,
    "follows": _follows,
    "history": _history,
    "users": _users,
    "system": _system,
    "systems": _systems,
    "tool-history": _tool_history,
    "parts": _parts,
    "image": _image,
    "file": _file,
    "prompt-odd": _prompted("odd"),
    "prompt-unicode": _prompted("unicode"),
    "prompt-space": _prompted("space"),
    "prompt-long": _prompted("long"),
    "instructions": _instructions,
    "form-short": _form("short"),
    "form-string": _form("string"),
    "temperature": _wish(temperature=(0, 1, 0.25, 2, 0.7, 1.5)),
    "top-p": _wish(top_p=(1, 0.5, 0.01, 0.9)),
    "sampling": _wish(temperature=(0, 0.3, 1.2), top_p=(0.1, 0.95)),
    "limit": _wish(limit=(16, 100, 321, 4096)),
    "limit-old": _wish(max_tokens=(16, 321)),
    "seed": _wish(seed=(0, 7, 123456789)),
    "penalties": _wish(presence_penalty=(0.5, -2, 0), frequency_penalty=(1, -0.5, 0)),
    "stop": _wish(
        stop=(["END"], "STOP", ["END", "###"], ["\n\n\n\n"], ["STOP!", "one more", "###", "\n\nUser:"])
    ),
    "effort": _wish(effort=("low", "medium", "high", "minimal")),
    "verbosity": _wish(verbosity=("low", "high")),
    "user": _wish(user=("u-1",), metadata=({"a": "b"}, {})),
    "format": _format,
    "tool-choice": _tool_choice,
    "parallel-off": _wish(parallel_tool_calls=(False, True)),
    "tools-unused": _unused,
    "tools-strict": _strict,
    "tools-many": _tools_many,
    "history-long": _history_long,
    "usage-large": _usage_large,
    "paced": _paced,
    "status": _faulty(
        *(
            f"status:{one},times=0"
            for one in (400, 401, 403, 404, 408, 409, 413, 422, 429, 500, 502, 503, 504, 529)
        )
    ),
    "status-wait": _faulty(
        *(f"status:{one},retry_after={wait},times=0" for one in (429, 503) for wait in (61, 120))
    ),
    "html": _faulty("html:502,times=0", "html:200,times=0", "html:503,times=0", "html:404,times=0"),
    "error-200": _faulty("error_as_success:times=0"),
    "cut": _faulty(*(f"cut:event={one}" for one in (0, 1, 2, 3, 4))),
    "omit-terminal": _faulty("omit_terminal"),
    "omit-done": _faulty("omit_done"),
    "error-event": _faulty(*(f"error_event:event={one}" for one in (1, 2, 3))),
    "reset": _faulty(*(f"reset:event={one}" for one in (1, 3))),
    "corrupt": _faulty(*(f"corrupt:event={one}@42" for one in (1, 2, 3))),
    "hangup": _faulty("hangup:times=0", "empty"),
    "split": _faulty("split_character:character=0"),
    "lines": _faulty("crlf", "comment", "json_whitespace", "key_order", "omit_space"),
    "variants": _faulty("recut_delta", "keepalive", "unknown_fields", "vendor_event"),
    "repeat": _behaving("repeat"),
    "fold": _behaving("whole_is_fold"),
}
"""All of them by name; the plainest of a chapter comes first."""
CALM: Final[Mapping[str, Trait]] = {
    "incremental": _behaving("incremental", 60_000),
    "leaving": _behaving("leaving", 600_000),
}
"""Those whose times are watched, which take a while."""
CROWDED: Final[Mapping[str, Trait]] = {"crowd": _behaving("crosstalk", 10_000, 40)}
"""Those that take a crowd of sessions."""
SLOW: Final[Mapping[str, Trait]] = {
    "pause": _faulty("stall:event=2,seconds=2.0"),
    "late": _faulty("late_headers:1.5"),
    "silence": _faulty("silence:30"),
}
"""Those whose upstream takes seconds."""
EVERY: Final[Mapping[str, Trait]] = {**TRAITS, **CALM, **CROWDED, **SLOW}
