"""Every way in which an upstream fails the clients of a gateway, and what they are told."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.gateway.accounts import LOGGER, JsonLines
from harness.gateway.limits import Limits
from tests.gatewaying import (
    BODIES,
    CHAT,
    RESPONSES,
    Scenes,
    begins_and_closes,
    begins_and_hangs,
    begins_and_resets,
    closes,
    ends_early,
    error_in,
    gateway,
    hangs,
    heads_and_hangs,
    payloads,
    piece,
    texts,
    wire,
)
from tests.scripted import SSE_HEAD, http_chunk

if TYPE_CHECKING:
    from tests.gatewaying import Script

SHORT: dict[bytes | Script, Limits] = {
    hangs: Limits(first_byte=0.3),
    heads_and_hangs: Limits(first_byte=0.3),
    begins_and_hangs: Limits(idle=0.3),
}
"""Where an upstream is silent, the limit that ends it; what only takes long on a busy machine meets no limit."""


ERROR = {
    "error": {"message": "that is not to be", "type": "invalid_request_error", "param": "p", "code": "c"}
}

BEFORE: dict[str, tuple[bytes | Script, int, str | None]] = {
    "400": (wire(400, ERROR), 400, "c"),
    "401": (wire(401, {"error": {"message": "no", "code": "invalid_api_key"}}), 401, "invalid_api_key"),
    "404": (wire(404, {"error": {"message": "no", "code": "model_not_found"}}), 404, "model_not_found"),
    "429": (wire(429, {"error": {"message": "slow"}}), 429, "rate_limit_exceeded"),
    "500": (wire(500, {"error": {"message": "oh"}}), 502, None),
    "503": (wire(503, b""), 503, None),
    "html": (wire(502, b"<html><h1>Bad Gateway</h1></html>", kind="text/html"), 502, None),
    "html as success": (wire(200, b"<html>hello</html>", kind="text/html"), 502, "upstream_invalid_json"),
    "no JSON": (wire(200, b"{oh"), 502, "upstream_invalid_json"),
    "closed": (closes, 502, "upstream_disconnected"),
    "silence": (hangs, 504, "upstream_timeout"),
    "head and silence": (heads_and_hangs, 504, "upstream_timeout"),
}


@pytest.mark.parametrize("ending", BODIES)
@pytest.mark.parametrize("name", BEFORE)
def test_an_error_before_the_first_byte_has_its_status(ending: str, name: str) -> None:
    """And OpenAI's shape, whatever the upstream's."""
    scene, status, code = BEFORE[name]
    with gateway(Scenes(scene), retries=0, limits=SHORT.get(scene, Limits())) as server:
        answer = httpx.post(server.base_url + ending, json=BODIES[ending], timeout=60)
        assert answer.headers["content-type"] == "application/json"
        assert answer.status_code == status
        error = error_in(answer)
        assert set(error) == {"message", "type", "param", "code"}
        assert error["message"]
        if code is not None:
            assert error["code"] == code


AMID: dict[str, tuple[Script, str]] = {
    "silence": (begins_and_hangs, "upstream_timeout"),
    "closed": (begins_and_closes, "upstream_disconnected"),
    "reset": (begins_and_resets, "upstream_disconnected"),
    "ended early": (ends_early, "upstream_disconnected"),
}


@pytest.mark.parametrize("name", AMID)
def test_an_error_amid_a_chat_stream_is_told_in_it(name: str) -> None:
    """After what had come; no finish reason and no `[DONE]` sells it as success."""
    script, code = AMID[name]
    with gateway(script, limits=SHORT.get(script, Limits())) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
    assert answer.status_code == 200
    assert texts(answer.text) == "hel"
    assert error_in(answer)["code"] == code
    assert "[DONE]" not in answer.text
    assert '"finish_reason":"stop"' not in answer.text


@pytest.mark.parametrize("name", AMID)
def test_an_error_amid_a_responses_stream_fails_the_response(name: str) -> None:
    """With the next sequence number, and nothing after it."""
    script, _ = AMID[name]
    with gateway(script, limits=SHORT.get(script, Limits())) as server:
        answer = httpx.post(server.base_url + "/responses", json=RESPONSES, timeout=60)
    events = list(payloads(answer.text))
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["error"]["code"] == "server_error"
    assert texts(answer.text) == "hel"


def test_an_upstream_that_is_not_there_is_told_as_such() -> None:
    """502, without the addresses of anybody's network."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    from harness.jobs.serve import gateway_server  # noqa: PLC0415

    with gateway_server(f"chat={url}", retries=0) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert (answer.status_code, error_in(answer)["code"]) == (502, "upstream_unreachable")
    assert "127.0.0.1" not in answer.text


def test_a_total_limit_ends_a_stream_that_goes_on_and_on() -> None:
    """However lively it is."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        with contextlib.suppress(OSError):
            while True:
                connection.sendall(http_chunk(piece("x")))
                time.sleep(0.02)

    start = time.monotonic()
    with gateway(script, limits=Limits(total=0.4)) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
    assert time.monotonic() - start > 0.35
    assert "complete in time" in error_in(answer)["message"]


def test_each_limit_has_an_error_of_its_own() -> None:
    """Its message says what took too long."""
    told = {}
    cases: dict[str, tuple[Script, Limits]] = {
        "first": (hangs, Limits(first_byte=0.2)),
        "idle": (begins_and_hangs, Limits(idle=0.2)),
        "total": (begins_and_hangs, Limits(total=0.2)),
    }
    for name, (script, limits) in cases.items():
        with gateway(script, limits=limits, retries=0) as server:
            answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
            told[name] = error_in(answer)["message"]
    assert len(set(told.values())) == 3
    assert all("timed out" in message for message in told.values())


def test_a_defect_ends_in_an_answer_and_tells_no_words_of_anybody(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """500 for the client, and a line in the log; the server goes on."""

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("canary")

    with gateway() as server:
        with monkeypatch.context() as patched:
            patched.setattr("harness.gateway.serving.prepare", fails)
            answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
            assert (answer.status_code, error_in(answer)["code"]) == (500, "gateway_error")
            assert "canary" not in answer.text
        assert httpx.post(server.base_url + "/chat/completions", json=CHAT).status_code == 200
    lines = [JsonLines().format(record) for record in caplog.records if record.name.startswith(LOGGER)]
    assert [json.loads(line)["exception"] for line in lines if "exception" in line] == ["RuntimeError"]
    assert "canary" not in "".join(lines)
