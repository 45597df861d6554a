"""Which words of a text rest on which source: Gemini's grounding and citations as annotations.

Gemini counts bytes of UTF-8, clients of OpenAI count characters; and Gemini counts them from the beginning of a part,
or of all text, where an annotation counts from the beginning of its block. A grounding support also repeats the words
that it means, which tells where they really are.

Source: `GroundingMetadata`, `Segment` and `CitationSource` of the Gemini API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.dialects.members import integer, listed, mapping, text
from harness.turn.increments import Annotation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.translation.session import Session

_DIALECT: Final = "gemini"


class _Block(NamedTuple):
    """A block of visible text: its reference, and its pieces as they came."""

    ref: int
    pieces: list[str]


class Texts:
    """The visible text of one candidate, by block and by part.

    Attributes:
        pieces: Where the text of the open block goes.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._blocks: list[_Block] = []
        self._parts: dict[
            int, tuple[int, int]
        ] = {}  # number of a part -> its block, its place among the pieces

    def begin(self, ref: int) -> None:
        """A block begins."""
        self.pieces = []
        self._blocks.append(_Block(ref, self.pieces))

    def part(self, number: int) -> None:
        """The next piece is that part of the candidate's content."""
        self._parts[number] = (len(self._blocks) - 1, len(self.pieces))

    @property
    def last_ref(self) -> int | None:
        """The reference of the last block; None where there is no text."""
        return self._blocks[-1].ref if self._blocks else None

    def whole(self) -> _Whole:
        """The text as it is now, for finding places in it."""
        joined = ["".join(block.pieces) for block in self._blocks]
        begins, at = [], 0
        for one in joined:
            begins.append(at)
            at += len(one)
        parts = {}
        for number, (block, piece) in self._parts.items():
            pieces = self._blocks[block].pieces
            before = sum(map(len, pieces[:piece]))
            parts[number] = begins[block] + before
        return _Whole("".join(joined), begins, parts)


class _Whole:
    """A text of several blocks; offsets are in characters of all of it."""

    def __init__(self, words: str, begins: list[int], parts: dict[int, int]) -> None:
        self.words = words
        self.last_begin = begins[-1] if begins else 0
        self._parts = parts
        self._data = b"" if words.isascii() else words.encode("utf-8", "surrogatepass")

    def place(
        self, begin: int, end: int | None, part: int | None, said: str | None
    ) -> tuple[int, int] | None:
        """The characters that a segment means; None where it means nothing that is there.

        Args:
            begin: Offset of the first byte.
            end: Offset after the last; None where only the words tell.
            part: The part that the offsets are of; None counts from the beginning of all text.
            said: The words themselves, where the segment repeats them.
        """
        bases = [self._parts[part], 0] if part is not None and part in self._parts else [0]
        for base in bases:
            found = self._by_bytes(base, begin, end) if end is not None else None
            if found is not None and (not said or self.words[found[0] : found[1]] == said):
                return found
        if not said:
            return None
        for base in bases:  # some versions of the API count characters
            if end is not None and self.words[base + begin : base + end] == said:
                return base + begin, base + end
        at = self.words.find(said)
        return (at, at + len(said)) if at >= 0 else None

    def _by_bytes(self, base: int, begin: int, end: int) -> tuple[int, int] | None:
        if begin < 0 or end < begin:
            return None
        if not self._data:
            first, last = base + begin, base + end
        else:
            skipped = len(self.words[:base].encode("utf-8", "surrogatepass"))
            first, last = self._characters(skipped + begin), self._characters(skipped + end)
        return (first, min(last, len(self.words))) if first < len(self.words) else None

    def _characters(self, offset: int) -> int:
        """How many characters begin before that byte; one that it cuts counts not."""
        return len(self._data[:offset].decode("utf-8", "ignore"))


def sources_of(
    texts: Texts,
    grounding: Mapping[str, Any],
    citations: list[Any],
    session: Session,
    *,
    choice: int,
    src: int,
) -> list[Annotation]:
    """What a candidate's text rests on.

    They are all put on the last block of text, which is the one that is still open. What is said of an earlier block
    keeps its source and loses its place (L231).

    Args:
        texts: The candidate's text.
        grounding: Its `groundingMetadata`.
        citations: The sources of its `citationMetadata`.
        session: The exchange.
        choice: The candidate's number.
        src: The event that they came with.
    """
    ref = texts.last_ref
    if not grounding and not citations:
        return []
    whole = texts.whole()
    given: list[Annotation] = []
    for found in (*_supported(grounding), *_cited(citations)):
        if ref is None:
            session.lose_at("L231", src, "a source without a text")
            break
        place = whole.place(found.begin, found.end, found.part, found.said)
        begin: int | None = None
        end: int | None = None
        if place is not None and place[0] >= whole.last_begin:
            begin, end = place[0] - whole.last_begin, place[1] - whole.last_begin
        else:
            session.lose_at("L231", src, "the place of a source")
        given.append(
            Annotation(
                ref=ref,
                choice=choice,
                src=src,
                kind="url_citation" if found.url else found.kind,
                url=found.url,
                title=found.title,
                begin=begin,
                end=end,
                dialect=_DIALECT,
                raw=found.raw,
            )
        )
    return given


class _Found(NamedTuple):
    """One source of one segment."""

    kind: str
    url: str | None
    title: str | None
    begin: int
    end: int | None
    part: int | None
    said: str | None
    raw: Mapping[str, Any]


def _supported(grounding: Mapping[str, Any]) -> Iterator[_Found]:
    """The sources of grounding, in the order of the segments that they support."""
    chunks = listed(grounding.get("groundingChunks"))
    for support in listed(grounding.get("groundingSupports")):
        if not isinstance(support, dict):
            continue
        segment = mapping(support.get("segment"))
        for place in listed(support.get("groundingChunkIndices")):
            chunk = chunks[place] if type(place) is int and 0 <= place < len(chunks) else None
            if not isinstance(chunk, dict):
                continue
            # A chunk has one member, named by what it is: `web`, `maps`, `retrievedContext`, `image`.
            kind = next((name for name, value in chunk.items() if isinstance(value, dict)), "groundingChunk")
            source = mapping(chunk.get(kind))
            yield _Found(
                kind=kind,
                url=text(source, "uri") or None,
                title=text(source, "title") or None,
                begin=integer(segment, "startIndex") or 0,
                end=integer(segment, "endIndex"),
                part=integer(segment, "partIndex"),
                said=text(segment, "text") or None,
                raw={"segment": segment, **chunk},
            )


def _cited(citations: list[Any]) -> Iterator[_Found]:
    """The sources of `citationMetadata`; the offsets are of all text."""
    for one in citations:
        if isinstance(one, dict):
            yield _Found(
                kind="citation",
                url=text(one, "uri") or None,
                title=text(one, "title") or None,
                begin=integer(one, "startIndex") or 0,
                end=integer(one, "endIndex"),
                part=None,
                said=None,
                raw=one,
            )
