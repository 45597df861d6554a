"""Thought that a model writes into its text, between `<think>` and `</think>`."""

from __future__ import annotations

from typing import Final, NamedTuple

OPEN: Final = "<think>"
CLOSE: Final = "</think>"


class Run(NamedTuple):
    """A stretch of text, and whether it is thought."""

    is_thought: bool
    text: str


class TagSplitter:
    """Splits text at the tags, wherever the stream cuts them.

    What may be the beginning of a tag is held back until it is known. The tags themselves are left out, everything
    else is passed on as it came, line ends after the tags included.

    Attributes:
        lone: Closing tags that nothing had opened. Templates of some models open the thought in the prompt, so that
            only its end is in the answer; what came before has been passed on as text then.
    """

    __slots__ = ("_held", "_inside", "lone")

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self.lone = 0

    def feed(self, text: str) -> list[Run]:
        """The runs that are known after the next piece; none of them is empty."""
        text = self._held + text
        runs: list[Run] = []
        while True:
            at, tag = self._next(text)
            if at < 0:
                break
            if at:
                runs.append(Run(self._inside, text[:at]))
            text = text[at + len(tag) :]
            if tag == CLOSE and not self._inside:
                self.lone += 1
            self._inside = tag == OPEN
        keep = self._doubtful(text)
        self._held = text[len(text) - keep :]
        if len(text) > keep:
            runs.append(Run(self._inside, text[: len(text) - keep]))
        return runs

    def flush(self) -> list[Run]:
        """What was held back, as the text has ended."""
        held, self._held = self._held, ""
        return [Run(self._inside, held)] if held else []

    def _next(self, text: str) -> tuple[int, str]:
        """Where the next tag is, and which; within a thought only its end counts."""
        closing = text.find(CLOSE)
        if self._inside:
            return closing, CLOSE
        opening = text.find(OPEN)
        if opening < 0 or 0 <= closing < opening:
            return closing, CLOSE
        return opening, OPEN

    def _doubtful(self, text: str) -> int:
        """How many characters at the end may begin a tag."""
        at = text.rfind("<", max(0, len(text) - len(CLOSE) + 1))
        if at < 0:
            return 0
        rest = text[at:]
        is_tag = CLOSE.startswith(rest) or (not self._inside and OPEN.startswith(rest))
        return len(rest) if is_tag else 0
