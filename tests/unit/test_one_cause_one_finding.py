"""What has one cause is told once, wherever a server repeats it; each case was found in real traffic."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.findings import Severity
from harness.rules.example import parse_example
from tests.judging import judged, judged_example

if TYPE_CHECKING:
    from harness.findings import Finding


def loud(example: str) -> list[Finding]:
    """The findings of an example that are more than remarks."""
    found = judged_example(parse_example(example)).findings
    return [one for one in found if one.severity is not Severity.INFO]


def test_what_a_response_object_lacks_is_one_finding_in_all_events_of_its_life() -> None:
    """The message names three members and counts the others."""
    names = ("model", "tools", "tool_choice", "parallel_tool_calls", "created_at")
    edits = "\n".join(
        f"event {kind}: - response.{name}"
        for kind in ("response.created", "response.in_progress")
        for name in names
    )
    (found,) = loud(f"stream: responses/text\n{edits}")
    assert found.rule == "RESP-OBJ-001"
    assert found.times == 2
    assert found.message.count("of the response object is missing") == 3
    assert found.message.endswith("; and 2 more.")


def test_a_response_object_that_does_not_say_what_it_is_is_known_by_its_place() -> None:
    """A time that is text is one mistake, in the beginning and at the end."""
    edits = "\n".join(
        f"event {kind}: - response.object\nevent {kind}: response.created_at = null"
        for kind in ("response.created", "response.in_progress", "response.completed")
    )
    (found,) = loud(f"stream: responses/text\n{edits}")
    assert (found.rule, found.times) == ("RESP-OBJ-001", 3)


@pytest.mark.parametrize(
    ("member", "first", "rule", "times"),
    [
        ("output_index", 2, "RESP-ITEM-002", 9),
        ("item_id", 3, "RESP-ITEM-007", 7),
        ("content_index", 3, "RESP-ENV-004", 7),
    ],
)
def test_what_says_where_an_event_belongs_is_one_cause_in_events_of_all_types(
    member: str, first: int, rule: str, times: int
) -> None:
    """A server that does not write it writes it nowhere."""
    numbers = range(first, first + times)
    edits = "\n".join(f"event {number}: - {member}" for number in numbers)
    assert [(one.rule, one.times) for one in loud(f"stream: responses/text\n{edits}")] == [(rule, times)]


def test_an_annotation_that_lacks_members_is_one_finding_wherever_it_is_repeated() -> None:
    """Alone, in its part, in its item, and in the response (recorded from xAI)."""
    holders = {
        "response.output_text.annotation.added": "annotation",
        "response.content_part.done": "part.annotations.0",
        "response.output_item.done": "item.content.0.annotations.0",
        "response.completed": "response.output.0.content.0.annotations.0",
    }
    edits = "\n".join(
        f"event {kind}: - {holder}.{name}"
        for kind, holder in holders.items()
        for name in ("title", "start_index", "end_index")
    )
    found = [one for one in loud(f"stream: responses/annotations\n{edits}") if one.severity is Severity.ERROR]
    assert [(one.rule, one.times) for one in found] == [("RESP-ENV-004", 4)]


def test_another_object_that_lacks_the_same_is_another_finding() -> None:
    """The annotation, and the event that brings it."""
    found = loud(
        "stream: responses/annotations\n"
        "event response.output_text.annotation.added: - annotation.title\n"
        "event response.output_text.annotation.added: - annotation_index"
    )
    shapes = [one.where.pointer for one in found if one.rule == "RESP-ENV-004"]
    assert sorted(shapes) == ["/annotation/title", "/annotation_index"]


def test_reasoning_that_is_counted_beside_the_completion_is_one_wrong_sum() -> None:
    """It is not on top a part that is larger than its whole (recorded from xAI)."""
    (found,) = loud(
        "stream: chat/text\n"
        "event 6: usage.total_tokens = 316\n"
        "event 6: usage.completion_tokens_details.reasoning_tokens = 300"
    )
    assert found.rule == "CHAT-USE-007"
    assert found.message.endswith("the 300 reasoning tokens are counted beside the completion.")


def test_reasoning_that_is_larger_than_the_completion_is_told_where_the_sum_is_right() -> None:
    """And a sum that is wrong otherwise is told as such, with the part that is too large."""
    edit = "stream: chat/text\nevent 6: usage.completion_tokens_details.reasoning_tokens = 300"
    assert [one.rule for one in loud(edit)] == ["CHAT-USE-008"]
    both = loud(f"{edit}\nevent 6: usage.total_tokens = 17")
    assert sorted(one.rule for one in both) == ["CHAT-USE-007", "CHAT-USE-008"]
    assert not any("beside" in one.message for one in both)


def test_a_role_that_was_lost_with_its_delta_is_not_missed() -> None:
    """A delta without a role is (recorded from Azure, whose filter replaces the first delta)."""
    assert [one.rule for one in loud("stream: chat/text\nevent 0: - choices.0.delta")] == ["CHAT-DELTA-001"]
    assert "CHAT-ROLE-001" in {one.rule for one in loud("stream: chat/text\nevent 0: choices.0.delta = {}")}


def test_a_finish_reason_that_never_comes_is_missed_at_the_end() -> None:
    """And the first event of the choice is named as the earlier one."""
    (found,) = loud("stream: chat/text\nevent 5: choices.0.finish_reason = null")
    assert (found.rule, found.where.event) == ("CHAT-FIN-001", 7)
    assert found.earlier is not None
    assert found.earlier.event == 0


def test_a_wrong_name_of_the_chunk_does_not_tell_repeats_apart() -> None:
    """A server that names its last chunk otherwise repeats the role in it as in all others (Perplexity)."""
    found = loud(
        "stream: chat/text\n"
        'event 2: choices.0.delta.role = "assistant"\n'
        'event 3: choices.0.delta.role = "assistant"\n'
        'event 3: object = "chat.completion.done"'
    )
    assert {one.rule: one.times for one in found} == {"CHAT-ROLE-002": 2, "CHAT-OBJ-001": 1}


@pytest.mark.parametrize(
    ("chunk", "rules"),
    [
        ('{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}', []),
        (
            '{"choices":[],"created":0,"id":"","model":"","object":"x","prompt_filter_results":[]}',
            ["CHAT-OBJ-001"],
        ),
        ('{"choices":[],"created":0,"id":"","model":"","object":""}', ["CHAT-OBJ-001"]),
    ],
)
def test_profile_azure_allows_the_filter_chunk_and_nothing_near_it(chunk: str, rules: list[str]) -> None:
    """Another object is wrong in it too, and an empty one in any other chunk."""
    example = parse_example(f"stream: chat/bare\ninsert before 0: {chunk}")
    found = judged(example.exchange, "chat", profile_name="azure").findings
    assert [one.rule for one in found if one.rule == "CHAT-OBJ-001"] == rules


def test_what_a_whole_chat_answer_lacks_is_all_in_the_message() -> None:
    """And not under the expectation of the first of them."""
    (found,) = loud(
        'request: {"model":"m"}\nbody:\n{"id":"c","object":"chat.completion","model":"m","choices":[{"message":'
        '{"role":"assistant","content":"x","refusal":null}}],"usage":{"prompt_tokens":1,"completion_tokens":1,'
        '"total_tokens":2}}'
    )
    assert found.rule == "CHAT-SYNC-001"
    assert all(name in found.message for name in ("`finish_reason`", "`index`", "`created`"))
    assert (found.expected, found.found) == (None, None)
