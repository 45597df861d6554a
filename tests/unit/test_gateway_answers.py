"""What clients of a gateway meet while all goes well: answers as they come, and nothing of anybody else's."""

from __future__ import annotations

import contextlib
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.gateway.limits import Limits
from tests.gatewaying import (
    BODIES,
    CHAT,
    RESPONSES,
    Scenes,
    begins_and_closes,
    begins_and_hangs,
    body_of,
    error_in,
    gateway,
    hangs,
    payloads,
    piece,
    stream,
    talks,
    texts,
    whole,
    wire,
)
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket

    from tests.gatewaying import Script


def test_every_event_reaches_the_client_while_the_upstream_waits() -> None:
    """Nothing is held back for what comes after it."""
    arrived = [threading.Event() for _ in range(3)]

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        for text, event in zip("abc", arrived, strict=True):
            connection.sendall(http_chunk(piece(text)))
            assert event.wait(60)
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
            assert gone.wait(60)  # no limit of the gateway is as short


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
        gateway(script, limits=Limits(idle=2.0)) as server,
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
        time.sleep(2.2)
        seen = first + "".join(parts)
    assert len(texts(seen)) == events * len(text)
    assert "error" not in seen[-2_000:]


@pytest.mark.parametrize("ending", BODIES)
def test_a_silent_stream_is_kept_alive_with_comments(ending: str) -> None:
    """Only once it has begun, and only while nothing comes."""

    def script(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.25)
        connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
        time.sleep(1.5)
        connection.sendall(http_chunk(stream("lo")) + LAST_CHUNK)

    with gateway(script, keep_alive=0.3) as server:
        answer = httpx.post(server.base_url + ending, json=BODIES[ending], timeout=60)
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
        with httpx.stream("POST", server.base_url + "/chat/completions", json=CHAT, timeout=60) as answer:
            parts = answer.iter_text()
            seen = next(parts)
            stopper = threading.Thread(target=server.stop)
            stopper.start()
            seen += "".join(parts)
            stopper.join(60)
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
