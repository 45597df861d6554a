"""Each row of the mapping of requests to Anthropic: what is sent, and what is lost."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn.conversation import (
    ReasoningPart,
    ReasoningWish,
)
from harness.turn.tools import ToolChoice
from tests.anthropic_requests import AT_LEAST, EIGHT, FABLE, FIVE, FOUR, HAIKU, NEWEST, OLD, SIX, F
from tests.foreign_requests import answered, asked, called, said, sent


def test_the_least_request_has_a_limit_of_tokens() -> None:
    """Anthropic needs one (L102)."""
    one = sent("anthropic", asked(HAIKU))
    assert one.body == {
        "model": HAIKU,
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hello"}]}],
    }
    assert one.losses == [("L102", "/max_output_tokens")]
    assert sent("anthropic", asked(HAIKU, max_output_tokens=7, stream=True)).losses == []


@pytest.mark.parametrize(
    ("model", "fields", "told", "codes"),
    [
        (HAIKU, {"max_output_tokens": 7}, {"max_tokens": 7}, []),
        (HAIKU, {"stream": True}, {"stream": True}, []),
        (HAIKU, {"temperature": 0.5, "top_k": 3}, {"temperature": 0.5, "top_k": 3}, []),
        (HAIKU, {"temperature": 1.5}, {"temperature": 1}, ["L103"]),
        (HAIKU, {"temperature": 0, "top_p": 0.5}, {"temperature": 0}, ["L103"]),
        (FOUR, {"temperature": 0, "top_p": 0.5}, {"temperature": 0, "top_p": 0.5}, []),
        (HAIKU, {"top_p": 0.5}, {"top_p": 0.5}, []),
        (EIGHT, {"temperature": 0.5, "top_p": 0.5, "top_k": 1}, {}, ["L103", "L104", "L103"]),
        (EIGHT, {"temperature": 1, "top_p": 1}, {}, []),
        (HAIKU, {"stop": ("END", "\n")}, {"stop_sequences": ["END"]}, ["L105"]),
        (HAIKU, {"stop": (" ",)}, {}, ["L105"]),
        (HAIKU, {"choices": 1}, {}, []),
        (HAIKU, {"choices": 2}, {}, ["L106"]),
        (HAIKU, {"seed": 1}, {}, ["L107"]),
        (HAIKU, {"frequency_penalty": 1, "presence_penalty": 1}, {}, ["L108", "L108"]),
        (HAIKU, {"logprobs": True, "top_logprobs": 2}, {}, ["L109", "L109"]),
        (HAIKU, {"logprobs": False}, {}, []),
        (HAIKU, {"verbosity": "low"}, {}, ["L114"]),
        (HAIKU, {"options": {"service_tier": "auto"}}, {"service_tier": "auto"}, []),
        (HAIKU, {"options": {"service_tier": "default"}}, {"service_tier": "standard_only"}, []),
        (HAIKU, {"options": {"service_tier": "priority"}}, {}, ["L118"]),
        (HAIKU, {"options": {"prompt_cache_key": "k"}}, {}, ["L119"]),
        (HAIKU, {"options": {"user": "u-1"}}, {"metadata": {"user_id": "u-1"}}, []),
        (
            HAIKU,
            {"options": {"user": "u-1", "safety_identifier": "s"}},
            {"metadata": {"user_id": "s"}},
            ["L120"],
        ),
        (HAIKU, {"options": {"user": "s", "safety_identifier": "s"}}, {"metadata": {"user_id": "s"}}, []),
        (HAIKU, {"options": {"user": "somebody@example.com"}}, {}, ["L120"]),
        (HAIKU, {"options": {"user": "+1 555 0100 99"}}, {}, ["L120"]),
        (HAIKU, {"options": {"user": "x" * 300}}, {}, ["L120"]),
        (HAIKU, {"options": {"metadata": {"a": "b"}}}, {}, ["L121"]),
        (HAIKU, {"options": {"store": True, "truncation": "auto"}}, {}, ["L122", "L123"]),
        (HAIKU, {"options": {"background": True, "previous_response_id": "r"}}, {}, ["L128", "L128"]),
        (HAIKU, {"options": {"modalities": ["text", "audio"], "audio": {}}}, {}, ["L125", "L125"]),
        (HAIKU, {"stream_options": {"include_obfuscation": True, "include_usage": True}}, {}, ["L124"]),
        (HAIKU, {"stream_options": {"include_obfuscation": False}}, {}, []),
        (HAIKU, {"extra": {"x": 1}}, {}, ["L100"]),
    ],
    ids=str,
)
def test_settings(model: str, fields: dict[str, Any], told: dict[str, Any], codes: list[str]) -> None:
    """Each in its place."""
    one = sent("anthropic", asked(model, **fields))
    del one.body["messages"], one.body["model"]
    assert one.body == {"max_tokens": 4096} | told
    assert one.codes == codes


def test_blank_stop_sequences_that_are_looked_for_here_are_not_lost() -> None:
    """They are emulated."""
    one = sent("anthropic", asked(HAIKU, stop=("\n", "END")), manner=Manner(emulate_stop=True))
    assert (one.body["stop_sequences"], one.codes) == (["END"], [])


@pytest.mark.parametrize(
    ("model", "wish", "told", "codes"),
    [
        (OLD, ReasoningWish(effort="high"), {}, ["L115"]),
        (OLD, ReasoningWish(effort="none"), {}, []),
        (HAIKU, ReasoningWish(effort="none"), {}, []),
        (
            HAIKU,
            ReasoningWish(effort="low"),
            {"max_tokens": 6144, "thinking": {"type": "enabled", "budget_tokens": 2048}},
            [],
        ),
        (
            HAIKU,
            ReasoningWish(effort="xhigh"),
            {"max_tokens": 20480, "thinking": {"type": "enabled", "budget_tokens": 16384}},
            ["L115"],
        ),
        (
            HAIKU,
            ReasoningWish(budget=10),
            {"max_tokens": 4106, "thinking": {"type": "enabled", "budget_tokens": 1024}},
            ["L115"],
        ),
        (HAIKU, ReasoningWish(effort="odd"), {}, ["L115"]),
        (HAIKU, ReasoningWish(summary="auto"), {}, ["L116"]),
        (
            SIX,
            ReasoningWish(effort="high", summary="auto"),
            {
                "max_tokens": 20480,
                "thinking": {"type": "adaptive", "display": "summarized"},
                "output_config": {"effort": "high"},
            },
            [],
        ),
        (
            SIX,
            ReasoningWish(effort="xhigh"),
            {
                "max_tokens": 20480,
                "thinking": {"type": "adaptive"},
                "output_config": {"effort": "high"},
            },
            ["L115"],
        ),
        (
            EIGHT,
            ReasoningWish(effort="xhigh"),
            {
                "max_tokens": 20480,
                "thinking": {"type": "adaptive"},
                "output_config": {"effort": "xhigh"},
            },
            [],
        ),
        (
            EIGHT,
            ReasoningWish(effort="minimal"),
            {"max_tokens": 5120, "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}},
            ["L115"],
        ),
        (EIGHT, ReasoningWish(budget=2000), {"max_tokens": 6096, "thinking": {"type": "adaptive"}}, ["L115"]),
        (
            EIGHT,
            ReasoningWish(summary="concise"),
            {"max_tokens": 12288, "thinking": {"type": "adaptive", "display": "summarized"}},
            ["L116"],
        ),
        (EIGHT, ReasoningWish(effort="none"), {}, []),
        (FIVE, ReasoningWish(effort="none"), {"thinking": {"type": "disabled"}}, []),
        (NEWEST, ReasoningWish(effort="none"), {"thinking": {"type": "between_tools"}}, []),
        (FABLE, ReasoningWish(effort="none"), {"output_config": {"effort": "low"}}, ["L115"]),
        ("claude-opus-5-5", ReasoningWish(effort="none"), {"output_config": {"effort": "low"}}, ["L115"]),
        (
            "somebody/else",
            ReasoningWish(effort="medium"),
            {"max_tokens": 12288, "thinking": {"type": "enabled", "budget_tokens": 8192}},
            [],
        ),
        (HAIKU, ReasoningWish(extra={"context": "auto", "generate_summary": "auto"}), {}, ["L124", "L116"]),
    ],
    ids=str,
)
def test_thinking_is_set_as_the_model_takes_it(
    model: str, wish: ReasoningWish, told: dict[str, Any], codes: list[str]
) -> None:
    """A budget up to 4.5, an effort from 4.6 on; there is room for the answer behind it."""
    one = sent("anthropic", asked(model, reasoning=wish))
    del one.body["messages"], one.body["model"]
    assert one.body == {"max_tokens": 4096} | told
    assert one.codes == codes


@pytest.mark.parametrize(
    ("limit", "thinking", "codes"),
    [
        (100_000, {"type": "enabled", "budget_tokens": 16_384}, []),
        (8_000, {"type": "enabled", "budget_tokens": 6_000}, ["L115"]),
        (1_025, {"type": "enabled", "budget_tokens": 1_024}, ["L115"]),
        (1_024, None, ["L115"]),
    ],
)
def test_the_budget_is_less_than_the_limit(limit: int, thinking: Any, codes: list[str]) -> None:
    """The limit is the client's, for thought and answer together."""
    one = sent("anthropic", asked(HAIKU, reasoning=ReasoningWish(effort="high"), max_output_tokens=limit))
    assert one.body["max_tokens"] == limit
    assert (one.body.get("thinking"), one.codes) == (thinking, codes)


@pytest.mark.parametrize("model", [HAIKU, SIX])
def test_thinking_takes_no_other_sampling(model: str) -> None:
    """But for a top_p near 1."""
    fields = {"temperature": 0.5, "top_p": 0.96, "top_k": 3}
    one = sent("anthropic", asked(model, reasoning=AT_LEAST, **fields))
    assert {name: one.body[name] for name in fields if name in one.body} == {"top_p": 0.96}
    assert one.codes == ["L103", "L104"]
    low = sent("anthropic", asked(model, reasoning=AT_LEAST, temperature=1, top_p=0.5))
    assert not fields.keys() & low.body.keys()
    assert low.codes == ["L103"]


@pytest.mark.parametrize(
    ("model", "wish", "thinking", "choice", "codes"),
    [
        (HAIKU, AT_LEAST, None, {"type": "tool", "name": "f"}, ["L115"]),
        (SIX, AT_LEAST, None, {"type": "tool", "name": "f"}, ["L115"]),
        (FIVE, None, {"type": "disabled"}, {"type": "tool", "name": "f"}, []),
        (FIVE, AT_LEAST, {"type": "disabled"}, {"type": "tool", "name": "f"}, ["L115"]),
        (NEWEST, None, None, {"type": "auto"}, ["L128"]),
        (FABLE, AT_LEAST, {"type": "adaptive"}, {"type": "auto"}, ["L128"]),
    ],
)
def test_a_forced_call_excludes_thinking(
    model: str, wish: ReasoningWish | None, thinking: Any, choice: Any, codes: list[str]
) -> None:
    """What the client cannot do without comes first; a model that cannot be forced is an error."""
    named = ToolChoice(mode="named", name="f")
    one = sent("anthropic", asked(model, tools=(F,), tool_choice=named, reasoning=wish))
    assert one.body.get("thinking") == thinking
    assert one.body["tool_choice"] == choice
    assert one.codes == codes


def test_a_budget_needs_a_thought_before_calls_that_were_answered_last() -> None:
    """Anthropic refuses it otherwise."""
    thought = ReasoningPart(text=("t",), signature="s", vendor="anthropic")
    with_thought = (said("hi"), said(thought, called(), role="assistant"), answered())
    without = (said("hi"), said(called(), role="assistant"), answered())
    assert "thinking" in sent("anthropic", asked(HAIKU, *with_thought, reasoning=AT_LEAST)).body
    one = sent("anthropic", asked(HAIKU, *without, reasoning=AT_LEAST))
    assert "thinking" not in one.body
    assert one.codes == ["L115"]
    assert "thinking" in sent("anthropic", asked(SIX, *without, reasoning=AT_LEAST)).body


def test_a_chat_client_is_shown_thoughts_where_the_manner_says_so() -> None:
    """It has no member to ask for them."""
    one = sent(
        "anthropic", asked(EIGHT, dialect="chat", reasoning=AT_LEAST), manner=Manner(reasoning="reasoning")
    )
    assert one.body["thinking"] == {"type": "adaptive", "display": "summarized"}
