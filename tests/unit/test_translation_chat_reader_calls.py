"""How calls are put together from chunks of Chat Completions."""

from __future__ import annotations

from typing import Any

import pytest

from harness.turn import increments as i
from tests.chat_chunks import DONE, answer_of, call, chunk, first, raw_of
from tests.folding import Call


def test_fragments_are_put_together_by_index_however_they_are_interleaved() -> None:
    """Each call keeps its own arguments, in the pieces that came."""
    answer, codes = answer_of(
        chunk(call(0, id="c1", type="function", name="f", arguments="")),
        chunk(call(1, id="c2", type="function", name="g", arguments="")),
        chunk(call(0, arguments='{"a"')),
        chunk(call(1, arguments="{}")),
        chunk(call(0, arguments=":1}"), obfuscation="x"),
        chunk(finish="tool_calls"),
        DONE,
    )
    assert answer.choices[0].calls == [
        Call("f", "c1", "function", '{"a":1}'),
        Call("g", "c2", "function", "{}"),
    ]
    assert (answer.choices[0].finish, codes) == ("tool_calls", [])


_F, _G = Call("f", "c1", "function", "{}"), Call("g", "c2", "function", "{}")


FRAGMENTS: list[tuple[str, list[dict[str, Any]], list[Call], list[str]]] = [
    (
        "without an index, by id",
        [
            call(id="c1", name="f", arguments="{"),
            call(id="c2", name="g", arguments="{}"),
            call(id="c1", arguments="}"),
        ],
        [_F, _G],
        ["L211", "L211", "L211"],
    ),
    (
        "without index and id, to the last",
        [call(id="c1", name="f", arguments="{"), call(arguments="}")],
        [_F],
        ["L211", "L211"],
    ),
    (
        "one index for all, told apart by id and name",
        [call(0, id="c1", name="f", arguments="{}"), call(0, id="c2", name="g", arguments="{}")],
        [_F, _G],
        ["L212"],
    ),
    (
        "the name again in every fragment",
        [call(0, id="c1", name="f", arguments="{"), call(0, id="c1", name="f", arguments="}")],
        [_F],
        [],
    ),
    ("a name that comes late", [call(0, id="c1", arguments="{"), call(0, name="f", arguments="}")], [_F], []),
    ("an id that comes late", [call(0, name="f", arguments="{"), call(0, id="c1", arguments="}")], [_F], []),
    ("an index that comes late", [call(id="c1", name="f"), call(0, arguments="{}")], [_F], ["L211"]),
    ("arguments that are an object", [call(0, id="c1", name="f", arguments={})], [_F], ["L213"]),
    ("no arguments at all", [call(0, id="c1", name="f")], [_F], []),
    (
        "a custom tool",
        [{"tool_calls": [{"index": 0, "id": "c1", "type": "custom", "custom": {"name": "f", "input": "x"}}]}],
        [Call("f", "c1", "custom", "x")],
        [],
    ),
    (
        "both holders, one of them empty",
        [
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "c1",
                        "type": "function",
                        "custom": {"name": "", "input": ""},
                        "function": {"name": "f", "arguments": "{}"},
                    }
                ]
            }
        ],
        [_F],
        [],
    ),
    (
        "a call without a name",
        [call(0, id="c1", arguments="{}"), call(1, id="c2", name="g", arguments="{}")],
        [_G],
        ["L218"],
    ),
]


@pytest.mark.parametrize(
    ("fragments", "calls", "codes"), [one[1:] for one in FRAGMENTS], ids=[one[0] for one in FRAGMENTS]
)
def test_fragments_that_are_not_as_openai_sends_them(
    fragments: list[dict[str, Any]], calls: list[Call], codes: list[str]
) -> None:
    """They are still put together, and what is odd is told."""
    answer, told = answer_of(*[chunk(one) for one in fragments], chunk(finish="tool_calls"), DONE)
    assert answer.error is None
    assert (answer.choices[0].calls, told) == (calls, codes)


def test_a_call_begins_with_its_id_and_waits_for_it() -> None:
    """Writers must send the id with the beginning; the order of calls stays that of the upstream."""
    given, _ = raw_of(
        chunk(call(0, name="f")),
        chunk(call(1, name="g", id="c2")),
        chunk(call(0, id="c1")),
        chunk(finish="stop"),
    )
    begun = [(one.call_id, one.name, one.src) for one in given if isinstance(one, i.ToolStart)]
    assert begun == [("c1", "f", 2), ("c2", "g", 2)]


def test_a_call_does_not_wait_for_ever_for_its_id() -> None:
    """Some servers give none: after a few fragments it begins without one."""
    pieces = [chunk(call(0, name="f"))] + [chunk(call(0, arguments="x")) for _ in range(20)]
    given, _ = raw_of(*pieces)
    (begun,) = [one for one in given if isinstance(one, i.ToolStart)]
    assert begun.call_id is None
    assert begun.src < 10
    assert len([one for one in given if isinstance(one, i.ArgsDelta)]) == 20


def test_a_name_in_pieces_is_joined_where_the_profile_says_so() -> None:
    """Elsewhere a second name is no piece of the first."""
    pieces = [call(0, id="c1", name="get_"), call(0, name="weather"), call(0, arguments="{}")]
    answer, _ = answer_of(*map(chunk, pieces), chunk(finish="tool_calls"), DONE, name_in_pieces=True)
    assert [one.name for one in answer.choices[0].calls] == ["get_weather"]
    other, codes = answer_of(*map(chunk, pieces), chunk(finish="tool_calls"), DONE)
    assert [one.name for one in other.choices[0].calls] == ["get_"]
    assert codes == ["L201"]


def test_the_call_of_the_time_before_tools() -> None:
    """`function_call` has no id and no index."""
    given, _ = raw_of(
        chunk({"function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}),
        chunk(finish="function_call"),
        DONE,
    )
    (begun,) = [one for one in given if isinstance(one, i.ToolStart)]
    assert (begun.name, begun.call_id, begun.is_legacy) == ("f", None, True)
    assert [one.text for one in given if isinstance(one, i.ArgsDelta)] == ["{}"]
    assert [one.reason for one in given if isinstance(one, i.Finish)] == ["tool_calls"]


def test_the_signature_of_a_call_comes_with_its_end() -> None:
    """Google's Chat endpoint sends it in `extra_content`."""
    extra = {"google": {"thought_signature": "sig"}}
    given, _ = raw_of(
        chunk(call(0, id="c1", name="f", arguments="{}", extra_content=extra)),
        chunk(finish="tool_calls"),
        DONE,
    )
    (end,) = [one for one in given if isinstance(one, i.ToolEnd)]
    assert (end.signature, end.vendor) == ("sig", "gemini")


def test_text_after_a_call_is_a_text_of_its_own() -> None:
    """Blocks are in the order in which they came."""
    choice, _ = first(
        chunk({"content": "a"}), chunk(call(0, id="c1", name="f", arguments="{}")), chunk({"content": "b"})
    )
    assert choice.order == ["TextStart", "ToolStart", "TextStart"]
