"""What stands in a cassette where a secret stood.

A placeholder is the first `length` characters of `redacted-<label>-xxxx…`. So it is deterministic, has the
length of what it hides (every offset and chunk boundary stays true), a short secret gets a cut label, and any
part of a long one can be written before its end is known. It consists of unreserved URL characters only
(RFC 3986, section 2.3), which need no escape in a header, a URL, a form or a JSON string.
"""

from __future__ import annotations

import re

MARK = "redacted"
"""The word every placeholder of at least eight characters begins with."""

_FOREIGN = re.compile(r"[^A-Za-z0-9_-]+")
_PLACEHOLDER = re.compile(r"redacted(?:-[A-Za-z0-9_-]*)?")
_WHOLE = re.compile(r"(?<![A-Za-z0-9_-])redacted-[A-Za-z0-9_-]*?-x+(?![A-Za-z0-9_-])")
_WHOLE_BYTES = re.compile(_WHOLE.pattern.encode())
_WITHIN = re.compile(r"redacted-[A-Za-z0-9_-]*[A-Za-z0-9_]")


def placeholder(label: str, length: int) -> str:
    """The placeholder of exactly `length` characters for a secret called `label`."""
    text = f"{MARK}-{_FOREIGN.sub('-', label)}-"
    return text[:length].ljust(length, "x")


def is_placeholder(text: str | bytes) -> bool:
    """Whether `text` is, from its first to its last character, a placeholder.

    A piece of fewer than eight characters counts when it begins the word `redacted`.
    """
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    if len(text) < len(MARK):
        return bool(text) and MARK.startswith(text)
    return _PLACEHOLDER.fullmatch(text) is not None


def holds_placeholder(data: bytes) -> bool:
    """Whether a candidate holds a placeholder or is the beginning of one, so that it is not to be hidden again."""
    return b"redacted" in data or b"redacted".startswith(data)


def reduced(text: str) -> str:
    """`text` with every whole placeholder reduced to one word: their lengths tell nothing.

    One that was cut short is left alone, since something else may stand there.
    """
    return _WHOLE.sub(MARK, text)


def reduced_bytes(data: bytes) -> bytes:
    """The same of bytes."""
    return _WHOLE_BYTES.sub(MARK.encode(), data) if b"redacted-" in data else data


def around_placeholders(text: str) -> list[str]:
    """What stands before, between and behind the placeholders in a text, cut ones among them; one piece without any."""
    return _WITHIN.split(text)
