r"""Examples: exchanges written down in a few lines, in the docstring of the rule that they show.

An example is a block of text:

    request: {"model":"m","stream":true}
    stream: chat/text
    event 1: choices.0.delta.content = "Hello"
    drop -1
    ending: server_cut

First come what is known of the exchange, then what its body is, then edits of that body. Everything but the
body may be left out.

    dialect: responses              chat, unless the rule's family or the stream says otherwise
    request: {...}                  a POST to the dialect's usual path; or METHOD PATH {...}
    request: none                   nothing is known of the request
    status: 429                     200 unless said
    header: retry-after: 2          any number of them; a content-type and an x-request-id are given unless
                                    `header: content-type: -` takes them away
    ending: reset                   complete unless said; `ending: complete after 6 s` puts a pause before it
    stream: responses/tool          a shipped stream (specs/examples/responses/tool.txt): its head and its events
    events:                         or events written here: one JSON text (or [DONE]) a line, framed as usual
    body:                           or the bytes of the body, line by line, to the end of the block
    --- upstream                    and the other half of a translation, in the same way

The edits name events by index (0 is the first, -1 the last) or by wire type (`response.completed`, with #1 for
the second of that type), always as they were before any edit:

    event 3: delta = "x"            set a member of the payload, by a dotted path; the value is JSON
    event 3: - item.id              take a member away
    drop 3                          repeat 3              move 3 before 1
    insert before 3: {...}          insert after 3: {...}
    raw 3: {"a":NaN}                another payload, which need not be JSON
    block 3: : ping\n\ndata: {}\n   another block, line ends included
    pause 3: 61 s                   time before the event; otherwise events come 10 ms apart

`\n`, `\r`, `\t`, `\\` and `\xNN` are escapes in `raw`, `block` and `body:`; a `\` at the end of a line of a body
takes away its line end. Where events have a `sequence_number`, they are numbered anew after the edits, unless an
edit gave the number.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from harness.bundled import spec_text
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Sequence

_PATHS = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "anthropic": "/v1/messages",
    "gemini": "/v1beta/models/m:streamGenerateContent?alt=sse",
}
_APART_US = 10_000
_HEAD = re.compile(r"(dialect|request|status|header|ending|stream|events|body): ?(.*)")
_EDIT = re.compile(
    r"(?:(?P<event>event|raw|block|pause) (?P<at>\S+): ?(?P<rest>.*)"
    r"|insert (?P<side>before|after) (?P<near>\S+): ?(?P<new>.*)"
    r"|(?P<verb>drop|repeat) (?P<one>\S+)"
    r"|move (?P<from>\S+) before (?P<to>\S+))"
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Example:
    """An exchange, and what stands upstream of it.

    Args:
        text: As it was written.
        dialect: What it speaks.
        exchange: The exchange; its request has the method "" where nothing is known of the request.
        upstream: The other half of a translation.
        edited: Indexes, in the finished stream, of the events that an edit changed or put in.
    """

    text: str
    dialect: str
    exchange: Exchange
    upstream: Example | None = None
    edited: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Event:
    """One event while it is edited; `raw` and `block` override what the payload would give."""

    payload: Any = None
    raw: str | None = None
    block: bytes | None = None
    pause_us: int = _APART_US
    numbered: bool = False
    edited: bool = False


@dataclass(slots=True)
class _Draft:
    """An example while it is read."""

    dialect: str
    request: str = ""
    status: int = 200
    headers: list[tuple[str, str]] = field(default_factory=list)
    ending: str = "complete"
    events: list[_Event] | None = None
    body: bytes | None = None


class BadExample(ValueError):
    """An example that cannot be read; the message says which line."""


def parse_example(text: str, *, dialect: str = "chat") -> Example:
    """Read an example.

    Args:
        text: As in the module's docstring.
        dialect: What it speaks, where it does not say so itself.

    Raises:
        BadExample: A line cannot be understood, or names what is not there.
    """
    downstream, mark, upstream = text.partition("\n--- upstream\n")
    draft = _read(downstream.strip("\n"), dialect)
    half = parse_example(upstream, dialect="chat") if mark else None
    return _finished(text, draft, half)


@cache
def shipped(name: str) -> str:
    """The text of a shipped example, such as `chat/text`.

    Raises:
        BadExample: There is none of that name.
    """
    try:
        return spec_text(f"examples/{name}.txt")
    except FileNotFoundError:
        message = f"no shipped stream {name!r} (specs/examples/{name}.txt)"
        raise BadExample(message) from None


def _read(text: str, dialect: str) -> _Draft:
    draft = _Draft(dialect)
    edits: list[re.Match[str]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not line.strip() or line.startswith("#"):
            continue
        if found := _HEAD.fullmatch(line):
            key, value = found.groups()
            if key == "body":
                draft.body = _unescaped_lines(lines[number + 1 :])
                break
            if key == "events":
                draft.events = [
                    _event(one) for one in lines[number + 1 :] if one.strip() and not _EDIT.match(one)
                ]
                edits += [edit for one in lines[number + 1 :] if (edit := _EDIT.fullmatch(one))]
                break
            _take_head(draft, key, value)
        elif edit := _EDIT.fullmatch(line):
            edits.append(edit)
        else:
            message = f"line {number + 1} of the example is neither a head line nor an edit: {line!r}"
            raise BadExample(message)
    if edits:
        if draft.events is None:
            message = "an example with edits needs `stream:` or `events:`"
            raise BadExample(message)
        draft.events = _edited(draft.events, edits)
    return draft


def _take_head(draft: _Draft, key: str, value: str) -> None:
    if key == "stream":
        base = _read(shipped(value).strip("\n"), value.partition("/")[0])
        draft.dialect, draft.events, draft.body = base.dialect, base.events, base.body
        draft.request = draft.request or base.request
        draft.headers = base.headers + draft.headers
        draft.status = base.status if draft.status == 200 else draft.status
    elif key == "header":
        name, _, content = value.partition(": ")
        draft.headers.append((name, content))
    elif key == "status":
        draft.status = int(value)
    else:
        setattr(draft, key, value)


def _event(line: str) -> _Event:
    try:
        return _Event(json.loads(line))
    except ValueError:
        return _Event(raw=line)


def _edited(events: list[_Event], edits: Sequence[re.Match[str]]) -> list[_Event]:
    at = _Addresses(events)
    order: list[list[_Event]] = [[event] for event in events]
    for edit in edits:
        if edit["event"]:
            target = events[at[edit["at"]]]
            target.edited |= edit["event"] != "pause"
            _change(target, edit["event"], edit["rest"])
        elif edit["side"]:
            new = _event(edit["new"])
            new.edited = True
            new.numbered = isinstance(new.payload, dict) and "sequence_number" in new.payload
            near = order[at[edit["near"]]]
            near.insert(near.index(events[at[edit["near"]]]) if edit["side"] == "before" else len(near), new)
        elif edit["verb"] == "drop":
            order[at[edit["one"]]].remove(events[at[edit["one"]]])
        elif edit["verb"] == "repeat":
            target = events[at[edit["one"]]]
            order[at[edit["one"]]].append(
                _Event(json.loads(json.dumps(target.payload)), target.raw, edited=True)
            )
        else:
            target = events[at[edit["from"]]]
            order[at[edit["from"]]].remove(target)
            target.edited = True
            order[at[edit["to"]]].insert(0, target)
    result = [event for group in order for event in group]
    _number(result)
    return result


class _Addresses:
    """Finds events by index or by wire type."""

    def __init__(self, events: list[_Event]) -> None:
        self._count = len(events)
        self._types = [
            event.payload.get("type") if isinstance(event.payload, dict) else None for event in events
        ]

    def __getitem__(self, address: str) -> int:
        kind, _, number = address.partition("#")
        try:
            if re.fullmatch(r"-?\d+", kind):
                return range(self._count)[int(kind)]
            return [index for index, one in enumerate(self._types) if one == kind][int(number or 0)]
        except IndexError:
            message = f"the stream has no event {address!r}"
            raise BadExample(message) from None


def _change(event: _Event, verb: str, rest: str) -> None:
    if verb == "raw":
        event.raw = _unescaped(rest)
    elif verb == "block":
        event.block = _unescaped(rest).encode("latin-1") if "\\x" in rest else _unescaped(rest).encode()
    elif verb == "pause":
        event.pause_us = _microseconds(rest)
    elif rest.startswith("- "):
        parent, last = _walk(event.payload, rest[2:].strip())
        del parent[last]
        event.numbered |= last == "sequence_number"
    else:
        path, equals, value = rest.partition(" = ")
        if not equals:
            message = f"an edit of an event is `PATH = JSON` or `- PATH`, not {rest!r}"
            raise BadExample(message)
        parent, last = _walk(event.payload, path.strip())
        value = json.loads(value)
        if isinstance(parent, list) and last == len(parent):
            parent.append(value)
        else:
            parent[last] = value
        event.numbered |= path.strip() == "sequence_number"


def _walk(value: Any, path: str) -> tuple[Any, Any]:
    """The object or array that holds the member, and its key there."""
    *parents, last = path.split(".")
    try:
        for key in parents:
            value = value[int(key) if isinstance(value, list) else key]
    except (KeyError, IndexError, TypeError, ValueError):
        message = f"the payload has no member {path!r}"
        raise BadExample(message) from None
    return value, int(last) if isinstance(value, list) else last


def _number(events: Sequence[_Event]) -> None:
    numbered = [event for event in events if isinstance(event.payload, dict) and "type" in event.payload]
    if not any("sequence_number" in event.payload for event in numbered):
        return
    given = [one.payload.get("sequence_number") for one in numbered if not one.numbered]
    following = min((number for number in given if isinstance(number, int)), default=0)
    for event in numbered:
        if not event.numbered:
            event.payload["sequence_number"] = following
        following += 1


def _finished(text: str, draft: _Draft, upstream: Example | None) -> Example:
    headers = [(name, value) for name, value in draft.headers if value != "-"]
    names = {name.lower() for name, _ in draft.headers}
    if "content-type" not in names:
        is_stream = draft.events is not None or not (draft.body or b"").lstrip().startswith((b"{", b"["))
        headers.insert(
            0, ("content-type", "text/event-stream; charset=utf-8" if is_stream else "application/json")
        )
    if "x-request-id" not in names:
        headers.append(("x-request-id", "req_0123456789abcdef"))
    blocks: list[tuple[int, bytes]]
    if draft.body is not None:
        blocks = [(_APART_US, draft.body)] if draft.body else []
    else:
        blocks = [(event.pause_us, _framed(event, draft.dialect)) for event in draft.events or ()]
    at, chunks = 0, []
    for pause, block in blocks:
        at += pause
        chunks.append(Chunk(at, block))
    how, _, after = draft.ending.partition(" after ")
    exchange = Exchange(
        index=0,
        request=_request(draft),
        response=Response(draft.status, tuple(headers), tuple(chunks)),
        ending=Ending(How(how), at + (_microseconds(after) if after else 1_000)),
    )
    edited = frozenset(index for index, event in enumerate(draft.events or ()) if event.edited)
    return Example(text, draft.dialect, exchange, upstream, edited)


def _framed(event: _Event, dialect: str) -> bytes:
    if event.block is not None:
        return event.block
    text = event.raw if event.raw is not None else compact(event.payload)
    data = text.encode("utf-8", "surrogatepass")
    kind = event.payload.get("type") if isinstance(event.payload, dict) else None
    if dialect in {"responses", "anthropic"} and isinstance(kind, str):
        return b"event: %b\ndata: %b\n\n" % (kind.encode(), data)
    return b"data: %b\n\n" % data


def _request(draft: _Draft) -> Request:
    given = draft.request
    if given == "none":
        return Request("", "")
    start = given.find("{")
    line, body = (given[:start], given[start:]) if start >= 0 else (given, "")
    method, _, path = line.strip().partition(" ")
    return Request(
        method or "POST",
        "https://upstream.invalid" + (path or _PATHS[draft.dialect]),
        (("content-type", "application/json"),) if body else (),
        body.encode(),
    )


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(?:x([0-9a-fA-F]{2})|(.))",
        lambda found: chr(int(found[1], 16)) if found[1] else _ESCAPES.get(found[2], found[0]),
        text,
    )


def _unescaped_lines(lines: Sequence[str]) -> bytes:
    r"""The bytes of a body; `\xNN` is a byte, everything else UTF-8."""
    whole = b""
    for line in lines:
        ends = not line.endswith("\\") or line.endswith("\\\\")
        parts = re.split(r"((?:\\x[0-9a-fA-F]{2})+)", line if ends else line[:-1])
        for index, part in enumerate(parts):
            whole += bytes.fromhex(part.replace("\\x", "")) if index % 2 else _unescaped(part).encode()
        whole += b"\n" if ends else b""
    return whole


def _microseconds(text: str) -> int:
    number, _, unit = text.strip().partition(" ")
    return int(float(number) * {"s": 1_000_000, "ms": 1_000}[unit])
