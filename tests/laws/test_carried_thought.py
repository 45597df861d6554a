"""Thought that only its vendor can read goes through a client of Responses and comes back unchanged, to it alone."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from harness.translation.engine import answering, prepare
from harness.translation.ids import SeededMint
from harness.translation.losses import LossPolicy

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect

Json = dict[str, Any]
MODELS: dict[UpstreamDialect, str] = {"anthropic": "claude-sonnet-4-5", "gemini": "gemini-2.5-pro"}
PROFILES: tuple[tuple[UpstreamDialect, str], ...] = (
    ("anthropic", "anthropic"),
    ("gemini", "gemini"),
    ("responses", "openai"),
    ("responses", "xai"),
    ("chat", "openai"),
    ("chat", "deepseek"),
    ("chat", "openrouter"),
    ("chat", "mistral"),
)
TOOLS = [
    {"type": "function", "name": "add", "parameters": {"type": "object", "properties": {}}, "strict": None}
]

_words = st.text("abcdé \n😀", min_size=1, max_size=8).filter(str.strip)
_seals = st.integers(0, 10**9).map(lambda number: f"seal/{number:010}+=")


def _asked(upstream: UpstreamDialect, profile: str, items: list[Json], model: str) -> tuple[Any, Json]:
    """The session and the body in which these items reach the upstream."""
    body = {"model": model, "input": items, "tools": TOOLS, "include": ["reasoning.encrypted_content"]}
    prepared = prepare(
        "responses",
        body,
        upstream=upstream,
        profile=profile,
        mint=SeededMint(b"carried"),
        now=lambda: 1_790_000_000,
        policy=LossPolicy("allow"),
    )
    return prepared.session, prepared.body


def _next(upstream: UpstreamDialect, answer: Json) -> list[Json]:
    """What the client sends after that answer: all of it, verbatim, and results for its calls."""
    hello = {"role": "user", "content": "hello"}
    session, _ = _asked(upstream, upstream, [hello], MODELS[upstream])
    translating = answering(session, "responses")
    translating.whole(answer)
    output = list(translating.body()["output"])
    results = [
        {"type": "function_call_output", "call_id": one["call_id"], "output": "done"}
        for one in output
        if one["type"] == "function_call"
    ]
    return [hello, *output, *(results or [{"role": "user", "content": "go on"}])]


def _reaches_no_other(vendor: UpstreamDialect, items: list[Json], seals: list[str]) -> None:
    for upstream, profile in PROFILES:
        if upstream != vendor:
            _, body = _asked(upstream, profile, items, MODELS.get(upstream, "m"))
            sent = json.dumps(body, ensure_ascii=False)
            for seal in seals:
                assert seal not in sent
                assert base64.b64encode(seal.encode()).decode() not in sent


# -- Anthropic

_calls = st.builds(
    lambda value: {"type": "tool_use", "name": "add", "input": {"a": value}}, st.integers(0, 9)
)
_blocks = st.lists(
    st.builds(lambda text: {"type": "text", "text": text}, _words)
    | st.builds(
        lambda text, seal: {"type": "thinking", "thinking": text, "signature": seal},
        _words | st.just(""),
        _seals,
    )
    | st.builds(lambda seal: {"type": "redacted_thinking", "data": seal}, _seals)
    | _calls,
    min_size=1,
    max_size=6,
)


@given(_blocks)
@example([{"type": "thinking", "thinking": "", "signature": "seal/0000000001+="}])
@example(
    [
        {"type": "redacted_thinking", "data": "seal/0000000001+="},
        {"type": "thinking", "thinking": "", "signature": "seal/0000000002+="},
        {"type": "tool_use", "name": "add", "input": {"a": 1}},
    ]
)
def test_what_anthropic_thought_reaches_it_again_and_nobody_else(blocks: list[Json]) -> None:
    """Text and signature, a signature alone and redacted thought, between texts and before calls."""
    kinds = [one["type"] for one in blocks]
    thoughts = [number for number, kind in enumerate(kinds) if "thinking" in kind]
    # A turn with calls begins with its thought, or has none (guide "Extended thinking").
    assume("tool_use" not in kinds or not thoughts or thoughts[0] < kinds.index("tool_use"))
    content = [
        {**one, "id": f"toolu_{number}"} if one["type"] == "tool_use" else one
        for number, one in enumerate(blocks)
    ]
    answer = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": content,
        "stop_reason": "tool_use" if "tool_use" in kinds else "end_turn",
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }

    items = _next("anthropic", answer)

    _, body = _asked("anthropic", "anthropic", items, MODELS["anthropic"])
    assert body["messages"][1]["content"] == content
    seals = [one.get("signature") or one.get("data") for one in content]
    _reaches_no_other("anthropic", items, [seal for seal in seals if seal])


# -- Gemini

_parts = st.lists(
    st.builds(lambda text: {"text": text}, _words)
    | st.builds(
        lambda text, seal: {"text": text, "thought": True, **({"thoughtSignature": seal} if seal else {})},
        _words,
        _seals | st.none(),
    )
    | st.builds(
        lambda value, seal: {
            "functionCall": {"name": "add", "args": {"a": value}},
            **({"thoughtSignature": seal} if seal else {}),
        },
        st.integers(0, 9),
        _seals | st.none(),
    ),
    min_size=1,
    max_size=6,
)


def _is_one_run(before: Json, after: Json) -> bool:
    """Two texts that nothing sets apart: pieces of one."""
    is_text = "text" in before and "text" in after
    return is_text and before.get("thought") == after.get("thought") and "thoughtSignature" not in before


@given(_parts)
@example([{"text": "t", "thought": True}, {"functionCall": {"name": "add", "args": {"a": 1}}}])
def test_what_gemini_thought_reaches_it_again_and_nobody_else(parts: list[Json]) -> None:
    """Signatures of thoughts and of calls, each on what it came with."""
    assume(not any(_is_one_run(before, after) for before, after in pairwise(parts)))
    content = [
        {**one, "functionCall": {"id": f"call_{number}", **one["functionCall"]}}
        if "functionCall" in one
        else one
        for number, one in enumerate(parts)
    ]
    answer = {
        "responseId": "r",
        "modelVersion": "gemini",
        "candidates": [{"index": 0, "content": {"role": "model", "parts": content}, "finishReason": "STOP"}],
    }

    items = _next("gemini", answer)

    _, body = _asked("gemini", "gemini", items, MODELS["gemini"])
    assert body["contents"][1]["parts"] == content
    seals = [one["thoughtSignature"] for one in content if "thoughtSignature" in one]
    _reaches_no_other("gemini", items, seals)


@pytest.mark.parametrize("upstream", ["anthropic", "gemini"])
def test_a_client_that_does_not_ask_for_seals_is_sent_none(upstream: UpstreamDialect) -> None:
    """They are of no use to it, and the loss is told."""
    answers: dict[UpstreamDialect, Json] = {"anthropic": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "hm", "signature": "seal"}, {"type": "text", "text": "a"}],
    }, "gemini": {"candidates": [{"content": {"parts": [
        {"text": "hm", "thought": True, "thoughtSignature": "seal"}, {"text": "a"}]}, "finishReason": "STOP"}]},
    }  # fmt: skip
    prepared = prepare(
        "responses", {"model": "m", "input": "hello"}, upstream=upstream, mint=SeededMint(b"c"), now=lambda: 0
    )
    translating = answering(prepared.session, "responses")
    translating.whole(answers[upstream])

    thought = translating.body()["output"][0]

    assert thought["type"] == "reasoning"
    assert "encrypted_content" not in thought
    assert "L230" in [loss.code for loss in prepared.session.ledger.losses]
