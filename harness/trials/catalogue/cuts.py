"""Where the network may cut a stream: anywhere. What a client reads at once is never an event by promise."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from harness.trials.catalogue.framing import written
from harness.trials.drawing import trial
from harness.trials.encoding import cut, streamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from harness.trials.trial import Answer, Trial, TrialDialect

_PAUSE: Final = 0.02
"""Seconds at each cut: enough that a client reads the pieces apart."""
_SHORT: Final = "ö🎉"
_LEGAL: Final = "TCP and HTTP promise nothing on where reads end"


def _body(dialect: TrialDialect, text: str | None = None) -> bytes:
    return b"".join(written(dialect) if text is None else written(dialect, text))


def _bytes(dialect: TrialDialect) -> tuple[Answer, ...]:
    body = _body(dialect, _SHORT)
    return cut(body, range(len(body)), 0.0003)


def _characters(dialect: TrialDialect) -> tuple[Answer, ...]:
    """Before each continuation byte."""
    body = _body(dialect)
    return cut(body, [at for at, byte in enumerate(body) if 0x80 <= byte < 0xC0][:60], _PAUSE)


def _crlf(dialect: TrialDialect) -> tuple[Answer, ...]:
    """Between CR and LF, and between the two line ends."""
    body = _body(dialect).replace(b"\n", b"\r\n")
    return cut(body, [at for at, byte in enumerate(body) if byte == 0x0A][:60], _PAUSE)


def _line_ends(dialect: TrialDialect) -> tuple[Answer, ...]:
    """Between the two line ends that finish an event."""
    body = _body(dialect)
    return cut(body, [at + 1 for at in range(len(body)) if body[at : at + 2] == b"\n\n"], _PAUSE)


def _fields(dialect: TrialDialect) -> tuple[Answer, ...]:
    """Inside `data:`, after the colon, after the space, and inside `[DONE]`."""
    body = _body(dialect)
    starts = [at for at in range(len(body)) if body.startswith(b"data: ", at)][:20]
    places = [at + more for at in starts for more in (2, 5, 6)]
    done = body.find(b"[DONE]")
    return cut(body, [*places, *([done + 3] if done > 0 else [])], _PAUSE)


def _together(dialect: TrialDialect) -> tuple[Answer, ...]:
    return streamed([_body(dialect)])


_CUTS: Final[tuple[tuple[str, str, str, Callable[[TrialDialect], tuple[Answer, ...]]], ...]] = (
    ("bytes", "one byte at a time", "Every byte is an HTTP chunk and a write of its own.", _bytes),
    ("characters", "inside characters", "Characters of several bytes arrive in several reads.", _characters),
    ("crlf", "between CR and LF", "Line ends are CR LF, and the LF comes later.", _crlf),
    ("line-ends", "between the two line ends", "The empty line after an event comes later.", _line_ends),
    ("fields", "inside field names", "`da` and `ta: {` arrive apart, and `[DO` and `NE]`.", _fields),
    ("together", "all at once", "The whole body is one HTTP chunk.", _together),
)  # fmt: skip


def _drawn() -> Iterator[Trial]:
    dialects: tuple[TrialDialect, ...] = ("chat", "responses")
    for dialect in dialects:
        for name, title, serves, make in _CUTS:
            made = trial(
                dialect,
                "cuts",
                f"cut-{name}",
                title,
                serves=serves,
                legal=_LEGAL,
                ground="official",
                answers=partial(make, dialect),
            )
            yield replace(made, expects=replace(made.expects, text=_SHORT)) if name == "bytes" else made


TRIALS: Final = tuple(_drawn())


def _at(dialect: TrialDialect, at: int) -> tuple[Answer, ...]:
    return cut(_body(dialect, _SHORT), [at], _PAUSE)


def every_cut() -> tuple[Trial, ...]:
    """A trial for each byte boundary of a short stream, played where they are asked for: `--trial '*-cut-at-*'`."""
    dialects: tuple[TrialDialect, ...] = ("chat", "responses")
    made = []
    for dialect in dialects:
        for at in range(1, len(_body(dialect, _SHORT))):
            one = trial(
                dialect,
                "cuts",
                f"cut-at-{at:05d}",
                f"one cut, at byte {at}",
                serves=f"A short stream in two reads, the first of {at} bytes.",
                legal=_LEGAL,
                ground="official",
                answers=partial(_at, dialect, at),
            )
            made.append(replace(one, by_default=False, expects=replace(one.expects, text=_SHORT)))
    return tuple(made)
