"""Whatever an upstream may say by its protocol's tables, the engine makes of it what breaks no rule."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.translation.engine import INBOUND
from tests.laws.test_anthropic_grammar import walks as anthropic_walks
from tests.laws.test_chat_grammar import payloads as chat_payloads
from tests.laws.test_chat_grammar import walks as chat_walks
from tests.laws.test_gemini_grammar import CONTENT, response
from tests.laws.test_responses_grammar import walks as responses_walks
from tests.translating import body_of, client_request, run, translate

if TYPE_CHECKING:
    from harness.translation.engine import InboundDialect
    from harness.translation.profiles import UpstreamDialect
    from tests.laws.test_anthropic_grammar import Walk as AnthropicWalk
    from tests.laws.test_chat_grammar import Step

STREAM = (("content-type", "text/event-stream"),)


def answered(blocks: list[bytes], cuts: list[int] | None = None) -> Exchange:
    """An upstream's stream; where cuts are given, in reads that end there."""
    if cuts is not None:
        body = b"".join(blocks)
        borders = sorted({cut % (len(body) + 1) for cut in cuts} | {len(body)})
        blocks = [body[start:stop] for start, stop in zip([0, *borders], borders, strict=False)]
    chunks = tuple(Chunk(1_000 * number, block) for number, block in enumerate(blocks))
    ending = Ending(How.COMPLETE, 1_000 * len(chunks))
    return Exchange(0, Request("", ""), Response(200, STREAM, chunks), ending)


def block(payload: dict[str, Any] | None, kind: str = "") -> bytes:
    """One event."""
    data = b"[DONE]" if payload is None else json.dumps(payload, separators=(",", ":")).encode()
    return (f"event: {kind}\n".encode() if kind else b"") + b"data: " + data + b"\n\n"


def chat(walk: list[Step]) -> list[bytes]:
    """A walk through the tables of Chat, on the wire."""
    return [block(payload) for payload in chat_payloads(walk)]


def responses(walk: list[dict[str, Any]]) -> list[bytes]:
    """A walk through the table of Responses, on the wire."""
    return [block({**one, "sequence_number": number}, one["type"]) for number, one in enumerate(walk)]


def anthropic(walk: AnthropicWalk) -> list[bytes]:
    """A walk through the table of Anthropic Messages, on the wire."""
    return [block(payload, kind) for kind, payload in walk.events]


@st.composite
def gemini(draw: st.DrawFn) -> list[bytes]:
    """A walk through the tables of Gemini, on the wire: content, and responses that finish; several candidates."""
    count = draw(st.integers(1, 3))
    bodies = [
        response(draw(CONTENT), index=draw(st.integers(0, count - 1))) for _ in range(draw(st.integers(0, 6)))
    ]
    reasons = st.sampled_from(
        ["STOP", "MAX_TOKENS", "SAFETY", "OTHER", "MALFORMED_FUNCTION_CALL", "NEW_WORD"]
    )
    for index in range(count):
        parts = draw(st.one_of(st.none(), CONTENT))
        bodies += [response(parts, finish=draw(reasons), index=index)] * draw(st.integers(1, 2))
    if draw(st.booleans()):
        bodies[-1]["usageMetadata"] = {"promptTokenCount": 3, "candidatesTokenCount": 4, "totalTokenCount": 7}
    return [block(one) for one in bodies]


WALKS: st.SearchStrategy[tuple[UpstreamDialect, list[bytes]]] = st.one_of(
    st.tuples(st.just("chat"), chat_walks().map(chat)),
    st.tuples(st.just("responses"), responses_walks().map(responses)),
    st.tuples(st.just("anthropic"), anthropic_walks().map(anthropic)),
    st.tuples(st.just("gemini"), gemini()),
)
TARGETS: st.SearchStrategy[InboundDialect] = st.sampled_from(INBOUND)


@given(walk=WALKS, target=TARGETS, stream=st.booleans())
@settings(max_examples=400)
def test_no_walk_makes_the_engine_break_a_rule(
    walk: tuple[UpstreamDialect, list[bytes]], target: InboundDialect, *, stream: bool
) -> None:
    """To either dialect, streamed or whole, neither an error nor a warning of its own."""
    source, blocks = walk
    assert run(answered(blocks), source, target, stream=stream).told() == ""


@given(walk=WALKS, target=TARGETS, cuts=st.lists(st.integers(0, 1 << 20), max_size=12), stream=st.booleans())
@settings(max_examples=200)
def test_the_same_bytes_come_out_of_a_walk_however_it_is_cut(
    walk: tuple[UpstreamDialect, list[bytes]], target: InboundDialect, cuts: list[int], *, stream: bool
) -> None:
    """Reads end anywhere, in the middle of a character too."""
    source, blocks = walk
    request = client_request(answered(blocks), source, target)
    sent = {
        body_of(translate(upstream, source, target, request=request, stream=stream).exchange)
        for upstream in (answered(blocks), answered(blocks, cuts))
    }
    assert len(sent) == 1


@given(WALKS, TARGETS, st.integers(0, 1 << 20))
@settings(max_examples=200)
def test_a_walk_that_ends_anywhere_makes_the_engine_break_no_rule(
    walk: tuple[UpstreamDialect, list[bytes]], target: InboundDialect, stop: int
) -> None:
    """What was not ended is no success."""
    source, blocks = walk
    body = b"".join(blocks)
    request = client_request(answered(blocks), source, target)
    result = run(answered([body[: stop % (len(body) + 1)]]), source, target, request=request)
    assert result.told() == ""
