"""From a stream of Chat Completions to a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.turn.counts import chat_counts
from harness.turn.failure import failure_of
from harness.turn.turn import Call, Choice, Citation, Other, Reasoning, Refusal, Text, Turn

if TYPE_CHECKING:
    from harness.dialects.chat.state import Call as ChatCall
    from harness.dialects.chat.state import ChatStream
    from harness.dialects.chat.state import Choice as ChatChoice
    from harness.turn.turn import Ended, Finish, Segment

FINISHES: dict[str, Finish] = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
}


def of_chat(stream: ChatStream) -> Turn:
    """What the stream, or the whole completion, amounts to.

    A chunk does not say what comes before what, once reasoning, text and calls are in different members, so the
    segments stand in the order in which clients show them, and the turn says that their order is not known. A stream
    has ended when `[DONE]` came, or a finish reason for each choice: several providers leave out the one (and OpenAI
    itself the other, where it speaks).
    """
    choices = tuple(_choice(one) for _, one in sorted(stream.choices.items()))
    ended: Ended = "cut"
    if stream.error is not None:
        ended = "failed"
    elif stream.ended or (choices and all(one.finish is not None for one in choices)):
        ended = "clean"
    usage = chat_counts(stream.usage if stream.usage is not None else stream.usage_beside)
    return Turn(
        dialect="chat",
        choices=choices,
        usage=usage,
        usages=stream.usages or int(usage is not None),
        error=failure_of(stream.error) if stream.error is not None else None,
        ended=ended,
        ids=(stream.id,) if stream.id else (),
        model=stream.model,
        is_ordered=False,
    )


def _choice(choice: ChatChoice) -> Choice:
    segments: list[Segment] = []
    reasoning = choice.reasoning.text or _detailed(choice.reasoning_details)
    kind, seal = _details(choice.reasoning_details)
    if reasoning or seal is not None:
        segments.append(Reasoning(text=reasoning, kind=kind, seal=seal))
    text = choice.content.text
    citations = tuple(_citation(one) for one in choice.annotations if isinstance(one, dict))
    if text or citations:
        segments.append(Text(text=text, citations=citations))
    refusal = choice.refusal.text
    if refusal:
        segments.append(Refusal(text=refusal))
    if choice.audio is not None:
        segments.append(Other(kind="audio"))
    segments += [_call(one) for one in choice.calls.values()]
    if choice.function_call is not None:
        segments.append(_call(choice.function_call))
    finish = choice.finish or None
    return Choice(
        index=choice.index,
        segments=tuple(segments),
        finish=FINISHES.get(finish, "other") if finish is not None else None,
        native=finish,
        finishes=int(finish is not None),
    )


def _call(call: ChatCall) -> Call:
    return Call(
        name=call.name,
        arguments=call.arguments.text,
        id=call.id or None,
        index=call.index,
        kind="custom" if call.type == "custom" else "function",
    )


def _details(details: list[Any]) -> tuple[Literal["summary", "raw", "unknown"], str | None]:
    """Which kind of thought the entries say that it is, and what they want to be sent back."""
    kind: Literal["summary", "raw", "unknown"] = "unknown"
    seal: str | None = None
    for entry in details:
        if not isinstance(entry, dict):
            continue
        if entry.get("type") == "reasoning.summary":
            kind = "summary"
        elif entry.get("type") == "reasoning.text":
            kind = "raw"
        sealed = entry.get("data") or entry.get("signature")
        if isinstance(sealed, str):
            seal = sealed
    return kind, seal


def _detailed(details: list[Any]) -> str:
    """What the entries say, for servers that say it nowhere else."""
    texts = [entry.get("text") or entry.get("summary") for entry in details if isinstance(entry, dict)]
    return "".join([one for one in texts if isinstance(one, str)])


def _citation(annotation: dict[str, Any]) -> Citation:
    source = annotation.get("url_citation")
    source = source if isinstance(source, dict) else annotation
    url, title = source.get("url"), source.get("title")
    return Citation(
        url=url if isinstance(url, str) else None, title=title if isinstance(title, str) else None
    )
