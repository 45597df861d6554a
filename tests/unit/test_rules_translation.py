"""What the rules on translation leave alone, and where they are milder than their name."""

from __future__ import annotations

import pytest

from harness.findings import Severity
from harness.rules.example import parse_example
from harness.rules.registry import rule, rules
from harness.rules.translation.call_likeness import arguments_agree
from harness.rules.translation.comparison import first_difference
from harness.rules.unbuilt import UNBUILT
from tests.judging import judged_example

RENAMED = """stream: translation/responses_tool
event response.output_item.added#1: item.call_id = "call_1"
event response.output_item.done#1: item.call_id = "call_1"
event response.completed: response.output.1.call_id = "call_1"
"""
FORCED = """stream: translation/chat_gemini_tool
request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[],"tools":[{"type":"function",\
"function":{"name":"get_weather"}}],"tool_choice":{"type":"function","function":{"name":"get_weather"}}}
event 3: choices.0.finish_reason = "stop"
"""
PAUSED = 'stream: anthropic/text\nevent message_delta: delta.stop_reason = "pause_turn"'


def judged(downstream: str, upstream: str) -> dict[str, Severity]:
    """The rules on translation that speak, and how loudly."""
    check = judged_example(parse_example(f"{downstream}\n--- upstream\n{upstream}"))
    return {one.rule: one.severity for one in check.findings if one.rule.startswith("XLAT")}


def exercised(rule_id: str, downstream: str, upstream: str) -> bool:
    """Whether the pair gives a rule anything to judge."""
    check = judged_example(parse_example(f"{downstream}\n--- upstream\n{upstream}"))
    (one,) = [one for one in check.panel.rules if one.id == rule_id]
    return one.exercised(check.case, check.seen)


@pytest.mark.parametrize(
    ("downstream", "upstream", "told"),
    [
        (
            RENAMED,
            "stream: anthropic/tool",
            {"XLAT-TOOL-003": Severity.WARNING},
        ),
        (
            'stream: translation/chat_tool\nevent 2: choices.0.delta.tool_calls.0.id = "call_1"',
            "stream: anthropic/tool",
            {"XLAT-TOOL-004": Severity.WARNING},
        ),
        (
            "stream: translation/chat_error\nending: reset\ndrop -1\ndrop -2",
            "stream: anthropic/error",
            {"XLAT-ERR-002": Severity.WARNING},
        ),
    ],
    ids=["call_id mapped", "id mapped", "connection broken off"],
)
def test_what_may_be_meant_is_a_warning(downstream: str, upstream: str, told: dict[str, Severity]) -> None:
    """One exchange does not show whether the gateway can undo it."""
    assert judged(downstream, upstream) == told


@pytest.mark.parametrize(
    ("downstream", "upstream"),
    [
        (FORCED, "request: none\nstream: gemini/tool_then_stop"),
        ("stream: translation/chat_text", PAUSED),
        ("stream: translation/chat_text", "stream: anthropic/text\nending: client_close\ndrop message_stop"),
        ("stream: translation/responses_thinking", "stream: anthropic/thinking"),
        ("stream: translation/chat_text\nheader: x-cache: hit", "stream: anthropic/whole_text"),
    ],
    ids=["forced tool", "no equal", "gateway left after the reason", "no seal asked for", "whole upstream"],
)  # fmt: skip
def test_what_is_legal_is_left_alone(downstream: str, upstream: str) -> None:
    """Exceptions that the pages name."""
    assert judged(downstream, upstream) == {}


@pytest.mark.parametrize(
    ("rule_id", "downstream", "upstream", "expected"),
    [
        ("XLAT-TEXT-001", "stream: translation/chat_text", "stream: anthropic/text", True),
        ("XLAT-TOOL-001", "stream: translation/chat_text", "stream: anthropic/text", False),
        ("XLAT-TOOL-001", "stream: translation/chat_tool", "stream: anthropic/tool", True),
        ("XLAT-USE-003", "stream: translation/chat_text", "stream: anthropic/text", False),
        ("XLAT-ERR-001", "stream: translation/chat_text", "stream: anthropic/text", False),
        ("XLAT-ERR-001", "stream: translation/chat_error", "stream: anthropic/error", True),
        ("XLAT-RSN-002", "stream: translation/chat_thinking", "stream: anthropic/thinking", False),
        ("XLAT-STREAM-004", "stream: translation/chat_text", "stream: anthropic/text", False),
        ("XLAT-N-001", "stream: translation/chat_candidates", "stream: gemini/candidates", True),
    ],
)
def test_a_rule_counts_as_exercised_where_it_has_something_to_compare(
    rule_id: str,
    downstream: str,
    upstream: str,
    expected: bool,  # noqa: FBT001 - a table's column
) -> None:
    """Not exercised is a verdict, and never green."""
    assert exercised(rule_id, downstream, upstream) is expected


@pytest.mark.parametrize(
    ("mine", "theirs", "words"),
    [
        ("abc", "abd", "they part at character 2"),
        ("ab", "abc", "it stops after 2 of 3 characters"),
        ("abc", "ab", "it goes on after the 2 characters that upstream sent"),
        ("", "a", "it stops after 0 of 1 character"),
        ("a", "", "upstream sent none"),
    ],
)
def test_a_difference_is_told_in_words(mine: str, theirs: str, words: str) -> None:
    """Where, and which of the two is shorter."""
    assert first_difference(mine, theirs)[0] == words


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ('{"a":1,"b":2}', '{ "b": 2, "a": 1 }', True),
        ("", "{}", True),
        ('{"a":1}', '{"a":2}', False),
        ('{"a":', '{"a":', True),
        ('{"a":', '{"a": ', True),
        ('{"a":', "{}", False),
        ("[1]", '{"a":1}', False),
    ],
)
def test_arguments_are_compared_as_json(one: str, other: str, agree: bool) -> None:  # noqa: FBT001 - a table's column
    """As text, where they are none."""
    assert arguments_agree(one, other) is agree


def test_every_rule_of_the_catalogue_is_built_or_says_why_not() -> None:
    """39 of the catalogue's table, three that were added, and nineteen on requests."""
    chapters = {
        "TEXT": 1, "TOOL": 5, "FIN": 5, "USE": 7, "RSN": 6, "ERR": 6, "KEEP": 1, "ID": 3, "ORDER": 1, "STREAM": 6,
        "ROUND": 1, "REF": 1, "ANN": 1, "N": 1, "EMPTY": 1, "TMPL": 1, "REQ": 21,
    }  # fmt: skip
    catalogue = {
        f"XLAT-{name}-{number:03}" for name, last in chapters.items() for number in range(1, last + 1)
    }
    built = {one for one in rules() if one.startswith("XLAT")}
    unbuilt = {one for one in UNBUILT if one.startswith("XLAT")}
    assert len(catalogue) == 68
    assert built | unbuilt == catalogue
    assert not built & unbuilt


def test_an_upstream_that_was_left_by_its_client_has_no_end_to_miss() -> None:
    """UP-END-001 is about servers."""
    cut = "dialect: anthropic\nstream: anthropic/text\ndrop message_stop"
    assert [one.rule for one in judged_example(parse_example(cut)).findings] == ["UP-END-001"]
    assert judged_example(parse_example(f"{cut}\nending: client_close")).findings == []
    assert rule("UP-END-001").severity is Severity.ERROR


@pytest.mark.parametrize(
    ("here", "there", "clause"),
    [
        ("chat_tool", "parallel", """call 1, get_weather('{"city": "Bergen"}') did not arrive."""),
        ("chat_parallel", "tool", """call 1, get_weather('{"city": "Bergen"}') was not made upstream."""),
    ],
)
def test_the_call_that_is_lost_or_made_up_is_named(here: str, there: str, clause: str) -> None:
    """With its arguments and its place, since all calls may be of one tool."""
    example = parse_example(f"stream: translation/{here}\n--- upstream\nstream: anthropic/{there}\n")
    (found,) = (one for one in judged_example(example).findings if one.rule == "XLAT-TOOL-001")
    assert found.message.endswith(clause)


def test_a_refusal_in_the_gateways_words_for_what_a_filter_took_is_not_made_up() -> None:
    """Anthropic says `refusal` and no words; a refusal of an answer that was stopped by nothing is another thing."""
    refused = 'stream: translation/chat_refusal\nevent 3: choices.0.finish_reason = "content_filter"'
    silent = (
        "request: none\nstream: anthropic/text\ndrop content_block_start\ndrop content_block_delta\n"
        "drop content_block_delta#1\ndrop content_block_delta#2\ndrop content_block_stop\n"
        "event message_start: message.usage.input_tokens = 16\nevent message_delta: usage.input_tokens = 16\n"
        "event message_delta: usage.output_tokens = 9\n"
    )
    assert judged(refused, f'{silent}event message_delta: delta.stop_reason = "refusal"') == {}
    assert judged("stream: translation/chat_refusal", silent)["XLAT-REF-001"] is Severity.ERROR


@pytest.mark.parametrize(("wait", "told", "rules"), [("1", "1", set()), ("9", "9", {"XLAT-ERR-005"})])
def test_whole_seconds_for_less_than_one_are_no_mistake(wait: str, told: str, rules: set[str]) -> None:
    """A millisecond is a second for who has seconds alone; nine milliseconds are no nine seconds."""
    head = "status: 429\nheader: content-type: application/json\nheader: x-request-id: req_1\n"
    error = '{"error":{"message":"No","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}'
    body = f"body:\n{error}"
    assert (
        set(
            judged(
                f"{head}header: retry-after: {told}\n{body}",
                f"dialect: chat\n{head}header: retry-after-ms: {wait}\n{body}",
            )
        )
        == rules
    )
