"""HTTP/1.1 written by hand to a server under test."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.io.server.threaded import ServerThread


def connect(server: ServerThread) -> socket.socket:
    """Open a raw connection."""
    return socket.create_connection(("127.0.0.1", server.port), timeout=60)


def talk(server: ServerThread, sent: bytes) -> bytes:
    """Send bytes, and give all that comes until the server closes."""
    with connect(server) as sock:
        sock.sendall(sent)
        return drain(sock)


def drain(sock: socket.socket) -> bytes:
    """Read until the server closes."""
    parts = []
    while part := sock.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def get(path: str, *fields: str, method: str = "GET", version: str = "1.1") -> bytes:
    """A request without a body whose connection ends with it."""
    return "\r\n".join(
        [f"{method} {path} HTTP/{version}", "Host: localhost", "Connection: close", *fields, "", ""]
    ).encode()
