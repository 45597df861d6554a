"""Faults of an upstream's connection, met by clients of a gateway: a server that replays makes them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, cast

import pytest

from harness.gateway.limits import Limits
from harness.jobs.replay import replay_server
from harness.jobs.serve import UPSTREAM, gateway_server
from tests.failing import PATIENCE, SHORT, asked, clients, complaints, some_clients, told
from tests.gatewaying import BODIES, texts
from tests.scripted import ScriptedServer
from tests.upstreams import DIALECTS, Said, answer, is_stream

if TYPE_CHECKING:
    import socket
    from pathlib import Path


TRANSPORT = {
    "cut:byte=100": "",
    "cut:byte=0": "upstream_disconnected",
    "cut:event=2": "upstream_disconnected",
    "reset:byte=100": "",
    "reset:event=2": "upstream_disconnected",
    "hangup:times=0": "upstream_disconnected",
    "empty": "",
    "html:200,times=0": "upstream_invalid_json",
    "html:times=0": "",
    "status:401,times=0": "",
    "status:429,retry_after=61,times=0": "rate_limit_exceeded",
    "status:500,times=0": "",
    "error_as_success:times=0": "",
    "content_encoding": "upstream_invalid_encoding",
    "silence": "upstream_timeout",
    "stall:event=2,seconds=30": "upstream_timeout",
    "late_headers:seconds=30": "upstream_timeout",
    "slow:rate=10": "upstream_timeout",
}
"""Faults of a server that replays, and the code that clients are told; "" is whatever fits."""

EVERYWHERE = (
    "cut:event=2",
    "reset:event=2",
    "hangup:times=0",
    "content_encoding",
    "stall:event=2,seconds=30",
)
"""Those that are tried for each dialect; what happens before the body does not depend on it."""

HARMLESS = (
    "late_close:seconds=30",
    "held_back",
    "split_character",
    "content_length",
    "content_type:text/plain",
    "omit_request_id",
    "stall:event=2,seconds=0.1",
    "late_headers:0.1",
)
"""Faults that take nothing away from an answer."""

IDLE = 3.0
PATIENT = Limits(connect=IDLE, first_byte=IDLE, idle=IDLE, total=4 * IDLE)


def _recorded(dialect: str, folder: Path) -> Path:
    """A recording of an upstream that was asked all that the tests ask."""

    def script(connection: socket.socket, request: bytes) -> None:
        said = Said(text="one twö three four five six")
        connection.sendall(answer(dialect, said, stream=is_stream(dialect, request)))

    with (
        ScriptedServer(script) as upstream,
        gateway_server(f"{dialect}={upstream.url}", record=folder) as server,
    ):
        for ending, _, stream in clients():
            assert asked(server, ending, {**BODIES[ending], "stream": stream})[0].status_code == 200
    return folder / UPSTREAM


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One for each dialect."""
    folder = tmp_path_factory.mktemp("recordings")
    return {dialect: _recorded(dialect, folder / dialect) for dialect in DIALECTS}


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", DIALECTS)
def test_faults_of_a_real_connection_are_told(recordings: dict[str, Path], dialect: str) -> None:
    """In time, and in the client's dialect; what can only be made in streams is tried in them."""

    def one(fault: str) -> list[str]:
        problems = []
        with (
            replay_server(recordings[dialect], pace="instant", fault=fault) as upstream,
            gateway_server(f"{dialect}={upstream.url}", retries=0, limits=SHORT) as server,
        ):
            for ending, inbound, stream in clients():
                if "event=" in fault and not stream:
                    continue
                start = time.monotonic()
                given, exchange = asked(server, ending, {**BODIES[ending], "stream": stream})
                took = time.monotonic() - start
                error = told(exchange, inbound)
                code = TRANSPORT[fault]
                if took > PATIENCE or (given.status_code != 200 and code not in {"", error["code"]}):
                    problems.append(f"{fault} for {inbound}, {stream}: {took} {given.status_code} {error}")
        return problems

    faults = TRANSPORT if dialect == "chat" else EVERYWHERE
    with ThreadPoolExecutor(len(faults)) as pool:
        assert [problem for problems in pool.map(one, faults) for problem in problems] == []


@pytest.mark.thorough
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("fault", HARMLESS)
def test_faults_that_take_nothing_away_do_no_harm(
    recordings: dict[str, Path], dialect: str, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    """And nobody waits for an upstream that has nothing more to say, where its dialect has a word for that."""
    with replay_server(recordings[dialect], pace="instant", fault=fault) as upstream:
        for ending, inbound, stream in some_clients(HARMLESS.index(fault) + DIALECTS.index(dialect)):
            # A server that keeps a connection open for a while reads no second request from it.
            with gateway_server(f"{dialect}={upstream.url}", retries=0, limits=PATIENT) as server:
                start = time.monotonic()
                given, exchange = asked(server, ending, {**BODIES[ending], "stream": stream})
                took = time.monotonic() - start
            waits = dialect == "gemini" and fault.startswith("late_close")
            assert took < (PATIENCE if waits else IDLE)
            assert caplog.messages == [], "an answer that is whole is called a failure in the log"
            assert given.status_code == 200
            assert complaints(exchange, inbound) == []
            text = texts(given.text) if stream else _text(given.json())
            assert text == "one twö three four five six"


def _text(body: dict[str, Any]) -> str:
    if "choices" in body:
        return cast("str", body["choices"][0]["message"]["content"])
    return cast("str", body["output"][0]["content"][0]["text"])
