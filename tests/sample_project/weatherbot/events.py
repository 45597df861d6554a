"""Server-sent events, as far as model servers use them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any


class IncompleteAnswer(Exception):
    """The stream ended before the answer did."""


def payload(line: str) -> dict[str, Any] | None:
    """What a line of a stream carries, if anything."""
    if not line.startswith("data: ") or line == "data: [DONE]":
        return None
    value: dict[str, Any] = json.loads(line.removeprefix("data: "))
    return value


def payloads(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """What a whole stream carries."""
    for line in lines:
        value = payload(line)
        if value is not None:
            yield value
