"""Hiding secrets in a stream of bytes, whatever its cut, and holding back as little of it as is safe.

The law of this file: what comes out depends on the bytes alone, never on how they were cut. Each rule's answer
about a place is given once enough bytes are there for it never to change; until then the bytes from that place
on are held. Everything before it goes out.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Redaction
from harness.cassettes.redaction.rules import OVERLAP
from harness.cassettes.redaction.spans import Span, Undecided, hidden, merged

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.redaction.rules import Rules

_CONTEXT = 96
"""Original bytes that are remembered after they went out: no rule looks back further.

A rule is asked again up to `OVERLAP` bytes back, and looks 64 further: so much must be there, as what is cut off
before a name would make it look like the body's first word.
"""

_LINE = 1 << 20
"""Longest line that is held for the user's own patterns, in bytes."""


class BodyRedactor:
    """Hides the secrets of one body.

    Args:
        rules: What to hide.
        where: The body's place in reports, such as `response.body`.
        before: What is to be imagined before the first byte (`&` before a form).
    """

    decodes = False
    """Whether the bytes that come out are no longer those of the wire (see `compressed.py`)."""

    notes: tuple[str, ...] = ()
    """What could not be looked into, and why."""

    def __init__(self, rules: Rules, where: str, *, before: bytes = b"") -> None:
        self._rules = rules
        self._where = where
        self._left = before
        self._held = b""
        self._counts: Counter[str] = Counter()

    def feed(self, data: bytes) -> bytes:
        """Take the next bytes of the body; give those that may be written now."""
        if not data:
            return b""
        left, rules = self._left, self._rules
        if not self._held and not rules.patterns:
            text = left[-OVERLAP:] + data
            if not rules.suspects(text):
                stop = rules.begun(text) - len(text) + len(data)
                if stop > 0:
                    out = data[:stop]
                    self._left = out[-_CONTEXT:] if stop >= _CONTEXT else (left + out)[-_CONTEXT:]
                    self._held = data[stop:]
                    return out
        return self._scan(self._held + data, final=False)

    def finish(self) -> bytes:
        """The body is over: give the rest."""
        return self._scan(self._held, final=True)

    @property
    def redactions(self) -> tuple[Redaction, ...]:
        """What was hidden so far, by label."""
        return tuple(Redaction(self._where, label, times) for label, times in sorted(self._counts.items()))

    def _scan(self, data: bytes, *, final: bool) -> bytes:
        base = len(self._left)
        text = self._left + data
        end = len(text) if final else self._rules.begun(text)
        end = max(end, base)
        spans: list[Span] = []
        for verdict in self._verdicts(text, base, final=final):
            if isinstance(verdict, Undecided):
                end = min(end, max(verdict.start, base))
            elif verdict.stop > base:
                spans.append(verdict._replace(start=max(verdict.start, base)))
        joined = merged(spans)
        end = self._settled(text, base, end, joined, final=final)
        ready = [span for span in joined if span.stop <= end]
        out = hidden(text[:end], ready, self._counts)[base:]
        self._left = text[:end][-_CONTEXT:]
        self._held = text[end:]
        return out

    def _settled(self, text: bytes, base: int, end: int, spans: list[Span], *, final: bool) -> int:
        """The last place before `end` at which neither a span nor, with patterns, a line is torn in two."""
        lines = [start for start, _ in _lines(text, base)] if self._rules.patterns and not final else []
        while True:
            if lines:
                end = max(start for start in lines if start <= end)
            torn = next((span.start for span in spans if span.start < end < span.stop), end)
            if torn == end:
                return end
            end = torn

    def _verdicts(self, text: bytes, base: int, *, final: bool) -> Iterator[Span | Undecided]:
        yield from self._rules.verdicts(text, max(0, base - OVERLAP), final)
        if not self._rules.patterns:
            return
        for start, stop in _lines(text, base):
            if stop == len(text) and not final and stop - start < _LINE:
                yield Undecided(start)
                return
            for number, pattern in enumerate(self._rules.patterns, 1):
                for match in pattern.finditer(text[start:stop]):
                    group = "secret" if "secret" in pattern.groupindex else 0
                    if match.start(group) < match.end(group) and not match.group(group).startswith(
                        b"redacted"
                    ):
                        yield Span(start + match.start(group), start + match.end(group), f"pattern-{number}")


def _lines(text: bytes, start: int) -> Iterator[tuple[int, int]]:
    """The lines from `start` on without their ends; a line that is too long is cut."""
    while start < len(text):
        stop = text.find(b"\n", start, start + _LINE)
        if stop < 0:
            stop = min(len(text), start + _LINE)
            yield start, stop
            start = stop
        else:
            yield start, stop
            start = stop + 1
