"""Streams of Anthropic Messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hypothesis import strategies as st

from harness.generate import arguments
from harness.generate.anthropic_blocks import CITATIONS, ERRORS, RESULTS, WHOLE
from harness.generate.material import (
    SIGNATURE,
    comments,
    cut_arguments,
    frame,
    named,
    pieces,
    rarely,
    with_comments,
)
from harness.generate.meaning import Meaning
from harness.generate.stream import GeneratedStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FINISHES: Final = (
    "end_turn", "max_tokens", "stop_sequence", "tool_use", "pause_turn", "refusal", "model_context_window_exceeded",
    "compaction", "error",
)  # fmt: skip
"""How a stream may end: the stop reasons, and an error in their place."""

_WITH_CALLS: Final = ("tool_use", "max_tokens", "model_context_window_exceeded", "refusal")
_CUT_OFF: Final = ("max_tokens", "model_context_window_exceeded")


class Block(NamedTuple):
    """One content block.

    Args:
        kind: text, thinking, redacted_thinking, tool_use, server, mcp, whole, compaction.
        pieces: Its text or its input, as it is cut.
        name: The tool's.
        which: Which result of a server tool, which whole block.
        citations: Which sources a text names, each after how many pieces.
        early: The input is announced by an empty piece.
    """

    kind: str
    pieces: Sequence[str] = ()
    name: str = ""
    which: int = 0
    citations: Sequence[tuple[int, int]] = ()
    early: bool = False


class Plan(NamedTuple):
    """A whole stream, as it was drawn.

    Args:
        blocks: Its content.
        reason: Which of the stop reasons that fit.
        asides: Pings and events of the future: where, and which.
        error: After how many events it fails, and how; None where it does not.
        deltas: How many `message_delta` it has: the counts of each are those of the whole answer so far.
        counts: Which usage is told.
        comments: Where comments come.
    """

    blocks: Sequence[Block]
    reason: int
    asides: Sequence[tuple[int, int]]
    error: tuple[int, int] | None
    deltas: int
    counts: int
    comments: Sequence[tuple[int, int]]


_ASIDES: Final[tuple[dict[str, Any], ...]] = ({"type": "ping"}, {"type": "acme_trace", "note": "x"})
_COUNTS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 4},
    {"cache_creation_input_tokens": None, "cache_read_input_tokens": None, "server_tool_use": None},
)


def anthropic_streams(
    *,
    tools: Sequence[str] = ("get_weather", "add"),
    max_blocks: int = 4,
    reasoning: bool = True,
    server_tools: bool = True,
    errors: bool = True,
    finish: Sequence[str] | None = None,
) -> st.SearchStrategy[GeneratedStream]:
    """Streams of Anthropic Messages, as Anthropic may legally send them.

    Args:
        tools: Names of the tools that the model may call; () for none.
        max_blocks: The most content blocks; what a server tool is asked and what it answers count as one.
        reasoning: There may be thinking, open, sealed and redacted.
        server_tools: The provider may run tools, as may an MCP server of its.
        errors: The stream may end with an `error` event.
        finish: The only ways in which the stream may end: stop reasons, or "error"; None for all.

    Raises:
        UsageError: No stream fits the arguments.
    """
    name = "anthropic_streams"
    known = arguments.names(name, "tools", tools)
    arguments.whole(name, "max_blocks", max_blocks, 0, arguments.MOST_BLOCKS)
    arguments.flags(name, {"reasoning": reasoning, "server_tools": server_tools, "errors": errors})
    ends = arguments.finishes(name, finish, FINISHES)
    if not errors:
        ends = arguments.without_errors(name, ends, ("error",))
    if ends == {"tool_use"} and not (known and max_blocks):
        missing = "tools" if max_blocks else "blocks"
        raise arguments.needs(
            name, 'finish=("tool_use",)', missing, "give tools, and max_blocks of at least 1"
        )
    with_calls = tuple(one for one in _WITH_CALLS if one in ends)
    without = tuple(one for one in FINISHES if one in ends and one not in ("tool_use", "error"))
    if not with_calls and not without:  # every stream fails
        with_calls, without = _WITH_CALLS, ("end_turn",)
    failing = st.tuples(st.integers(0, 14), st.integers(0, len(ERRORS) - 1))
    if "error" not in ends:
        error: st.SearchStrategy[tuple[int, int] | None] = st.none()
    else:
        error = failing if ends == {"error"} else rarely(failing, otherwise=None, ordinary=4)
    blocks = _blocks(known if with_calls else (), reasoning=reasoning, server_tools=server_tools)
    content = st.lists(blocks, max_size=max_blocks)
    if not without:
        call = _call(known)
        content = st.builds(
            lambda others, made: [*others, made], st.lists(blocks, max_size=max_blocks - 1), call
        )
    asides = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 1)), min_size=1, max_size=3)
    streams = st.tuples(
        content,
        st.integers(0, 6),
        rarely(asides, otherwise=(), ordinary=1),
        error,
        rarely(st.just(2), otherwise=1),
        st.integers(0, 2),
        comments(),
    ).map(lambda drawn: _render(Plan(*drawn), known, with_calls, without))
    return named(name, streams)


def _call(tools: Sequence[str]) -> st.SearchStrategy[Block]:
    return st.builds(
        lambda cut, name, early: Block("tool_use", cut, name, early=early),
        st.just(()) | cut_arguments(),
        st.sampled_from(tools),
        st.booleans(),
    )


def _blocks(tools: Sequence[str], *, reasoning: bool, server_tools: bool) -> st.SearchStrategy[Block]:
    """One content block; a server tool and its result count as one here."""
    cited = st.lists(st.tuples(st.integers(0, 3), st.integers(0, len(CITATIONS) - 1)), min_size=1, max_size=2)
    kinds: list[st.SearchStrategy[Block]] = [
        st.builds(
            lambda cut, citations: Block("text", cut, citations=citations),
            pieces(least=0),
            rarely(cited, otherwise=()),
        )
    ]
    if tools:
        kinds.append(_call(tools))
    if reasoning:
        kinds.append(st.builds(lambda cut: Block("thinking", cut), pieces(least=0)))
        kinds.append(st.just(Block("redacted_thinking")))
    if server_tools:
        kinds.append(
            st.builds(
                lambda cut, which, early: Block("server", cut, which=which, early=early),
                cut_arguments(),
                st.integers(0, len(RESULTS) - 1),
                st.booleans(),
            )
        )
        kinds.append(st.builds(lambda cut: Block("mcp", cut, "lookup"), cut_arguments()))
        kinds.append(st.builds(lambda which: Block("whole", which=which), st.integers(0, len(WHOLE) - 1)))
        kinds.append(st.builds(lambda cut: Block("compaction", cut), pieces()))
    return st.one_of(kinds)


class _Event(NamedTuple):
    """One event, and what it adds to the meaning."""

    payload: dict[str, Any]
    adds: tuple[tuple[str, str], ...] = ()


def _render(
    plan: Plan, tools: Sequence[str], with_calls: Sequence[str], without: Sequence[str]
) -> GeneratedStream:
    called = any(block.kind == "tool_use" for block in plan.blocks)
    reasons = with_calls if called else without
    reason = reasons[plan.reason % len(reasons)]
    counts = _COUNTS[plan.counts]
    events = [_Event({"type": "message_start", "message": _message(counts)})]
    index = 0
    for number, block in enumerate(plan.blocks):
        for started, inside in _started(block, number):
            events.append(
                _Event(
                    {"type": "content_block_start", "index": index, "content_block": started}, inside[0].adds
                )
            )
            events += [
                _Event({"type": "content_block_delta", "index": index, "delta": one.payload}, one.adds)
                for one in inside[1:]
            ]
            events.append(_Event({"type": "content_block_stop", "index": index}))
            index += 1
    ended = {"stop_reason": reason, "stop_sequence": "END" if reason == "stop_sequence" else None}
    for number in range(plan.deltas):
        last = number == plan.deltas - 1
        usage = {"output_tokens": 5 + number} | ({} if plan.counts == 0 else {"input_tokens": 7, **counts})
        delta: dict[str, Any] = (
            ended if last or plan.reason % 2 else {"stop_reason": None, "stop_sequence": None}
        )
        if last and reason == "refusal":
            delta = {**delta, "stop_details": {"type": "refusal", "category": None, "explanation": None}}
        events.append(_Event({"type": "message_delta", "delta": delta, "usage": usage}))
    events.append(_Event({"type": "message_stop"}))
    for place, which in plan.asides:
        events.insert(place % len(events), _Event(dict(_ASIDES[which])))  # never behind the end
    if plan.error is not None:
        words = {"type": ERRORS[plan.error[1]], "message": "It failed."}
        events = [*events[: min(plan.error[0], len(events) - 1)], _Event({"type": "error", "error": words})]
    meaning = Meaning()
    for event in events:
        meaning.all(event.adds)
        meaning.finish = event.payload.get("delta", {}).get("stop_reason") or meaning.finish
    begun = any(event.payload["type"] == "message_start" for event in events)
    return GeneratedStream(
        dialect="anthropic",
        request=_request(plan, tools),
        events=with_comments(
            [frame(one.payload, named=one.payload["type"]) for one in events], plan.comments
        ),
        answers=(meaning.answer(),) if begun else (),
        failed=plan.error is not None,
    )


def _message(counts: dict[str, Any]) -> dict[str, Any]:
    head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1", "content": []}
    usage = {"input_tokens": 7, "output_tokens": 1, **counts}
    return {**head, "stop_reason": None, "stop_sequence": None, "usage": usage}


def _started(block: Block, number: int) -> Iterator[tuple[dict[str, Any], list[_Event]]]:
    """The blocks that one drawn block is: its start, then an entry for what the start adds, and its deltas."""
    kind = block.kind
    if kind == "text":
        said = [_Event({"type": "text_delta", "text": one}, (("text", one),)) for one in block.pieces]
        for place, which in block.citations:
            said.insert(
                place % (len(said) + 1), _Event({"type": "citations_delta", "citation": CITATIONS[which]})
            )
        start: dict[str, Any] = {"type": "text", "text": ""}
        yield start | ({"citations": []} if block.citations else {}), [_Event({}), *said]
    elif kind == "thinking":
        said = [
            _Event({"type": "thinking_delta", "thinking": one}, (("thought", one),)) for one in block.pieces
        ]
        seal = _Event({"type": "signature_delta", "signature": SIGNATURE})
        yield {"type": "thinking", "thinking": "", "signature": ""}, [_Event({}), *said, seal]
    elif kind == "redacted_thinking":
        yield {"type": "redacted_thinking", "data": SIGNATURE}, [_Event({})]
    elif kind == "tool_use":
        call_id = f"toolu_{number}"
        start = {"type": "tool_use", "id": call_id, "name": block.name, "input": {}}
        opened = _Event({}, ((f"call:function:{call_id}", block.name),))
        told = list(_input(block, meant=True))
        if not block.pieces:  # the start said what it is: nothing
            opened = opened._replace(adds=(*opened.adds, ("arguments", "{}")))
        yield start, [opened, *told]
    elif kind == "server":
        tool, result, content = RESULTS[block.which]
        call_id = f"srvtoolu_{number}"
        start = {"type": "server_tool_use", "id": call_id, "name": tool, "input": {}}
        yield start, [_Event({}), *_input(block)]
        yield {"type": result, "tool_use_id": call_id, "content": content}, [_Event({})]
    elif kind == "mcp":
        call_id = f"mcptoolu_{number}"
        start = {
            "type": "mcp_tool_use",
            "id": call_id,
            "name": block.name,
            "server_name": "docs",
            "input": {},
        }
        yield start, [_Event({}), *_input(block)]
        content = [{"type": "text", "text": "x"}]
        result_block = {
            "type": "mcp_tool_result",
            "tool_use_id": call_id,
            "is_error": False,
            "content": content,
        }
        yield result_block, [_Event({})]
    elif kind == "compaction":
        said = [_Event({"type": "compaction_delta", "content": "".join(block.pieces)})]
        yield {"type": "compaction", "content": ""}, [_Event({}), *said]
    else:
        yield dict(WHOLE[block.which]), [_Event({})]


def _input(block: Block, *, meant: bool = False) -> Iterator[_Event]:
    """The pieces of a tool's input."""
    if block.early:
        yield _Event({"type": "input_json_delta", "partial_json": ""})
    for one in block.pieces:
        adds = (("arguments", one),) if meant else ()
        yield _Event({"type": "input_json_delta", "partial_json": one}, adds)


def _request(plan: Plan, tools: Sequence[str]) -> dict[str, Any]:
    """The request that asked for it."""
    messages = [{"role": "user", "content": "Hi"}]
    body: dict[str, Any] = {"model": "m-1", "max_tokens": 2048, "stream": True, "messages": messages}
    declared: list[dict[str, Any]] = [{"name": one, "input_schema": {"type": "object"}} for one in tools]
    served = dict.fromkeys(RESULTS[one.which][0] for one in plan.blocks if one.kind == "server")
    declared += [{"type": f"{one}_20250825", "name": one} for one in served]
    if declared:
        body["tools"] = declared
    if any(one.kind in ("thinking", "redacted_thinking") for one in plan.blocks):
        body["thinking"] = {"type": "enabled", "budget_tokens": 1024}
    if any(one.kind == "mcp" for one in plan.blocks):
        body["mcp_servers"] = [{"type": "url", "url": "https://docs.invalid/mcp", "name": "docs"}]
    return body
