"""The order of a Responses stream, as data.

A stream is a product of layers: the response, its items, and what an item is made of. Each event moves one layer.
A `Row` says which, from which states, and to which; the machine only executes the table. What came is legal where
its row's `before` has the layer's present state, and its item, if it has one, is open and of one of `items`.

Sources: the event types are those of openai-python 3.52.0; the order is what api.openai.com was recorded to do, and
where the two say nothing, what the SDKs' accumulators accept.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Layer(StrEnum):
    """What an event moves."""

    STREAM = "stream"
    """The response itself: it has the states of `ResponsesStream.phase`."""
    ASIDE = "aside"
    """Nothing: legal at any time, the end included."""
    AUDIO = "audio"
    """Nothing that has an item; legal while the response is running."""
    ITEM = "item"
    PART = "part"
    """A content part, by `content_index`."""
    SUMMARY = "summary"
    """A part of a reasoning summary, by `summary_index`."""
    COMMAND = "command"
    """A command of a shell call, by `command_index`."""
    OUTPUT = "shell-output"
    """The output of one command, by `command_index`; no event of its own opens it."""
    TEXT = "text"
    """A text that the item itself has: its arguments, input, code or diff."""
    STEP = "step"
    """A step of a tool that the server runs: only the item type's automaton moves."""


class Role(StrEnum):
    """What an event does to its layer."""

    MOVE = "move"
    ADD = "add"
    DELTA = "delta"
    NOTE = "note"
    """Adds something that is no text: an annotation."""
    DONE = "done"
    """Says what the deltas amount to."""
    CLOSE = "close"


class Row(NamedTuple):
    """One event type.

    Args:
        layer: What it moves.
        role: What it does there.
        before: The states in which it is legal.
        after: The state after it; "" leaves it as it is.
        items: The item types in which it is legal; () where it has no item, or any will do.
        kind: The kind of part that it is for; "" where any will do.
        member: The member of its payload that holds the text (of a delta, or of the whole).
        text: TEXT: the item's text that it feeds.
    """

    layer: Layer
    role: Role
    before: frozenset[str]
    after: str
    items: tuple[str, ...] = ()
    kind: str = ""
    member: str = ""
    text: str = ""


INDEX = {
    Layer.PART: "content_index",
    Layer.SUMMARY: "summary_index",
    Layer.COMMAND: "command_index",
    Layer.OUTPUT: "command_index",
}
"""The member by which the pieces of an item are told apart."""

RUNNING = "running"
OVER = "over"

_STREAM = {
    "response.created": ("start", "created"),
    "response.queued": ("created queued", "queued"),
    "response.in_progress": ("created queued", RUNNING),
    "response.completed": (RUNNING, OVER),
    "response.incomplete": (RUNNING, OVER),
    "response.failed": ("created queued running errored", OVER),
    "error": ("start created queued running errored", "errored"),
}
TERMINALS = ("response.completed", "response.incomplete", "response.failed")
"""The events that end a stream."""

LIFECYCLE = tuple(name for name in _STREAM if name != "error")
"""The events that carry the response object."""

STATUSES: Mapping[str, tuple[str, ...]] = {
    "response.created": ("in_progress", "queued"),
    "response.queued": ("queued",),
    "response.in_progress": ("in_progress",),
    "response.completed": ("completed",),
    "response.incomplete": ("incomplete",),
    "response.failed": ("failed", "cancelled"),
}
"""The statuses that the response object may have in each event."""

_ASIDE = ("keepalive", "response.rate_limits.updated")
_AUDIO = ("response.audio.delta", "response.audio.done", "response.audio.transcript.delta",
          "response.audio.transcript.done")  # fmt: skip
_STEPS = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "partial_image", "completed"),
    "mcp_list_tools": ("in_progress", "completed", "failed"),
    "mcp_call": ("in_progress", "completed", "failed"),
    "compaction": ("compacting",),
}
_TEXTS = (
    ("response.function_call_arguments", "function_call", "arguments"),
    ("response.custom_tool_call_input", "custom_tool_call", "input"),
    ("response.mcp_call_arguments", "mcp_call", "arguments"),
    ("response.code_interpreter_call_code", "code_interpreter_call", "code"),
    ("response.apply_patch_call_operation_diff", "apply_patch_call", "diff"),
)
_SPOKEN = (
    ("response.output_text", ("message",), "output_text", "text"),
    ("response.refusal", ("message",), "refusal", "refusal"),
    ("response.reasoning_text", ("reasoning",), "reasoning_text", "text"),
)

PART_KINDS: Mapping[str, tuple[str, ...]] = {
    "message": ("output_text", "refusal"),
    "reasoning": ("reasoning_text",),
}
"""Which content parts an item may have."""


ITEM_TYPES = frozenset({
    "additional_tools", "apply_patch_call", "apply_patch_call_output", "code_interpreter_call", "compaction",
    "computer_call", "computer_call_output", "custom_tool_call", "custom_tool_call_output", "file_search_call",
    "function_call", "function_call_output", "image_generation_call", "local_shell_call", "local_shell_call_output",
    "mcp_approval_request", "mcp_approval_response", "mcp_call", "mcp_list_tools", "message", "program",
    "program_output", "reasoning", "shell_call", "shell_call_output", "tool_search_call", "tool_search_output",
    "web_search_call",
})  # fmt: skip
"""The types of output items in openai-python 3.52.0."""

PREFIXES: Mapping[str, str] = {
    "message": "msg_", "reasoning": "rs_", "function_call": "fc_", "web_search_call": "ws_",
    "file_search_call": "fs_", "code_interpreter_call": "ci_", "mcp_list_tools": "mcpl_", "mcp_call": "mcp_",
    "tool_search_call": "tsc_", "tool_search_output": "tso_", "compaction": "cmp_", "custom_tool_call": "ctc_",
    "image_generation_call": "ig_", "apply_patch_call": "apc_", "shell_call": "sh_", "shell_call_output": "sho_",
    "local_shell_call": "lsh_",
}  # fmt: skip
"""How the ids of items begin at OpenAI."""


def _states(names: str) -> frozenset[str]:
    return frozenset(names.split())


def _table() -> dict[str, Row]:
    rows = {name: Row(Layer.STREAM, Role.MOVE, _states(a), b) for name, (a, b) in _STREAM.items()}
    everywhere = _states("start created queued running errored over")
    rows |= {name: Row(Layer.ASIDE, Role.MOVE, everywhere, "") for name in _ASIDE}
    rows |= {name: Row(Layer.AUDIO, Role.MOVE, _states(RUNNING), "") for name in _AUDIO}
    rows["response.output_item.added"] = Row(Layer.ITEM, Role.ADD, _states("absent"), "open")
    rows["response.output_item.done"] = Row(Layer.ITEM, Role.CLOSE, _states("open"), "closed")
    absent, opened, full = _states("absent"), _states("open"), _states("full")
    has_parts = tuple(PART_KINDS)
    rows["response.content_part.added"] = Row(Layer.PART, Role.ADD, absent, "open", has_parts)
    rows["response.content_part.done"] = Row(Layer.PART, Role.CLOSE, full, "closed", has_parts)
    for name, items, kind, member in _SPOKEN:
        rows[f"{name}.delta"] = Row(Layer.PART, Role.DELTA, opened, "open", items, kind, "delta")
        rows[f"{name}.done"] = Row(Layer.PART, Role.DONE, opened, "full", items, kind, member)
    rows["response.output_text.annotation.added"] = Row(
        Layer.PART, Role.NOTE, opened, "open", ("message",), "output_text"
    )
    reasoning = ("reasoning",)
    for name, role, before, after, member in (
        ("part.added", Role.ADD, absent, "open", ""),
        ("text.delta", Role.DELTA, opened, "open", "delta"),
        ("text.done", Role.DONE, opened, "full", "text"),
        ("part.done", Role.CLOSE, full, "closed", ""),
    ):
        rows[f"response.reasoning_summary_{name}"] = Row(
            Layer.SUMMARY, role, before, after, reasoning, "summary_text", member
        )
    shell = ("shell_call",)
    rows["response.shell_call_command.added"] = Row(Layer.COMMAND, Role.ADD, absent, "open", shell, "command")
    rows["response.shell_call_command.delta"] = Row(
        Layer.COMMAND, Role.DELTA, opened, "open", shell, "command", "delta"
    )
    rows["response.shell_call_command.done"] = Row(
        Layer.COMMAND, Role.DONE, opened, "closed", shell, "command", "command"
    )
    unclosed, output = _states("absent open"), ("shell_call_output",)
    rows["response.shell_call_output_content.delta"] = Row(
        Layer.OUTPUT, Role.DELTA, unclosed, "open", output, "output", "delta"
    )
    rows["response.shell_call_output_content.done"] = Row(
        Layer.OUTPUT, Role.DONE, unclosed, "closed", output, "output", "output"
    )
    for name, item, text in _TEXTS:
        rows[f"{name}.delta"] = Row(Layer.TEXT, Role.DELTA, unclosed, "open", (item,), "", "delta", text)
        rows[f"{name}.done"] = Row(Layer.TEXT, Role.DONE, unclosed, "full", (item,), "", text, text)
    for item, names in _STEPS.items():
        for name in names:
            rows[f"response.{item}.{name}"] = Row(Layer.STEP, Role.MOVE, frozenset(), "", (item,))
    return rows


ROWS: Mapping[str, Row] = _table()
"""Every event type that is known: the 59 of the SDK, and four that OpenAI sends besides."""

VENDOR: Mapping[str, str] = {
    "response.reasoning_part.added": "response.content_part.added",
    "response.reasoning_part.done": "response.content_part.done",
}
"""Event types of other servers that mean one of the table: followed as that one, and reported as unknown. vLLM opens
and closes the text of a reasoning item with these (vllm#30192)."""


class Automaton(NamedTuple):
    """The order of the events inside an item whose tool the server runs.

    Args:
        moves: From each state, where each wire type leads. The state before the first event is "".
        ends: The states in which the item may be done.
    """

    moves: Mapping[str, Mapping[str, str]]
    ends: frozenset[str]


def _automaton(item: str, order: str, ends: str) -> Automaton:
    """Read moves that are written `from>name` or `from>name=to`; names are short for the item's wire types."""
    moves: dict[str, dict[str, str]] = {}
    for move in order.split():
        state, _, name = move.partition(">")
        if name.partition(".")[0] in {"code", "arguments"}:
            wire = f"response.{item}_{name}"
        else:
            wire = f"response.{item}.{name}"
        moves.setdefault("" if state == "-" else state, {})[wire] = name
    return Automaton(moves, frozenset("" if end == "-" else end for end in ends.split()))


AUTOMATA: Mapping[str, Automaton] = {
    "web_search_call": _automaton(
        "web_search_call", "->in_progress in_progress>searching searching>completed", "- completed"
    ),
    "file_search_call": _automaton(
        "file_search_call", "->in_progress in_progress>searching searching>completed", "completed"
    ),
    "code_interpreter_call": _automaton(
        "code_interpreter_call",
        "->in_progress in_progress>code.delta in_progress>code.done code.delta>code.delta code.delta>code.done "
        "code.done>interpreting interpreting>completed",
        "completed",
    ),
    "image_generation_call": _automaton(
        "image_generation_call",
        "->in_progress in_progress>generating generating>partial_image partial_image>partial_image "
        "generating>completed partial_image>completed",
        "completed",
    ),
    "mcp_list_tools": _automaton(
        "mcp_list_tools", "->in_progress in_progress>completed in_progress>failed", "completed failed"
    ),
    "mcp_call": _automaton(
        "mcp_call",
        "->in_progress in_progress>in_progress in_progress>arguments.delta in_progress>arguments.done "
        "arguments.delta>arguments.delta arguments.delta>in_progress arguments.delta>arguments.done "
        "arguments.done>completed arguments.done>failed",
        "completed failed",
    ),
    "compaction": _automaton("compaction", "->compacting", "- compacting"),
}
"""The order inside an item, as recorded from api.openai.com. An item type that is not here has no order beyond that
of its parts and texts. A web search may be bare (xAI), and a call of MCP may report its start a second
time, even after its arguments began (OpenAI, recorded once)."""
