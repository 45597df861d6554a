"""The formats of a report: text, JSON, JSON lines, GitHub annotations."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from harness.bundled import spec_text
from harness.checking.report import Obstacle, Opinion, Report, Stale, Status, Verdict, outcome
from harness.errors import InputError, UnknownName
from harness.findings import Finding, Location, Origin, Severity
from harness.reporting.format import written
from harness.reporting.registry import format_named, formats

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

FINDING = Finding(
    rule="RESP-SEQ-003",
    severity=Severity.ERROR,
    message="response.output_text.delta has sequence_number 19; event 16 had 17",
    where=Location(17, 4102, 4288, "/sequence_number"),
    expected="18",
    found="19",
    earlier=Location(16, 3900, 4102),
    subject="response.output_text.delta /sequence_number",
    origin=Origin.GATEWAY,
    times=413,
)
WARNING = Finding(
    rule="SSE-BOM-001",
    severity=Severity.WARNING,
    message="the body: starts with\x1b[31m a mark, 100%",
    expected="data\nor event",
    found="\ufeff",
)
REMARK = Finding(
    rule="SSE-COMM-002",
    severity=Severity.INFO,
    message="there are comments",
    where=Location(0, 0, 9),
    times=2,
)
ACCEPTED = Finding(rule="SSE-ID-001", severity=Severity.WARNING, message="an id", subject="id")
ERROR = InputError("no recording", where="b.sse", expected="a stream", found="a page", hint="record it")
REPORT = Report(
    "openai",
    (
        Verdict(
            source="a,b: c.sse",
            dialect="responses",
            frames=20,
            bytes=5_000,
            status=Status.FAILED,
            outcomes=(
                outcome("RESP-SEQ-003", Status.FAILED),
                outcome("SSE-BOM-001", Status.WARNED),
                outcome("SSE-ID-001", Status.EXPECTED),
                outcome("SSE-IDLE-001", Status.NOT_EXERCISED, "times"),
            ),
            findings=(FINDING, WARNING, REMARK),
            expected=(ACCEPTED,),
            sdks=(
                Opinion(
                    "openai-python",
                    "3.52.0",
                    "raised",
                    "APIError",
                    "no\nanswer",
                    None,
                    (),
                    "openai-python 3.52.0: no\nanswer",
                ),
            ),
        ),
        Verdict(source="b.sse", status=Status.UNREADABLE, obstacle=Obstacle.of(ERROR)),
        Verdict(source="c.har", exchange=2, note="no dialect fits GET /v1/models"),
        Verdict(source="d.sse", dialect="chat", frames=1, bytes=1, status=Status.PASSED),
    ),
    (Stale("SSE-ID-002 for *", "nothing like it was found"),),
)
CLEAN = Report("openai", (REPORT.inputs[3],))


def text_of(name: str, report: Report = REPORT, *, styled: bool = False) -> str:
    """A report in a format."""
    return "".join(written(report, format_named(name), harness="0.1", styled=styled))


def schema(name: str) -> dict[str, Any]:
    """The published schema, of the whole report or of one of its definitions."""
    document: dict[str, Any] = json.loads(spec_text("report.schema.json"))
    return document if name == "report" else {**document["$defs"][name], "$defs": document["$defs"]}


@pytest.mark.parametrize("name", ["text", "github", "ndjson", "json"])
def test_a_report_is_written_as_it_always_was(name: str, snapshot: SnapshotAssertion) -> None:
    """Programs and people read it."""
    assert text_of(name) == snapshot


@pytest.mark.parametrize("report", [REPORT, CLEAN, Report("openai", ())])
def test_the_json_report_fits_the_published_schema(report: Report) -> None:
    """The empty report too; and no member is there that the schema does not name."""
    document = json.loads(text_of("json", report))
    jsonschema.validate(document, schema("report"))
    assert [one["source"] for one in document["inputs"]] == [one.source for one in report.inputs]
    assert document["summary"]["exit_code"] == report.exit_code


def test_every_member_that_is_written_is_named_in_the_schema() -> None:
    """A reader of the schema knows all there is."""
    document = json.loads(text_of("json"))
    first = document["inputs"][0]
    for name, value in {
        "report": document,
        "input": first,
        "outcome": first["outcomes"][3],
        "finding": first["findings"][0],
        "place": first["findings"][0]["earlier"],
        "error": document["inputs"][1]["error"],
        "sdk": first["sdks"][0],
        "summary": document["summary"],
    }.items():
        assert set(value) == set(schema(name)["properties"]), name


def test_each_line_of_ndjson_is_an_input_and_the_last_the_summary() -> None:
    """So a program can read while the check goes on."""
    *inputs, last = map(json.loads, text_of("ndjson").splitlines())
    assert [one["status"] for one in inputs] == ["failed", "unreadable", "not_exercised", "passed"]
    for one in inputs:
        jsonschema.validate(one, schema("input"))
    assert set(last) == {"summary"}
    jsonschema.validate(last["summary"], schema("summary"))


def test_what_stands_in_the_baseline_is_marked_and_comes_last() -> None:
    """A program can count it or not."""
    (first, *_) = json.loads(text_of("json"))["inputs"]
    assert [one["in_baseline"] for one in first["findings"]] == [False, False, False, True]


def test_text_from_the_wire_cannot_steer_a_terminal() -> None:
    """Control characters are shown as escapes, line ends too."""
    for name in ("text", "github"):
        assert "\x1b" not in text_of(name)
    assert "starts with\\x1b[31m" in text_of("text")
    assert "expected data\\nor event" in text_of("text")


def test_only_a_terminal_gets_colours() -> None:
    """And taking them away gives the same text."""
    import re  # noqa: PLC0415

    styled = text_of("text", styled=True)
    assert "\x1b[31m" in styled
    assert re.sub(r"\x1b\[\d*m", "", styled) == text_of("text")


def test_a_clean_report_says_its_counts_and_nothing_else() -> None:
    """What was not exercised is among them."""
    assert text_of("text", CLEAN).splitlines()[0] == "1 exchange: 1 passed, 0 failed, 0 not exercised"
    assert text_of("github", CLEAN).count("::") == 0


def test_an_annotation_is_one_line_whatever_the_message() -> None:
    """File names with commas and colons, messages with percent signs and line ends."""
    lines = [line for line in text_of("github").splitlines() if line.startswith("::")]
    assert [line.partition(" ")[0] for line in lines] == [
        "::error",
        "::warning",
        "::error",
        "::error",
    ]
    assert lines[0].startswith("::error file=a%2Cb%3A c.sse,title=RESP-SEQ-003 sequence-gap::")
    assert "100%25%0Aexpected data%0Aor event" in lines[1]


def test_long_lists_are_cut_in_text_and_nowhere_else() -> None:
    """A person reads twenty findings of one stream, not two thousand."""
    many = tuple(
        Finding(rule="SSE-ID-001", severity=Severity.ERROR, message=f"number {number}", subject=str(number))
        for number in range(50)
    )
    report = Report("openai", (Verdict(source="a", status=Status.FAILED, findings=many),))
    assert text_of("text", report).count("number ") == 20
    assert text_of("text", report).count("SSE-ID-001 id-line") == 1, "findings of one rule stand together"
    assert "a  and 30 more findings; --format json has them all" in text_of("text", report)
    assert len(json.loads(text_of("json", report))["inputs"][0]["findings"]) == 50


def test_what_was_told_in_full_is_told_in_a_line_in_later_exchanges() -> None:
    """A server is wrong in all its answers the same way; who reads about forty of them reads what is new."""
    other = Finding(rule="SSE-ID-001", severity=Severity.ERROR, message="another id", subject="other")
    verdicts = tuple(
        Verdict(source=source, status=Status.FAILED, findings=findings)
        for source, findings in (
            ("a", (FINDING, REMARK)),
            ("b", (FINDING, REMARK)),
            ("c", (FINDING, other, WARNING)),
        )
    )
    text = text_of("text", Report("openai", verdicts))
    assert text.count("expected 18") == 1
    assert text.count("harness rule RESP-SEQ-003 ") == 1
    assert "b  event 17, bytes 4102-4288, /sequence_number  RESP-SEQ-003 sequence-gap  (error)" in text
    assert "c  event 17, bytes 4102-4288, /sequence_number  RESP-SEQ-003 sequence-gap  (error)" in text
    assert "c\nSSE-ID-001 id-line  (error)\n  another id\n" in text
    assert text.count("there are comments") == 1
    assert "1 more remark like these; --format json has them all" in text
    assert (
        "exchanges  broken rule\n        3  RESP-SEQ-003 sequence-gap  (error)\n        1  SSE-ID-001" in text
    )


def test_the_registry_finds_every_format() -> None:
    """A format is a module with a class."""
    assert {"github", "json", "ndjson", "text"} <= set(formats())
    assert list(formats()) == sorted(formats())
    assert all(form.summary for form in formats().values())
    with pytest.raises(UnknownName, match="there is no format 'jsn'") as caught:
        format_named("jsn")
    assert caught.value.hint == "did you mean 'json'?"


def test_the_help_names_every_format() -> None:
    """The command line does not import them to say so."""
    from harness.cli.check import command  # noqa: PLC0415

    (option,) = [one for one in command.params if one.name == "form"]
    assert all(name in (getattr(option, "help", "") or "") for name in formats())
