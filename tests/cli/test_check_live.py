"""`harness check URL`: what is sent, and what becomes of servers that refuse, cut or fall silent."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from harness.rules.example import parse_example
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

GOOD = parse_example("stream: responses/text").exchange
BROKEN = parse_example("stream: responses/text\ninsert after 4: {").exchange
assert GOOD.response is not None
assert BROKEN.response is not None
GOOD_BODY, BROKEN_BODY = GOOD.response.body(), BROKEN.response.body()
KEY = "invented-live-key-0123456789"

RECEIVED = threading.Event()
"""A server that falls silent has sent all that it sends."""

_REFUSALS = {
    b"401": (b"401 Unauthorized", b"application/json", b'{"error":{"message":"no such key","type":"e"}}'),
    b"404": (b"404 Not Found", b"text/html", b"<html></html>"),
    b"405": (b"405 Method Not Allowed", b"text/html", b""),
}


def _answer(connection: socket.socket, request: bytes) -> None:
    if (refusal := _REFUSALS.get(request.split(b"/")[1])) is not None:
        head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % (*refusal[:2], len(refusal[2])) + refusal[2])
        return
    if b"/never/" in request or b"/stall/" in request:
        if b"/stall/" in request:
            connection.sendall(SSE_HEAD + http_chunk(GOOD_BODY[:3000]))
        RECEIVED.set()
        connection.recv(1)  # until the client leaves
        return
    if b"/cut/" in request:
        connection.sendall(SSE_HEAD + http_chunk(GOOD_BODY[:700]))
        reset(connection)
    elif b"/echo/" in request:
        head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        body = b'{"error":{"message":"bad key %s","type":7,"param":null,"code":null}}' % KEY.encode()
        connection.sendall(head % len(body) + body)
    elif (
        KEY.encode() in request
        and b'"input":"Name two colours."' in request
        and b"x-extra: 1" in request.lower()
    ):
        connection.sendall(SSE_HEAD + http_chunk(GOOD_BODY) + LAST_CHUNK)
    else:
        connection.sendall(SSE_HEAD + http_chunk(BROKEN_BODY) + LAST_CHUNK)


@pytest.fixture
def server() -> Iterator[str]:
    """A Responses server that wants the key, a field and the request."""
    with ScriptedServer(_answer) as scripted:
        yield scripted.url


class TestLive:
    """A server is asked, and its answer judged."""

    @pytest.fixture
    def arguments(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The request, the key and a field."""
        (tmp_path / "request.json").write_text(
            '{"model":"gpt-5.2","stream":true,"input":"Name two colours."}'
        )
        monkeypatch.setenv("LIVE_KEY", KEY)
        return ["--request", "request.json", "--api-key-env", "LIVE_KEY", "--header", "X-Extra: 1"]

    def test_what_is_asked_for_is_sent_and_the_answer_judged(
        self, harness: Run, server: str, arguments: list[str]
    ) -> None:
        """Request, head, times and ending are known."""
        outcome = harness("check", f"{server}/v1/responses", *arguments, "--format", "json")
        (verdict,) = json.loads(outcome.out)["inputs"]
        assert outcome.code == 0, outcome
        assert verdict["dialect"] == "responses"
        assert verdict["source"] == f"{server}/v1/responses"
        assert harness("check", f"{server}/v1/responses", *arguments[:2]).code == 1

    @pytest.mark.parametrize(
        ("path", "status", "found"),
        [
            ("/401/v1/responses", "401 Unauthorized", "no such key"),
            ("/404/v1/responses", "404 Not Found", "13 bytes of text/html"),
            ("/405/v1/responses", "405 Method Not Allowed", "an empty body"),
            ("/404/other", "404 Not Found", "13 bytes of text/html"),
        ],
    )
    def test_an_error_status_is_no_pass(
        self, harness: Run, server: str, arguments: list[str], path: str, status: str, found: str
    ) -> None:
        """However well-formed: what was asked for was not judged. The error's own shape is."""
        outcome = harness("check", server + path, *arguments, "--format", "json")
        (verdict,) = json.loads(outcome.out)["inputs"]
        assert outcome.code == 3
        assert outcome.err.startswith(f"refused-by-server: the server answered {status}")
        assert verdict["error"]["found"] == found
        assert not {one["rule"] for one in verdict["findings"] if one["rule"].startswith("SSE-")}
        if path.startswith("/401"):
            assert "HTTP-ERR-001" in {one["rule"] for one in verdict["outcomes"] if one["exercised"]}
            assert verdict["status"] == "unreadable"

    @pytest.mark.parametrize("path", ["/stall/v1/responses", "/never/v1/responses"])
    def test_a_server_that_falls_silent_is_given_up(
        self, harness: Run, server: str, arguments: list[str], path: str
    ) -> None:
        """What had come is judged, and a check that could not be finished is no pass."""
        outcome = harness("check", server + path, *arguments, "--timeout", "0.3", "--format", "ndjson")
        verdict = json.loads(outcome.out.splitlines()[0])
        assert outcome.code == 3
        assert "--timeout SECONDS waits longer" in outcome.err
        assert (verdict["frames"] > 0) == path.startswith("/stall")

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot send Ctrl-C to one process")
    @pytest.mark.parametrize(("path", "code"), [("/stall/v1/responses", 3), ("/never/v1/responses", 130)])
    def test_what_had_come_when_the_user_gave_up_is_judged(
        self, server: str, tmp_path: Path, path: str, code: int
    ) -> None:
        """Where anything had."""
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
            pytest.skip("these tests were started with SIGINT ignored, and so is what they start")
        (tmp_path / "request.json").write_text('{"model":"m","input":"x","stream":true}')
        RECEIVED.clear()
        command = [sys.executable, "-m", "harness", "check", server + path, "--request", "request.json"]
        with subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path
        ) as process:
            assert RECEIVED.wait(60)
            time.sleep(1)  # for the bytes to be read
            process.send_signal(signal.SIGINT)
            _, told = process.communicate(timeout=60)
        assert process.returncode == code, told
        assert "Traceback" not in told
        assert ("interrupted before the answer's end" in told) == (code == 3)

    def test_the_key_is_never_printed(self, harness: Run, server: str, arguments: list[str]) -> None:
        """Not even where the server quotes it, or where it stands in the URL."""
        url = f"{server}/echo/v1/responses?key={KEY}"
        for form in ("text", "json"):
            outcome = harness("check", url, *arguments, "--format", form)
            assert KEY not in outcome.out + outcome.err

    def test_a_connection_that_breaks_is_judged_as_far_as_it_came(
        self, harness: Run, server: str, arguments: list[str]
    ) -> None:
        """That is a finding against the server."""
        outcome = harness("check", f"{server}/cut/v1/responses", *arguments)
        assert outcome.code == 1, outcome
        assert "(error)" in outcome.out

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            (
                ["--api-key-env", "NOT_SET_AT_ALL"],
                "usage: the environment variable NOT_SET_AT_ALL is not set",
            ),
            (["--header", "no colon"], "usage: this is no header field"),
        ],
    )
    def test_what_cannot_be_sent_is_an_error_of_usage(
        self, harness: Run, server: str, arguments: list[str], more: list[str], message: str
    ) -> None:
        """Nothing was asked."""
        outcome = harness("check", f"{server}/v1/responses", *arguments[:2], *more)
        assert outcome.code == 2
        assert outcome.err.startswith(message)
