"""What a replay server knows of the fault that it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.errors import InputError
from harness.io.files import write_cassette
from harness.jobs.replay import base_path, replay_server

if TYPE_CHECKING:
    from pathlib import Path

    from harness.io.opened import Plays


def _exchange(index: int, url: str, body: bytes = b"data: 1\n\n") -> Exchange:
    response = Response(200, (("content-type", "text/event-stream"),), (Chunk(0, body),))
    return Exchange(index, Request("GET", url), response, Ending(How.COMPLETE))


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """One stream of one event, and one of three."""
    path = tmp_path / "tape.cassette.jsonl"
    exchanges = [
        _exchange(0, "https://a.example/v1/responses"),
        _exchange(1, "https://a.example/v1/models", b"data: 1\n\n" * 3),
    ]
    write_cassette(Cassette({"tool": "t", "recorded": "2026-01-02T03:04:05Z"}, exchanges), path)
    return path


@pytest.mark.parametrize(
    ("fault", "obstacle"),
    [
        (None, False),
        ("cut:event=1", False),
        ("cut:event=3", False),
        ("cut:event=4", True),
        ("status:429", False),
    ],
)
def test_a_fault_that_fits_nowhere_says_why(tape: Path, fault: str | None, obstacle: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """It fits where one recording has the place; an answer in place of a recording always fits."""
    why = replay_server(tape, fault=fault).obstacle()
    assert (why is not None) == obstacle
    assert why is None or why.endswith("exchange 0)")


def test_the_base_path_is_that_of_the_recorded_clients() -> None:
    """What stands in front of the known endpoints; `/v1` where it cannot be told."""
    assert base_path([_exchange(0, "https://a.example/openai/v1/chat/completions")]) == "/openai/v1"
    assert base_path([_exchange(0, "https://a.example/something")]) == "/v1"


def test_recordings_without_an_exchange_are_told(tmp_path: Path) -> None:
    """Serving nothing would make every request a miss."""
    path = tmp_path / "none.cassette.jsonl"
    write_cassette(Cassette({"tool": "t", "recorded": "2026-01-02T03:04:05Z"}, []), path)
    with pytest.raises(InputError, match="there is no exchange"):
        replay_server(path)


def test_a_recording_that_is_replaced_while_it_is_served_is_told(tape: Path) -> None:
    """Its offsets are stale: the client is told, and so is whoever asks for the summary."""
    with replay_server(tape) as server:
        assert httpx.get(f"{server.url}/v1/models").status_code == 200
        write_cassette(Cassette({"tool": "another"}, [_exchange(0, "https://a.example/v1/responses")]), tape)
        answer = httpx.get(f"{server.url}/v1/responses")
        summary = server.summary()
    assert answer.status_code == 500
    assert "the file changed while it was open" in answer.json()["error"]["message"]
    assert [error.code for error in summary.errors] == ["cassette-error"]


def test_whoever_watches_learns_that_a_server_is_over(tape: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It need not be remembered for the rest of a session; one that is started again is told anew."""
    told: list[Plays] = []
    monkeypatch.setattr("harness.io.opened.listeners", [told.append])
    server = replay_server(tape)
    for _ in range(2):
        with server:
            assert told[-1].seen()[0].is_open
        assert not told[-1].seen()[0].is_open
    assert told == [server, server]
