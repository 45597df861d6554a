"""The fixture `client_trial`: one test, every rare and legal stream."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import harness.testing.trying
import harness.trials.server
from tests.pytesting import run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

_LOADED = (harness.testing.trying, harness.trials.server)
"""A run of pytest within this process forgets what it has imported."""

PROGRAM = Path(__file__).parents[1] / "trials" / "programs" / "client.py"

MODULE = f"""
import importlib.util, os, subprocess, sys, json
import pytest

def client(trial, defect="none"):
    sys.argv = ["client.py", defect]
    spec = importlib.util.spec_from_file_location("client", {str(PROGRAM)!r})
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.answered({{"dialect": trial.dialect, "base_url": trial.base_url, "model": trial.model}})
"""


def test_a_good_client_passes_each_stream_that_is_chosen(pytester: pytest.Pytester) -> None:
    """By mark and by option; both narrow."""
    pytester.makepyfile(
        MODULE
        + """
@pytest.mark.client_trials("calls", "crlf", dialect="chat")
def test_client(client_trial):
    answer = client(client_trial)
    client_trial.check(**answer)

@pytest.mark.client_trials("chat-error*", "chat-plain")
def test_function(client_trial):
    client_trial.ask(client)
    assert client_trial.requests == 1
"""
    )
    result = run(pytester, "-v")
    counts = result.parseoutcomes()
    assert counts.pop("passed") > 25
    assert counts == {}
    result.stdout.fnmatch_lines(
        ["*test_client?chat-crlf? PASSED*", "*test_function?chat-error-first? PASSED*"]
    )
    result = run(pytester, "-v", "--harness-trial", "chat-crlf", "--harness-trial", "error")
    assert result.parseoutcomes() == {"passed": 2}


def test_a_failure_says_what_was_lost_and_why_the_stream_is_legal(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """Without a traceback; what is disputed is expected to fail, but where the mark is strict."""
    pytester.makepyfile(
        MODULE
        + """
@pytest.mark.client_trials("chat-calls-parallel", "chat-calls-out-of-order")
def test_lost(client_trial):
    client_trial.ask(lambda one: client(one, "ignores indices"))

@pytest.mark.client_trials("chat-calls-out-of-order", strict=True)
def test_strict(client_trial):
    client_trial.ask(lambda one: client(one, "ignores indices"))

@pytest.mark.client_trials("chat-error")
def test_swallowed(client_trial):
    client_trial.check(**client(client_trial, "swallows errors"))

@pytest.mark.client_trials("chat-plain")
def test_raises(client_trial):
    client(client_trial)
    client_trial.check(error=ValueError("no"))
"""
    )
    result = run(pytester)
    assert result.parseoutcomes() == {"failed": 4, "xfailed": 1}
    assert told(result) == snapshot


def test_a_test_that_does_not_do_its_part_is_told(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """It checked nothing, asked nothing, or gave what cannot be read."""
    pytester.makepyfile(
        MODULE
        + """
pytestmark = pytest.mark.client_trials("chat-plain")

def test_unchecked(client_trial):
    client(client_trial)

def test_never_asked(client_trial):
    client_trial.check(text="hello")

def test_unreadable(client_trial):
    client(client_trial)
    client_trial.check(text="hello", calls=[{"function": "f"}])

def test_unsupported(client_trial):
    client_trial.ask(lambda one: {"unsupported": "not spoken"})
"""
    )
    result = run(pytester)
    assert result.parseoutcomes() == {"passed": 1, "errors": 1, "failed": 2, "skipped": 1}
    assert told(result) == snapshot


@pytest.mark.parametrize(
    ("mark", "words"),
    [
        ('"chat-crfl"', "there is no trial 'chat-crfl'"),
        ('"nosuch"', "harness fuzz --list"),
        ('"crfl"', "did you mean 'crlf'"),
        ('dialect="gemini"', "there is no dialect 'gemini'"),
        ("dialects='chat'", "there is no argument 'dialects'"),
    ],
)
def test_a_mark_that_cannot_be_meant_is_refused(pytester: pytest.Pytester, mark: str, words: str) -> None:
    """At collection, with what would be right."""
    pytester.makepyfile(
        f"import pytest\n\n@pytest.mark.client_trials({mark})\ndef test_it(client_trial):\n    pass\n"
    )
    result = run(pytester)
    assert result.parseoutcomes() == {"errors": 1}
    assert words in told(result)
    assert "::test_it (" in told(result)
    assert ".py:3)" in told(result) or ".py:4)" in told(result)


def test_a_client_in_another_process_is_told_by_its_environment(pytester: pytest.Pytester) -> None:
    """The same variables as `harness fuzz --client` sets."""
    pytester.makepyfile(
        MODULE
        + f"""
@pytest.mark.client_trials("plain")
def test_process(client_trial):
    environment = {{**os.environ, **client_trial.environment}}
    done = subprocess.run([sys.executable, {str(PROGRAM)!r}], env=environment, capture_output=True, check=True)
    client_trial.check(**json.loads(done.stdout.splitlines()[-1]))
    assert [one.get("name") or one["function"]["name"] for one in client_trial.tools] == ["get_weather", "get_time"]
"""
    )
    assert run(pytester).parseoutcomes() == {"passed": 2}
