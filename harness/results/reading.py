"""From a file to a result: what this or a later release wrote, and a clear word about anything else."""

from __future__ import annotations

import json
import re
from typing import Final

import msgspec

from harness.errors import InputError
from harness.results.result import SCHEMA, Result

_FAMILY: Final = SCHEMA.rpartition("/")[0] + "/"
_EXPECTED: Final = "the JSON that `harness conform` writes"
_SHOWN: Final = 60
_STARTED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)


def read_result(data: bytes, *, where: str | None = None) -> Result:
    """A result from the bytes of its JSON.

    Members that this release does not know are left out: a later one adds some.

    Args:
        data: The whole file.
        where: What the file is called, for messages.

    Raises:
        InputError: It is no result, or one whose parts do not fit together.
    """
    value = _json(data, where)
    if not isinstance(value, dict) or "schema" not in value:
        raise InputError(
            "this is no result of a conformance run", where=where, expected=_EXPECTED, found=_kind(value)
        )
    _check_schema(value["schema"], where)
    try:
        result = msgspec.convert(value, Result)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `")
        raise InputError(
            "a member of the result is not what it should be",
            where=_joined(where, path.rstrip("`")),
            expected="what specs/conform.schema.json describes",
            found=message,
        ) from None
    _check_references(result, where)
    return result


def _json(data: bytes, where: str | None) -> object:
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_refused)
    except UnicodeDecodeError as error:
        found = f"bytes that are no UTF-8, at byte {error.start}"
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and error.lineno > 1:
            raise InputError(
                "this is several JSON values, not one",
                where=where,
                expected=_EXPECTED,
                found="JSON lines, or a cassette",
                hint="give the file that --format json wrote: reports are made of that one",
            ) from None
        found = f"{error.msg}, in line {error.lineno}" if data.strip() else "an empty file"
    except RecursionError:
        found = "values inside values, deeper than any result has them"
    except ValueError as error:
        found = str(error)
    raise InputError("this is no JSON", where=where, expected=_EXPECTED, found=found)


def _refused(word: str) -> object:
    message = f"{word}, which JSON does not have"
    raise ValueError(message)


def _kind(value: object) -> str:
    if not isinstance(value, dict):
        return {list: "an array", str: "a string", type(None): "null"}.get(type(value), "a bare value")
    if {"inputs", "profile"} <= value.keys():
        return "a report of `harness check`"
    return "an object with the members " + (", ".join(list(value)[:6])[:_SHOWN] or "(none)")


def _check_schema(schema: object, where: str | None) -> None:
    if schema == SCHEMA:
        return
    known = isinstance(schema, str) and schema.startswith(_FAMILY)
    raise InputError(
        "this result is of a schema that this release does not know"
        if known
        else "this is no result of a conformance run",
        where=_joined(where, "$.schema"),
        expected=SCHEMA,
        found=str(schema)[:_SHOWN],
        hint="read it with a later release of this tool" if known else None,
    )


def _check_references(result: Result, where: str | None) -> None:
    """Reports look up what cells name, so that has to be there, and every cell once; runs are put in order by time."""
    runs = {"$.run": result.run}
    runs |= {f"$.targets[{number}].run": one.run for number, one in enumerate(result.targets) if one.run}
    for path, run in runs.items():
        if _STARTED.fullmatch(run.started) is None:
            raise InputError(
                "the run did not start at any time",
                where=_joined(where, f"{path}.started"),
                expected="RFC 3339 in UTC, such as 2026-01-31T09:30:00Z",
                found=run.started[:_SHOWN],
            )
    targets = {one.name for one in result.targets}
    scenarios = {one.name for one in result.scenarios}
    seen: set[str] = set()
    for number, cell in enumerate(result.cells):
        if cell.target not in targets:
            fault = f"the target {cell.target[:_SHOWN]!r}, which is not among the targets"
        elif cell.scenario not in scenarios:
            fault = f"the scenario {cell.scenario[:_SHOWN]!r}, which is not among the scenarios"
        elif cell.id in seen:
            fault = f"the id {cell.id[: 2 * _SHOWN]!r}, which an earlier cell has"
        else:
            seen.add(cell.id)
            continue
        raise InputError(
            "the parts of the result do not fit together",
            where=_joined(where, f"$.cells[{number}]"),
            expected="a cell with an id of its own, of a target and a scenario of the result",
            found=fault,
        )


def _joined(where: str | None, path: str) -> str | None:
    return " ".join(one for one in (where, path) if one) or None
