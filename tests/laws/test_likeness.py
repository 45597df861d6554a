"""What is taken without being decoded is judged, and adds up, as if it had been decoded."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checking import taking
from harness.checking.check import Check
from harness.checking.panel import Panel
from harness.checking.profiles import profile
from harness.dialects.registry import dialect
from harness.rules.case import Case
from harness.rules.example import parse_example, shipped

if TYPE_CHECKING:
    from pathlib import Path

GROWING = ("chat/text", "chat/tool", "responses/text", "responses/tool", "anthropic/text", "anthropic/tool")
PIECES = st.sampled_from(
    [
        b'"', b"\\", b"\\n", b"\\u0041", b"\xff", b"\xc3\xa9", b"\xed\xa0\x80", b"\x00", b"\x7f", b"}", b"{", b",",
        b" ", b"1", b"0", b"-", b'","', b'":"', b"null", b"x", b"\xef\xbf\xbd", b"\xe2\x80\x8b", b"",
    ]
)  # fmt: skip


def lengthened(name: str) -> list[tuple[str | None, bytes]]:
    """The `event` lines and data of a shipped stream in which each delta comes six times."""
    blocks: list[tuple[str | None, bytes]] = []
    number = 0
    response = parse_example(shipped(name)).exchange.response
    assert response is not None
    for block in response.body().split(b"\n\n"):
        data = block.rpartition(b"data: ")[2]
        line = block.split(b"\n")[0].removeprefix(b"event: ").decode() if block.startswith(b"event") else None
        is_object = data.startswith(b"{")
        for _ in range(6 if b'delta"' in data and b'"role"' not in data and b'"stop' not in data else 1):
            if is_object and b'"sequence_number"' in data:
                body = json.loads(data) | {"sequence_number": number}
                data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
                number += 1
            if data:
                blocks.append((line, data))
    return blocks


def spoken_in(name: str) -> str:
    """The dialect of a shipped stream."""
    return name.partition("/")[0]


def spelled(blocks: list[tuple[str | None, bytes]]) -> bytes:
    """The blocks as a stream."""
    return b"".join(
        (b"event: %b\n" % line.encode() if line else b"") + b"data: %b\n\n" % data for line, data in blocks
    )


def outcome(body: bytes, name: str) -> tuple[object, ...]:
    """All that can be seen of a checked stream."""
    rules, spoken = profile("openai"), dialect(name)
    case: Case[Any] = Case(spoken, spoken.machine(None))
    check = Check(case, Panel(rules, name, streamed=True, known=()), rules)
    check.feed(body)
    check.finish()
    return check.findings, check.seen, case.wire.replaced, case.wire.last, _plain(case.stream)


def _plain(value: Any, above: tuple[int, ...] = ()) -> object:
    """A value as something that can be compared; functions do not count, nor what leads back to what holds it."""
    if value is None or isinstance(value, str | bytes | int | float | bool):
        return value
    above = (*above, id(value))
    if isinstance(value, StringIO):
        return value.getvalue()
    if isinstance(value, set | frozenset):
        return sorted(map(_name, value))
    if isinstance(value, list | tuple):
        return [_plain(one, above) for one in value if id(one) not in above]
    members = value
    if not isinstance(value, dict):
        names = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        members = {name: getattr(value, name, None) for name in [*names, *getattr(value, "__dict__", ())]}
    return {
        _name(key): _plain(one, above)
        for key, one in members.items()
        if id(one) not in above and not callable(one)
    }


def _name(key: object) -> str:
    return str(key) if isinstance(key, str | int | tuple) else type(key).__name__


def outcomes(body: bytes, name: str) -> tuple[tuple[object, ...], tuple[object, ...]]:
    """What is seen with and without taking alike events unread."""
    with_it = outcome(body, name)
    with patch("harness.checking.taking.likeness", return_value=None):
        return with_it, outcome(body, name)


@pytest.mark.parametrize("name", GROWING)
def test_most_deltas_are_not_decoded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The law below is about something."""
    blocks = lengthened(name)
    judged = []
    plain = taking.Taking._judge

    def counted(self: taking.Taking, event: Any) -> None:
        judged.append(event)
        plain(self, event)

    monkeypatch.setattr(taking.Taking, "_judge", counted)
    outcome(spelled(blocks), spoken_in(name))
    assert len(judged) < len(blocks) - 2


@given(st.sampled_from(GROWING), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 3), PIECES)
@settings(max_examples=300)
def test_an_edit_anywhere_is_seen_as_if_every_event_were_decoded(
    name: str, event: int, at: int, gone: int, put: bytes
) -> None:
    """One event is changed by a few bytes; findings and the state of the machine are the same."""
    blocks = lengthened(name)
    line, data = blocks[event % len(blocks)]
    at %= len(data) + 1
    blocks[event % len(blocks)] = (line, data[:at] + put + data[at + gone :])
    with_it, without = outcomes(spelled(blocks), spoken_in(name))
    assert with_it == without


@given(st.sampled_from(GROWING), st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), max_size=4))
def test_events_in_another_order_are_seen_as_if_every_event_were_decoded(
    name: str, swaps: list[tuple[int, int]]
) -> None:
    """Events are swapped: numbers, items and endings come where they do not belong."""
    blocks = lengthened(name)
    count = len(blocks)
    for one, other in swaps:
        blocks[one % count], blocks[other % count] = blocks[other % count], blocks[one % count]
    with_it, without = outcomes(spelled(blocks), spoken_in(name))
    assert with_it == without


@pytest.mark.parametrize("name", ["chat", "responses", "anthropic"])
def test_recorded_streams_are_seen_as_if_every_event_were_decoded(corpus: Path, name: str) -> None:
    """Every eighth recording of the corpus."""
    for path in sorted((corpus / name).rglob("*.sse"))[::8]:
        with_it, without = outcomes(path.read_bytes(), name)
        assert with_it == without, path
