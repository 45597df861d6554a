"""What a page tells its reader to do: its fenced blocks, in order, and how each of them is held.

| block | what becomes of it |
|---|---|
| ``console`` | lines after `$ ` are commands, those below each are what it prints, both streams |
| ``sh``, ``bash`` | a script; what it prints is compared with the next block of output, where one is next |
| ``python`` | likewise |
| any language with ``title="NAME"`` | a file of that name |
| ``text``, or no language | output of what ran last |
| others | for reading |

A comment in the line before says what the reader sees from the text: `<!-- exits with 1 -->` of the last command, and
`<!-- not run: WHY -->`. In output, a line `...` stands for any lines.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = ("sh", "bash", "python")
_FENCE = re.compile(
    r"(?:^<!-- (?P<told>exits with \d+|not run: [^\n]+?) -->\n\n?)?"
    r"^(?P<ticks>```+)(?P<language>\w*)(?P<more>[^\n]*)\n(?P<text>.*?)^(?P=ticks)$",
    re.MULTILINE | re.DOTALL,
)
_TITLE = re.compile(r'\btitle="([^"]+)"')


class File(NamedTuple):
    """A file that the reader writes.

    Attributes:
        line: Where it stands on the page, counted from 1.
        name: Its path, from where the reader is.
        text: What is in it.
    """

    line: int
    name: str
    text: str


class Step(NamedTuple):
    """Something that the reader runs.

    Attributes:
        line: Where it stands on the page, counted from 1.
        language: "sh", "bash", "python", or "console" for a command at the prompt.
        text: The command or script.
        shown: The lines that the page says it prints; None where it says nothing of it.
        code: Its exit code.
        at: Where the shown lines stand in the page's text: offsets of their beginning and end.
    """

    line: int
    language: str
    text: str
    shown: list[str] | None = None
    code: int = 0
    at: tuple[int, int] | None = None


class Aside(NamedTuple):
    """Something that looks as if it were to be run, and is not.

    Attributes:
        line: Where it stands on the page, counted from 1.
        why: The reason.
        text: What it says.
    """

    line: int
    why: str
    text: str


def steps(page: str) -> list[File | Step | Aside]:
    """What a page tells its reader to do, in order.

    Raises:
        ValueError: A block of output has nothing before it that could have printed it.
    """
    found: list[File | Step | Aside] = []
    for match in _FENCE.finditer(page):
        told, language, text = match["told"] or "", match["language"], match["text"]
        line = page.count("\n", 0, match.start("ticks")) + 1
        code = int(told.rpartition(" ")[2]) if told.startswith("exits") else 0
        title = _TITLE.search(match["more"])
        if told.startswith("not run"):
            found.append(Aside(line, told.partition(": ")[2], text))
        elif title is not None:
            found.append(File(line, title[1], text))
        elif language == "console":
            found += _commands(text, line, match.start("text"), code)
        elif language in SCRIPTS:
            found.append(Step(line, language, text, code=code))
        elif language in {"", "text"}:
            _show(found, text, line, match.span("text"))
    return found


def _show(found: list[File | Step | Aside], text: str, line: int, at: tuple[int, int]) -> None:
    """Give output to the script that was last."""
    last = found[-1] if found else None
    if isinstance(last, Aside):  # what it would print is as little run as itself
        found.append(Aside(line, last.why, text))
        return
    if not isinstance(last, Step) or last.language == "console" or last.shown is not None:
        raise ValueError(f"line {line}: nothing before this output has printed it")
    found[-1] = last._replace(shown=text.splitlines(), at=at)


def _commands(text: str, line: int, start: int, code: int) -> Iterator[Step]:
    """The commands of a transcript; all but the last are to succeed."""
    parts = re.split(r"^\$ ", text, flags=re.MULTILINE)
    if parts[0]:
        raise ValueError(f"line {line + 1}: a transcript begins with a command, after `$ `")
    offset = start + len(parts[0])
    for number, part in enumerate(parts[1:], 2):
        offset += 2
        command = re.match(r"(?:[^\n]*\\\n)*[^\n]*\n", part)
        assert command is not None
        shown = part[command.end() :]
        yield Step(
            line=line + 1 + text.count("\n", 0, offset - start),
            language="console",
            text=command[0],
            shown=shown.splitlines(),
            code=code if number == len(parts) else 0,
            at=(offset + command.end(), offset + len(part)),
        )
        offset += len(part)
