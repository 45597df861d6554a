"""What an upstream may say besides, whatever it is, must not keep an answer from being written."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from harness.jsonvalue import parse
from harness.translation.losses import Ledger
from harness.translation.writers.blocks import encoded, kept, members_after, told
from harness.turn.increments import Eof, Finish, ServerTool, Start
from tests.writing import WRITERS, payloads, session_of, written


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("é\u2028", '"é\u2028"'.encode()),
        (10**30, b"1" + b"0" * 30),
        ({"a": [10**30, 0.5]}, b'{"a":[1' + b"0" * 30 + b",0.5]}"),
        ("\ud83d", b'"\\ud83d"'),
    ],
    ids=["text", "integer", "nested", "half a pair"],
)
def test_every_value_is_written(value: Any, expected: bytes) -> None:
    """Integers of any size too, and halves of surrogate pairs."""
    assert encoded(value) == expected


def test_members_go_behind_others() -> None:
    """Where there are any."""
    assert members_after({"a": 1, "b": None}) == b',"a":1,"b":null'
    assert members_after({}) == b""


def deep(depth: int) -> dict[str, Any]:
    """An object that is nested so deeply."""
    value: dict[str, Any] = {}
    for _ in range(depth):
        value = {"a": value}
    return value


def test_what_is_nested_too_deeply_is_left_out() -> None:
    """It cannot be written inside an event."""
    session = session_of(None)
    assert kept(deep(5), session) == deep(5)
    assert session.ledger.losses == []
    assert kept(deep(100_000), session) == {}
    assert [one.code for one in session.ledger.losses] == ["L201"]


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_an_answer_is_written_whatever_its_upstream_says_besides(
    dialect: Literal["chat", "responses"],
) -> None:
    """Deeply nested, huge, or of any other shape."""
    odd: dict[str, Any] = {"choice": 5, "output": None, "status": [], "id": {}, "tools": 3}
    raws: list[dict[str, Any]] = [deep(100_000), {"x": 10**40}, odd]
    for raw in raws:
        tool = ServerTool(ref=1, kind="x", step="start", dialect=dialect, raw={"item": raw, "type": 5})
        increments = (
            Start(dialect=dialect, raw=raw),
            tool,
            Finish(reason="stop", dialect=dialect, raw=raw),
            Eof(),
        )
        writer = WRITERS[dialect](session_of(None, dialect))
        assert payloads(written(writer, increments))
        assert parse(encoded(writer.whole()))


def test_losses_are_comments_of_one_line() -> None:
    """With everything that is known of each."""
    ledger = Ledger()
    ledger.lose("L230", "event 3", "two\nlines")
    assert told(ledger) == (
        b': harness-loss {"code":"L230","severity":"info","at":"event 3","detail":"two\\nlines"}\n\n'
    )
