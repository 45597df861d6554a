"""Two halves of a translation held against each other: who is to blame, and what is told once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.findings import Origin, Severity
from harness.rules.example import parse_example
from tests.judging import judged_example

if TYPE_CHECKING:
    from harness.findings import Finding


def found(downstream: str, upstream: str) -> list[Finding]:
    """What comparing two examples finds."""
    return judged_example(parse_example(f"{downstream}\n--- upstream\n{upstream}")).findings


def test_a_defect_that_upstream_has_as_well_is_inherited() -> None:
    """The gateway passed it on."""
    broken = 'stream: translation/chat_text\nevent 1: choices.0.finish_reason = "stop"'
    findings = found(broken, broken)
    assert findings
    assert {one.origin for one in findings} == {Origin.UPSTREAM}


def test_a_defect_that_only_the_downstream_half_has_is_the_gateways() -> None:
    """So is everything that comparing shows."""
    broken = "stream: translation/chat_text\nevent 1: choices.0.delta.content = 7"
    findings = found(broken, "stream: translation/chat_text")
    assert findings
    assert {one.origin for one in findings} == {Origin.GATEWAY}


def test_what_comparing_explains_is_told_once() -> None:
    """The finding on the cause takes the place of the finding on the sign."""
    edits = [f"event {at}: choices.0.delta.tool_calls.0.index = 1" for at in (2, 3, 4, 5)]
    broken = "\n".join(["stream: translation/chat_tool", *edits])
    alone = [one.rule for one in judged_example(parse_example(broken)).findings]
    assert "CHAT-TOOL-002" in alone
    compared = [one.rule for one in found(broken, "stream: anthropic/tool")]
    assert compared == ["XLAT-TOOL-002"]


@pytest.mark.parametrize("how", ["client_close", "cancelled"])
def test_a_client_that_left_may_lack_the_rest(how: str) -> None:
    """Neither text nor usage nor the end can be missed."""
    downstream = f"stream: translation/chat_text\nending: {how}\ndrop 3\ndrop 4\ndrop 5\ndrop 6"
    assert [
        one.rule for one in found(downstream, "stream: anthropic/text") if one.rule.startswith("XLAT")
    ] == []


@pytest.mark.parametrize(
    ("downstream", "upstream"),
    [
        ("stream: translation/chat_text\nraw 2: {", "stream: anthropic/text"),
        ("stream: translation/chat_text\nevent 2: choices.0.delta.content = 7", "stream: anthropic/text"),
        ("stream: translation/responses_text\nevent 4: delta = 7", "stream: anthropic/text"),
        ("stream: translation/chat_text", "stream: anthropic/text\nraw 3: {"),
        ("stream: translation/chat_text", "stream: anthropic/text\nevent 3: delta.text = 7"),
        ("stream: translation/chat_tool\nraw 4: {", "stream: anthropic/tool"),
        ("stream: translation/chat_tool\nraw -2: {", "stream: anthropic/tool"),
        ("stream: translation/chat_tool\nraw -3: {", "stream: anthropic/tool"),
    ],
)
def test_a_half_that_cannot_be_read_whole_is_not_compared(downstream: str, upstream: str) -> None:
    """What is missing may have been in what was lost, and the defect is reported where it is."""
    rules = [one.rule for one in found(downstream, upstream) if one.severity is Severity.ERROR]
    assert not [one for one in rules if one.startswith("XLAT")]
    assert len(rules) == (0 if "7" in upstream or "{" in upstream else 1), rules


def test_a_client_that_left_may_not_have_been_sent_something_else() -> None:
    """What did arrive is compared."""
    downstream = (
        'stream: translation/chat_text\nending: client_close\nevent 2: choices.0.delta.content = " the sea"\n'
        "drop 3\ndrop 4\ndrop 5\ndrop 6"
    )
    assert "XLAT-TEXT-001" in {one.rule for one in found(downstream, "stream: anthropic/text")}


def test_a_difference_is_shown_and_not_the_texts() -> None:
    """A few characters on either side of the first one that differs."""
    long = "x" * 500
    downstream = f'stream: translation/chat_text\nevent 1: choices.0.delta.content = "{long}a{long}"'
    upstream = f'stream: translation/chat_text\nevent 1: choices.0.delta.content = "{long}b{long}"'
    (finding,) = [one for one in found(downstream, upstream) if one.rule == "XLAT-TEXT-001"]
    assert "character 500" in finding.message
    assert (finding.expected, finding.found) == (f"…'{'x' * 12}b{'x' * 11}'…", f"…'{'x' * 12}a{'x' * 11}'…")


def test_an_answer_with_an_error_status_is_a_failure() -> None:
    """Whatever its body."""
    refused = "status: 429\nheader: content-type: application/json\ndialect: anthropic\nbody:\n"
    upstream = refused + '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}'
    downstream = (
        "status: 429\nheader: content-type: application/json\nheader: retry-after: 2\nbody:\n"
        '{"error":{"message":"Slow down","type":"rate_limit_error","param":null,"code":"rate_limit_exceeded"}}'
    )
    assert [one.rule for one in found(downstream, upstream) if one.rule.startswith("XLAT")] == []


def test_a_stream_compared_with_itself_has_nothing_to_tell() -> None:
    """For every shipped stream of both dialects of the client's side."""
    from harness.bundled import spec_names  # noqa: PLC0415 - one test needs it

    for dialect in ("chat", "responses"):
        for name in spec_names(f"examples/{dialect}", ".txt"):
            stream = f"stream: {dialect}/{name}"
            assert [one.rule for one in found(stream, stream) if one.rule.startswith("XLAT")] == [], name


@pytest.mark.parametrize(
    ("told", "rules"),
    [
        ("Incorrect API key provided: redacted-bearer-token-xxxxx.", []),
        ("upstream: Incorrect API key provided: [hidden].", []),
        ("Incorrect API key provided: redacted-key-of-x-xxxxxxxxx.", []),
        ("Incorrect API key.", ["XLAT-ERR-004"]),
        ("Something went wrong: redacted-key-of-x-xxxxxxxxx.", ["XLAT-ERR-004"]),
    ],
)
def test_a_secret_that_was_hidden_in_another_way_is_no_other_message(told: str, rules: list[str]) -> None:
    """The words around it are compared."""
    body = 'body:\n{"error":{"message":"%s","type":"invalid_request_error","param":null,"code":null}}'
    head = "status: 401\nheader: content-type: application/json\nheader: x-request-id: req_1\n"
    upstream = head + body % "Incorrect API key provided: redacted-key-of-x-xxxxxxxxx."
    compared = [one.rule for one in found(head + body % told, upstream)]
    assert [one for one in compared if one.startswith("XLAT-")] == rules


@pytest.mark.parametrize(
    ("upstream", "rules"),
    [
        ("stream: translation/chat_text", ["XLAT-FIN-001"]),
        ("stream: translation/chat_text\nevent 2: choices.0.index = 5", []),
    ],
)
def test_an_error_for_what_can_be_read_in_several_ways_is_no_wrong_end(
    upstream: str, rules: list[str]
) -> None:
    """A whole answer is no reason for one, and an index that nobody asked for is."""
    compared = [one.rule for one in found("stream: translation/chat_error", upstream)]
    assert [one for one in compared if one.startswith("XLAT-FIN-")] == rules
