"""Answers of upstreams that are larger than anybody wants, or packed where nobody asked for it."""

from __future__ import annotations

import contextlib
import gzip
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from harness.translation import relay
from tests.gatewaying import CHAT, error_in, gateway, wire
from tests.scripted import http_chunk

if TYPE_CHECKING:
    import socket


@pytest.mark.parametrize(
    ("status", "first", "expected"),
    [
        (400, b'{"error": ', (400, None)),
        (500, b'{"error": ', (502, None)),
        (200, b"{", (502, "upstream_invalid_json")),
    ],
)
def test_a_body_without_an_end_is_given_up(
    status: int, first: bytes, expected: tuple[int, str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any limit of time: what came after so much would not be looked at."""
    monkeypatch.setattr(relay, "LARGEST_WHOLE", 1 << 20)

    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 %d X\r\nTransfer-Encoding: chunked\r\n\r\n" % status)
        with contextlib.suppress(OSError):
            connection.sendall(http_chunk(first))
            while True:
                connection.sendall(http_chunk(b" " * 65_536))

    with gateway(endless, raises=False, retries=1) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, timeout=60)
    assert (answer.status_code, error_in(answer)["code"]) == expected


def test_a_packed_answer_is_unpacked_no_further_than_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kilobytes of blanks, packed twice, are hundreds of megabytes."""
    monkeypatch.setattr(relay, "LARGEST_WHOLE", 1 << 20)
    packed = gzip.compress(gzip.compress(b"{") + gzip.compress(b" " * (1 << 20)) * 400)
    fed: list[int] = []
    feed = relay.Relay.feed

    def counted(self: relay.Relay, data: bytes) -> bytes:
        fed.append(len(data))
        return feed(self, data)

    monkeypatch.setattr(relay.Relay, "feed", counted)
    with gateway(lambda at, _: at.sendall(wire(200, packed, "Content-Encoding: gzip, gzip"))) as server:
        answer = httpx.post(server.base_url + "/chat/completions", json={**CHAT, "stream": False}, timeout=60)
    assert (answer.status_code, error_in(answer)["code"]) == (502, "upstream_invalid_json")
    assert sum(fed) < 2 << 20


def test_a_list_of_models_that_came_packed_is_read() -> None:
    """Some upstreams pack whatever they are asked for."""
    listing = {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "o"}]}
    packed = gzip.compress(json.dumps(listing).encode())
    with gateway(lambda at, _: at.sendall(wire(200, packed, "Content-Encoding: gzip"))) as server:
        answer = httpx.get(server.base_url + "/models")
    assert [one["id"] for one in answer.json()["data"]] == ["m"]
