"""What hides the secrets of this process's environment.

Building a redactor takes half a millisecond, and every test that opens a cassette needs one; the environment
seldom changes between two of them, so the last few are kept. They have no state.
"""

from __future__ import annotations

from functools import lru_cache

from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.io.environment import secret_values


def environment_redactor(*, decode: bool = False) -> Redactor:
    """The built-in rules, and the values of this process's environment as it is now.

    Args:
        decode: See `Redactor`.
    """
    return _redactor(tuple(secret_values().items()), decode)


def environment_detector() -> Detector:
    """The built-in prefixes, and the values of this process's environment as it is now."""
    return _detector(tuple(secret_values().items()))


@lru_cache(maxsize=8)
def _redactor(values: tuple[tuple[str, str], ...], decode: bool) -> Redactor:  # noqa: FBT001 - a key
    return Redactor(values=dict(values), decode=decode)


@lru_cache(maxsize=8)
def _detector(values: tuple[tuple[str, str], ...]) -> Detector:
    return Detector(values=dict(values))
