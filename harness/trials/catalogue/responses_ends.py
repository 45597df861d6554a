"""How responses end: incomplete, failed, with errors, and with little to say of it."""

from __future__ import annotations

from typing import Any, Final

from harness.trials.catalogue.statuses import statuses
from harness.trials.drawing import COUNTED, FILTER, LENGTH, Shelf
from harness.trials.encoding import block, blocks, streamed
from harness.trials.material import BROKEN, TEXT
from harness.trials.responses_stream import (
    finished,
    item_added,
    item_done,
    message,
    message_events,
    numbered,
    part_events,
    place,
    response,
    started,
    text_part,
)
from harness.trials.trial import Answer, Expected, Piece

Event = dict[str, Any]

_FAILED: Final = Expected(error=BROKEN)
_CODE: Final[Event] = {"code": "server_error", "message": BROKEN}


def _incomplete(reason: str) -> list[Event]:
    whole = message("msg_trial", [text_part(TEXT)], "incomplete")
    at = place("msg_trial", 0)
    return numbered(
        [
            *started(),
            item_added(0, message("msg_trial", [], "in_progress")),
            *part_events(at),
            item_done(0, whole),
            *finished([whole], "incomplete", incomplete_details={"reason": reason}),
        ]
    )


def _open() -> list[Event]:
    """A message amid its text."""
    events, _ = message_events()
    return [*started(), *events[:5]]


def _terminal(**members: Any) -> list[Event]:
    part = text_part(TEXT[:12])
    cut_short = message("msg_trial", [part], "incomplete")
    return [{"type": "response.failed", "response": response("failed", [cut_short], error=_CODE, **members)}]


def _failed() -> list[Event]:
    return numbered([*_open(), *_terminal()])


def _failed_at_once() -> list[Event]:
    return numbered([*started(), {"type": "response.failed", "response": response("failed", error=_CODE)}])


def _flat() -> Event:
    return {"type": "error", "code": "server_error", "message": BROKEN, "param": None}


def _nested() -> Event:
    error = {"type": "server_error", "code": "server_error", "message": BROKEN, "param": None}
    return {"type": "error", "error": error}


def _bare() -> tuple[Answer, ...]:
    """The error as Chat Completions has it, without a type."""
    events = blocks(numbered(_open()), "responses")
    return streamed([*events, block({"error": {**_CODE, "type": "server_error"}}, "chat")])


def _emptied() -> list[Event]:
    events, _ = message_events()
    return numbered([*started(), *events, *finished([])])


def _no_usage() -> list[Event]:
    events, whole = message_events()
    return numbered([*started(), *events, *finished([whole], usage=None)])


def _late() -> tuple[Answer, ...]:
    *events, last = blocks(_plain(), "responses")
    return streamed([*events, b": wait\n\n", Piece(last, 1.5)])


def _plain() -> list[Event]:
    events, whole = message_events()
    return numbered([*started(), *events, *finished([whole])])


def _nothing() -> list[Event]:
    return numbered([*started(), *finished([])])


def _empty_message() -> list[Event]:
    whole = message("msg_trial", [], "incomplete")
    events = [item_added(0, message("msg_trial", [], "in_progress")), item_done(0, whole)]
    done = finished([whole], "incomplete", incomplete_details={"reason": "max_output_tokens"})
    return numbered([*started(), *events, *done])


def _no_names() -> tuple[Answer, ...]:
    return streamed(block(one, "chat") for one in _plain())


_one: Final = Shelf("responses", "ends").stream
_made: Final = Shelf("responses", "ends").served

TRIALS: Final = (
    _made("late-completed", "the end after a pause", _late, "`response.completed` comes 1.5 seconds after the item's end, after a comment.", "no rule says how soon it comes", "standard", COUNTED),
    _one("incomplete-length", "cut at its length", lambda: _incomplete("max_output_tokens"), "`response.incomplete` with `max_output_tokens`.", "the reference", "official", Expected(text=TEXT, finish="length", or_error=LENGTH)),
    _one("incomplete-filter", "filtered", lambda: _incomplete("content_filter"), "`response.incomplete` with `content_filter`.", "the reference", "official", Expected(text=TEXT, finish="content_filter", or_error=FILTER)),
    _one("incomplete-empty", "cut before it said anything", _empty_message, "A message without content, and `response.incomplete`.", "OpenAI where thought uses up the tokens", "official", Expected(finish="length", or_error=LENGTH)),
    _one("empty", "an empty answer", _nothing, "No items at all.", "the reference allows an empty list", "standard", Expected()),
    _one("failed", "a response that fails", _failed, "Text, and `response.failed` with the error.", "OpenAI", "official", _FAILED),
    _one("failed-at-once", "a response that fails at once", _failed_at_once, "`response.failed` after `response.in_progress`.", "OpenAI", "official", _FAILED),
    _one("error-nested", "a nested error, and `response.failed`", lambda: numbered([*_open(), _nested(), *_terminal()]), '`{"type":"error","error":{...}}`, then `response.failed`.', "OpenAI sends it so", "official", _FAILED),
    _one("error-flat", "a flat error, and `response.failed`", lambda: numbered([*_open(), _flat(), *_terminal()]), '`{"type":"error","message":...}`, then `response.failed`.', "the reference and the SDK's types have it so", "official", _FAILED),
    _one("error-flat-last", "a flat error, and the end of the body", lambda: numbered([*_open(), _flat()]), "The error is the last event.", "the reference has the event, and does not say that `response.failed` follows it", "seen", _FAILED),
    _one("error-nested-last", "a nested error, and the end of the body", lambda: numbered([*_open(), _nested()]), "The error is the last event.", "gateways that do not close the response", "seen", _FAILED),
    _one("error-first", "an error before anything else", lambda: numbered([_nested()]), "Status 200, and a nested error is the only event.", "gateways that have sent their head when the upstream fails", "seen", _FAILED),
    _made("error-untyped", "an error without a type", _bare, '`{"error":{...}}` as in Chat Completions.', "LiteLLM and others (zed#63825); each event has a type in the reference", "disputed", _FAILED),
    _one("completed-empty", "`response.completed` without the items", _emptied, "`output` is an empty list at the end, after a whole message.", "the Codex backend; OpenAI's API lists all items", "disputed", Expected(text=TEXT)),
    _one("usage-null", "null usage at the end", _no_usage, "`usage` is null in `response.completed`.", "many gateways; nullable in the SDK's types, told by OpenAI always", "disputed", Expected(text=TEXT)),
    _made("no-names", "events without `event:`", _no_names, "Only `data:` lines; each payload has its type.", "OpenRouter; Open Responses wants the line", "disputed", COUNTED),
    *statuses("responses"),
)  # fmt: skip
