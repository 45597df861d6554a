"""Reports of a gateway that says whatever it likes: no format is broken by it, and nothing of it is obeyed."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pytest

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import judge
from harness.reporting.conform.html import html
from harness.reporting.conform.markdown import LONGEST as LONGEST_IN_MARKDOWN
from harness.reporting.conform.registry import conform_formats
from harness.reporting.conform.wording import LONGEST
from harness.results.merging import merged
from harness.results.reading import read_result
from harness.results.result import Cell, CellStatus, Finding, Place, Result, Rule, Stale, Target, Wire
from tests.conform_results import RUN, SCENARIOS, cell, later, published

SCRIPT = "</script><script>alert(1)</script><!--"
ANSI = "\x1b[2J\x1b]0;title\x07\x9b31m"
BIDI = "user\u202egnp.exe\u2066\u2069\u200f"
NUL = "a\0b\x7f\ufffe\uffff"
LINES = "one\r\n::error title=x::y\u2028two\x85three"
TABLE = "|x|\n|---|\n# head `code` [a](javascript:alert(1)) $math$ <img src=x onerror=alert(1)>"
ENTITY = "]]>&lt;&#0;&bogus;%0A%0D"
HALF = "\ud800 and \udfff"
HUGE = "m" * (1 << 20)
WORDS = {
    "a script": SCRIPT,
    "ansi": ANSI,
    "bidi": BIDI,
    "nul": NUL,
    "lines": LINES,
    "a table": TABLE,
    "entities": ENTITY,
    "half characters": HALF,
    "a megabyte": HUGE,
}
SHOWN_AS_IT_IS = frozenset({"json", "ndjson"})
"""Formats for programs, which escape as JSON does and change nothing."""

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff\ud800-\udfff]"
)


def saying(words: str) -> Result:
    """A result in which a target says these words wherever it can say any."""
    one = Finding(
        rule="CHAT-X-001",
        severity="error",
        origin="gateway",
        message=words,
        fingerprint="f",
        expected=words,
        found=words,
        where=Place(event=1, start=0, stop=5, pointer=f"/{words[:200]}"),
    )
    other = msgspec.structs.replace(one, rule="CHAT-X-002", severity="warning")
    return Result(
        run=RUN,
        targets=(
            Target(name="gate", title="An invented gateway", version=words[:200], log=words),
            Target(name="gone", title="Gone", status="not_started", reason=words, log=words),
        ),
        scenarios=SCENARIOS,
        cells=(
            cell("plain", CellStatus.FAILED, one, other),
            cell("plain", CellStatus.WARNED, other, mode="whole"),
            cell("long", CellStatus.FAILED, reason=words),
            cell("call", CellStatus.EXPECTED, msgspec.structs.replace(one, is_expected=True)),
            cell("think", CellStatus.NOT_EXERCISED, reason=words),
            cell("cut", CellStatus.HARNESS_FAULT, reason=words),
            cell("custom", CellStatus.UNSUPPORTED, reason=words),
            cell("hangup", CellStatus.PASSED, msgspec.structs.replace(other, origin="upstream")),
        ),
        rules={"CHAT-X-001": Rule(id="CHAT-X-001", title="A rule.", severity="error")},
        stale=(Stale(entry="CHAT-OLD-001 for gate/*", reason=words),),
        strays=(words,),
    )


def told(words: str, name: str) -> str:
    """The report of that format, compared with an earlier run in which one cell was fine."""
    before = later(saying(words), cell("plain"), started="2026-11-20T00:00:00Z")
    return "".join(conform_formats()[name].written(merged([before, saying(words)])))


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("name", sorted(conform_formats()))
def test_no_format_lets_a_control_character_through(name: str, words: str) -> None:
    """Terminals obey them, readers are deceived by them, and XML cannot hold them."""
    text = told(words, name)
    assert text.encode("utf-8")
    assert not _UNSAFE.search(text)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
@pytest.mark.parametrize("name", ["text", "github", "markdown", "junit", "sarif", "badge"])
def test_a_megabyte_in_one_line_does_not_make_a_report_of_megabytes(name: str, words: str) -> None:
    """What nobody would read on is cut, and it is said how much that was."""
    text = told(words, name)
    assert len(text) < 200_000
    if words is HUGE and name != "badge":
        longest = LONGEST_IN_MARKDOWN if name == "markdown" else LONGEST
        assert f"({len(HUGE) - longest:,} more characters)" in text


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_junit_is_xml_whose_counts_are_those_of_its_cases(words: str) -> None:
    """Whatever stands in its attributes and texts."""
    root = ET.fromstring(told(words, "junit"))  # noqa: S314 - our own
    for suite in root:
        cases = suite.findall("testcase")
        for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.get(attribute) or -1) == sum(one.find(element) is not None for one in cases)
        assert int(suite.get("tests") or -1) == len(cases)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_json_in_all_its_shapes_can_be_read_and_keeps_what_was_said(words: str) -> None:
    """One object, an object a line, and SARIF."""
    again = read_result(told(words, "json").encode())
    assert again.cells[0].findings[0].message == words
    lines = [json.loads(line) for line in told(words, "ndjson").splitlines()]
    assert lines[-1]["strays"] == [words]
    assert all(isinstance(json.loads(line), dict) for line in told(words, "badge").splitlines())
    runs = json.loads(told(words, "sarif"))["runs"]
    assert [len(one["results"]) for one in runs] == [4, 0]


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_every_line_of_the_workflow_log_is_a_command_of_ours_or_plain_text(words: str) -> None:
    """A command that a target smuggled in could switch off others, or set what later steps read."""
    for line in told(words, "github").splitlines():
        assert re.match(r"::(error|warning) title=[^:,]*::|(gate|gone) ", line), line[:200]
        assert len(line) < 20_000


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_tables_of_markdown_keep_their_columns_and_hold_no_mark_up_of_the_target(words: str) -> None:
    """Every row has as many bars as its head, but for those that are escaped."""
    text = told(words, "markdown")
    bars = 0
    for line in text.splitlines():
        found = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert found in {0, bars} or not bars
        bars = found
    outside = re.sub(r"</?(details|summary|code)>", "", text)
    assert "<" not in outside
    assert not re.search(r"(?<!\\)\]\(", outside)


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_the_page_holds_it_as_data(words: str) -> None:
    """Three scripts, of which two are JSON that nothing in it can end."""
    page = html(saying(words), lambda _: None)
    assert page.encode("utf-8")
    assert page.count("<script") == page.count("</script>") == 3
    assert "<!--" not in page
    assert page.count("<img") == 0
    assert "\0" not in page


def _answer(*pieces: bytes, kind: str = "text/event-stream", how: How = How.COMPLETE) -> Exchange:
    return Exchange(
        0,
        Request(
            "POST",
            "http://127.0.0.1/v1/chat/completions",
            (("content-type", "application/json"),),
            json.dumps({"model": "m", "stream": True, "messages": []}).encode(),
        ),
        Response(200, (("content-type", kind),), tuple(Chunk(n, one) for n, one in enumerate(pieces))),
        Ending(how, len(pieces)),
    )


def _chunk(words: str, **members: Any) -> bytes:
    choice = {"index": 0, "delta": {"content": words}, "finish_reason": words}
    value = {"id": words, "object": words, "created": 1, "model": words, "choices": [choice]} | members
    return b"data: " + json.dumps(value).encode() + b"\n\n"


BODIES = {
    "a script in every member": [_chunk(SCRIPT), b"data: [DONE]\n\n"],
    "names that nobody knows": [_chunk("x", **{SCRIPT + ANSI: BIDI}), b"data: [DONE]\n\n"],
    "a script as a line": [SCRIPT.encode() + b"\n\n"],
    "escapes": [b"data: \x1b[2J\x1b]0;x\x07\n\n", b"event: \x1b[31m\ndata: {}\n\n"],
    "nul": [b"data: \0\0\n\n", b"\0" * 64],
    "bytes that are no text": [b"data: \xff\xfe\xc3(\n\n", b'data: {"id":"\xed\xa0\x80"}\n\n'],
    "a megabyte in one line": [b"data: " + b"m" * (1 << 20)],
    "a megabyte in one member": [_chunk("x", usage=HUGE)],
    "turned text": [_chunk(BIDI), b"data: [DONE]\n\n"],
    "half a character": [_chunk(HALF)],
}


@pytest.mark.parametrize("pieces", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("kind", ["text/event-stream", "application/json", "text/html"])
def test_what_the_rules_say_of_such_bytes_can_be_told_in_every_format(pieces: list[bytes], kind: str) -> None:
    """Judged as any answer is, and shown byte for byte in the page."""
    given = _answer(*pieces, kind=kind)
    verdict = judge(given, dialect="chat")
    findings = tuple(map(published, verdict.findings))
    assert findings
    made = later(saying("x"), _of_bytes(findings))
    for name, form in conform_formats().items():
        text = "".join(form.written(made))
        assert not _UNSAFE.search(text), name
    page = html(made, lambda _: given)
    assert page.count("</script>") == 3
    hidden = html(made, lambda _: given, redact_content=True)
    assert "alert(1)" not in hidden
    assert "mmmmmmmmmm" not in hidden


def _of_bytes(findings: tuple[Finding, ...]) -> Cell:
    return msgspec.structs.replace(
        cell("plain", CellStatus.FAILED, *findings), client=(Wire(cassette="c", exchange=0),), upstream=()
    )
