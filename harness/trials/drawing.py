"""Making trials of a title, a stream and a reason, briefly: the catalogue is read by people."""

from __future__ import annotations

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


def of_payloads(
    dialect: TrialDialect,
    chapter: str,
    name: str,
    title: str,
    payloads: Callable[[], list[dict[str, Any]]],
    *,
    serves: str,
    legal: str,
    ground: Ground,
    expects: Expected = PLAIN,
    done: bool | None = None,
) -> Trial:
    """A trial whose stream is ordinary but for what the payloads say."""
    return trial(
        dialect,
        chapter,
        name,
        title,
        serves=serves,
        legal=legal,
        ground=ground,
        expects=expects,
        answers=lambda: streamed(blocks(payloads(), dialect, done=done)),
    )
