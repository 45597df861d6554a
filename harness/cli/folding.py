"""Long lines on a terminal: broken between words, and what goes on stands below where it began."""

from __future__ import annotations

import re
from typing import Final

_ESCAPE: Final = re.compile(r"\x1b\[[0-9;]*m")
_LABEL: Final = re.compile(r" *\S+(?: \S+)?  +(?=\S)")
"""What stands before the text of a line, such as `  expected  `."""
_DEEPEST: Final = 24
_VERBATIM: Final = "  again "
"""A command line: people copy it, and a terminal breaks it without cutting it in two."""


def folded(line: str, width: int) -> str:
    """The line, broken where it is longer than that many columns; words are left whole.

    Args:
        line: With or without colours and an end.
        width: Columns of the terminal.
    """
    if _columns(line.rstrip("\n")) <= width or line.startswith(_VERBATIM):
        return line
    label = _LABEL.match(line)
    at = label.end() if label is not None and label.end() <= _DEEPEST else _indent(line) + 4
    lines = [line[: label.end()] if label is not None else " " * _indent(line)]
    begun = False
    for word in line[len(lines[0]) :].split(" "):
        if begun and _columns(lines[-1]) + 1 + _columns(word.rstrip("\n")) > width:
            lines.append(" " * at + word)
        else:
            lines[-1] += (" " if begun else "") + word
        begun = True
    return "\n".join(lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _columns(text: str) -> int:
    return len(_ESCAPE.sub("", text))
