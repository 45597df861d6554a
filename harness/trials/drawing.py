"""Making trials of a title, a stream and a reason, briefly: the catalogue is read by people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.trials.encoding import blocks, streamed
from harness.trials.material import INPUT_TOKENS, OUTPUT_TOKENS, TEXT
from harness.trials.trial import Expected, Trial

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from harness.trials.trial import Answer, Ground, TrialDialect

LENGTH = ("length", "max_output_tokens")
FILTER = ("content filter", "content_filter")
"""Words of errors that clients raise for an answer that was cut off, or filtered."""
PLAIN = Expected(text=TEXT)
COUNTED = Expected(text=TEXT, usage=(INPUT_TOKENS, OUTPUT_TOKENS))


def trial(
    dialect: TrialDialect,
    chapter: str,
    name: str,
    title: str,
    *,
    serves: str,
    legal: str,
    ground: Ground,
    answers: Callable[[], tuple[Answer, ...]],
    expects: Expected = PLAIN,
) -> Trial:
    """A trial whose answers are made by hand."""
    return Trial(
        name=f"{dialect}-{name}",
        title=title,
        chapter=chapter,
        dialect=dialect,
        serves=serves,
        legal=legal,
        ground=ground,
        expects=expects,
        answers=answers,
    )


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where trials of one chapter stand, and what they have in common; the catalogue writes the rest in a line each.

    Args:
        dialect: What the client asks.
        chapter: Where they stand in a report.
        expects: What a client has to give back where a trial does not say otherwise.
    """

    dialect: TrialDialect
    chapter: str
    expects: Expected = PLAIN

    def served(  # noqa: PLR0917 - a row of a table
        self,
        name: str,
        title: str,
        answers: Callable[[], tuple[Answer, ...]],
        serves: str,
        legal: str,
        ground: Ground,
        expects: Expected | None = None,
    ) -> Trial:
        """A trial whose answers are made by hand."""
        return trial(
            self.dialect,
            self.chapter,
            name,
            title,
            serves=serves,
            legal=legal,
            ground=ground,
            expects=self.expects if expects is None else expects,
            answers=answers,
        )

    def stream(  # noqa: PLR0917 - a row of a table
        self,
        name: str,
        title: str,
        payloads: Callable[[], list[dict[str, Any]]],
        serves: str,
        legal: str,
        ground: Ground,
        expects: Expected | None = None,
        *,
        done: bool | None = None,
    ) -> Trial:
        """A trial whose stream is ordinary but for what the payloads say; `done` as `blocks` has it."""
        dialect = self.dialect

        def answers() -> tuple[Answer, ...]:
            return streamed(blocks(payloads(), dialect, done=done))

        return self.served(name, title, answers, serves, legal, ground, expects)
