"""Reads the answers of Anthropic Messages.

Source: "Streaming messages" of Anthropic's API documentation, and the order in `harness.dialects.anthropic.grammar`.
`AnthropicReader.event` is the hot path: a delta that brings text to the block that is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.dialects.members import mapping, text
from harness.translation.failures import disconnected, error_of
from harness.translation.readers.anthropic_blocks import VENDOR, block_of, place_of
from harness.translation.readers.openai_members import Strangers, is_nothing
from harness.turn.counts import anthropic_counts
from harness.turn.increments import Eof, Error, Finish, Start, Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.sse.event import SseEvent
    from harness.translation.readers.anthropic_blocks import Block
    from harness.translation.session import Session
    from harness.turn.increments import FinishReason, Increment

_FINISHES: Final[Mapping[str, FinishReason]] = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "tool_use": "tool_calls",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "content_filter",
    "pause_turn": "length",
    "compaction": "length",
}
_CUT: Final = frozenset({"length", "content_filter"})
_GOES_ON: Final = frozenset({"pause_turn", "compaction"})

_KNOWN_IN_MESSAGE: Final = frozenset(
    {
        "container", "content", "context_management", "id", "model", "role", "stop_details", "stop_reason",
        "stop_sequence", "type", "usage",
    }
)  # fmt: skip
_KNOWN_IN_END: Final = frozenset({"container", "stop_details", "stop_reason", "stop_sequence"})


class AnthropicReader:
    """Reads one answer.

    Args:
        session: The exchange.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._strangers = Strangers(session)
        self._blocks: dict[int, Block] = {}
        self._open: Block | None = None
        self._open_index: int | None = None
        self._waiting: Block | None = None
        self._opened = 0
        self._started = False
        self._over = False
        self._usage: dict[str, Any] = {}
        self._end: dict[str, Any] = {}
        self._reason: str | None = None

    def event(self, event: SseEvent, payload: dict[str, Any]) -> Iterable[Increment]:
        """One event."""
        try:
            if payload["type"] == "content_block_delta" and payload["index"] == self._open_index:
                delta = payload["delta"]
                block: Any = self._open
                if delta["type"] == block.delta_type and len(delta) == 2 and len(payload) == 3:
                    piece = delta[block.member]
                    if piece.__class__ is str and not self._over:
                        return block.piece(piece, event.index) if piece else ()
        except (KeyError, TypeError, AttributeError):
            pass  # any other event, or one that is not as it should be: looked at below
        return self._taken(event.index, payload)

    def done(self, event: SseEvent) -> Iterable[Increment]:
        """`[DONE]` is no part of the protocol, and changes nothing: several gateways add it."""
        del event
        return ()

    def finish(self) -> Iterable[Increment]:
        """The body has ended. An answer with a stop reason is whole, even where `message_stop` did not come."""
        if self._over:
            return ()
        self._over = True
        if self._reason is None:
            return [*self._settled(-1), disconnected()]
        return [*self._stopped(-1), Eof(clean=False)]

    def whole(self, body: dict[str, Any]) -> Iterable[Increment]:
        """A whole message, or an error."""
        if body.get("type") == "error" or not is_nothing(body.get("error")):
            return self._error(-1, body)
        content = body.get("content")
        if not isinstance(content, list):
            self._over = True
            message = "the upstream's answer is no message of Anthropic: it has no content"
            return (Error(status=502, code="upstream_malformed", message=message),)
        given = self._message(-1, body)
        for one in content:
            if isinstance(one, dict):
                given += self._begin(-1, len(self._blocks), one)
                given += self._left(-1)
            else:
                self._strangers.note("content")
        end = {
            name: value
            for name, value in body.items()
            if name in _KNOWN_IN_END or name == "context_management"
        }
        given += self._stopped(-1, body.get("stop_reason"))
        given += self._ending(-1, end)
        self._strangers.tell(-1)
        self._over = True
        given.append(Eof())
        return given

    # -- one function a kind of event

    def _taken(self, src: int, payload: dict[str, Any]) -> Iterable[Increment]:
        if self._over:
            return ()
        kind = payload.get("type")
        handler = self._HANDLERS.get(kind) if isinstance(kind, str) else None
        if handler is not None:
            given: Iterable[Increment] = handler(self, src, payload)
        elif not isinstance(kind, str) and not is_nothing(payload.get("error")):
            given = self._error(src, payload)
        else:
            self._strangers.note(str(kind)[:64] if isinstance(kind, str) else "an event without a type")
            given = ()
        self._strangers.tell(src)
        return given

    def _message_start(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        self._strangers.look("", payload, {"type", "message"})
        if self._started:
            self._strangers.note("message_start, again")
            return []
        return self._message(src, mapping(payload.get("message")))

    def _message(self, src: int, message: Mapping[str, Any]) -> list[Increment]:
        self._started = True
        self._strangers.look("message.", message, _KNOWN_IN_MESSAGE)
        start = Start(src=src, upstream_id=text(message, "id"), model=text(message, "model"), dialect=VENDOR)
        if not is_nothing(container := message.get("container")):
            self._end["container"] = container
        return [start, *self._counted(src, mapping(message.get("usage")))]

    def _block_start(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        self._strangers.look("", payload, {"type", "index", "content_block"})
        given: list[Increment] = []
        if self._open is not None and self._open.delta_type != "input_json_delta":
            # Texts and thoughts do not overlap; an input may still be continued under its index.
            given += self._stop(self._open, src)
        index = place_of(payload)
        given += self._begin(
            src, index if index is not None else len(self._blocks), mapping(payload.get("content_block"))
        )
        return given

    def _begin(self, src: int, index: int, content: Mapping[str, Any]) -> list[Increment]:
        given = self._settled(src)
        if (former := self._blocks.get(index)) is not None:
            given += self._stop(former, src)
        self._opened += 1
        self._open = self._blocks[index] = block = block_of(
            self._opened, content, self._session, self._strangers
        )
        self._open_index = index
        given += block.start(src)
        return given

    def _block_delta(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        self._strangers.look("", payload, {"type", "index", "delta"})
        block = self._addressed(payload)
        delta = mapping(payload.get("delta"))
        kind = text(delta, "type") or ""
        # A text or thought that goes on after its end goes on in a new block; an input has no other place.
        if block is None or (block.stopped and block.delta_type == "input_json_delta"):
            self._strangers.note(f"{kind[:64]} of no block that is open")
            return []
        if kind == block.delta_type:
            self._strangers.look("delta.", delta, {"type", block.member})
            piece = delta.get(block.member)
            if isinstance(piece, str):
                return block.piece(piece, src) if piece else []
            self._strangers.note(f"delta.{block.member}")
        elif not block.beside(kind, delta, src):
            self._strangers.note(f"{kind[:64]} in a block of another type")
        return []

    def _block_stop(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        self._strangers.look("", payload, {"type", "index"})
        block = self._addressed(payload)
        other = self._stop(block, src) if block is not None and block is not self._open else []
        return other + self._left(src)

    def _message_delta(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        self._strangers.look("", payload, {"type", "delta", "usage", "context_management"})
        delta = mapping(payload.get("delta"))
        given = self._stopped(src, delta.get("stop_reason"))
        given += self._counted(src, mapping(payload.get("usage")))
        self._strangers.look("delta.", delta, _KNOWN_IN_END)
        if not is_nothing(managed := payload.get("context_management")):
            delta = {**delta, "context_management": managed}
        given += self._ending(src, delta)
        return given

    def _message_stop(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        del payload
        given = self._stopped(src)
        self._over = True
        given.append(Eof(src=src))
        return given

    def _ping(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        del src, payload
        return []

    def _error(self, src: int, payload: dict[str, Any]) -> list[Increment]:
        self._over = True
        return [*self._settled(src), error_of(VENDOR, payload, src)]

    _HANDLERS: Final[Mapping[str, Any]] = {
        "message_start": _message_start,
        "content_block_start": _block_start,
        "content_block_delta": _block_delta,
        "content_block_stop": _block_stop,
        "message_delta": _message_delta,
        "message_stop": _message_stop,
        "ping": _ping,
        "error": _error,
    }

    # -- what they share

    def _addressed(self, payload: Mapping[str, Any]) -> Block | None:
        """The block that a delta or a stop is about: that of its index, or else the one that is open."""
        index = place_of(payload)
        known = self._blocks.get(index) if index is not None else None
        return known if known is not None and self._open is not None else self._open

    def _stop(self, block: Block, src: int, *, is_cut: bool = False) -> list[Increment]:
        if block.stopped:
            return []
        block.stopped = True
        return block.stop(src, is_cut=is_cut)

    def _left(self, src: int) -> list[Increment]:
        """The open block is over. The end of a call waits: whether it was cut is known when the message ends."""
        block = self._open
        self._open = self._open_index = None
        if block is None:
            return []
        if block.delta_type == "input_json_delta":
            self._waiting = block
            return []
        return self._stop(block, src)

    def _settled(self, src: int) -> list[Increment]:
        """The end of the call that waited: it was whole, as something else came after it."""
        block, self._waiting = self._waiting, None
        return self._stop(block, src) if block is not None else []

    def _stopped(self, src: int, reason: object = None) -> list[Increment]:
        """The ends of all blocks: none of them goes on after this."""
        self._open = self._open_index = self._waiting = None
        is_cut = isinstance(reason, str) and _FINISHES.get(reason) in _CUT
        return [one for block in self._blocks.values() for one in self._stop(block, src, is_cut=is_cut)]

    def _ending(self, src: int, delta: Mapping[str, Any]) -> list[Increment]:
        """Why the message ends, where that is said."""
        self._end.update({name: value for name, value in delta.items() if value is not None})
        besides = [
            name for name, value in self._end.items() if name != "stop_reason" and not is_nothing(value)
        ]
        if besides:
            self._session.lose_at("L235", src, ", ".join(besides)[:200])
        native = text(delta, "stop_reason")
        if native is None:
            return []
        self._reason = native
        reason = _FINISHES.get(native)
        if native in _GOES_ON:
            self._session.lose_at("L221", src, native)
        elif reason is None:
            self._session.lose_at("L223", src, native[:64])
        return [Finish(src=src, reason=reason or "stop", native=native, dialect=VENDOR, raw=dict(self._end))]

    def _counted(self, src: int, usage: Mapping[str, Any]) -> list[Increment]:
        """The usage so far: what an event does not say, or says is null, stays as it was."""
        if not usage:
            return []
        self._usage.update({name: value for name, value in usage.items() if value is not None})
        counts = anthropic_counts(self._usage)
        return [Usage(src=src, counts=counts, dialect=VENDOR, raw=dict(self._usage))] if counts else []
