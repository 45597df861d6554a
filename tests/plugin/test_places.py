"""Where cassettes of tests lie: beside the test, under a name that no other test has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from harness.testing.places import name_of
from tests.pytesting import asking, cassettes, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


ODD = """
import pytest

IDS = ["gpt-5", "GPT-5", "a/b", "a:b", "a b", "a::b", "a.b", "a]", "a[", "-", "", " ", "..", "con", "nul",
       "x" * 300, "x" * 299 + "y", "\\u00fc", "u\\u0308", "\\u96ea", "a-", "a", "../../etc", "a\\\\b", "a\\nb", "\\x00"]

@pytest.mark.parametrize("n", range(len(IDS)), ids=IDS)
def test_odd(n): ...

def test_a(): ...
def test_A(): ...
def test_\u00fcber(): ...

class TestChat:
    def test_a(self): ...
    class TestInner:
        def test_a(self): ...
"""


def _items(pytester: pytest.Pytester) -> list[pytest.Item]:
    items, _ = pytester.inline_genitems(pytester.makepyfile(test_odd=ODD), "-p", "no:syrupy")
    return items


def test_no_two_tests_have_one_name_and_every_file_system_takes_it(pytester: pytest.Pytester) -> None:
    """Also where upper and lower case are the same; and a name that is plain stays as it is."""
    items = _items(pytester)
    names = [name_of(item) for item in items]

    assert len({name.casefold() for name in names}) == len(items) == 31
    assert all(name.isascii() and name.isprintable() and len(name) <= 120 for name in names)
    assert not [name for name in names if set(name) & set('<>:"/\\|?* ') or name.startswith(".")]
    assert {
        "test_odd-gpt-5",
        "test_odd-a.b",
        "test_a",
        "TestChat.test_a",
        "TestChat.TestInner.test_a",
    } <= set(names)


def test_a_name_follows_from_the_test_alone(pytester: pytest.Pytester) -> None:
    """It is the same for one test by itself as among all, and from year to year."""
    item = next(item for item in _items(pytester) if item.name == "test_odd[GPT-5]")

    assert name_of(item) == "test_odd-GPT-5~f5f08f1dab"


def test_classes_that_differ_in_case_alone_are_told(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """Their names are plain, as classes are written with capitals; so somebody has to decide."""
    pytester.makepyfile(
        test_it="""
import pytest
@pytest.mark.cassette
class TestChat:
    def test_one(self): ...
@pytest.mark.cassette
class TestCHAT:
    def test_one(self): ...
"""
    )

    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot


CHAT = "\n@pytest.mark.cassette\ndef test_chat():\n    assert ask()[0] == 200\n"


@pytest.mark.parametrize("by", ["option", "setting"])
def test_a_folder_for_all_repeats_the_folders_of_the_project(
    pytester: pytest.Pytester, url: str, by: str
) -> None:
    """Modules of one name do not meet in it, and a named path stays beside its test."""
    for folder in ("one", "two"):
        inside = pytester.mkdir(folder)
        (inside / "test_it.py").write_text(
            asking(url) + CHAT + "\n@pytest.mark.cassette('own/named')\ndef test_named():\n    ask()\n"
        )
    pytester.makeini("[pytest]" + ("\nharness_cassette_dir = tapes" if by == "setting" else ""))

    options = ["--harness-cassette-dir=tapes"] if by == "option" else []
    run(pytester, "--import-mode=importlib", *options).assert_outcomes(passed=4)

    assert cassettes(pytester) == [
        "one/own/named.cassette.jsonl",
        "tapes/one/test_it/test_chat.cassette.jsonl",
        "tapes/two/test_it/test_chat.cassette.jsonl",
        "two/own/named.cassette.jsonl",
    ]


def test_tests_may_share_a_cassette_that_they_name(pytester: pytest.Pytester, url: str) -> None:
    """The first records, the others replay."""
    pytester.makepyfile(
        test_it=asking(url)
        + """
@pytest.mark.cassette("shared")
@pytest.mark.parametrize("number", range(3))
def test_chat(number, cassette):
    assert ask()[0] == 200
    assert cassette.recorded == (number == 0)
"""
    )

    run(pytester).assert_outcomes(passed=3)
    assert cassettes(pytester) == ["shared.cassette.jsonl"]


def test_tests_that_would_rewrite_one_cassette_are_told(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """The second would empty what the first has recorded."""
    pytester.makepyfile(
        test_it="""
import pytest
@pytest.mark.cassette("shared")
def test_one(): ...
@pytest.mark.cassette("shared.cassette.jsonl")
def test_two(): ...
"""
    )

    result = run(pytester, "--harness-record-mode=rewrite")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot


def test_a_recording_of_another_tool_can_be_named(pytester: pytest.Pytester) -> None:
    """It is replayed as it is; where only the whole of a stream is known, it comes event by event."""
    pytester.makefile(
        ".yaml",
        chat="""
version: 1
interactions:
- request: {method: POST, uri: "https://api.example.com/v1/chat/completions", headers: {}, body: '{"text": "hello"}'}
  response:
    status: {code: 200, message: OK}
    headers: {content-type: [text/event-stream]}
    body: {string: "data: 1\\n\\ndata: 2\\n\\ndata: [DONE]\\n\\n"}
""",
    )
    pytester.makepyfile(
        test_it=asking("http://127.0.0.1:9")
        + """
@pytest.mark.cassette("chat.yaml")
def test_chat():
    with httpx.stream("POST", URL, json={"text": "hello"}) as answer:
        assert list(answer.iter_raw()) == [b"data: 1\\n\\n", b"data: 2\\n\\n", b"data: [DONE]\\n\\n"]
"""
    )

    run(pytester).assert_outcomes(passed=1)


def test_a_path_that_names_a_folder_or_a_missing_recording_of_another_tool_stops_the_collection(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """Otherwise JSON Lines would be recorded into a file that says YAML."""
    (pytester.path / "cassettes/test_it").mkdir(parents=True)
    (pytester.path / "cassettes/test_it/there.yaml").write_text("interactions: []\n", "utf-8")
    pytester.makepyfile(
        test_it="""
import pytest

@pytest.mark.cassette("missing.yaml")
def test_yaml(): ...

@pytest.mark.cassette("missing.json")
def test_json(): ...

@pytest.mark.cassette("there.yaml")
def test_elsewhere(): ...

@pytest.mark.cassette("cassettes")
def test_folder(): ...

@pytest.mark.cassette("new")
def test_new(): ...
"""
    )

    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot
    assert cassettes(pytester) == []
