"""Record modes of tests: who decides, what is missing, what does not fit, and what becomes of a test that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.testing.modes import in_ci
from tests.pytesting import asking, cassettes, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


CHAT = """
@pytest.mark.cassette
def test_chat():
    assert ask()[0] == 200
"""


@pytest.mark.parametrize("value", ["true", "1", "TRUE", "woodpecker", "yes"])
def test_ci_is_set_by_anything_that_does_not_say_no(value: str) -> None:
    """Services set it to `true`, `1`, or their own name."""
    assert in_ci({"CI": value})


@pytest.mark.parametrize("value", ["", "0", "false", "False", " no ", "off", "n"])
def test_ci_that_says_no_is_no_ci(value: str) -> None:
    """People set it so to try what they have at home."""
    assert not in_ci({"CI": value})
    assert not in_ci({})


def test_who_is_closest_to_the_test_says_the_mode(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mark, command line, fixture, project, CI, and `once` where nobody says anything."""
    pytester.makepyfile(
        test_marked="""
import pytest
@pytest.mark.cassette(mode="new_episodes")
def test_marked(cassette): print("mode", cassette.mode.value)
""",
        test_plain="def test_plain(cassette): print('mode', cassette.mode.value)",
        test_configured="""
import pytest
@pytest.fixture
def cassette_config(): return {"mode": "rewrite"}
def test_configured(cassette): print("mode", cassette.mode.value)
""",
    )

    def modes(*arguments: str) -> list[str]:
        lines = run(pytester, "-s", "-q", *arguments).outlines
        return [line.partition("mode ")[2].split()[0].rstrip(".") for line in lines if "mode " in line]

    assert modes() == ["rewrite", "new_episodes", "once"]
    monkeypatch.setenv("CI", "true")
    assert modes() == ["rewrite", "new_episodes", "none"]
    pytester.makeini("[pytest]\nharness_record_mode = all")
    assert modes() == ["rewrite", "new_episodes", "all"]
    assert modes("--harness-record-mode=none") == ["none", "new_episodes", "none"]


@pytest.mark.parametrize("where", ["command line", "project"])
def test_an_unknown_mode_stops_the_session(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, where: str
) -> None:
    """It says where it stands."""
    pytester.makepyfile("def test_nothing(): ...")
    if where == "project":
        pytester.makeini("[pytest]\nharness_record_mode = onec")

    result = run(pytester, *(["--harness-record-mode=onec"] if where == "command line" else []))

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot


def test_a_cassette_that_is_missing_in_ci_is_told_with_the_command_that_records_it(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, snapshot: SnapshotAssertion
) -> None:
    """Once as the test's failure, although its code took the answer for one; a test that asks nothing needs none."""
    monkeypatch.setenv("CI", "true")
    pytester.makepyfile(
        test_it=asking("http://127.0.0.1:9")
        + """
pytestmark = pytest.mark.cassette

def test_that_looks():
    assert ask()[0] == 200

@pytest.mark.parametrize("name", ["a b"])
def test_that_takes_what_comes(name):
    ask()

def test_that_asks_nothing(): ...

@pytest.mark.cassette(mode="none")
def test_that_says_the_mode_itself():
    ask()
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=3, passed=1)
    assert told(result) == snapshot
    assert cassettes(pytester) == []


def test_a_miss_says_what_was_asked_and_what_was_recorded(
    pytester: pytest.Pytester, url: str, snapshot: SnapshotAssertion
) -> None:
    """An SDK that hides why it failed does not hide it here; nor does a test that expects errors of any kind."""
    module = asking(url) + "\ntext = 'first'\n\n@pytest.mark.cassette\ndef test_chat():\n    ask(text)\n"
    pytester.makepyfile(test_it=module)
    run(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(
        test_it=module.replace("'first'", "'second'").replace(
            "    ask(text)\n",
            "    try:\n        ask(text)\n    finally:\n        raise ConnectionError('Connection error.')\n",
        )
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=1)
    assert told(result) == snapshot


def test_a_miss_that_was_raised_is_told_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With `on_miss="raise"` an SDK wraps it into an error of its own."""
    monkeypatch.setenv("CI", "1")
    pytester.makepyfile(
        test_it=asking("http://127.0.0.1:9")
        + """
@pytest.fixture
def cassette_config(): return {"on_miss": "raise"}

@pytest.mark.cassette
def test_chat():
    try:
        ask()
    except Exception:
        raise RuntimeError("Connection error.") from None
"""
    )

    result = run(pytester)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*harness: cassette*", "no-matching-recording: this test has no cassette yet*"]
    )


def test_what_an_sdk_says_of_a_miss_is_not_said_again(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither below its error, nor in the short summary, where pytest tells all lines in CI."""
    monkeypatch.setenv("CI", "1")
    pytester.makepyfile(
        test_it=asking("http://127.0.0.1:9")
        + """
import json

@pytest.mark.cassette
def test_absent():
    for _ in range(3):
        body = ask()[1]
    raise RuntimeError(json.loads(body)["error"]["message"])

@pytest.mark.cassette
def test_content():
    ask()
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=2)
    assert sum("no-matching-recording" in line for line in result.outlines) == 4  # two of them in the summary
    assert "harness: cassette" not in result.stdout.str()
    summary = result.outlines[
        result.outlines.index(next(x for x in result.outlines if "short test sum" in x)) :
    ]
    assert len(summary) == 4


def test_a_miss_in_a_class_of_unittest_is_told_too(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the failure, or as the failure where there is no other."""
    monkeypatch.setenv("CI", "1")
    pytester.makepyfile(
        test_it=asking("http://127.0.0.1:9")
        + """
import unittest

@pytest.mark.cassette
class TestOld(unittest.TestCase):
    def test_that_fails(self):
        self.assertEqual(ask()[0], 200)

    def test_that_takes_what_comes(self):
        ask()
"""
    )

    result = run(pytester, "--tb=short")

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        ["*AssertionError: 404 != 200*", "*harness: cassette*", "*TestOld.test_that_fails.cassette.jsonl"]
    )
    result.stdout.fnmatch_lines(["*TestOld.test_that_takes_what_comes.cassette.jsonl"])


FAILS = """
@pytest.mark.cassette
def test_chat():
    ask()
    assert not fails
"""


def test_what_a_failed_test_recorded_is_not_kept(
    pytester: pytest.Pytester, url: str, snapshot: SnapshotAssertion
) -> None:
    """It may be half a session, on which the test would fail for ever; so the next run records anew."""
    pytester.makepyfile(test_it=asking(url) + FAILS + "fails = True\n")
    result = run(pytester, "--tb=short")
    result.assert_outcomes(failed=1)
    assert told(result) == snapshot
    assert cassettes(pytester) == []

    pytester.makepyfile(test_it=asking(url) + FAILS + "fails = False\n")
    run(pytester).assert_outcomes(passed=1)
    assert cassettes(pytester) == ["cassettes/test_it/test_chat.cassette.jsonl"]


@pytest.mark.parametrize("mode", ["rewrite", "all", "new_episodes"])
def test_a_failed_test_leaves_the_cassette_that_it_had(
    pytester: pytest.Pytester, url: str, mode: str
) -> None:
    """To the byte, whatever it was about to replace or add."""
    pytester.makepyfile(test_it=asking(url) + FAILS + "fails = False\n")
    run(pytester).assert_outcomes(passed=1)
    cassette = pytester.path / cassettes(pytester)[0]
    before = cassette.read_bytes()
    pytester.makepyfile(test_it=asking(url) + FAILS.replace("ask()", "ask('other')") + "fails = True\n")

    run(pytester, f"--harness-record-mode={mode}").assert_outcomes(failed=1)

    assert cassette.read_bytes() == before
    assert len(cassettes(pytester)) == 1


@pytest.mark.parametrize(
    ("config", "kept"), [("{}", 1), ("{'record_on_exception': True}", 2)], ids=["by default", "if asked for"]
)
def test_expected_failures_keep_what_they_recorded_and_others_where_it_is_asked_for(
    pytester: pytest.Pytester, url: str, config: str, kept: int
) -> None:
    """An xfail that loses its recording could never run in CI."""
    pytester.makepyfile(
        test_it=asking(url)
        + FAILS
        + f"""
fails = True
@pytest.fixture
def cassette_config(): return {config}

@pytest.mark.xfail
@pytest.mark.cassette
def test_known():
    ask()
    raise ValueError
"""
    )

    run(pytester).assert_outcomes(failed=1, xfailed=1)

    assert len(cassettes(pytester)) == kept


def test_rewriting_records_anew(pytester: pytest.Pytester, url: str) -> None:
    """As with pytest-recording."""
    pytester.makepyfile(test_it=asking(url) + CHAT)
    run(pytester).assert_outcomes(passed=1)
    cassette = pytester.path / cassettes(pytester)[0]
    cassette.write_text(cassette.read_text().replace("n", "m"))

    run(pytester, "--harness-record-mode=rewrite").assert_outcomes(passed=1)

    run(pytester, "--harness-record-mode=none").assert_outcomes(passed=1)
    assert "harness" in cassette.read_text()


def test_a_secret_never_reaches_the_cassette_of_a_test(
    pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key of the environment is hidden, in the file and in what a miss says."""
    secret = "sk-" + "proj-4nV7xQ2mLw9Tz8Rb6Kc1"
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    module = asking(url) + CHAT.replace("ask()", f"ask('{secret}')")
    pytester.makepyfile(test_it=module)

    run(pytester).assert_outcomes(passed=1)

    text = (pytester.path / cassettes(pytester)[0]).read_text()
    assert secret not in text
    assert "redacted-OPENAI_API_KEY" in text
    run(pytester, "--harness-record-mode=none").assert_outcomes(passed=1)


def test_a_marked_test_that_sends_nothing_and_has_no_cassette_is_warned_of(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In CI, too, where it would pass for one that was replayed; a mark for several tests does not mean each."""
    monkeypatch.setenv("CI", "1")
    pytester.makepyfile(
        test_it="""
import pytest

@pytest.mark.cassette
def test_alone(): ...

def test_that_looks(cassette): ...

@pytest.mark.cassette
class TestSeveral:
    def test_one(self): ...

@pytest.mark.cassette
def test_skipped(): pytest.skip("no")
"""
    )

    result = run(pytester)

    result.assert_outcomes(passed=3, skipped=1, warnings=1)
    result.stdout.fnmatch_lines(["*CassetteWarning: usage: this test has a cassette and sent nothing*"])
    run(pytester, "-W", "error::pytest.PytestWarning").assert_outcomes(passed=3, skipped=1, errors=1)
