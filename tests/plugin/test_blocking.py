"""`--harness-block-network`: a test reaches this machine, and no other."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from harness.testing.blocking import is_here
from tests.clients.live import LiveUpstream
from tests.pytesting import STREAM, asking, cassettes, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


@pytest.mark.parametrize(
    "host",
    ["", "localhost", "LocalHost".lower(), "a.localhost", "127.0.0.1", "127.8.8.8", "::1", "::1%lo", "[::1]",
     "::ffff:127.0.0.1", "0.0.0.0", "::", "localhost."],  # noqa: S104 - nothing is bound
)  # fmt: skip
def test_this_machine_is_known_by_its_names_and_addresses(host: str) -> None:
    """Whatever form they have."""
    assert is_here(host)


@pytest.mark.parametrize(
    "host",
    ["api.openai.com", "192.0.2.1", "10.0.0.1", "localhost.example.com", "::ffff:192.0.2.1", "2001:db8::1"],
)
def test_other_machines_are_no_part_of_it(host: str) -> None:
    """Nor are those of the same network."""
    assert not is_here(host)


WAYS = {
    "a name, by httpx": "httpx.get('http://api.example.test/')",
    "an address, by httpx": "httpx.get('http://192.0.2.1/')",
    "a socket": "socket.create_connection(('192.0.2.1', 443))",
    "a socket that tells no error": "with socket.socket() as one: one.connect_ex(('192.0.2.1', 443))",
    "a datagram": "with socket.socket(type=socket.SOCK_DGRAM) as one: one.sendto(b'', ('192.0.2.1', 53))",
    "an address of six": "with socket.socket(socket.AF_INET6) as one: one.connect(('2001:db8::1', 443))",
    "a lookup": "socket.gethostbyname('api.example.test')",
    "asyncio": "asyncio.run(asyncio.open_connection('192.0.2.1', 443))",
    "asyncio, a name": "asyncio.run(asyncio.open_connection('api.example.test', 443))",
    "anyio": "anyio.run(anyio.connect_tcp, 'api.example.test', 443)",
    "trio": "trio.run(trio.open_tcp_stream, 'api.example.test', 443)",
    "uvloop": "uvloop.run(asyncio.open_connection('192.0.2.1', 443))",
    "uvloop, a name": "uvloop.run(asyncio.open_connection('api.example.test', 443))",
    "a thread": "threads.submit(httpx.get, 'http://192.0.2.1/').result()",
}
IMPORTS = """
import asyncio, socket, anyio, httpx, pytest, trio
from concurrent.futures import ThreadPoolExecutor
threads = ThreadPoolExecutor()
uvloop = pytest.importorskip("uvloop")
"""


def test_no_way_leads_to_another_machine(pytester: pytest.Pytester) -> None:
    """Each is refused with the same words, which name the test and the host."""
    tests = "".join(f"\ndef test_{number}():\n    {way}\n" for number, way in enumerate(WAYS.values()))
    pytester.makepyfile(test_it=IMPORTS + tests)

    result = run(pytester, "--harness-block-network", "--tb=short", "-W", "ignore")

    result.assert_outcomes(failed=len(WAYS))
    for number in range(len(WAYS)):
        result.stdout.fnmatch_lines(
            [
                "*harness: blocked network*",
                "usage: a test may not reach another machine: --harness-block-network",
                f"  where     test_it.py::test_{number}",
                "  found     *",
            ]
        )


def test_the_refusal_says_what_to_do(pytester: pytest.Pytester, snapshot: SnapshotAssertion) -> None:
    """Also where an SDK hides it."""
    pytester.makepyfile(
        test_it="""
import httpx
def test_chat():
    try:
        httpx.get("https://api.example.test/v1/models")
    except Exception:
        raise ConnectionError("Connection error.") from None
"""
    )

    result = run(pytester, "--harness-block-network")

    result.assert_outcomes(failed=1)
    assert told(result) == snapshot


def test_this_machine_and_allowed_hosts_are_reached(pytester: pytest.Pytester) -> None:
    """On every way, and what an allowed name stands for is allowed; nothing is left patched."""
    own = [getattr(socket, "getaddrinfo"), socket.socket.connect]  # noqa: B009 - as it is now
    pytester.makeini("[pytest]\nharness_allowed_hosts =\n    *.allowed.test\n    192.0.2.7\n")
    with LiveUpstream({"/chat/completions": STREAM}) as live:
        pytester.makepyfile(
            test_it=asking(live.url)
            + IMPORTS
            + """
PORT = httpx.URL(URL).port

def test_sync():
    assert ask()[0] == 200
    assert httpx.post(URL.replace("127.0.0.1", "localhost"), json={}).status_code == 200

@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_async(run):
    async def use():
        async with httpx.AsyncClient() as client:
            assert (await client.post(URL, json={})).status_code == 200
    run(use())

def test_pairs():
    one, two = socket.socketpair()
    one.close(), two.close()

def test_allowed(monkeypatch):
    with socket.socket() as one:
        one.settimeout(0.01)
        with pytest.raises(OSError):
            one.connect(("192.0.2.7", 9))
    with pytest.raises(OSError):
        socket.getaddrinfo("nobody.allowed.test", 80)
"""
        )

        run(pytester, "--harness-block-network", "-W", "ignore").assert_outcomes(passed=5)

    assert own == [socket.getaddrinfo, socket.socket.connect]


def test_a_test_that_records_because_somebody_says_so_reaches_what_it_records(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """The mode on the command line opens the network to it, and to no test beside it."""
    pytester.makepyfile(
        test_it="""
import socket, pytest
@pytest.mark.cassette
def test_recording():
    with pytest.raises(OSError):
        socket.getaddrinfo("nobody.invalid", 80)

def test_other():
    socket.getaddrinfo("nobody.invalid", 80)
"""
    )

    result = run(pytester, "--harness-block-network", "--harness-record-mode=once", "--tb=short")

    result.assert_outcomes(passed=1, failed=1)
    run(pytester, "--harness-block-network").assert_outcomes(failed=2)


def test_replays_need_no_network(pytester: pytest.Pytester) -> None:
    """What was recorded from another machine is played where none can be reached."""
    module = "{}\n@pytest.mark.cassette\ndef test_chat():\n    assert ask()[0] == 200\n"
    with LiveUpstream({"/chat/completions": STREAM}) as live:
        pytester.makepyfile(test_it=module.format(asking(live.url)))
        run(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(test_it=module.format(asking("https://api.example.test")))

    run(pytester, "--harness-block-network", "--harness-record-mode=none").assert_outcomes(passed=1)
    assert len(cassettes(pytester)) == 1
