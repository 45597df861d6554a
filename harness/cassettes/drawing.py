"""Drawing a recording so that a person sees it: the request, a line an event with its time, gaps, the ending.

```
#0  POST https://api.openai.com/v1/chat/completions
    gpt-4o-mini, stream, 1 message, user "Say hi"
    200 OK, text/event-stream, head 213.4 ms after the request
       ms  gap          byte  chunk   event
      0.0                  0  0       chunk  role assistant
     20.1  ▏             138  1-2     chunk  "Hel"
     20.1                276  =2      chunk  "lo"
    303.5  ████████      414  3       [DONE]
    complete 303.9 ms after the head, at byte 428
    4 events, 4 chunks, 428 bytes, 517.3 ms in all
    first byte 213.4 ms after the request, largest gap 283.4 ms, before event 3
```

The time is that of an event's last byte. In the column `chunk`, `1-2` came in several chunks, and `=2` came
wholly in the chunk in which the event before it ended. No line holds a control character.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.body_events import TimedEvent, is_event_stream, timed_events
from harness.cassettes.content_coding import CodingError, codings, decoded_chunks
from harness.cassettes.exchange import How, header
from harness.cassettes.frame_summary import quoted, summarise
from harness.cassettes.shortened import one_line
from harness.errors import EventTooLarge
from harness.jsonvalue import try_parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, Request, Response
    from harness.jsonvalue import JsonValue

ENDINGS = {
    How.COMPLETE: "complete",
    How.SERVER_CUT: "the server closed the connection",
    How.RESET: "the connection broke",
    How.CLIENT_CLOSE: "the client left",
    How.CANCELLED: "the client was cancelled while it waited",
    How.TIMEOUT: "the client's time ran out",
    How.RECORDER_CRASH: "the recording stops (what came after it is unknown)",
}
_KEY_FIELDS = ("content-type", "content-encoding", "retry-after")
_HELD_BODY = 1 << 20
_BAR = 8
_EIGHTHS = " ▏▎▍▌▋▊▉"


@dataclass(slots=True)
class _Totals:
    """What is known of a stream when all of it has gone by."""

    events: int = 0
    chunks: int = 0
    wire_bytes: int = 0
    decoded_bytes: int = 0
    largest_gap: int = 0
    gap_before: int = 0
    first_byte_us: int | None = None


class _Line(NamedTuple):
    at_us: int
    gap_us: int
    byte: int
    chunk: str
    text: str


def draw(
    cassette: Cassette, *, width: int = 100, max_events: int | None = None, raw: bool = False
) -> Iterator[str]:
    """Lines that show a recording; they hold neither colours nor control characters.

    Bodies are read as they are drawn, and memory does not grow with them.

    Args:
        cassette: What to draw.
        width: Longest line in characters.
        max_events: Events to draw of each stream, most of them from its start; all if not given.
        raw: Show the bytes of each event instead of what it says.
    """
    yield one_line(_title(cassette), width)
    for note in _notes(cassette):
        yield one_line(f"note: {note}", width)
    times = cassette.head.get("timing") != "none"
    for exchange in cassette.exchanges:
        yield ""
        yield from draw_exchange(exchange, width=width, max_events=max_events, raw=raw, times=times)


def draw_exchange(
    exchange: Exchange,
    *,
    width: int = 100,
    max_events: int | None = None,
    raw: bool = False,
    times: bool = True,
) -> Iterator[str]:
    """Lines that show one exchange; see `draw`. With `times=False` its times are unknown and not shown."""
    indent = " " * 4
    request = exchange.request
    yield one_line(f"#{exchange.index:<2} {request.method} {request.url or '(unknown URL)'}", width)
    if said := _request(request):
        yield one_line(indent + said, width)
    totals = _Totals()
    response = exchange.response
    if response is None:
        yield indent + "no response"
    else:
        yield one_line(indent + _response_head(response, times=times), width)
        for line in _body(response, totals, max_events=max_events, raw=raw, times=times):
            yield one_line(indent + line, width)
    for line in _ending(exchange, totals, times=times):
        yield one_line(indent + line, width)


def _title(cassette: Cassette) -> str:
    count = len(cassette.exchanges)
    parts = [cassette.source or "cassette", _plural(count, "exchange")]
    for key in ("recorded", "tool", "source", "model"):
        value = cassette.head.get(key)
        if isinstance(value, str) and value:
            parts.append(value)
    if cassette.head.get("timing") == "none":
        parts.append("times unknown")
    if cassette.head.get("synthetic"):
        parts.append("synthetic")
    parts.append("sealed" if cassette.seal is not None else "not sealed")
    return ", ".join(parts)


def _notes(cassette: Cassette) -> list[str]:
    notes = cassette.head.get("notes")
    return [note for note in notes if isinstance(note, str)] if isinstance(notes, list) else []


def _request(request: Request) -> str:
    """Model, options and the last user message, where the body is a request of a dialect that is known."""
    is_json, body = try_parse(request.body)
    if not request.body:
        return ""
    if not is_json or not isinstance(body, dict):
        return f"{_plural(len(request.body), 'byte')} {quoted(request.body[:60].decode('utf-8', 'replace'))}"
    parts = [str(body["model"])] if isinstance(body.get("model"), str) else []
    if "stream" in body:
        parts.append("stream" if body["stream"] is True else "whole")
    messages = body.get("messages", body.get("input", body.get("contents")))
    if isinstance(messages, list):
        parts.append(_plural(len(messages), "message"))
    if isinstance(tools := body.get("tools"), list) and tools:
        parts.append(_plural(_tool_count(tools), "tool"))
    if (text := _last_user_text(messages)) is not None:
        parts.append(f"user {quoted(text)}")
    return ", ".join(parts) or summarise(body).detail


def _tool_count(tools: list[JsonValue]) -> int:
    """Gemini puts several declarations into one tool."""
    count = 0
    for tool in tools:
        declared = tool.get("functionDeclarations") if isinstance(tool, dict) else None
        count += len(declared) if isinstance(declared, list) else 1
    return count


def _last_user_text(messages: JsonValue) -> str | None:
    if isinstance(messages, str):
        return messages
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role", "user") == "user":
            content = message.get("content", message.get("parts"))
            if isinstance(content, str):
                return content
            for part in content if isinstance(content, list) else []:
                if isinstance(part, dict) and isinstance(text := part.get("text"), str):
                    return text
    return None


def _response_head(response: Response, *, times: bool) -> str:
    parts = [f"{response.status} {response.reason}".rstrip()]
    if response.http_version != "HTTP/1.1":
        parts.append(response.http_version)
    fields = ((name, header(response.headers, name)) for name in _KEY_FIELDS)
    parts += [value if name == "content-type" else f"{name} {value}" for name, value in fields if value]
    if times:
        parts.append(f"head {_ms(response.at_us)} ms after the request")
    return ", ".join(parts)


def _body(
    response: Response, totals: _Totals, *, max_events: int | None, raw: bool, times: bool
) -> Iterator[str]:
    if not is_event_stream(response):
        yield from _whole_body(response, totals, raw=raw)
        return
    scale = _largest_wait(response.chunks)
    clock = f"{'ms':>9}  {'gap':<{_BAR}}  " if times else ""
    yield f"{clock}{'byte':>8}  {'chunk':<7} event"
    head = max_events if max_events is None else max_events - max_events // 3
    tail: deque[_Line] = deque(maxlen=max_events // 3 if max_events is not None else 0)
    drawn = left_out = 0
    broken = ""
    try:
        for line in _lines(response, totals, raw=raw):
            if head is None or drawn < head:
                drawn += 1
                yield _drawn(line, scale, times=times)
            else:
                left_out += 1
                tail.append(line)
    except (CodingError, EventTooLarge) as error:
        broken = f"cannot be drawn any further: {error.args[0]}"
        _count_rest(response, totals)
    if left_out > len(tail):
        yield f"{'...':>{9 if times else 8}}  {left_out - len(tail):,} more"
    for line in tail:
        yield _drawn(line, scale, times=times)
    if broken:
        yield broken


def _count_rest(response: Response, totals: _Totals) -> None:
    totals.chunks = totals.wire_bytes = 0
    for _ in _counted(response.chunks, totals):
        pass


def _lines(response: Response, totals: _Totals, *, raw: bool) -> Iterator[_Line]:
    """One line for each comment and each event, and the totals on the way."""
    before_us, ended_in = 0, -1
    for timed in timed_events(response.headers, _counted(response.chunks, totals)):
        event = timed.event
        gap = timed.at_us - before_us
        totals.decoded_bytes = event.stop
        if gap > totals.largest_gap:
            totals.largest_gap, totals.gap_before = gap, event.index
        if timed.first == timed.last == ended_in:
            chunk = f"={timed.last}"
        else:
            chunk = str(timed.first) if timed.first == timed.last else f"{timed.first}-{timed.last}"
        for text in _texts(timed, raw=raw):
            yield _Line(timed.at_us, gap, event.start, chunk, text)
            gap = 0
        totals.events += event.dispatched
        before_us, ended_in = timed.at_us, timed.last


def _counted(chunks: Iterable[Chunk], totals: _Totals) -> Iterator[Chunk]:
    for chunk in chunks:
        totals.chunks += 1
        totals.wire_bytes += len(chunk.data)
        if totals.first_byte_us is None and chunk.data:
            totals.first_byte_us = chunk.at_us
        yield chunk


def _texts(timed: TimedEvent, *, raw: bool) -> Iterator[str]:
    event = timed.event
    if raw:
        yield quoted(timed.raw.decode("utf-8", "backslashreplace"))
        return
    for comment in timed.comments:
        yield f": {comment.decode('utf-8', 'replace')}"
    if event.dispatched or (not event.terminated and event.data):
        label, detail = _said(timed)
        unended = "" if event.terminated else "  (no blank line: a client does not see it)"
        yield "  ".join(part for part in (label, detail) if part) + unended
    elif not timed.comments:
        yield (
            "(blank line)"
            if not timed.raw.strip()
            else f"no data: {quoted(timed.raw.decode('utf-8', 'replace'))}"
        )


def _said(timed: TimedEvent) -> tuple[str, str]:
    event = timed.event
    name = event.event or ""
    if event.data.strip() == b"[DONE]":
        return name, "[DONE]"
    is_json, value = try_parse(event.data)
    if not is_json:
        return name, f"not JSON: {quoted(event.data[:400].decode('utf-8', 'backslashreplace'))}"
    label, detail = summarise(value)
    # The event line repeats the type in Responses and Anthropic Messages; where it does not, both show.
    if name and name != label:
        label = name if label in {"json", "chunk", "candidates"} else f"{name} / {label}"
    return label, detail


def _whole_body(response: Response, totals: _Totals, *, raw: bool) -> Iterator[str]:
    held = bytearray()
    broken = ""
    try:
        for chunk in decoded_chunks(response.headers, _counted(response.chunks, totals)):
            totals.decoded_bytes += len(chunk.data)
            if len(held) < _HELD_BODY:
                held += chunk.data
    except CodingError as error:
        broken = str(error)
        _count_rest(response, totals)
    if broken:
        yield broken
    if not held:
        return
    is_json, value = try_parse(bytes(held)) if len(held) < _HELD_BODY and not raw else (False, None)
    if is_json:
        label, detail = summarise(value)
        yield f"{label}  {detail}"
    else:
        yield quoted(bytes(held[:400]).decode("utf-8", "backslashreplace"))


def _largest_wait(chunks: Iterable[Chunk]) -> int:
    largest = before = 0
    for chunk in chunks:
        largest = max(largest, chunk.at_us - before)
        before = chunk.at_us
    return largest


def _drawn(line: _Line, scale: int, *, times: bool) -> str:
    clock = f"{_ms(line.at_us):>9}  {_bar(line.gap_us, scale):<{_BAR}}  " if times else ""
    return f"{clock}{line.byte:>8}  {line.chunk:<7} {line.text}"


def _bar(gap_us: int, scale: int) -> str:
    """A bar for a gap; the largest wait of the stream is the longest bar. Gaps below a millisecond have none."""
    if gap_us < 1000 or scale <= 0:
        return ""
    eighths = max(1, min(_BAR * 8, round(gap_us / scale * _BAR * 8)))
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def _ending(exchange: Exchange, totals: _Totals, *, times: bool) -> Iterator[str]:
    ending = exchange.ending
    response = exchange.response
    place = f", at byte {totals.wire_bytes:,}" if response is not None else ""
    since = "request" if response is None else "head"
    when = f" {_ms(ending.at_us)} ms after the {since}" if times else ""
    yield f"{ENDINGS[ending.how]}{when}{place}{_cause(ending)}"
    if response is None:
        return
    size = _plural(totals.wire_bytes, "byte")
    if codings(response.headers) and totals.decoded_bytes != totals.wire_bytes:
        size += f" ({totals.decoded_bytes:,} decoded)"
    parts = [_plural(totals.chunks, "chunk"), size]
    if totals.events:
        parts.insert(0, _plural(totals.events, "event"))
    if times:
        parts.append(f"{_ms(response.at_us + ending.at_us)} ms in all")
    yield ", ".join(parts)
    waits: list[str] = []
    if totals.first_byte_us is not None:
        waits.append(f"first byte {_ms(response.at_us + totals.first_byte_us)} ms after the request")
    if totals.largest_gap:
        waits.append(f"largest gap {_ms(totals.largest_gap)} ms, before event {totals.gap_before}")
    if times and waits:
        yield ", ".join(waits)


def _cause(ending: Ending) -> str:
    named = ": ".join(part for part in (ending.exception, ending.message) if part)
    return f" ({named})" if named else ""


def _ms(microseconds: int) -> str:
    return f"{microseconds / 1000:,.1f}"


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}" + ("" if count == 1 else "s")
