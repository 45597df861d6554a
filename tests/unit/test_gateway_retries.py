"""When a gateway asks an upstream again, how long it waits, and when it leaves that to the client."""

from __future__ import annotations

import random
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from harness.gateway.limits import Limits
from harness.gateway.retrying import LONGEST_MS, delay_ms, is_retried
from harness.jobs.serve import gateway_server
from tests.gatewaying import (
    CHAT,
    RESPONSES,
    Scenes,
    begins_and_hangs,
    error_in,
    gateway,
    hangs,
    heads_and_hangs,
    piece,
    talks,
    texts,
    wire,
)
from tests.scripted import SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    from harness.cassettes.exchange import Headers
    from tests.gatewaying import Script

AGAIN = wire(429, {"error": {"message": "slow down"}}, "retry-after-ms: 10")


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """Unless the upstream says that it will not."""
    assert is_retried(status, ())
    assert not is_retried(status, (("X-Should-Retry", "false"),))


@pytest.mark.parametrize("status", [200, 301, 400, 401, 403, 404, 413, 422])
def test_what_will_not_pass_is_not(status: int) -> None:
    """Unless the upstream says that it will; a success is none to try again."""
    assert not is_retried(status, ())
    assert is_retried(status, (("x-should-retry", "true"),)) is (status >= 400)


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ((("retry-after-ms", "120"), ("retry-after", "9")), 120),
        ((("Retry-After", "2"),), 2_000),
        ((("retry-after", "Thu, 01 Jan 1970 00:01:45 GMT"),), 5_000),
        ((("retry-after", "61"),), None),
        ((("retry-after", "60"),), LONGEST_MS),
    ],
)
def test_an_upstream_says_how_long_to_wait(headers: Headers, wait: int | None) -> None:
    """In milliseconds before seconds before a date; too long a wait is the client's to make."""
    assert delay_ms(1, headers, 100, random.Random(1)) == wait


def test_otherwise_the_wait_doubles_with_some_jitter_and_an_end() -> None:
    """The same seed gives the same waits, another seed others."""

    def waits(seed: int) -> list[int]:
        chance = random.Random(seed)
        return [delay_ms(attempt, (), 0, chance) or 0 for attempt in range(1, 8)]

    assert waits(1) == waits(1) != waits(2)
    for wait, most in zip(waits(1), (500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000), strict=True):
        assert most * 3 / 4 <= wait <= most


@pytest.mark.parametrize("body", [CHAT, {**CHAT, "stream": False}])
def test_a_client_does_not_notice_what_passed(body: dict[str, Any]) -> None:
    """It gets the answer of the attempt that went well."""
    scenes = Scenes(AGAIN, wire(503, b"<html>", "retry-after-ms: 10", kind="text/html"), talks)
    with gateway(scenes, retries=2) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=body)
    assert answer.status_code == 200
    assert "hello" in (texts(answer.text) or answer.text)
    assert len(scenes.requests) == 3
    assert len(set(scenes.requests)) == 1


def test_the_last_failure_is_the_clients() -> None:
    """With the wait that the upstream wants, for the client to keep."""
    scenes = Scenes(AGAIN)
    with gateway(scenes, retries=2) as server:
        answer = httpx.post(server.base_url + "/responses", json=RESPONSES)
    assert len(scenes.requests) == 3
    assert answer.status_code == 429
    assert answer.headers["retry-after-ms"] == "10"
    assert answer.json()["error"]["message"] == "slow down"


@pytest.mark.parametrize(
    ("scene", "status"),
    [
        (wire(429, {"error": {"message": "tomorrow"}}, "retry-after: 86400"), 429),
        (wire(429, {"error": {"message": "never"}}, "x-should-retry: false"), 429),
        (wire(400, {"error": {"message": "no"}}), 400),
    ],
)
def test_some_failures_are_told_at_once(scene: bytes, status: int) -> None:
    """Those that a short wait does not mend."""
    scenes = Scenes(scene)
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert (answer.status_code, len(scenes.requests)) == (status, 1)


def test_the_wait_is_kept() -> None:
    """As the upstream said."""
    scenes = Scenes(wire(503, b"", "retry-after-ms: 1200"), talks)
    with gateway(scenes) as server:
        httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert 1.19 < scenes.times[1] - scenes.times[0] < 10


def test_a_connection_that_breaks_before_the_answer_is_made_again() -> None:
    """Nothing has reached the client yet."""

    def closes(connection: socket.socket, _: bytes) -> None:
        connection.close()

    scenes = Scenes(closes, talks)
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert texts(answer.text) == "hello"
    assert len(scenes.requests) == 2


@pytest.mark.parametrize("body", [CHAT, {**CHAT, "stream": False}])
def test_a_body_that_dies_before_its_first_byte_is_asked_for_again(body: dict[str, Any]) -> None:
    """A head promises an answer, and nothing of it has reached the client."""

    def heads(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD)
        connection.close()

    scenes = Scenes(heads, talks)
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=body)
    assert answer.status_code == 200
    assert "hello" in (texts(answer.text) or answer.text)
    assert len(scenes.requests) == 2


def test_a_refusal_whose_body_dies_is_told_at_once() -> None:
    """Its status says enough."""

    def refuses(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 20\r\n\r\n")
        connection.close()

    scenes = Scenes(refuses, talks)
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert answer.status_code >= 400
    assert len(scenes.requests) == 1


def test_an_upstream_that_comes_up_meanwhile_is_found() -> None:
    """No connection is one more thing that may pass."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with gateway_server(f"chat=http://127.0.0.1:{port}", retries=4, seed=1) as server:
        answers: list[httpx.Response] = []

        def ask() -> None:
            answers.append(httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60))

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.2)
        upstream = ScriptedServer(talks)
        upstream._listener.close()
        upstream._listener = socket.create_server(("127.0.0.1", port))
        with upstream:
            thread.join(60)
    assert texts(answers[0].text) == "hello"


def test_nothing_is_tried_again_once_the_client_has_a_byte() -> None:
    """What was said cannot be taken back."""

    def breaks(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
        connection.close()

    scenes = Scenes(breaks, talks)
    with gateway(scenes) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT)
    assert texts(answer.text) == "hel"
    assert len(scenes.requests) == 1


def test_a_first_byte_that_does_not_come_is_not_waited_for_again() -> None:
    """The client waits no longer than it was told."""

    def hangs(connection: socket.socket, _: bytes) -> None:
        connection.recv(1)

    scenes = Scenes(hangs)
    with gateway(scenes, limits=Limits(first_byte=0.2)) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
    assert (answer.status_code, len(scenes.requests)) == (504, 1)


@pytest.mark.parametrize("silent", [hangs, heads_and_hangs, begins_and_hangs])
def test_a_later_attempt_is_watched_as_the_first_is(silent: Script) -> None:
    """Silence after a retry ends as silence does."""
    scenes = Scenes(AGAIN, silent)
    start = time.monotonic()
    with gateway(scenes, limits=Limits(first_byte=1.5, idle=1.5)) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
    assert time.monotonic() - start < 30
    assert error_in(answer)["code"] == "upstream_timeout"
    assert len(scenes.requests) == 2


def test_the_total_limit_counts_the_waits() -> None:
    """It ends an exchange between two attempts, too."""
    scenes = Scenes(wire(503, b"", "retry-after: 30"))
    start = time.monotonic()
    with gateway(scenes, limits=Limits(total=0.3)) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
    assert time.monotonic() - start < 29
    assert answer.status_code in {503, 504}
    assert answer.json()["error"]["message"]
