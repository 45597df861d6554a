"""What Gemini models differ in that a request must know: how thinking is set, and what a tool's result may hold."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_VERSION: Final = re.compile(r"gemini-(\d+)(?:\.(\d+))?(?![\d])")
_NO_TEXT_MODELS: Final = ("image", "tts", "embedding", "audio", "live", "robotics")
_FIRST_WITH_LEVELS: Final = (3, 0)
_LAST_KNOWN_MINIMAL: Final = (3, 6)

LEVELS: Final = ("MINIMAL", "LOW", "MEDIUM", "HIGH")
"""ThinkingLevel, from little to much."""


class GeminiModel(NamedTuple):
    """One model.

    Args:
        version: Of its generation, (2, 5); None where the name does not tell.
        levels: The thinking levels that it takes; empty where it takes none.
        budgets: The least and the greatest thinking budget; None where it takes none.
        can_stop_thinking: It takes the budget 0.
    """

    version: tuple[int, int] | None
    levels: tuple[str, ...] = ()
    budgets: tuple[int, int] | None = None
    can_stop_thinking: bool = False

    @property
    def wants_signatures(self) -> bool:
        """Calls of earlier turns must have a thought signature (Gemini 3 and later: guide "Thought signatures")."""
        return self.version is None or self.version >= _FIRST_WITH_LEVELS

    @property
    def fetches_urls(self) -> bool:
        """It reads files by any public URL (guide "File input methods": not those of 2.0 and before)."""
        return self.version is not None and self.version >= (2, 5)

    @property
    def results_with_files(self) -> bool:
        """A function's response may hold pictures and documents (Gemini 3 and later)."""
        return self.version is not None and self.version >= _FIRST_WITH_LEVELS


def gemini_model(name: str) -> GeminiModel:
    """What is known of the model of that name; guide "Gemini thinking" has the tables of levels and budgets."""
    bare = name.rpartition("/")[2].lower()
    found = _VERSION.match(bare)
    if found is None:
        # gemini-flash-latest and the like are always of the present generation.
        is_latest = bare.startswith("gemini-") and bare.endswith("-latest")
        return GeminiModel((3, 5), _levels(bare, (3, 5))) if is_latest else GeminiModel(None)
    version = (int(found[1]), int(found[2] or 0))
    if version < (2, 5) or any(word in bare for word in _NO_TEXT_MODELS):
        return GeminiModel(version)
    if version >= _FIRST_WITH_LEVELS:
        return GeminiModel(version, _levels(bare, version))
    if "lite" in bare:
        return GeminiModel(version, (), (512, 24_576), can_stop_thinking=True)
    if "flash" in bare:
        return GeminiModel(version, (), (1, 24_576), can_stop_thinking=True)
    return GeminiModel(version, (), (128, 32_768))


def _levels(name: str, version: tuple[int, int]) -> tuple[str, ...]:
    if "flash" in name and version <= _LAST_KNOWN_MINIMAL:
        return LEVELS
    return ("LOW", "HIGH") if version == _FIRST_WITH_LEVELS else ("LOW", "MEDIUM", "HIGH")
