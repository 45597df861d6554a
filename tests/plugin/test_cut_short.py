"""A test that is cut short keeps nothing it recorded, and nobody takes its turn before its cassette is sealed."""

from __future__ import annotations

import pytest

from tests.pytesting import asking, cassettes, run

HALVES = """
@pytest.fixture
def before():
    ask()
    {in_setup}
    yield

@pytest.mark.cassette
def test_chat(before):
    ask("first half")
    {in_test}
    ask("second half")
"""


@pytest.mark.parametrize("where", ["in_setup", "in_test"])
@pytest.mark.parametrize("ends", ["raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_an_interrupted_test_keeps_nothing(
    pytester: pytest.Pytester, url: str, where: str, ends: str
) -> None:
    """Half a session would be replayed for ever; there is no report of such a test that could say that it failed."""
    words = {"in_setup": "", "in_test": "", where: ends}
    pytester.makepyfile(test_it=asking(url) + HALVES.format(**words))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert cassettes(pytester) == []
    assert not list(pytester.path.rglob("*.part*"))
    pytester.makepyfile(test_it=asking(url) + HALVES.format(in_setup="", in_test=""))
    run(pytester).assert_outcomes(passed=1)
    assert len(cassettes(pytester)) == 1


def test_an_interrupted_test_leaves_the_cassette_that_it_had(pytester: pytest.Pytester, url: str) -> None:
    """It was about to be written anew."""
    pytester.makepyfile(test_it=asking(url) + HALVES.format(in_setup="", in_test=""))
    run(pytester).assert_outcomes(passed=1)
    (name,) = cassettes(pytester)
    before = (pytester.path / name).read_bytes()
    pytester.makepyfile(test_it=asking(url) + HALVES.format(in_setup="", in_test="raise KeyboardInterrupt"))

    pytester.runpytest_subprocess("-p", "no:cacheprovider", "--harness-record-mode=rewrite")

    assert (pytester.path / name).read_bytes() == before


def test_a_recording_is_sealed_before_the_next_test_may_record_there(
    pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the next one, in another process, would find neither a cassette nor a file that it may write."""
    pytest.importorskip("fcntl")
    pytester.makeconftest(
        """
import pathlib
from harness.testing import cassettes, turns

free = []
class Watched(cassettes.TapeOfTest):
    def close(self):
        super().close()
        for lock in pathlib.Path(turns.tempfile.gettempdir()).glob("llm-stream-harness-*.lock"):
            with lock.open("r+") as file:
                free.append(turns._locked(file.fileno()))

cassettes.TapeOfTest = Watched

def pytest_sessionfinish():
    print("free", free)
"""
    )
    pytester.makepyfile(test_it=asking(url) + "\n@pytest.mark.cassette('shared')\ndef test_chat(): ask()\n")
    monkeypatch.setenv("TMPDIR", str(pytester.mkdir("tmp")))

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-s")

    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*free [[]False[]]"])


def test_a_test_that_keeps_nothing_leaves_no_folders(pytester: pytest.Pytester, url: str) -> None:
    """Those that its recording made, that is: what was there before, and what another recorded, stays."""
    pytester.mkdir("cassettes")
    pytester.makepyfile(
        test_it=asking(url) + "\n@pytest.mark.cassette\ndef test_chat():\n    ask()\n    raise ValueError\n"
    )

    run(pytester).assert_outcomes(failed=1)

    assert list((pytester.path / "cassettes").iterdir()) == []
    (pytester.path / "cassettes").rmdir()
    run(pytester).assert_outcomes(failed=1)
    assert not (pytester.path / "cassettes").exists()
