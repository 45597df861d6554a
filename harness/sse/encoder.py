"""Writes server-sent events, such that decoding gives back what was encoded."""

from __future__ import annotations

import re

from harness.errors import UsageError

_LINE_ENDS = (b"\n", b"\r\n", b"\r")


def encode(
    data: bytes | str | None,
    *,
    event: str | None = None,
    id: str | None = None,  # noqa: A002 - the field is called so
    retry: int | None = None,
    line_end: bytes = b"\n",
) -> bytes:
    """One block: the `event`, `id`, `retry` and `data` lines that are given, and a blank line.

    Args:
        data: The data; each LF in it starts another `data` line. None for a block without data, which clients
            do not dispatch.
        event: The event type.
        id: The event's id; "" resets the last event ID of the client.
        retry: Reconnection time in milliseconds.
        line_end: LF, CRLF or CR.

    Raises:
        UsageError: A value that no event stream can carry: a CR in the data, a line end in the event type or
            the id, a NULL in the id, a negative retry; or a line end that is none.
    """
    if line_end not in _LINE_ENDS:
        raise UsageError(
            "a line of an event stream cannot end so",
            where="line_end",
            expected="LF, CRLF or CR",
            found=repr(line_end),
        )
    lines = []
    if event is not None:
        lines.append(b"event: " + _one_line("event", event, "\r\n"))
    if id is not None:
        lines.append(b"id: " + _one_line("id", id, "\r\n\0"))
    if retry is not None:
        if retry < 0:
            raise UsageError("a reconnection time cannot be negative", where="retry", found=str(retry))
        lines.append(b"retry: %d" % retry)
    if data is not None:
        raw = data.encode() if isinstance(data, str) else data
        if b"\r" in raw:
            raise UsageError(
                "the data of an event cannot hold a CR",
                where=f"data, byte {raw.index(13)}",
                hint="a client would read it as a line end; JSON writes it as \\r",
            )
        lines += [b"data: " + line for line in raw.split(b"\n")]
    return line_end.join([*lines, b"", b""]) if lines else line_end


def encode_comment(text: str = "", *, line_end: bytes = b"\n") -> bytes:
    """A comment and a blank line, as servers send to keep a connection alive; each line of it is a comment line."""
    lines = [f": {line}".rstrip().encode() for line in re.split(r"\r\n|\r|\n", text)]
    return line_end.join([*lines, b"", b""])


def _one_line(field: str, value: str, forbidden: str) -> bytes:
    for character in forbidden:
        if character in value:
            raise UsageError(
                f"the {field} of an event cannot hold {character!r}",
                where=f"{field}, character {value.index(character)}",
                expected="text on one line",
                found=repr(value),
            )
    return value.encode()
