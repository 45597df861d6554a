"""Arguments of a call of Gemini that come in pieces, written as the text of one JSON object while they come.

A piece has the path of its place (`$.items[0].name`). The model writes its arguments from left to right, so nearly
always a piece goes on with the string that is being written, or begins what comes after it: then its text can be sent
at once. Where a piece goes back to something that is written already, no more is sent, and the whole is told at the
end.
"""

from __future__ import annotations

import json
from typing import Any, TypeAlias

from harness.dialects.gemini.partial_args import LARGEST_INDEX, put_pieces, steps_of, value_of
from harness.dialects.members import mapping
from harness.jsonvalue import parse
from harness.translation.readers.json_text import json_text

_Step: TypeAlias = str | int


class Arguments:
    """The arguments of one call.

    Attributes:
        is_exact: What was sent is the beginning of what the arguments are; once it is not, it stays so.
    """

    def __init__(self) -> None:
        self.is_exact = True
        self._path: list[_Step] = []
        self._names: list[set[_Step]] = []  # what each open container holds, from the outermost
        self._in_string = False
        self._begun = False
        self._kept: list[dict[str, Any] | list[Any]] = []  # all that came, for the case that it is not exact

    def members(self, args: dict[str, Any]) -> str:
        """More text, for members that came whole."""
        self._kept.append(args)
        written = ""
        for name, value in args.items():
            written += self._place([name], value)
        return written

    def pieces(self, pieces: list[Any]) -> str:
        """More text, for pieces with paths; "" where there is none, or where they go back."""
        self._kept.append(pieces)
        written = ""
        for piece in pieces:
            if isinstance(piece, dict):
                has_value, value = value_of(piece)
                steps = steps_of(str(piece.get("jsonPath") or ""))
                if has_value and steps and isinstance(steps[0], str):
                    written += self._place(steps, value)
        return written

    def end(self) -> str:
        """The rest of the text."""
        if not self.is_exact:
            return ""
        if not self._begun:
            return "{}"
        return ('"' if self._in_string else "") + self._closed(0)

    def whole(self) -> str:
        """The text of all arguments, as they are in the end."""
        args: dict[str, Any] = {}
        for one in self._kept:
            if isinstance(one, dict):
                # A copy, as pieces may be put into it, and it is part of a payload.
                args.update(mapping(parse(json_text(one) or "{}")))
            else:
                put_pieces(args, one)
        return json_text(args) or "{}"

    def _place(self, steps: list[_Step], value: Any) -> str:
        if not self.is_exact:
            return ""
        if self._in_string and steps == self._path and isinstance(value, str):
            return _inside(value)
        text = self._moved(steps)
        last = json_text(value)
        if text is None or last is None:
            self.is_exact = False
            return ""
        self._path = steps
        self._in_string = isinstance(value, str)
        return text + (last[:-1] if self._in_string else last)

    def _moved(self, steps: list[_Step]) -> str | None:
        """What stands between the last value and the one at `steps`; None where that has been passed already."""
        before = self._path
        depth = 0
        while depth < len(before) and depth < len(steps) and before[depth] == steps[depth]:
            depth += 1
        if any(isinstance(one, int) and one > LARGEST_INDEX for one in steps):
            return None
        if not before:
            opening = "{"
            self._names = [set()]
        elif self._is_passed(steps, depth):
            return None
        else:
            opening = ('"' if self._in_string else "") + self._closed(depth + 1) + ","
            del self._names[depth + 1 :]
        self._begun = True
        return opening + self._opened(steps, depth, before)

    def _is_passed(self, steps: list[_Step], depth: int) -> bool:
        """Whether a place, which parts from the last one at that depth, is written already, or cannot be written."""
        if depth in {len(self._path), len(steps)}:
            return True
        last, step = self._path[depth], steps[depth]
        if isinstance(step, int):
            return not isinstance(last, int) or step < last
        return isinstance(last, int) or step in self._names[depth]

    def _opened(self, steps: list[_Step], depth: int, before: list[_Step]) -> str:
        """The names on the way to a value, and the brackets of the containers that begin there."""
        written = ""
        for place in range(depth, len(steps)):
            step = steps[place]
            if place >= len(self._names):
                self._names.append(set())
                written += "[" if isinstance(step, int) else "{"
            if isinstance(step, int):
                former = before[place] if place == depth and place < len(before) else -1
                written += "null," * (step - (former if isinstance(former, int) else -1) - 1)
            else:
                self._names[place].add(step)
                written += json.dumps(step, ensure_ascii=False) + ":"
        return written

    def _closed(self, depth: int) -> str:
        """The brackets that end all containers from that depth on, the innermost first."""
        return "".join(
            "]" if isinstance(self._path[place], int) else "}"
            for place in range(len(self._path) - 1, depth - 1, -1)
        )


def _inside(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]
