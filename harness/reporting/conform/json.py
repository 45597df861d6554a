"""One JSON object: the result itself, as specs/conform.schema.json describes it; `read_result` takes it back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from harness.reporting.conform.format import ConformFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.results.result import Result


def written(result: Result) -> Iterator[str]:
    """The object: members of the result on lines of their own, and in each one target, scenario or cell a line."""
    members = msgspec.to_builtins(result)
    yield "{"
    for number, (name, value) in enumerate(members.items()):
        yield f"{',' if number else ''}\n{dumped(name)}:"
        if isinstance(value, list | tuple) and value:
            yield "[\n" + dumped(value[0])
            yield from (",\n" + dumped(one) for one in value[1:])
            yield "\n]"
        else:
            yield dumped(value)
    yield "\n}\n"


def dumped(value: object) -> str:
    """Compact JSON in ASCII, so that lone surrogates and every terminal's character set are no obstacle."""
    return json.dumps(value, separators=(",", ":"))


FORMAT = ConformFormat("json", "one JSON object, of the published schema", "conform.json", written)
