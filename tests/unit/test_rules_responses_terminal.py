"""The final output is matched with the items that were streamed."""

from __future__ import annotations

import json

import pytest

from harness.findings import Finding, Severity
from harness.rules.example import parse_example
from tests.judging import judged_example


def findings(stream: str, *edits: str) -> list[Finding]:
    """What is found in an edited stream, infos left out."""
    example = parse_example("\n".join((f"stream: responses/{stream}", *edits)), dialect="responses")
    return [one for one in judged_example(example).findings if one.severity is not Severity.INFO]


def test_swapped_items_are_another_order() -> None:
    """Both calls are there, and each under its own id: nothing else is compared."""
    exchange = parse_example("stream: responses/parallel", dialect="responses").exchange
    assert exchange.response is not None
    final = json.loads(list(exchange.response.chunks)[-1].data.partition(b"data: ")[2])
    first, second = final["response"]["output"]
    (finding,) = findings(
        "parallel",
        f"event response.completed: response.output.0 = {json.dumps(second)}",
        f"event response.completed: response.output.1 = {json.dumps(first)}",
    )
    assert finding.rule == "RESP-TERM-001"
    assert finding.message == "The final output has the 2 finished items in another order."


def test_items_under_new_ids_are_still_compared() -> None:
    """Who gives every item a new id at the end is told so once, and its texts are looked at all the same."""
    rules = [
        one.rule
        for one in findings(
            "text",
            'event response.completed: response.output.0.id = "msg_other"',
            'event response.completed: response.output.0.content.0.text = "Red."',
        )
    ]
    assert sorted(rules) == ["RESP-ITEM-006", "RESP-TERM-002"]


@pytest.mark.parametrize(
    ("stream", "edit"),
    [
        ("encrypted_reasoning", 'event response.completed: response.output.0.encrypted_content = "gAAAAABq"'),
        ("compaction", 'event response.completed: response.output.1.encrypted_content = "gAAAAABq"'),
    ],
)
def test_what_is_encrypted_may_differ(stream: str, edit: str) -> None:
    """It is encrypted anew each time it is sent."""
    assert findings(stream, edit) == []


def test_a_difference_deep_in_an_item_is_pointed_at() -> None:
    """A JSON pointer to the first member that differs."""
    (finding,) = findings(
        "annotations",
        'event response.completed: response.output.0.content.0.annotations.1.url = "https://x.example/"',
    )
    assert finding.rule == "RESP-TERM-002"
    assert finding.where.pointer == "/response/output/0/content/0/annotations/1/url"
    assert finding.found == '"https://x.example/"'


def test_an_item_that_was_streamed_and_never_added_is_told_of_once() -> None:
    """RESP-ITEM-001 tells. Its new id at the end is another thing, and it is not said that it was added as anything."""
    told = findings(
        "tool",
        "drop response.output_item.added",
        "drop response.output_item.done",
        'event response.completed: response.output.0.id = "fc_other"',
    )
    assert [one.rule for one in told if one.rule.startswith("RESP-TERM")] == []
    (renamed,) = [one for one in told if one.rule == "RESP-ITEM-006"]
    assert "its events call it" in renamed.message


def test_a_resumed_stream_may_end_with_items_it_did_not_stream() -> None:
    """They came before the event after which it was resumed."""
    assert (
        findings(
            "resumed",
            "request: GET /v1/responses/resp_1?stream=true&starting_after=11",
            *(f"drop {index}" for index in range(10)),
        )
        == []
    )


def test_a_failed_response_need_not_list_what_was_streamed() -> None:
    """Neither its output nor its usage is compared."""
    assert findings("failed", "event response.failed: response.output = []") == []


@pytest.mark.parametrize(
    ("member", "value", "rules"),
    [
        ("output", "null", ["RESP-TERM-003"]),
        ("usage", "null", ["RESP-TERM-004"]),
        ("usage.total_tokens", "1", ["RESP-TERM-005"]),
        ("usage.total_tokens", '"18"', ["RESP-TERM-004"]),
        ("usage.input_tokens_details", "null", ["RESP-TERM-004"]),
        ("usage.input_tokens_details.cached_tokens", "12", ["RESP-TERM-005"]),
    ],
)
def test_each_fault_of_the_end_has_one_rule(member: str, value: str, rules: list[str]) -> None:
    """Shape and sum are told apart."""
    assert [
        one.rule for one in findings("text", f"event response.completed: response.{member} = {value}")
    ] == rules


def whole(text: str) -> list[Finding]:
    """What is found in a whole answer."""
    found = judged_example(parse_example(text, dialect="responses")).findings
    return [one for one in found if one.severity is not Severity.INFO]


WHOLE = (
    'request: {"model":"m","input":"hi"}\nbody:\n'
    '{"id":"resp_1","object":"response","created_at":1768392000,"status":"completed","completed_at":1768392001,'
    '"error":null,"incomplete_details":null,"instructions":null,"metadata":{},"model":"m","output":OUTPUT,'
    '"parallel_tool_calls":true,"temperature":1.0,"tool_choice":"auto","tools":[],"top_p":1.0,"usage":USAGE}'
)
USAGE = (
    '{"input_tokens":1,"input_tokens_details":{"cached_tokens":0},"output_tokens":1,'
    '"output_tokens_details":{"reasoning_tokens":0},"total_tokens":2}'
)


@pytest.mark.parametrize(
    ("output", "usage", "expected"),
    [
        ("[]", USAGE, []),
        ("null", USAGE, ["RESP-TERM-003"]),
        ("[]", "null", ["RESP-TERM-004"]),
        ("[]", USAGE.replace('"total_tokens":2', '"total_tokens":3'), ["RESP-TERM-005"]),
        ("[]", USAGE.replace('{"reasoning_tokens":0}', "{}"), ["RESP-TERM-004"]),
    ],
)
def test_whole_answers_are_held_to_the_same(output: str, usage: str, expected: list[str]) -> None:
    """The rules on the end of a stream read an answer without a stream as well."""
    assert [one.rule for one in whole(WHOLE.replace("OUTPUT", output).replace("USAGE", usage))] == expected
