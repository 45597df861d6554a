"""What is found does not depend on the reads in which a body came, and no body is too strange to be judged."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.checking.check import Check
from harness.checking.lint import scrubbed
from harness.checking.panel import Panel
from harness.checking.profiles import profile
from harness.dialects.registry import NAMES, dialect
from harness.dialects.schema import Problem
from harness.rules.case import Case
from harness.rules.example import parse_example, shipped
from harness.sse.decoder import Decoder

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.sse.event import SseEvent

LINE_ENDS = st.sampled_from([b"\n", b"\n\n", b"\n\n", b"\r\n", b"\r\n\r\n", b"\r", b"\r\r", b"\n\r\n", b""])
LINES = st.sampled_from(
    [
        (b'data: {"id":"x","object":"chat.completion.chunk","created":1768392000,"model":"m","choices":'
        b'[{"index":0,"delta":{"role":"assistant","content":"\xc3\xa9\xef\xbf\xbd"},"finish_reason":null}]}'),
        b'data: {"type":"response.created","response":{"id":1}}', b"event: keepalive", b"event: thread.x",
        b"event: \xff",
        b'data: {"type":"keepalive","sequence_number":7}', b'data: {"a":1,"a":2}', b'data: {"a":"\\ud83d"}',
        b'data: {"a":NaN}', b'data: {"a":"\xff"}', b"data: [DONE]", b'data: "[DONE]"', b"data:", b"data", b": x",
        b"id: 7", b"retry: 5", b"foo: bar", b'{"bare":1}', b"\xef\xbb\xbf", b"data: null", b"data: : ping",
        b'data: {"error":{"message":"no"}}', b"data: {", b'data: "b":1}', b'data: {"candidates":[{}]}',
        b'data: {"type":"message_start"}', b'data: {"a":' + b"[" * 400 + b"]" * 400 + b"}",
        b'data: {"choices":' + b"9" * 700 + b"}", b'data: {"choices":[{"index":1e999}]}', b"\xef\xbf", b"\xbd",
    ]
)  # fmt: skip
STREAMS = st.lists(st.tuples(LINES, LINE_ENDS), max_size=12).map(
    lambda pairs: b"".join(one + two for one, two in pairs)
)


def checked(body: bytes, cuts: list[int], name: str) -> list[Finding]:
    """What all rules find in a body that came in pieces."""
    spoken = dialect(name)
    case: Case[Any] = Case(spoken, spoken.machine(None))
    rules = profile("openai")
    check = Check(case, Panel(rules, name, streamed=True, known=()), rules)
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, stop in itertools.pairwise(edges):
        check.feed(body[start:stop])
    check.finish()
    return check.findings


@given(STREAMS, st.lists(st.integers(0, 4096), max_size=8), st.sampled_from(NAMES))
def test_findings_do_not_depend_on_the_cut(body: bytes, cuts: list[int], name: str) -> None:
    """SSE-CHUNK-001: what is read is a property of the bytes."""
    assert checked(body, cuts, name) == checked(body, [], name)


@pytest.mark.parametrize("name", ["chat/text", "responses/text"])
def test_a_shipped_stream_is_clean_at_every_cut(name: str) -> None:
    """Byte by byte as well as at once."""
    example = parse_example(shipped(name), dialect=name.partition("/")[0])
    assert example.exchange.response is not None
    body = example.exchange.response.body()
    whole = checked(body, [], example.dialect)
    assert checked(body, list(range(len(body))), example.dialect) == whole
    assert not [one for one in whole if one.rule.startswith(("SSE", "HTTP"))]


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=4), st.sampled_from(NAMES))
def test_no_bytes_are_too_strange_to_be_judged(body: bytes, cuts: list[int], name: str) -> None:
    """Nothing raises, and the cut makes no difference either."""
    assert checked(body, cuts, name) == checked(body, [], name)


WHOLE = st.sampled_from(
    [
        b'{"choices":' + b"[" * 400 + b"]" * 400 + b"}",
        b'{"choices":[{"index":1e999}],"created":' + b"9" * 700 + b"}",
        b'{"error":{"message":"\\ud83d"}}',
        b'{"output":[NaN],"candidates":[],"content":"\xff"}',
        b"[" * 5000,
        b"[{}]",
        b'{"error":' * 300 + b"1" + b"}" * 300,
    ]
)


@given(
    STREAMS | st.binary(max_size=200) | WHOLE, st.sampled_from(NAMES), st.sampled_from([None, 200, 404, 503])
)
def test_no_whole_answer_is_too_strange_to_be_judged(body: bytes, name: str, status: int | None) -> None:
    """Whatever comes in place of JSON."""
    spoken = dialect(name)
    case: Case[Any] = Case(spoken, spoken.machine(None))
    case.status = status
    case.streamed = False
    rules = profile("openai")
    check = Check(case, Panel(rules, name, streamed=False, known=["head"]), rules)
    check.whole(body)
    assert isinstance(check.findings, list)


@given(STREAMS, st.lists(st.integers(0, 4096), max_size=8))
def test_whether_a_block_is_plain_does_not_depend_on_the_cut(body: bytes, cuts: list[int]) -> None:
    """Neither do the bytes that are kept of it: those of the stream, where it is not."""
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    decoder, whole = Decoder(every_block=True), Decoder(every_block=True)
    pieces: list[SseEvent] = []
    for start, stop in itertools.pairwise(edges):
        pieces += decoder.feed(body[start:stop])
    pieces += decoder.finish()
    assert pieces == [*whole.feed(body), *whole.finish()]
    assert all(one.block in {b"", body[one.start : one.stop]} for one in pieces)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("a/~01²", max_size=2), inner, max_size=4)
    ),
    max_leaves=12,
)
POINTERS = st.lists(st.text("a/~01²", max_size=6).map(lambda text: f"/{text}") | st.just(""), max_size=5)


@given(st.dictionaries(st.text("a/~01²", max_size=2), JSON, max_size=4), POINTERS)
def test_scrubbing_never_raises(body: dict[str, Any], pointers: list[str]) -> None:
    """Not even at pointers that point nowhere; and what it is given it leaves alone."""
    before = repr(body)
    problems = [Problem(pointer, "type", "", "", "", newer=False) for pointer in pointers]
    assert isinstance(scrubbed(body, problems), dict)
    assert repr(body) == before
