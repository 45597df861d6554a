"""An answer as lines that a person can read and a diff can compare: one event a line.

    event: response.created | {"type":"response.created","response":{"id":"<id:1>",...}}
    {"choices":[{"delta":{"content":"Hi"},"index":0}],"created":<created>,"id":"<id:1>"}
    : keepalive
    [DONE]

Everything that a client could see has its line: comments, `id` and `retry`, data that is no JSON, what was left when
the stream ended. What stands in round brackets at a line's beginning is said about the bytes, and is not among them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from harness.sse.decoder import Decoder
from harness.sse.lines import fields
from harness.testing.placeholders import Members, Number, Placeholders, Token, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from harness.sse.event import SseEvent

_BOM: Final = b"\xef\xbb\xbf"
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_ENDS: Final = {b"\r\n": "CRLF", b"\r": "CR", b"\n": "LF"}
_FIELD: Final = re.compile(rb"(?:\A|[\r\n])(?:data|event|id|retry)?:")
_SPELLED: Final = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def lines_of_body(body: bytes, placeholders: Placeholders) -> list[str]:
    """The lines of a body: an event stream, one JSON value, or other text."""
    if not body:
        return ["(no body)"]
    whole = _whole(body, placeholders)
    if whole is not None:
        return whole
    if _FIELD.search(body.removeprefix(_BOM)):
        return [*_framing(body), *lines_of_events(_events(body), placeholders)]
    text = body.decode("utf-8", "surrogateescape")
    return ["(no event stream)", *(shown(placeholders.raw(line)) for line in text.split("\n"))]


def lines_of_events(events: Iterable[SseEvent], placeholders: Placeholders) -> Iterator[str]:
    """One line for each block."""
    for event in events:
        if event.block:
            parts = list(_parts(event.block, placeholders))
        elif event.event is None:
            parts = [_data(event.data, placeholders)]
        else:
            parts = [_field("event", event.event), _data(event.data, placeholders)]
        line = " | ".join(parts) or "(blank line)"
        yield line if event.terminated else f"(unterminated) {line}"


def lines_of_value(value: Any, placeholders: Placeholders) -> list[str]:
    """A JSON value on lines of its own."""
    return written(placeholders.applied(value), indent=2).split("\n")


def line_of_value(value: Any, placeholders: Placeholders) -> str:
    """A JSON value on one line."""
    return written(placeholders.applied(value))


def shown(text: str, *, also: str = "") -> str:
    r"""A text on one line, unambiguously: what cannot be seen is escaped, bytes that are not UTF-8 as `\xff`.

    Args:
        text: Bytes that are not UTF-8 stand in it as `surrogateescape` has it.
        also: Characters that get a backslash, besides.
    """
    return "".join(_character(one, also) for one in text)


def written(value: Any, indent: int | None = None, *, depth: int = 0) -> str:
    """Write what `read` gives; numbers as they were spelled, characters that cannot be seen escaped."""
    if isinstance(value, (Number, Token)):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Members):
        inside = [
            f"{_string(key)}:{' ' if indent else ''}{written(one, indent, depth=depth + 1)}"
            for key, one in value
        ]
        return _bracketed("{}", inside, indent, depth)
    if isinstance(value, list):
        return _bracketed("[]", [written(one, indent, depth=depth + 1) for one in value], indent, depth)
    return json.dumps(value)


def _bracketed(brackets: str, inside: list[str], indent: int | None, depth: int) -> str:
    if not inside or indent is None:
        return f"{brackets[0]}{','.join(inside)}{brackets[1]}"
    margin = "\n" + " " * indent * depth
    around = margin + " " * indent
    return f"{brackets[0]}{around}{f',{around}'.join(inside)}{margin}{brackets[1]}"


def _string(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    if quoted.isprintable():
        return quoted
    return "".join(one if one.isprintable() else json.dumps(one)[1:-1] for one in quoted)


def _character(one: str, also: str) -> str:
    if one in also:
        return f"\\{one}"
    if one in _SPELLED:
        return _SPELLED[one]
    if one.isprintable():
        return one
    code = ord(one)
    if 0xDC80 <= code <= 0xDCFF:
        return f"\\x{code - 0xDC00:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _whole(body: bytes, placeholders: Placeholders) -> list[str] | None:
    """The lines of a body that is one JSON object or array; None where it is not."""
    if body.lstrip()[:1] not in {b"{", b"["}:
        return None
    try:
        value = read(body.decode())
    except (ValueError, RecursionError):
        return None
    if isinstance(value, Members) or not all(isinstance(one, Members) for one in value):
        return lines_of_value(value, placeholders)
    # Gemini streams an array of objects where no event stream is asked for.
    return ["(array)", *(line_of_value(one, placeholders) for one in value)]


def _events(body: bytes) -> Iterator[SseEvent]:
    decoder = Decoder(every_block=True)
    yield from decoder.feed(body)
    yield from decoder.finish()


def _framing(body: bytes) -> Iterator[str]:
    if body.startswith(_BOM):
        yield "(byte order mark)"
    ends = sorted({_ENDS[one] for one in _LINE_END.findall(body)})
    if ends not in ([], ["LF"]):
        yield f"(lines end with {' and '.join(ends)})"


def _parts(block: bytes, placeholders: Placeholders) -> Iterator[str]:
    """What the lines of an unusual block say, in their order; `data` lines together, where the first stands."""
    lines = fields(block)
    values = [line.value for line in lines if line.name == b"data" and not line.is_comment]
    told = False
    for line in lines:
        value = line.value.decode("utf-8", "surrogateescape")
        if line.is_comment:
            yield _escaped(line.line.decode("utf-8", "surrogateescape"))
        elif line.name == b"data":
            if not told:
                several = f"(data lines: {len(values)}) " if len(values) > 1 else ""
                yield several + _data(b"\n".join(values), placeholders)
            told = True
        elif line.name == b"id":
            yield _field("id", placeholders.event_id(value))
        elif line.is_known:
            yield _field(line.name.decode(), value)
        else:
            yield f"line: {_escaped(placeholders.raw(line.line.decode('utf-8', 'surrogateescape')))}"


def _field(name: str, value: str) -> str:
    return f"{name}: {_escaped(value)}"


def _escaped(text: str) -> str:
    return shown(text, also="|")


def _data(data: bytes, placeholders: Placeholders) -> str:
    """What the data of an event says: JSON and `[DONE]` as they are, all else behind `data:`."""
    try:
        text = data.decode()
        if text == "[DONE]":
            return text
        value = read(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, list):
        return line_of_value(value, placeholders)
    return f"data: {shown(placeholders.raw(data.decode('utf-8', 'surrogateescape')))}"
