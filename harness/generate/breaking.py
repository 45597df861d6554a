"""Streams that went wrong in one place: a generated stream, what happened to it, and the bytes that are left."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from hypothesis import strategies as st

from harness.errors import UsageError
from harness.generate.material import named
from harness.generate.stream import GeneratedStream, data_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.faults.fault import Fault

_ROOMS: Final = {"anthropic": ("stream", "upstream"), "gemini": ("stream", "upstream"), "chat": ("stream", "chat"),
                 "responses": ("stream", "responses")}  # fmt: skip
"""Where the faults of a dialect are, below `harness.faults`."""
_PLAIN: Final = GeneratedStream(
    dialect="chat",
    request={"model": "m", "messages": [{"role": "user", "content": "Hi"}], "stream": True},
    events=(
        b'data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"a"}}]}\n\n',
        b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n',
        b"data: [DONE]\n\n",
    ),
)
_TRIES: Final = 4
"""How many faults are tried before an event is lost instead: most faults need something that most streams lack."""


class BrokenStream(NamedTuple):
    """A stream that went wrong.

    Args:
        stream: As it was meant.
        fault: What happened, as `--fault` and `parse_fault` read it: `drop:event=3`.
        body: The bytes that come instead of `stream.body`; never the same.
    """

    stream: GeneratedStream
    fault: str
    body: bytes


def broken(
    stream: GeneratedStream | st.SearchStrategy[GeneratedStream], *, faults: Sequence[str] | None = None
) -> st.SearchStrategy[BrokenStream]:
    """Streams with one fault: an event lost, doubled, exchanged with the next, a body cut anywhere, and all others.

    Most are illegal, and no client may crash, hang, or take them for whole. Some remain legal, because not everything
    that can be lost is missed: `harness.check` says which.

    Args:
        stream: A stream, or a strategy that makes streams.
        faults: The only faults that may happen, by name or with settings (`drop:event=-1`); None is all that change the
            body and nothing else of the answer. Streams in which none of them can happen are passed over.

    Raises:
        UsageError: `stream` is neither, or none of the faults can happen in the one stream that is given.
        UnknownName: There is no such fault.
    """
    chosen = _chosen(faults)
    if isinstance(stream, GeneratedStream):
        if chosen is not None and not any(_body(fault, stream) for fault in chosen):
            names = ", ".join(map(str, chosen))
            raise UsageError(
                f"broken() has no example: nothing of {names} can happen in this stream",
                hint="give other faults, or a strategy instead of one stream",
            )
        streams: st.SearchStrategy[GeneratedStream] = st.just(stream)
    elif isinstance(stream, st.SearchStrategy):
        streams = stream
    else:
        raise UsageError(
            "broken() needs a stream that can go wrong",
            expected="a GeneratedStream, or a strategy such as chat_streams()",
            found=type(stream).__name__,
        )
    if chosen is not None:
        one = st.tuples(streams, st.integers(0, len(chosen) - 1)).map(
            lambda drawn: _first(drawn[0], (*chosen[drawn[1] :], *chosen[: drawn[1]]))
        )
        return named("broken", one.filter(lambda found: found is not None))  # type: ignore[arg-type]
    _loaded()
    cuts = st.sampled_from(("drop", "repeat", "swap", "cut"))
    place = st.integers(0, 60)
    structural = st.tuples(streams, cuts, place).map(lambda drawn: _cut(*drawn))
    others = st.tuples(streams, st.integers(0, 999), st.integers(0, 3)).map(lambda drawn: _other(*drawn))
    return named("broken", structural | others)


def _chosen(faults: Sequence[str] | None) -> tuple[Fault, ...] | None:
    from harness.faults.registry import parse_fault  # noqa: PLC0415 - it loads what it is asked for

    if faults is None:
        return None
    if isinstance(faults, str) or not faults or not all(isinstance(one, str) for one in faults):
        raise UsageError(
            f"broken() cannot be made with faults={faults!r}",
            expected="names of faults, at least one",
            hint='for example broken(chat_streams(), faults=("drop", "cut:byte=80"))',
        )
    found = tuple(parse_fault(one) for one in faults)
    if all(map(_is_of_head, found)):
        raise UsageError(
            f"broken() has no example: {', '.join(map(str, found))} leaves the body, or changes more than the body",
            hint="harness.replay_server(..., fault=...) serves whole answers with a fault",
        )
    return found


def _is_of_head(fault: Fault) -> bool:
    """Whether a fault happens to a plain stream, and not to its body alone."""
    return fault.applies(_PLAIN.exchange()) and _body(fault, _PLAIN) is None


def _loaded() -> None:
    """Load all faults when a strategy is made: a first draw that takes so long is a failed health check."""
    from harness.faults.registry import faults  # noqa: PLC0415 - it loads all of them

    faults()


@cache
def _faults(dialect: str) -> tuple[type[Fault], ...]:
    """The faults that can happen in the body of a stream of that dialect."""
    from harness.faults.registry import faults  # noqa: PLC0415 - it loads all of them

    return tuple(
        fault
        for fault in faults().values()
        if fault.__module__.split(".")[2] in _ROOMS[dialect]
        and fault.consumes
        and not fault.benign
        and not set(fault.needs) & {"upstream", "times"}
    )


def _body(fault: Fault, stream: GeneratedStream) -> bytes | None:
    """The body after the fault; None where it cannot happen, leaves the bytes as they are, or changes the head."""
    before = stream.exchange()
    if not fault.applies(before):
        return None
    after = fault.apply(before).response
    if after is None or before.response is None or after.status != before.response.status:
        return None
    body = b"".join(chunk.data for chunk in after.chunks)
    return None if body == stream.body or after.headers != before.response.headers else body


def _first(stream: GeneratedStream, faults: Sequence[Fault]) -> BrokenStream | None:
    """The stream with the first fault that can happen in it."""
    for fault in faults:
        body = _body(fault, stream)
        if body is not None:
            return BrokenStream(stream, str(fault), body)
    return None


def _cut(stream: GeneratedStream, what: str, place: int) -> BrokenStream:
    """An event lost, doubled or exchanged with the next one, or the body cut; comments are left alone."""
    if what == "cut":
        at = place * 37 % len(stream.body)
        return BrokenStream(stream, f"cut:byte={at}", stream.body[:at])
    events = [number for number, block in enumerate(stream.events) if data_of(block) is not None]
    at = events[place % len(events)]
    blocks = list(stream.events)
    if what == "swap":
        if at + 1 < len(blocks) and blocks[at] != blocks[at + 1]:
            blocks[at : at + 2] = [blocks[at + 1], blocks[at]]
            return BrokenStream(stream, f"swap:event={at}", b"".join(blocks))
        what = "drop"  # there is no other event to exchange it with
    blocks[at : at + 1] = [] if what == "drop" else [blocks[at]] * 2
    return BrokenStream(stream, f"{what}:event={at}", b"".join(blocks))


def _other(stream: GeneratedStream, which: int, seed: int) -> BrokenStream:
    """One of all faults, in one of its manners."""
    kinds = _faults(stream.dialect)
    for number in range(_TRIES):
        manners = kinds[(which + number * 7) % len(kinds)].manners()
        fault = manners[seed % len(manners)]
        body = _body(fault, stream)
        if body is not None and fault.equivalent(stream.exchange()) is None:
            return BrokenStream(stream, str(fault), body)
    return _cut(stream, "drop", which)


__all__ = ["BrokenStream", "broken"]
