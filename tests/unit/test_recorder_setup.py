"""What a recorder finds out when it is made, before any client waits for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.cassettes.exchange import How, Request, Response
from harness.errors import CassetteError, UsageError
from harness.io.files import read_cassette
from harness.io.recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = Request("POST", "http://h.example/v1", (), b"{}")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the cassette of a test lies."""
    return tmp_path / "session.cassette.jsonl"


def record(recorder: Recorder) -> None:
    """One exchange."""
    take = recorder.begin(REQUEST)
    take.respond(Response(200))
    take.end(How.COMPLETE)


@pytest.mark.parametrize(
    ("head", "text"),
    [
        ({"k": "end"}, "'k'"),
        ({"schema": "llm-cassette/9"}, "'schema'"),
        ({"part": {"first": 3}}, "'part'"),
        ({"notes": object()}, "'notes'.* is not JSON"),
        ({"notes": float("nan")}, "'notes'.* is not JSON"),
        ({"notes": "\ud800"}, "'notes'.* is not JSON"),
        ({"notes": {"b": b"bytes"}}, "'notes'.* is not JSON"),
    ],
)
def test_fields_of_the_head_that_cannot_be_kept_are_refused(
    path: Path, head: dict[str, Any], text: str
) -> None:
    """At once, and not in the client's first request or when the cassette is sealed."""
    with pytest.raises(UsageError, match=text):
        Recorder(path, head=head)


def test_any_json_may_stand_in_the_head(path: Path) -> None:
    """It comes back as it was given."""
    head: dict[str, Any] = {"notes": ["a", {"b": None}], "model": "m", "times": 1.5, "timing": "sink"}
    with Recorder(path, head=head) as recorder:
        record(recorder)

    held = read_cassette(path).head
    assert {name: held[name] for name in head} == head


def test_a_cassette_to_add_to_is_read_before_the_first_request(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request does not wait for it, and a damaged cassette is told at once."""
    with Recorder(path) as recorder:
        record(recorder)
    recorder = Recorder(path, append=True)
    with monkeypatch.context() as patch:
        patch.setattr("harness.io.recorder.read_cassette", None)
        record(recorder)
        with Recorder(path.with_name("other.cassette.jsonl"), append=True, held=4) as other:
            record(other)
    recorder.close()
    assert len(read_cassette(path).exchanges) == 2

    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CassetteError):
        Recorder(path, append=True)
