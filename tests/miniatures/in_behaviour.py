"""Miniatures that behave wrongly, or get the frame of an answer wrong."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, ClassVar

from tests.miniatures.miniature import CHAT, RESPONSES, Memory, Miniature, OfUpstream
from tests.miniatures.tampering import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.exchange import Header


class Buffering(Miniature):
    """A stream is collected."""

    name = "buffering"
    title = "A stream is held back until it is whole."
    defect = ""
    chapters = ("behaviour", "text")
    shows = ("behaviour-incremental",)
    buffers = True


class LeavingNotPassedOn(Miniature):
    """Nobody looks whether the client is there."""

    name = "leaving-not-passed-on"
    title = "When the client leaves, the upstream is read to its end."
    defect = ""
    chapters = ("behaviour",)
    shows = ("behaviour-leaving",)
    hears_leaving = False


class CrossTalk(Miniature):
    """A variable of the module."""

    name = "cross-talk"
    title = "Pieces of text are put into one queue for all requests, and taken from it by whoever comes."
    defect = "000-D12"
    routes = (CHAT,)
    chapters = ("behaviour", "text")
    shows = ("behaviour-crosstalk", "text-plain", "text-unicode", "tool-unused")
    queue: ClassVar[deque[str]] = deque()

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Each is one piece late, so that an answer by itself is right and two at a time exchange pieces."""
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        for choice in choices:
            if text := choice["delta"].get("content"):
                self.queue.append(text)
                choice["delta"]["content"] = self.queue.popleft() if memory.get("late") else ""
                memory["late"] = True
            elif choice.get("finish_reason") and memory.pop("late", False) and self.queue:
                rest = {**choice, "delta": {"content": self.queue.popleft()}, "finish_reason": None}
                yield Event({**event.data, "choices": [rest]})
        yield event


class LatestUsage(Miniature):
    """The key is `_latest`."""

    name = "usage-of-other"
    title = "The usage is that of the request that was answered before."
    defect = "000-D13"
    routes = (CHAT,)
    chapters = ("usage", "text")
    shows = ("usage-asked", "usage-reasoning", "text-long")
    latest: ClassVar[list[Any]] = []

    def whole(self, body: Any, memory: Memory) -> Any:
        """Exchange it."""
        if body.get("usage"):
            self.latest.append(body["usage"])
            if len(self.latest) > 1:
                body["usage"] = self.latest.pop(0)
        return body

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """The same."""
        if isinstance(event.data, dict):
            self.whole(event.data, memory)
        yield event


class CharactersBroken(OfUpstream):
    """Each read is decoded by itself."""

    name = "characters-broken"
    title = "A character that is cut between two reads becomes two signs of replacement."
    defect = "003-D01"
    shows = ("text-split-characters",)
    reads_pieces = True

    def piece(self, data: bytes) -> bytes:
        """By itself."""
        return data.decode("utf-8", "replace").encode()


class DataSplit(Miniature):
    """Lines are for reading."""

    name = "data-split"
    title = "The payload of an event is spread over lines of which only the first begins with `data:`."
    defect = "003-D04"

    def written(self, event: Event) -> bytes:
        """Before the first member that stands last."""
        wire = event.encoded()
        at = wire.find(b'"choices"')
        at = at if at >= 0 else wire.find(b'"sequence_number"')
        return wire if at < 0 else wire[:at] + b"\n" + wire[at:]


class LastEventOpen(Miniature):
    """The end of the stream ends the event."""

    name = "last-event-open"
    title = "The last event has no blank line after it."
    defect = "003-D03"

    def written(self, event: Event) -> bytes:
        """[DONE], or the terminal event."""
        is_last = event.data == "[DONE]" or event.type in {"response.completed", "response.failed"}
        return event.encoded().rstrip(b"\n") if is_last else event.encoded()


class DoneMissing(Miniature):
    """The end of the stream is its end."""

    name = "done-missing"
    title = "A stream of Chat Completions ends without [DONE]."
    defect = ""
    routes = (CHAT,)

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """All but that."""
        if event.data != "[DONE]":
            yield event


class DoneInResponses(Miniature):
    """Every stream ends so."""

    name = "done-in-responses"
    title = "A stream of Responses ends with [DONE]."
    defect = ""
    routes = (RESPONSES,)

    def written(self, event: Event) -> bytes:
        """After the terminal event."""
        return event.encoded() + (b"data: [DONE]\n\n" if event.type == "response.completed" else b"")


class ContentTypeWrong(Miniature):
    """Text is text."""

    name = "content-type-wrong"
    title = "A stream comes as text/plain."
    defect = ""

    def head(
        self, status: int, headers: tuple[Header, ...], memory: Memory
    ) -> tuple[int, tuple[Header, ...]]:
        """Streams alone."""
        return status, tuple(
            (name, value.replace("text/event-stream", "text/plain")) for name, value in headers
        )


class ReasoningInText(OfUpstream):
    """Thought is text in brackets."""

    name = "reasoning-in-text"
    title = "What the upstream thinks is put into the text."
    defect = "003-D09"
    chapters = ("reasoning",)
    shows = ("reasoning-then-text", "reasoning-raw")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """As models write it that have no other place for it."""
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        for choice in choices:
            self.told(choice["delta"])
        yield event

    def told(self, said: dict[str, Any]) -> None:
        """From any member that thought may stand in."""
        for name in ("reasoning_content", "reasoning"):
            if thought := said.pop(name, None):
                said["content"] = f"<think>{thought}</think>{said.get('content') or ''}"

    def whole(self, body: Any, memory: Memory) -> Any:
        """The same."""
        for choice in body.get("choices") or ():
            self.told(choice["message"])
        return body


class ThoughtLost(OfUpstream):
    """Another member."""

    name = "thought-lost"
    title = "What the upstream thinks is lost, though Responses has a place for it."
    defect = "002-D24"
    routes = (RESPONSES,)
    chapters = ("reasoning",)
    shows = ("reasoning-then-text", "reasoning-raw")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Not read."""
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        for choice in choices:
            choice["delta"].pop("reasoning_content", None)
            choice["delta"].pop("reasoning", None)
        yield event

    def whole(self, body: Any, memory: Memory) -> Any:
        """Not read."""
        for choice in body.get("choices") or ():
            choice["message"].pop("reasoning_content", None)
            choice["message"].pop("reasoning", None)
        return body


class PiecesTrimmed(Miniature):
    """Texts are trimmed."""

    name = "pieces-trimmed"
    title = "White space at the borders of pieces is lost."
    defect = "003-D13"
    routes = (CHAT,)
    shows = ("text-plain", "text-markdown")

    def event(self, event: Event, memory: Memory) -> Iterable[Event]:
        """Each piece is trimmed."""
        choices = (event.data.get("choices") or ()) if isinstance(event.data, dict) else ()
        for choice in choices:
            if text := choice["delta"].get("content"):
                choice["delta"]["content"] = text.strip()
        yield event
