"""A place where a miniature may change what passes: requests on their way in, answers on their way out.

What a miniature leaves as it is passes byte for byte, in the writes in which it came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

import h11
import msgspec

from harness.io.server.heads import RequestHead
from harness.io.server.proxy import RecordProxy
from harness.io.server.threaded import ServerThread
from harness.io.upstream import Upstream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from harness.cassettes.exchange import Header
    from harness.io.server.handlers import Handler, Receiver
    from harness.io.server.responder import Responder
    from tests.miniatures.miniature import Miniature

_BLANK: Final = re.compile(rb"(?:\r?\n){2}")
"""What ends an event. A pattern of the whole event would try every byte of a long one that has not come to its end."""


@dataclass
class Event:
    """One event of a stream.

    Args:
        data: Its payload where that is JSON, else its text.
        name: Of the `event` line; None where there is none.
        raw: Its bytes as they came; b"" of an event that was made here.
    """

    data: Any
    name: str | None = None
    raw: bytes = b""

    @property
    def type(self) -> str:
        """Of a Responses event; "" elsewhere."""
        return str(self.data.get("type", "")) if isinstance(self.data, dict) else ""

    def encoded(self) -> bytes:
        """As it goes out: untouched, where nobody touched it."""
        if self.raw and _read(self.raw) == (self.name, self.data):
            return self.raw
        text = self.data if isinstance(self.data, str) else msgspec.json.encode(self.data).decode()
        name = f"event: {self.name}\n" if self.name is not None else ""
        return f"{name}data: {text}\n\n".encode()


def _read(raw: bytes) -> tuple[str | None, Any]:
    name, data = None, []
    for line in raw.decode("utf-8", "surrogateescape").replace("\r\n", "\n").split("\n"):
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
    text = "\n".join(data)
    try:
        return name, msgspec.json.decode(text.encode("utf-8", "surrogateescape"))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return name, text


class Tampered:
    """Stands before a `Responder`, and lets a miniature change the answer.

    Args:
        responder: Who writes.
        miniature: What is changed.
        memory: What the miniature keeps of this exchange.
    """

    def __init__(self, responder: Responder, miniature: Miniature, memory: dict[str, Any]) -> None:
        self._responder = responder
        self._miniature = miniature
        self._memory = memory
        self._held = b""
        self._whole: tuple[int, str, tuple[Header, ...]] | None = None
        self._is_stream = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._responder, name)

    @property
    def on_disconnect(self) -> Callable[[], None] | None:
        """As of a responder."""
        return self._responder.on_disconnect

    @on_disconnect.setter
    def on_disconnect(self, call: Callable[[], None] | None) -> None:
        if self._miniature.hears_leaving:
            self._responder.on_disconnect = call

    @property
    def on_resume(self) -> Callable[[], None] | None:
        """As of a responder."""
        return self._responder.on_resume

    @on_resume.setter
    def on_resume(self, call: Callable[[], None] | None) -> None:
        self._responder.on_resume = call

    def start(self, status: int, reason: str, headers: Iterable[Header]) -> None:
        """Write the head; of an answer that is no stream, when its body is known."""
        fields = tuple(headers)
        kind = next((value for name, value in fields if name.lower() == "content-type"), "")
        self._is_stream = kind.startswith("text/event-stream")
        self._memory["status"] = status
        if self._is_stream:
            status, fields = self._miniature.head(status, fields, self._memory)
            self._responder.start(status, reason, fields)
        else:
            self._whole = status, reason, fields

    def write(self, data: bytes) -> None:
        """Write a piece of the body."""
        self._held += data
        if not self._is_stream:
            return
        if self._miniature.reads_pieces:
            sent, self._held = self._miniature.piece(self._held), b""
        else:
            ends = [one.end() for one in _BLANK.finditer(self._held)]
            events = [self._held[begin:end] for begin, end in pairwise((0, *ends))]
            self._held = self._held[ends[-1] :] if ends else self._held
            sent = self._changed(events)
        if sent:
            self._send(sent)

    def _changed(self, events: list[bytes]) -> bytes:
        sent = b""
        for raw in events:
            name, value = _read(raw)
            given = Event(value, name, raw)
            if value == "" and name is None:
                sent += given.raw  # a comment
                continue
            for event in self._miniature.event(given, self._memory):
                self._miniature.last_touch(event, self._memory)
                sent += self._miniature.written(event)
        return sent

    def _send(self, data: bytes) -> None:
        if self._miniature.buffers:
            self._memory["kept"] = self._memory.get("kept", b"") + data
        else:
            self._responder.write(data)

    def _flush(self) -> None:
        """What was held back goes out as it is."""
        if self._is_stream:
            self._responder.write(self._memory.pop("kept", b"") + self._held)
        elif self._whole is not None:
            status, reason, fields = self._whole
            status, fields, body = self._changed_whole(status, fields)
            self._responder.start(status, reason, fields)
            self._responder.write(body)
        self._held, self._whole = b"", None

    def finish(self, trailers: Iterable[Header] = ()) -> None:
        """End it as HTTP says."""
        if self._is_stream and self._miniature.hangs(self._memory):
            return
        self._flush()
        self._responder.finish(trailers)

    def answer(self, status: int, reason: str, headers: Iterable[Header], body: bytes) -> None:
        """A whole answer at once."""
        self.start(status, reason, headers)
        self.write(body)
        self.finish()

    def cut(self) -> None:
        """Close the connection."""
        self._flush()
        self._responder.cut()

    def reset(self) -> None:
        """Reset the connection."""
        self._flush()
        self._responder.reset()

    def _changed_whole(
        self, status: int, fields: tuple[Header, ...]
    ) -> tuple[int, tuple[Header, ...], bytes]:
        body = self._held
        status, fields = self._miniature.head(status, fields, self._memory)
        try:
            value = msgspec.json.decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return status, fields, body
        if isinstance(value, dict):
            changed = self._miniature.whole(msgspec.json.decode(body), self._memory)
            if changed != value:
                body = changed if isinstance(changed, bytes) else msgspec.json.encode(changed)
                kept = tuple(one for one in fields if one[0].lower() != "content-length")
                fields = (*kept, ("content-length", str(len(body))))
        return status, fields, body


class Tampering:
    """A handler before a handler: each request passes a miniature, and so does its answer."""

    def __init__(self, handler: Handler, miniature: Miniature) -> None:
        self._handler = handler
        self._miniature = miniature

    def open(self, head: RequestHead, responder: Responder) -> Receiver:
        """A request has begun."""
        return _Asked(self._handler, self._miniature, head, responder)

    def closing(self) -> None:
        """The server stops."""
        self._handler.closing()


class _Asked:
    def __init__(
        self, handler: Handler, miniature: Miniature, head: RequestHead, responder: Responder
    ) -> None:
        self._handler = handler
        self._miniature = miniature
        self._head = head
        self._responder = responder
        self._body = b""

    def body(self, data: bytes) -> None:
        """More of it."""
        self._body += data

    def end(self) -> None:
        """It is whole."""
        head, body = self._head, self._body
        memory: dict[str, Any] = {"path": head.path}
        try:
            value = msgspec.json.decode(body)
        except msgspec.DecodeError:
            value = None
        if isinstance(value, dict):
            memory["asked"] = value
            changed = self._miniature.request(msgspec.json.decode(body), memory)
            if changed != value:
                body = msgspec.json.encode(changed)
                head = _resized(head, len(body))
        tampered = cast("Responder", Tampered(self._responder, self._miniature, memory))
        receiver = self._handler.open(head, tampered)
        receiver.body(body)
        receiver.end()


def _resized(head: RequestHead, length: int) -> RequestHead:
    kept = [
        one for one in head.raw_headers if one[0].lower() not in {b"content-length", b"transfer-encoding"}
    ]
    fields = [*kept, (b"content-length", b"%d" % length)]
    return RequestHead(h11.Request(method=head.method, target=head.target, headers=fields))


def tampering_proxy(upstream: str, miniature: Miniature) -> ServerThread:
    """A miniature between a gateway and its upstream."""
    proxy = RecordProxy(Upstream(upstream))
    return ServerThread(Tampering(proxy, miniature), grace=0.0, finish=proxy.aclose)
