"""`@pytest.mark.rechunk` and `@pytest.mark.faults`: one test, every cut and every fault, and one recording for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import harness
import harness.testing.cassettes
import harness.testing.parametrised
import harness.testing.servers
from tests.clients.live import LiveUpstream
from tests.pytesting import asking, cassettes, run, told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

_LOADED = (harness.cassette, harness.replay_server, harness.testing.cassettes, harness.testing.servers)
"""A run of pytest within this process forgets what it has imported, and would import it again for each test."""

STREAM = 'data: {"text":"gr\u00fc\u00dfe"}\n\ndata: {"text":"!"}\n\ndata: [DONE]\n\n'.encode()


@pytest.fixture
def url() -> Iterator[str]:
    """A live upstream that answers with `STREAM`."""
    with LiveUpstream({"/chat/completions": STREAM}) as live:
        yield live.url


def pieces(url: str) -> str:
    """The beginning of a module: `pieces()` asks, and gives back what came, piece by piece."""
    return (
        asking(url)
        + """
def pieces():
    with httpx.Client() as client, client.stream("POST", URL, json={"text": "hello"}) as answer:
        return list(answer.iter_raw())
"""
    )


def ids(pytester: pytest.Pytester) -> list[str]:
    """What is collected, without the module's name."""
    return [
        line.partition("::")[2] for line in run(pytester, "--collect-only", "-q").outlines if "::" in line
    ]


def gone(path: Path) -> str:
    """A module whose upstream is not there any more."""
    return re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:9", path.read_text())


def test_one_recording_serves_every_cut_and_every_fault(pytester: pytest.Pytester, url: str) -> None:
    """The first of them records, and meets neither; the others replay it, and so do all once the upstream is gone."""
    module = pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette
@pytest.mark.rechunk("byte", "event", "whole")
@pytest.mark.faults("none", "comment")
def test_it(harness_cut, harness_fault, record_property):
    assert b"[DONE]" in b"".join(pieces())
"""
    )

    run(pytester).assert_outcomes(passed=6)
    assert cassettes(pytester) == ["cassettes/test_it/test_it.cassette.jsonl"]
    module.write_text(gone(module))
    run(pytester).assert_outcomes(passed=6)


def test_each_cut_is_what_the_client_reads(pytester: pytest.Pytester, url: str) -> None:
    """A replay comes in the pieces that its id says; once it is recorded, only those that it has places for."""
    pytester.makepyfile(
        test_it=pieces(url)
        + f"""
STREAM = {STREAM!r}

@pytest.mark.cassette
def test_record():
    pieces()

@pytest.mark.cassette("cassettes/test_it/test_record.cassette.jsonl")
@pytest.mark.rechunk
def test_cut(harness_cut):
    came = pieces()
    assert b"".join(came) == STREAM
    longest = max(map(len, came))
    if harness_cut == "byte":
        assert longest == 1
    elif harness_cut == "event":
        assert came == [event + b"\\n\\n" for event in STREAM.split(b"\\n\\n")[:-1]]
    elif harness_cut == "character":
        assert came[0].endswith(b"gr\\xc3") and came[1].endswith(b"\\xc3")
    elif harness_cut == "data":
        assert came[0] == b"da"
    elif harness_cut in ("whole", "crlf"):
        assert came == [STREAM]
    else:
        assert harness_cut.startswith("random") and 1 < longest < len(STREAM)
"""
    )

    run(pytester).assert_outcomes(passed=9)
    found = ids(pytester)

    assert found == [
        "test_record",
        *(f"test_cut[cut={cut}]" for cut in ("byte", "event", "character", "data", "whole")),
        "test_cut[cut=random@1]",
        "test_cut[cut=random@2]",
    ]


def test_marks_go_together_and_with_parametrize(
    pytester: pytest.Pytester, url: str, snapshot: SnapshotAssertion
) -> None:
    """Ids can be read, and cassettes follow from the other parameters alone."""
    pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette
@pytest.mark.rechunk("byte", "random@7", "bytes:3", "recorded")
@pytest.mark.faults("cut:event=1", "status:429,retry_after=2")
@pytest.mark.parametrize("model", ["gpt-5", "o-"])
class TestChat:
    def test_it(self, model, harness_fault):
        answer = httpx.post(URL, json={"text": model}) if harness_fault.startswith("status") else None
"""
    )

    assert ids(pytester) == snapshot
    run(pytester)
    assert cassettes(pytester) == [
        "cassettes/test_it/TestChat.test_it-gpt-5.cassette.jsonl",
        *[one for one in cassettes(pytester) if "test_it-o" in one],
    ]


def test_faults_without_names_are_those_that_can_be_made(pytester: pytest.Pytester, url: str) -> None:
    """Before there is a recording, one test makes it; from then on every fault that applies has its test."""
    pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette
@pytest.mark.faults
def test_it(harness_fault):
    try:
        pieces()
    except httpx.HTTPError:
        assert harness_fault in {"cut", "reset", "hangup"}
"""
    )

    assert ids(pytester) == ["test_it[fault=none]"]
    run(pytester).assert_outcomes(passed=1)
    found = ids(pytester)
    assert {"test_it[fault=truncate]", "test_it[fault=status]", "test_it[fault=crlf]"} < set(found)
    assert not {"test_it[fault=stall]", "test_it[fault=call_id_changes]"} & set(found)
    run(pytester).assert_outcomes(passed=len(found))


def test_a_group_of_faults_stands_for_its_members(pytester: pytest.Pytester, url: str) -> None:
    """A folder of faults is a name, too, beside names of single ones."""
    pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette
def test_record():
    pieces()

@pytest.mark.cassette("cassettes/test_it/test_record.cassette.jsonl")
@pytest.mark.faults("transport", "truncate")
def test_it(harness_fault):
    pass
"""
    )
    run(pytester)

    found = ids(pytester)[1:]

    assert found == [
        f"test_it[fault={name}]"
        for name in ("cut", "empty", "hangup", "reset", "split_character", "truncate")
    ]


def test_servers_play_the_same_cuts_and_faults(pytester: pytest.Pytester, url: str) -> None:
    """`replay_server` of a recording, or of the test's own cassette, is cut and goes wrong as the mark says."""
    pytester.makepyfile(
        test_it=pieces(url)
        + """
PATH = "cassettes/test_it/test_record.cassette.jsonl"

@pytest.mark.cassette
def test_record():
    pieces()

def ask_server(server):
    with httpx.Client(trust_env=False) as client:
        with client.stream("POST", server.base_url + "/chat/completions", json={"text": "hello"}) as answer:
            return answer.status_code, list(answer.iter_raw())

@pytest.mark.rechunk("byte", "whole")
def test_cut(replay_server, harness_cut):
    status, came = ask_server(replay_server(PATH))
    assert status == 200
    assert (len(came) == 1) == (harness_cut == "whole")

@pytest.mark.cassette(PATH)
@pytest.mark.faults("status:503", "comment")
def test_fault(replay_server, harness_fault):
    status, came = ask_server(replay_server())
    assert status == (503 if harness_fault == "status:503" else 200)
"""
    )

    run(pytester).assert_outcomes(passed=5)


def test_rewriting_records_once(pytester: pytest.Pytester, url: str) -> None:
    """In mode rewrite the first test records, and the others replay what it has recorded, with their faults."""
    pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette(mode="rewrite")
@pytest.mark.rechunk("byte", "whole")
@pytest.mark.faults("none", "comment")
def test_it(harness_cut, harness_fault, request):
    came = pieces()
    first = request.node.name.startswith("test_it[cut=byte-fault=none") or "fault=none-cut=byte" in request.node.name
    if not first:
        assert (len(came) == 1) == (harness_cut == "whole")
        assert (b": " in b"".join(came).replace(b"data: ", b"")) == (harness_fault == "comment")
"""
    )

    run(pytester).assert_outcomes(passed=4)


def test_workers_rewrite_nothing(
    pytester: pytest.Pytester, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several would record one cassette anew, while others replay it."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette(mode="rewrite")
@pytest.mark.rechunk("byte", "whole")
def test_it():
    pieces()
"""
    )

    result = run(pytester)

    result.assert_outcomes(errors=2)
    result.stdout.fnmatch_lines(["*would record this cassette anew in several workers at once*"])


def test_workers_record_once_and_replay(pytester: pytest.Pytester, url: str) -> None:
    """Under pytest-xdist one worker records, and the others wait for it."""
    pytester.makepyfile(
        test_it=pieces(url)
        + """
@pytest.mark.cassette
@pytest.mark.rechunk
def test_it():
    assert b"[DONE]" in b"".join(pieces())
"""
    )

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n", "2")

    result.assert_outcomes(passed=8)
    assert cassettes(pytester) == ["cassettes/test_it/test_it.cassette.jsonl"]


def test_a_test_without_marks_knows_no_cut_and_no_fault(pytester: pytest.Pytester) -> None:
    """It may ask all the same."""
    pytester.makepyfile(
        "def test_it(harness_cut, harness_fault):\n    assert (harness_cut, harness_fault) == (None, None)"
    )

    run(pytester).assert_outcomes(passed=1)


BAD = {
    "an unknown cut": '@pytest.mark.cassette\n@pytest.mark.rechunk("bite")',
    "an unknown fault": '@pytest.mark.cassette\n@pytest.mark.faults("truncate", "trunkate")',
    "a setting that the fault has not": '@pytest.mark.cassette\n@pytest.mark.faults("cut:evnt=1")',
    "a cut that is no text": "@pytest.mark.cassette\n@pytest.mark.rechunk(7)",
    "a fault that is no text": "@pytest.mark.cassette\n@pytest.mark.faults(429)",
    "an argument by name": '@pytest.mark.cassette\n@pytest.mark.rechunk(cut="byte")',
    "two marks": '@pytest.mark.cassette\n@pytest.mark.faults("cut")\n@pytest.mark.faults("reset")',
    "nothing to cut": '@pytest.mark.rechunk("byte")',
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_mark_that_cannot_be_meant_stops_the_collection(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, bad: str
) -> None:
    """The text names the test and its line, and says what would be right; no test runs."""
    pytester.makepyfile(test_it=f"import pytest\n\n{bad}\ndef test_chat():\n    raise SystemExit\n")

    result = run(pytester)

    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert told(result) == snapshot


CLASHING = {
    "two faults": '@pytest.mark.cassette("a", fault="cut")\n@pytest.mark.faults("reset")',
    "two cuts": '@pytest.mark.cassette("a", pace="bytes:7")\n@pytest.mark.rechunk("byte")',
}


@pytest.mark.parametrize("clash", CLASHING.values(), ids=CLASHING)
def test_a_mark_that_clashes_with_the_cassettes_is_told(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, clash: str
) -> None:
    """A test has one fault and is cut in one way."""
    pytester.makepyfile(test_it=f"import pytest\n\n{clash}\ndef test_chat():\n    pass\n")

    assert told(run(pytester)) == snapshot


UNVARIED = {
    "a method of unittest": """
import unittest, pytest
class TestOld(unittest.TestCase):
    @pytest.mark.cassette("a")
    @pytest.mark.faults("cut")
    def test_chat(self): ...
""",
    "a mark of a hook": """
import pytest
def test_chat(replay_server): ...
""",
}


@pytest.mark.parametrize("module", UNVARIED.values(), ids=UNVARIED)
def test_a_mark_that_can_change_nothing_is_told(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion, module: str
) -> None:
    """Else its test would pass, and nobody would know that it met no fault."""
    pytester.makepyfile(test_it=module)
    if "unittest" not in module:
        pytester.makeconftest(
            "def pytest_collection_modifyitems(items):\n    items[0].add_marker('rechunk')\n"
        )

    result = run(pytester)

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert told(result, errors=True) == snapshot


def test_a_failure_says_what_was_done_where_and_how_to_see_it_alone(
    pytester: pytest.Pytester, url: str
) -> None:
    """A parameter's name alone says little to who has not read the list of faults."""
    pytester.makepyfile(
        test_it=asking(url)
        + """
@pytest.mark.cassette
@pytest.mark.rechunk("byte")
@pytest.mark.faults("swap", "none")
def test_chat(harness_fault):
    ask()
    assert harness_fault == "none"
"""
    )
    run(pytester, "-k", "none").assert_outcomes(passed=1, deselected=1)

    result = run(pytester)

    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*harness: how it was played*",
            "cut byte: the same bytes, in other pieces (pace='bytes:1')",
            "fault swap: One event changes places with the one after it.",
            "  exchange 0, from event *",
            "  recorded  data: *",
            "  played    data: *",
            "this one alone: pytest 'test_it.py::test_chat[[]*fault=swap*]'",
        ]
    )
