"""`@pytest.mark.cassette(...)`: the closest place counts, and what cannot be meant stops the collection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pytesting import STREAM, asking, cassettes, run, told

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion


BAD = {
    "two marks at one place": '@pytest.mark.cassette("a")\n@pytest.mark.cassette(mode="none")',
    "an argument that is close to one": '@pytest.mark.cassette(fualt="truncate")',
    "an argument that belongs elsewhere": "@pytest.mark.cassette(on_miss='raise')",
    "too many arguments": "@pytest.mark.cassette(1, 2, 3, 4, 5, 6)",
    "an argument twice": '@pytest.mark.cassette("a", path="b")',
    "an unknown mode": '@pytest.mark.cassette(mode="onec")',
    "an unknown fault": '@pytest.mark.cassette(fault="truncat")',
    "a setting that the fault has not": '@pytest.mark.cassette(fault="cut:evnt=1")',
    "an unknown pace": '@pytest.mark.cassette(pace="fast")',
    "a path that is none": "@pytest.mark.cassette(3)",
    "a mode that is no text": "@pytest.mark.cassette(mode=1)",
    "an empty path": '@pytest.mark.cassette("")',
    "a path of no file": '@pytest.mark.cassette("..")',
    "a policy that is none": "@pytest.mark.cassette(match={'ignore': ['/x']})",
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_mark_that_cannot_be_meant_stops_the_collection(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, bad: str
) -> None:
    """The text names the test and its line, and says what would be right; no test runs."""
    pytester.makepyfile(test_it=f"import pytest\n\n{bad}\ndef test_chat():\n    raise SystemExit\n")

    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot


def test_all_bad_marks_are_told_at_once(pytester: pytest.Pytester, snapshot: SnapshotAssertion) -> None:
    """Whoever mends them need not start pytest for each; a mark of a class is told for its tests."""
    pytester.makepyfile(
        test_it="""
        import pytest

        @pytest.mark.cassette(mode="often")
        class TestChat:
            def test_one(self): ...

        @pytest.mark.cassette(pace="x0")
        def test_two(): ...
        """
    )

    assert told(run(pytester), errors=True) == snapshot


def test_the_closest_place_counts_for_each_argument(pytester: pytest.Pytester, url: str) -> None:
    """Parameter, function, class, base class, module: what one leaves out, the next may say."""
    pytester.makepyfile(
        test_it=asking(url)
        + """
pytestmark = pytest.mark.cassette("of_module", pace="bytes:5")

@pytest.mark.cassette("of_base")
class Base: ...

class TestOfBase(Base):
    def test_one(self, cassette): assert (cassette.path.name, str(cassette._pace)) == (
        "of_base.cassette.jsonl", "bytes:5")

@pytest.mark.cassette("of_class")
class TestOfClass(Base):
    def test_one(self, cassette): assert cassette.path.name == "of_class.cassette.jsonl"

    @pytest.mark.cassette("of_function")
    def test_two(self, cassette): assert cassette.path.name == "of_function.cassette.jsonl"

    @pytest.mark.cassette("of_function")
    @pytest.mark.parametrize("n", [1, pytest.param(2, marks=pytest.mark.cassette("of_parameter"))])
    def test_three(self, cassette, n):
        assert cassette.path.name == f"of_{'function' if n == 1 else 'parameter'}.cassette.jsonl"

def test_of_module(cassette): assert cassette.path.name == "of_module.cassette.jsonl"
"""
    )

    run(pytester).assert_outcomes(passed=6)


def test_a_mark_that_a_hook_adds_counts_before_the_class(pytester: pytest.Pytester) -> None:
    """`item.add_marker` in a conftest.py is as good as a mark in the file."""
    pytester.makeconftest(
        """
import pytest
def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.cassette("added"))
"""
    )
    pytester.makepyfile(
        test_it="""
import pytest
@pytest.mark.cassette("of_class")
class TestIt:
    def test_one(self, cassette): assert cassette.path.name == "added.cassette.jsonl"
"""
    )

    run(pytester).assert_outcomes(passed=1)


def test_a_test_records_once_and_replays_from_then_on(pytester: pytest.Pytester, url: str) -> None:
    """The mark is enough: no line of the test names the cassette, and the second run meets no server."""
    pytester.makepyfile(
        test_it=asking(url)
        + f"""
@pytest.mark.cassette
@pytest.mark.parametrize("module", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_chat(module):
    assert ask(module=module) == (200, {STREAM!r})

@pytest.mark.cassette(fault="cut:event=1")
def test_cut():
    try:
        assert ask() == (200, {STREAM!r})
    except httpx.RemoteProtocolError:
        assert was_there
"""
    )
    conftest = (
        "import pytest, test_it\n"
        "@pytest.fixture(autouse=True, scope='module')\n"
        "def _was(): test_it.was_there = {}"
    )
    pytester.makeconftest(conftest.format("False"))

    run(pytester).assert_outcomes(passed=3)
    assert cassettes(pytester) == [
        "cassettes/test_it/test_chat-httpx.cassette.jsonl",
        "cassettes/test_it/test_chat-httpx2.cassette.jsonl",
        "cassettes/test_it/test_cut.cassette.jsonl",
    ]
    text = (pytester.path / "test_it.py").read_text().replace(url, "http://127.0.0.1:9")
    (pytester.path / "test_it.py").write_text(text)
    pytester.makeconftest(conftest.format("True"))
    run(pytester).assert_outcomes(passed=3)


def test_options_of_a_cassette_that_a_mark_has_not_come_from_a_fixture(
    pytester: pytest.Pytester, url: str
) -> None:
    """`cassette_config` is overridden where it is to be different, as `vcr_config` is; the mark counts before it."""
    pytester.makeconftest(
        """
import harness, pytest
@pytest.fixture(scope="module")
def cassette_config():
    return {
        "match": harness.MatchPolicy(ignore=["/text"]), "on_miss": "raise", "head": {"model": "m"}, "pace": "bytes:3",
        "redactor": harness.Redactor(extra_patterns=["hel+o"]), "raw_encoding": True, "fault": None,
    }
"""
    )
    pytester.makepyfile(
        test_it=asking(url)
        + """
@pytest.mark.cassette("shared")
def test_one(): assert ask("hello")[0] == 200

@pytest.mark.cassette("shared", pace="instant")
def test_two(cassette):
    assert str(cassette._pace) == "instant"
    assert ask("other")[0] == 200
    with pytest.raises(harness.MissError): ask("other")
    cassette._misses.clear()
import harness
"""
    )

    run(pytester).assert_outcomes(passed=2)
    text = (pytester.path / "shared.cassette.jsonl").read_text()
    assert '"model":"m"' in text
    assert "hello" not in text


CONFIGS = {
    "no dict": "['match']",
    "a path": "{'path': 'x'}",
    "an unknown option": "{'mach': 1}",
    "a wrong mode": "{'mode': 'onec'}",
    "hosts that are no list": "{'ignore_hosts': 'localhost'}",
    "a wrong miss policy": "{'on_miss': 'ignore'}",
}


@pytest.mark.parametrize("config", CONFIGS.values(), ids=CONFIGS)
def test_a_config_that_cannot_be_meant_is_an_error_of_the_test(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, config: str
) -> None:
    """It is told without a line of this package."""
    pytester.makeconftest(f"import pytest\n@pytest.fixture\ndef cassette_config(): return {config}\n")
    pytester.makepyfile(test_it="def test_chat(cassette): ...")

    result = run(pytester)

    result.assert_outcomes(errors=1)
    assert told(result) == snapshot


def test_the_marks_are_in_the_list_of_marks(pytester: pytest.Pytester) -> None:
    """`--strict-markers` knows them."""
    result = run(pytester, "--markers")

    result.stdout.fnmatch_lines(
        ["@pytest.mark.cassette(path=None, mode=None, pace=None, fault=None, match=None)*"]
    )


def test_the_plugin_imports_nothing_but_pytest() -> None:
    """Every session of every project with the package pays for it."""
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415

    code = (
        "import pytest, sys; before = set(sys.modules); import harness.pytest_plugin;"
        "print(sorted(one for one in set(sys.modules) - before if one.partition('.')[0] != 'harness' or '.' in one))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.strip() == "['harness.pytest_plugin']"


def test_a_fixture_of_the_projects_own_is_not_taken_for_ours(
    pytester: pytest.Pytester, url: str, snapshot: SnapshotAssertion
) -> None:
    """With it a mark would do nothing, and nobody would notice; one that stands on ours is one of ours."""
    pytester.makepyfile(
        test_other="""
import pytest
@pytest.fixture
def first(): return "first"
@pytest.fixture
def cassette(): return "mine"
def test_named(first, cassette): assert cassette == "mine"
"""
    )
    run(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(
        test_it=asking(url)
        + """
@pytest.fixture
def cassette(cassette):
    assert ask()[0] == 200
    return cassette

@pytest.mark.cassette
def test_extended(): ...
"""
    )
    run(pytester).assert_outcomes(passed=2)
    assert cassettes(pytester) == ["cassettes/test_it/test_extended.cassette.jsonl"]
    with (pytester.path / "test_other.py").open("a") as file:
        file.write("\n@pytest.mark.cassette\ndef test_marked(): raise SystemExit\n")

    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot
