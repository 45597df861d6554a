"""All rules of one redactor, compiled into one search that ordinary text passes quickly.

Strategy: every rule has *heads*, short literals that begin (or, for named values, announce) what it looks for.
Each head is found by its rarest character, so that one regular expression with a small first set runs over
the text and seldom stops; only where it does, the rules are asked in full. A rule may look ahead as far as
it likes; where the text ends before it knows, it says so, and the caller waits for more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from harness.cassettes.redaction import contexts, known
from harness.cassettes.redaction.placeholder import holds_placeholder
from harness.cassettes.redaction.shapes import SHAPES, Shape, inside_word
from harness.cassettes.redaction.spans import Span, Undecided, Verdict
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    Rule: TypeAlias = Callable[[bytes, int, bool], Verdict]

HEAD = 8
"""Longest literal that is looked for, in bytes; where it is found, the rule compares the rest."""

OVERLAP = 24
"""Bytes before a chunk that are searched again with it: a name may have been cut in two."""

_FREQUENT = b'"etn:aosilcd,ru p0mf1bhg247{}56389.xkyv[]jqwCAT/IPENDOSMBRGzHLQUXWFKYVJZ'
"""Characters by how often bodies of language-model APIs hold them (measured); what is not listed is rarer."""

_JOINTS = b"_-"
"""Characters that most prefixes have, so that one more of them costs nothing."""


def _rarity(byte: int) -> int:
    if byte in _JOINTS:
        return len(_FREQUENT) + 1
    place = _FREQUENT.find(byte)
    return place if place >= 0 else len(_FREQUENT)


def _rarest(literal: bytes) -> int:
    return max(range(len(literal)), key=lambda place: (_rarity(literal[place]), place))


def shape_at(shape: Shape, text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """Whether a token of this shape begins at `at`."""
    if inside_word(text, at):
        return None
    start = at + len(shape.prefix)
    if not text.startswith(shape.prefix, at):
        begun = start > len(text) and shape.prefix.startswith(text[at:start])
        return Undecided(at) if begun and not final else None
    match = shape.run.match(text, start)
    run = match.group() if match else b""
    if start + len(run) == len(text) and len(run) <= shape.most and not final:
        return Undecided(at)
    token = run.rstrip(b".")
    if (
        shape.least <= len(token)
        and len(run) <= shape.most
        and not holds_placeholder(token)
        and shape.credible(token)
    ):
        return Span(at, start + len(token), shape.label)
    return None


def _value_at(form: bytes, label: str, text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """Whether this form of a known value begins at `at`; known values need no word boundary."""
    if text.startswith(form, at):
        return Span(at, at + len(form), label, known=True)
    if not final and len(text) - at < len(form) and form.startswith(text[at:]):
        return Undecided(at)
    return None


@dataclass(frozen=True, slots=True)
class _Head:
    """A literal; `offset` is the place of its rarest character, `rule` is asked where the literal begins."""

    literal: bytes
    offset: int
    rule: Rule


class Rules:
    """The rules of one redactor: known values, token shapes, named values, and the user's own patterns.

    Args:
        values: Label -> value that must not survive anywhere.
        extra_patterns: Regular expressions of the user. A group named `secret` hides only itself; otherwise the
            whole match is hidden. They are applied line by line.

    Raises:
        UsageError: One of the patterns is no regular expression.
    """

    def __init__(self, values: Mapping[str, str], extra_patterns: Sequence[str] = ()) -> None:
        words: list[tuple[bytes, Rule]] = [(shape.prefix, partial(shape_at, shape)) for shape in SHAPES]
        words += [(word, contexts.scheme) for word in (b"Bearer", b"Basic ")]
        marks: list[tuple[bytes, Rule]] = [(_AUTHORITY, contexts.userinfo), (b"-----B", contexts.pem)]
        marks += [(b"arn:aws", contexts.account), (b"arn%3Aaws", contexts.account)]
        for label, value in values.items():
            marks += [(form, partial(_value_at, form, label)) for form in known.forms(value)]
        self._by_anchor: dict[int, list[_Head]] = defaultdict(list)
        for literal, rule in words + marks:
            short = literal[:HEAD]
            offset = _rarest(short)
            self._by_anchor[short[offset]].append(_Head(short, offset, rule))
        self._words_begun = _beginnings(literal for literal, _ in words)
        self._marks_begun = _beginnings(literal for literal, _ in marks)
        self._last = frozenset(literal[-1] for literal in self._words_begun | self._marks_begun)
        anchors = sorted({*self._by_anchor, *_NAMES})
        expression = re.compile(
            b"|".join(_around(anchor, self._by_anchor.get(anchor, ())) for anchor in anchors)
        )
        self.search = expression.search
        self._every = expression.finditer
        self.patterns = tuple(_compiled(pattern) for pattern in extra_patterns)

    def begun(self, text: bytes) -> int:
        """The place where the end of `text` may be the beginning of a head; `len(text)` where it is none."""
        if not text or text[-1] not in self._last:
            return len(text)
        for length in range(min(HEAD - 1, len(text)), 0, -1):
            tail = text[-length:]
            at = len(text) - length
            if tail in self._marks_begun or (tail in self._words_begun and not inside_word(text, at)):
                return at
        return len(text)

    def verdicts(self, text: bytes, start: int, final: bool) -> Iterator[Span | Undecided]:  # noqa: FBT001
        """What all rules say about the heads from `start` on."""
        for match in self._every(text, start):
            anchor = match.start()
            for head in self._by_anchor.get(text[anchor], ()):
                at = anchor - head.offset
                if at >= 0 and text.startswith(head.literal, at) and (verdict := head.rule(text, at, final)):
                    yield verdict
            if name := _NAME_REST.match(text, anchor):
                rule = contexts.parameter if text[name.end() - 1] == _EQUALS else contexts.field
                if verdict := rule(text, name.end() - 1, final):
                    yield verdict


_EQUALS = ord("=")
_NAME_REST = re.compile(rb"[A-Za-z_]*\\{0,7}\"|=")


def _beginnings(literals: Iterable[bytes]) -> frozenset[bytes]:
    return frozenset(literal[:length] for literal in literals for length in range(1, min(len(literal), HEAD)))


def _folded(word: str) -> str:
    return "".join(f"[{sign}{sign.upper()}]" if sign.isalpha() else sign for sign in word)


def _ending(before: str, anchor: str, rest: str) -> dict[int, bytes]:
    r"""The look around `anchor` for a name that ends in `before` + `anchor` + `rest` and a quote."""
    return {
        ord(sign): (f"(?<={_folded(before)}{sign})" if before else "").encode()
        + rf'(?={_folded(rest)}\\*")'.encode()
        for sign in {anchor, anchor.upper()}
    }


def _names() -> dict[int, list[bytes]]:
    """What must stand around a rare character where it belongs to the end of a credential's name."""
    names: dict[int, list[bytes]] = defaultdict(list)
    endings = [
        {ord(sign): rb'(?<![cC][hH][eE]_[kK])(?=[eE][yY]\\*")' for sign in "kK"},  # but not prompt_cache_key
        _ending("to", "k", "en"),
        _ending("coo", "k", "ie"),
        _ending("coo", "k", "ies"),
        _ending("ss", "w", "ord"),
        _ending("", "w", "d"),
        _ending("", "z", "ation"),
        _ending("", "_", "secret"),
        {ord("S"): rb'(?=ecret\\*")'},
        {ord("="): rb"(?<=[A-Za-z]=)"},
    ]
    for ending in endings:
        for anchor, look in ending.items():
            names[anchor].append(look)
    return names


_NAMES = _names()


def _around(anchor: int, heads: Sequence[_Head]) -> bytes:
    """The search for all that shares a rarest character, with a look at its neighbour before all else."""
    sign = re.escape(bytes([anchor]))
    groups = list(_NAMES.get(anchor, ()))
    inner = sorted({(head.literal, head.offset) for head in heads if head.offset})
    if inner:
        neighbours = re.escape(bytes({literal[offset - 1] for literal, offset in inner}))
        each = b"|".join(_one(literal, offset) for literal, offset in inner)
        groups.append(b"(?<=[%b]%b)(?:%b)" % (neighbours, sign, each))
    groups += (
        b"(?=" + re.escape(literal[1:]) + b")"
        for literal in sorted({h.literal for h in heads if not h.offset})
    )
    return sign + b"(?:" + b"|".join(groups) + b")"


def _one(literal: bytes, offset: int) -> bytes:
    """One literal around its rarest character."""
    look = b"(?<=" + re.escape(literal[: offset + 1]) + b")"
    if literal == _AUTHORITY:
        return look + _USERINFO_AHEAD
    return look + b"(?=" + re.escape(literal[offset + 1 :]) + b")" if literal[offset + 1 :] else look


_AUTHORITY = b"://"
_USERINFO_AHEAD = rb"(?=[^/\s?#\"'<>\\@]{0,700}(?:@|\Z))"


def _compiled(pattern: str) -> re.Pattern[bytes]:
    try:
        return re.compile(pattern.encode())
    except re.error as error:
        raise UsageError(
            f"this is no regular expression: {error}",
            where=f"redaction pattern {pattern!r}",
            expected="a Python regular expression",
            hint="escape signs such as ( [ + * with a backslash",
        ) from error
