"""A handler for servers under test: it answers each path in a way of its own."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder


SSE = (("content-type", "text/event-stream"),)


MEBIBYTE = 1 << 20


class Answers:
    """A handler with one method for each thing that a response can do; the path names it.

    Attributes:
        begun: Set when a held stream has begun.
        left: Set when its client has left.
    """

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.left = threading.Event()

    def __call__(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        """Answer one request."""
        getattr(self, head.path.partition("?")[0].strip("/"))(head, body, responder)

    def echo(self, head: RequestHead, body: bytes, responder: Responder) -> None:
        """The body and method that came."""
        responder.answer(200, "", (("content-length", str(len(body))), ("x-method", head.method)), body)

    def told(self, head: RequestHead, _: bytes, responder: Responder) -> None:
        """What the handler is told of the request."""
        text = json.dumps({"path": head.path, "target": head.target, "headers": head.headers}).encode()
        responder.answer(200, "", (("content-length", str(len(text))),), text)

    def stream(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """Four chunks and a trailer."""
        responder.start(200, "Fine", SSE)
        for part in (b"data: \xc3", b"\xa9\n", b"\n", b"x" * 300):
            responder.write(part)
        responder.finish((("x-sum", "1"),))

    def cut(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """A cut inside an event."""
        responder.start(200, "", SSE)
        responder.write(b"data: 1\n\nda")
        responder.cut()

    def short(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """Fewer bytes than promised."""
        responder.start(200, "", (("content-length", "10"),))
        responder.write(b"1234")
        responder.finish()

    def long(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """More bytes than promised."""
        responder.answer(200, "", (("content-length", "4"),), b"12345678")

    def reset(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """A reset after many bytes."""
        responder.start(200, "", SSE)
        responder.write(b"\xff" * 100_000)
        responder.reset()

    def held(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """A stream that does not end by itself."""
        responder.on_disconnect = self.left.set
        responder.start(200, "", SSE)
        responder.write(b"data: 1\n\n")
        self.begun.set()

    def none(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """No body."""
        responder.answer(204, "", (), b"")

    def broken(self, _: RequestHead, __: bytes, responder: Responder) -> None:  # noqa: ARG002 - it fails first
        """A handler's mistake before the head."""
        raise RuntimeError("the handler broke")

    def late(self, _: RequestHead, __: bytes, responder: Responder) -> None:
        """A handler's mistake after it."""
        responder.start(200, "", SSE)
        responder.write(b"data: 1\n\n")
        raise RuntimeError("the handler broke late")
