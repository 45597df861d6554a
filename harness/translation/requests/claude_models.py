"""What Claude models differ in that a request must know: thinking, sampling, structured output, forced tools.

The facts are those of Anthropic's guides "Thinking" (which `thinking.type` a model accepts, and what happens without)
and "Structured outputs", and of its migration guides up to Claude 5.5 (November 2026).
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, TypeAlias

Off: TypeAlias = Literal["omitted", "disabled", "between_tools", "never"]
"""How thinking is turned off: by leaving the member out, by such a type, or not at all."""

_NAMED_FIRST: Final = re.compile(r"claude-([a-z]+)-(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?")
_NUMBER_FIRST: Final = re.compile(r"claude-(\d)(?:[-.](\d))?-([a-z]+)")
_ALWAYS_THINKING: Final = frozenset({"fable", "mythos"})
_NEWEST: Final = (5, 5)


class ClaudeModel(NamedTuple):
    """One model.

    Args:
        version: (4, 5); None for a model that is not Claude, or whose name does not tell.
        thinking: Whether it is given a budget ("manual"), decides by itself under an effort ("adaptive"), or cannot.
        off: How thinking is turned off.
        thinks_by_default: It thinks where the request does not say anything.
        sampling: Whether it takes temperature and top_p both, one of them, or neither (nor top_k).
        has_structured_output: It takes `output_config.format` and strict tools.
        has_forced_choice: It takes a tool_choice that forces a call.
        efforts: Levels of `output_config.effort` above high that it takes.
    """

    version: tuple[int, int] | None
    thinking: Literal["none", "manual", "adaptive"] = "manual"
    off: Off = "omitted"
    thinks_by_default: bool = False
    sampling: Literal["both", "one", "none"] = "both"
    has_structured_output: bool = False
    has_forced_choice: bool = True
    efforts: tuple[str, ...] = ()


def claude_model(name: str) -> ClaudeModel:
    """What is known of the model of that name; one that nobody knows is taken for what servers alike offer."""
    family, version = _parsed(name.lower())
    if version is None:
        return ClaudeModel(None)
    if version < (3, 7):
        return ClaudeModel(version, "none")
    if version < (4, 6):
        is_late = version >= (4, 5)
        return ClaudeModel(
            version,
            sampling="one" if version >= (4, 1) else "both",
            has_structured_output=is_late or (version == (4, 1) and family == "opus"),
        )
    if version == (4, 6):
        return ClaudeModel(version, "adaptive", sampling="one", has_structured_output=True, efforts=("max",))
    is_newest = version >= _NEWEST or family in _ALWAYS_THINKING
    return ClaudeModel(
        version,
        "adaptive",
        off=_off(family, version),
        thinks_by_default=version >= (5, 0) or family in _ALWAYS_THINKING,
        sampling="none",
        has_structured_output=True,
        has_forced_choice=not is_newest,
        efforts=("xhigh", "max"),
    )


def _parsed(name: str) -> tuple[str, tuple[int, int] | None]:
    if found := _NAMED_FIRST.search(name):
        return found[1], (int(found[2]), int(found[3] or 0))
    if found := _NUMBER_FIRST.search(name):
        return found[3], (int(found[1]), int(found[2] or 0))
    if "claude-mythos" in name:
        return "mythos", (4, 7)
    return "", None


def _off(family: str, version: tuple[int, int]) -> Off:
    if family in _ALWAYS_THINKING:
        return "never"
    if version < (5, 0):
        return "omitted"
    if version < _NEWEST:
        return "disabled"
    return "never" if family == "opus" else "between_tools"
