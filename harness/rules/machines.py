"""The page about the protocol machines, drawn from the tables that the checker executes: `docs/machines.md`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from harness.dialects.anthropic import grammar as anthropic
from harness.dialects.chat import grammar as chat
from harness.dialects.gemini import grammar as gemini
from harness.dialects.responses import grammar as responses

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Move: TypeAlias = tuple[str, str, str]
"""From which state, by what, to which."""

_MADE = "<!-- Made by harness.rules.machines from the tables of harness.dialects; do not edit it by hand. -->"

_LAYERS = {
    responses.Layer.STREAM: "The response",
    responses.Layer.ITEM: "An output item",
    responses.Layer.PART: "A content part of an item",
    responses.Layer.SUMMARY: "A part of a reasoning summary",
    responses.Layer.COMMAND: "A command of a shell call",
    responses.Layer.OUTPUT: "The output of a shell command",
    responses.Layer.TEXT: "A text that an item itself has: arguments, input, code, diff",
}


def document() -> str:
    """The page, as Markdown with Mermaid diagrams."""
    return "\n".join(_lines()).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "# Protocol machines\n"
    yield _MADE + "\n"
    yield "What may follow what in a stream of each dialect. These drawings are made from the very tables that the"
    yield "checker executes. A stream that leaves them is reported by the rules ([rules.md](rules.md)); the checker"
    yield "then adopts what the server sent and goes on.\n"
    yield from _chat()
    yield from _responses()
    yield "## Anthropic Messages\n"
    yield from _diagram(_table(anthropic.TABLE), anthropic.START, anthropic.ENDS)
    yield "## Gemini streamGenerateContent\n"
    yield "Every event is a whole response; it is named by what it holds.\n"
    yield from _diagram(_table(gemini.TABLE), gemini.START, gemini.ENDS)


def _chat() -> Iterator[str]:
    yield "## Chat Completions\n"
    yield "A product of three layers. A chunk moves the stream; its deltas move the choices and calls that they name."
    yield "With audio output, a chunk with choices may follow the usage.\n"
    for title, table, start, ends in (
        ("The stream, by kinds of chunks", chat.STREAM, chat.START, {chat.ENDED}),
        ("A choice, by what a delta does", chat.CHOICE, chat.STRANGER, {chat.FINISHED}),
        ("A tool call of a choice", chat.CALL, chat.ABSENT, {chat.CLOSED}),
    ):
        yield f"### {title}\n"
        yield from _diagram(_table(table), start, ends)


def _responses() -> Iterator[str]:
    yield "## Responses\n"
    yield "A product of layers: each event moves one, and the sequence number counts all. `keepalive`,"
    yield "`response.rate_limits.updated` and vendor events (`slug:name`) move none.\n"
    for layer, title in _LAYERS.items():
        yield f"### {title}\n"
        rows = [(name, row) for name, row in responses.ROWS.items() if row.layer is layer]
        moves = [(state, name, row.after or state) for name, row in rows for state in sorted(row.before)]
        start = "start" if layer is responses.Layer.STREAM else "absent"
        ends = (
            {"over"} if layer is responses.Layer.STREAM else {"closed", "full"} & {move[2] for move in moves}
        )
        yield from _diagram(moves, start, ends)
    yield "### Tools that the server runs\n"
    yield "The order of the events between `output_item.added` and `output_item.done`; an item type that is not"
    yield "drawn has no events of its own.\n"
    for item, automaton in responses.AUTOMATA.items():
        yield f"#### {item}\n"
        moves = [
            (_named(state), name, _named(after))
            for state, following in automaton.moves.items()
            for name, after in following.items()
        ]
        yield from _diagram(moves, _named(""), {_named(end) for end in automaton.ends})


def _named(state: str) -> str:
    return state or "added"


def _table(table: Mapping[str, Mapping[str, str]]) -> list[Move]:
    return [(state, event, after) for state, row in table.items() for event, after in row.items()]


def _diagram(moves: Iterable[Move], start: str, ends: Iterable[str]) -> Iterator[str]:
    """One drawing; moves between the same two states share an arrow."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for before, event, after in moves:
        arrows.setdefault((before, after), []).append(event)
    yield "```mermaid"
    yield "stateDiagram-v2"
    yield f"    [*] --> {_state(start)}"
    for (before, after), events in arrows.items():
        yield f"    {_state(before)} --> {_state(after)}: {'<br/>'.join(events)}"
    for end in sorted(ends):
        yield f"    {_state(end)} --> [*]"
    yield "```\n"


def _state(name: str) -> str:
    return name.replace(".", "_").replace("-", "_").replace(" ", "_")
