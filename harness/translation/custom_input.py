"""The input of a custom tool, read out of the arguments of the function that stands for it, piece by piece.

Such a function has one string: `{"input": "..."}` (see `harness.translation.requests.emulation`). What is decoded does
not depend on how the pieces are cut: an escape or a surrogate pair may be cut in its middle.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from harness.jsonvalue import try_parse

_WORD: Final = '{"input":"'
_NAME: Final = slice(1, 8)  # of it, with its quotes
_SPACE: Final = " \t\n\r"
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PLAIN: Final = re.compile(r'[^"\\]+')
_REPLACEMENT: Final = "\ufffd"
_HEX: Final = re.compile(r"[0-9a-fA-F]{4}")
_ESCAPE_LENGTH: Final = len("\\u00e9")


class _State(Enum):
    BEFORE = "before"
    INSIDE = "inside"
    AFTER = "after"
    RAW = "raw"


class CustomInput:
    """Decodes the arguments of one call.

    Attributes:
        more: After the string came members that a custom tool has no place for.
    """

    __slots__ = ("_before", "_begin", "_held", "_high", "_state", "more")

    def __init__(self) -> None:
        self.more = False
        self._state = _State.BEFORE
        self._before: list[str] = []
        self._held = ""
        self._begin = _Beginning()
        self._high: int | None = None

    def feed(self, text: str) -> str:
        """What more of the input is known; arguments that are no such object are passed as they are."""
        if self._state is _State.INSIDE and not self._held and self._high is None:
            # The usual case: a piece in the middle of the string.
            if '"' not in text and "\\" not in text:
                return text
        elif self._state is _State.RAW:
            return text
        if self._state is _State.BEFORE:
            # Not joined with what came before until it is known what this is: blanks may come one by one for ever.
            self._before.append(text)
            return self._begun(text)
        self._held += text
        if self._state is _State.INSIDE:
            return self._decoded()
        self._rest()
        return ""

    def finish(self) -> str:
        """What was held back when the arguments ended in the middle of something."""
        if self._state is _State.BEFORE:
            return self._raw()
        if self._state is not _State.INSIDE:
            return ""
        cut = _REPLACEMENT if self._high is not None else ""
        self._high = None
        held, self._held = self._held, ""
        return cut + held

    def _raw(self) -> str:
        self._state = _State.RAW
        held, self._before = "".join(self._before), []
        return held

    def _begun(self, text: str) -> str:
        """What is known once the string has begun; nothing where it may yet begin; all where it never will."""
        end = self._begin.feed(text)
        if end is None:
            return ""
        if end < 0:
            return self._raw()
        self._before = []
        self._held = text[end:]
        self._state = _State.INSIDE
        return self._decoded()

    def _decoded(self) -> str:
        text = self._held
        out: list[str] = []
        at = 0
        while at < len(text):
            character = text[at]
            if character == "\\":
                step = self._escape(text, at, out)
                if not step:
                    break
                at += step
                continue
            self._flush(out)
            if character == '"':
                self._state = _State.AFTER
                self._held = text[at + 1 :]
                self._rest()
                return "".join(out)
            plain = _PLAIN.match(text, at)
            end = plain.end() if plain is not None else at + 1
            out.append(text[at:end])
            at = end
        self._held = text[at:]
        return "".join(out)

    def _escape(self, text: str, at: int, out: list[str]) -> int:
        """Decode the escape at that place and tell its length; 0 where its end has yet to come."""
        letter = text[at + 1 : at + 2]
        if not letter:
            return 0
        if letter != "u":
            self._flush(out)
            # An escape that JSON does not know is passed as it is.
            out.append(_ESCAPES.get(letter, f"\\{letter}"))
            return 2
        digits = text[at + 2 : at + _ESCAPE_LENGTH]
        if not _HEX.fullmatch(digits):
            if len(digits) < 4 and re.fullmatch(r"[0-9a-fA-F]*", digits):
                return 0
            self._flush(out)
            out.append("\\u")
            return 2
        code = int(digits, 16)
        if 0xDC00 <= code <= 0xDFFF and self._high is not None:
            out.append(chr(0x10000 + ((self._high - 0xD800) << 10) + (code - 0xDC00)))
            self._high = None
            return _ESCAPE_LENGTH
        self._flush(out)
        if 0xD800 <= code <= 0xDBFF:
            self._high = code
        else:
            # Half of a pair is no character, and cannot be sent.
            out.append(_REPLACEMENT if 0xDC00 <= code <= 0xDFFF else chr(code))
        return _ESCAPE_LENGTH

    def _flush(self, out: list[str]) -> None:
        if self._high is not None:
            out.append(_REPLACEMENT)
            self._high = None

    def _rest(self) -> None:
        """What follows the string: its object ends, and nothing else should come."""
        if self._held.strip(_SPACE + "}"):
            self.more = True
        self._held = ""


def input_of(arguments: str) -> str:
    """The input in whole arguments; these as they are where they are no such object."""
    is_json, value = try_parse(arguments)
    if is_json and isinstance(value, dict) and isinstance(said := value.get("input"), str):
        return said
    return arguments


class _Beginning:
    """Looks for `{"input":"`, with blanks as JSON has them, and at each character once."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at = 0

    def feed(self, text: str) -> int | None:
        """Where in this piece the string begins; -1 where it never will, None where it may yet."""
        for place, character in enumerate(text):
            if character == _WORD[self._at]:
                self._at += 1
                if self._at == len(_WORD):
                    return place + 1
            elif character not in _SPACE or _NAME.start < self._at < _NAME.stop:
                return -1  # another word, or blanks within the name
        return None
