"""Reading cassettes of older schema versions.

Policy: a release reads every major version that any release ever wrote, and writes only the newest. A change
that an old reader could misread raises the major version, and adds here one function that turns the lines of the
version before into lines of the next; the functions are applied one after another. A change that old readers
may ignore (a new member) keeps the version. Migration never touches the file: it happens while it is read, and
writing the cassette makes it permanent. The hash is checked on the lines as they stand in the file.

The table is empty: `llm-cassette/1` is the first version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from harness.cassettes.rows import SCHEMA
from harness.errors import UnknownSchema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from types import MappingProxyType

Migration: TypeAlias = "tuple[str, Callable[[Iterable[bytes]], Iterator[bytes]]]"
"""The schema that comes out, and the function from lines to lines (without the seal's hash being right)."""

MIGRATIONS: MappingProxyType[str, Migration] | dict[str, Migration] = {}


def path_to_current(
    schema: str, *, where: str, table: Mapping[str, Migration] | None = None
) -> list[Callable[[Iterable[bytes]], Iterator[bytes]]]:
    """The migrations that lead from a schema to the newest one; none for the newest itself.

    Raises:
        UnknownSchema: No release wrote this schema, or this release is too old to know it.
    """
    known = MIGRATIONS if table is None else table
    steps: list[Callable[[Iterable[bytes]], Iterator[bytes]]] = []
    at = schema
    while at != SCHEMA:
        if at not in known:
            raise UnknownSchema(
                "the cassette has a schema version that this release does not know",
                where=where,
                expected=", ".join([SCHEMA, *sorted(known)]),
                found=schema,
                hint="was it recorded with a newer release? upgrade llm-stream-harness"
                if schema.startswith("llm-cassette/")
                else "is it a cassette of another tool? `harness cassette import` reads vcrpy, HAR and plain SSE",
            )
        at, step = known[at]
        steps.append(step)
    return steps


def migrated(
    lines: Iterable[bytes], steps: Iterable[Callable[[Iterable[bytes]], Iterator[bytes]]]
) -> Iterable[bytes]:
    """Lines of the newest schema, made while they are read."""
    for step in steps:
        lines = step(lines)
    return lines
