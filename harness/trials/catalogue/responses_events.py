"""Events of Responses that no client waits for, and members that it does not know."""

from __future__ import annotations

from typing import Any, Final

from harness.trials.drawing import COUNTED, Shelf
from harness.trials.encoding import each
from harness.trials.material import TEXT
from harness.trials.responses_stream import (
    answered,
    finished,
    message_events,
    numbered,
    part_events,
    place,
    plain,
    response,
    started,
    text_part,
)
from harness.trials.trial import Expected

Event = dict[str, Any]

_NESTED: Final = frozenset({"response", "item", "part"})
_COMPATIBLE: Final = "OpenAI's page on backwards compatibility names new event types and new properties"


def _obfuscated() -> list[Event]:
    return each(plain(), lambda one: {**one, "obfuscation": "qX7"} if "delta" in one else one)


def _amid(*events: Event) -> list[Event]:
    """Events inside the text."""
    return plain(between=events)


def _everywhere(extra: Event) -> list[Event]:
    """An event after each but the last."""
    told: list[Event] = []
    for one in plain():
        told += [one, dict(extra)]
    return numbered([_unnumbered(one) for one in told[:-1]])


def _unnumbered(event: Event) -> Event:
    return {name: value for name, value in event.items() if name != "sequence_number"}


def _rate_limits() -> list[Event]:
    limit = {"name": "requests", "limit": 100, "remaining": 99, "reset_seconds": 1.5}
    last = {"type": "response.rate_limits.updated", "rate_limits": [limit]}
    return numbered([*map(_unnumbered, plain()), last])


def _queued() -> list[Event]:
    events, whole = message_events()
    first, second = started(background=True)
    created = {**first, "response": response("queued", background=True)}
    queued = {"type": "response.queued", "response": response("queued", background=True)}
    return numbered([created, queued, second, *events, *finished([whole], background=True)])


def _progress_again() -> list[Event]:
    again = {"type": "response.in_progress", "response": response()}
    return _amid(again)


def _unknown_members() -> list[Event]:
    def known(whole: Event) -> Event:
        """With members that no SDK knows, in it and in what it consists of."""
        told = {**whole, "x_flag": True, "x_list": [{"a": 1}], "x_null": None}
        for member in ("output", "content"):
            if isinstance(told.get(member), list):
                told[member] = [known(one) for one in told[member]]
        return told

    def changed(one: Event) -> Event:
        told = {**one, "x_flag": True, "x_object": {"a": [1, None]}}
        return {name: known(it) if name in _NESTED else it for name, it in told.items()}

    return each(plain(), changed)


def _old() -> list[Event]:
    """As in the spring of 2025."""
    absent = {"sequence_number", "logprobs"}

    def changed(one: Event) -> Event:
        told = {name: value for name, value in one.items() if name not in absent}
        if "part" in told:
            told["part"] = {name: value for name, value in told["part"].items() if name not in absent}
        return told

    return each(plain(), changed)


def _empties() -> list[Event]:
    at = place("msg_trial", 0)
    empty = {"type": "response.output_text.delta", **at, "delta": "", "logprobs": []}
    return _amid(empty, empty)


def _logprobs() -> list[Event]:
    def changed(one: Event) -> Event:
        if one["type"] != "response.output_text.delta":
            return one
        entry = {"token": one["delta"], "logprob": -0.25, "bytes": list(one["delta"].encode())}
        return {**one, "logprobs": [{**entry, "top_logprobs": [{"token": "x", "logprob": -3.5}]}]}

    return each(plain(), changed)


def _null_logprobs() -> list[Event]:
    return each(plain(), lambda one: {**one, "logprobs": None} if "logprobs" in one else one)


def _annotated() -> list[Event]:
    cited = {
        "type": "url_citation", "start_index": 0, "end_index": 5, "title": "A page",
        "url": "https://example.com/a",
    }  # fmt: skip
    at = place("msg_trial", 0)
    added = {
        "type": "response.output_text.annotation.added", **at, "annotation_index": 0, "annotation": cited,
    }  # fmt: skip
    (head, *_, tail), whole = message_events()
    whole = {**whole, "content": [text_part(TEXT, [cited])]}
    parts = part_events(at, between=[added], annotations=[cited])
    return answered(([head, *parts, {**tail, "item": whole}], whole))


def _many() -> list[Event]:
    return plain(TEXT * 40, size=1)


def _vendor_last() -> list[Event]:
    last = {"type": "acme:billing", "cost": 0.25}
    return numbered([*map(_unnumbered, plain()), last])


_one: Final = Shelf("responses", "events").stream

_VENDOR: Final[Event] = {"type": "acme:progress", "percent": 50, "note": {"a": [1]}}
_NEW: Final[Event] = {
    "type": "response.output_text.confidence", **place("msg_trial", 0), "confidence": {"value": 0.5}
}  # fmt: skip

TRIALS: Final = (
    _one("obfuscation", "`obfuscation` in deltas", _obfuscated, "A string of noise in each delta.", "53 of 78 recorded streams of OpenAI", "official"),
    _one("vendor-event", "an event of a vendor", lambda: _amid(_VENDOR), "`acme:progress` amid the text.", "Open Responses: extensions have such names and are ignored by who does not know them", "seen"),
    _one("vendor-event-last", "an event of a vendor after the end", _vendor_last, "`acme:billing` after `response.completed`.", "Open Responses names extensions; where they may come it does not say", "disputed", COUNTED),
    _one("new-event", "an event that is new", lambda: _amid(_NEW), "`response.output_text.confidence`, which no SDK knows, amid the text, with the members that say where it belongs.", _COMPATIBLE, "official"),
    _one("keepalive", "`keepalive` events", lambda: _everywhere({"type": "keepalive"}), "An event `keepalive` with a sequence number after every event.", "OpenAI in long answers (openai-node#1964)", "official"),
    _one("rate-limits", "`response.rate_limits.updated` at the end", _rate_limits, "An event after `response.completed`.", "OpenAI (posit-dev/chatlas#282)", "official", COUNTED),
    _one("queued", "`response.queued`", _queued, "Created as queued, queued, in progress, and an ordinary answer.", "OpenAI for responses in the background", "official"),
    _one("unknown-members", "unknown members", _unknown_members, "Members that no SDK knows in events, response, items and parts.", _COMPATIBLE, "official"),
    _one("logprobs", "logprobs", _logprobs, "Each delta tells its token.", "OpenAI where they are asked for", "official"),
    _one("null-logprobs", "null logprobs", _null_logprobs, "`logprobs` is null in deltas and at the end of the text.", "servers; the reference has a list", "disputed"),
    _one("annotations", "a citation amid the text", _annotated, "`response.output_text.annotation.added` between two deltas, and the annotation in the finished part.", "OpenAI's web and file search", "official"),
    _one("empty-deltas", "empty deltas", _empties, "Two deltas of no characters amid the text.", "no rule says that a delta says something; gateways send them", "seen"),
    _one("many-deltas", "1,360 deltas of one character", _many, "A long answer, one character a delta.", "no rule says how long a delta is", "official", Expected(text=TEXT * 40)),
    _one("done-marker", "`[DONE]` at the end", plain, "`data: [DONE]` after `response.completed`.", "Open Responses requires it; OpenAI sends none", "seen", COUNTED, done=True),
    _one("spring-2025", "no sequence numbers, no logprobs", _old, "Events as OpenAI sent them in the spring of 2025.", "2 of 78 recorded streams of OpenAI; the reference requires both now", "disputed"),
    _one("in-progress-again", "`response.in_progress` twice", _progress_again, "A second one amid the text.", "no rule forbids it; OpenAI sends one", "disputed"),
)  # fmt: skip
