"""JSON pointers with `*`: naming the parts of a body that do not count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.jsonvalue import JsonValue


class Pattern:
    """A JSON pointer (RFC 6901) in which a step `*` stands for any one key or index.

    Args:
        pointer: Such as `/metadata/run`, `/messages/*/name`, or `/a~1b` for the key `a/b`.

    Raises:
        UsageError: It is empty, does not start with `/`, or holds a `~` that escapes nothing.
    """

    def __init__(self, pointer: str) -> None:
        bare = pointer.replace("~0", "").replace("~1", "")
        if not pointer.startswith("/") or "~" in bare:
            raise UsageError(
                f"{pointer!r} is not a JSON pointer into a body",
                expected="a pointer that starts with '/', such as /metadata/run or /messages/*/name",
                hint="write ~1 for a slash and ~0 for a tilde inside a key; body='ignore' ignores all of it",
            )
        self.pointer = pointer
        self._steps = tuple(step.replace("~1", "/").replace("~0", "~") for step in pointer[1:].split("/"))

    def blank(self, value: JsonValue) -> None:
        """Take what the pattern names out of `value`, in place.

        A member of an object is removed, so that it may also be absent. An element of an array becomes null:
        the number of elements still counts.
        """
        places: list[JsonValue] = [value]
        for step in self._steps[:-1]:
            places = [child for place in places for child in _children(place, step)]
        last = self._steps[-1]
        for place in places:
            if isinstance(place, dict):
                if last == "*":
                    place.clear()
                else:
                    place.pop(last, None)
            elif isinstance(place, list):
                for index in _indices(place, last):
                    place[index] = None


def _children(value: JsonValue, step: str) -> list[JsonValue]:
    if isinstance(value, dict):
        if step == "*":
            return list(value.values())
        return [value[step]] if step in value else []
    if isinstance(value, list):
        return [value[index] for index in _indices(value, step)]
    return []


def _indices(array: list[JsonValue], step: str) -> range:
    if step == "*":
        return range(len(array))
    if step.isascii() and step.isdigit() and int(step) < len(array):
        return range(int(step), int(step) + 1)
    return range(0)
