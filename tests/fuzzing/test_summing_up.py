"""The end of a hunt: what is perhaps of one cause, and what lies there from before."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import msgspec

import harness
from harness.cassettes.redaction.redactor import Redactor
from harness.fuzzing.issue import issue
from harness.fuzzing.snippet import snippet
from harness.fuzzing.telling import written
from tests.fuzzing.again import replayed
from tests.fuzzing.broken_gateways import LosesExclamationMarks, Right

if TYPE_CHECKING:
    from pathlib import Path


def test_findings_of_the_same_smallest_conversation_are_told_together() -> None:
    """By name, since one defect breaks several rules."""
    outcome = harness.fuzz(
        LosesExclamationMarks(), max_time=120.0, max_examples=120, stop_after=1, only="XLAT-TEXT-001"
    )
    (first,) = outcome.findings
    assert outcome.alike == ()
    second = msgspec.structs.replace(first, id="another")
    third = msgspec.structs.replace(first, id="apart", conversation={"wishes": {"n": 2}})
    several = msgspec.structs.replace(outcome, findings=(first, second, third))
    assert several.alike == ((first, second),)
    assert f"so perhaps of one cause: {first.id}, another\n" in written(several, "text")


def test_what_a_gateway_says_does_not_move_a_terminal(tmp_path: Path) -> None:
    """Its words stand in messages: on stdout, in the text for an issue, and in the test, which has to be read."""
    outcome = harness.fuzz(
        LosesExclamationMarks(),
        max_time=120.0,
        max_examples=120,
        stop_after=1,
        only="XLAT-TEXT-001",
        out=tmp_path,
    )
    (first,) = outcome.findings
    told = msgspec.structs.replace(first, message='a\x1b[2J\x00\u202e\n"""\\x"')
    said = msgspec.structs.replace(outcome, findings=(told,), once=(told,), troubles=("b\x1b[2J",))
    text = written(said, "text")
    assert 'a\\x1b[2J\\x00\\u202e\\n"""\\x"' in text
    assert text.replace("\n", "").isprintable()
    played = replayed(told)
    issued = issue(told, played, target="some", redactor=Redactor())
    assert issued.startswith("# a\\x1b[2J")
    assert "\x1b" not in issued
    test = snippet(told, played)
    assert test is not None
    assert (ast.get_docstring(ast.parse(test)) or "").startswith("a\\x1b[2J\\x00\\u202e '''")


def test_folders_of_earlier_hunts_are_told(tmp_path: Path) -> None:
    """They stay: that nothing was found this time does not show that it is mended."""
    (tmp_path / "old-finding").mkdir()
    (tmp_path / "old-finding" / "finding.json").write_text("{}")
    (tmp_path / "of-somebody").mkdir()
    outcome = harness.fuzz(Right(), max_time=120.0, max_examples=1, only="HUNG", out=tmp_path)
    assert outcome.earlier == (str(tmp_path / "old-finding"),)
    assert "1 folder of earlier hunts, not found this time, still there: " in written(outcome, "text")
    assert (tmp_path / "old-finding" / "finding.json").is_file()
