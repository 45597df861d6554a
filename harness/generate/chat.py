"""Streams of Chat Completions: what is drawn of one, and what may be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from harness.generate import arguments
from harness.generate.chat_rendering import render
from harness.generate.material import chance, comments, cut_arguments, named, pieces, rarely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.generate.stream import GeneratedStream

FINISHES: Final = ("stop", "length", "content_filter", "tool_calls", "function_call", "error")
"""How a stream may end: the finish reasons, and an error in its place."""

_WITHOUT_CALLS: Final = ("stop", "length", "content_filter")
_WITH_CALLS: Final = ("tool_calls", "length", "content_filter")


class Block(NamedTuple):
    """One thing that a choice says.

    Args:
        kind: text, refusal, function, custom.
        pieces: Its text, as it is cut.
        name: The tool's.
    """

    kind: str
    pieces: Sequence[str]
    name: str = ""


class ChoicePlan(NamedTuple):
    """One choice.

    Args:
        role: How its role comes: 0 alone, 1 with `content: ""`, 2 with `content: null`, 3 with the first delta.
        thought: Pieces of reasoning.
        blocks: What it says.
        reason: Which of the reasons that fit; a number of any size.
        idle: Where deltas come that say nothing, and of which form.
    """

    role: int
    thought: Sequence[str]
    blocks: Sequence[Block]
    reason: int
    idle: Sequence[tuple[int, int]]


class ChatPlan(NamedTuple):
    """A whole stream, as it was drawn.

    Args:
        choices: Its choices.
        order: How their chunks are mixed.
        usage: Usage was asked for.
        logprobs: Log probabilities were asked for.
        padded: Obfuscation was not declined.
        moderated: Moderation was asked for: 0 no, 1 its results come, 2 it fails; +2 before the usage.
        extras: Members of its chunks that no schema has.
        reasoning_key: Where thought stands.
        error: After how many chunks it fails, and how; None where it does not.
        comments: Where comments come.
        tier: Which service tier is told.
    """

    choices: Sequence[ChoicePlan]
    order: Sequence[int]
    usage: bool
    logprobs: bool
    padded: bool
    moderated: int
    extras: int
    reasoning_key: str
    error: tuple[int, int, bool] | None
    comments: Sequence[tuple[int, int]]
    tier: int


class Asked(NamedTuple):
    """What the strategy was asked for, as far as rendering needs it."""

    tools: tuple[str, ...]
    custom_tools: tuple[str, ...]
    with_calls: tuple[str, ...]
    without_calls: tuple[str, ...]
    form: str
    """tools, functions (as they were called before) or audio."""


def chat_streams(
    *,
    tools: Sequence[str] = ("get_weather", "add"),
    custom_tools: Sequence[str] = ("run_sql",),
    max_choices: int = 2,
    max_blocks: int = 3,
    reasoning: bool = True,
    refusals: bool = True,
    usage: bool | None = None,
    logprobs: bool | None = None,
    audio: bool = True,
    legacy: bool = True,
    errors: bool = True,
    finish: Sequence[str] | None = None,
) -> st.SearchStrategy[GeneratedStream]:
    """Streams of Chat Completions, as any upstream may legally send them.

    Args:
        tools: Names of the functions that the model may call; () for none.
        custom_tools: Names of the custom tools that it may call.
        max_choices: The most choices, which come mixed.
        max_blocks: The most texts and calls in one choice.
        reasoning: Choices may have thought, as `reasoning_content` or `reasoning`.
        refusals: The model may refuse.
        usage: Whether usage is asked for, and comes in the end; None for both.
        logprobs: Whether log probabilities are asked for; None for both.
        audio: The answer may be spoken. Such a stream has no finish reason.
        legacy: The request may have `functions`, as they were before tools.
        errors: The stream may end with an error.
        finish: The only ways in which choices may end: finish reasons, or "error"; None for all.

    Raises:
        UsageError: No stream fits the arguments.
    """
    name = "chat_streams"
    functions, customs = arguments.tools_of(name, tools, custom_tools)
    arguments.whole(name, "max_choices", max_choices, 1, 128)
    arguments.whole(name, "max_blocks", max_blocks, 0, arguments.MOST_BLOCKS)
    given = {"reasoning": reasoning, "refusals": refusals, "audio": audio, "legacy": legacy, "errors": errors}
    arguments.flags(name, given, {"usage": usage, "logprobs": logprobs})
    ends = arguments.finishes(name, finish, FINISHES)
    if not errors:
        ends = arguments.without_errors(name, ends, ("error",))
    _possible(ends, functions, customs, max_blocks, legacy=legacy)
    wish = _Wish(functions, customs, max_choices, max_blocks, reasoning, refusals, usage, logprobs, ends)
    forms = ["tools"] * 6
    if arguments.only(ends, among={"function_call"}):
        forms = ["functions"]
    elif legacy and functions and max_blocks and ends & {"function_call", "error"}:
        forms.append("functions")
    if audio and finish is None and logprobs is not True:
        forms.append("audio")
    by_form = {form: _of_form(wish, form) for form in forms}
    if len(by_form) == 1:
        return named(name, by_form[forms[0]])
    return named(name, st.sampled_from(forms).flatmap(by_form.__getitem__))


def _possible(
    ends: frozenset[str], tools: Sequence[str], customs: Sequence[str], most: int, *, legacy: bool
) -> None:
    """Refuse ends that no choice can come to."""
    shown = f"finish={tuple(sorted(ends))}"
    if arguments.only(ends, among={"tool_calls", "function_call"}) and not (most and (tools or customs)):
        missing = "tools" if most else "blocks"
        raise arguments.needs("chat_streams", shown, missing, "give tools, and max_blocks of at least 1")
    if not most and not ends & {"length", "content_filter"} and ends != {"error"}:
        raise arguments.needs("chat_streams", shown, "blocks", "give max_blocks of at least 1")
    if arguments.only(ends, among={"function_call"}) and not (tools and legacy):
        raise arguments.needs("chat_streams", shown, "functions", "give tools, and leave out legacy=False")


class _Wish(NamedTuple):
    """The arguments of the strategy."""

    tools: tuple[str, ...]
    custom_tools: tuple[str, ...]
    max_choices: int
    max_blocks: int
    reasoning: bool
    refusals: bool
    usage: bool | None
    logprobs: bool | None
    ends: frozenset[str]


def _of_form(wish: _Wish, form: str) -> st.SearchStrategy[GeneratedStream]:
    """Streams whose calls are tools, or functions as they were before; or that are spoken."""
    legacy = form == "functions"
    calling = ("function_call" if legacy else "tool_calls", "length", "content_filter")
    with_calls = tuple(one for one in calling if one in wish.ends)
    without = tuple(one for one in _WITHOUT_CALLS if one in wish.ends)
    if not with_calls and not without:  # every stream fails, perhaps behind the end of its choices
        with_calls, without = calling, _WITHOUT_CALLS
    customs = () if legacy else wish.custom_tools
    asked = Asked(wish.tools, customs, with_calls, without, form)
    choice = _choices(asked, wish.max_blocks, reasoning=wish.reasoning, refusals=wish.refusals)
    failing = st.tuples(st.integers(0, 12), st.integers(0, 3), st.booleans())
    error: st.SearchStrategy[tuple[int, int, bool] | None] = st.none()
    if "error" in wish.ends:
        error = failing if len(wish.ends) == 1 else rarely(failing, otherwise=None, ordinary=4)
    return st.tuples(
        st.lists(choice, min_size=1, max_size=1 if form == "audio" else wish.max_choices),
        st.lists(st.integers(0, 3), max_size=12) if wish.max_choices > 1 else st.just([]),
        st.booleans() if wish.usage is None else st.just(wish.usage),
        chance() if wish.logprobs is None else st.just(wish.logprobs),
        st.booleans(),
        rarely(st.integers(1, 4), otherwise=0, ordinary=7),
        rarely(st.integers(1, 2), otherwise=0),
        st.sampled_from(("reasoning_content", "reasoning"))
        if wish.reasoning
        else st.just("reasoning_content"),
        error,
        comments(),
        st.integers(0, 2),
    ).map(lambda drawn: render(ChatPlan(*drawn), asked))


def _choices(asked: Asked, most: int, *, reasoning: bool, refusals: bool) -> st.SearchStrategy[ChoicePlan]:
    """One choice."""
    kinds = []
    if asked.without_calls or asked.with_calls:
        kinds.append(st.builds(Block, st.just("text"), pieces(empty=True)))
    calls = []
    if asked.with_calls and asked.tools and asked.form != "audio":
        calls.append(st.builds(Block, st.just("function"), cut_arguments(), st.sampled_from(asked.tools)))
    if asked.with_calls and asked.custom_tools and asked.form == "tools":
        calls.append(st.builds(Block, st.just("custom"), pieces(), st.sampled_from(asked.custom_tools)))
    must_call = not asked.without_calls
    if must_call:
        said = st.builds(
            lambda texts, made: [*texts, *made][-most:],
            st.lists(st.one_of(kinds), max_size=most - 1),
            st.lists(st.one_of(calls), min_size=1, max_size=1 if asked.form == "functions" else most),
        )
    else:
        said = st.lists(st.one_of(*kinds, *calls), min_size=1, max_size=most) if most else st.just([])
        # A choice that stops has said something; one that was cut off need not have.
        cut_off = {*asked.without_calls} & {"length", "content_filter"}
        said = st.one_of(st.just([]), said) if cut_off and most and asked.form == "tools" else said
    if refusals and asked.without_calls and most:
        refused = st.builds(lambda block: [block], st.builds(Block, st.just("refusal"), pieces()))
        said = st.one_of(said, refused)
    return st.builds(
        ChoicePlan,
        st.integers(0, 3),
        rarely(pieces(), otherwise=()) if reasoning else st.just(()),
        said,
        st.integers(0, 2),
        rarely(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 2)), max_size=2), otherwise=()),
    )
