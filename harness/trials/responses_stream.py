"""Events of Responses as OpenAI sends them: what the trials of that dialect are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.trials.material import CREATED, INPUT_TOKENS, OUTPUT_TOKENS, TEXT, pieces

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Event = dict[str, Any]

USAGE: Final[Event] = {
    "input_tokens": INPUT_TOKENS,
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": OUTPUT_TOKENS,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": INPUT_TOKENS + OUTPUT_TOKENS,
}
_ECHO: Final[Event] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "service_tier": "default",
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}


def response(status: str = "in_progress", output: Sequence[Event] = (), **members: Any) -> Event:
    """A response object."""
    return {
        "id": "resp_trial",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "completed_at": CREATED + 1 if status == "completed" else None,
        "error": None,
        "incomplete_details": None,
        "model": "trial-1",
        "output": list(output),
        **_ECHO,
        "usage": USAGE if status in {"completed", "incomplete"} else None,
        **members,
    }


def numbered(events: Iterable[Event]) -> list[Event]:
    """The events with their sequence numbers, after the type as OpenAI writes them."""
    return [
        {"type": one["type"], "sequence_number": number, **one}
        for number, one in enumerate(events)
    ]  # fmt: skip


def started(**members: Any) -> list[Event]:
    """The two events that every stream begins with."""
    return [
        {"type": "response.created", "response": response(**members)},
        {"type": "response.in_progress", "response": response(**members)},
    ]


def finished(output: Sequence[Event], status: str = "completed", **members: Any) -> list[Event]:
    """The terminal event."""
    return [{"type": f"response.{status}", "response": response(status, output, **members)}]


def item_added(index: int, item: Event) -> Event:
    """An item is announced."""
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def item_done(index: int, item: Event) -> Event:
    """An item is whole."""
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def text_part(text: str, annotations: Sequence[Event] = ()) -> Event:
    """A part of text."""
    return {"type": "output_text", "annotations": list(annotations), "logprobs": [], "text": text}


def message(item_id: str, parts: Sequence[Event], status: str = "completed") -> Event:
    """A message item."""
    return {"id": item_id, "type": "message", "status": status, "content": list(parts), "role": "assistant"}


def call_item(item_id: str, call: Sequence[str], arguments: str | None = None) -> Event:
    """A call's item: whole, or with the arguments that are given, in progress."""
    call_id, name, whole = call
    return {
        "id": item_id,
        "type": "function_call",
        "status": "completed" if arguments is None else "in_progress",
        "arguments": whole if arguments is None else arguments,
        "call_id": call_id,
        "name": name,
    }


def place(item_id: str, index: int, content: int | None = 0) -> Event:
    """The members that say where a delta belongs."""
    at: Event = {"item_id": item_id, "output_index": index}
    return at if content is None else {**at, "content_index": content}


def part_events(
    at: Event,
    text: str = TEXT,
    *,
    size: int = 4,
    between: Sequence[Event] = (),
    annotations: Sequence[Event] = (),
) -> list[Event]:
    """A part of text from its announcement to its end; `between` comes after the second delta."""
    deltas = [
        {"type": "response.output_text.delta", **at, "delta": piece, "logprobs": []}
        for piece in pieces(text, size)
    ]
    return [
        {"type": "response.content_part.added", **at, "part": text_part("")},
        *deltas[:2],
        *between,
        *deltas[2:],
        {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **at, "part": text_part(text, annotations)},
    ]


def message_events(
    index: int = 0,
    item_id: str = "msg_trial",
    text: str = TEXT,
    *,
    size: int = 4,
    between: Sequence[Event] = (),
) -> tuple[list[Event], Event]:
    """A message of one part: its events, and the whole item."""
    whole = message(item_id, [text_part(text)])
    events = [
        item_added(index, message(item_id, [], "in_progress")),
        *part_events(place(item_id, index), text, size=size, between=between),
        item_done(index, whole),
    ]
    return events, whole


def call_events(index: int, item_id: str, call: Sequence[str], size: int = 5) -> tuple[list[Event], Event]:
    """A call: its events, and the whole item."""
    at = place(item_id, index, None)
    whole = call_item(item_id, call)
    deltas = [
        {"type": "response.function_call_arguments.delta", **at, "delta": one}
        for one in pieces(call[2], size)
    ]
    done = {"type": "response.function_call_arguments.done", **at, "arguments": call[2]}
    events = [item_added(index, call_item(item_id, call, "")), *deltas, done, item_done(index, whole)]
    return events, whole


def answered(*made: tuple[list[Event], Event]) -> list[Event]:
    """A whole stream of items that follow each other, numbered."""
    events = [event for part, _ in made for event in part]
    return numbered([*started(), *events, *finished([item for _, item in made])])


def plain(text: str = TEXT, *, size: int = 4, between: Sequence[Event] = ()) -> list[Event]:
    """An ordinary answer."""
    return answered(message_events(text=text, size=size, between=between))
