"""JUnit XML: what the schema of Ant's tasks asks for, checked element by element."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from harness.reporting.conform.junit import written
from harness.results.merging import merged
from harness.results.result import CellStatus
from tests.conform_results import CLEAN, RESULT, SEQUENCE, cell, later

if TYPE_CHECKING:
    from harness.results.result import Result

SUITE = {
    "name", "package", "id", "timestamp", "hostname", "tests", "failures", "errors", "skipped", "time",
}  # fmt: skip


def suites(result: Result) -> list[ET.Element]:
    """All suites of the document."""
    root = ET.fromstring("".join(written(result)))  # noqa: S314 - written here
    assert root.tag == "testsuites"
    assert not root.attrib
    return list(root)


ALL = suites(RESULT)


@pytest.mark.parametrize("result", [RESULT, CLEAN])
def test_the_document_has_the_form_that_the_schema_asks_for(result: Result) -> None:
    """Which elements in which order, which attributes, and times without a zone."""
    for number, suite in enumerate(suites(result)):
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == SUITE
        assert suite.get("id") == str(number)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", ""))
        tags = [one.tag for one in suite]
        assert tags[0] == "properties"
        assert tags[-2:] == ["system-out", "system-err"]
        assert set(tags[1:-2]) == {"testcase"}
        for one in suite.iter("property"):
            assert set(one.attrib) == {"name", "value"}
        for case in suite.iter("testcase"):
            assert set(case.attrib) == {"name", "classname", "time"}
            assert re.fullmatch(r"\d+\.\d+", case.get("time", ""))
            assert len(case) <= 1
            for outcome in case:
                assert outcome.tag in {"failure", "error", "skipped"}
                wanted = {"message"} if outcome.tag == "skipped" else {"message", "type"}
                assert set(outcome.attrib) == wanted


def test_the_counts_of_a_suite_are_those_of_its_cases() -> None:
    """CI servers show the one and count the other."""
    for suite in ALL:
        found = Counter(outcome.tag for case in suite.iter("testcase") for outcome in case)
        assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
        assert suite.get("failures") == str(found["failure"])
        assert suite.get("errors") == str(found["error"])
        assert suite.get("skipped") == str(found["skipped"])


def test_every_route_is_a_suite_and_every_cell_a_case() -> None:
    """A target that did not run is an error, and so a suite, too; stale entries fail in one of their own."""
    assert [one.get("name") for one in ALL] == [
        "gate/chat over chat", "gate/responses over chat", "control/chat", "gone", "baseline",
    ]  # fmt: skip
    assert sum(len(list(one.iter("testcase"))) for one in ALL) == len(RESULT.cells) + 2
    gone = ALL[3].find("testcase/error")
    assert gone is not None
    assert gone.get("message") == "did not start: no answer within 20 s"
    assert gone.text == "Traceback\n\\x1b[1mbold"
    assert ALL[4].find("testcase/failure") is not None


def test_outcomes_are_told_apart() -> None:
    """Only what the target is to blame for is a failure."""
    outcomes = {case.get("name"): next(iter(case)) if len(case) else None for case in ALL[0].iter("testcase")}
    tags = {name: one.tag if one is not None else None for name, one in outcomes.items()}
    assert tags == {
        "plain/stream": None,
        "plain/whole": None,
        "long/stream": None,
        "call/stream": "failure",
        "think/stream": "skipped",
        "cut/stream": "error",
        "hangup/stream": "failure",
        "custom/stream": "skipped",
        "custom/whole": "skipped",
    }
    failure, hangup = outcomes["call/stream"], outcomes["hangup/stream"]
    assert failure is not None
    assert hangup is not None
    assert failure.get("type") == "RESP-SEQ-003"
    assert "found 19" in (failure.text or "")
    assert "again: harness conform --target gate --scenario call" in (failure.text or "")
    assert hangup.get("message") == "it hung up without an answer"
    expected, unsupported = outcomes["custom/whole"], outcomes["custom/stream"]
    assert expected is not None
    assert unsupported is not None
    assert expected.get("message") == "expected by the baseline: CHAT-FIN-001"
    assert unsupported.get("message") == "unsupported: it has no custom tools"


def test_warnings_stand_in_the_output_of_their_suite() -> None:
    """JUnit has no word for them, and nothing that a target says can break the document."""
    output = ALL[0].findtext("system-out") or ""
    assert output.startswith("gate/chat over chat/plain/whole: warning: CHAT-USE-001: \\x1b[31m<b>|")
    assert "\\ud800" in output


def test_what_is_new_since_the_earlier_run_is_told() -> None:
    """In the properties of a suite that was compared, and first in the text of a case that was fine before."""
    whole = merged([RESULT, later(RESULT, cell("long", CellStatus.FAILED, SEQUENCE))])
    suite = next(one for one in suites(whole) if one.get("name") == "gate/chat over chat")
    told = {one.get("name"): one.get("value") for one in suite.iter("property")}
    assert "1 new" in (told["since the earlier run"] or "")
    (failure,) = suite.iter("failure")
    assert (failure.text or "").splitlines()[0] == "new since the earlier run"
    assert all(one.get("name") != "since the earlier run" for it in ALL for one in it.iter("property")), (
        "where nothing was compared, nothing is said"
    )
