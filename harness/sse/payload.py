"""What is wrong with the data of an event that is no JSON, and what can still be read of it.

Everything here is for data that the fast decoder refused: it may be leisurely, and it never raises.
"""

from __future__ import annotations

import json
import re
import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from harness.jsonvalue import try_parse
from harness.sse.lines import fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.sse.event import SseEvent


class Fault(StrEnum):
    """Why the data of an event cannot be read as JSON. Each data has one fault, the first that fits."""

    EMPTY = "empty"
    """There is nothing but white space."""
    DONE = "done"
    """It is meant as `[DONE]`, and is spelled otherwise."""
    COMMENT = "comment"
    """It is a comment, or a word that says that the connection lives."""
    UTF8 = "utf-8"
    """A string holds bytes that are not UTF-8; otherwise it is JSON."""
    SURROGATE = "surrogate"
    """A string holds half of a UTF-16 surrogate pair; otherwise it is JSON."""
    CONSTANT = "constant"
    """It holds NaN, Infinity or -Infinity; otherwise it is JSON."""
    MERGED = "merged"
    """Several `data` lines, each of which is JSON, or `[DONE]`, by itself."""
    RANGE = "range"
    """It is JSON with a number that no machine number can hold. No rule forbids it."""
    DEPTH = "depth"
    """It is nested too deeply to be read."""
    SYNTAX = "syntax"
    """It is no JSON."""


class Diagnosis(NamedTuple):
    """What was found.

    Args:
        fault: What is wrong.
        text: The same for a person, with the place.
        value: What a lenient reader makes of it, without anything that JSON cannot hold; None where nothing can
            be read.
    """

    fault: Fault
    text: str
    value: Any = None


_KEEPALIVE = re.compile(rb":.*|(?:keep-?alive|ping|heartbeat)\.?", re.IGNORECASE | re.DOTALL)
_DONE = re.compile(rb"""["']?\[?\s*DONE\s*\]?["']?""", re.IGNORECASE)
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def diagnosed(data: bytes) -> Diagnosis:
    """Say why the fast decoder refused the data, and what can be read of it."""
    return _word(data) or _text(data)


def _word(data: bytes) -> Diagnosis | None:
    """Data that is no attempt at JSON."""
    bare = data.strip()
    if not bare:
        return Diagnosis(Fault.EMPTY, "the data is empty")
    if _DONE.fullmatch(bare):
        return Diagnosis(Fault.DONE, f"the data is {_quoted(data)}")
    if _KEEPALIVE.fullmatch(bare):
        return Diagnosis(Fault.COMMENT, f"the data is {_quoted(data)}")
    return None


def _text(data: bytes) -> Diagnosis:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        place = f"byte {error.start} of the data, 0x{data[error.start]:02x}, is not UTF-8"
        try:
            return Diagnosis(Fault.UTF8, place, _Lenient().read(data.decode("utf-8", "replace")))
        except (ValueError, RecursionError):
            return Diagnosis(Fault.UTF8, place)
    reader = _Lenient()
    try:
        value = reader.read(text)
    except RecursionError:
        return Diagnosis(Fault.DEPTH, "the data is nested too deeply")
    except ValueError as error:
        lines = data.split(b"\n")
        if len(lines) > 1 and all(map(_is_payload, lines)):
            return Diagnosis(Fault.MERGED, f"{len(lines)} payloads in one event")
        return Diagnosis(Fault.SYNTAX, _short(str(error)))
    return reader.judged(value)


def looks_like_done(value: object) -> bool:
    """Whether a JSON value is a text that is meant as `[DONE]`."""
    return isinstance(value, str) and _DONE.fullmatch(value.strip().encode("utf-8", "replace")) is not None


class _Lenient:
    """Reads JSON as Python does, and replaces what JSON cannot hold."""

    def __init__(self) -> None:
        self.constants: list[str] = []
        self.surrogates: list[str] = []

    def read(self, text: str) -> Any:
        value = json.loads(
            text, parse_constant=self._constant, parse_float=_bounded, parse_int=_integer, strict=True
        )
        return self._cleaned(value)

    def judged(self, value: Any) -> Diagnosis:
        """What was wrong with a text that could be read after all."""
        if self.constants:
            return Diagnosis(Fault.CONSTANT, f"the data holds {self.constants[0]}", value)
        if self.surrogates:
            return Diagnosis(
                Fault.SURROGATE, f"a string holds the lone surrogate {self.surrogates[0]}", value
            )
        return Diagnosis(Fault.RANGE, "a number exceeds what a double can hold", value)

    def _constant(self, name: str) -> float:
        self.constants.append(name)
        return 0.0

    def _cleaned(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self._cleaned(one) for one in value]
        if isinstance(value, dict):
            return {self._text(key): self._cleaned(one) for key, one in value.items()}
        return value

    def _text(self, value: str) -> str:
        if lone := _LONE_SURROGATE.findall(value):
            self.surrogates += [f"\\u{ord(one):04x}" for one in lone]
            return _LONE_SURROGATE.sub("\ufffd", value)
        return value


def _bounded(digits: str) -> float:
    return max(-sys.float_info.max, min(sys.float_info.max, float(digits)))


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= 600 else _bounded(digits)


def _is_payload(line: bytes) -> bool:
    if line == b"[DONE]":
        return True
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


class Payload(NamedTuple):
    """One payload among several that share a block: its event line, and its data."""

    event: str | None
    data: bytes


def is_cut(event: SseEvent) -> bool:
    """Whether an unterminated block ends in the middle of an event; one that only lacks its blank line does not."""
    if all(line.is_comment for line in fields(event.block)):
        return False
    if not event.data:
        return True
    if try_parse(event.data)[0]:
        return False
    return diagnosed(event.data).fault in {Fault.SYNTAX, Fault.EMPTY, Fault.UTF8, Fault.COMMENT}


def merged(event: SseEvent) -> Iterable[Payload]:
    """The payloads of a block whose `data` lines are each one by itself, with the `event` line before each."""
    name: str | None = None
    found: list[Payload] = []
    for field in fields(event.block):
        if field.name == b"event":
            name = field.value.decode("utf-8", "replace")
        elif field.name == b"data":
            found.append(Payload(name, field.value))
            name = None
    return found


def bare_payloads(event: SseEvent) -> list[Payload]:
    """The payloads of a block in which some line is a JSON object without `data:` before it.

    In the order of the lines, those of `data` lines among them; none where there is no such line.
    """
    found: list[Payload] = []
    bare = False
    for field in fields(event.block):
        text = field.value if field.name == b"data" else field.line.strip()
        if (field.name == b"data" or text.startswith(b"{")) and _is_payload(text):
            found.append(Payload(None, text))
            bare |= field.name != b"data"
    return found if bare else []


def _quoted(data: bytes) -> str:
    return _short(repr(data.decode("utf-8", "replace")))


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:80]}..."
