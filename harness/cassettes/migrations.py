"""Reading cassettes of older schema versions.

Policy: a release reads every version that any release ever wrote, and writes only the newest. A change that an
old reader could misunderstand raises the major version, and adds here one function that turns the lines of the
version before into lines of the next; the functions are applied one after another. A change that an old reader
may ignore (a new member) keeps the version. A migration never touches the file: it happens each time the file
is read, and writing the cassette makes it permanent. The hash is checked on the lines as the file has them.

The table is empty: `llm-cassette/1` is the first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.rows import SCHEMA
from harness.errors import UnknownSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from harness.cassettes.bodies import Lines


class Migration(NamedTuple):
    """One step from a version to the next.

    `to` is the schema that comes out; `apply` turns all lines of a file into all lines of that schema. It must
    be lazy, and give the same lines each time. What it leaves in the seal's hash does not matter.
    """

    to: str
    apply: Callable[[Iterable[bytes]], Iterator[bytes]]


MIGRATIONS: Mapping[str, Migration] = {}
"""By the schema that goes in."""


def steps_from(schema: str, where: str, table: Mapping[str, Migration] = MIGRATIONS) -> list[Migration]:
    """The steps that lead from a schema to the newest one; none for the newest itself.

    Raises:
        UnknownSchema: No release wrote this schema, or this release is too old to know it.
    """
    steps: list[Migration] = []
    at = schema
    while at != SCHEMA:
        if at not in table:
            raise UnknownSchema(
                "the cassette has a schema version that this release does not know",
                where=where,
                expected=", ".join([SCHEMA, *sorted(table)]),
                found=schema,
                hint="was it recorded with a newer release? upgrade llm-stream-harness",
            )
        steps.append(table[at])
        at = table[at].to
    return steps


class MigratedLines:
    """Lines of an older cassette as lines of the newest schema.

    Byte offsets are those of the migrated text, which exists nowhere: to read at one, the file is migrated from
    its beginning again. Memory stays flat; time grows with the file.
    """

    def __init__(self, lines: Lines, steps: Sequence[Migration]) -> None:
        self._lines = lines
        self._steps = steps

    def __iter__(self) -> Iterator[bytes]:
        lines = iter(self._lines)
        for step in self._steps:
            lines = step.apply(lines)
        return lines

    def between(self, start: int, stop: int) -> Iterator[bytes]:
        """The lines that begin at byte offset `start` and end at `stop`."""
        at = 0
        for line in self:
            if at >= stop:
                return
            if at >= start:
                yield line
            at += len(line)

    def first(self, limit: int) -> bytes:
        """The first line, or as much of it as `limit` bytes hold."""
        return next(iter(self))[:limit]
