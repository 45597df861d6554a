"""Streams of Responses: what is drawn of one, and what may be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from harness.generate import arguments
from harness.generate.material import chance, comments, cut_arguments, named, pieces, rarely
from harness.generate.responses_hosted import BARE
from harness.generate.responses_item import Item, TextPart
from harness.generate.responses_rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.generate.stream import GeneratedStream

FINISHES: Final = ("completed", "max_output_tokens", "content_filter", "failed", "error")
"""How a stream may end: completed, incomplete for one of two reasons, failed, or an `error` event and then failed."""


class Plan(NamedTuple):
    """A whole stream, as it was drawn.

    Args:
        items: Its output.
        overlap: Items may begin before others are done.
        order: How they then are mixed.
        finish: How it ends.
        broken_at: After how many events of items it fails, where it does.
        error: Which error that is.
        nested: The `error` event has its members in an object of its own.
        queued: How many times the response is said to be queued.
        padded: Obfuscation was not declined.
        logprobs: Log probabilities were asked for.
        audio: There are events of audio.
        asides: Events that belong to no item: where, and which.
        comments: Where comments come.
    """

    items: Sequence[Item]
    overlap: bool
    order: Sequence[int]
    finish: str
    broken_at: int
    error: int
    nested: bool
    queued: int
    padded: bool
    logprobs: bool
    audio: bool
    asides: Sequence[tuple[int, int]]
    comments: Sequence[tuple[int, int]]


def responses_streams(
    *,
    tools: Sequence[str] = ("get_weather", "add"),
    custom_tools: Sequence[str] = ("run_sql",),
    max_blocks: int = 3,
    reasoning: bool = True,
    refusals: bool = True,
    server_tools: bool = True,
    logprobs: bool | None = None,
    errors: bool = True,
    finish: Sequence[str] | None = None,
) -> st.SearchStrategy[GeneratedStream]:
    """Streams of Responses, as any upstream may legally send them.

    Args:
        tools: Names of the functions that the model may call; () for none.
        custom_tools: Names of the custom tools that it may call.
        max_blocks: The most output items.
        reasoning: There may be reasoning items: raw, summarised, encrypted.
        refusals: The model may refuse.
        server_tools: There may be items of all other types: tools that the server runs, and what they answer.
        logprobs: Whether log probabilities are asked for; None for both.
        errors: The response may fail.
        finish: The only ways in which the stream may end: "completed", "max_output_tokens", "content_filter",
            "failed", "error"; None for all.

    Raises:
        UsageError: No stream fits the arguments.
    """
    name = "responses_streams"
    functions, customs = arguments.tools_of(name, tools, custom_tools)
    arguments.whole(name, "max_blocks", max_blocks, 0, arguments.MOST_BLOCKS)
    given = {"reasoning": reasoning, "refusals": refusals, "server_tools": server_tools, "errors": errors}
    arguments.flags(name, given, {"logprobs": logprobs})
    ends = arguments.finishes(name, finish, FINISHES)
    if not errors:
        ends = arguments.without_errors(name, ends, ("failed", "error"))
    items = _items(functions, customs, reasoning=reasoning, refusals=refusals, server_tools=server_tools)
    usual = [one for one in FINISHES if one in ends]
    streams = st.tuples(
        st.lists(items, max_size=max_blocks),
        chance(2),
        st.lists(st.integers(0, 3), max_size=10),
        st.sampled_from([usual[0]] * 3 + usual),
        st.integers(0, 16),
        st.integers(0, 3),
        st.booleans(),
        rarely(st.integers(1, 2), otherwise=0, ordinary=5),
        st.booleans(),
        chance() if logprobs is None else st.just(logprobs),
        chance(7) if server_tools else st.just(value=False),
        rarely(
            st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2)), min_size=1, max_size=2), otherwise=()
        ),
        comments(),
    ).map(lambda drawn: render(Plan(*drawn), functions, customs))
    return named(name, streams)


def _items(
    tools: Sequence[str], custom_tools: Sequence[str], *, reasoning: bool, refusals: bool, server_tools: bool
) -> st.SearchStrategy[Item]:
    """One output item."""
    which = st.integers(0, 8)
    note = st.tuples(st.integers(0, 3), st.integers(0, 3))
    text = st.builds(
        TextPart,
        st.just("output_text"),
        pieces(least=0),
        rarely(st.lists(note, min_size=1, max_size=2), otherwise=()),
    )
    said = text
    if refusals:
        said = st.one_of(text, text.map(lambda one: one), _part("refusal"))
    message = st.builds(
        lambda parts, form: Item("message", parts, which=form), st.lists(said, max_size=2), which
    )
    kinds = [message]
    if tools:
        kinds.append(
            st.builds(
                lambda cut, called: Item("function_call", pieces=cut, name=called),
                cut_arguments(),
                st.sampled_from(tools),
            )
        )
    if custom_tools:
        kinds.append(
            st.builds(
                lambda cut, called: Item("custom_tool_call", pieces=cut, name=called),
                pieces(),
                st.sampled_from(custom_tools),
            )
        )
    if reasoning:
        parts = st.lists(_part("summary_text"), max_size=2) | st.lists(
            _part("reasoning_text"), min_size=1, max_size=2
        )
        kinds.append(st.builds(lambda told, form: Item("reasoning", told, which=form), parts, which))
    if server_tools:
        steps = (
            "web_search_call",
            "file_search_call",
            "image_generation_call",
            "mcp_list_tools",
            "compaction",
        )
        kinds.append(st.builds(lambda kind, form: Item(kind, which=form), st.sampled_from(steps), which))
        coded = ("code_interpreter_call", "apply_patch_call")
        kinds.append(
            st.builds(
                lambda kind, cut, form: Item(kind, pieces=cut, which=form),
                st.sampled_from(coded),
                pieces(least=0),
                which,
            )
        )
        kinds.append(
            st.builds(lambda cut, form: Item("mcp_call", pieces=cut, which=form), cut_arguments(), which)
        )
        shell = st.sampled_from(("shell_call", "shell_call_output"))
        commands = st.lists(_part("command"), max_size=2)
        kinds.append(st.builds(lambda kind, told, form: Item(kind, told, which=form), shell, commands, which))
        kinds.append(
            st.builds(lambda kind, form: Item(kind, which=form), st.sampled_from(tuple(BARE)), which)
        )
    return st.one_of(kinds)


def _part(kind: str) -> st.SearchStrategy[TextPart]:
    return st.builds(TextPart, st.just(kind), pieces(least=0))
