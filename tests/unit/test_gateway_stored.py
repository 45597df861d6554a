"""Responses that are kept for upstreams that keep none."""

from __future__ import annotations

import time
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from harness.gateway.limits import Limits
from harness.gateway.store import StateStore
from tests.gatewaying import RESPONSES, Scenes, body_of, ends_early, error_in, gateway, payloads, talks, wire


def test_a_conversation_goes_on_from_a_stored_response() -> None:
    """The upstream is sent all of it; the answer names the earlier one."""
    scenes = Scenes(talks)
    with gateway(scenes) as server:
        first = httpx.post(server.base_url + "/responses", json={**RESPONSES, "stream": False}).json()
        later = {**RESPONSES, "input": "and?", "previous_response_id": first["id"]}
        answer = httpx.post(server.base_url + "/responses", json=later)
        last = list(payloads(answer.text))[-1]["response"]
        assert last["previous_response_id"] == first["id"]
        kept = httpx.get(server.base_url + f"/responses/{last['id']}").json()
        assert kept["output"] == last["output"]
    messages = body_of(scenes.requests[1])["messages"]
    assert [(one["role"], _text(one["content"])) for one in messages] == [
        ("user", "hi"),
        ("assistant", "hello"),
        ("user", "and?"),
    ]


def test_a_stored_response_can_be_got_listed_and_deleted() -> None:
    """And cannot be cancelled, as it is over."""
    with gateway() as server:
        url = server.base_url + "/responses"
        made = httpx.post(url, json={**RESPONSES, "stream": False}).json()
        one = f"{url}/{made['id']}"
        assert httpx.get(one).json() == made
        items = httpx.get(one + "/input_items?order=asc&limit=5").json()
        assert items["data"][0]["content"] == [{"type": "input_text", "text": "hi"}]
        assert httpx.get(one + "/input_items?limit=x").status_code == 400
        assert httpx.post(one + "/cancel").status_code == 400
        assert httpx.delete(one).json()["deleted"] is True
        for answer in (httpx.get(one), httpx.post(one + "/cancel"), httpx.get(one + "/input_items")):
            assert (answer.status_code, answer.json()["error"]["type"]) == (404, "invalid_request_error")


def test_nothing_is_kept_that_is_not_to_be() -> None:
    """By the client's word, or by the user's; and the answer does not claim otherwise."""
    for options, body in (({"store": "none"}, RESPONSES), ({}, {**RESPONSES, "store": False})):
        with gateway(**options) as server:  # type: ignore[arg-type]
            answer = httpx.post(server.base_url + "/responses", json={**body, "stream": False}).json()
            assert answer["store"] is False
            assert httpx.get(server.base_url + f"/responses/{answer['id']}").status_code == 404


def test_an_unknown_earlier_response_is_refused() -> None:
    """Before the upstream is asked."""
    scenes = Scenes(talks)
    with gateway(scenes) as server:
        body = {**RESPONSES, "previous_response_id": "resp_nobody"}
        answer = httpx.post(server.base_url + "/responses", json=body)
    assert error_in(answer)["code"] == "previous_response_not_found"
    assert not scenes.requests


def test_what_went_wrong_is_not_kept() -> None:
    """A failed response has no place in a conversation."""
    with gateway(ends_early) as server:
        answer = httpx.post(server.base_url + "/responses", json=RESPONSES)
        name = list(payloads(answer.text))[-1]["response"]["id"]
        assert httpx.get(server.base_url + f"/responses/{name}").status_code == 404


def test_a_stored_response_is_told_again_as_a_stream() -> None:
    """From the beginning or behind an event, the same every time, as conforming as a live one; it ends as stored."""
    with gateway() as server:
        made = httpx.post(server.base_url + "/responses", json={**RESPONSES, "stream": False}).json()
        one = f"{server.base_url}/responses/{made['id']}"
        whole = httpx.get(one + "?stream=true")
        assert whole.headers["content-type"] == "text/event-stream; charset=utf-8"
        events = list(payloads(whole.text))
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        assert events[0]["type"] == "response.created"
        assert events[-1] == {
            "type": "response.completed",
            "response": made,
            "sequence_number": len(events) - 1,
        }
        for after in (0, 3, len(events) - 2):
            rest = httpx.get(f"{one}?stream=true&starting_after={after}")
            assert list(payloads(rest.text)) == events[after + 1 :]
        assert httpx.get(one + "?stream=false").json() == made
        assert httpx.get(f"{server.base_url}/responses/resp_nobody?stream=true").status_code == 404


@pytest.mark.parametrize(
    ("query", "param", "code"),
    [
        ("stream=true&starting_after=8", "starting_after", "integer_above_max_value"),
        ("stream=true&starting_after=-2", "starting_after", "integer_below_min_value"),
        ("stream=true&starting_after=x", "starting_after", "invalid_type"),
        ("stream=true&starting_after=", "starting_after", "invalid_type"),
        ("stream=yes", "stream", "invalid_type"),
    ],
)
def test_a_stream_of_a_stored_response_that_cannot_be_is_refused(query: str, param: str, code: str) -> None:
    """A client that goes on behind the last event would wait for nothing."""
    with gateway() as server:
        made = httpx.post(server.base_url + "/responses", json={**RESPONSES, "stream": False}).json()
        answer = httpx.get(f"{server.base_url}/responses/{made['id']}?{query}")
    assert answer.status_code == 400
    assert (error_in(answer)["param"], error_in(answer)["code"]) == (param, code)


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def test_a_store_that_outlasts_a_limit_or_fails_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer was whole before it was to be stored, and the client gets it as a whole, streamed or not."""

    def slow(*_: object) -> bool:
        time.sleep(2.0)
        return True

    def broken(*_: object) -> bool:
        raise ValueError("a defect")

    for put in (slow, broken):
        monkeypatch.setattr(StateStore, "put", put)
        for stream in (True, False):
            with gateway(limits=Limits(total=1.5)) as server:
                body = {**RESPONSES, "stream": stream}
                answer = httpx.post(server.base_url + "/responses", json=body, timeout=60)
            last = list(payloads(answer.text))[-1]["response"] if stream else answer.json()
            assert last["status"] == "completed"


@pytest.mark.parametrize("name", [".", "..", "%2e%2e", "%2E"])
def test_an_id_is_never_a_step_to_another_path_of_the_upstream(name: str) -> None:
    """It is asked with the gateway's key, and `DELETE /v1/responses/..` would be another request."""
    scenes = Scenes(wire(200, {"object": "response"}))
    with gateway(scenes, "responses") as server:
        address = urlsplit(server.base_url)
        for method, ending in (("GET", ""), ("DELETE", ""), ("POST", "/cancel"), ("GET", "/input_items")):
            connection = HTTPConnection(address.hostname or "", address.port, timeout=60)
            connection.request(method, f"/v1/responses/{name}{ending}")
            assert connection.getresponse().status == 404
            connection.close()
    assert not scenes.requests
