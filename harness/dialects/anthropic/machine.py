"""Follows a stream of Anthropic Messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.dialects.anthropic import grammar as g
from harness.dialects.anthropic.state import AnthropicStream, Block
from harness.dialects.growth import Growth
from harness.dialects.signal import Mark, Signal

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Signals, Step
    from harness.sse.event import SseEvent


class AnthropicMachine(AnthropicStream):
    """The state, and how events change it."""

    def __init__(self, asked: Asked | None = None) -> None:
        super().__init__(asked)
        self._steps: dict[str, Step] = {
            "message_start": self._message_start,
            "content_block_start": self._block_start,
            "content_block_delta": self._block_delta,
            "content_block_stop": self._block_stop,
            "message_delta": self._message_delta,
            "message_stop": self._message_stop,
            "error": self._error,
            "ping": self._ping,
        }
        self._late = False
        self.moves = 0

    def growth(self, kind: str, body: Body) -> Growth | None:
        """How the next delta of the open block may differ, after one that took the short way."""
        block, event = self.open, body
        if block is None or kind != "content_block_delta":
            return None
        member, write = block.takes[str(_object(event["delta"])["type"])]
        return Growth(("delta", member), write)

    def step(self, kind: str) -> Step:
        """The function that takes the events of a kind; unknown kinds are passed over."""
        return self._steps.get(kind, _pass_over)

    def malformed(self, kind: str, event: SseEvent, body: Body) -> Signals:
        """Move by what is left of a payload that does not fit."""
        return self.step(kind)(event, body)

    def lost(self, event: SseEvent) -> Signals:
        """Take an event that cannot be read."""
        del event
        self.incomplete = True
        return ()

    def lacking(self, event: SseEvent) -> Signals:
        """Take note that an event lacked something vital: as much is lost as if it could not be read."""
        return self.lost(event)

    def done(self, event: SseEvent) -> Signals:
        """`[DONE]` is no part of this protocol; several gateways add it, and all clients pass over it."""
        del event
        return ()

    def finish(self) -> Signals:
        """The body has ended: is the message over?"""
        if self.state in g.ENDS:
            return ()
        return (
            Signal(g.NO_END, self.state, expected="message_stop", found=f"the end in state {self.state!r}"),
        )

    def whole(self, body: Body) -> Signals:
        """Take a whole message, or a whole error."""
        if body.get("type") == "error":
            self.error = body.get("error")
            self.state = g.FAILED
            return ()
        self.message = body
        for index, content in enumerate(_array(body.get("content"))):
            if isinstance(content, dict):
                self.blocks.append(_whole_block(index, content))
        self.stop_reason = _text(body.get("stop_reason"))
        self.usage = dict(_object(body.get("usage")))
        self.state = g.OVER
        return ()

    # One function a kind. That of deltas is the hot one.

    def _block_delta(self, event: SseEvent, body: dict[str, Any]) -> Signals:
        try:
            block: Any = self.open
            if body["index"] == block.index:
                delta = body["delta"]
                member, write = block.takes[delta["type"]]
                write(delta[member])
                return ()
        except (AttributeError, KeyError, TypeError):
            pass  # no block is open, or the delta is of another kind: looked at below
        return self._other_delta(event, body)

    def _other_delta(self, event: SseEvent, body: Body) -> Signals:
        self.moves += 1
        block, signals = self._addressed(event, body, "content_block_delta")
        delta = _object(body.get("delta"))
        kind = _text(delta.get("type")) or ""
        if block is None:
            return signals
        if taker := block.takes.get(kind):
            piece = delta.get(taker[0])
            if isinstance(piece, str):
                taker[1](piece)
            return signals
        if kind == "citations_delta" and block.type == "text":
            block.citations.append(delta.get("citation"))
        elif kind == "signature_delta" and block.type == "thinking":
            block.signature = (block.signature or "") + (_text(delta.get("signature")) or "")
        elif kind in g.KNOWN_DELTAS and block.type in g.DELTAS:
            expected = " or ".join(
                [*g.DELTAS[block.type], *(one for one, at in g.BESIDE.items() if at == block.type)]
            )
            signals += (
                Signal(
                    g.WRONG_DELTA,
                    block,
                    "/delta/type",
                    expected,
                    f"{kind} in a block of type {block.type}",
                    block.opened,
                ),
            )
        return signals

    def _addressed(self, event: SseEvent, body: Body, kind: str) -> tuple[Block | None, Signals]:
        """The block that a delta or a stop is about."""
        signals = self._move(kind, event)
        index = body.get("index")
        if self._late:
            return None, signals
        if self.state != g.BLOCK and kind == "content_block_delta":
            return None, signals
        block = self.open
        if block is None:
            return None, signals
        if isinstance(index, int) and index != block.index:
            known = next((one for one in reversed(self.blocks) if one.index == index), None)
            if not signals:
                signals = (
                    Signal(g.WRONG_INDEX, block, "/index", str(block.index), str(index), block.opened),
                )
            return known or block, signals
        return block, signals

    def _block_start(self, event: SseEvent, body: Body) -> Signals:
        signals = self._move("content_block_start", event)
        if self._late:
            return signals
        content = _object(body.get("content_block"))
        expected = self.blocks[-1].index + 1 if self.blocks else 0
        index = body.get("index")
        if not isinstance(index, int):
            index = expected
        elif index != expected and not signals:
            earlier = self.blocks[-1].opened if self.blocks else None
            signals = (Signal(g.WRONG_INDEX, None, "/index", str(expected), str(index), earlier),)
        block = Block(index, _text(content.get("type")) or "", content, Mark.of(event))
        _prepare(block)
        self.blocks.append(block)
        self.open = block
        return signals

    def _block_stop(self, event: SseEvent, body: Body) -> Signals:
        block, signals = self._addressed(event, body, "content_block_stop")
        self.open = None
        if block is None:
            return signals
        block.closed = Mark.of(event)
        return signals

    def _message_start(self, event: SseEvent, body: Body) -> Signals:
        signals = self._move("message_start", event)
        if self._late:
            return signals
        if self.message is None:
            self.message = _object(body.get("message"))
            self.first_usage = _object(self.message.get("usage"))
            self.usage = dict(self.first_usage)
        return signals

    def _message_delta(self, event: SseEvent, body: Body) -> Signals:
        signals = self._move("message_delta", event)
        if self._late:
            return signals
        reason = _text(_object(body.get("delta")).get("stop_reason"))
        if reason is not None:
            self.stop_reason = reason
        self.open = None
        return signals + self._take_usage(_object(body.get("usage")))

    def _take_usage(self, usage: Body) -> Signals:
        before = self.usage.get("output_tokens")
        after = usage.get("output_tokens")
        # What is null is not known in this event, and does not take away what was said.
        self.usage.update({name: value for name, value in usage.items() if value is not None})
        if isinstance(before, int) and isinstance(after, int) and after < before:
            return (
                Signal(g.SHRINKING_USAGE, None, "/usage/output_tokens", f"at least {before}", str(after)),
            )
        return ()

    def _message_stop(self, event: SseEvent, body: Body) -> Signals:
        del body
        signals = self._move("message_stop", event)
        if signals:
            return signals
        self.ended = Mark.of(event)
        self.open = None
        if self.stop_reason is None:
            signals += (Signal(g.NO_REASON, None, "", "a stop_reason in message_delta", "none"),)
        return signals + self._inputs()

    def _inputs(self) -> Signals:
        """What is wrong with the inputs of tools, now that it is known why the message ended."""
        cut = self.blocks[-1] if self.blocks and self.stop_reason not in {"tool_use", "end_turn"} else None
        return tuple(
            Signal(g.BAD_INPUT, block, "", "the text of a JSON object", _ends(block.text.text), block.opened)
            for block in self.blocks
            if "input_json_delta" in block.takes
            and block is not cut
            and (text := block.text.text)
            and not _is_object(text)
        )

    def _error(self, event: SseEvent, body: Body) -> Signals:
        signals = self._move("error", event)
        self.error = body.get("error")
        self.ended = self.ended or Mark.of(event)
        self.open = None
        return signals

    def _ping(self, event: SseEvent, body: Body) -> Signals:
        del event, body
        self.moves += 1
        self.pings += 1
        return ()

    def _move(self, kind: str, event: SseEvent) -> Signals:
        """Follow the table; where it has no such move, say so and go to where the server seems to be."""
        self.moves += 1
        here = self.state
        there = g.TABLE[here].get(kind)
        if there is not None:
            self.state = there
            return ()
        if here in g.ENDS:
            if self._late:
                return ()
            self._late = True
            return (Signal(g.AFTER_END, here, "/type", "the end of the body", kind, self.ended),)
        self.state = g.ADOPTED[kind]
        if kind == "content_block_delta" and self.open is None:
            self.state = here  # a piece of nothing: it is lost, and the stream goes on where it was
        expected = ", ".join(name for name in g.TABLE[here] if name not in {"ping", "error"})
        earlier = self.open.opened if self.open is not None else None
        if kind == "message_stop":
            self.ended = Mark.of(event)
        return (Signal(g.OUT_OF_ORDER, here, "/type", expected, kind, earlier),)


def _prepare(block: Block) -> None:
    """Say what the block's deltas write, and write what its start has already."""
    write = block.text.write
    block.takes = {kind: (member, write) for kind, member in g.DELTAS.get(block.type, {}).items()}
    start = block.start
    initial = start.get({"text": "text", "thinking": "thinking", "compaction": "content"}.get(block.type, ""))
    if isinstance(initial, str):
        write(initial)
    if isinstance(start.get("signature"), str) and start["signature"]:
        block.signature = str(start["signature"])
    block.citations += _array(start.get("citations"))


def _whole_block(index: int, content: Body) -> Block:
    block = Block(index, _text(content.get("type")) or "", content, None)
    _prepare(block)
    if "input_json_delta" in block.takes:
        block.text.write(json.dumps(content.get("input", {}), ensure_ascii=False, separators=(",", ":")))
    return block


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _ends(text: str) -> str:
    """The end of a text, where JSON usually breaks off."""
    return f"{len(text)} characters that end in {text[-24:]!r}"


def _pass_over(event: SseEvent, body: Body) -> Signals:
    del event, body
    return ()


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _array(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
