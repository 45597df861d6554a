"""Where the texts of one request are in another: there, elsewhere, in somebody else's mouth, or nowhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from harness.rules.translation.requests_reading import Heard, Speaker, Words

_BLANKS: Final = frozenset(" \t")

Fate: TypeAlias = Literal["lost", "respaced", "moved", "spoken by another"]


class Passage(NamedTuple):
    """A text of the client's that did not reach the upstream as it was, or where it was.

    Args:
        words: The text.
        fate: What became of it.
        speaker: Who says it upstream, where that is another.
    """

    words: Words
    fate: Fate
    speaker: Speaker | None = None


class _Lane:
    """All texts of one speaker as one, so that a text may have been joined to others, or been split."""

    def __init__(self, speaker: Speaker, words: list[Words]) -> None:
        self.speaker = speaker
        self.starts: list[int] = []
        self.places: list[int] = []
        """Which of all texts each of them is."""
        texts: list[str] = []
        length = 0
        for place, one in enumerate(words):
            if one.speaker == speaker:
                self.starts.append(length)
                self.places.append(place)
                texts.append(one.text)
                length += len(one.text)
        self.text = "".join(texts)

    def after(self, cursor: tuple[int, int]) -> int:
        """Where in this text the search goes on: behind a place in one of all texts."""
        place, offset = cursor
        number = bisect_left(self.places, place)
        if number == len(self.places):
            return len(self.text)
        return self.starts[number] + (offset if self.places[number] == place else 0)

    def cursor(self, stop: int) -> tuple[int, int]:
        """The place in all texts at which a match that stops there ends."""
        number = bisect_right(self.starts, stop - 1) - 1
        return self.places[number], stop - self.starts[number]


def misplaced(asked: Heard, sent: Heard) -> list[Passage]:
    """The client's texts that are not upstream, or not where they should be; in order.

    System prompts may stand anywhere and be told as a user's words, since not every protocol has a place for each of
    them. What users and assistants said keeps its order, refusals aside.
    """
    words = sent.words()
    lanes: dict[Speaker, _Lane] = {
        "system": _Lane("system", words),
        "user": _Lane("user", words),
        "assistant": _Lane("assistant", words),
    }
    said = asked.words()
    wanted = Counter((one.speaker, one.text.strip()) for one in said)
    cursor = (0, 0)
    found: list[Passage] = []
    for one in said:
        text = one.text.strip()
        if one.speaker == "system":
            if not any(text in lane.text for lane in lanes.values()):
                found.append(_missing(one, lanes))
            continue
        lane = lanes[one.speaker]
        if one.is_refusal and text in lane.text:
            continue
        at = lane.text.find(text, lane.after(cursor))
        if at >= 0:
            cursor = lane.cursor(at + len(text))
        elif lane.text.count(text) >= wanted[one.speaker, text]:
            found.append(Passage(one, "moved"))
        elif text in lane.text:
            found.append(Passage(one, "lost"))
        else:
            found.append(_missing(one, lanes))
    return found


def _missing(one: Words, lanes: dict[Speaker, _Lane]) -> Passage:
    text = one.text.strip()
    other = next((lane.speaker for lane in lanes.values() if text in lane.text), None)
    if other is not None:
        return Passage(one, "spoken by another", other)
    squeezed = "".join(text.split())
    if any(squeezed in "".join(lane.text.split()) for lane in lanes.values()):
        return Passage(one, "respaced")
    return Passage(one, "lost")


def spaced_out(asked: Heard, sent: Heard) -> tuple[str, str, str] | None:
    """Two parts of one message that stand upstream in one text, with blanks between them that neither has.

    Lines between parts are not looked for: they are how parts are told where a protocol has none.

    Returns:
        Both parts, and what stands between them; None where no such parts are.
    """
    words = asked.words()
    for one, other in pairwise(words):
        if one.message is None or (one.message, one.speaker) != (other.message, other.speaker):
            continue
        texts = [there.text for there in sent.words() if there.speaker == one.speaker]
        if any(f"{one.text}{other.text}" in text for text in texts):
            continue
        for text in texts:
            if between := _blanks_between(one.text, other.text, text):
                return one.text, other.text, between
    return None


def _blanks_between(first: str, second: str, text: str) -> str:
    """The blanks that stand between two texts in a third; "" where these do not follow each other there."""
    at = text.find(first)
    while at >= 0:
        stop = end = at + len(first)
        while text[end : end + 1] in _BLANKS:
            end += 1
        if end > stop and text.startswith(second, end):
            return text[stop:end]
        at = text.find(first, stop)
    return ""
