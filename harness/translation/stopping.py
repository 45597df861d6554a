"""Stop sequences that an upstream cannot be given, looked for in the text as it streams (`Manner.emulate_stop`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.turn.increments import TextDelta


class Found(NamedTuple):
    """What may be sent.

    Args:
        deltas: As they came, but for the last one where a sequence was found: that is cut.
        stopped: The sequence that was found.
    """

    deltas: list[TextDelta]
    stopped: str | None = None


class Stops:
    """Watches one run of text.

    A delta is held back as long as its end may be the beginning of a stop sequence; none is cut or joined otherwise.

    Args:
        sequences: The stop sequences; empty ones are passed over.
    """

    __slots__ = ("_held", "_sequences", "_text")

    def __init__(self, sequences: Iterable[str]) -> None:
        self._sequences = tuple(one for one in sequences if one)
        self._held: list[TextDelta] = []
        self._text = ""

    def feed(self, delta: TextDelta) -> Found:
        """What may be sent now that this delta has come."""
        self._held.append(delta)
        self._text += delta.text
        begins = [at for one in self._sequences if (at := self._open_at(one)) >= 0]
        begin = min(begins) if begins else len(self._text)
        found = self._first()
        # One that begins before it may yet be found: the first in the text counts, not the first to be whole.
        if found is not None and found[0] <= begin:
            return Found(self._cut(found[0]), found[1])
        return Found(self._released(begin))

    def flush(self) -> Found:
        """What was held back, when the run is over."""
        found = self._first()
        if found is not None:
            return Found(self._cut(found[0]), found[1])
        held, self._held, self._text = self._held, [], ""
        return Found(held)

    def _first(self) -> tuple[int, str] | None:
        """The first stop sequence in the text, and where it is."""
        text = self._text
        found = [(at, one) for one in self._sequences if (at := text.find(one)) >= 0]
        return min(found, default=None)

    def _open_at(self, sequence: str) -> int:
        """Where the end of the text may be the beginning of that sequence; -1 for nowhere."""
        text = self._text
        at = max(0, len(text) - len(sequence) + 1)
        # A client may give a sequence of any length: few places are worth a copy of all the text behind them.
        while (at := text.find(sequence[0], at)) >= 0:
            if sequence.startswith(text[at : at + 64]) and sequence.startswith(text[at:]):
                return at
            at += 1
        return -1

    def _released(self, end: int) -> list[TextDelta]:
        """The deltas that lie before that offset as a whole."""
        given: list[TextDelta] = []
        at = 0
        while self._held and at + len(self._held[0].text) <= end:
            at += len(self._held[0].text)
            given.append(self._held.pop(0))
        self._text = self._text[at:]
        return given

    def _cut(self, end: int) -> list[TextDelta]:
        """The deltas up to that offset, the last of them cut there."""
        given = self._released(end)
        rest = end - sum(len(one.text) for one in given)
        if rest > 0:
            last = self._held[0]
            given.append(
                msgspec.structs.replace(last, text=last.text[:rest], logprobs=_kept(last.logprobs, rest))
            )
        self._held, self._text = [], ""
        return given


def _kept(logprobs: list[object] | None, size: int) -> list[object] | None:
    """Those of the tokens that lie within the first `size` characters."""
    if logprobs is None:
        return None
    kept: list[object] = []
    at = 0
    for one in logprobs:
        token = one.get("token") if isinstance(one, dict) else None
        at += len(token) if isinstance(token, str) else 0
        if at > size:
            break
        kept.append(one)
    return kept
