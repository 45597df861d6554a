"""What follows from the upstream's answer is inherited, and what a gateway could have done better is not."""

from __future__ import annotations

import pytest

from harness.checking.inheritance import CAUSES
from harness.findings import Origin
from harness.rules.example import parse_example
from harness.rules.registry import rules
from tests.judging import judged_example

UNCOUNTED_RESPONSES = "stream: translation/responses_text\nevent response.completed: response.usage = null"
UNCOUNTED_CHAT = "stream: translation/chat_text\ndrop 5"
TOO_MUCH_THOUGHT = "usage.completion_tokens_details.reasoning_tokens = 99"
RENAMED = "\n".join(
    f'event {at}: {where}.name = "get_forecast"'
    for at, where in (
        ("response.output_item.added#1", "item"),
        ("response.output_item.done#1", "item"),
        ("response.completed", "response.output.1"),
    )
)
AT_THE_LIMIT = """\
stream: translation/responses_text
request: {"model":"m","stream":true,"input":"x","max_output_tokens":16}"""
BROKEN_IN_RESPONSES = r"""stream: translation/responses_tool
event response.function_call_arguments.delta#2: delta = "lo"
event response.function_call_arguments.done: arguments = "{\"city\": \"Oslo"
event response.output_item.done#1: item.arguments = "{\"city\": \"Oslo"
event response.completed: response.output.1.arguments = "{\"city\": \"Oslo"
"""
BROKEN_IN_CHAT = (
    'stream: translation/chat_tool\nevent 5: choices.0.delta.tool_calls.0.function.arguments = "lo"'
)
ASKS_TO_CALL = (
    'stream: translation/responses_text\nrequest: {"model":"m","stream":true,"input":"x","tool_choice":"required",'
    '"tools":[{"type":"function","name":"get_weather","parameters":{},"strict":false}]}'
)

UNFINISHED = "stream: translation/chat_text\ndrop 4\ndrop 5\ndrop 6"
UNASKED = 'request: {"model":"m","stream":true,"messages":[{"role":"user","content":"x"}]}'

CASES = [
    pytest.param(
        "RESP-TERM-004", UNCOUNTED_RESPONSES, UNCOUNTED_CHAT, id="Responses without usage, of Chat without it"
    ),
    pytest.param(
        "CHAT-USE-001", UNCOUNTED_CHAT, UNCOUNTED_RESPONSES, id="Chat without usage, of Responses without it"
    ),
    pytest.param(
        "RESP-TERM-005",
        "stream: translation/responses_text\n"
        "event response.completed: response.usage.output_tokens_details.reasoning_tokens = 99",
        f"stream: translation/chat_text\nevent 5: {TOO_MUCH_THOUGHT}",
        id="more thought than output",
    ),
    pytest.param(
        "CHAT-USE-007",
        "stream: translation/chat_text\nevent 5: usage.total_tokens = 99",
        "stream: translation/responses_text\nevent response.completed: response.usage.total_tokens = 99",
        id="a total that is no sum",
    ),
    pytest.param(
        "CHAT-USE-008",
        f"stream: translation/chat_text\nevent 5: {TOO_MUCH_THOUGHT}",
        "stream: translation/responses_text\n"
        "event response.completed: response.usage.output_tokens_details.reasoning_tokens = 99",
        id="more thought than completion",
    ),
    pytest.param(
        "CHAT-USE-010",
        "stream: translation/chat_text\nevent 5: usage.completion_tokens = 0\nevent 5: usage.total_tokens = 17",
        "stream: anthropic/text\nevent message_start: message.usage.output_tokens = 0\n"
        "event message_delta: usage.output_tokens = 0",
        id="an answer that took no tokens",
    ),
    pytest.param(
        "CHAT-CONT-006",
        "stream: translation/chat_text\ndrop 1\ndrop 2\ndrop 3",
        "stream: anthropic/empty",
        id="an answer without anything",
    ),
    pytest.param(
        "RESP-TOOL-011",
        f"stream: translation/responses_tool\n{RENAMED}",
        'stream: anthropic/tool\nevent content_block_start#1: content_block.name = "get_forecast"',
        id="a call of a tool that nobody offered",
    ),
    pytest.param(
        "CHAT-REF-001",
        'stream: translation/chat_text\nevent 2: choices.0.delta = {"refusal":"No."}',
        "stream: responses/multi_part",
        id="text and a refusal",
    ),
    pytest.param(
        "CHAT-CHOICE-006",
        'stream: translation/chat_text\nrequest: {"model":"m","stream":true,"n":2,"messages":[],'
        '"stream_options":{"include_usage":true}}',
        "request: none\nstream: gemini/text",
        id="fewer answers than were asked for",
    ),
    pytest.param(
        "CHAT-LOGP-003",
        'stream: translation/chat_text\nrequest: {"model":"m","stream":true,"logprobs":true,"messages":[],'
        '"stream_options":{"include_usage":true}}',
        "request: none\nstream: anthropic/text",
        id="no log probabilities of a protocol that has none",
    ),
    pytest.param("RESP-FC-004", BROKEN_IN_RESPONSES, BROKEN_IN_CHAT, id="arguments that are no JSON"),
    pytest.param("CHAT-TOOL-009", BROKEN_IN_CHAT, BROKEN_IN_RESPONSES, id="the same, the other way"),
    pytest.param(
        "RESP-LIFE-008", AT_THE_LIMIT, "stream: anthropic/text", id="an end of its own accord at the limit"
    ),
    pytest.param("RESP-TOOL-010", ASKS_TO_CALL, "stream: anthropic/text", id="no call, where one was wanted"),
    pytest.param(
        "HTTP-CLOSE-002",
        f"{UNFINISHED}\nending: server_cut after 3 s",
        f"{UNFINISHED}\nending: client_close after 3 s",
        id="a connection that is broken off when upstream has been silent for long",
    ),
    pytest.param(
        "RESP-TERM-004",
        UNCOUNTED_RESPONSES,
        f"{UNASKED}\n{UNFINISHED}\nending: server_cut",
        id="no usage of a stream that did not come to where it is told",
    ),
]


def origins(rule: str, downstream: str, upstream: str) -> set[Origin]:
    """Who the findings of a rule are blamed on."""
    check = judged_example(parse_example(f"{downstream}\n--- upstream\n{upstream}"))
    return {one.origin for one in check.findings if one.rule == rule}


@pytest.mark.parametrize(("rule", "downstream", "upstream"), CASES)
def test_what_follows_from_what_upstream_said_is_inherited(rule: str, downstream: str, upstream: str) -> None:
    """Though it broke no rule of that id."""
    assert origins(rule, downstream, upstream) == {Origin.UPSTREAM}


@pytest.mark.parametrize(
    ("rule", "downstream", "upstream"),
    [
        pytest.param(
            "RESP-TERM-005",
            "stream: translation/responses_text\nevent response.completed: response.usage.total_tokens = 7",
            "stream: translation/chat_text",
            id="a total that upstream had right",
        ),
        pytest.param(
            "RESP-TOOL-011",
            f"stream: translation/responses_tool\n{RENAMED}",
            'stream: anthropic/tool\nrequest: {"model":"m","max_tokens":9,"stream":true,"messages":[],'
            '"tools":[{"name":"get_forecast","input_schema":{}}]}\n'
            'event content_block_start#1: content_block.name = "get_forecast"',
            id="a name that the gateway gave the tool and did not change back",
        ),
        pytest.param(
            "RESP-LIFE-008", AT_THE_LIMIT, "stream: anthropic/length", id="a limit that upstream met and told"
        ),
        pytest.param(
            "CHAT-USE-010",
            "stream: translation/chat_text\nevent 5: usage.completion_tokens = 0\n"
            "event 5: usage.total_tokens = 17",
            "stream: gemini/text",
            id="a zero where upstream counted",
        ),
        pytest.param(
            "RESP-TERM-004",
            UNCOUNTED_RESPONSES,
            f"{UNASKED}\n{UNCOUNTED_CHAT}",
            id="usage that Chat tells only those who ask for it",
        ),
        pytest.param(
            "CHAT-USE-001",
            UNCOUNTED_CHAT,
            f"{UNCOUNTED_CHAT}\ndrop 6\nending: client_close after 10 ms",
            id="usage of a stream that the gateway left before it could come",
        ),
        pytest.param(
            "HTTP-CLOSE-002",
            f"{UNFINISHED}\nending: server_cut after 10 ms",
            f"{UNFINISHED}\nending: client_close after 10 ms",
            id="a connection that is broken off while upstream still answers",
        ),
        pytest.param(
            "HTTP-CLOSE-002",
            f"{UNFINISHED}\nending: server_cut after 3 s",
            "stream: translation/chat_text\nending: client_close after 3 s",
            id="a connection that is broken off though upstream came to its end",
        ),
    ],
)
def test_what_upstream_had_right_is_the_gateways(rule: str, downstream: str, upstream: str) -> None:
    """The same findings, where the upstream half does not explain them, or a rule that compares says it better."""
    assert origins(rule, downstream, upstream) <= {Origin.GATEWAY}
    check = judged_example(parse_example(f"{downstream}\n--- upstream\n{upstream}"))
    assert Origin.GATEWAY in {one.origin for one in check.findings}


def test_every_cause_is_about_rules_that_exist_and_says_why() -> None:
    """Each rule stands in the table once."""
    named = [rule for one in CAUSES for rule in one.rules]
    assert set(named) <= set(rules())
    assert len(named) == len(set(named))
    assert all(len(one.why) > 20 for one in CAUSES)


PAGE = "status: 502\nheader: content-type: text/html\nbody:\n<html><body>Bad Gateway</body></html>"
OTHER_PAGE = PAGE.replace("Bad Gateway", "Our upstream is ill")
TORN = 'stream: translation/{}\nraw 2: {{"a":'


@pytest.mark.parametrize(
    ("rule", "downstream", "upstream", "origin"),
    [
        ("HTTP-ERR-002", PAGE, PAGE, Origin.UPSTREAM),
        ("HTTP-ERR-002", OTHER_PAGE, PAGE, Origin.GATEWAY),
        ("HTTP-ERR-002", f"dialect: responses\n{PAGE}", f"dialect: chat\n{PAGE}", Origin.GATEWAY),
        ("SSE-JSON-001", TORN.format("chat_text"), TORN.format("chat_text"), Origin.UPSTREAM),
        ("SSE-JSON-001", TORN.format("chat_text"), TORN.format("responses_text"), Origin.GATEWAY),
    ],
    ids=[
        "a page that is handed on",
        "a page in place of another",
        "a page for a client of another dialect",
        "a broken event that is handed on",
        "a broken event in a stream that was written anew",
    ],
)
def test_what_a_gateway_wrote_itself_is_its_own_though_its_upstream_is_no_better(
    rule: str, downstream: str, upstream: str, origin: Origin
) -> None:
    """A proxy hands on what it got; whoever translates writes every byte."""
    assert origins(rule, downstream, upstream) == {origin}
