"""Messages, reasoning and calls: the output items of Responses that every client knows."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from harness.generate.responses_item import CONTAINER, SEALED, Event, Item, Json, TextPart, Written, own_text

if TYPE_CHECKING:
    from collections.abc import Sequence


def annotation(which: int, size: int) -> Json:
    """An annotation of a text that has that many characters so far, at least one."""
    place = {"start_index": 0, "end_index": size}
    return (
        {"type": "url_citation", "url": "https://example.org/", "title": "T", **place},
        {"type": "file_citation", "file_id": "file-1", "filename": "a.md", "index": size - 1},
        {
            "type": "container_file_citation",
            "container_id": CONTAINER,
            "file_id": "cfile_1",
            "filename": "a.png",
            **place,
        },
        {"type": "file_path", "file_id": "file-1", "index": size - 1},
    )[which % 4]


def logprobs_of(pieces: Sequence[str]) -> list[Json]:
    """Log probabilities of pieces that are one token each."""
    tokens = [{"token": one, "logprob": -0.5, "bytes": list(one.encode())} for one in pieces if one]
    return [{**one, "top_logprobs": [one]} for one in tokens]


def _text(part: TextPart, index: int, *, logprobs: bool) -> tuple[list[Event], Json]:
    """The events of a part of text, and the part when it is done."""
    at = {"content_index": index}
    sizes = list(accumulate(map(len, part.pieces)))
    whole = "".join(part.pieces)
    events = []
    notes: list[Json] = []
    for number, piece in enumerate(part.pieces, 1):
        said = {**at, "delta": piece, "logprobs": logprobs_of([piece]) if logprobs else []}
        events.append(Event("response.output_text.delta", said, (("text", piece),)))
        for _, which in (one for one in part.notes if one[0] % len(part.pieces) == number % len(part.pieces)):
            note = annotation(which, sizes[number - 1])
            told = {**at, "annotation_index": len(notes), "annotation": note}
            events.append(Event("response.output_text.annotation.added", told))
            notes.append(note)
    every = logprobs_of(part.pieces) if logprobs else []
    done = {"type": "output_text", "annotations": notes, "logprobs": every, "text": whole}
    empty = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    return [
        Event("response.content_part.added", {**at, "part": empty}),
        *events,
        Event("response.output_text.done", {**at, "logprobs": every, "text": whole}),
        Event("response.content_part.done", {**at, "part": done}),
    ], done


def _plain(part: TextPart, index: int) -> tuple[list[Event], Json]:
    """The same of a refusal, a reasoning text or a summary."""
    member = "refusal" if part.kind == "refusal" else "text"
    meaning = "refusal" if part.kind == "refusal" else "thought"
    summary = part.kind == "summary_text"
    at = {"summary_index" if summary else "content_index": index}
    name = f"response.reasoning_{part.kind}" if summary else f"response.{part.kind}"
    frame = "response.reasoning_summary_part" if summary else "response.content_part"
    whole = "".join(part.pieces)
    done = {"type": part.kind, member: whole}
    return [
        Event(f"{frame}.added", {**at, "part": {"type": part.kind, member: ""}}),
        *(Event(f"{name}.delta", {**at, "delta": piece}, ((meaning, piece),)) for piece in part.pieces),
        Event(f"{name}.done", {**at, member: whole}),
        Event(f"{frame}.done", {**at, "part": done}),
    ], done


def message(item: Item, *, logprobs: bool) -> Written:
    """A message."""
    inner: list[Event] = []
    content = []
    for index, part in enumerate(item.parts):
        events, done = (
            _text(part, index, logprobs=logprobs) if part.kind == "output_text" else _plain(part, index)
        )
        inner += events
        content.append(done)
    head = {
        "type": "message",
        "role": "assistant",
        **({"phase": "commentary"} if item.which % 4 == 3 else {}),
    }
    return Written(
        {**head, "status": "in_progress", "content": []},
        inner,
        {**head, "status": "completed", "content": content},
    )


def reasoning(item: Item) -> Written:
    """Thought: raw, summarised, encrypted."""
    inner: list[Event] = []
    told: dict[str, list[Json]] = {"summary": [], "content": []}
    for part in item.parts:
        kind = "summary" if part.kind == "summary_text" else "content"
        events, done = _plain(part, len(told[kind]))
        inner += events
        told[kind].append(done)
    raw: Json = {"content": told["content"]} if told["content"] else {}
    seal = [{"encrypted_content": one} for one in SEALED] if item.which % 2 else [{}, {}]
    added = {"type": "reasoning", "summary": [], **({"content": []} if raw else {}), **seal[0]}
    return Written(added, inner, {"type": "reasoning", "summary": told["summary"], **raw, **seal[1]})


def function_call(item: Item) -> Written:
    """A call for the client, of a function or a custom tool."""
    custom = item.kind == "custom_tool_call"
    member, event = (
        ("input", "custom_tool_call_input") if custom else ("arguments", "function_call_arguments")
    )
    head = {"type": item.kind, "call_id": "{call}", "name": item.name}
    opened = ("call:custom:{call}" if custom else "call:function:{call}", item.name)
    return Written(
        {**head, "status": "in_progress", member: ""},
        own_text(item, event, member),
        {**head, "status": "completed", member: "".join(item.pieces)},
        (opened,),
    )
