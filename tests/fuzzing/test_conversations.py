"""`conversations()` and `requests()`: what they reach, what they shrink to, and what cannot be asked of them."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings

from harness.errors import HarnessError, UnknownName, UsageError
from harness.generate import conversations, requests
from harness.generate.conversations import sketches
from harness.generate.sketch import Sketch
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat
from harness.translation.requests.from_responses import from_responses

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.scenarios.scenario import Scenario

KINDS: dict[str, Callable[[Sketch], bool]] = {
    "refusal": lambda one: any(block.kind == "refusal" for block in one.blocks),
    "raw thought": lambda one: any(block.kind == "thought" and block.raw for block in one.blocks),
    "signed thought": lambda one: any(block.kind == "thought" and block.signature for block in one.blocks),
    "encrypted thought": lambda one: any(block.kind == "thought" and block.encrypted for block in one.blocks),
    "three calls": lambda one: sum(block.kind == "call" for block in one.blocks) > 2,
    "custom call": lambda one: any(block.kind == "custom" for block in one.blocks),
    "interleaved": lambda one: any(say.interleaved for say in one.says),
    "several choices": lambda one: any(say.others for say in one.says),
    "no usage": lambda one: any(say.usage is None for say in one.says),
    "length": lambda one: any(say.finish == "length" for say in one.says),
    "filter": lambda one: any(say.finish == "content_filter" for say in one.says),
    "logprobs": lambda one: any(block.logprobs for block in one.blocks),
    "sources": lambda one: any(block.sources for block in one.blocks),
    "tool loop": lambda one: bool(one.output),
    "goes on": lambda one: bool(one.follows),
    "tool results": lambda one: any(earlier.role == "tool" for earlier in one.before),
    "image": lambda one: any(part.kind == "image" for part in one.parts),
    "file": lambda one: any(part.kind == "file" for part in one.parts),
    "tool choice": lambda one: "tool_choice" in one.wishes,
    "format": lambda one: "format" in one.wishes,
    "status": lambda one: one.fault.startswith("status"),
    "cut": lambda one: one.fault.startswith("cut"),
    "error event": lambda one: one.fault.startswith("error_event"),
    "repeat": lambda one: one.behaviour == "repeat",
    "string": lambda one: one.form == "string",
    "usage not asked": lambda one: not one.include_usage,
}
REACHED: set[str] = set()
QUICK = settings(max_examples=1_000, database=None, deadline=None, suppress_health_check=list(HealthCheck))


@settings(
    max_examples=1_500, derandomize=True, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(sketches())
def collect(sketch: Sketch) -> None:
    """Note of what kinds a sketch is."""
    REACHED.update(name for name, is_it in KINDS.items() if is_it(sketch))


def test_every_kind_of_conversation_is_reached() -> None:
    """A kind that nothing makes would never be tried on anybody."""
    collect()
    assert sorted(KINDS.keys() - REACHED) == []


def test_a_conversation_shrinks_to_one_word() -> None:
    """One request without options, one answer of one delta."""
    found: Scenario = find(conversations(), lambda _: True, settings=QUICK)
    assert found.asks.chat == {
        "messages": [{"role": "user", "content": "Hi. [{mark}]"}],
        "stream_options": {"include_usage": True},
    }
    assert len(found.answers) == 1
    assert [type(one).__name__ for one in found.answers[0].increments] == [
        *("Start", "TextStart", "TextDelta", "TextEnd", "Finish", "Usage", "Eof"),
    ]


def test_what_is_found_shrinks_to_that_alone() -> None:
    """Two calls are two calls, and nothing beside them; now and then hypothesis stops a step above it."""
    seeds = 12
    found: list[Sketch] = [
        find(
            sketches(),
            lambda one: sum(block.kind == "call" for block in one.blocks) > 1,
            settings=QUICK,
            random=Random(seed),
        )
        for seed in range(seeds)
    ]
    smallest = [one for one in found if len(one.blocks) == 2]
    assert len(smallest) >= seeds * 3 // 4
    assert max(len(one.blocks) for one in found) <= 3
    for one in smallest:
        assert (one.before, one.parts, one.wishes, one.fault, one.output) == ((), (), {}, "", "")


@settings(max_examples=30, phases=[Phase.generate])
@given(conversations(inbound="responses", upstream="anthropic", mode="whole"))
def test_only_what_was_asked_for_is_made(scenario: Scenario) -> None:
    """By dialect of either side, and by mode."""
    assert "responses" in scenario.inbound
    assert "anthropic" in scenario.upstream
    assert "whole" in scenario.modes


@settings(max_examples=30)
@given(conversations(traits=["call"], max_traits=1))
def test_only_the_traits_that_were_named_are_there(scenario: Scenario) -> None:
    """And no more of them than may be."""
    assert scenario.fault is None
    assert scenario.asks.chat is not None
    assert set(scenario.asks.chat) <= {"messages", "stream_options", "tools"}


@settings(max_examples=40)
@given(requests("chat"))
def test_requests_of_chat_are_legal(body: dict[str, Any]) -> None:
    """The gateway's parser, which refuses what OpenAI refuses, takes them."""
    from_chat(body, Ledger())
    assert body["model"] == "scenario"


@settings(max_examples=40)
@given(requests("responses", model="my-model", mode="stream"))
def test_requests_of_responses_are_legal(body: dict[str, Any]) -> None:
    """Likewise, with the model and the mode that were asked for."""
    from_responses(body, Ledger())
    assert (body["model"], body["stream"]) == ("my-model", True)


@pytest.mark.parametrize(
    ("arguments", "kind", "told"),
    [
        ({"inbound": "gemini"}, UnknownName, "gemini"),
        ({"upstream": "opnai"}, UnknownName, "opnai"),
        ({"mode": "streamed"}, UnknownName, "did you mean 'stream'"),
        ({"traits": ["cal"]}, UnknownName, "did you mean 'call'"),
        ({"traits": "call"}, UsageError, "['call']"),
        ({"max_traits": -1}, UsageError, "max_traits"),
        ({"max_traits": "1"}, UsageError, "a whole number of 0 or more"),
        ({"traits": 1}, UsageError, "several names"),
        ({"inbound": 1}, UnknownName, "'1'"),
        ({"traits": ["refusal"], "upstream": "gemini"}, UsageError, "over gemini"),
        ({"traits": ["follows"], "inbound": "chat"}, UsageError, "follows"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_in_words(
    arguments: dict[str, Any], kind: type[HarnessError], told: str
) -> None:
    """When the strategy is made, not when an example is drawn."""
    with pytest.raises(kind) as caught:
        conversations(**arguments)
    assert told in str(caught.value)


def test_requests_of_no_client_are_refused() -> None:
    """Gemini is no dialect of clients here; and a model has a name."""
    with pytest.raises(UnknownName):
        requests("gemini")  # type: ignore[arg-type]
    for model in ("", 5):
        with pytest.raises(UsageError, match="a model has a name"):
            requests(model=model)  # type: ignore[arg-type]


def test_a_sketch_says_what_it_is() -> None:
    """Its name follows from what is in it."""
    assert Sketch().digest() == Sketch().digest()
    assert Sketch(prompt="Other.").digest() != Sketch().digest()
    assert Sketch().scenario().name == f"generated-{Sketch().digest()}"
