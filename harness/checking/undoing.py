"""What a gateway did to a request so that its upstream could take it, undone in the upstream's answer.

Between dialects the same call may bear another name (upstream knows no namespaces, or fewer characters), a custom tool
may have become a function of one string, and structured output a function that upstream is made to call. What the
client is to be told is none of that. All of it can be seen from the two requests, so that no word of the gateway's own
is believed: a tool that only upstream was offered is the gateway's, and so is a name that only upstream knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.dialects.members import listed, mapping
from harness.jsonvalue import try_parse
from harness.turn.turn import Call, Text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.dialects.asked import Asked
    from harness.turn.turn import Choice, Segment, Turn

_ADDING: Final = frozenset({"additional_tools", "tool_search_output"})
"""Items of a Responses conversation that declare tools."""

_DIGEST: Final = re.compile(r"_[0-9a-f]{6,16}$")
_OTHER_CHARACTERS: Final = re.compile(r"[^a-z0-9]")
_CUT: Final = 40  # characters; shorter names are not cut by anybody


def as_asked(turn: Turn, upstream: Asked | None, client: Asked | None, told: Turn) -> Turn:
    """What upstream said, in the terms of the client's request.

    Args:
        turn: What upstream's answer amounts to.
        upstream: What upstream was asked; None where that is not known: then nothing can be said.
        client: What the client asked; likewise.
        told: What the client's answer amounts to: JSON that says the same is the same text.
    """
    if upstream is None or client is None or not (upstream.tools or client.tools):
        return turn
    disguise = _disguise(upstream, client)
    if disguise.answer is None and not disguise.names and not disguise.custom:
        return turn
    texts = {one.index: one.text for one in told.choices}
    choices = tuple(_undone(one, disguise, texts.get(one.index, "")) for one in turn.choices)
    return turn if choices == turn.choices else replace(turn, choices=choices)


class _Declared(NamedTuple):
    """A tool of the client's."""

    name: str
    namespace: str | None
    is_custom: bool

    @property
    def plain(self) -> str:
        """Both names in one."""
        return self.name if self.namespace is None else f"{self.namespace}__{self.name}"


@dataclass(frozen=True, slots=True)
class _Disguise:
    """What upstream was offered in place of what the client declared.

    Args:
        names: The client's name of a tool by upstream's, where they differ.
        custom: Upstream's names of the client's custom tools.
        answer: Upstream's name of the tool whose arguments are the answer itself.
    """

    names: Mapping[str, str]
    custom: frozenset[str]
    answer: str | None


def _disguise(upstream: Asked, client: Asked) -> _Disguise:
    declared = list(_declared(client.body))
    known = {one.name for one in declared} | set(client.tools)
    strange = [name for name in upstream.tools if name not in known]
    left = [one for one in declared if one.namespace is not None or one.name not in upstream.tools]
    names: dict[str, str] = {}
    custom = {one.name for one in declared if one.is_custom}
    for exact in (True, False):
        for name in strange:
            if name in names:
                continue
            one = next((one for one in left if _stands_for(name, one, exact=exact)), None)
            if one is not None:
                left.remove(one)
                names[name] = one.name
                if one.is_custom:
                    custom.add(name)
    own = [name for name in strange if name not in names]
    answer = None
    if _wants_json(client.body):
        if upstream.forced_tool in own:
            answer = upstream.forced_tool
        elif len(own) == 1 and upstream.tool_choice == "required":
            answer = own[0]
    return _Disguise(names, frozenset(custom), answer)


def _declared(body: Mapping[str, Any]) -> Iterator[_Declared]:
    """The functions and custom tools of a request to either dialect of the client's side, in order."""
    adding = [one for one in map(mapping, listed(body.get("input"))) if one.get("type") in _ADDING]
    for source in (body, *adding):
        for tool in map(mapping, listed(source.get("tools"))):
            if tool.get("type") == "namespace" and isinstance(space := tool.get("name"), str):
                for inner in map(mapping, listed(tool.get("tools"))):
                    yield from _one(inner, space)
            else:
                yield from _one(tool, None)
    for function in listed(body.get("functions")):
        yield from _one({"function": function}, None)


def _one(tool: Mapping[str, Any], namespace: str | None) -> Iterator[_Declared]:
    for holder in (mapping(tool.get("function")), mapping(tool.get("custom")), tool):
        name = holder.get("name")
        if isinstance(name, str) and name:
            yield _Declared(name, namespace, tool.get("type") == "custom")
            return


def _stands_for(name: str, tool: _Declared, *, exact: bool) -> bool:
    """Whether upstream's name is what became of a tool's: cleaned of characters, cut, or told apart by a digest."""
    if exact:
        return name == tool.plain
    wanted, given = _cleaned(tool.plain), _cleaned(_DIGEST.sub("", name))
    return wanted == given or (len(given) >= _CUT and wanted.startswith(given)) or wanted == _cleaned(name)


def _cleaned(name: str) -> str:
    return _OTHER_CHARACTERS.sub("_", name.lower()).strip("_")


def _wants_json(body: Mapping[str, Any]) -> bool:
    """Chat's `response_format` or Responses' `text.format` asks for JSON."""
    for form in (mapping(body.get("response_format")), mapping(mapping(body.get("text")).get("format"))):
        if form.get("type") in {"json_object", "json_schema"}:
            return True
    return False


def _undone(choice: Choice, disguise: _Disguise, told: str) -> Choice:
    segments = tuple(_segment(one, disguise, told) for one in choice.segments)
    if segments == choice.segments:
        return choice
    finish = choice.finish
    if finish == "tool_calls" and not any(isinstance(one, Call) for one in segments):
        finish = "stop"
    return replace(choice, segments=segments, finish=finish)


def _segment(one: Segment, disguise: _Disguise, told: str) -> Segment:
    if not isinstance(one, Call):
        return one
    if one.name == disguise.answer:
        said = one.arguments + one.behind or "{}"
        return Text(text=told if _says_the_same(told, said) else said)
    if one.name in disguise.custom and one.kind == "function":
        said = _input(one.arguments + one.behind)
        one = replace(one, kind="custom", arguments=said, behind="")
    if one.name in disguise.names:
        return replace(one, name=disguise.names[one.name])
    return one


def _says_the_same(one: str, other: str) -> bool:
    """Whether both are the same JSON: a whole answer has no spelling of its arguments."""
    (is_json, value), (is_other, another) = (
        try_parse(one.encode("utf-8", "replace")),
        try_parse(other.encode("utf-8", "replace")),
    )
    return is_json and is_other and value == another


def _input(arguments: str) -> str:
    """The one string of a function that stands for a custom tool; its arguments, where they are no such object.

    Every gateway has a name of its own for that string: LiteLLM says `content`, others `input`.
    """
    is_json, value = try_parse(arguments.encode("utf-8", "replace"))
    members = list(mapping(value).values()) if is_json else []
    return members[0] if len(members) == 1 and isinstance(members[0], str) else arguments
