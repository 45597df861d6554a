"""What nobody foresaw in the recorder stays in the recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import How, Request, Response
from harness.errors import HarnessError
from harness.io.files import read_cassette
from harness.io.recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path


def test_a_defect_of_the_recorder_does_not_reach_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client gets its chunks; what was written stays; the defect is told when the session ends."""
    path = tmp_path / "x.cassette.jsonl"
    recorder = Recorder(path)
    take = recorder.begin(Request("GET", "http://h.example/a"))
    take.respond(Response(200))
    take.chunk(b"one")

    def defective(*_: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr("harness.cassettes.recording.ExchangeRecording._line", defective)
    take.chunk(b"two")
    monkeypatch.undo()
    take.chunk(b"three")
    take.end(How.COMPLETE)

    with pytest.raises(HarnessError, match="KeyError: 'unforeseen'"):
        recorder.close()
    exchange = read_cassette(path).exchanges[0]
    assert exchange.response is not None
    assert exchange.response.body() == b"one"
    assert (exchange.ending.how, exchange.ending.exception) == (How.RECORDER_CRASH, "KeyError")
