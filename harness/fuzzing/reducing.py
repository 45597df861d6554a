"""Smaller conversations than a given one, the boldest first.

Each is a legal conversation again (`mended`), and lighter than what it is made of, so that a reducer comes to an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from harness.fuzzing.reducing_answers import smaller_says
from harness.fuzzing.reducing_sequences import changed, parts_left_out, shorter
from harness.generate.mending import mended
from harness.generate.sketch import Block, Earlier, Say, Sketch

if TYPE_CHECKING:
    from collections.abc import Iterator

_PLAIN: Final = Sketch()
_CROWDED: Final = ("{mark}",)
_CROWDS: Final = (1, 2, 5, 12)
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
"""Members that are made plain at once, what says most first."""


def smaller(sketch: Sketch) -> Iterator[Sketch]:
    """Smaller ones, each once; empty where nothing can be left out."""
    seen = {sketch.digest()}
    for one in _attempts(sketch):
        made = mended(one)
        if made.weight < sketch.weight and (name := made.digest()) not in seen:
            seen.add(name)
            yield made


def _attempts(sketch: Sketch) -> Iterator[Sketch]:
    """What may be smaller, once it is mended."""
    yield _PLAIN
    yield from (replace(sketch, crowd=crowd) for crowd in _CROWDS if crowd < sketch.crowd)
    yield from _one_half(sketch)
    yield from _fewer_turns(sketch)
    yield from _plainer_members(sketch)
    for name in ("before", "after"):
        yield from (replace(sketch, **{name: left}) for left in _fewer_messages(getattr(sketch, name)))
    yield from _fewer_parts(sketch)
    for number, say in enumerate(sketch.says):
        yield from (replace(sketch, says=changed(sketch.says, number, one)) for one in smaller_says(say))
    yield from _fewer_tools(sketch)
    yield from _shorter_texts(sketch)
    yield from _shorter_wishes(sketch)


def _one_half(sketch: Sketch) -> Iterator[Sketch]:
    """What is asked with the plainest answer, and what is answered to the plainest prompt."""
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


def _fewer_turns(sketch: Sketch) -> Iterator[Sketch]:
    if len(sketch.says) > 1:
        yield from (replace(sketch, says=(say,), output="", follows="") for say in sketch.says)
        yield from (replace(sketch, says=changed(sketch.says, number)) for number in range(len(sketch.says)))


def _plainer_members(sketch: Sketch) -> Iterator[Sketch]:
    for name in _MEMBERS:
        plain = getattr(_PLAIN, name)
        if getattr(sketch, name) != plain:
            yield replace(sketch, **{name: plain})
    for name in sketch.wishes:
        yield replace(sketch, wishes={one: value for one, value in sketch.wishes.items() if one != name})


def _fewer_messages(said: tuple[Earlier, ...]) -> Iterator[tuple[Earlier, ...]]:
    """Fewer and shorter messages; a call and its results go together."""
    for left in parts_left_out(said, len(said) // 2 or len(said)):
        calls = {call[0] for one in left for call in one.calls}
        if calls == {one.call_id for one in left if one.role == "tool"}:
            yield left
    for number, one in enumerate(said):
        yield from _fewer_calls(said, one)
        yield from (changed(said, number, less) for less in _shorter_messages(one) if less.text or less.calls)


def _fewer_calls(said: tuple[Earlier, ...], one: Earlier) -> Iterator[tuple[Earlier, ...]]:
    """Without a message that calls tools, and without each of its calls, along with what answers them."""
    if one.calls:
        gone = {call[0] for call in one.calls}
        yield tuple(other for other in said if other is not one and other.call_id not in gone)
    if len(one.calls) > 1:
        for call in one.calls:
            fewer = replace(one, calls=tuple(other for other in one.calls if other is not call))
            yield tuple(fewer if other is one else other for other in said if other.call_id != call[0])


def _shorter_messages(one: Earlier) -> Iterator[Earlier]:
    yield from (replace(one, text=text) for text in shorter(one.text))
    if one.calls:
        yield replace(one, text="")
        yield replace(one, calls=tuple((call_id, name, "{}") for call_id, name, _ in one.calls))


def _fewer_parts(sketch: Sketch) -> Iterator[Sketch]:
    for number, part in enumerate(sketch.parts):
        yield replace(sketch, parts=changed(sketch.parts, number))
        for text in shorter(part.text):
            yield replace(sketch, parts=changed(sketch.parts, number, replace(part, text=text)))


def _fewer_tools(sketch: Sketch) -> Iterator[Sketch]:
    for number, tool in enumerate(sketch.tools):
        yield replace(sketch, tools=changed(sketch.tools, number))
        if not tool.custom:
            plainer = replace(tool, parameters={}, description="", strict=None)
            yield replace(sketch, tools=changed(sketch.tools, number, plainer))


def _shorter_texts(sketch: Sketch) -> Iterator[Sketch]:
    if sketch.prompt != _PLAIN.prompt:
        yield replace(sketch, prompt=_PLAIN.prompt)
        yield from (replace(sketch, prompt=text) for text in shorter(sketch.prompt))
    if sketch.instructions:
        yield from (replace(sketch, instructions=text) for text in shorter(sketch.instructions))
    if len(sketch.output) > 1:
        yield from (replace(sketch, output=text) for text in shorter(sketch.output))


def _shorter_wishes(sketch: Sketch) -> Iterator[Sketch]:
    for name, value in sketch.wishes.items():
        if isinstance(value, list) and len(value) > 1:
            for cut in range(len(value)):
                yield replace(sketch, wishes={**sketch.wishes, name: value[:cut] + value[cut + 1 :]})
        if name == "stop":
            yield from (
                replace(sketch, wishes={**sketch.wishes, name: less}) for less in _shorter_stops(value)
            )


def _shorter_stops(value: list[str] | str) -> Iterator[list[str] | str]:
    """With shorter stop sequences, all of them different."""
    if isinstance(value, str):
        yield from shorter(value)
        return
    for number, one in enumerate(value):
        yield from (
            [*value[:number], text, *value[number + 1 :]] for text in shorter(one) if text not in value
        )
