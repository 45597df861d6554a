"""What stands at which path of a gateway, and in which words everything else is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.gateway.endpoints import endpoint
from harness.gateway.limits import Limits
from harness.jobs.serve import gateway_server
from tests.gatewaying import BODIES, CHAT, Scenes, closes, fields_of, gateway, hangs, texts, wire
from tests.rawhttp import drain
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.jobs.serve import GatewayServer
    from tests.gatewaying import Script


@pytest.fixture(scope="module")
def server() -> Iterator[GatewayServer]:
    """A gateway whose upstream says hello."""
    with gateway() as one:
        yield one


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """The error object, which has all four members and nothing beside it."""
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-request-id"].startswith("req_")
    error: dict[str, Any] = body["error"]
    return error


@pytest.mark.parametrize(
    ("target", "name", "given"),
    [
        ("/v1/chat/completions", "chat", ""),
        ("/chat/completions", "chat", ""),
        ("/v1/responses?stream=true", "responses", ""),
        ("/v1/responses/", "responses", ""),
        ("/responses/resp_1", "response", "resp_1"),
        ("/v1/responses/resp_1/cancel", "cancel", "resp_1"),
        ("/v1/responses/resp_1/input_items?limit=2", "input_items", "resp_1"),
        ("/v1/models", "models", ""),
        ("/models/openai/gpt-4o", "model", "openai/gpt-4o"),
        ("/v1/models/models%2Fgemini", "model", "models/gemini"),
        ("/v1/embeddings", "embeddings", ""),
        ("/health", "health", ""),
        ("/v1/health", "health", ""),
    ],
)
def test_every_endpoint_has_its_path_with_and_without_the_version(target: str, name: str, given: str) -> None:
    """Ids are unquoted; the query is kept apart."""
    found = endpoint(target)
    assert found is not None
    assert (found.name, found.id) == (name, given)
    assert found.query == target.partition("?")[2]


@pytest.mark.parametrize(
    "target",
    ["/", "/v1", "/v1/", "*", "/v2/responses", "/v1/responses/a/b", "/v1/responses//cancel", "/v1/chat"],
)
def test_nothing_stands_anywhere_else(target: str) -> None:
    """No prefix of a path is enough."""
    assert endpoint(target) is None


@pytest.mark.parametrize("path", ["", "/v1"])
@pytest.mark.parametrize("ending", BODIES)
@pytest.mark.parametrize("is_stream", [1, 0])
def test_both_dialects_are_answered_streamed_and_whole(
    server: GatewayServer, path: str, ending: str, is_stream: int
) -> None:
    """With the upstream's words."""
    answer = httpx.post(server.url + path + ending, json={**BODIES[ending], "stream": bool(is_stream)})
    assert answer.status_code == 200
    if is_stream:
        assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
        assert texts(answer.text) == "hello"
    elif ending == "/responses":
        assert answer.json()["output"][0]["content"][0]["text"] == "hello"
    else:
        assert answer.json()["choices"][0]["message"]["content"] == "hello"


def test_health_is_told_of_nobody_else(server: GatewayServer) -> None:
    """No upstream is asked."""
    assert httpx.get(server.base_url + "/health").json() == {"status": "ok"}
    assert httpx.get(server.url + "/health").json() == {"status": "ok"}
    assert httpx.head(server.url + "/health").status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_path_is_answered_in_openais_words(server: GatewayServer, method: str) -> None:
    """Whatever the method."""
    answer = httpx.request(method, server.base_url + "/completion?x=1")
    assert answer.status_code == 404
    assert error_of(answer) == {
        "message": f"Unknown request URL: {method} /v1/completion. Please check the URL for typos, or see the docs at "
        "https://platform.openai.com/docs/api-reference/.",
        "type": "invalid_request_error",
        "param": None,
        "code": "unknown_url",
    }


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/chat/completions", "POST, OPTIONS"),
        ("PUT", "/responses", "POST, OPTIONS"),
        ("POST", "/models", "GET, HEAD, OPTIONS"),
        ("PATCH", "/responses/resp_1", "GET, HEAD, DELETE, OPTIONS"),
        ("GET", "/responses/resp_1/cancel", "POST, OPTIONS"),
    ],
)
def test_a_wrong_method_is_told_which_are_right(
    server: GatewayServer, method: str, path: str, allowed: str
) -> None:
    """In the field `allow`, as HTTP wants it."""
    answer = httpx.request(method, server.base_url + path)
    assert answer.status_code == 405
    assert answer.headers["allow"] == allowed
    assert error_of(answer)["code"] == "method_not_supported"


def test_options_are_told_without_a_body(server: GatewayServer) -> None:
    """Of everything that there is."""
    answer = httpx.options(server.base_url + "/chat/completions")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (204, "POST, OPTIONS", b"")


@pytest.mark.parametrize("ending", [*BODIES, "/embeddings"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'"x"', b"null", b'{"a":NaN}', b"\xff{}", b"[" * 100_000]
)
def test_what_is_no_json_object_is_refused_in_openais_words(
    server: GatewayServer, ending: str, body: bytes
) -> None:
    """No upstream is asked."""
    answer = httpx.post(server.base_url + ending, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    error = error_of(answer)
    assert error["message"].startswith("We could not parse the JSON body of your request. (HINT: ")
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, None)


def test_another_content_type_is_refused(server: GatewayServer) -> None:
    """A missing one is not: it cannot be meant otherwise."""
    data = json.dumps(CHAT).encode()
    url = server.base_url + "/chat/completions"
    answer = httpx.post(url, content=data, headers={"content-type": "text/plain"})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "unsupported_content_type"
    assert httpx.post(url, content=data).status_code == 200
    packed = httpx.post(url, content=data, headers={"content-encoding": "gzip"})
    assert packed.status_code == 415
    assert error_of(packed)["code"] == "unsupported_content_encoding"


@pytest.mark.parametrize("ending", BODIES)
def test_a_request_without_a_model_is_refused_by_the_engine(server: GatewayServer, ending: str) -> None:
    """With the parameter's name."""
    body = {name: value for name, value in BODIES[ending].items() if name != "model"}
    answer = httpx.post(server.base_url + ending, json=body)
    assert answer.status_code == 400
    assert "model" in error_of(answer)["message"]


@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_body_that_is_too_long_is_refused_before_it_is_read(framing: str) -> None:
    """Whether its length is told or not."""
    data = json.dumps({**CHAT, "user": "x" * 4_000}).encode()
    with gateway(max_body=2_000) as server:
        content: Any = iter([data]) if framing == "chunked" else data
        answer = httpx.post(server.base_url + "/chat/completions", content=content)
        assert answer.status_code == 413
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_client_that_waits_for_leave_is_told_to_go_on(server: GatewayServer) -> None:
    """`Expect: 100-continue`."""
    import socket  # noqa: PLC0415

    body = json.dumps({**CHAT, "stream": False}).encode()
    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=60) as sock:
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: h\r\nContent-Length: {len(body)}\r\nConnection: close\r\n"
        sock.sendall(
            f"{head}Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n".encode()
        )
        assert sock.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(body)
        assert drain(sock).startswith(b"HTTP/1.1 200 ")


def test_a_missing_key_is_refused_where_keys_are_passed_on() -> None:
    """As OpenAI does; and one that is there arrives in the upstream's own field."""
    scenes = Scenes(wire(200, {"object": "list", "data": []}))
    with gateway(scenes, pass_key=True, retries=0) as server:
        for ending, body in {**BODIES, "/embeddings": {"model": "m", "input": "x"}}.items():
            answer = httpx.post(server.base_url + ending, json=body)
            assert answer.status_code == 401
            assert error_of(answer)["message"].startswith(
                "You didn't provide an API key. You need to provide your "
            )
        assert httpx.get(server.base_url + "/models").status_code == 401
        assert not scenes.requests
        assert (
            httpx.get(server.base_url + "/models", headers={"authorization": "Bearer mine"}).status_code
            == 200
        )
    assert fields_of(scenes.requests[0])["authorization"] == "Bearer mine"


OPENAI = {
    "object": "list",
    "data": [{"id": "m-1", "object": "model", "created": 5, "owned_by": "me", "more": 1}],
}
ANTHROPIC = {
    "data": [{"type": "model", "id": "m-1", "display_name": "M", "created_at": "1970-01-01T00:00:05Z"}],
    "has_more": False,
}
GEMINI = {"models": [{"name": "models/m-1", "version": "1", "displayName": "M"}]}


@pytest.mark.parametrize(
    ("dialect", "listing", "owner", "created", "path"),
    [
        ("chat", OPENAI, "me", 5, "/v1/models"),
        ("responses", OPENAI, "me", 5, "/v1/models"),
        ("anthropic", ANTHROPIC, "anthropic", 5, "/v1/models?limit=1000"),
        ("gemini", GEMINI, "gemini", 0, "/v1beta/models?pageSize=1000"),
    ],
)
def test_models_are_listed_in_openais_shape(
    dialect: str, listing: object, owner: str, created: int, path: str
) -> None:
    """Whatever the upstream speaks; one of them may be asked for by its name."""
    scenes = Scenes(wire(200, listing))
    model = {"id": "m-1", "object": "model", "created": created, "owned_by": owner}
    with gateway(scenes, dialect) as server:
        assert httpx.get(server.base_url + "/models").json() == {"object": "list", "data": [model]}
        assert httpx.get(server.base_url + "/models/m-1").json() == model
        missing = httpx.get(server.base_url + "/models/m-2")
        assert (missing.status_code, error_of(missing)["code"]) == (404, "model_not_found")
    assert scenes.requests[0].split(b" ")[1].decode() == path


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (
            wire(401, {"error": {"message": "no", "type": "x", "code": "invalid_api_key"}}),
            401,
            "invalid_api_key",
        ),
        (wire(200, b"<html>"), 502, "upstream_invalid_json"),
        (wire(200, {"data": 7}), 502, "upstream_invalid_json"),
    ],
)
def test_models_that_cannot_be_had_are_an_error(answer: bytes, status: int, code: str) -> None:
    """In OpenAI's shape."""
    with gateway(Scenes(answer), retries=0) as server:
        given = httpx.get(server.base_url + "/models")
        assert (given.status_code, error_of(given)["code"]) == (status, code)


@pytest.mark.parametrize(
    "bad",
    [wire(401, {"error": {"message": "no"}}), wire(200, b"<html>"), wire(200, {"data": 7}), closes, hangs],
)
def test_models_that_one_of_several_upstreams_does_not_list_are_left_out(
    bad: bytes | Script, caplog: pytest.LogCaptureFixture
) -> None:
    """The others' are listed all the same, and the log says whose are missing."""
    limits = Limits(first_byte=2.0) if bad is hangs else Limits()
    with (
        ScriptedServer(Scenes(bad)) as silent,
        ScriptedServer(Scenes(wire(200, OPENAI))) as good,
        gateway_server([f"a=chat={silent.url}", f"b=chat={good.url}"], retries=0, limits=limits) as server,
    ):
        listed = httpx.get(server.base_url + "/models", timeout=60)
        assert [one["id"] for one in listed.json()["data"]] == ["b/m-1"]
    assert "the models of upstream a are not listed" in caplog.text


def test_models_that_no_upstream_lists_are_the_first_ones_error() -> None:
    """There is nothing to give then."""
    with (
        ScriptedServer(Scenes(wire(403, {"error": {"message": "no", "code": "c"}}))) as one,
        ScriptedServer(Scenes(wire(500, b""))) as other,
        gateway_server([f"a=chat={one.url}", f"b=chat={other.url}"], retries=0) as server,
    ):
        answer = httpx.get(server.base_url + "/models")
    assert (answer.status_code, error_of(answer)["code"]) == (403, "c")


def test_embeddings_are_passed_on_byte_for_byte() -> None:
    """To upstreams of OpenAI's dialects."""
    sent = b'{ "model": "m", "input": "x" }'
    body = b'{"object":"list", "data":[],  "model":"m"}'
    scenes = Scenes(wire(200, body))
    with gateway(scenes) as server:
        answer = httpx.post(
            server.base_url + "/embeddings", content=sent, headers={"content-type": "application/json"}
        )
        assert answer.content == body
    assert scenes.requests[0].startswith(b"POST /v1/embeddings HTTP/1.1\r\n")
    assert scenes.requests[0].endswith(b"\r\n\r\n" + sent)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/responses/resp_1?include%5B%5D=a"),
        ("DELETE", "/responses/resp_1"),
        ("POST", "/responses/resp_1/cancel"),
        ("GET", "/responses/resp_1/input_items?limit=2"),
    ],
)
def test_an_upstream_that_keeps_responses_is_asked_for_them(method: str, path: str) -> None:
    """Query and answer are passed on as they are; an error is told in OpenAI's shape, with its status."""
    body = b'{"id": "resp_1"}'
    scenes = Scenes(wire(200, body), wire(404, b'{"error": {}}'))
    with gateway(scenes, "responses") as server:
        assert httpx.request(method, server.base_url + path).content == body
        missing = httpx.request(method, server.base_url + path)
        assert missing.status_code == 404
        assert missing.json()["error"]["type"] == "invalid_request_error"
    assert scenes.requests[0].split(b"\r\n")[0].decode() == f"{method} /v1{path} HTTP/1.1"
