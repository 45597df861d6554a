"""Traits of requests: turns, histories, parts, tools and options, and what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.generate.changing import Trait, with_say, with_wishes
from harness.generate.choosing import some
from harness.generate.sketch import Block, Earlier, Part, Say, Sketch
from harness.generate.tooling import CUSTOMS, FUNCTIONS, tool_named
from harness.generate.traits_of_answers import OF_ANSWERS
from harness.generate.wording import KINDS, arguments, cut, worded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.generate.choosing import Choose

_CALLING: Final = tuple(
    OF_ANSWERS[name] for name in ("call", "calls", "call-odd", "call-beside", "call-empty")
)


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
        sketch = choose.pick(_CALLING)(choose, sketch)
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
    del choose
    return replace(sketch, parts=(*sketch.parts, Part(kind="file")))


def _prompted(kind: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return replace(sketch, prompt="".join(worded(choose, kind)).strip() or "Hi.")

    return trait


def _instructions(choose: Choose, sketch: Sketch) -> Sketch:
    return replace(sketch, instructions=_line(choose))


def _form(form: str) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        del choose
        return replace(sketch, form=form)

    return trait


def _wish(**values: tuple[object, ...]) -> Trait:
    def trait(choose: Choose, sketch: Sketch) -> Sketch:
        return with_wishes(sketch, **{name: choose.pick(among) for name, among in values.items()})

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
        return with_wishes(_unused(choose, sketch), tool_choice="none")
    sketch = OF_ANSWERS["call"](choose, sketch)
    name = next(one.name for one in sketch.says[0].blocks if one.kind == "call")
    return with_wishes(sketch, tool_choice=choose.pick(({"name": name}, "required", "auto")))


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


def _format(choose: Choose, sketch: Sketch) -> Sketch:
    form = choose.pick(
        (
            "json_object",
            {**_CITY, "strict": True},
            _CITY,
            {**_CITY, "strict": False, "description": "A city."},
        )
    )
    sketch = with_say(
        sketch, -1, blocks=(Block(pieces=cut(choose, '{"city": "Oslo", "people": 700000}', 4)),)
    )
    prompt = sketch.prompt if form != "json_object" else f"{sketch.prompt} Answer in JSON."
    return replace(with_wishes(sketch, format=form), prompt=prompt)


OF_REQUESTS: Final[Mapping[str, Trait]] = {
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
}
