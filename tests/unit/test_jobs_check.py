"""`harness.check`: whatever is given, a report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

import harness
from harness.cassettes.exchange import Cassette, Chunk
from harness.checking.report import Status
from harness.errors import InputError, UnknownName, UsageError
from harness.io.files import write_cassette
from harness.jobs.inputs import Named, named
from harness.jobs.judging import Terms, verdicts
from harness.rules.example import parse_example
from harness.rules.registry import rule

if TYPE_CHECKING:
    from pathlib import Path

    from harness.jsonvalue import JsonValue

GOOD = parse_example("stream: responses/text").exchange
BROKEN = parse_example("stream: responses/text\ninsert after 4: {").exchange
assert GOOD.response is not None
assert BROKEN.response is not None
GOOD_BODY, BROKEN_BODY = GOOD.response.body(), BROKEN.response.body()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one recording of each kind, and files that are none."""
    monkeypatch.chdir(tmp_path)
    place = tmp_path / "tapes"
    (place / "deeper" / ".hidden").mkdir(parents=True)
    (place / "node_modules").mkdir()
    write_cassette(Cassette({"timing": "wire"}, (GOOD,)), place / "a.cassette.jsonl")
    (place / "b.sse").write_bytes(BROKEN_BODY)
    (place / "deeper" / "c.sse").write_bytes(GOOD_BODY)
    (place / "deeper" / ".hidden" / "d.sse").write_bytes(BROKEN_BODY)
    (place / "node_modules" / "e.sse").write_bytes(BROKEN_BODY)
    (place / "package.json").write_text('{"name": "x"}')
    (place / "broken.json").write_text("{")
    (place / "ci.yaml").write_text("on: push\n")
    (place / "notes.txt").write_text("data: no recording by its name\n\n")
    return place


def sources(report: harness.Report) -> dict[str, Status]:
    """Status by source."""
    return {one.source.replace("\\", "/"): one.status for one in report.inputs}


def test_a_folder_is_every_recording_in_it(folder: Path) -> None:
    """In the order of the names; what is no recording is passed over."""
    report = harness.check("tapes")
    assert sources(report) == {
        "tapes/a.cassette.jsonl": Status.PASSED,
        "tapes/b.sse": Status.FAILED,
        "tapes/deeper/c.sse": Status.PASSED,
    }
    assert report.exit_code == 1
    assert not report.ok


def test_a_glob_is_every_recording_that_it_matches(folder: Path) -> None:
    """`**` goes through folders."""
    assert sources(harness.check("tapes/**/*.sse")) == {
        "tapes/b.sse": Status.FAILED,
        "tapes/deeper/c.sse": Status.PASSED,
        "tapes/node_modules/e.sse": Status.FAILED,
    }
    (nothing,) = harness.check("tapes/*.har").inputs
    assert nothing.status is Status.UNREADABLE


def test_a_file_that_is_given_by_name_must_be_a_recording(folder: Path) -> None:
    """It is not passed over, and the others are judged all the same."""
    report = harness.check(
        ["tapes/ci.yaml", "tapes/package.json", "tapes/none.sse", "tapes/a.cassette.jsonl"]
    )
    assert [one.status for one in report.inputs] == [Status.UNREADABLE] * 3 + [Status.PASSED]
    assert report.exit_code == 4


def test_processes_give_the_same_report_in_the_same_order(folder: Path) -> None:
    """Whatever finishes first."""
    for number in range(40):
        (folder / f"z{number:02}.sse").write_bytes(GOOD_BODY if number % 3 else BROKEN_BODY)
    one, two = harness.check("tapes"), harness.check("tapes", jobs=2)
    assert one == two
    assert len(one.inputs) == 43


@pytest.mark.parametrize(
    "subject",
    [
        BROKEN_BODY,
        [BROKEN_BODY[:100], BROKEN_BODY[100:]],
        (Chunk(5, BROKEN_BODY[:100]), Chunk(9, BROKEN_BODY[100:])),
        BROKEN,
        Cassette({}, (BROKEN,)),
        iter([BROKEN_BODY]),
    ],
    ids=["bytes", "pieces", "chunks", "exchange", "cassette", "iterator"],
)
def test_bytes_chunks_exchanges_and_cassettes_are_judged(subject: Any) -> None:
    """The same finding from each."""
    (verdict,) = harness.check(subject).inputs
    assert [one.rule for one in verdict.findings] == ["SSE-JSON-001"]
    assert verdict.frames == BROKEN_BODY.count(b"data: ")


@pytest.mark.parametrize("subject", [7, None, {"a": 1}.values()])
def test_what_cannot_be_judged_is_an_error_of_usage(subject: Any) -> None:
    """Not a crash somewhere inside."""
    with pytest.raises(UsageError, match="this cannot be judged"):
        harness.check(subject)


def test_an_empty_body_is_unreadable() -> None:
    """Nothing came, so nothing can be judged."""
    subjects: tuple[Any, ...] = (b"", [], b"\n \n")
    for subject in subjects:
        report = harness.check(subject)
        assert report.exit_code == 4, subject


def test_the_request_of_a_plain_body_can_be_given(tmp_path: Path) -> None:
    """As JSON, as bytes, or as a file; without it, rules that need it are not exercised."""
    request: dict[str, JsonValue] = {"model": "gpt-5.2", "stream": True, "input": "Name two colours."}
    file = tmp_path / "request.json"
    file.write_text(json.dumps(request))
    without = {one.rule: one.status for one in harness.check(GOOD_BODY).inputs[0].outcomes}
    for given in (request, json.dumps(request).encode(), file):
        report = harness.check(GOOD_BODY, request=given)
        assert report.ok, str(report)
        exercised = {one.rule for one in report.inputs[0].outcomes if one.exercised}
        assert exercised >= {rule for rule, status in without.items() if status is not Status.NOT_EXERCISED}


def test_names_that_do_not_exist_are_errors() -> None:
    """Before anything is read."""
    for options in (
        {"dialect": "chatt"},
        {"profile": "opnai"},
        {"rules": ["SSE-X-001"]},
        {"ruleset": "1999-01-01"},
        {"sdks": ["openai-cobol"]},
    ):
        with pytest.raises(UnknownName):
            harness.check(GOOD_BODY, **options)


def test_rules_are_asked_by_id_in_any_case() -> None:
    """And no other is."""
    (verdict,) = harness.check(BROKEN_BODY, rules=["sse-bom-001"]).inputs
    assert [one.rule for one in verdict.outcomes] == ["SSE-BOM-001"]


def test_a_baseline_is_applied_and_told_stale(tmp_path: Path) -> None:
    """What it accepts is expected; what is no longer so fails."""
    baseline = tmp_path / "b.toml"
    baseline.write_text('[[expected]]\nrule = "SSE-JSON-001"\nreason = "known"\n')
    report = harness.check(BROKEN_BODY, baseline=baseline)
    assert report.ok, str(report)
    assert [one.status for one in report.inputs] == [Status.EXPECTED]
    clean = harness.check(GOOD_BODY, baseline=baseline)
    assert clean.exit_code == 1
    assert [one.entry for one in clean.stale] == ["SSE-JSON-001 for *"]


def test_a_secret_that_another_tool_kept_is_not_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Foreign recordings are read as they are; the report hides what the environment holds, and known shapes."""
    monkeypatch.setenv("GATEWAY_API_KEY", "invented-by-nobody-42")
    body = GOOD_BODY.replace(b'"object":"response"', b'"object":"invented-by-nobody-42"', 1)
    report = harness.check(body)
    assert report.findings
    assert "invented-by-nobody-42" not in str(report)


def test_a_stream_on_standard_input_is_judged_as_it_comes() -> None:
    """And read once."""
    pieces = iter([GOOD_BODY[:10], GOOD_BODY[10:]])
    ((verdict,),) = verdicts([Named("-", None)], Terms(), stdin=pieces)
    assert (verdict.status, verdict.source) == (Status.PASSED, "(standard input)")


def test_a_rule_that_fails_hides_no_other_input(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a fault of the harness (3), not a finding and not a crash."""

    def failing(self: object, case: object) -> None:
        raise ZeroDivisionError("invented")

    monkeypatch.setattr(rule("SSE-JSON-001"), "observe", failing)
    monkeypatch.delenv("HARNESS_TRACEBACK", raising=False)
    report = harness.check(folder)
    assert list(sources(report).values()) == [Status.PASSED, Status.UNREADABLE, Status.PASSED]
    assert report.exit_code == 3
    assert "found     ZeroDivisionError: invented" in str(report)
    monkeypatch.setenv("HARNESS_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        harness.check(folder)


def test_an_sdk_is_fed_the_same_bytes() -> None:
    """Its own exception stands beside the rule; one that is not there says so."""
    (verdict,) = harness.check(iter([BROKEN_BODY]), sdks=["openai-python", "openai-node"]).inputs
    assert [one.sdk for one in verdict.sdks] == ["openai-python", "openai-node"]
    for one in verdict.sdks:
        assert one.status in {"raised", "absent", "ok"}
        assert one.told.startswith(one.sdk)
        assert (one.status == "raised") == bool(one.exception)
    assert {one.rule for one in verdict.findings} == {"SSE-JSON-001"}


def test_a_shipped_recording_has_a_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As for every command that takes a recording."""
    monkeypatch.chdir(tmp_path)
    (found,) = named(["llama-server/chat/text"])
    assert isinstance(found, Named)
    assert found.path is not None
    assert found.path.name == "text.cassette.jsonl"


@pytest.mark.parametrize("text", ["data: {}\n\n", "x" * 5000])
def test_a_body_is_given_as_bytes(text: str) -> None:
    """A text is a path; one that can be none is told apart."""
    with pytest.raises(UsageError, match="this text is no path"):
        harness.check(text)


def test_what_is_to_be_judged_is_reported_and_what_is_judged_with_is_raised() -> None:
    """A file that is not there: an input is part of the report, an option is not."""
    assert harness.check("none.sse").exit_code == 4
    with pytest.raises(InputError, match="there is no such file"):
        harness.check(GOOD_BODY, request="none.json")
    with pytest.raises(UsageError, match="no JSON object"):
        harness.check(GOOD_BODY, request=b"[]")
    with pytest.raises(UsageError, match="a URL needs the request"):
        harness.check("http://127.0.0.1:9/v1/responses")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CHAT-USE-01", "did you mean 'CHAT-USE-001'?"),
        ("CHAT-USE-1", "did you mean 'CHAT-USE-001'?"),
        ("chat", "these are several: `harness rules CHAT` lists them"),
        ("RESP-SEQ", "these are several: `harness rules RESP-SEQ` lists them"),
    ],
)
def test_a_rule_that_is_not_there_hints_at_what_was_meant(name: str, hint: str) -> None:
    """The nearest number, or the list of a family."""
    with pytest.raises(UnknownName) as caught:
        rule(name)
    assert caught.value.hint == hint
