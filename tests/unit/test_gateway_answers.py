"""What clients of a gateway meet: answers as they come, and every way in which an upstream fails them."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.gateway.accounts import LOGGER, JsonLines
from harness.gateway.limits import Limits
from tests.gatewaying import (
    BODIES,
    CHAT,
    RESPONSES,
    Scenes,
    body_of,
    gateway,
    payloads,
    piece,
    stream,
    talks,
    texts,
    whole,
    wire,
)
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset

if TYPE_CHECKING:
    from tests.gatewaying import Script

SHORT = Limits(connect=0.3, first_byte=0.3, idle=0.3)


def error_in(answer: httpx.Response) -> dict[str, Any]:
    """The error of an answer: its body's, or the one in its stream, in either dialect."""
    if answer.headers["content-type"].startswith("text/event-stream"):
        for payload in payloads(answer.text):
            if payload.get("type") == "response.failed":
                failed: dict[str, Any] = payload["response"]["error"]
                return failed
            if "error" in payload and "choices" not in payload:
                inside: dict[str, Any] = payload["error"]
                return inside
        raise AssertionError(answer.text)
    error: dict[str, Any] = answer.json()["error"]
    return error


def test_every_event_reaches_the_client_while_the_upstream_waits() -> None:
    """Nothing is held back for what comes after it."""
    arrived = [threading.Event() for _ in range(3)]

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        for text, event in zip("abc", arrived, strict=True):
            connection.sendall(http_chunk(piece(text)))
            assert event.wait(5)
        connection.sendall(http_chunk(stream()) + LAST_CHUNK)

    with (
        gateway(script) as server,
        httpx.stream("POST", server.base_url + "/chat/completions", json=CHAT) as answer,
    ):
        seen = ""
        for data in answer.iter_text():
            seen += data
            text = texts(seen)
            for letter, event in zip("abc", arrived, strict=True):
                if letter in text:
                    event.set()
        assert texts(seen) == "abc"
        assert seen.endswith("data: [DONE]\n\n")


def test_a_client_of_a_whole_answer_is_not_troubled_with_a_stream() -> None:
    """An upstream that streams all the same is collected; one that does not is streamed."""
    with gateway(Scenes(SSE_HEAD + http_chunk(stream("hel", "lo")) + LAST_CHUNK)) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json={**CHAT, "stream": False})
        assert answer.json()["choices"][0]["message"]["content"] == "hello"
    with gateway(Scenes(wire(200, whole("hello")))) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
        assert texts(answer.text) == "hello"
        assert answer.text.endswith("data: [DONE]\n\n")


def hangs(connection: socket.socket, _: bytes) -> None:
    """Never answers."""
    with contextlib.suppress(OSError):
        connection.recv(1)


def begins_and_hangs(connection: socket.socket, request: bytes) -> None:
    """Says something, and falls silent."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
    hangs(connection, request)


def heads_and_hangs(connection: socket.socket, request: bytes) -> None:
    """Sends a head, and nothing else."""
    connection.sendall(SSE_HEAD)
    hangs(connection, request)


def closes(connection: socket.socket, _: bytes) -> None:
    """Closes without a word."""
    connection.close()


def begins_and_closes(connection: socket.socket, _: bytes) -> None:
    """Closes amid its answer."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
    connection.close()


def begins_and_resets(connection: socket.socket, _: bytes) -> None:
    """Breaks the connection amid its answer."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
    time.sleep(0.05)
    reset(connection)


def ends_early(connection: socket.socket, _: bytes) -> None:
    """Ends its body as HTTP says it should, but not its answer."""
    connection.sendall(SSE_HEAD + http_chunk(piece("hel")) + LAST_CHUNK)


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
    with gateway(Scenes(scene), retries=0, limits=SHORT) as server:
        answer = httpx.post(server.base_url + ending, json=BODIES[ending], timeout=5)
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
    with gateway(script, limits=SHORT) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=5)
    assert answer.status_code == 200
    assert texts(answer.text) == "hel"
    assert error_in(answer)["code"] == code
    assert "[DONE]" not in answer.text
    assert '"finish_reason":"stop"' not in answer.text


@pytest.mark.parametrize("name", AMID)
def test_an_error_amid_a_responses_stream_fails_the_response(name: str) -> None:
    """With the next sequence number, and nothing after it."""
    script, _ = AMID[name]
    with gateway(script, limits=SHORT) as server:
        answer = httpx.post(server.base_url + "/responses", json=RESPONSES, timeout=5)
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
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=5)
    assert 0.35 < time.monotonic() - start < 2
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
            answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=5)
            told[name] = error_in(answer)["message"]
    assert len(set(told.values())) == 3
    assert all("timed out" in message for message in told.values())


def test_a_client_that_leaves_ends_the_upstreams_answer_at_once() -> None:
    """Before it has said anything, and amid it."""
    for script in (hangs, begins_and_hangs):
        gone = threading.Event()

        def watched(
            connection: socket.socket, request: bytes, script: Script = script, gone: threading.Event = gone
        ) -> None:
            script(connection, request)
            gone.set()

        with gateway(watched) as server:
            with contextlib.suppress(httpx.ReadTimeout):
                httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=0.3)
            start = time.monotonic()
            assert gone.wait(5)
            assert time.monotonic() - start < 1


def test_a_client_that_reads_slowly_slows_the_upstream_down() -> None:
    """The gateway does not take in what it cannot give away; the idle limit does not count that time."""
    sent = 0
    done = threading.Event()
    events = 1_000
    text = "x" * 60_000

    def script(connection: socket.socket, _: bytes) -> None:
        nonlocal sent
        connection.sendall(SSE_HEAD)
        for _number in range(events):
            connection.sendall(http_chunk(piece(text)))
            sent += 1
        connection.sendall(http_chunk(stream()) + LAST_CHUNK)
        done.set()

    with (
        gateway(script, limits=Limits(idle=0.5)) as server,
        httpx.stream("POST", server.base_url + "/chat/completions", json=CHAT, timeout=30) as answer,
    ):
        parts = answer.iter_text()
        first = next(parts)
        before = -1
        while before != sent:
            before = sent
            time.sleep(0.3)
        assert sent < events
        assert not done.is_set()
        time.sleep(0.4)
        seen = first + "".join(parts)
    assert len(texts(seen)) == events * len(text)
    assert "error" not in seen[-2_000:]


@pytest.mark.parametrize("ending", BODIES)
def test_a_silent_stream_is_kept_alive_with_comments(ending: str) -> None:
    """Only once it has begun, and only while nothing comes."""

    def script(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.25)
        connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
        time.sleep(0.45)
        connection.sendall(http_chunk(stream("lo")) + LAST_CHUNK)

    with gateway(script, keep_alive=0.1) as server:
        answer = httpx.post(server.base_url + ending, json=BODIES[ending])
    assert answer.text.startswith(("data:", "event:"))
    assert 2 <= answer.text.count(": keep-alive\n\n") <= 5
    assert texts(answer.text) == "hello"


def test_passthrough_leaves_every_byte_as_it_is() -> None:
    """Request and answer, where both sides speak the same; else it is translated."""
    sent = b'{"stream": true,  "model":"m", "messages":[{"role":"user","content":"hi"}], "odd": 1}'
    body = b': hi\r\n\r\ndata:{"choices":  []}\n\nrubbish'
    scenes = Scenes(SSE_HEAD + http_chunk(body[:9]) + http_chunk(body[9:]) + LAST_CHUNK)
    with gateway(scenes, passthrough=True) as server:
        headers = {"content-type": "application/json"}
        answer = httpx.post(server.base_url + "/chat/completions", content=sent, headers=headers)
        assert answer.content == body
        assert answer.headers["content-type"] == "text/event-stream"
        httpx.post(server.base_url + "/responses", json=RESPONSES)
    assert scenes.requests[0].endswith(b"\r\n\r\n" + sent)
    assert body_of(scenes.requests[1])["messages"][0]["content"] == "hi"


def test_passthrough_cuts_what_was_cut() -> None:
    """There is no other way to tell a client, as no byte of its own is added."""
    with gateway(begins_and_closes, passthrough=True) as server:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.post(server.base_url + "/chat/completions", json=CHAT)
        assert httpx.get(server.url + "/health").status_code == 200


def test_an_answer_that_comes_compressed_is_read_all_the_same() -> None:
    """The gateway asks for identity, and not every server listens."""
    import gzip  # noqa: PLC0415

    packed = gzip.compress(stream("hel", "lo"))
    scenes = Scenes(wire(200, packed, "Content-Encoding: gzip", kind="text/event-stream"))
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert texts(answer.text) == "hello"
    assert "content-encoding" not in answer.headers


def test_what_openais_clients_look_at_is_passed_on() -> None:
    """The request's id and the rate limits; not the upstream's cookies."""
    fields = ("X-Request-Id: req_up", "x-ratelimit-remaining-requests: 7", "Set-Cookie: a=b")
    with gateway(Scenes(wire(200, whole("hi"), *fields))) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json={**CHAT, "stream": False})
    assert answer.headers["x-request-id"] == "req_up"
    assert answer.headers["x-ratelimit-remaining-requests"] == "7"
    assert "set-cookie" not in answer.headers


def test_what_a_request_loses_is_told_in_a_field_or_refused() -> None:
    """As the policy says; nobody is asked for what is refused."""
    body = {**RESPONSES, "stream": False, "truncation": "auto"}
    scenes = Scenes(wire(200, whole("hi")))
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/responses", json=body)
        assert "L123;path=/truncation" in answer.headers["x-harness-loss"]
    with gateway(scenes, losses=["L123=error"]) as server:
        answer = httpx.post(server.base_url + "/responses", json=body)
        assert (answer.status_code, error_in(answer)["param"]) == (400, "truncation")
    assert len(scenes.requests) == 1


def test_a_gateway_that_stops_ends_its_streams_in_order() -> None:
    """After a while; the client is told why."""
    with ScriptedServer(begins_and_hangs) as upstream:
        from harness.jobs import serve  # noqa: PLC0415

        server = serve.gateway_server(f"chat={upstream.url}")
        object.__setattr__(server._gateway.settings, "grace", 0.2)
        server.start()
        with httpx.stream("POST", server.base_url + "/chat/completions", json=CHAT, timeout=10) as answer:
            parts = answer.iter_text()
            seen = next(parts)
            stopper = threading.Thread(target=server.stop)
            stopper.start()
            seen += "".join(parts)
            stopper.join(10)
    assert next(one for one in payloads(seen) if "error" in one)["error"]["code"] == "gateway_stopping"


def test_two_hundred_requests_at_once_share_nothing() -> None:
    """Each client gets its own words, and no other's."""

    def echo(connection: socket.socket, request: bytes) -> None:
        asked = body_of(request)["messages"][-1]["content"]
        time.sleep(0.01)
        connection.sendall(SSE_HEAD + http_chunk(piece(asked[:5])))
        connection.sendall(http_chunk(stream(asked[5:])) + LAST_CHUNK)

    with gateway(echo) as server, httpx.Client(timeout=30) as client:

        def ask(number: int) -> tuple[str, str]:
            canary = f"canary-{number:04}-{number * 7919 % 1000:03}"
            if number % 2:
                body: dict[str, Any] = {**CHAT, "messages": [{"role": "user", "content": canary}]}
                answer = client.post(server.base_url + "/chat/completions", json=body)
            else:
                answer = client.post(server.base_url + "/responses", json={**RESPONSES, "input": canary})
            return canary, texts(answer.text)

        with ThreadPoolExecutor(32) as pool:
            results = list(pool.map(ask, range(200)))
    assert all(asked == answered for asked, answered in results)


def test_ids_of_live_answers_differ() -> None:
    """Each answer to a client of Responses is another."""
    with gateway() as server:
        ids = {
            httpx.post(server.base_url + "/responses", json={**RESPONSES, "stream": False}).json()["id"]
            for _ in range(3)
        }
    assert len(ids) == 3


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


class TestStored:
    """Responses that are kept for upstreams that keep none."""

    def test_a_conversation_goes_on_from_a_stored_response(self) -> None:
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

    def test_a_stored_response_can_be_got_listed_and_deleted(self) -> None:
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

    def test_nothing_is_kept_that_is_not_to_be(self) -> None:
        """By the client's word, or by the user's; and the answer does not claim otherwise."""
        for options, body in (({"store": "none"}, RESPONSES), ({}, {**RESPONSES, "store": False})):
            with gateway(**options) as server:  # type: ignore[arg-type]
                answer = httpx.post(server.base_url + "/responses", json={**body, "stream": False}).json()
                assert answer["store"] is False
                assert httpx.get(server.base_url + f"/responses/{answer['id']}").status_code == 404

    def test_an_unknown_earlier_response_is_refused(self) -> None:
        """Before the upstream is asked."""
        scenes = Scenes(talks)
        with gateway(scenes) as server:
            body = {**RESPONSES, "previous_response_id": "resp_nobody"}
            answer = httpx.post(server.base_url + "/responses", json=body)
        assert error_in(answer)["code"] == "previous_response_not_found"
        assert not scenes.requests

    def test_what_went_wrong_is_not_kept(self) -> None:
        """A failed response has no place in a conversation."""
        with gateway(ends_early) as server:
            answer = httpx.post(server.base_url + "/responses", json=RESPONSES)
            name = list(payloads(answer.text))[-1]["response"]["id"]
            assert httpx.get(server.base_url + f"/responses/{name}").status_code == 404


def _text(content: Any) -> str:
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def test_embeddings_of_gemini_are_mapped() -> None:
    """One request for several texts, and vectors in their order."""
    answer = {
        "embeddings": [{"values": [0.5, 1.0]}, {"values": [0.25]}],
        "usageMetadata": {"promptTokenCount": 4},
    }
    bad = {"error": {"code": 400, "message": "no", "status": "INVALID_ARGUMENT"}}
    scenes = Scenes(wire(200, answer), wire(400, bad))
    with gateway(scenes, "gemini") as server:
        body = {"model": "e", "input": ["a", "b"]}
        given = httpx.post(server.base_url + "/embeddings", json=body)
        assert [one["embedding"] for one in given.json()["data"]] == [[0.5, 1.0], [0.25]]
        refused = httpx.post(server.base_url + "/embeddings", json=body)
        assert (refused.status_code, error_in(refused)["message"]) == (400, "no")
    assert scenes.requests[0].startswith(b"POST /v1beta/models/e:batchEmbedContents ")
    with gateway(Scenes(talks), "anthropic") as server:
        assert httpx.post(server.base_url + "/embeddings", json=body).status_code == 400
