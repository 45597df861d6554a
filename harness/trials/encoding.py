"""Payloads as server-sent events, in every form that the standard allows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from harness.trials.trial import SSE_HEADERS, Answer, Piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from harness.trials.trial import TrialDialect


def compact(payload: Any) -> str:
    """A payload as OpenAI writes it."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":"))


def block(payload: dict[str, Any], dialect: TrialDialect, *, space: str = " ", eol: str = "\n") -> bytes:
    """One event: Responses names it, Chat Completions does not."""
    named = f"event:{space}{payload['type']}{eol}" if dialect == "responses" else ""
    return f"{named}data:{space}{compact(payload)}{eol}{eol}".encode()


def blocks(
    payloads: Iterable[dict[str, Any]], dialect: TrialDialect, *, done: bool | None = None, space: str = " "
) -> list[bytes]:
    """The events of a stream; one of Chat Completions ends in `[DONE]` unless `done` is False."""
    written = [block(one, dialect, space=space) for one in payloads]
    if done if done is not None else dialect == "chat":
        written.append(f"data:{space}[DONE]\n\n".encode())
    return written


def streamed(
    written: Iterable[bytes | Piece], headers: tuple[tuple[str, str], ...] = SSE_HEADERS
) -> tuple[Answer, ...]:
    """An answer of one piece for each event."""
    pieces = tuple(one if isinstance(one, Piece) else Piece(one) for one in written)
    return (Answer(pieces=pieces, headers=headers),)


def cut(body: bytes, places: Iterable[int], pause: float) -> tuple[Answer, ...]:
    """An answer whose body is cut at some places, with a pause at each, so that a client reads the pieces apart."""
    borders = sorted({0, *places} - {len(body)})
    ends = [*borders[1:], len(body)]
    return streamed(
        Piece(body[start:end], pause if start else 0.0) for start, end in zip(borders, ends, strict=True)
    )


def between(written: Sequence[bytes], extra: bytes, *, pause: float = 0.0) -> list[bytes | Piece]:
    """Something after each of the events but the last."""
    pieces: list[bytes | Piece] = []
    for number, one in enumerate(written):
        pieces.append(one)
        if number < len(written) - 1:
            pieces.append(Piece(extra, pause))
    return pieces


def each(
    payloads: Iterable[dict[str, Any]], change: Callable[[dict[str, Any]], dict[str, Any]]
) -> list[dict[str, Any]]:
    """Every payload, changed."""
    return [change(one) for one in payloads]
