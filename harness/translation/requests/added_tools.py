"""Tools that an item of the conversation adds, for upstreams that have no such item.

An `additional_tools` item (types of the package openai 3.52.0) declares tools in the middle of `input`; codex declares
all of its own so for recent models. Every other dialect declares tools with the request only, and for all of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from harness.translation.requests.from_responses_tools import tools_of
from harness.translation.requests.shape import Members
from harness.turn.conversation import OpaquePart

if TYPE_CHECKING:
    from harness.turn.conversation import Message, Request
    from harness.turn.tools import Tool

_KIND: Final = "additional_tools"


def with_added_tools(request: Request) -> Request:
    """The request, with what its items add declared as its own tools; as it is where none adds any.

    A tool that is declared again replaces the one before. The items go; a model is told of its tools once.

    Raises:
        RequestRefused: A tool has a wrong shape.
    """
    kept: list[Message] = []
    tools: dict[tuple[object, ...], Tool] = {_identity(one): one for one in request.tools or ()}
    namespaces = dict(request.namespaces)
    for message in request.messages:
        part = message.parts[0] if len(message.parts) == 1 else None
        if not isinstance(part, OpaquePart) or part.kind != _KIND:
            kept.append(message)
            continue
        added, more = tools_of(Members(part.value, _param(part.at), part.at))
        tools.update((_identity(one), one) for one in added or ())
        namespaces.update(more)
    if len(kept) == len(request.messages):
        return request
    return replace(
        request, messages=tuple(kept), tools=tuple(tools.values()) or request.tools, namespaces=namespaces
    )


def _identity(tool: Tool) -> tuple[object, ...]:
    """What makes two declarations one tool: hosted ones differ by their place."""
    name = getattr(tool, "name", None)
    return (tool.at,) if name is None else (getattr(tool, "namespace", None), name)


def _param(at: str) -> str:
    """An item's place in OpenAI's notation: `/input/0` is `input[0]`."""
    _, name, index = at.split("/")
    return f"{name}[{index}]"
