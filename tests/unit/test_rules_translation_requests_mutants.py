"""Whatever is taken out of a request on its way upstream, a rule notices, unless a list says why none does."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from tests.fidelity import FULL, INBOUND, ROUTES, UPSTREAM, WISHES, found, plain, sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect

FREE = (
    (r"/(messages|input|contents)", "what lacks it is not of that dialect, and is refused"),
    (r"/(model|store|stream)", "the gateway's own, or said by the path"),
    (r"/top_p", "Claude takes a temperature or this, and not both; alone it is looked for"),
    (
        r"/(messages|input|contents)/\d+/(role|type)",
        "a request without it has no right shape, and is refused",
    ),
    (r"/messages/\d+/content/\d+/source/type", "likewise"),
    (r"/messages/\d+/tool_calls/\d+/(type|function/type)", "likewise"),
    (r"/tools/\d+/type|/tool_choice/type", "likewise"),
    (r"/contents/\d+/parts/\d+/thoughtSignature", "a sentinel: the client had none"),
    (
        r"/contents/\d+/parts/\d+/functionCall/id|/contents/\d+/parts/\d+/functionResponse/id",
        "may be missing",
    ),
    (r"/(text/format|response_format/json_schema)/name", "says nothing of the answer"),
    (r".*/detail", "says no more than that nothing is said"),
    (r".*/\$defs(/.*)?|.*/\$ref", "see the test on references"),
)
"""Places that may be taken out, or have been the gateway's to fill."""

OWN = (
    (r"/max_tokens|/tool_choice/disable_parallel_tool_use", "the client says nothing"),
    (r"/tools/0/(description|name)|/tool_choice/name", "the gateway's own tool takes the answer"),
    (r"/response_format/json_schema/strict", "the default of Responses, said aloud"),
)
"""The same, where the client declares no tools and sets no limit."""

EMPTY = frozenset({"{}", "[]", "None", "False"})
"""What says as much as nothing at all."""


def places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every member and element of a value."""
    if at:
        yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inside:
        yield from places(one, (*at, key))


def without(value: Any, at: tuple[Any, ...]) -> Any:
    """A copy of the value without one place."""
    left = copy.deepcopy(value)
    parent = left
    for key in at[:-1]:
        parent = parent[key]
    del parent[at[-1]]
    return left


def unnoticed(
    inbound: InboundDialect,
    body: Mapping[str, Any],
    upstream: UpstreamDialect,
    free: tuple[tuple[str, str], ...],
) -> list[tuple[str, str]]:
    """Places whose loss no rule notices, as pointers, and what stands in them."""
    whole: Any = sent(inbound, body, upstream)
    assert [(one.rule, one.message) for one in found(inbound, body, upstream, whole)] == []
    lost = []
    for at in places(whole):
        pointer, value = "/" + "/".join(map(str, at)), whole
        for key in at:
            value = value[key]
        if str(value) in EMPTY or any(re.fullmatch(one, pointer) for one, _ in free):
            continue
        if not found(inbound, body, upstream, without(whole, at)):
            lost.append((pointer, str(value)[:80]))
    return lost


@pytest.mark.parametrize(("inbound", "upstream"), ROUTES)
def test_what_is_taken_out_of_a_conversation_is_noticed(
    inbound: InboundDialect, upstream: UpstreamDialect
) -> None:
    """Messages, calls, results, pictures, tools and settings, in every dialect."""
    assert unnoticed(inbound, FULL[inbound], upstream, FREE) == []


@pytest.mark.parametrize(("inbound", "upstream"), ROUTES)
def test_what_is_taken_out_of_the_wishes_for_an_answer_is_noticed(
    inbound: InboundDialect, upstream: UpstreamDialect
) -> None:
    """Each wish alone, where the upstream has a word for it."""
    wishes = WISHES[inbound]
    groups: list[dict[str, Any]] = [{name: wishes[name]} for name in wishes if "logprobs" not in name]
    groups.append({name: wishes[name] for name in wishes if "logprobs" in name or name == "include"})
    for group in groups:
        body = plain(inbound, **group)
        try:
            whole: Any = sent(inbound, body, upstream)
        except RequestRefused:
            continue  # the engine refuses what the upstream cannot do
        if whole.keys() - {"stream"} == sent(inbound, plain(inbound), upstream).keys() - {"stream"}:
            continue

        assert unnoticed(inbound, body, upstream, FREE + OWN) == [], group


def test_routes_are_all_that_there_are() -> None:
    """Two dialects of clients, four of upstreams."""
    assert len(ROUTES) == len(INBOUND) * len(UPSTREAM) == 8
