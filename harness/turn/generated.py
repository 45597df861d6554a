"""How many tokens were generated, where a server counts thought beside its answer instead of within it."""

from __future__ import annotations


def generated(*, given: int | None, made: int | None, reasoning: int | None, total: int | None) -> int | None:
    """The whole output of a model, thought included.

    OpenAI's `completion_tokens` includes reasoning. xAI's does not, and only the total shows it: 12 and 1 and 290 of
    reasoning make 303 (recorded from xAI). Where the total does not prove it, the count is taken at its word.

    Args:
        given: Tokens of the prompt.
        made: Tokens of the completion, as reported.
        reasoning: Tokens of thought, as reported.
        total: The total, as reported.
    """
    if given is None or made is None or not reasoning or total is None or reasoning < 0:
        return made
    return made + reasoning if given + made + reasoning == total else made
