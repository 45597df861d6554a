"""The words that all reports for people share, and how text from a target is made safe to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.results.result import CellStatus, ChangeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from harness.results.result import Cell, Change, Place, Result, Stale, Target
    from harness.results.summary import Group, Silence, Tally

STATUS: Final = {
    CellStatus.PASSED: "passed",
    CellStatus.WARNED: "warned",
    CellStatus.FAILED: "failed",
    CellStatus.EXPECTED: "expected",
    CellStatus.NOT_EXERCISED: "not exercised",
    CellStatus.UNSUPPORTED: "unsupported",
    CellStatus.HARNESS_FAULT: "harness fault",
}
"""Every outcome in the order of a table's columns."""

CHANGE: Final = {
    ChangeKind.NEW: "new",
    ChangeKind.UNKNOWN: "cannot be told",
    ChangeKind.STILL_FAILING: "still failing",
    ChangeKind.FIXED: "fixed",
}

LONGEST: Final = 2000
"""Characters of one text that are told where a line is all there is for it."""

TARGET_STATUS: Final = {
    "not_installed": "not installed",
    "not_started": "did not start",
    "died": "ended before its scenarios did",
    "left_out": "left out",
}


def shown(text: str) -> str:
    """Text on one line: whatever would move a cursor, end a line or break an encoding is shown as an escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text
    )


def cut(text: str, longest: int = LONGEST) -> str:
    """Text that ends where nobody would read on: targets may say a megabyte in one line. What is cut is counted."""
    more = len(text) - longest
    return text if more <= 0 else f"{text[:longest]} ({more:,} more characters)"


def counted(number: int, noun: str) -> str:
    """The number and its noun, in the plural where there is not one."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def counts(tally: Tally) -> str:
    """All outcomes that occur, in words; never one number alone."""
    return (
        ", ".join(f"{tally[one]:,} {word}" for one, word in STATUS.items() if tally[one])
        or "nothing was played"
    )


def columns(tallies: Iterable[Tally]) -> tuple[CellStatus, ...]:
    """The outcomes that a table needs: three of them always, the others where they occur."""
    always = (CellStatus.PASSED, CellStatus.FAILED, CellStatus.NOT_EXERCISED)
    found = list(tallies)
    return tuple(one for one in STATUS if one in always or any(tally[one] for tally in found))


def heading(target: Target) -> str:
    """A target in a few words."""
    version = f" {target.version}" if target.version else ""
    return shown(f"{target.name}{version}: {target.title} ({target.kind})")


def obstacle(target: Target) -> str | None:
    """Why a target did not run to its end; None where it did."""
    if target.status == "ran":
        return None
    reason = f": {cut(target.reason)}" if target.reason else ""
    return shown(f"{TARGET_STATUS.get(target.status, target.status)}{reason}")


def place(where: Place) -> str:
    """Where something is in the wire log of a cell."""
    parts = [f"{where.side} exchange {where.exchange}"]
    if where.event is not None:
        parts.append(f"event {where.event}")
    if where.start is not None and where.stop is not None:
        parts.append(f"bytes {where.start}-{where.stop}")
    if where.part not in {"body", where.side}:
        parts.append(f"the {where.part}")
    if where.pointer:
        parts.append(where.pointer)
    return shown(", ".join(parts))


def kept(cell: Cell, where: Place) -> str | None:
    """Which exchange of which cassette holds that place; None where nothing was kept."""
    wires = cell.upstream if where.side == "upstream" else cell.client
    if not 0 <= where.exchange < len(wires):
        return None
    wire = wires[where.exchange]
    return shown(f"{wire.cassette} exchange {wire.exchange}")


def title(result: Result, rule: str) -> str:
    """The sentence of the protocol that a rule holds a target to; "" where the result has none."""
    known = result.rules.get(rule)
    return shown(known.title) if known is not None else ""


def extent(group: Group) -> str:
    """In how many cells a fault was found, and how often."""
    cells = counted(len(group.cells), "cell")
    return f"{cells}, {group.times:,} times" if group.times > len(group.cells) else cells


def silence(silent: Silence, most: int = 3) -> str:
    """How many cells say nothing, why, and which they are."""
    named = ", ".join(shown(one.id) for one in silent.cells[:most])
    more = f", and {len(silent.cells) - most:,} more" if len(silent.cells) > most else ""
    return f"{counted(len(silent.cells), 'cell')}: {shown(cut(silent.reason))} ({named}{more})"


def alike(changes: Iterable[Change]) -> list[tuple[Change, int]]:
    """The first of the changes of one kind, target and rule, and of how many cells it speaks.

    What has no rule is alike where its sentence is.
    """
    found: dict[tuple[str, ...], list[Change]] = {}
    for one in changes:
        target = one.cell.partition("/")[0]
        key = (one.kind, target, one.rule) if one.rule is not None else (one.kind, target, "", one.message)
        found.setdefault(key, []).append(one)
    return [(mine[0], len(mine)) for mine in found.values()]


def outdated(stale: Iterable[Stale]) -> list[tuple[str, str]]:
    """The stale entries of a baseline with why they are; those of one rule and target are told once and counted.

    One thing that is mended makes an entry stale in each of its cells.
    """
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in stale:
        target = one.entry.rpartition(" for ")[2].partition("/")[0]
        found.setdefault((one.entry.partition(" ")[0], target, one.reason), []).append(one.entry)
    return [
        (mine[0] if len(mine) == 1 else f"{mine[0]} and {len(mine) - 1:,} more of this rule", reason)
        for (_, _, reason), mine in found.items()
    ]


def of_target(changes: Iterable[Change], target: str) -> list[Change]:
    """The changes in cells of one target."""
    return [one for one in changes if one.cell.partition("/")[0] == target]


def change_counts(kinds: Mapping[ChangeKind, int]) -> str:
    """How many changes of each kind, in words."""
    return ", ".join(f"{kinds.get(one, 0):,} {word}" for one, word in CHANGE.items())
