"""Which request upstream an answer to the client is held against."""

from __future__ import annotations

import json

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.sandwich.judging import judged
from harness.sandwich.pairing import halves, ran_calls
from harness.sandwich.session import Played, Route, Side
from harness.scenarios.registry import scenario

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}


def side(
    at_ms: float,
    *,
    status: int = 200,
    calls: bool = False,
    how: How = How.COMPLETE,
    asked: bytes = b"{}",
) -> Side:
    """A request for a completion, and its answer."""
    message = {"role": "assistant", "content": None if calls else "Hello", "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    if calls:
        message |= {"tool_calls": [CALL]}  # type: ignore[dict-item]
    said = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    request = Request("POST", "http://127.0.0.1/v1/chat/completions", (), asked)
    headers = (("content-type", "application/json"),)
    response = Response(status, headers, (Chunk(0, json.dumps(said).encode()),))
    return Side(exchange=Exchange(0, request, response, Ending(how, 0)), index=-1, at_ms=at_ms)


def test_each_request_is_paired_with_the_one_that_was_made_during_it() -> None:
    """However many there were before."""
    client = [side(0), side(10), side(20)]
    upstream = [side(1), side(11), side(12), side(21)]
    assert halves(client, upstream) == [upstream[0].exchange, upstream[2].exchange, upstream[3].exchange]


def test_a_request_that_was_not_passed_on_has_no_pair() -> None:
    """The next one's is not taken for it."""
    upstream = [side(11)]
    assert halves([side(0), side(10)], upstream) == [None, upstream[0].exchange]
    assert halves([side(0)], []) == [None]


def test_of_several_attempts_the_last_counts() -> None:
    """The earlier ones failed, or were asked to look ahead."""
    upstream = [side(1, status=429), side(2), side(3)]
    assert halves([side(0)], upstream) == [upstream[2].exchange]


def test_an_answer_with_calls_counts_whatever_is_asked_after_it() -> None:
    """A target that runs the client's tools itself does not pass the calls on, and is to be told so."""
    upstream = [side(1, status=500, calls=True), side(2, calls=True), side(3)]
    assert halves([side(0)], upstream) == [upstream[1].exchange]


def test_what_a_target_asks_for_itself_is_not_taken_for_what_its_client_asked() -> None:
    """Before, it has the prompt looked at; afterwards, a title made. Neither names the client's tools."""
    tools = b'{"tools":[{"type":"function","function":{"name":"f"}}]}'
    upstream = [side(1, calls=True), side(2, calls=True, asked=tools), side(3, calls=True)]
    assert halves([side(0, calls=True)], upstream) == [upstream[1].exchange]
    assert ran_calls([side(0, calls=True)], upstream) == [False]
    text = [side(1), side(2, asked=tools), side(3)]
    assert halves([side(0)], text) == [text[1].exchange]
    assert ran_calls([side(0)], text) == [False]
    assert ran_calls([side(0)], [side(1, calls=True, asked=tools), side(2)]) == [True]


def test_calls_of_an_answer_that_broke_off_do_not_count() -> None:
    """The target tried again."""
    upstream = [side(1, calls=True, how=How.SERVER_CUT), side(2)]
    assert halves([side(0)], upstream) == [upstream[1].exchange]


def test_a_target_runs_calls_itself_where_it_asks_on_and_answers_without_them() -> None:
    """One that passes them on does not, whatever else it asks; nor does one that has been told of none."""
    upstream = [side(1, calls=True), side(2)]
    assert ran_calls([side(0)], upstream) == [True]
    assert ran_calls([side(0, calls=True)], upstream) == [False]
    assert ran_calls([side(0)], upstream[1:]) == [False]
    assert ran_calls([side(0), side(10)], upstream) == [True, False]


def test_a_call_that_the_target_ran_itself_is_missed_and_the_text_that_came_of_it_is_not_blamed() -> None:
    """The text is upstream's own, of a later answer; the finish reason is that answer's, too."""
    session = Played(
        cell="tiny/chat over chat/tool-one-call/whole",
        scenario=scenario("tool-one-call"),
        route=Route(
            name="chat over chat", base_url="http://127.0.0.1", model="m", inbound="chat", upstream="chat"
        ),
        mode="whole",
        client=(side(0),),
        upstream=(side(1, calls=True), side(2)),
    )
    found = [one.rule for _, one in judged(session).findings if one.rule.startswith("XLAT-")]
    assert found == ["XLAT-TOOL-001"]
