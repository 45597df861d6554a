"""Whatever a server sends, the Responses machine does not raise."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from harness.dialects.responses import DIALECT
from harness.dialects.responses.grammar import ROWS, VENDOR
from harness.sse.event import SseEvent

JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 3)
    | st.floats(allow_nan=False)
    | st.sampled_from(["", "a", "b", "message"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "type", "output"]), inner, max_size=3)
    ),
    max_leaves=6,
)
MEMBERS = (
    "sequence_number", "output_index", "content_index", "summary_index", "command_index", "annotation_index",
    "partial_image_index", "item_id", "delta", "text", "refusal", "arguments", "input", "code", "diff", "command",
    "output", "part", "item", "response", "annotation", "logprobs", "error",
)  # fmt: skip
KINDS = [*ROWS, *VENDOR, "", "response.unknown", "acme:event"]
ITEMS = st.fixed_dictionaries(
    {
        "type": st.sampled_from(
            ["message", "reasoning", "function_call", "mcp_call", "shell_call", "shell_call_output"]
        )
    },
    optional=dict.fromkeys(("id", "call_id", "status", "content", "summary", "arguments"), JUNK),
)
BODIES = st.dictionaries(st.sampled_from(MEMBERS), JUNK, max_size=8)
EVENTS = st.tuples(st.sampled_from(KINDS), BODIES, ITEMS | st.none(), st.booleans())


@given(st.lists(EVENTS, max_size=25))
def test_no_payload_makes_the_machine_raise(events: list[tuple[str, dict[str, Any], Any, bool]]) -> None:
    """Members of any type, in any order of events, by either way into the machine."""
    machine = DIALECT.machine(None)
    for number, (kind, members, item, fits) in enumerate(events):
        body = {"output_index": 0, "sequence_number": number, **members}
        if item is not None:
            body["item"] = item
        at = SseEvent(number, kind, b"", None, None, number, number + 1)
        signals = machine.step(kind)(at, body) if fits else machine.malformed(kind, at, body)
        assert isinstance(signals, tuple)
    assert isinstance(machine.finish(), tuple)


@given(BODIES)
def test_no_whole_answer_makes_the_machine_raise(body: dict[str, Any]) -> None:
    """The same for an answer without a stream, and for telling the dialect of a payload."""
    assert isinstance(DIALECT.machine(None).whole(body), tuple)
    assert DIALECT.kind(body) is None
    assert DIALECT.speaks(body) is False
