"""A whole answer is judged member by member: one that does not fit hides nothing that is wrong with another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.findings import Origin, Severity
from harness.rules.example import parse_example
from tests.judging import judged_example

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def without(call: dict[str, Any], name: str) -> dict[str, Any]:
    """A call that lacks a member."""
    return {key: value for key, value in call.items() if key != name}


def answer(*calls: dict[str, Any], finish: str = "tool_calls", **more: Any) -> str:
    """An exchange of Chat whose whole answer makes calls; a member that is None is left out."""
    message = {"role": "assistant", "content": None, "refusal": None, "tool_calls": list(calls)}
    body = {
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": USAGE,
    }  # fmt: skip
    said = {key: value for key, value in {**body, **more}.items() if value is not None}
    return f'request: {{"model":"m"}}\nbody:\n{json.dumps(said)}'


def errors(example: str) -> list[str]:
    """The rules that find an error in it, each once a finding."""
    found = judged_example(parse_example(example)).findings
    return sorted(one.rule for one in found if one.severity is Severity.ERROR and one.rule.startswith("CHAT"))


@pytest.mark.parametrize("usage", [None, {**USAGE, "prompt_tokens": -1}])
def test_a_call_without_an_id_does_not_hide_what_is_wrong_with_usage(usage: Any) -> None:
    """Else whoever mends the call is told of a new defect that is an old one."""
    assert errors(answer(CALL, usage=usage)) == ["CHAT-SYNC-004"]
    assert errors(answer(without(CALL, "id"), usage=usage)) == ["CHAT-SYNC-003", "CHAT-SYNC-004"]


def test_usage_of_another_shape_hides_neither_a_call_nor_a_reason_to_stop() -> None:
    """The usage is told of once, as what it is."""
    example = answer(CALL, {**CALL, "id": ""}, finish="stopped", usage=[])
    assert errors(example) == ["CHAT-SYNC-001", "CHAT-SYNC-003", "CHAT-SYNC-004"]


def test_a_call_that_does_not_fit_hides_no_other_call() -> None:
    """The one lacks its id, the other has an empty name."""
    unnamed = {**CALL, "function": {"name": "", "arguments": "{}"}}
    assert errors(answer(without(CALL, "id"), unnamed)) == ["CHAT-SYNC-003", "CHAT-SYNC-003"]


def test_what_is_no_answer_at_all_is_one_thing() -> None:
    """Nobody misses the usage of an object that is something else."""
    assert errors(answer(CALL, choices=None, usage=None)) == ["CHAT-SYNC-001"]


@pytest.mark.parametrize("choices", [[1], [{"message": 3}], [{"message": {"tool_calls": {"a": 1}}}], [{}]])
def test_members_of_any_shape_are_found_and_not_stumbled_over(choices: Any) -> None:
    """What they are instead is not known, so that no rule may rely on it."""
    assert errors(answer(CALL, choices=choices, usage=None))[-1] == "CHAT-SYNC-004"


def test_the_shape_of_a_response_does_not_hide_its_status() -> None:
    """A whole answer that is still in progress is no whole answer, whatever else is wrong."""
    item = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": 7}
    body = {"id": "resp_1", "object": "response", "status": "in_progress", "output": [item]}
    example = f'request: {{"model":"m","input":"x"}}\ndialect: responses\nbody:\n{json.dumps(body)}'
    found = judged_example(parse_example(example)).findings
    assert "status" in {one.subject for one in found if one.rule == "RESP-SYNC-001"}


CUT = {**CALL, "function": {"name": "f", "arguments": '{"x":'}}


@pytest.mark.parametrize(
    ("downstream", "upstream", "origin"),
    [
        (without(CUT, "id"), CUT, Origin.GATEWAY),
        (without(CALL, "id"), without(CALL, "type"), Origin.GATEWAY),
        (without(CALL, "id"), without(CALL, "id"), Origin.UPSTREAM),
        (CUT, CUT, Origin.UPSTREAM),
    ],
    ids=["cut arguments", "no type", "no id either", "the arguments themselves"],
)
def test_an_id_that_upstream_gave_is_missed_by_the_gateways_fault(
    downstream: dict[str, Any], upstream: dict[str, Any], origin: Origin
) -> None:
    """Whatever else is wrong with upstream's call."""
    check = judged_example(parse_example(f"{answer(downstream)}\n--- upstream\n{answer(upstream)}"))
    assert {one.origin for one in check.findings if one.rule == "CHAT-SYNC-003"} == {origin}


def test_an_id_that_is_not_there_is_not_called_another_one() -> None:
    """The message says what there is."""
    check = judged_example(parse_example(f"{answer(without(CALL, 'id'))}\n--- upstream\n{answer(CALL)}"))
    (found,) = [one for one in check.findings if one.rule == "XLAT-TOOL-004"]
    assert found.message == "Call 0 has no id, and upstream gave it one."
