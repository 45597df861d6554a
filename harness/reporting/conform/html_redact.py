"""Hiding what messages say, and keeping how they are built: for reports that leave the house.

Every byte of a text is replaced by one fill byte, so that offsets, chunk borders and lengths stay as they were. What
is kept is a list of names whose values are words of the protocol; whatever is not on it is hidden, since a member
that nobody thought of is more likely to hold a text than a word of the protocol.
"""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

FILL: Final = "x"
_FILL: Final = FILL.encode()

_STRUCTURAL: Final = frozenset(
    b"type object role id item_id call_id tool_call_id previous_response_id response_id responseId model "
    b"modelVersion finish_reason finishReason stop_reason status code reason index mimeType mime_type media_type "
    b"format effort service_tier system_fingerprint blockReason detail phase".split()
)
"""Members whose values are words of the protocol, and none of a message."""

_OPEN: Final = frozenset({b"properties", b"patternProperties", b"$defs", b"definitions", b"logit_bias"})
"""Members whose own members somebody named: the parameters of a tool, and the like."""

_FREE: Final = frozenset({b"args", b"input", b"metadata"})
"""Members that are arguments where they are objects: names and numbers in them are said as well."""

_SPELT: Final = frozenset({b"bytes", b"tokens", b"token_ids", b"prompt_token_ids"})
"""Members that spell a text in numbers where they are arrays."""

_FUNCTION_RESPONSE: Final = frozenset({b"functionResponse", b"function_response"})
_KEPT_NAMES, _OPEN_NAMES, _ALL_SAID, _NUMBERS_SAID = range(4)

_TOKEN: Final = re.compile(
    rb'"(?:[^"\\\r\n]|\\.)*(?:"|(?=[\r\n])|\Z)|[{}\[\],:]|\b(?:true|false|null)\b|-?\d[\d.eE+-]*|\s+|[^"{}\[\],:\s]+'
)
_WORD: Final = re.compile(r"[^\W_]+", re.UNICODE)
_PLAIN_NAME: Final = re.compile(rb"[A-Za-z0-9_.$@:/-]{1,64}\Z")
_PLAIN_VALUE: Final = re.compile(rb"[A-Za-z0-9_.:/+-]{1,80}\Z")
_LEAST_PART: Final = 3
_LONGEST_PART: Final = 40


_OF_ANY_SENTENCE: Final = frozenset(
    _WORD.findall(
        """a about after again all an and are as at be before but by did does each first for from had has have in into
        is it its last less more no none not nothing of on one only or than that the then there they this to two was
        were what where which while with without chat client event events expected found gateway response request
        stream target text upstream usage answer answered tool call role"""
    )
)
"""Words that any sentence of this tool is made of; they tell nothing of what a message says."""


class Hidden:
    """What was hidden so far, so that sentences about it can be rid of it, too.

    Attributes:
        known: Words of member names and of values that were kept.
    """

    def __init__(self) -> None:
        self._parts: set[str] = set()
        self.known: set[str] = set()

    def body(self, body: bytes, *, events: bool) -> bytes:
        """A body with its texts filled; as long as it was.

        Args:
            body: The bytes.
            events: It is an event stream.
        """
        if not events:
            return self._json(body)
        return b"".join(self._line(line) for line in re.split(rb"(?<=[\r\n])", body))

    def curl(self, line: str) -> str:
        """A command line whose body is filled; without its body where it cannot be read."""
        try:
            words = shlex.split(line)
        except ValueError:
            return "(hidden)"
        for number, word in enumerate(words[:-1]):
            if word in {"-d", "--data", "--data-raw", "--data-binary"}:
                words[number + 1] = self._json(words[number + 1].encode()).decode("utf-8", "replace")
        return " ".join(
            f'"{word}"' if "$" in word and "'" not in word else shlex.quote(word) for word in words
        )

    def sentence(self, text: str, plain: Iterable[str] = ()) -> str:
        """A sentence about an exchange, without any word of its texts.

        Args:
            text: The sentence.
            plain: Sentences of the rule: what stands in them is no secret.
        """
        plain_words = {word.lower() for one in plain for word in _WORD.findall(one)}
        return _WORD.sub(lambda found: self._word(found.group(), plain_words), text)

    def _word(self, word: str, plain: set[str]) -> str:
        if word in self.known or word.lower() in plain or word.lower() in _OF_ANY_SENTENCE:
            return word
        # Sentences shorten what they quote, so a part of a word may stand at either end of a quotation.
        if word in self._parts or word[:_LONGEST_PART] in self._parts or word[-_LONGEST_PART:] in self._parts:
            return FILL * len(word)
        return word

    def _learn(self, said: str) -> None:
        for word in _WORD.findall(said):
            if word in self._parts:
                continue
            longest = min(len(word), _LONGEST_PART)
            self._parts.add(word)
            self._parts.update(word[:size] for size in range(_LEAST_PART, longest + 1))
            self._parts.update(word[-size:] for size in range(_LEAST_PART, longest + 1))

    def _line(self, line: bytes) -> bytes:
        name, colon, value = line.partition(b":")
        if not colon or name not in {b"data", b"event", b"id", b"retry"}:
            return self._fill(line)
        if name != b"data" or value.strip() == b"[DONE]":
            return line
        return name + colon + self._json(value)

    def _json(self, text: bytes) -> bytes:
        filled = []
        outer: list[tuple[bytes, int, bytes]] = []
        key, mode = b"", _KEPT_NAMES
        tokens = _TOKEN.findall(text)
        for number, token in enumerate(tokens):
            first = token[:1]
            shown = token
            if first in b"{[":
                outer.append((key, mode, first))
                mode = _inside(outer)
            elif first in b"}]":
                key, mode, _ = outer.pop() if outer else (b"", _KEPT_NAMES, b"")
            elif first == b'"' and _is_key(tokens, number):
                name = token.strip(b'"')
                named = mode in {_OPEN_NAMES, _ALL_SAID} or not _PLAIN_NAME.match(name)
                key = b"" if named else name
                shown = self._string(token) if named else token
                self._keep(key)
            elif first == b'"':
                if mode != _ALL_SAID and key in _STRUCTURAL and _PLAIN_VALUE.match(token.strip(b'"')):
                    self._keep(token)
                else:
                    shown = self._string(token)
            elif first in b"-0123456789":
                shown = re.sub(rb"\d", b"0", token) if mode in {_ALL_SAID, _NUMBERS_SAID} else token
            elif not (token.isspace() or first in b",:" or token in {b"true", b"false", b"null"}):
                shown = self._fill(token)
            filled.append(shown)
        return b"".join(filled)

    def _keep(self, token: bytes) -> None:
        self.known.update(_WORD.findall(token.decode("utf-8", "replace")))

    def _string(self, token: bytes) -> bytes:
        ends = len(token) > 1 and token.endswith(b'"')
        inner = token[1:-1] if ends else token[1:]
        return b'"' + self._fill(inner) + (b'"' if ends else b"")

    def _fill(self, text: bytes) -> bytes:
        said = text.decode("utf-8", "replace")
        if "\\" in said:
            self._learn(re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), said))
            said = re.sub(r"\\.", " ", said)
        self._learn(said)
        return re.sub(rb"[^\r\n]", _FILL, text)


def _is_key(tokens: list[bytes], number: int) -> bool:
    for token in tokens[number + 1 : number + 3]:
        if not token.isspace():
            return token == b":"
    return False


def _inside(outer: list[tuple[bytes, int, bytes]]) -> int:
    """What is said in the object or array that begins here.

    Args:
        outer: What lies around it, itself last: the member that each is the value of, what is said outside of it, and
            its bracket.
    """
    key, mode, bracket = outer[-1]
    if mode in {_ALL_SAID, _NUMBERS_SAID}:
        return mode
    if bracket == b"[":
        return _NUMBERS_SAID if key in _SPELT else _KEPT_NAMES
    if len(outer) > 1 and outer[-2][2] == b"[":
        return _KEPT_NAMES
    if key in _FREE or (key == b"response" and len(outer) > 1 and outer[-2][0] in _FUNCTION_RESPONSE):
        return _ALL_SAID
    return _OPEN_NAMES if key in _OPEN else _KEPT_NAMES
