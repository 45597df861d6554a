"""The report as Markdown."""

from __future__ import annotations

import msgspec

from harness.reporting.conform.markdown import LONGEST, MOST, MOST_BYTES, written
from harness.results.merging import merged
from harness.results.result import CellStatus
from tests.conform_results import RESULT, SEQUENCE, cell, later

TEXT = "".join(written(RESULT))
LINES = TEXT.splitlines()


def test_every_target_has_its_counts_in_the_first_table() -> None:
    """All outcomes, and why one did not run."""
    assert LINES[2:7] == [
        "| target | cells |",
        "|---|---|",
        (
            "| gate 1.2: An invented gateway (gateway) | 2 passed, 1 warned, 3 failed, 1 expected,"
            " 1 not exercised, 1 unsupported, 1 harness fault |"
        ),
        "| control: no gateway (control) | 1 passed |",
        "| gone: A gateway that is not there (gateway) | did not start: no answer within 20 s |",
    ]


def test_capabilities_stand_against_outcomes() -> None:
    """One row each, as many fields as columns."""
    rows = [line for line in LINES if line.startswith("| tools ")]
    assert rows == ["| tools | - | - | 2 | 1 | - | 1 | - |"]
    at = LINES.index(
        "| capability | passed | warned | failed | expected | not exercised | unsupported | harness fault |"
    )
    assert LINES[at + 1] == "|---|" + "---:|" * 7


def test_a_fault_folds() -> None:
    """The rule and its extent stand outside, all else inside."""
    label = "<code>RESP-SEQ-003</code> Sequence numbers count up by one. (in 2 cells, 8 times)"
    at = LINES.index(f"<details><summary>error: {label}</summary>")
    block = LINES[at : LINES.index("</details>", at)]
    assert "- found <code>19</code>" in block
    assert "- breaks openai-python 3: raises" in block
    assert "- again: <code>harness conform --target gate --scenario call</code>" in block
    assert TEXT.count("<details>") == TEXT.count("</details>")


def test_what_says_nothing_folds_as_well() -> None:
    """With how many cells outside, so that nobody overlooks it."""
    for words in (
        "not exercised: 1",
        "unsupported: 1",
        "harness fault: 1",
        "inherited from the upstream: 1",
        "expected by the baseline: 1",
        "failed or warned, and no finding says why",
        "Stale entries of the baseline: 1",
        "Requests to the upstream that belong to no cell: 1",
    ):
        assert f"<details><summary>{words}</summary>" in LINES


def test_nothing_that_a_target_says_is_markup() -> None:
    """No element, no code span, no table cell, no link, no heading, no control character."""
    line = next(line for line in LINES if line.startswith("- \\\\x1b"))
    assert line.startswith("- \\\\x1b\\[31m&lt;b&gt;\\|\\`{x}\\`&lt;/b&gt;\\]\\]&gt;")
    assert "\\[a\\](1)" in line
    assert "- found <code>&lt;&amp;&gt;</code>" in LINES
    assert "\x1b" not in TEXT
    heading = msgspec.structs.replace(SEQUENCE, message="# not a heading")
    text = "".join(written(later(RESULT, cell("call", CellStatus.FAILED, heading))))
    assert "- \\# not a heading\n" in text


def test_the_page_stays_short() -> None:
    """Long lists and long texts are cut, and say so."""
    many = [
        cell(
            f"case-{number}",
            CellStatus.FAILED,
            msgspec.structs.replace(SEQUENCE, fingerprint=str(number), found="x" * 100_000),
            reason="r" * 100_000,
        )
        for number in range(500)
    ]
    silent = [
        cell(f"silent-{number}", CellStatus.NOT_EXERCISED, reason=f"reason {number}") for number in range(500)
    ]
    text = "".join(written(later(RESULT, *many, *silent)))
    assert len(text) < 300_000
    assert f"And {500 - MOST} more faults; the JSON report has them all." in text
    assert f"- and {500 - MOST} more; the JSON report has them all" in text
    assert f"({100_000 - LONGEST:,} more characters)" in text


def test_a_page_of_many_targets_ends_before_a_job_summary_is_full() -> None:
    """After a whole block, and it says so."""
    faults = [
        msgspec.structs.replace(
            SEQUENCE, rule=f"R-{number}", fingerprint=str(number), found="|" * 1000, expected="|" * 1000
        )
        for number in range(MOST)
    ]
    targets = tuple(msgspec.structs.replace(RESULT.targets[0], name=f"t{number}") for number in range(30))
    cells = [cell("call", CellStatus.FAILED, *faults, target=one.name) for one in targets]
    text = "".join(written(msgspec.structs.replace(later(RESULT, *cells), targets=targets)))
    assert len(text.encode()) <= MOST_BYTES + 100
    assert text.endswith("\nThe rest is left out here; the JSON report has it.\n")
    assert text.count("<details>") == text.count("</details>")


def test_changes_are_counted_and_listed() -> None:
    """What still fails is told with the faults."""
    whole = merged([RESULT, later(RESULT, cell("call"), cell("long", CellStatus.FAILED, SEQUENCE))])
    text = "".join(written(whole))
    assert "**1 new, " in text
    assert "<details><summary>new: 1</summary>" in text
    (line,) = [
        it for it in text.splitlines() if "(in 1 cell; first <code>gate/chat over chat/long/stream</" in it
    ]
    assert line.startswith("- <code>RESP-SEQ-003</code> response.output\\_text.delta has")
    assert "<details><summary>fixed: 2</summary>" in text
