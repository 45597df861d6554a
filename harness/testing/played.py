"""What was done to a test's cassette by the marks `rechunk` and `faults`: for the report of one that failed."""

from __future__ import annotations

import shlex
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from harness.errors import HarnessError
from harness.faults.registry import parse_fault
from harness.io.recordings import read_recording
from harness.sse.borders import split_blocks
from harness.testing.parametrised import PLAIN, cut_pace
from harness.testing.variants import CUT, FAULT, params_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pytest

    from harness.cassettes.exchange import Exchange
    from harness.faults.fault import Fault

_SHOWN: Final = 120


def how_played(item: pytest.Item, path: Path) -> str:
    """What was done to the recording of a test, where that begins, and how to see it alone.

    Args:
        item: A test that has one of the marks.
        path: Its cassette.
    """
    given = params_of(item)
    lines: list[str] = []
    if (cut := given.get(CUT)) is not None:
        lines.append(f"cut {cut}: the same bytes, in other pieces (pace={cut_pace(cut)!r})")
    if (fault := given.get(FAULT)) not in {None, PLAIN}:
        harm = parse_fault(fault)
        lines.append(f"fault {fault}: {harm.summary}")
        try:
            exchanges: Sequence[Exchange] = read_recording(path).exchanges if path.exists() else ()
            lines += _where(harm, exchanges)
        except HarnessError:  # the test has told what is wrong with its recording
            pass
    return "\n".join([*lines, f"this one alone: pytest {shlex.quote(item.nodeid)}"])


def _where(harm: Fault, exchanges: Sequence[Exchange]) -> Iterator[str]:
    """Where the first exchange that the fault changes is another than it was."""
    if not harm.consumes:
        return
    for exchange in exchanges:
        if harm.obstacle(exchange) is not None or exchange.response is None:
            continue
        after = harm.apply(exchange)
        new = b"" if after.response is None else after.response.body()
        played = _events(new)
        events = zip_longest(_events(exchange.response.body()), played)
        for number, (one, other) in enumerate(events):
            if one != other:
                is_last = number + 1 >= len(played)
                yield f"  exchange {exchange.index}, from event {number} on"
                yield f"  recorded  {_line(one)}"
                yield f"  played    {_ended(other) if is_last and _is_beginning(other, one) else _line(other)}"
                return
        if _pieces(exchange) != _pieces(after):
            yield f"  exchange {exchange.index}: the same bytes, in other pieces"
        else:
            yield f"  exchange {exchange.index}: the body is as it was, and what comes before or after it is not"
        return


def _is_beginning(played: bytes | None, recorded: bytes | None) -> bool:
    """Whether of an event no more was played than its beginning, or nothing."""
    return not played or (recorded is not None and recorded.startswith(played))


def _ended(event: bytes | None) -> str:
    """What came of an event in which the stream ended."""
    return f"{_line(event)} (the stream ended here)" if event and event.strip() else "(the stream ended here)"


def _pieces(exchange: Exchange) -> list[bytes]:
    """The chunks of a body."""
    return [] if exchange.response is None else [chunk.data for chunk in exchange.response.chunks]


def _events(body: bytes) -> list[bytes]:
    """The events of a body, and what is left of one at its end."""
    whole = list(split_blocks(body))
    rest = body[sum(map(len, whole)) :]
    return [*whole, rest] if rest else whole


def _line(event: bytes | None) -> str:
    """One event on one line, cut where nobody reads on."""
    if event is None:
        return "(nothing)"
    text = repr(event)[2:-1]
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
