"""`harness record` and `harness replay`, with a client as the user's command."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import trustme

from harness.cassettes.exchange import Chunk, How
from harness.cassettes.matching.keyrow import key_fields
from harness.cli.command import warn_of_strangers
from harness.cli.record import progress_line
from harness.io.files import read_cassette, write_cassette
from harness.io.process import client_environment
from harness.jobs.watching import Passed
from tests.cli.asking import CLIENT, client
from tests.cli.conftest import TOKEN_EVENTS, cassette, chat
from tests.scripted import read_request

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody else can listen on and that refuses connections."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_a_session_is_recorded_and_replayed(harness: Run, upstream: str, tmp_path: Path) -> None:
    """The command sees the same answers from the model server and from the recording."""
    recorded = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("one", "two"))
    assert recorded.code == 0
    assert recorded.out.count("200 data: ") == 2
    assert "recorded 2 exchanges in new.cassette.jsonl" in recorded.err
    exchanges = read_cassette(tmp_path / "new.cassette.jsonl").exchanges
    assert [exchange.ending.how for exchange in exchanges] == [How.COMPLETE, How.COMPLETE]
    replayed = harness("replay", "new.cassette.jsonl", "--strict", *client("one", "two"))
    assert replayed.code == 0
    assert "played 2 answers\n" in replayed.err
    assert "never asked for" not in replayed.err
    assert replayed.out == recorded.out
    assert harness("cassette", "verify", "new.cassette.jsonl").code == 0


@pytest.mark.parametrize("verb", ["record", "replay"])
@pytest.mark.parametrize("code", [0, 7])
def test_the_commands_exit_code_is_passed_on(
    harness: Run, upstream: str, tape: Path, verb: str, code: int
) -> None:
    """As it is, unless it is 0 and something else went wrong."""
    own = ("--upstream", upstream) if verb == "record" else (tape.name,)
    command = ("--", sys.executable, "-S", "-c", f"raise SystemExit({code})")
    assert harness(verb, *own, *command).code == code


def test_a_recording_that_changes_while_it_is_served_is_an_error_of_input(harness: Run, tape: Path) -> None:
    """The client gets a 500 that says so; the exit code is 4 although the command's own is 0."""
    touch = f"import os; os.utime({str(tape)!r}, (1, 1))"
    outcome = harness(
        "replay", tape.name, *(touch + part if part == CLIENT else part for part in client("Say hi"))
    )
    assert outcome.code == 4
    assert "not played to the end: 1\n" in outcome.err
    assert "the file changed while it was open" in outcome.err


def test_a_command_that_does_not_exist_is_told(harness: Run, tape: Path) -> None:
    """Exit code 2, as of a mistake in the arguments."""
    outcome = harness("replay", tape.name, "--", "no-such-command", "--with", "arguments")
    assert outcome.code == 2
    assert "usage: there is no command 'no-such-command'\n" in outcome.err


def test_a_session_without_a_request_leaves_nothing(harness: Run, upstream: str, tmp_path: Path) -> None:
    """No cassette, no `.part`, and no error."""
    outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client())
    assert outcome.code == 0
    assert "nothing was recorded" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_a_stream_that_breaks_is_recorded_as_broken(harness: Run, upstream: str, tmp_path: Path) -> None:
    """What breaks is data, not an error of the recorder."""
    outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("cut", "one"))
    assert outcome.code == 0
    first, second = read_cassette(tmp_path / "new.cassette.jsonl").exchanges
    assert first.ending.how in {How.RESET, How.SERVER_CUT}
    assert second.ending.how is How.COMPLETE


def test_a_web_page_is_recorded_and_remarked(harness: Run, upstream: str) -> None:
    """A login page in place of a model server is a wrong URL more often than not."""
    outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("page"))
    assert outcome.code == 0
    assert "1 of the answers were web pages (text/html)" in outcome.err


@pytest.mark.parametrize(("options", "shown"), [((), True), (("--quiet",), False)])
def test_a_terminal_sees_what_goes_by(
    harness: Run,
    upstream: str,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    shown: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    """One line an exchange, on stderr; none with --quiet, and none where stderr is a file."""
    line = "#0 POST /v1/chat/completions 200, 4 events, 223 bytes, complete\n"
    arguments = ("record", "--upstream", upstream, "--overwrite", "-o", "new.cassette.jsonl", *options)
    assert line not in harness(*arguments, *client("one")).err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert (line in harness(*arguments, *client("one")).err) == shown


def test_an_unreachable_upstream_is_told_to_both(harness: Run, closed_port: int, tmp_path: Path) -> None:
    """The client gets 502 and why; the recording holds the attempt; the exit code is 3."""
    upstream = f"http://127.0.0.1:{closed_port}"
    outcome = harness("record", "--upstream", upstream, "-o", "new.cassette.jsonl", *client("one", "two"))
    assert outcome.code == 3
    assert outcome.err.count("upstream-unreachable: ") == 1
    assert f"where     {upstream}" in outcome.err
    assert outcome.out.count("502 ") == 2
    exchanges = read_cassette(tmp_path / "new.cassette.jsonl").exchanges
    assert [exchange.response for exchange in exchanges] == [None, None]


def test_a_certificate_authority_can_be_given(harness: Run, tmp_path: Path) -> None:
    """--ca makes an upstream with a certificate of one's own trusted; without it that is a TLS failure."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                raw, _address = listener.accept()
                try:
                    with context.wrap_socket(raw, server_side=True) as secure:
                        read_request(secure)
                        secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
                except ssl.SSLError:
                    continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        refused = harness("record", "--upstream", url, "-o", "a.cassette.jsonl", *client("one"))
        trusted = harness(
            "record", "--upstream", url, "-o", "b.cassette.jsonl", "--ca", "ca.pem", *client("one")
        )
        assert trusted.out == "200 ok"
        thread.join(60)
    assert (refused.code, trusted.code) == (3, 0)
    assert "tls-failure" in refused.err


@pytest.mark.parametrize("verb", ["record", "replay"])
def test_a_port_in_use_is_told(harness: Run, upstream: str, tape: Path, verb: str) -> None:
    """Exit code 3, and nothing is written."""
    own = ("--upstream", upstream, "-o", "new.cassette.jsonl") if verb == "record" else (tape.name,)
    address = upstream.removeprefix("http://")
    outcome = harness(verb, *own, "--listen", address, *client("one"))
    assert (outcome.code, outcome.out) == (3, "")
    assert outcome.err.startswith(
        f"port-in-use: another program listens on this address\n  where     {address}\n"
    )
    assert not (tape.parent / "new.cassette.jsonl").exists()


@pytest.mark.parametrize("address", ["203.0.113.1:8080", "no.such.host.invalid:8080"])
def test_an_address_of_another_machine_is_told(harness: Run, tape: Path, address: str) -> None:
    """Exit code 3: this machine cannot do it."""
    outcome = harness("replay", tape.name, "--listen", address, *client())
    assert outcome.code == 3
    assert outcome.err.startswith("target-error: ")
    assert f"where     {address}" in outcome.err


def test_a_miss_makes_the_exit_code_1(harness: Run, two: Path) -> None:
    """The client gets 404; the summary says what was missed and what was never asked for."""
    outcome = harness("replay", two.name, "--pace", "instant", *client("Say hi", "Say what"))
    assert outcome.code == 1
    assert "404 " in outcome.out
    assert "played 1 answer\n" in outcome.err
    assert "no-matching-recording: no recording answers POST /v1/chat/completions" in outcome.err
    assert "never asked for: 1\n" in outcome.err


def test_the_nearest_recording_can_answer_a_miss(harness: Run, tape: Path) -> None:
    """It is said, and the exit code is 1 all the same."""
    arguments = ("replay", tape.name, "--pace", "instant", "--on-miss", "nearest")
    outcome = harness(*arguments, *client("Say what"))
    assert outcome.code == 1
    assert outcome.out == "200 " + b"".join(TOKEN_EVENTS).decode()
    assert "no-matching-recording: " in outcome.err
    assert "answered  with recording 0 of tape.cassette.jsonl all the same" in outcome.err


def test_an_option_that_takes_one_value_is_not_given_two(harness: Run, tape: Path) -> None:
    """The last would win in silence; whoever wrote both meant both."""
    outcome = harness("replay", tape.name, "--fault", "cut:event=1", "--fault=omit_done", *client("one"))
    assert (outcome.code, outcome.out) == (2, "")
    assert "--fault is given 2 times" in outcome.err


def test_strict_wants_every_recording_played(harness: Run, two: Path) -> None:
    """Without it, what was never asked for is only told."""
    arguments = ("replay", two.name, "--pace", "instant")
    assert harness(*arguments, *client("Say hi")).code == 0
    outcome = harness(*arguments, "--strict", *client("Say hi"))
    assert outcome.code == 1
    assert "never asked for: 1\n  two.cassette.jsonl  exchange 1  POST https://" in outcome.err


def test_files_that_nothing_was_asked_of_are_told(harness: Run, tape: Path, tmp_path: Path) -> None:
    """As one line a file; and so are requests that two files answer."""
    write_cassette(cassette(chat(text="Other")), tmp_path / "other.cassette.jsonl", key_of=key_fields)
    write_cassette(cassette(), tmp_path / "again.cassette.jsonl", key_of=key_fields)
    outcome = harness("replay", ".", "--pace", "instant", *client("Say hi"))
    assert outcome.code == 0
    err = outcome.err.replace("\\", "/")
    assert "files that nothing was asked of: 2\n  other.cassette.jsonl\n  tape.cassette.jsonl\n" in err
    assert "POST /v1/chat/completions  again.cassette.jsonl, tape.cassette.jsonl\n" in err


def test_a_fault_is_made_where_it_can_be(harness: Run, tape: Path) -> None:
    """A recording in which it cannot be made is played as it is, and the summary says why."""
    exchange = chat(text="No end")
    assert exchange.response is not None
    endless = replace(exchange.response, chunks=(Chunk(0, b"".join(TOKEN_EVENTS[:3])),))
    endless_tape = cassette(replace(exchange, response=endless))
    write_cassette(endless_tape, tape.with_name("endless.cassette.jsonl"), key_of=key_fields)
    arguments = ("replay", ".", "--pace", "instant", "--fault", "omit_done")
    outcome = harness(*arguments, *client("Say hi", "No end"))
    assert outcome.code == 0
    assert outcome.out.count("200 data: ") == 2
    assert "[DONE]" not in outcome.out
    assert "played without the fault: 1\n  endless.cassette.jsonl  exchange 0  " in outcome.err


@pytest.mark.parametrize(
    ("host", "open_"),
    [
        ("127.0.0.1", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),  # noqa: S104 - nothing listens there
        ("::", True),
        ("box.lan", True),
    ],
)
def test_an_open_server_is_remarked(host: str, open_: bool, capsys: pytest.CaptureFixture[str]) -> None:  # noqa: FBT001 - a parameter of the test
    """A server on a loopback address is nobody else's business."""
    warn_of_strangers(host)
    assert ("whoever reaches this machine" in capsys.readouterr().err) == open_


def test_a_command_reaches_a_server_on_all_addresses_by_loopback() -> None:
    """An address such as 0.0.0.0 cannot be connected to everywhere, and a proxy would be asked for it."""
    variables = client_environment("http://0.0.0.0:8080", "/v1")
    assert variables["OPENAI_BASE_URL"] == "http://127.0.0.1:8080/v1"
    assert client_environment("http://[::]:8080", "")["ANTHROPIC_BASE_URL"] == "http://[::1]:8080"
    assert {"127.0.0.1", "localhost", "::1"} <= set(variables["NO_PROXY"].split(","))


def test_the_server_can_be_given_an_ipv6_address(harness: Run, tape: Path) -> None:
    """In brackets, as in a URL."""
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no IPv6 loopback address")
    outcome = harness("replay", tape.name, "--pace", "instant", "--listen", "[::1]:0", *client("Say hi"))
    assert outcome.code == 0
    assert "http://[::1]:" in outcome.err
    assert "200 " in outcome.out


@pytest.mark.parametrize(
    ("passed", "line"),
    [
        (
            Passed(0, "POST", "/v1/responses", 200, 14, 3950, web_page=False, how=How.COMPLETE, cause=None),
            "#0 POST /v1/responses 200, 14 events, 3,950 bytes, complete",
        ),
        (
            Passed(
                1,
                "GET",
                "/v1/models",
                404,
                None,
                12,
                web_page=False,
                how=How.SERVER_CUT,
                cause="RemoteProtocolError",
            ),
            "#1 GET /v1/models 404, 12 bytes, server_cut (RemoteProtocolError)",
        ),
        (
            Passed(
                2, "POST", "/v1/responses", None, None, 0, web_page=False, how=How.RESET, cause="ConnectError"
            ),
            "#2 POST /v1/responses no answer, reset (ConnectError)",
        ),
    ],
)
def test_a_terminal_sees_one_line_an_exchange(passed: Passed, line: str) -> None:
    """Method, path, status, events, bytes and ending."""
    assert progress_line(passed) == line
