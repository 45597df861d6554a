"""Tools that an item of a Responses conversation adds reach upstreams that have no such item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.engine import prepare
from harness.translation.ids import SeededMint

if TYPE_CHECKING:
    from harness.translation.engine import Prepared
    from harness.translation.profiles import UpstreamDialect

PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = {"type": "function", "name": "get_weather", "parameters": PARAMETERS, "strict": False}
SPACE = {
    "type": "namespace",
    "name": "functions",
    "description": "The client's own.",
    "tools": [{"type": "custom", "name": "exec", "description": "Run it."}],
}
USER = {"type": "message", "role": "user", "content": "hi"}


def prepared(upstream: UpstreamDialect, *added: object, **more: Any) -> Prepared:
    """A request whose first item adds tools."""
    item = {"type": "additional_tools", "id": "at_1", "role": "developer", "tools": list(added)}
    body = {"model": "m", "input": [item, USER], **more}
    return prepare("responses", body, upstream=upstream, mint=SeededMint(b"test"), now=lambda: 0)


def names(upstream: str, body: dict[str, Any]) -> list[str]:
    """What an upstream is offered."""
    if upstream == "chat":
        return [tool[tool["type"]]["name"] for tool in body["tools"]]
    if upstream == "gemini":
        return [one["name"] for tool in body["tools"] for one in tool["functionDeclarations"]]
    return [tool["name"] for tool in body["tools"]]


@pytest.mark.parametrize("upstream", ["chat", "gemini", "anthropic"])
def test_added_tools_are_declared_with_the_request(upstream: UpstreamDialect) -> None:
    """Functions, and the tools of a namespace under one name; none is told as lost, and the item is gone."""
    made = prepared(upstream, WEATHER, SPACE, tool_choice="auto", parallel_tool_calls=False)
    offered = names(upstream, made.body)
    assert offered[0] == "get_weather"
    assert len(offered) == 2
    assert "exec" in offered[1]
    assert {one.code for one in made.session.ledger.losses} & {"L145", "L155", "L164"} == set()


def test_a_tool_that_is_declared_again_replaces_the_one_before() -> None:
    """It is offered once, as it was said last."""
    first = {**WEATHER, "description": "old"}
    made = prepared("chat", {**WEATHER, "description": "new"}, tools=[first])
    assert [tool["function"]["description"] for tool in made.body["tools"]] == ["new"]


def test_an_upstream_that_knows_the_item_is_sent_the_item() -> None:
    """Nothing is declared twice."""
    made = prepared("responses", WEATHER)
    assert made.body["input"][0]["type"] == "additional_tools"
    assert "tools" not in made.body


def test_a_tool_with_a_wrong_shape_is_refused_where_it_stands() -> None:
    """As one of the request's own is."""
    with pytest.raises(RequestRefused) as refused:
        prepared("chat", {"type": "function"})
    assert refused.value.param == "input[0].tools[0].name"
