"""From a stream of the Responses API to a turn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from harness.turn.counts import responses_counts
from harness.turn.failure import failure_of
from harness.turn.turn import Call, Choice, Citation, Other, Reasoning, Refusal, Text, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.dialects.accumulator import Accumulator
    from harness.dialects.responses.state import Item, Part, ResponsesStream
    from harness.turn.turn import Ended, Failure, Finish, Segment

_ENDS = frozenset({"completed", "incomplete", "failed", "cancelled"})
_REASONS: dict[str, Finish] = {"max_output_tokens": "length", "content_filter": "content_filter"}


def of_responses(stream: ResponsesStream) -> Turn:
    """What the stream, or the whole response, amounts to.

    Text is what the deltas say, as that is what a client has shown; where there was no delta, what the done event
    or the finished item says. What these add to deltas is kept apart.
    """
    terminal = stream.terminal
    response: dict[str, Any] = stream.response or {}
    error = _error(stream, response)
    status = response.get("status")
    if terminal is None:
        status = None
    elif status not in _ENDS:  # the event is the terminal one, whatever the object in it says
        status = terminal[0].removeprefix("response.")
    output = _objects(response.get("output")) if terminal is not None else []
    segments = tuple(one for item in _in_order(stream) for one in _segments(item, output))
    if not segments:
        segments = tuple(one for body in output for one in _whole_segments(body))
    finish, native = _finish(status, response, segments)
    ended: Ended = "failed" if error is not None else "clean" if finish is not None else "cut"
    ids = [one.get("id") for _, _, one in stream.lifecycle] + [response.get("id")]
    model = response.get("model")
    return Turn(
        dialect="responses",
        choices=(
            Choice(
                index=0, segments=segments, finish=finish, native=native, finishes=int(finish is not None)
            ),
        )
        if response or segments
        else (),
        usage=(usage := responses_counts(response.get("usage"))),
        usages=int(usage is not None),
        error=error,
        ended=ended,
        ids=tuple(dict.fromkeys(one for one in ids if isinstance(one, str))),
        model=model if isinstance(model, str) else None,
    )


def _error(stream: ResponsesStream, response: dict[str, Any]) -> Failure | None:
    if response.get("status") in {"failed", "cancelled"} or response.get("error") is not None:
        return failure_of(response.get("error") or {"code": response.get("status")})
    if stream.errors:
        return failure_of(stream.errors[0][1])
    return None


def _finish(
    status: object, response: dict[str, Any], segments: tuple[Segment, ...]
) -> tuple[Finish | None, str | None]:
    """The finish, and the words of the protocol that say so."""
    if status == "completed":
        called = any(isinstance(one, Call) for one in segments)
        return ("tool_calls" if called else "stop"), "completed"
    if status == "incomplete":
        details = response.get("incomplete_details")
        reason = str(details.get("reason")) if isinstance(details, dict) else "none"
        return _REASONS.get(reason, "other"), f"incomplete ({reason})"
    return None, str(status) if status is not None else None


def _in_order(stream: ResponsesStream) -> list[Item]:
    return sorted(stream.order, key=lambda item: item.index)


def _segments(item: Item, output: list[dict[str, Any]]) -> Iterator[Segment]:
    body: dict[str, Any] = item.done or item.added or _kept(item, output)
    kind = item.type or str(body.get("type", ""))
    if kind == "message" and item.parts:
        whole = dict(enumerate(_objects((item.done or {}).get("content"))))
        yield from (_spoken(part, whole.get(index, {})) for index, part in sorted(item.parts.items()))
    elif kind == "reasoning":
        yield from _thought(item, body)
    elif kind in _CALLS:
        member, sort = _CALLS[kind]
        text = item.texts.get(member)
        finished = str(body.get(member) or "")
        said, behind = _completed(text, finished) if text is not None else (finished, "")
        yield _call(body, sort, said, item.id, behind)
    else:
        yield from _whole_segments({**body, "type": kind})


def _kept(item: Item, output: list[dict[str, Any]]) -> dict[str, Any]:
    """What the final output says of an item that nobody announced: its name, say, stands nowhere else."""
    body = output[item.index] if 0 <= item.index < len(output) else {}
    return body if body.get("type") == item.type else {}


_CALLS: dict[str, tuple[str, Literal["function", "custom"]]] = {
    "function_call": ("arguments", "function"),
    "custom_tool_call": ("input", "custom"),
}


def _call(
    body: dict[str, Any],
    kind: Literal["function", "custom"],
    arguments: str,
    item_id: str | None,
    behind: str = "",
) -> Call:
    identity = body.get("call_id")
    return Call(
        name=str(body.get("name") or ""),
        arguments=arguments,
        id=identity if isinstance(identity, str) and identity else None,
        item_id=item_id or None,
        kind=kind,
        behind=behind,
    )


def _spoken(part: Part, whole: dict[str, Any]) -> Segment:
    """What a part says; `whole` is the part as its finished item has it."""
    done: dict[str, Any] = part.done or part.added or {}
    if part.kind == "refusal":
        return Refusal(text=_said(part, str(done.get("refusal") or ""))[0])
    if part.kind == "output_text":
        text, behind = _said(part, str(done.get("text") or ""))
        return Text(
            text=text,
            behind=behind,
            citations=_cited([one for _, one in part.annotations], done, whole),
            opened=part.opened,
            closed=part.closed,
        )
    return Other(kind=part.kind)


def _cited(
    announced: list[dict[str, Any]], done: dict[str, Any], whole: dict[str, Any]
) -> tuple[Citation, ...]:
    """The citations of a part: of what was announced, and what the ends say, that which names the most sources."""
    told = (announced, _objects(done.get("annotations")), _objects(whole.get("annotations")))
    read = [tuple(map(_citation, one)) for one in told]
    return max(read, key=lambda some: (sum(one.url is not None for one in some), len(some)))


def _said(part: Part, finished: str) -> tuple[str, str]:
    return _completed(part.text, finished)


def _completed(text: Accumulator, finished: str) -> tuple[str, str]:
    """What deltas say, and what the ends behind them add; without deltas, what the ends say."""
    said = text.text
    again = (text.done or "", finished)
    if not said:
        return again[0] or again[1], ""
    return said, next(
        (one[len(said) :] for one in again if len(one) > len(said) and one.startswith(said)), ""
    )


def _thought(item: Item, body: dict[str, Any]) -> Iterator[Segment]:
    encrypted = body.get("encrypted_content")
    seal = encrypted if isinstance(encrypted, str) and encrypted else None
    if not item.summaries and not item.parts:
        yield from _whole_segments({**body, "type": "reasoning"})
        return
    kinds: tuple[tuple[Literal["summary", "raw"], dict[int, Part]], ...] = (
        ("summary", item.summaries),
        ("raw", item.parts),
    )
    for kind, parts in kinds:
        for _, part in sorted(parts.items()):
            text, behind = _said(part, str((part.done or {}).get("text") or ""))
            yield Reasoning(text=text, behind=behind, kind=kind, seal=seal)
            seal = None


def _whole_segments(body: dict[str, Any]) -> Iterator[Segment]:
    """The segments of an item that came whole."""
    kind = str(body.get("type", ""))
    if kind == "message":
        for part in _objects(body.get("content")):
            if part.get("type") == "refusal":
                yield Refusal(text=str(part.get("refusal") or ""))
            elif part.get("type") == "output_text":
                citations = tuple(_citation(one) for one in _objects(part.get("annotations")))
                yield Text(text=str(part.get("text") or ""), citations=citations)
    elif kind == "reasoning":
        encrypted = body.get("encrypted_content")
        seal = encrypted if isinstance(encrypted, str) and encrypted else None
        parts = [("summary", one) for one in _objects(body.get("summary"))]
        parts += [("raw", one) for one in _objects(body.get("content"))]
        for sort, part in parts:
            yield Reasoning(
                text=str(part.get("text") or ""), kind="summary" if sort == "summary" else "raw", seal=seal
            )
            seal = None
        if not parts:
            yield Reasoning(text="", kind="unknown", seal=seal)
    elif kind in _CALLS:
        member, sort_of_call = _CALLS[kind]
        yield _call(body, sort_of_call, str(body.get(member) or ""), str(body.get("id") or ""))
    else:
        yield Other(kind=kind)


def _citation(annotation: dict[str, Any]) -> Citation:
    url, title = annotation.get("url"), annotation.get("title") or annotation.get("filename")
    return Citation(
        url=url if isinstance(url, str) else None, title=title if isinstance(title, str) else None
    )


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
