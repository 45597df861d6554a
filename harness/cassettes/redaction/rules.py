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
from harness.cassettes.redaction.shapes import SHAPES, Shape, inside_word
from harness.cassettes.redaction.spans import Span, Undecided, Verdict
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Rule: TypeAlias = Callable[[bytes, int, bool], Verdict]

HEAD = 6
"""Longest head, in bytes; as many bytes of a known value are compared before the value is."""

_FREQUENT = b' etaoinsrlhducmpgfywbv"_:,{}-.0123456789kxETAOINSRLHDUCMPGFYWBVjqz/'
"""Characters in the order in which streams of JSON hold them, roughly; what is not listed is rarer still."""


def _rarity(byte: int) -> int:
    place = _FREQUENT.find(byte)
    return place if place >= 0 else len(_FREQUENT)


def _rarest(literal: bytes) -> int:
    return max(range(len(literal)), key=lambda place: (_rarity(literal[place]), place))


def shape_at(shape: Shape, text: bytes, at: int, final: bool) -> Verdict:  # noqa: FBT001
    """Whether a token of this shape begins at `at`."""
    if not text.startswith(shape.prefix, at):
        if not final and shape.prefix.startswith(text[at:]) and not inside_word(text, at):
            return Undecided(at)
        return None
    if inside_word(text, at):
        return None
    start = at + len(shape.prefix)
    match = shape.run.match(text, start)
    run = match.group() if match else b""
    if len(run) > shape.most:
        return None
    if start + len(run) == len(text) and not final:
        return Undecided(at)
    run = run.rstrip(b".")
    if len(run) < shape.least or b"redacted" in run or not shape.credible(run):
        return None
    return Span(at, start + len(run), shape.label)


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
        heads: list[tuple[bytes, Rule]] = [(shape.prefix, partial(shape_at, shape)) for shape in SHAPES]
        heads += [(word, contexts.scheme) for word in (b"Bearer", b"bearer", b"Basic ", b"basic ")]
        heads.append((b"://", contexts.userinfo))
        heads.append((b"-----B", contexts.pem))
        self.values = dict(values)
        for label, value in values.items():
            heads += [(form, partial(_value_at, form, label)) for form in known.forms(value)]
        self._by_anchor: dict[int, list[_Head]] = defaultdict(list)
        self._begun: set[bytes] = set()
        for literal, rule in heads:
            short = literal[:HEAD]
            offset = _rarest(short)
            self._by_anchor[short[offset]].append(_Head(short, offset, rule))
            self._begun.update(short[:length] for length in range(1, len(short)))
        self.search = re.compile(self._expression()).search
        self._all = re.compile(self._expression()).finditer
        self.patterns = tuple(_compiled(pattern) for pattern in extra_patterns)

    def _expression(self) -> bytes:
        r"""One alternative per rare character: the literals around it, as look-behind and look-ahead."""
        alternatives = []
        for anchor, heads in sorted(self._by_anchor.items()):
            around = sorted({_around(head.literal, head.offset) for head in heads})
            alternatives.append(re.escape(bytes([anchor])) + b"(?:" + b"|".join(around) + b")")
        alternatives += [
            b'"(?<=[%s\\\\]")(?:%s|(?<=\\\\\\\\"))' % (_LAST, b"|".join(_quoted(end) for end in _NAME_ENDS)),
            b"=(?<=[%s]=)(?:%s)" % (_LAST, b"|".join(b"(?<=" + end + b"=)" for end in _PARAMETER_ENDS)),
        ]
        return b"|".join(alternatives)

    def begun(self, text: bytes) -> int:
        """The place where the end of `text` may be the beginning of a head; `len(text)` where it is none."""
        begun = self._begun
        for length in range(min(HEAD - 1, len(text)), 0, -1):
            if text[-length:] in begun:
                return len(text) - length
        return len(text)

    def verdicts(self, text: bytes, start: int, final: bool) -> Iterator[Span | Undecided]:  # noqa: FBT001
        """What all rules say about the heads from `start` on."""
        for match in self._all(text, start):
            anchor = match.start()
            byte = text[anchor]
            for head in self._by_anchor.get(byte, ()):
                at = anchor - head.offset
                if at >= 0 and text.startswith(head.literal, at) and (verdict := head.rule(text, at, final)):
                    yield verdict
            if byte == _QUOTE and (verdict := contexts.field(text, anchor, final)):
                yield verdict
            if byte == _EQUALS and (verdict := contexts.parameter(text, anchor, final)):
                yield verdict


_QUOTE, _EQUALS = b'"='


def _folded(word: str) -> bytes:
    return "".join(f"[{sign}{sign.upper()}]" for sign in word).encode()


_NAME_ENDS = tuple(
    _folded(end) for end in ("key", "ken", "ret", "swd", "ord", "ase", "pwd", "ion", "ial", "als", "ing", "kie", "ies", "lue")
)  # fmt: skip
_PARAMETER_ENDS = (
    *_NAME_ENDS,
    *(_folded(end) for end in ("sig", "ure", "ode", "jwt", "uth", "yid", "sid", "svg")),
)
_LAST = b"yYnNtTdDeElLsSgGhH"


def _quoted(end: bytes) -> bytes:
    return b'(?<=%s")|(?<=%s\\\\")' % (end, end)


def _around(literal: bytes, offset: int) -> bytes:
    before, after = literal[:offset], literal[offset + 1 :]
    look = b""
    if before:
        look += b"(?<=" + re.escape(literal[: offset + 1]) + b")"
    if after:
        look += b"(?=" + re.escape(after) + b")"
    return look


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
