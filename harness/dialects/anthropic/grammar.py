"""The order of events in a stream of Anthropic Messages, as a table.

Source: "Streaming messages" of Anthropic's API documentation: `message_start`; then content blocks, one after
another, each a `content_block_start`, deltas and a `content_block_stop`, with `index` its place in the final
content; then one or more `message_delta`, whose usage is cumulative; then `message_stop`. `ping` may come
anywhere, an `error` event ends the stream, and event types that are not known are to be passed over.
All 345 recorded streams keep to that but three that were put together by hand.
"""

from __future__ import annotations

from typing import Final

START: Final = "start"
"""Nothing has come but pings."""
BETWEEN: Final = "between"
"""No block is open."""
BLOCK: Final = "block"
"""A block is open."""
CLOSING: Final = "closing"
"""A `message_delta` came: no more blocks."""
OVER: Final = "over"
"""`message_stop` came."""
FAILED: Final = "failed"
"""An `error` event came."""

TABLE: Final[dict[str, dict[str, str]]] = {
    START: {"message_start": BETWEEN, "ping": START, "error": FAILED},
    BETWEEN: {
        "content_block_start": BLOCK, "message_delta": CLOSING, "ping": BETWEEN, "error": FAILED,
    },
    BLOCK: {
        "content_block_delta": BLOCK, "content_block_stop": BETWEEN, "ping": BLOCK, "error": FAILED,
    },
    CLOSING: {"message_delta": CLOSING, "message_stop": OVER, "ping": CLOSING, "error": FAILED},
    OVER: {},
    FAILED: {},
}  # fmt: skip
"""Where each event leads, by state. An event of the grammar that is not listed is out of order there."""

ENDS: Final = frozenset({OVER, FAILED})
"""The states in which the body may end."""

ADOPTED: Final[dict[str, str]] = {
    "message_start": BETWEEN,
    "content_block_start": BLOCK,
    "content_block_delta": BLOCK,
    "content_block_stop": BETWEEN,
    "message_delta": CLOSING,
    "message_stop": OVER,
    "error": FAILED,
}
"""Where an event that is out of order leads: to where the server seems to be. A ping leads nowhere."""

KINDS: Final = frozenset({*ADOPTED, "ping"})
"""The events of the grammar. All others are passed over, wherever they come."""

DELTAS: Final[dict[str, dict[str, str]]] = {
    "text": {"text_delta": "text"},
    "thinking": {"thinking_delta": "thinking"},
    "tool_use": {"input_json_delta": "partial_json"},
    "server_tool_use": {"input_json_delta": "partial_json"},
    "mcp_tool_use": {"input_json_delta": "partial_json"},
    "compaction": {"compaction_delta": "content"},
}
"""What each type of block is made of: type of delta, and the member that holds the next piece of its text. Beyond
these a text takes citations and a thinking block a signature. A type of block that is not listed comes whole; if it
has deltas all the same, they are passed over."""

BESIDE: Final[dict[str, str]] = {"citations_delta": "text", "signature_delta": "thinking"}
"""Deltas that carry no text, and the type of block that takes them."""

KNOWN_DELTAS: Final = frozenset({*BESIDE, *(name for takes in DELTAS.values() for name in takes)})

# Signals.
OUT_OF_ORDER: Final = "out-of-order"
"""An event where the table has none. `about` is the state, `found` the type, `expected` what may come."""
AFTER_END: Final = "after-end"
"""An event of the grammar after `message_stop` or `error`. `earlier` is the end. Given once a stream."""
NO_END: Final = "no-end"
"""The body ended in a state where it may not. `about` is the state."""
WRONG_INDEX: Final = "wrong-index"
"""A block starts with an index that is not its place, or a delta or stop names another block than the open one."""
WRONG_DELTA: Final = "wrong-delta"
"""A delta of a type that does not suit its block. `about` is the block."""
BAD_INPUT: Final = "bad-input"
"""The pieces of a tool's input, whole, are not a JSON object. `about` is the block. Where the answer was cut by
max_tokens this is the model's doing and no signal is given for the last block."""
SHRINKING_USAGE: Final = "shrinking-usage"
"""A cumulative count of tokens is smaller than it was before."""
NO_REASON: Final = "no-reason"
"""`message_stop` came, and no `message_delta` had a stop reason."""
