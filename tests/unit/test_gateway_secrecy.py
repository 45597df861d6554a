"""No key of an upstream reaches a client, and what is only passed on fails as cleanly as what is translated."""

from __future__ import annotations

import gzip
import json
import logging
import socket
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.gateway.accounts import LOGGER, JsonLines
from harness.gateway.secrecy import KeyGuard
from harness.jobs.serve import gateway_server
from tests.gatewaying import BODIES, Scenes, error_in, gateway, wire

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "a+key/of-mine-0123"  # of no vendor's shape: only who sent it can know it
EMBEDDINGS: dict[str, Any] = {"model": "m", "input": "x"}
ASKED: dict[str, tuple[str, str, dict[str, Any] | None]] = {
    "chat": ("POST", "/chat/completions", BODIES["/chat/completions"]),
    "responses": ("POST", "/responses", BODIES["/responses"]),
    "embeddings": ("POST", "/embeddings", EMBEDDINGS),
    "models": ("GET", "/models", None),
    "model": ("GET", "/models/m", None),
    "response": ("GET", "/responses/resp_1", None),
    "delete": ("DELETE", "/responses/resp_1", None),
    "cancel": ("POST", "/responses/resp_1/cancel", None),
    "input_items": ("GET", "/responses/resp_1/input_items", None),
}
REFUSAL = {"error": {"message": f"Incorrect key: Bearer {KEY}", "code": "invalid_api_key", "param": None}}
ESCAPED = json.dumps(REFUSAL).replace("/", "\\/").encode()


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPK", KEY)


@pytest.mark.parametrize("passthrough", [False, True])
@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize(
    "answer",
    [
        wire(401, REFUSAL, f"X-Told: {KEY}"),
        wire(401, ESCAPED),
        wire(401, gzip.compress(ESCAPED), "Content-Encoding: gzip"),
    ],
    ids=["plain", "escaped", "gzip"],
)
def test_a_key_that_an_upstream_quotes_stays_here(answer: bytes, name: str, passthrough: bool) -> None:  # noqa: FBT001
    """On every path, in the body and in the head, whatever is passed on and however it is written."""
    method, path, body = ASKED[name]
    options: dict[str, Any] = {"key_variables": "UPK", "passthrough": passthrough, "retries": 0}
    scenes = Scenes(answer)
    with gateway(scenes, "responses", **options) as server:
        given = httpx.request(method, server.base_url + path, json=body)
    assert KEY.encode() in scenes.requests[0]
    assert given.status_code == 401
    assert "key/of" not in given.text.replace("\\", "")
    assert KEY not in str(given.headers)
    assert "redacted-key-of-re" in error_in(given)["message"]


def test_passed_on_bytes_stay_untouched_where_the_key_is_not_in_them() -> None:
    """Even keys of other people, and what only begins like the key."""
    told = b'{ "error": {"message": "a+key/of sk-0123456789abcdefghijklmnopqrstuvwxyz01 a"}}'
    with gateway(Scenes(wire(400, told)), key_variables="UPK", passthrough=True, retries=0) as server:
        given = httpx.post(server.base_url + "/embeddings", json=EMBEDDINGS)
    assert (given.status_code, given.content) == (400, told)


@pytest.mark.parametrize("size", range(1, 8))
def test_a_key_is_found_however_it_is_cut(size: int) -> None:
    """With the same length as before, and nothing else changed."""
    text = f"a{KEY}b {KEY[:5]} {KEY[:3]}{KEY} {KEY.replace('/', chr(92) + '/')} {KEY[:4]}".encode()
    guard = KeyGuard(KEY, "key of x")
    out = b"".join(guard.feed(text[at : at + size]) for at in range(0, len(text), size)) + guard.finish()
    assert len(out) == len(text)
    assert out.startswith(b"aredacted-key-of-x-b a+key a+kredacted-key-of-x- redacted-key-of-x-x ")
    assert out.endswith(b" a+ke")


@pytest.mark.parametrize("key", ["not-needed", "test", "short"])
def test_what_is_no_key_is_not_hidden(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that want none are sent a word, which answers may hold."""
    monkeypatch.setenv("UPK", key)
    with gateway(Scenes(wire(200, {"data": [key]})), key_variables="UPK", passthrough=True) as server:
        given = httpx.post(server.base_url + "/embeddings", json=EMBEDDINGS)
    assert given.json() == {"data": [key]}


WRONG: dict[str, tuple[bytes, str]] = {
    "a page": (wire(200, b"<html>hello</html>", kind="text/html"), "upstream_invalid_json"),
    "a page as an error": (wire(500, b"<html>oh</html>", kind="text/html"), "server_error"),
    "no JSON": (wire(200, b"{oh"), "upstream_invalid_json"),
    "nothing": (wire(200, b""), "upstream_invalid_json"),
    "another type": (wire(200, b'"a"'), "upstream_malformed"),
    "an error as success": (wire(200, {"error": {"message": "oh"}}), "server_error"),
}


@pytest.mark.parametrize("asked", [name for name in ASKED if name not in {"chat", "responses"}])
@pytest.mark.parametrize("name", WRONG)
def test_what_is_passed_on_fails_as_what_is_translated(
    name: str, asked: str, caplog: pytest.LogCaptureFixture
) -> None:
    """502 in OpenAI's shape, and an error in the log."""
    answer, code = WRONG[name]
    method, path, body = ASKED[asked]
    caplog.set_level(logging.INFO, LOGGER)
    with gateway(Scenes(answer), "responses", retries=0) as server:
        given = httpx.request(method, server.base_url + path, json=body)
    assert given.status_code == 502
    error = error_in(given)
    assert set(error) == {"message", "type", "param", "code"}
    assert "<" not in error["message"]
    line = next(_lines(caplog))
    assert line["level"] == "error"
    if not asked.startswith("model"):  # which are read in another way, to the same end
        assert line["error"] == code


def test_embeddings_have_data() -> None:
    """An object without is none."""
    with gateway(Scenes(wire(200, {"object": "list"}))) as server:
        given = httpx.post(server.base_url + "/embeddings", json=EMBEDDINGS)
    assert (given.status_code, error_in(given)["code"]) == (502, "upstream_malformed")


def test_the_log_tells_where_an_upstream_was_looked_for(caplog: pytest.LogCaptureFixture) -> None:
    """And why it is not there; the client is told neither. The summary keeps it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    caplog.set_level(logging.INFO, LOGGER)
    with gateway_server(f"chat={url}", retries=0) as server:
        given = httpx.post(server.base_url + "/embeddings", json=EMBEDDINGS)
        server.stop()
        (unreached,) = server.summary().unreached
    assert error_in(given)["code"] == "upstream_unreachable"
    assert "127.0.0.1" not in given.text
    line = next(_lines(caplog))
    assert (line["level"], line["error"]) == ("error", "upstream_unreachable")
    assert line["cause"].startswith(f"{url}: ConnectError: ")
    assert unreached.where == url


def _lines(caplog: pytest.LogCaptureFixture) -> Iterator[dict[str, Any]]:
    for record in caplog.records:
        if hasattr(record, "account"):
            yield json.loads(JsonLines().format(record))
