"""`harness serve`, with a client as the user's command."""

from __future__ import annotations

import gc
import json
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.asking import client
from tests.gatewaying import Scenes, fields_of, talks
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Run

NOWHERE = "chat=http://127.0.0.1:9"


@pytest.fixture
def scenes() -> Scenes:
    """An upstream that says hello."""
    return Scenes(talks)


@pytest.fixture
def url(scenes: Scenes) -> Iterator[str]:
    """Where it is."""
    with ScriptedServer(scenes) as server:
        yield server.url


def test_a_session_is_served_recorded_checked_and_replayed(harness: Run, url: str, tmp_path: Path) -> None:
    """One line of JSON for each request; both sides fit together; the replay needs no upstream."""
    live = harness("serve", "--upstream", f"chat={url}", "--record", "tape", *client("one", "two"))
    assert live.code == 0
    assert live.out.count("200 data: ") == 2
    lines = [json.loads(line) for line in live.err.splitlines() if line.startswith("{")]
    assert [(line["path"], line["status"]) for line in lines] == [("/v1/chat/completions", 200)] * 2
    assert "without a key" in live.err
    sides = [str(tmp_path / "tape" / f"{name}.cassette.jsonl") for name in ("client", "upstream")]
    checked = harness("check", sides[0], "--upstream", sides[1])
    assert checked.code == 0, checked.out + checked.err
    runs = [
        harness("serve", "-q", "--upstream", NOWHERE, "--replay", "tape", *client("one", "two")) for _ in "ab"
    ]
    assert [run.code for run in runs] == [0, 0]
    assert runs[0].out == runs[1].out == live.out
    assert not any(line.startswith("{") for line in runs[0].err.splitlines())


@pytest.mark.parametrize(
    ("upstream", "told"),
    [
        ("deepseek", "without a key (DEEPSEEK_API_KEY is not set)"),
        ("anthropic=http://127.0.0.1:9", "without a key (--api-key-env names the variable of one; "),
    ],
)
def test_the_start_says_where_a_key_would_have_been_found(
    harness: Run, monkeypatch: pytest.MonkeyPatch, upstream: str, told: str
) -> None:
    """A dialect at any address is sent no vendor's key, even where there is one."""
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key-of-mine")
    served = harness("serve", "--upstream", upstream, "--", sys.executable, "-S", "-c", "")
    assert served.code == 0
    assert told in served.err


def test_the_log_says_how_a_refused_loss_is_let_through(
    harness: Run, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is for whoever runs the gateway; the client, who cannot change it, is told what is wrong only."""
    monkeypatch.setenv("OPENAI_API_KEY", "a-key")
    body = '{"model": "m", "n": 2, "messages": [{"role": "user", "content": "hi"}]}'
    ask = (
        "import os, sys, urllib.error, urllib.request as r\n"
        "fields = {'content-type': 'application/json'}\n"
        f"asked = r.Request(os.environ['OPENAI_BASE_URL'] + '/chat/completions', {body.encode()!r}, fields)\n"
        "try: r.urlopen(asked)\n"
        "except urllib.error.HTTPError as error: print(error.read().decode())\n"
    )
    served = harness("serve", "--upstream", f"anthropic={url}", "--", sys.executable, "-S", "-c", ask)
    assert json.loads(served.out)["error"]["code"] == "unsupported_value"
    assert "--losses" not in served.out
    line = next(json.loads(line) for line in served.err.splitlines() if line.startswith("{"))
    assert line["hint"] == "--losses L106=warn lets it through"


def test_a_miss_makes_the_exit_code_1(harness: Run, url: str) -> None:
    """And says what was asked."""
    assert harness("serve", "--upstream", f"chat={url}", "--record", "tape", *client("one")).code == 0
    missed = harness("serve", "--upstream", NOWHERE, "--replay", "tape", *client("other"))
    assert missed.code == 1
    assert "404 " in missed.out
    assert "/messages/0/content" in missed.err


@pytest.mark.parametrize("code", [0, 7])
def test_the_commands_exit_code_is_passed_on(harness: Run, code: int) -> None:
    """As it is."""
    command = ("--", sys.executable, "-S", "-c", f"raise SystemExit({code})")
    assert harness("serve", "--upstream", NOWHERE, *command).code == code


def test_a_command_has_its_openai_clients_pointed_here_and_no_others(
    harness: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gateway speaks no other vendor's dialect: a client of one keeps its own address and its own key."""
    for name in ("ANTHROPIC_BASE_URL", "GOOGLE_GEMINI_BASE_URL", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    told = "import json, os; print(json.dumps(dict(os.environ)))"
    served = harness("serve", "--upstream", NOWHERE, "--", sys.executable, "-S", "-c", told)
    assert served.code == 0
    given = json.loads(served.out)
    assert given["OPENAI_BASE_URL"] == given["OPENAI_API_BASE"]
    assert given["OPENAI_BASE_URL"].startswith("http://127.0.0.1:")
    assert given["OPENAI_API_KEY"]
    assert "127.0.0.1" in given["NO_PROXY"].split(",")
    assert not {name for name in given if name.startswith(("ANTHROPIC_", "GOOGLE_GEMINI_", "GEMINI_"))}


def test_the_key_of_a_named_variable_is_sent_and_told_to_nobody(
    harness: Run, url: str, scenes: Scenes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even on stderr."""
    monkeypatch.setenv("MY_UPSTREAM", "a-key-of-mine")
    options = ("--upstream", f"chat={url}", "--api-key-env", "MY_UPSTREAM")
    served = harness("serve", *options, *client("one"))
    assert served.code == 0
    assert fields_of(scenes.requests[0])["authorization"] == "Bearer a-key-of-mine"
    assert "with a key of the environment" in served.err
    assert "a-key-of-mine" not in served.out + served.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--upstream", "nobody=http://127.0.0.1:9"), "nobody"),
        (("--upstream", NOWHERE, "--route", "x"), "PATTERN=NAME"),
        (("--upstream", NOWHERE, "--route", "x=y"), "y"),
        (("--upstream", NOWHERE, "--api-key-env", "NOT_SET_AT_ALL"), "NOT_SET_AT_ALL"),
        (("--upstream", NOWHERE, "--api-key-env", "other=HOME"), "other"),
        (("--upstream", NOWHERE, "--pass-key", "--api-key-env", "HOME"), "--pass-key and --api-key-env"),
        (("--upstream", NOWHERE, "--losses", "maybe"), "maybe"),
        (("--upstream", NOWHERE, "--upstream", NOWHERE), "one name"),
        ((), "--upstream"),
    ],
)
def test_what_cannot_be_meant_is_an_error_of_usage(harness: Run, options: tuple[str, ...], told: str) -> None:
    """Before anything is served."""
    served = harness("serve", *options, *client())
    assert served.code == 2
    assert told in served.err


def test_a_recording_is_replaced_only_where_that_is_asked_for(harness: Run, url: str) -> None:
    """The hint says how."""
    options = ("serve", "--upstream", f"chat={url}", "--record", "tape")
    assert harness(*options, *client("one")).code == 0
    refused = harness(*options, *client("one"))
    assert refused.code == 3
    assert "--overwrite" in refused.err
    assert harness(*options, "--overwrite", *client("one")).code == 0


def test_a_folder_that_cannot_be_written_is_told_with_an_option_that_there_is(
    harness: Run, tmp_path: Path
) -> None:
    """`serve` has no -o."""
    (tmp_path / "file").write_bytes(b"")
    served = harness("serve", "--upstream", NOWHERE, "--record", "file", *client())
    assert served.code == 3
    assert "name another folder with --record" in served.err
    assert "-o" not in served.err.split()


def test_an_upstream_that_is_never_reached_makes_the_exit_code_3(harness: Run) -> None:
    """And says where it was looked for, in the log and at the end; the command's own code comes first."""
    served = harness("serve", "-q", "--retries", "0", "--upstream", NOWHERE, *client("one"))
    assert served.code == 3
    assert "where     http://127.0.0.1:9" in served.err
    line = next(json.loads(line) for line in served.err.splitlines() if line.startswith("{"))
    assert (line["level"], line["error"]) == ("error", "upstream_unreachable")
    assert line["cause"].startswith("http://127.0.0.1:9: ConnectError")


def test_an_upstream_that_is_not_asked_is_not_missed(harness: Run, url: str) -> None:
    """Nor is one that has answered at least once."""
    command = ("--", sys.executable, "-S", "-c", "")
    assert harness("serve", "--upstream", NOWHERE, *command).code == 0
    assert harness("serve", "--upstream", f"a=chat={url}", "--upstream", f"b={NOWHERE}", *command).code == 0


def test_a_missing_key_is_told_with_the_variable_that_was_looked_for(
    harness: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A warning only: many servers want none."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    command = ("--", sys.executable, "-S", "-c", "")
    served = harness("serve", "--upstream", "openai", *command)
    assert served.code == 0
    assert "without a key (OPENAI_API_KEY is not set)" in served.err
    elsewhere = harness("serve", "--upstream", NOWHERE, *command)
    assert "OPENAI_API_KEY goes to openai's own address only" in elsewhere.err


def test_hints_name_what_serve_has(harness: Run, url: str, tmp_path: Path) -> None:
    """No option of another command."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    unwritable = harness("serve", "--upstream", NOWHERE, "--record", "file/tape", *client("one"))
    assert unwritable.code == 3
    assert "-o" not in unwritable.err.split()
    assert "--record" in unwritable.err
    store = harness("serve", "--upstream", NOWHERE, "--store", "file/x.db", *client("one"))
    assert store.code == 3
    assert "--store memory" in store.err
    assert harness("serve", "--upstream", f"chat={url}", "--record", "tape", *client("one")).code == 0
    missed = harness("serve", "--upstream", NOWHERE, "--replay", "tape", *client("other"))
    assert "--record DIR" in missed.err
    for word in ("--ignore", "--append", "--normalise", "new_episodes"):
        assert word not in missed.err


def test_a_key_that_is_given_for_a_variable_is_not_shown(harness: Run) -> None:
    """It is a slip that happens."""
    served = harness("serve", "--upstream", NOWHERE, "--api-key-env", "sk-proj-0123", *client("one"))
    assert served.code == 2
    assert "sk-proj" not in served.err


@pytest.mark.parametrize("given", ["sk-proj-0123", "MY_UPSTREAM", "default=MY_UPSTREAM"])
def test_two_keys_for_one_upstream_are_refused(harness: Run, given: str) -> None:
    """One would win in silence. Both options are named, with what each is for, and what was given is not shown."""
    served = harness("serve", "--upstream", NOWHERE, "--pass-key", "--api-key-env", given, *client("one"))
    assert served.code == 2
    assert "--pass-key and --api-key-env exclude each other" in served.err
    assert (
        "leave out --pass-key to send the variable's, or --api-key-env to send the client's own" in served.err
    )
    assert given not in served.err


def test_a_program_that_runs_the_command_gets_its_garbage_back(harness: Run) -> None:
    """What is frozen while a gateway serves would never be looked at again."""
    assert harness("serve", "--upstream", NOWHERE, *client("one")).code in {0, 1, 3}
    assert gc.get_freeze_count() == 0
