"""The report for reading: one page that needs no network and opens from the disk.

The page is a template, a style sheet and a few scripts that lie in `page/`, and the data in one block of JSON. A
content security policy names the hashes of style and script and forbids everything else, the network above all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.bundled import package_names, package_text
from harness.reporting.conform.html_redact import Hidden
from harness.reporting.conform.html_wires import side_of
from harness.results.result import CellStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.cassettes.exchange import Exchange
    from harness.results.result import Cell, Change, Finding, Result, Rule, Target, Wire

MOST_OF_WIRES: Final = 24 * 1024 * 1024
"""Characters of JSON that wire logs may take in one page; cells beyond that are shown without."""

_PAGE: Final = "reporting/conform/page"
_SILENT: Final = frozenset({CellStatus.PASSED, CellStatus.UNSUPPORTED})
_WORST_FIRST: Final = (
    CellStatus.FAILED,
    CellStatus.WARNED,
    CellStatus.HARNESS_FAULT,
    CellStatus.EXPECTED,
    CellStatus.NOT_EXERCISED,
    CellStatus.PASSED,
    CellStatus.UNSUPPORTED,
)


def html(
    result: Result, exchange_of: Callable[[Wire], Exchange | None], *, redact_content: bool = False
) -> str:
    """The page.

    Args:
        result: What is shown.
        exchange_of: Gives what a wire points to; None where it is not to be had, which the page then says.
        redact_content: Hides what messages say: every text is filled to its length, structure and sizes stay.
    """
    style = "".join(package_text(f"{_PAGE}/{name}") for name in package_names(_PAGE, ".css"))
    # One scope for all scripts: they are one program, cut into files by what they do.
    parts = "\n".join(package_text(f"{_PAGE}/{name}") for name in package_names(_PAGE, ".js"))
    script = f'(() => {{\n"use strict";\n{parts}\n}})();'
    page = package_text(f"{_PAGE}/template.html")
    for name, text in (
        ("@@STYLE_HASH@@", _hash(style)),
        ("@@SCRIPT_HASH@@", _hash(script)),
        ("@@STYLE@@", style),
        ("@@SCRIPT@@", script),
    ):
        page = page.replace(name, text, 1)
    logs: list[dict[str, Any]] = []
    data = _json(_data(result, exchange_of, Hidden() if redact_content else None, logs))
    before, between, after = re.split("@@DATA@@|@@LOGS@@", page)
    return "".join((before, data, between, _json(logs), after))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: Any) -> str:
    """JSON that can stand in a script element: nothing in it ends the element, or starts a comment."""
    text = _encoded(value)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _encoded(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode("utf-8")
    except UnicodeEncodeError:
        # Targets may say half a character, which only the escapes of JSON can hold.
        return json.dumps(msgspec.to_builtins(value))


def _data(
    result: Result,
    exchange_of: Callable[[Wire], Exchange | None],
    hidden: Hidden | None,
    logs: list[dict[str, Any]],
) -> dict[str, Any]:
    """What the page shows at once; wire logs, which are read when a cell is opened, are added to `logs`."""
    known = {one.name for one in result.scenarios}
    cells: list[dict[str, Any]] = [{} for _ in result.cells]
    left = MOST_OF_WIRES
    ranks = {status: rank for rank, status in enumerate(_WORST_FIRST)}
    for number in sorted(range(len(cells)), key=lambda number: (ranks[result.cells[number].status], number)):
        cell = result.cells[number]
        told = cells[number]
        blind = False
        if _is_shown(cell) and not (cell.client or cell.upstream):
            told["without"] = "The result names no recording of this cell."
        elif _is_shown(cell) or (hidden is not None and cell.findings):
            log = _log(cell, exchange_of, hidden)
            size = len(_encoded(log))
            blind = any("absent" in one for side in log.values() for one in side)
            if _is_shown(cell) and size <= left:
                left -= size
                told["log"] = len(logs)
                logs.append(log)
            elif _is_shown(cell):
                told["without"] = "The page would have become too large: the wire log is in the cassettes."
        told.update(_cell(cell, hidden, result.rules, blind=blind))
    data: dict[str, Any] = {
        "schema": result.schema,
        "run": result.run,
        "targets": [_target(one, hidden) for one in result.targets],
        "scenarios": [
            *result.scenarios,
            *(
                {"name": name, "title": name, "about": "", "capability": "other"}
                for name in sorted({cell.scenario for cell in result.cells} - known)
            ),
        ],
        "cells": cells,
        "rules": result.rules,
        "changes": [_change(one, hidden, result.rules) for one in result.changes],
        "stale": result.stale,
        "strays": [f"(hidden) {len(result.strays)} requests"]
        if hidden is not None and result.strays
        else result.strays,
        "redacted": hidden is not None,
    }
    return data


def _is_shown(cell: Cell) -> bool:
    return cell.status not in _SILENT


def _log(cell: Cell, exchange_of: Callable[[Wire], Exchange | None], hidden: Hidden | None) -> dict[str, Any]:
    return {
        name: side_of(name, [(wire, exchange_of(wire)) for wire in wires], cell.findings, hidden)
        for name, wires in (("client", cell.client), ("upstream", cell.upstream))
    }


def _cell(cell: Cell, hidden: Hidden | None, rules: Mapping[str, Rule], *, blind: bool) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(cell)
    told["judged"] = len(told.pop("rules", ()))
    told.pop("client", None)
    told.pop("upstream", None)
    if hidden is not None:
        told["findings"] = [_without(one, hidden, rules.get(one.rule), blind=blind) for one in cell.findings]
        if cell.reason is not None:
            told["reason"] = hidden.sentence(cell.reason)
        if cell.curl is not None:
            told["curl"] = hidden.curl(cell.curl)
    return told


def _without(finding: Finding, hidden: Hidden, rule: Rule | None, *, blind: bool) -> dict[str, Any]:
    plain = _plain(rule)
    told: dict[str, Any] = msgspec.to_builtins(finding)
    for name in ("message", "expected", "found"):
        if told.get(name):
            # Of an exchange that was not read it is not known what it said.
            told[name] = "(hidden)" if blind else hidden.sentence(told[name], plain)
    for where in (told.get("where"), told.get("earlier")):
        if where and where.get("pointer"):
            # Names that somebody gave are filled to their length in the bytes, too, so that it still points there.
            where["pointer"] = "" if blind else hidden.sentence(where["pointer"])
    return told


def _change(change: Change, hidden: Hidden | None, rules: Mapping[str, Rule]) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(change)
    if hidden is not None:
        told["message"] = hidden.sentence(change.message, _plain(rules.get(change.rule or "")))
    return told


def _plain(rule: Rule | None) -> tuple[str, ...]:
    """What is said of a rule anyway: its words are no secret."""
    return (rule.title, rule.about, rule.remedy or "", *rule.clients) if rule is not None else ()


def _target(target: Target, hidden: Hidden | None) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.to_builtins(target)
    if hidden is not None and "log" in told:
        told["log"] = "(hidden)"
    return told
