"""Bad requests, and the status and error object that OpenAI answers each of them with.

The wording, `param` and `code` are those of error objects that OpenAI has sent.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import httpx
import pytest

from harness.gateway.server import LARGEST_BODY
from tests.gatewaying import CHAT, RESPONSES, Scenes, gateway, talks, wire
from tests.upstreams import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.jobs.serve import GatewayServer


@pytest.fixture(scope="module")
def server() -> Iterator[GatewayServer]:
    """A gateway in front of an upstream that keeps no responses."""
    with gateway() as one:
        yield one


class Refused(NamedTuple):
    """What is answered.

    Args:
        status: HTTP status.
        param: What is to blame.
        code: A word for it.
        message: For people; one that ends in `...` is only the beginning.
    """

    status: int
    param: str | None
    code: str | None
    message: str


def error_of(given: httpx.Response) -> Refused:
    """The refusal in an answer, which has OpenAI's shape."""
    assert given.headers["content-type"] == "application/json"
    assert set(given.json()) == {"error"}
    error = given.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["type"] == "invalid_request_error"
    return Refused(given.status_code, error["param"], error["code"], error["message"])


def agrees(found: Refused, expected: Refused) -> bool:
    """Whether it is that refusal."""
    if expected.message.endswith("..."):
        begun = found.message.startswith(expected.message[:-3])
        return begun and found[:3] == expected[:3]
    return found == expected


def bad(param: str, code: str, message: str) -> Refused:
    """A 400."""
    return Refused(400, param, code, message)


def _type(param: str, expected: str, found: str) -> Refused:
    return bad(
        param, "invalid_type", f"Invalid type for '{param}': expected {expected}, but got {found} instead."
    )


def _missing(param: str) -> Refused:
    return bad(param, "missing_required_parameter", f"Missing required parameter: '{param}'.")


NO_JSON = Refused(400, None, None, "We could not parse the JSON body of your request. (HINT: ...")

BODIES: list[tuple[str, bytes]] = [
    ("empty", b""),
    ("blank", b" \n"),
    ("cut", b'{"model": "m", "messages": ['),
    ("an array", b"[]"),
    ("a string", b'"model"'),
    ("a number", b"5"),
    ("null", b"null"),
    ("a form", b"model=m&input=hi"),
    ("not UTF-8", b'{"model": "\xff"}'),
    ("not a number", b'{"model": "m", "temperature": NaN}'),
    ("two objects", b"{}{}"),
    ("a trailing comma", b'{"model": "m",}'),
    ("deep", b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
]


@pytest.mark.parametrize("path", ["/chat/completions", "/responses", "/embeddings"])
@pytest.mark.parametrize("body", [body for _, body in BODIES], ids=[name for name, _ in BODIES])
def test_what_is_no_json_object_is_refused(server: GatewayServer, path: str, body: bytes) -> None:
    """Nothing of it is guessed at."""
    given = httpx.post(server.base_url + path, content=body, headers={"content-type": "application/json"})
    assert agrees(error_of(given), NO_JSON), given.text


CHAT_BODIES: dict[str, tuple[dict[str, Any], Refused]] = {
    "no model": ({"model": ...}, Refused(400, None, None, "you must provide a model parameter")),
    "a model that is a number": ({"model": 4}, _type("model", "a string", "an integer")),
    "no messages": ({"messages": ...}, _missing("messages")),
    "messages that are a string": ({"messages": "hi"}, _type("messages", "an array of objects", "a string")),
    "no message": (
        {"messages": []},
        bad(
            "messages",
            "empty_array",
            "Invalid 'messages': empty array. Expected an array with minimum length 1, ...",
        ),
    ),
    "a message that is a string": ({"messages": ["hi"]}, _type("messages[0]", "an object", "a string")),
    "a message without a role": ({"messages": [{"content": "hi"}]}, _missing("messages[0].role")),
    "a temperature that is a string": ({"temperature": "hot"}, _type("temperature", "a decimal", "a string")),
    "a temperature that is too high": (
        {"temperature": 3},
        bad(
            "temperature",
            "decimal_above_max_value",
            "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 3 instead.",
        ),
    ),
    "a limit below one": (
        {"max_completion_tokens": 0},
        bad(
            "max_completion_tokens",
            "integer_below_min_value",
            "Invalid 'max_completion_tokens': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        ),
    ),
    "a stream that is a string": ({"stream": "yes"}, _type("stream", "a boolean", "a string")),
    "tools that are an object": ({"tools": {}}, _type("tools", "an array of objects", "an object")),
    "a tool without a function": ({"tools": [{"type": "function"}]}, _missing("tools[0].function")),
    "a function without a name": (
        {"tools": [{"type": "function", "function": {}}]},
        _missing("tools[0].function.name"),
    ),
}

RESPONSE_BODIES: dict[str, tuple[dict[str, Any], Refused]] = {
    "no model": ({"model": ...}, _missing("model")),
    "no input": (
        {"input": ...},
        bad("input", "missing_required_parameter", 'One of "input" or "previous_response_id" ...'),
    ),
    "a limit that is a string": (
        {"max_output_tokens": "9"},
        _type("max_output_tokens", "an integer", "a string"),
    ),
    "a tool of Chat": (
        {"tools": [{"type": "function", "function": {"name": "structured_output", "parameters": {}}}]},
        _missing("tools[0].name"),
    ),
    "an unknown response": (
        {"previous_response_id": "resp_nobody"},
        bad(
            "previous_response_id",
            "previous_response_not_found",
            "Previous response with id 'resp_nobody' not found.",
        ),
    ),
    "a response that is a number": (
        {"previous_response_id": 5},
        _type("previous_response_id", "a string", "an integer"),
    ),
    "an unknown item": (
        {"input": [{"type": "item_reference", "id": "msg_nobody"}]},
        Refused(404, "input", None, "Item with id 'msg_nobody' not found. ..."),
    ),
}


def _with(body: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**body, **change}.items() if value is not ...}


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", CHAT_BODIES)
def test_a_bad_chat_request_is_refused_as_openai_does(
    server: GatewayServer, name: str, *, stream: bool
) -> None:
    """Whether a stream is wanted or not: nothing has been sent yet."""
    change, expected = CHAT_BODIES[name]
    given = httpx.post(server.base_url + "/chat/completions", json=_with({**CHAT, "stream": stream}, change))
    assert agrees(error_of(given), expected), given.text


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("name", RESPONSE_BODIES)
def test_a_bad_responses_request_is_refused_as_openai_does(
    server: GatewayServer, name: str, *, stream: bool
) -> None:
    """Likewise."""
    change, expected = RESPONSE_BODIES[name]
    given = httpx.post(server.base_url + "/responses", json=_with({**RESPONSES, "stream": stream}, change))
    assert agrees(error_of(given), expected), given.text


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(("path", "body"), [("/chat/completions", CHAT), ("/responses", RESPONSES)])
def test_an_unknown_member_is_refused_where_it_would_be_lost(
    dialect: str, path: str, body: dict[str, Any]
) -> None:
    """In OpenAI's words where the policy says so; an upstream of the same dialect is asked, as it may know it."""
    scenes = Scenes(wire(400, {"error": {"message": "asked", "type": "invalid_request_error", "code": None}}))
    with gateway(scenes, dialect, losses=["L100=error"]) as server:
        found = error_of(httpx.post(server.base_url + path, json={**body, "frobnicate": 1}))
    if path == {"chat": "/chat/completions", "responses": "/responses"}.get(dialect):
        assert found.message == "asked"
    else:
        assert found == bad("frobnicate", "unknown_parameter", "Unknown parameter: 'frobnicate'.")
        assert not scenes.requests


@pytest.mark.parametrize(
    ("dialect", "path", "body", "status", "error"),
    [
        (
            "chat",
            "/chat/completions",
            CHAT,
            404,
            {"message": "The model `m` does not exist or you do not have access to it.", "param": None},
        ),
        (
            "responses",
            "/responses",
            RESPONSES,
            400,
            {"message": "The requested model 'm' does not exist.", "param": "model"},
        ),
    ],
)
def test_a_model_that_the_upstream_does_not_know_is_refused_in_its_words(
    dialect: str, path: str, body: dict[str, Any], status: int, error: dict[str, Any]
) -> None:
    """Member by member; only the upstream knows its models."""
    whole = {**error, "type": "invalid_request_error", "code": "model_not_found"}
    with gateway(Scenes(wire(status, {"error": whole})), dialect) as server:
        given = httpx.post(server.base_url + path, json=body)
    assert (given.status_code, given.json()) == (status, {"error": whole})


def test_a_missing_key_is_refused_and_a_wrong_one_in_the_upstreams_words() -> None:
    """The gateway has none of its own to compare with."""
    wrong = {
        "message": "Incorrect API key provided: wrong. You can find your API key at "
        "https://platform.openai.com/account/api-keys.",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_api_key",
    }
    with gateway(Scenes(wire(401, {"error": wrong})), pass_key=True) as server:
        for path, body in (("/chat/completions", CHAT), ("/responses", RESPONSES)):
            none = error_of(httpx.post(server.base_url + path, json=body))
            assert none[:3] == (401, None, None)
            assert none.message.startswith("You didn't provide an API key.")
            given = httpx.post(server.base_url + path, json=body, headers={"authorization": "Bearer wrong"})
            assert (given.status_code, given.json()) == (401, {"error": wrong})


@pytest.mark.parametrize("path", ["/chat/completions", "/responses"])
def test_a_body_of_more_than_twenty_megabytes_is_refused(server: GatewayServer, path: str) -> None:
    """And one of just as much is read."""
    body = json.dumps({"model": "m", "messages": [], "input": ""}).encode()
    headers = {"content-type": "application/json"}
    large = httpx.post(
        server.base_url + path, content=body.ljust(LARGEST_BODY + 1), headers=headers, timeout=30
    )
    assert large.status_code == 413
    assert error_of(large).message
    fits = httpx.post(server.base_url + path, content=body.ljust(LARGEST_BODY), headers=headers, timeout=30)
    assert fits.status_code in {200, 400}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/responses/resp_x", Refused(404, None, None, "Response with id 'resp_x' not found.")),
        ("DELETE", "/responses/resp_x", Refused(404, None, None, "Response with id 'resp_x' not found.")),
        (
            "POST",
            "/responses/resp_x/cancel",
            Refused(404, None, None, "Response with id 'resp_x' not found."),
        ),
        (
            "GET",
            "/responses/resp_x/input_items",
            Refused(404, None, None, "Response with id 'resp_x' not found."),
        ),
        ("GET", "/nothing", Refused(404, None, "unknown_url", "Unknown request URL: GET /v1/nothing. ...")),
        ("GET", "/responses", Refused(405, None, "method_not_supported", "Only POST requests are accepted.")),
        ("PUT", "/chat/completions", Refused(405, None, "method_not_supported", "Only POST ...")),
    ],
)
def test_what_is_not_there_is_told(server: GatewayServer, method: str, path: str, expected: Refused) -> None:
    """Responses, paths and methods."""
    given = httpx.request(method, server.base_url + path)
    assert agrees(error_of(given), expected), given.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            "limit=0",
            bad(
                "limit",
                "integer_below_min_value",
                "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got 0 instead.",
            ),
        ),
        (
            "limit=101",
            bad(
                "limit",
                "integer_above_max_value",
                "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got 101 instead.",
            ),
        ),
        ("limit=many", _type("limit", "an integer", "a string")),
        ("limit=", _type("limit", "an integer", "a string")),
        (
            "order=up",
            bad("order", "invalid_value", "Invalid value: 'up'. Supported values are: 'asc' and 'desc'."),
        ),
        ("after=msg_nobody", Refused(404, "after", None, "Item with id 'msg_nobody' not found.")),
    ],
)
def test_a_bad_page_of_input_items_is_refused(server: GatewayServer, query: str, expected: Refused) -> None:
    """Of a response that is there."""
    made = httpx.post(server.base_url + "/responses", json={**RESPONSES, "stream": False}).json()
    given = httpx.get(f"{server.base_url}/responses/{made['id']}/input_items?{query}")
    assert agrees(error_of(given), expected), given.text


def test_a_deleted_response_is_as_if_it_had_never_been() -> None:
    """To be got, deleted again, or gone on from; no upstream is asked."""
    scenes = Scenes(talks)
    with gateway(scenes) as server:
        url = server.base_url + "/responses"
        name = httpx.post(url, json={**RESPONSES, "stream": False}).json()["id"]
        assert httpx.delete(f"{url}/{name}").json() == {"id": name, "object": "response", "deleted": True}
        gone = Refused(404, None, None, f"Response with id '{name}' not found.")
        assert error_of(httpx.get(f"{url}/{name}")) == gone
        assert error_of(httpx.delete(f"{url}/{name}")) == gone
        later = httpx.post(url, json={**RESPONSES, "previous_response_id": name})
        assert error_of(later) == bad(
            "previous_response_id",
            "previous_response_not_found",
            f"Previous response with id '{name}' not found.",
        )
    assert len(scenes.requests) == 1
