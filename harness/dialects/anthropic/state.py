"""What a stream of Anthropic Messages amounts to so far: the message and its content blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.accumulator import Accumulator
from harness.dialects.anthropic.grammar import START

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Mark


class Block:
    """One content block.

    Attributes:
        index: Its `index`.
        type: "text", "thinking", "tool_use", ...; "" for one that was never started.
        start: The block as `content_block_start` has it, or as it stands in a whole message.
        text: What its deltas say: text, thinking, or the JSON text of a tool's input.
        citations: The citations of a text, in order.
        signature: Of a thinking block; None where none came.
        opened: Where it started; None in a whole message.
        closed: Where it stopped.
        takes: By type of delta: the member that holds the piece, and where the piece goes.
    """

    __slots__ = ("citations", "closed", "index", "opened", "signature", "start", "takes", "text", "type")

    def __init__(self, index: int, kind: str, start: Body, opened: Mark | None) -> None:
        self.index = index
        self.type = kind
        self.start = start
        self.text = Accumulator()
        self.citations: list[Any] = []
        self.signature: str | None = None
        self.opened = opened
        self.closed: Mark | None = None
        self.takes: dict[str, tuple[str, Callable[[str], int]]] = {}


class AnthropicStream:
    """One exchange.

    Attributes:
        asked: What the request asked for; None where it is not known.
        state: Where the stream stands; one of the grammar's states.
        message: The message as `message_start` has it, or the whole answer; None before it came.
        blocks: The content blocks in the order in which they came.
        open: The block that is open.
        stop_reason: As the last `message_delta` that has one says.
        usage: The usage so far: members of `message_start`, replaced by what `message_delta` says.
        first_usage: The usage of `message_start` alone.
        error: The `error` member of an `error` event.
        ended: The event that ended the stream.
        pings: How many came.
        incomplete: Something that the server sent could not be read.
    """

    def __init__(self, asked: Asked | None = None) -> None:
        self.asked = asked
        self.state = START
        self.message: Body | None = None
        self.blocks: list[Block] = []
        self.open: Block | None = None
        self.stop_reason: str | None = None
        self.usage: dict[str, Any] = {}
        self.first_usage: dict[str, Any] = {}
        self.error: Any = None
        self.ended: Mark | None = None
        self.pings = 0
        self.incomplete = False
