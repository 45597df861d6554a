"""No key that a target is sent is in anything that comes of a run, however the target gives it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from harness.reporting.conform.registry import conform_formats
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run

KEY = "vk-" + "q8Z4" * 6
FIELD = "own7" * 5 + "Q"
"""In a header that nobody knows for one of keys."""


def _json(status: bytes, value: object) -> bytes:
    body = json.dumps(value).encode()
    told = f"x-given: {KEY}\r\nx-account: {FIELD}\r\nwww-authenticate: Bearer realm={FIELD}\r\n".encode()
    head = b"HTTP/1.1 %s\r\ncontent-type: application/json\r\n%bcontent-length: %d\r\n\r\n"
    return head % (status, told, len(body)) + body


def refuses(connection: socket.socket, request: bytes) -> None:
    """It quotes both where it says no, as a member's name, too, and as a type that no rule knows."""
    del request
    error = {"message": f"no such key: {KEY}, {FIELD}", "type": KEY, "code": [FIELD], KEY: FIELD}
    connection.sendall(_json(b"401 Unauthorized", {"error": error}))


def answers(connection: socket.socket, request: bytes) -> None:
    """It quotes them in an answer that is wrong in many ways, once cut in two."""
    if b'"stream":true' not in request:
        choices = [{"index": KEY, "message": {"role": FIELD, "content": KEY}, "finish_reason": FIELD}]
        whole = {"id": KEY, "object": FIELD, "created": KEY, "model": FIELD, "choices": choices, KEY: 1}
        connection.sendall(_json(b"200 OK", whole))
        return
    delta = {"role": "assistant", "content": f"{KEY} and {FIELD}"}
    event = {"id": KEY, "object": FIELD, "choices": [{"index": 0, "delta": delta, "finish_reason": KEY}]}
    data = b"event: %s\ndata: %s\n\n" % (KEY.encode(), json.dumps(event).encode())
    at = data.index(FIELD.encode()) + 7
    connection.sendall(SSE_HEAD + http_chunk(data[:at]) + http_chunk(data[at:]) + LAST_CHUNK)


def stops(connection: socket.socket, request: bytes) -> None:
    """What it says is no HTTP, and the client's library quotes it."""
    if request.startswith(b"GET"):
        connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    else:
        connection.sendall(f"{KEY} {FIELD}\r\n\r\n".encode())
    connection.close()


@pytest.mark.parametrize("script", [refuses, answers, stops])
def test_neither_key_nor_header_is_in_a_report_a_recording_or_a_message(
    harness: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    script: Callable[[socket.socket, bytes], None],
) -> None:
    """In every format, the page, both files of the run and the baseline."""
    monkeypatch.setenv("OWN_ACCESS", KEY)
    formats = [f"--format={name}=reports/{name}" for name in conform_formats()]
    with ScriptedServer(script, raises=False) as server:
        base = ("--base-url", f"{server.url}/v1", "--model", "tiny", "--api-key-env", "OWN_ACCESS")
        asked = ("--scenario", "model-text", "--scenario", "model-call")
        known = ("--baseline", "known.toml", "--update-baseline")
        done = harness(
            "conform",
            *base,
            "--header",
            f"x-account: {FIELD}",
            *asked,
            *known,
            *formats,
            "--format=html=page.html",
        )
        again = harness(
            "conform", *base, "--header", f"x-account: {FIELD}", *asked, "--baseline", "known.toml"
        )
    merged = harness("report", "harness-report", "-o", "merged")
    written = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert len(written) >= len(conform_formats()) + 4
    for secret in (KEY, FIELD):
        assert secret not in done.out + done.err + again.out + again.err + merged.out
        for one in written:
            assert secret not in one.read_text(encoding="utf-8"), one.name
    if script is answers:
        assert again.code == 0, again
        assert (tmp_path / "known.toml").read_text(encoding="utf-8").count("[[expected]]") > 5
