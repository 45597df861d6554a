"""All rules of one redactor, compiled into one search that ordinary text passes quickly.

Strategy: every rule has *heads*, short literals that begin (or, for named values, announce) what it looks for.
All heads share few *anchors*, characters that bodies seldom hold, and one search per anchor jumps from one to
the next (a search for one character is the fastest thing that `re` does); only where something stands around
an anchor that a head may have, the rules are asked in full. A rule may look ahead as far as it likes; where
the text ends before it knows, it says so, and the caller waits for more.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias

from harness.cassettes.redaction import contexts, known
from harness.cassettes.redaction.placeholder import holds_placeholder
from harness.cassettes.redaction.shapes import SHAPES, Shape, inside_word
from harness.cassettes.redaction.spans import Span, Undecided, Verdict
from harness.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Rule: TypeAlias = Callable[[bytes, int, bool], Verdict]

HEAD = 16
"""Longest literal that is looked for, in bytes; where it is found, the rule compares the rest."""

OVERLAP = 24
"""Bytes before a chunk that are searched again with it: a name may have been cut in two."""

_ANCHORS = b"=/IJBKSwkz.-_"
"""Where a head holds one of these, it is found by it, by preference by the first: one search serves many heads."""

_FREQUENT = b'"etn:aosilcd,ru p0mf1bhg247{}56389xyv[]jqCATPENDOMRGHLQUXWFYVZ'
"""All other characters by how often bodies of language-model APIs hold them (measured); the rest is rarer."""


def _rarity(byte: int) -> int:
    if (place := _ANCHORS.find(byte)) >= 0:
        return 1000 - place
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
        UsageError: One of the patterns is no regular expression, or a value is too short.
    """

    def __init__(self, values: Mapping[str, str], extra_patterns: Sequence[str] = ()) -> None:
        words: list[tuple[bytes, Rule]] = [(shape.prefix, partial(shape_at, shape)) for shape in SHAPES]
        words += [(word, contexts.scheme) for word in (b"Bearer", b"Basic ")]
        marks: list[tuple[bytes, Rule]] = [(_AUTHORITY, contexts.userinfo), (b"-----B", contexts.pem)]
        marks += [(b"arn:aws", contexts.account), (b"arn%3Aaws", contexts.account)]
        for label, value in values.items():
            if 0 < len(value) < known.SHORTEST:
                raise UsageError(
                    f"the value of {label} is too short to be hidden: it would be found in every second word",
                    expected=f"at least {known.SHORTEST} characters",
                    hint="hide it by the name of its header, or by a pattern that says what stands around it",
                )
            marks += [(form, partial(_value_at, form, label)) for form in known.forms(value)]
        self._by_anchor: dict[int, list[_Head]] = defaultdict(list)
        for literal, rule in words + marks:
            short = literal[:HEAD]
            offset = _rarest(short)
            self._by_anchor[short[offset]].append(_Head(short, offset, rule))
        self._only_words = {text: True for literal, _ in words for text in _beginnings(literal)}
        self._only_words |= {text: False for literal, _ in marks for text in _beginnings(literal)}
        endings: dict[bytes, list[bytes]] = defaultdict(list)
        for text in sorted(self._only_words, key=len, reverse=True):
            endings[text[-1:]].append(text)
        self._begun = {last: tuple(texts) for last, texts in endings.items()}
        anchors = sorted({*self._by_anchor, *_NAMES})
        searches = [re.compile(_around(anchor, self._by_anchor.get(anchor, ()))) for anchor in anchors]
        self._searches = tuple(zip(anchors, (search.search for search in searches), strict=True))
        self._every = tuple(search.finditer for search in searches)
        self.patterns = tuple(_compiled(pattern) for pattern in extra_patterns)

    def suspects(self, text: bytes) -> bool:
        """Whether the rules must be asked about `text` at all."""
        for anchor, search in self._searches:  # noqa: SIM110 - a generator would cost as much as the searches
            if anchor in text and search(text) is not None:
                return True
        return False

    def begun(self, text: bytes) -> int:
        """The place where the end of `text` may be the beginning of a head; `len(text)` where it is none."""
        begun = self._begun.get(text[-1:])
        if begun is None or not text.endswith(begun):
            return len(text)
        for beginning in begun:
            at = len(text) - len(beginning)
            if text.endswith(beginning) and not (self._only_words[beginning] and inside_word(text, at)):
                return at
        return len(text)

    def verdicts(self, text: bytes, start: int, final: bool) -> Iterator[Span | Undecided]:  # noqa: FBT001
        """What all rules say about the heads from `start` on."""
        for match in chain.from_iterable(every(text, start) for every in self._every):
            anchor = match.start()
            for head in self._by_anchor.get(text[anchor], ()):
                at = anchor - head.offset
                if at >= 0 and text.startswith(head.literal, at) and (verdict := head.rule(text, at, final)):
                    yield verdict
            if name := _NAME_REST.match(text, anchor):
                end = name.end() - 1
                if verdict := _NAMED[text[end]](text, end, final):
                    yield verdict


_NAMED: dict[int, Rule] = {
    ord('"'): contexts.field,
    ord("="): contexts.parameter,
    ord(":"): contexts.quoted_header,
}
"""Who is asked about a name, by what stands behind it."""

_NAME_REST = re.compile(rb"-?[A-Za-z_]{0,16}(?:\\{0,7}\"|'?:)|=")


def _beginnings(literal: bytes) -> Iterator[bytes]:
    """All that a chunk may end in where the literal has begun."""
    return (literal[:length] for length in range(1, min(len(literal), HEAD)))


def _names() -> dict[int, list[bytes]]:
    r"""What must stand around an anchor where it belongs to the end of a credential's name.

    Names of many words are written `api_key`, `api-key`, `apiKey`, `Api-Key`, `API_KEY`; the quote that ends a
    name may be escaped, and behind the name of a header field stands a colon. `prompt_cache_key` and the `token` of
    log probabilities are no credentials.
    """
    quote = r'\\*"'
    end = rf"(?:{quote}|'?:)"
    upper = f"(?=(?:KEY|TOKEN|SECRET|PASSWORD|PASSWD|AUTHORIZATION|secret){quote})"
    names = {
        "k": [f"(?<!che_k)(?=ey{end})", f"(?<=[a-zA-Z_-][tT]ok)(?=en{end})", f"(?<=ook)(?=ies?{quote})"],
        "w": [f"(?<=ssw)(?=o?r?d{quote})", f"(?<=pw)(?=d{quote})"],
        "z": [f"(?=ation{end})"],
        "K": [f"(?=ey{end})", f"(?=EY{end})", f"(?<=TOK)(?=EN{end})"],
        "S": [f"(?=ecret{end})", f"(?<=PAS)(?=SWORD{quote})"],
        "_": [upper],
        "-": [f"(?=secret{end})"],
        "=": ["(?<=[A-Za-z]=)"],
    }
    return {ord(sign): [look.encode() for look in looks] for sign, looks in names.items()}


_NAMES = _names()


def _around(anchor: int, heads: Sequence[_Head]) -> bytes:
    """The search for all that shares an anchor, with a look at its nearest neighbours before all else."""
    sign = re.escape(bytes([anchor]))
    groups = list(_NAMES.get(anchor, ()))
    for reach in (2, 1):
        inner = sorted({(head.literal, head.offset) for head in heads if min(head.offset, 2) == reach})
        if inner:
            classes = (
                b"[" + re.escape(bytes({literal[offset - step] for literal, offset in inner})) + b"]"
                for step in range(reach, 0, -1)
            )
            each = b"|".join(_one(literal, offset) for literal, offset in inner)
            groups.append(b"(?<=" + b"".join(classes) + sign + b")(?:" + each + b")")
    outer = sorted({head.literal for head in heads if not head.offset})
    groups += (b"(?=" + re.escape(literal[1:]) + b")" for literal in outer)
    return sign + b"(?:" + b"|".join(groups) + b")"


def _one(literal: bytes, offset: int) -> bytes:
    """One literal around its anchor."""
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
