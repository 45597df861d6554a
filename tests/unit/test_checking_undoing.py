"""An upstream's answer in the terms of the client's request, as far as both requests show what was changed."""

from __future__ import annotations

from typing import Any

import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import judge
from harness.checking.undoing import as_asked
from harness.dialects.registry import dialect as dialect_named
from harness.jsonvalue import compact
from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.manner import Manner
from harness.translation.requests.from_responses import from_responses
from harness.translation.requests.to_anthropic import to_anthropic
from harness.translation.requests.to_chat import to_chat
from harness.translation.session import Session
from harness.turn.turn import Call, Choice, Text, Turn

SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "integer"}},
    "required": ["a"],
    "additionalProperties": False,
}
FORMAT = {"type": "json_schema", "name": "one", "schema": SCHEMA, "strict": True}
TOOLS = [
    {"type": "function", "name": "plain", "parameters": SCHEMA},
    {"type": "function", "name": "with.dots", "parameters": SCHEMA},
    {"type": "function", "name": "with_dots", "parameters": SCHEMA},
    {"type": "custom", "name": "patch"},
    {
        "type": "namespace",
        "name": "crm",
        "description": "Customers.",
        "tools": [
            {"type": "function", "name": "find", "parameters": SCHEMA},
            {
                "type": "function",
                "name": "a_name_that_is_so_long_that_no_room_is_left_for_its_space",
                "parameters": SCHEMA,
            },
            {"type": "custom", "name": "note"},
        ],
    },
]


def body(**members: Any) -> dict[str, Any]:
    """A client's request to Responses."""
    return {"model": "claude-3-5-haiku-20241022", "input": "Who?", "max_output_tokens": 64, **members}


def sent(given: dict[str, Any], upstream: str) -> tuple[dict[str, Any], Session]:
    """What the engine makes of it, and what it remembers."""
    ledger = Ledger()
    request = from_responses(given, ledger)
    session = Session(
        mint=SeededMint(b"undoing"),
        now=lambda: 0,
        upstream=upstream,  # type: ignore[arg-type]
        manner=Manner(),
        request=request,
    )
    return (to_anthropic if upstream == "anthropic" else to_chat)(request, session), session


def undone(turn: Turn, upstream: dict[str, Any], client: dict[str, Any], told: Turn | None = None) -> Turn:
    """The turn, read by both requests."""
    theirs = dialect_named(turn.dialect).asked("", upstream)
    mine = dialect_named("responses").asked("", client)
    return as_asked(turn, theirs, mine, told or Turn(dialect="responses"))


def calling(name: str, arguments: str = "{}", dialect: str = "anthropic") -> Turn:
    """A turn with one call."""
    call = Call(name=name, arguments=arguments, id="call_1")
    choice = Choice(index=0, segments=(call,), finish="tool_calls", native="tool_use")
    return Turn(dialect=dialect, choices=(choice,), ended="clean")


@pytest.mark.parametrize("upstream", ["anthropic", "chat"])
def test_every_name_that_the_engine_changes_is_read_as_the_clients(upstream: str) -> None:
    """Names without their namespace, with other characters, cut, and told apart by a digest."""
    given = body(tools=TOOLS)
    told, session = sent(given, upstream)
    assert len(session.tool_names) >= 3
    for name, (_, original) in session.tool_names.items():
        (call,) = undone(calling(name, dialect=upstream), told, given).choices[0].calls
        assert (call.name, call.id) == (original, "call_1"), name


@pytest.mark.parametrize("upstream", ["anthropic", "chat"])
def test_a_function_that_stands_for_a_custom_tool_is_read_as_its_input(upstream: str) -> None:
    """Under its own name and under one that was changed."""
    given = body(tools=TOOLS)
    told, session = sent(given, upstream)
    if upstream == "anthropic":
        assert session.emulated == {"patch", "crm__note"}
    for name in session.emulated:
        turn = undone(calling(name, '{"input": "*** \\"Begin\\""}', upstream), told, given)
        (call,) = turn.choices[0].calls
        assert (call.kind, call.arguments) == ("custom", '*** "Begin"')
        (broken,) = undone(calling(name, '{"input', upstream), told, given).choices[0].calls
        assert broken.arguments == '{"input'


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"content": "ls"}', "ls"),
        ('{"input": "ls", "more": "x"}', '{"input": "ls", "more": "x"}'),
        ('{"content": 1}', '{"content": 1}'),
        ('["ls"]', '["ls"]'),
    ],
    ids=["a name of its own", "two members", "no text", "no object"],
)
def test_the_input_is_the_one_text_whatever_it_is_called(arguments: str, said: str) -> None:
    """LiteLLM calls it `content`."""
    given = body(tools=TOOLS)
    told, session = sent(given, "anthropic")
    turn = undone(calling(min(session.emulated), arguments, "anthropic"), told, given)
    assert [call.arguments for call in turn.choices[0].calls] == [said]


@pytest.mark.parametrize(
    "tools", [[], TOOLS, [{"type": "function", "name": "json_response", "parameters": SCHEMA}]]
)
def test_the_arguments_of_a_tool_that_is_the_answer_are_text(tools: list[Any]) -> None:
    """Whatever the engine calls it; the choice stops as an answer does."""
    given = body(tools=tools, text={"format": FORMAT})
    told, session = sent(given, "anthropic")
    assert session.answer_tool is not None
    choice = undone(calling(session.answer_tool, '{"a": 1}'), told, given).choices[0]
    assert choice.segments == (Text(text='{"a": 1}'),)
    assert choice.finish == "stop"


def test_an_answer_that_is_spelled_in_another_way_is_the_same_text() -> None:
    """A whole answer of Anthropic has an object for arguments."""
    given = body(text={"format": FORMAT})
    told, _ = sent(given, "anthropic")
    answer = Turn(dialect="responses", choices=(Choice(index=0, segments=(Text(text='{ "a":1 }'),)),))
    assert undone(calling("json_response", '{"a": 1}'), told, given, answer).choices[0].text == '{ "a":1 }'
    assert undone(calling("json_response", '{"a": 2}'), told, given, answer).choices[0].text == '{"a": 2}'


def test_a_forced_tool_of_the_clients_own_is_a_call() -> None:
    """It asked for JSON beside it, and is to be told of the call."""
    given = body(tools=TOOLS, tool_choice={"type": "function", "name": "plain"}, text={"format": FORMAT})
    told, _ = sent(given, "anthropic")
    turn = calling("plain", '{"a": 1}')
    assert undone(turn, told, given) is turn


def test_a_tool_that_the_client_did_not_declare_is_a_call_where_it_wants_no_json() -> None:
    """Nobody asked for an answer of that kind."""
    forced = {
        "tools": [{"name": "own", "input_schema": SCHEMA}],
        "tool_choice": {"type": "tool", "name": "own"},
    }
    turn = calling("own")
    assert undone(turn, forced, body()) is turn


def test_nothing_is_read_into_an_answer_whose_request_is_not_known() -> None:
    """Either of them."""
    asked = dialect_named("responses").asked("", body(tools=TOOLS))
    turn = calling("crm__find")
    assert as_asked(turn, None, asked, Turn(dialect="responses")) is turn
    assert as_asked(turn, asked, None, Turn(dialect="responses")) is turn


@pytest.mark.parametrize(
    "strange", [{"tools": 7, "input": {}}, {"tools": [7, {"type": "namespace"}, {"name": 7}]}]
)
def test_requests_of_any_shape_are_read(strange: dict[str, Any]) -> None:
    """A request is whatever a client sends."""
    turn = calling("crm__find")
    told, _ = sent(body(tools=TOOLS), "anthropic")
    assert undone(turn, told, strange) == turn


@pytest.mark.parametrize(("text", "rules"), [('{"a":1}', []), ('{"a":2}', ["XLAT-TEXT-001"])])
def test_a_structured_answer_by_a_forced_tool_is_no_lost_call(text: str, rules: list[str]) -> None:
    """The whole way: two exchanges, and what is found."""
    given = body(text={"format": FORMAT})
    asked, _ = sent(given, "anthropic")
    answered = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "json_response", "input": {"a": 1}}],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 5, "output_tokens": 7},
    }
    chat = {
        "model": "m",
        "messages": [{"role": "user", "content": "Who?"}],
        "response_format": {"type": "json_schema", "json_schema": {"name": "one", "schema": SCHEMA}},
    }
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None, "annotations": []}
    told = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "m",
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12},
    }
    verdict = judge(
        exchange("/v1/chat/completions", chat, told), upstream=exchange("/v1/messages", asked, answered)
    )
    assert [one.rule for one in verdict.findings if one.rule.startswith("XLAT-")] == rules


def exchange(path: str, request: dict[str, Any], answer: dict[str, Any]) -> Exchange:
    """A whole answer."""
    return Exchange(
        0,
        Request("POST", f"https://api.example.com{path}", (), compact(request).encode()),
        Response(200, (("content-type", "application/json"),), (Chunk(0, compact(answer).encode()),)),
        Ending(How.COMPLETE),
    )
