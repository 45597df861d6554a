"""What a gateway records of both its sides, that the two can be held against each other, and be played again."""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import harness
from harness.cassettes.exchange import How
from harness.errors import FileAccessError, InputError
from harness.gateway.accounts import LOGGER, JsonLines
from harness.gateway.limits import Limits
from harness.io.files import read_cassette
from harness.jobs.serve import CLIENT, UPSTREAM, gateway_server
from tests.gatewaying import CHAT, RESPONSES, Scenes, gateway, piece, talks, wire
from tests.scripted import SSE_HEAD, http_chunk

if TYPE_CHECKING:
    import socket
    from collections.abc import Sequence
    from pathlib import Path

    from harness.cassettes.exchange import Exchange

AGAIN = wire(429, {"error": {"message": "slow down"}}, "retry-after-ms: 5")
SECRET = "sk-proj-" + "Zq7Rk2Wm9Xt4Yv6Bn8Lc3Hd5"


def sides(folder: Path) -> tuple[Sequence[Exchange], Sequence[Exchange]]:
    """What the client saw, and what the upstream did."""
    return read_cassette(folder / CLIENT).exchanges, read_cassette(folder / UPSTREAM).exchanges


def ask(server: Any, ending: str = "/chat/completions", **more: Any) -> httpx.Response:
    """A request of either dialect."""
    body = {**(CHAT if ending == "/chat/completions" else RESPONSES), **more}
    return httpx.post(server.base_url + ending, json=body, timeout=60)


def test_both_sides_are_recorded_as_they_were(tmp_path: Path) -> None:
    """The client's bytes and the upstream's, each with its own request."""
    with gateway(record=tmp_path) as server:
        told = ask(server, "/responses")
    client, upstream = sides(tmp_path)
    assert [one.request.url.partition("/v1")[2] for one in client] == ["/responses"]
    assert [one.request.url.partition("/v1")[2] for one in upstream] == ["/chat/completions"]
    assert client[0].response is not None
    assert upstream[0].response is not None
    assert client[0].response.body() == told.content
    assert upstream[0].response.body().endswith(b"data: [DONE]\n\n")
    assert client[0].ending.how is upstream[0].ending.how is How.COMPLETE
    assert [read_cassette(tmp_path / name).head["side"] for name in (CLIENT, UPSTREAM)] == [
        "client",
        "upstream",
    ]


def test_every_attempt_is_an_exchange_that_names_the_client(tmp_path: Path) -> None:
    """So nobody has to guess which belongs to which."""
    scenes = Scenes(talks, AGAIN, AGAIN, talks, AGAIN)
    with gateway(scenes, record=tmp_path) as server:
        statuses = [
            ask(server, ending).status_code for ending in ("/responses", "/chat/completions", "/responses")
        ]
        httpx.get(server.base_url + "/nothing")
    assert statuses == [200, 200, 429]
    client, upstream = sides(tmp_path)
    assert len(client) == 4
    assert [one.extra["req"] for one in upstream] == [
        {"serves": 0, "attempt": 1},
        {"serves": 1, "attempt": 1},
        {"serves": 1, "attempt": 2},
        {"serves": 1, "attempt": 3},
        {"serves": 2, "attempt": 1},
        {"serves": 2, "attempt": 2},
        {"serves": 2, "attempt": 3},
    ]


def test_check_holds_each_client_against_the_attempt_it_was_answered_from(tmp_path: Path) -> None:
    """And finds nothing."""
    scenes = Scenes(talks, AGAIN, talks)
    with gateway(scenes, record=tmp_path) as server:
        ask(server, "/responses")
        ask(server, "/chat/completions")
        ask(server, "/chat/completions", stream=False)
        ask(server, "/nothing")
    report = harness.check(tmp_path / CLIENT, upstream=tmp_path / UPSTREAM)
    assert [one.dialect for one in report.inputs][:3] == ["responses", "chat", "chat"]
    found = [str(one) for verdict in report.inputs for one in verdict.findings]
    assert found == []


def test_losses_stand_with_the_clients_exchange(tmp_path: Path) -> None:
    """With code, severity and place; none stand where there were none."""
    with gateway(record=tmp_path) as server:
        ask(server, "/responses", truncation="auto", stream=False)
        ask(server, stream=False)
    client, _ = sides(tmp_path)
    losses = client[0].extra["end"]["losses"]
    assert isinstance(losses, list)
    (loss,) = [one for one in losses if isinstance(one, dict) and one["at"] == "/truncation"]
    assert (loss["code"], loss["severity"]) == ("L123", "warning")
    assert "losses" not in client[1].extra.get("end", {})


def test_a_client_that_left_is_recorded_as_such_on_both_sides(tmp_path: Path) -> None:
    """With what it had been sent."""
    gone = threading.Event()

    def hangs(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
        with contextlib.suppress(OSError):
            connection.recv(1)
        gone.set()

    with gateway(hangs, record=tmp_path) as server:
        with httpx.stream("POST", server.base_url + "/chat/completions", json=CHAT) as answer:
            next(answer.iter_raw())
        assert gone.wait(60)
    client, upstream = sides(tmp_path)
    assert [one.ending.how for one in (*client, *upstream)] == [How.CLIENT_CLOSE, How.CLIENT_CLOSE]


def test_a_limit_that_was_passed_is_recorded_with_its_name(tmp_path: Path) -> None:
    """The client's side is whole: it was told."""

    def hangs(connection: socket.socket, _: bytes) -> None:
        connection.sendall(SSE_HEAD + http_chunk(piece("hel")))
        connection.recv(1)

    with gateway(hangs, record=tmp_path, limits=Limits(idle=0.2)) as server:
        live = ask(server)
    client, upstream = sides(tmp_path)
    assert client[0].ending.how is How.COMPLETE
    assert (upstream[0].ending.how, upstream[0].ending.message) == (How.TIMEOUT, "idle")
    with gateway_server("chat=http://127.0.0.1:9", replay=tmp_path) as server:
        assert ask(server).content == live.content
        seen = server.seen()
    assert [(one.path.name, one.held, one.played) for one in seen] == [
        (UPSTREAM, 1, frozenset({0})),
        (CLIENT, 0, frozenset()),
    ]
    assert [(one.is_open, after.is_open) for one, after in zip(seen, server.seen(), strict=True)] == [
        (True, False),
        (False, False),
    ]


@pytest.mark.parametrize("name", ["client", "environment"])
def test_no_key_is_recorded_logged_or_told(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the client's nor the user's, wherever an upstream repeats it."""
    scenes = Scenes(
        wire(401, {"error": {"message": f"Incorrect API key provided: {SECRET}.", "code": "invalid_api_key"}})
    )
    monkeypatch.setenv("ODDLY_NAMED", SECRET)
    options: dict[str, Any] = (
        {"key_variables": ["ODDLY_NAMED"]} if name == "environment" else {"pass_key": True}
    )
    with caplog.at_level(logging.DEBUG), gateway(scenes, record=tmp_path, **options) as server:
        headers = {"authorization": f"Bearer {SECRET}"}
        answer = httpx.post(server.base_url + "/chat/completions", json=CHAT, headers=headers)
    assert SECRET.encode() in scenes.requests[0]
    assert answer.status_code == 401
    assert SECRET not in answer.text
    logged = "".join(
        JsonLines().format(record) for record in caplog.records if record.name.startswith(LOGGER)
    )
    assert '"status": 401' in logged
    for text in (logged, *((tmp_path / file).read_text() for file in (CLIENT, UPSTREAM))):
        assert SECRET not in text


def test_a_line_of_the_log_tells_numbers_and_codes_and_no_words(caplog: pytest.LogCaptureFixture) -> None:
    """One line a request."""
    with caplog.at_level(logging.INFO), gateway(Scenes(AGAIN, talks)) as server:
        body = {**RESPONSES, "input": "canary", "truncation": "auto"}
        httpx.post(server.base_url + "/responses", json=body)
    (record,) = [one for one in caplog.records if one.name.startswith(LOGGER)]
    line = json.loads(JsonLines().format(record))
    expected = {
        "level": "info",
        "method": "POST",
        "path": "/v1/responses",
        "endpoint": "responses",
        "upstream": "chat",
        "dialect": "chat",
        "model": "m",
        "stream": True,
        "status": 200,
        "ended": "complete",
        "attempts": 2,
    }
    assert expected.items() <= line.items()
    assert "L123" in line["losses"]
    assert line["ms"] >= line["first_ms"] > 0
    assert line["bytes_out"] > line["bytes_upstream"] > 0
    assert "canary" not in json.dumps(line)


def record_some(folder: Path) -> list[bytes]:
    """Ask a few things live, some of them twice."""
    scenes = Scenes(talks, talks, AGAIN, talks, talks, wire(400, {"error": {"message": "no"}}))
    with gateway(scenes, record=folder) as server:
        return [one.content for one in answers(server)]


def answers(server: Any) -> list[httpx.Response]:
    """The answers to some questions."""
    return [
        ask(server, "/responses"),
        ask(server, "/responses"),
        ask(server, "/chat/completions"),
        ask(server, "/responses", input="else", stream=False),
        ask(server, "/chat/completions", model="other"),
    ]


def test_a_replay_has_the_same_bytes_every_time(tmp_path: Path) -> None:
    """Ids and times among them; equal requests get ids of their own."""
    live = record_some(tmp_path)
    runs = []
    for _ in range(2):
        with gateway_server("chat=http://127.0.0.1:9", replay=tmp_path) as server:
            given = answers(server)
            runs.append([(one.status_code, sorted(one.headers.items()), one.content) for one in given])
            assert not server._gateway.misses
    assert runs[0] == runs[1]
    assert runs[0][2][2] == live[2]  # Chat to Chat has no id of its own
    assert runs[0][0][2] != runs[0][1][2]
    assert len(runs[0][0][2]) == len(live[0])


def test_what_was_not_recorded_is_a_loud_miss(tmp_path: Path) -> None:
    """404 for the client, whose SDK does not try again, and in the summary."""
    record_some(tmp_path)
    server = gateway_server("chat=http://127.0.0.1:9", replay=tmp_path)
    with server:
        answer = ask(server, messages=[{"role": "user", "content": "something else"}])
        assert answer.status_code == 404
        assert answer.headers["x-harness-miss"] == "true"
        assert answer.headers["x-should-retry"] == "false"
        error = answer.json()["error"]
        assert set(error) == {"message", "type", "param", "code"}
        assert "/messages/0/content" in error["message"]
    assert len(server.summary().misses) == 1


def test_a_replay_may_be_recorded(tmp_path: Path) -> None:
    """Two recordings of one replay have the same client's bytes."""
    record_some(tmp_path / "live")
    bodies = []
    for name in ("one", "two"):
        with gateway_server(
            "chat=http://127.0.0.1:9", replay=tmp_path / "live", record=tmp_path / name
        ) as server:
            answers(server)
        client, _ = sides(tmp_path / name)
        bodies.append([one.response.body() for one in client if one.response is not None])
    assert bodies[0] == bodies[1]


def test_a_recording_is_not_replaced_by_chance(tmp_path: Path) -> None:
    """Only where that is asked for."""
    record_some(tmp_path)
    with pytest.raises(FileAccessError, match="exists"):
        gateway_server("chat=http://127.0.0.1:9", record=tmp_path)
    with gateway(record=tmp_path, overwrite=True) as server:
        ask(server)
    assert len(sides(tmp_path)[0]) == 1


def test_a_recording_without_exchanges_cannot_be_replayed(tmp_path: Path) -> None:
    """That is told at once."""
    with pytest.raises(InputError):
        gateway_server("chat=http://127.0.0.1:9", replay=tmp_path)


def test_the_summary_names_what_was_sealed(tmp_path: Path) -> None:
    """Nothing where nothing was asked."""
    server = gateway_server("chat=http://127.0.0.1:9", record=tmp_path)
    with server:
        pass
    assert server.summary().recorded == []
    with gateway(record=tmp_path) as other:
        ask(other)
        other.stop()
        assert [path.name for path in other.summary().recorded] == [CLIENT, UPSTREAM]
