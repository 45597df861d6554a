"""Settled increments as hypothesis makes them: turns of a model that any upstream might have sent.

A `Walk` is a turn in the order that `harness.turn.increments` promises to writers, together with what it amounts to.
Where a turn may not have something (two answers, a refusal beside text), the caller says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import strategies as st

from harness.turn.increments import (
    Annotation,
    ArgsDelta,
    Eof,
    Error,
    Finish,
    Increment,
    MessageEnd,
    MessageStart,
    ReasoningDelta,
    ReasoningEnd,
    ReasoningStart,
    RefusalDelta,
    RefusalEnd,
    RefusalStart,
    Start,
    TextDelta,
    TextEnd,
    TextStart,
    ToolEnd,
    ToolStart,
    Usage,
)
from harness.turn.turn import Usage as Counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.turn.increments import FinishReason

FUNCTIONS = ("get_weather", "add")
CUSTOM = "run_sql"
"""The tools that walks call; a request must declare them."""


@dataclass(frozen=True)
class Answer:
    """What one answer of a walk amounts to."""

    text: str = ""
    refusal: str = ""
    thought: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    """Id, name, and arguments or input."""
    kinds: tuple[str, ...] = ()
    """Kinds of its blocks in their order: text, refusal, thought, call."""


@dataclass(frozen=True)
class Walk:
    """A turn: settled increments, and what they amount to."""

    increments: tuple[Increment, ...]
    answers: tuple[Answer, ...]
    reasons: tuple[FinishReason, ...]
    counts: Counts | None = None
    error: Error | None = None


@dataclass
class _Draft:
    """One answer while it is put together."""

    choice: int
    rows: list[Increment] = field(default_factory=list)
    last: list[Increment] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    refusal: list[str] = field(default_factory=list)
    thought: list[str] = field(default_factory=list)
    calls: list[tuple[str, str, str]] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    ref: int = 0

    def next_ref(self) -> int:
        self.ref += 1
        return self.choice * 1000 + self.ref


_words = st.text(
    st.characters(codec="utf-8") | st.sampled_from('"\\\n\u2028😀é'),
    min_size=1,
    max_size=12,
)
_pieces = st.lists(_words, min_size=1, max_size=4)
_reasons: st.SearchStrategy[FinishReason] = st.sampled_from(("stop", "length", "content_filter"))


def _cut(draw: st.DrawFn, text: str) -> list[str]:
    """A text in pieces, none of them empty."""
    places = sorted(draw(st.sets(st.integers(0, len(text)), max_size=3)) | {0, len(text)})
    return [text[begin:end] for begin, end in pairwise(places)]


def _logprobs(text: str) -> list[Any]:
    return [{"token": text, "logprob": -0.5, "bytes": list(text.encode()), "top_logprobs": []}]


def _text(draw: st.DrawFn, draft: _Draft, *, items: bool, logprobs: bool) -> None:
    ref, choice = draft.next_ref(), draft.choice
    message = draft.next_ref()
    if items:
        draft.rows.append(MessageStart(ref=message, choice=choice, item_id=f"msg_{message}"))
    draft.rows.append(TextStart(ref=ref, choice=choice))
    size = 0
    for piece in draw(_pieces):
        draft.rows.append(
            TextDelta(ref=ref, choice=choice, text=piece, logprobs=_logprobs(piece) if logprobs else None)
        )
        draft.text.append(piece)
        size += len(piece)
        if draw(st.integers(0, 5)) == 0:
            draft.rows.append(
                Annotation(
                    ref=ref, choice=choice, url="https://example.org/", title="T", begin=0, end=size, raw={}
                )
            )
    draft.rows.append(TextEnd(ref=ref, choice=choice))
    if items:
        draft.rows.append(MessageEnd(ref=message, choice=choice, status="completed"))
    draft.kinds.append("text")


def _refusal(draw: st.DrawFn, draft: _Draft, *, items: bool) -> None:
    ref, choice = draft.next_ref(), draft.choice
    message = draft.next_ref()
    if items:
        draft.rows.append(MessageStart(ref=message, choice=choice, item_id=f"msg_{message}"))
    draft.rows.append(RefusalStart(ref=ref, choice=choice))
    for piece in draw(_pieces):
        draft.rows.append(RefusalDelta(ref=ref, choice=choice, text=piece))
        draft.refusal.append(piece)
    draft.rows.append(RefusalEnd(ref=ref, choice=choice))
    if items:
        draft.rows.append(MessageEnd(ref=message, choice=choice, status="completed"))
    draft.kinds.append("refusal")


def _thought(draw: st.DrawFn, draft: _Draft) -> None:
    ref, choice = draft.next_ref(), draft.choice
    draft.rows.append(ReasoningStart(ref=ref, choice=choice))
    visibility = draw(st.sampled_from(("raw", "summary")))
    for part in range(draw(st.integers(0, 2))):
        for piece in draw(_pieces):
            draft.rows.append(
                ReasoningDelta(ref=ref, choice=choice, text=piece, visibility=visibility, part=part)  # type: ignore[arg-type]
            )
            draft.thought.append(piece)
    signature = draw(st.none() | st.just("c2lnbg=="))
    draft.rows.append(ReasoningEnd(ref=ref, choice=choice, signature=signature, vendor="anthropic"))
    draft.kinds.append("thought")


def _call(draw: st.DrawFn, draft: _Draft, *, custom: bool, seals: bool) -> None:
    ref, choice = draft.next_ref(), draft.choice
    is_custom = custom and draw(st.booleans())
    call_id = f"call_{choice}_{ref}"
    name = CUSTOM if is_custom else draw(st.sampled_from(FUNCTIONS))
    whole = draw(_words) if is_custom else json.dumps(draw(st.dictionaries(_words, _words, max_size=2)))
    pieces = _cut(draw, whole)
    draft.rows.append(
        ToolStart(
            ref=ref, choice=choice, name=name, call_id=call_id, kind="custom" if is_custom else "function"
        )
    )
    signature = draw(st.none() | st.just("c2VhbA==")) if seals else None
    rest: list[Increment] = [ArgsDelta(ref=ref, choice=choice, text=piece) for piece in pieces]
    rest.append(ToolEnd(ref=ref, choice=choice, signature=signature, vendor="gemini" if signature else ""))
    # A call may be written while others are; the rest of this one then comes last.
    now = draw(st.integers(0, len(rest))) if draw(st.booleans()) else len(rest)
    draft.rows += rest[:now]
    draft.last += rest[now:]
    draft.calls.append((call_id, name, whole))
    draft.kinds.append("call")


def _answer(
    draw: st.DrawFn, choice: int, *, items: bool, mixed: bool, empty: bool, custom: bool, seals: bool
) -> tuple[_Draft, FinishReason]:
    draft = _Draft(choice)
    logprobs = draw(st.integers(0, 3)) == 0
    refuses = draw(st.integers(0, 4)) == 0
    says = ("text", "refusal") if mixed else ("refusal",) if refuses else ("text",)
    kinds = st.sampled_from((*says, *says, "thought", "call"))
    for kind in draw(st.lists(kinds, max_size=5)):
        if kind == "text":
            _text(draw, draft, items=items, logprobs=logprobs)
        elif kind == "refusal":
            _refusal(draw, draft, items=items)
        elif kind == "thought":
            _thought(draw, draft)
        else:
            _call(draw, draft, custom=custom, seals=seals)
    if not empty and not {*draft.kinds} & {"text", "refusal", "call"}:
        _text(draw, draft, items=items, logprobs=logprobs)
    draft.rows += draft.last
    reason = draw(_reasons)
    if reason == "stop" and draft.calls:
        reason = "tool_calls"
    if reason in {"length", "content_filter"} and draft.rows:
        end = draft.rows[-1]
        if isinstance(end, MessageEnd) or (isinstance(end, ToolEnd) and draw(st.booleans())):
            draft.rows[-1] = msgspec.structs.replace(end, status="incomplete")
    return draft, reason


def _interleaved(draw: st.DrawFn, drafts: Sequence[_Draft]) -> list[Increment]:
    """Several answers at once, each in its own order."""
    waiting = [list(draft.rows) for draft in drafts]
    rows: list[Increment] = []
    while any(waiting):
        ready = [one for one in waiting if one]
        chosen = ready[draw(st.integers(0, len(ready) - 1))] if len(ready) > 1 else ready[0]
        rows.append(chosen.pop(0))
    return rows


def _counts(draw: st.DrawFn) -> Counts:
    given, made = draw(st.integers(1, 10**6)), draw(st.integers(1, 10**6))
    cached = draw(st.none() | st.integers(0, given))
    reasoning = draw(st.none() | st.integers(0, made))
    total = draw(st.sampled_from((None, given + made)))
    return Counts(input=given, cached=cached, output=made, reasoning=reasoning, total=total)


@st.composite
def walks(
    draw: st.DrawFn,
    *,
    choices: int = 1,
    items: bool = False,
    mixed: bool = False,
    empty: bool = False,
    custom: bool = True,
    seals: bool = False,
    errors: bool = True,
    upstream: str = "anthropic",
) -> Walk:
    """A turn in settled order.

    Args:
        draw: Hypothesis' own.
        choices: The most answers.
        items: Texts lie in message items, as an upstream that speaks Responses has them.
        mixed: Texts and refusals may stand in one answer, which Chat has no word for.
        empty: An answer may say nothing.
        custom: Custom tools may be called.
        seals: Calls may have signatures.
        errors: The turn may break off with an error.
        upstream: The dialect that the beginning names.
    """
    answers = [
        _answer(draw, choice, items=items, mixed=mixed, empty=empty, custom=custom, seals=seals)
        for choice in range(draw(st.integers(1, choices)))
    ]
    drafts = [draft for draft, _ in answers]
    reasons = tuple(reason for _, reason in answers)
    start = Start(
        upstream_id="up_1", model="served-model", created=1_768_392_000, dialect=upstream, fingerprint=None
    )
    content = _interleaved(draw, drafts)
    counts = _counts(draw) if draw(st.booleans()) else None
    told: list[Increment] = [Usage(counts=counts)] if counts is not None else []
    said = tuple(
        Answer(
            "".join(one.text),
            "".join(one.refusal),
            "".join(one.thought),
            tuple(one.calls),
            tuple(one.kinds),
        )
        for one in drafts
    )
    if errors and draw(st.integers(0, 3)) == 0:
        error = Error(status=502, code="upstream_disconnected", message="the upstream closed the connection")
        broken = content[: draw(st.integers(0, len(content)))]
        return Walk((start, *broken, *told, error, Eof(clean=False)), said, reasons, counts, error)
    finishes = [Finish(choice=number, reason=reason) for number, reason in enumerate(reasons)]
    return Walk((start, *content, *finishes, *told, Eof()), said, reasons, counts)
