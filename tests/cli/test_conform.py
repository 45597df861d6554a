"""`harness conform` and `harness report`: what they write, print, and exit with."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from harness.io.files import read_cassette
from harness.results.reading import read_result
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

SMALL = ("--scenario", "text-plain")
SERVER = ("--scenario", "model-text")


def test_the_builtin_gateway_is_put_through_and_a_report_is_written(harness: Run, tmp_path: Path) -> None:
    """A summary on stdout, and where the HTML lies."""
    done = harness("conform", *SMALL)
    assert done.code == 0, done
    assert "builtin  16 passed" in done.out
    assert done.out.endswith("the report for reading is harness-report/report.html\n")
    assert done.err == ""
    folder = tmp_path / "harness-report"
    assert {one.name for one in folder.iterdir()} == {
        "result.json",
        "report.html",
        "builtin.client.cassette.jsonl",
        "builtin.upstream.cassette.jsonl",
    }
    result = read_result((folder / "result.json").read_bytes())
    assert result.run.command == "harness conform --scenario text-plain"
    assert len(result.cells) == 16


def test_a_machine_format_has_stdout_for_itself(harness: Run) -> None:
    """Prose goes to stderr; other formats go to files."""
    done = harness("conform", *SMALL, "--format", "json", "--format", "junit=out/junit.xml", "-o", "here")
    assert json.loads(done.out)["targets"][0]["name"] == "builtin"
    assert done.err == f"the report for reading is {os.path.join('here', 'report.html')}\n"  # noqa: PTH118
    assert harness("conform", *SMALL, "--format", "json", "-q").err == ""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--scenario", "text-plane"), "did you mean 'text-plain'?"),
        (("--target", "bultin"), "did you mean 'builtin'?"),
        (("--format", "jsn"), "did you mean 'json'?"),
        (("--format", "json", "--format", "ndjson"), "cannot both go to stdout"),
        (("--format", "html"), "html=FILE"),
        (("--profile", "opnai"), "did you mean 'openai'?"),
        (("--update-baseline",), "--update-baseline needs --baseline FILE"),
        (("--model", "x"), "--model is about a target at --base-url"),
        (("--base-url", "http://127.0.0.1:1/v1", "--target", "builtin"), "exclude each other"),
        (("--base-url", "127.0.0.1"), "this is no URL of a server"),
        (("--base-url", "http://127.0.0.1:1/v1", "--header", "sk-hidden"), "this is no header field"),
        (("--cassette", "x", "--scenario", "y"), "exclude each other"),
        (("--targt", "x"), "did you mean '--target'?"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(
    harness: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """With 2, and nothing is written."""
    done = harness("conform", *arguments)
    assert done.code == 2, done
    assert told in done.err
    assert done.out == ""
    assert not (tmp_path / "harness-report").exists()
    assert "sk-hidden" not in done.err


def test_scenarios_and_targets_are_listed(harness: Run) -> None:
    """And nothing is played."""
    done = harness("conform", "--list")
    assert done.code == 0
    assert "  text-plain  " in done.out
    assert "  litellm  " in done.out
    few = harness("conform", "--list", "--scenario", "usage")
    assert "text-plain" not in few.out
    assert "usage-asked" in few.out


def test_a_target_that_is_not_installed_gives_3_and_says_how_to_get_it(harness: Run, tmp_path: Path) -> None:
    """What was named has to be there."""
    done = harness("conform", "--target", "litellm", *SMALL, "--tools", "nowhere")
    assert done.code == 3
    assert "litellm is not installed" in done.err
    folder = tmp_path / "nowhere"
    assert f'harness conform --install --target litellm --tools "{folder}"' in done.err, (
        "to be copied as it is"
    )


def test_a_run_that_could_not_start_keeps_the_earlier_result(harness: Run, tmp_path: Path) -> None:
    """It says so, and what is asked for in a file is still written."""
    assert harness("conform", *SMALL, "-q").code == 0
    folder = tmp_path / "harness-report"
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    command = ("conform", "--target", "litellm", *SMALL, "--tools", "nowhere")
    done = harness(*command, "--format", "junit=conform.xml")
    assert done.code == 3, done
    assert "no target started: harness-report keeps the result of an earlier run" in done.err
    assert "the report for reading" not in done.out + done.err
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    assert "litellm" in (tmp_path / "conform.xml").read_text()
    assert harness(*command, "-o", "fresh").code == 3
    assert (tmp_path / "fresh" / "result.json").exists()


def test_an_address_where_nobody_is_gives_3(harness: Run, tmp_path: Path) -> None:
    """Within the time that one who runs already has to answer."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}/v1"
    done = harness("conform", "--base-url", url, "--model", "tiny")
    assert done.code == 3, done
    assert "did not start" in done.err
    result = read_result((tmp_path / "harness-report" / "result.json").read_bytes())
    assert result.targets[0].status == "not_started"


def test_an_address_without_its_version_is_told_as_such(harness: Run) -> None:
    """It knows no path that it is asked for; -q leaves out where our upstream is, and not what is wrong."""

    def answer(connection: socket.socket, request: bytes) -> None:
        del request
        body = b'{"detail": "Not Found"}'
        head = b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(body) + body)

    with ScriptedServer(answer) as server:
        command = ("conform", "--base-url", server.url, "--model", "m", "--upstream-port", "0", *SMALL)
        loud, quiet = harness(*command), harness(*command, "-q")
    for done in (loud, quiet):
        assert done.code == 1, done
        assert "gateway asked our upstream nothing: is the version in --base-url" in done.err
    assert "Point the gateway at our upstream" in loud.err
    assert "Point the gateway at our upstream" not in quiet.err


def test_a_server_at_an_address_is_judged_and_its_key_shown_nowhere(
    harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It quotes the key, as some do where they refuse it."""
    key = "vk-" + "q8Z4" * 6
    monkeypatch.setenv("OWN_ACCESS", key)

    def answer(connection: socket.socket, request: bytes) -> None:
        assert request.startswith(b"GET") or key.encode() in request
        body = json.dumps({"error": {"message": f"no such key: {key}", "type": "auth", "code": 7}}).encode()
        head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(body) + body)

    with ScriptedServer(answer) as server:
        url = f"{server.url}/v1"
        options = ("--model", "tiny", "--api-key-env", "OWN_ACCESS", "--header", f"x-own: {key}")
        done = harness("conform", "--base-url", url, *options, *SERVER)
    assert done.code == 3, done
    folder = tmp_path / "harness-report"
    for one in folder.iterdir():
        assert key not in one.read_text(encoding="utf-8"), one.name
    result = read_result((folder / "result.json").read_bytes())
    assert result.run.command == (
        f"harness conform --base-url {url} --header 'x-own: $VALUE' --model tiny --api-key-env OWN_ACCESS"
        " --scenario model-text"
    )
    assert key not in done.out + done.err


def test_a_baseline_is_written_and_holds_until_it_is_stale(harness: Run, tmp_path: Path) -> None:
    """What it accepts is expected; what it accepts in vain fails."""

    def answer(connection: socket.socket, request: bytes) -> None:
        del request
        body = (
            b'{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant"}}]}'
        )
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(body) + body)

    with ScriptedServer(answer) as server:
        base = ("--base-url", f"{server.url}/v1", "--model", "tiny", "--inbound", "chat", *SERVER)
        command = ("conform", *base, "--baseline", "known.toml")
        assert harness(*command[:-2]).code == 1
        written = harness(*command, "--update-baseline")
        assert written.code == 0, written
        assert "entries of the baseline that have no reason yet: 5" in written.err
        again = harness(*command)
        assert again.code == 0, again
    result = read_result((tmp_path / "harness-report" / "result.json").read_bytes())
    assert result.run.baseline == "known.toml"
    assert {one.status.value for one in result.cells} == {"expected"}
    stale = tmp_path / "known.toml"
    stale.write_text('[[expected]]\nrule = "CHAT-FIN-001"\nsource = "builtin/*"\nreason = "was once"\n')
    gone = harness("conform", *SMALL, "--baseline", "known.toml")
    assert gone.code == 1, gone
    assert "CHAT-FIN-001 for builtin/*" in gone.out


def test_a_target_that_shows_nothing_at_all_is_not_fine(harness: Run) -> None:
    """It refuses whatever it is asked: nothing was tested."""

    def answer(connection: socket.socket, request: bytes) -> None:
        del request
        body = b'{"error": {"message": "overloaded", "type": "server_error", "param": null, "code": null}}'
        head = b"HTTP/1.1 503 Unavailable\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % len(body) + body)

    with ScriptedServer(answer) as server:
        done = harness("conform", "--base-url", f"{server.url}/v1", "--model", "tiny", *SERVER)
    assert done.code == 3, done
    assert "not one of its cells says anything" in done.err


def test_a_recording_is_played(harness: Run) -> None:
    """A shipped one, over the route of its dialects."""
    from harness.bundled import folder  # noqa: PLC0415

    path = folder("cassettes") / "llama-server" / "chat" / "text.cassette.jsonl"
    done = harness("conform", "--cassette", str(path), "--target", "replayer")
    assert "1 cell of 1 scenario" in done.out, done
    missing = harness("conform", "--cassette", "gone.jsonl")
    assert missing.code == 4


def test_reports_are_made_of_results_and_several_become_one(harness: Run, tmp_path: Path) -> None:
    """The merged page still finds the recordings of each."""
    assert harness("conform", *SMALL, "-o", "a").code == 0
    assert harness("conform", *SMALL, "--target", "replayer", "-o", "b").code == 0
    printed = harness("report", "a")
    assert printed.code == 0
    assert "builtin  16 passed" in printed.out
    merged = harness("report", "a/result.json", "b/result.json", "-o", "both", "--format", "json")
    assert merged.code == 0, merged
    result = read_result((tmp_path / "both" / "result.json").read_bytes())
    assert [one.name for one in result.targets] == ["builtin", "replayer"]
    assert result.cells[0].client[0].cassette == "../a/builtin.client.cassette.jsonl"
    assert harness("report", "a/builtin.client.cassette.jsonl").code == 4
    assert harness("report", "nowhere").code == 4


@pytest.mark.skipif(sys.platform == "win32", reason="no signals to send there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_keeps_what_was_played(tmp_path: Path, number: signal.Signals) -> None:
    """It is judged, written and sealed, and the exit code is 130."""
    part = tmp_path / "out" / "builtin.client.cassette.jsonl.part"
    with subprocess.Popen(
        [sys.executable, "-m", "harness", "conform", "-o", "out", "--scenario", "transport-*"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        until = time.monotonic() + 60
        while not (part.exists() and part.read_bytes().count(b'"k":"end"') > 3) and time.monotonic() < until:
            time.sleep(0.05)
        process.send_signal(number)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert b"interrupted" in err
    assert b"builtin" in out
    result = read_result((tmp_path / "out" / "result.json").read_bytes())
    reasons = {one.reason for one in result.cells}
    assert "the run was interrupted" in reasons
    assert None in reasons
    assert read_cassette(tmp_path / "out" / "builtin.client.cassette.jsonl").exchanges
    assert not part.exists()
    assert (tmp_path / "out" / "report.html").exists()
