"""Streams of Gemini: what is drawn of one, and what may be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from hypothesis import strategies as st

from harness.generate import arguments
from harness.generate.gemini_rendering import BLOCK_REASONS, ERRORS, EXTRAS, OTHERS, render
from harness.generate.material import chance, comments, named, objects, pieces, rarely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.generate.stream import GeneratedStream

REASONS: Final = (
    "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "LANGUAGE", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII",
    "MALFORMED_FUNCTION_CALL", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_OTHER", "NO_IMAGE",
    "IMAGE_RECITATION", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE",
    "MALFORMED_RESPONSE", "MODEL_ARMOR",
)  # fmt: skip
"""The finish reasons of candidates, the usual first."""

FINISHES: Final = (*REASONS, "blocked", "error")
"""How a stream may end: a finish reason; no candidate at all, because the prompt was blocked; an error."""


class Part(NamedTuple):
    """A run of parts.

    Args:
        kind: text, thought, call, partial, other.
        said: Pieces of text; arguments of a call; number of another part.
        name: The function's.
        signed: It has a thought signature: 0 no, 1 on its last part, 2 (text) on an empty part behind it.
        has_id: The call has an id.
    """

    kind: str
    said: Any
    name: str = ""
    signed: int = 0
    has_id: bool = False


class Candidate(NamedTuple):
    """One candidate.

    Args:
        parts: What it says.
        reason: Which of the finish reasons that fit.
        alone: The finish reason comes in a response of its own: 0 no, 1 without content, 2 with an empty text.
        repeats: Each response of it has a finish reason, as older models send it.
        extra: What else its last response tells.
    """

    parts: Sequence[Part]
    reason: int
    alone: int
    repeats: bool
    extra: int


class Plan(NamedTuple):
    """A whole stream, as it was drawn.

    Args:
        candidates: Its candidates.
        order: How they are mixed.
        grouped: A response may hold several candidates.
        usage: Which responses tell usage: 0 all, 1 the last, 2 none, 3 one that has nothing else.
        blocked: Why the prompt was blocked; None where it was not.
        error: After how many responses it fails, and how; None where it does not.
        comments: Where comments come.
        windows: Lines end with CR LF, as Google sends them.
    """

    candidates: Sequence[Candidate]
    order: Sequence[int]
    grouped: bool
    usage: int
    blocked: int | None
    error: tuple[int, int] | None
    comments: Sequence[tuple[int, int]]
    windows: bool


def gemini_streams(
    *,
    tools: Sequence[str] = ("get_weather", "add"),
    max_choices: int = 2,
    max_blocks: int = 3,
    reasoning: bool = True,
    server_tools: bool = True,
    partial_arguments: bool = True,
    usage: bool | None = None,
    errors: bool = True,
    finish: Sequence[str] | None = None,
) -> st.SearchStrategy[GeneratedStream]:
    """Streams of Gemini (`streamGenerateContent?alt=sse`), as Google may legally send them.

    Args:
        tools: Names of the functions that the model may call; () for none.
        max_choices: The most candidates, which come mixed.
        max_blocks: The most runs of text, calls and other parts in one candidate.
        reasoning: There may be thoughts and thought signatures.
        server_tools: There may be code that the server runs, images, files, and tools of its own.
        partial_arguments: Arguments of calls may come in pieces.
        usage: Whether usage is told; None for both.
        errors: The stream may end with an error.
        finish: The only ways in which candidates may end: finish reasons, "blocked" or "error"; None for all.

    Raises:
        UsageError: No stream fits the arguments.
    """
    name = "gemini_streams"
    known = arguments.names(name, "tools", tools)
    arguments.whole(name, "max_choices", max_choices, 1, 8)
    arguments.whole(name, "max_blocks", max_blocks, 0, arguments.MOST_BLOCKS)
    given = {
        "reasoning": reasoning,
        "server_tools": server_tools,
        "partial_arguments": partial_arguments,
        "errors": errors,
    }
    arguments.flags(name, given, {"usage": usage})
    ends = arguments.finishes(name, finish, FINISHES)
    if not errors:
        ends = arguments.without_errors(name, ends, ("error",))
    reasons = tuple(one for one in REASONS if one in ends)
    part = _parts(known, reasoning=reasoning, server_tools=server_tools, partial_arguments=partial_arguments)
    candidate = st.builds(
        Candidate,
        st.lists(part, max_size=max_blocks),
        st.one_of(st.just(0), st.just(0), st.integers(0, max(len(reasons) - 1, 0))),
        st.integers(0, 2),
        chance(5),
        rarely(st.integers(1, len(EXTRAS) - 1), otherwise=0),
    )
    failing = st.tuples(st.integers(0, 8), st.integers(0, len(ERRORS) - 1))
    blocking = st.integers(0, len(BLOCK_REASONS) - 1)
    blocked: st.SearchStrategy[int | None] = st.none()
    error: st.SearchStrategy[tuple[int, int] | None] = st.none()
    if "blocked" in ends:
        blocked = rarely(blocking, otherwise=None, ordinary=9) if reasons or "error" in ends else blocking
    if "error" in ends:
        # Where nothing else is wanted, what is not blocked fails.
        error = rarely(failing, otherwise=None, ordinary=5) if reasons else failing
    streams = st.tuples(
        st.lists(candidate, min_size=1, max_size=max_choices),
        st.lists(st.integers(0, 3), max_size=8) if max_choices > 1 else st.just([]),
        st.booleans(),
        st.just(2) if usage is False else st.sampled_from((0, 1, 3) if usage else (0, 1, 2, 3)),
        blocked,
        error,
        comments(),
        chance(2),
    ).map(lambda drawn: render(Plan(*drawn), known, reasons or REASONS))
    return named(name, streams)


def _parts(
    tools: Sequence[str], *, reasoning: bool, server_tools: bool, partial_arguments: bool
) -> st.SearchStrategy[Part]:
    """A run of parts."""
    signed = rarely(st.integers(1, 2), otherwise=0) if reasoning else st.just(0)
    kinds: list[st.SearchStrategy[Part]] = [
        st.builds(lambda cut, seal: Part("text", cut, signed=seal), pieces(empty=True), signed)
    ]
    if reasoning:
        kinds.append(st.builds(lambda cut, seal: Part("thought", cut, signed=seal), pieces(), signed))
    if tools:
        called, identified = st.sampled_from(tools), st.booleans()
        kinds.append(st.builds(Part, st.just("call"), objects(), called, signed, identified))
        if partial_arguments:
            value = pieces() | st.integers(-9, 99) | st.booleans() | st.none()
            told = st.lists(st.tuples(st.sampled_from(("a", "b", "city")), value), max_size=2, unique_by=_key)
            kinds.append(st.builds(Part, st.just("partial"), told, called, st.just(0), identified))
    if server_tools:
        kinds.append(st.builds(lambda which: Part("other", which), st.integers(0, len(OTHERS) - 1)))
    return st.one_of(kinds)


def _key(told: tuple[str, object]) -> str:
    return told[0]
