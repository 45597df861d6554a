"""Two halves of an exchange in which the upstream gave no answer: what the gateway says of that is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import harness
from harness.cassettes.exchange import Cassette, Chunk, Ending, Exchange, How, Request, Response
from harness.checking.exchanges import judge
from harness.checking.report import Status, Verdict
from harness.findings import Origin
from harness.rules.example import parse_example

if TYPE_CHECKING:
    from pathlib import Path

TOLD = parse_example(
    "status: 502\nheader: content-type: application/json\nheader: x-request-id: req_1\nbody:\n"
    '{"error":{"message":"No answer came.","type":"server_error","param":null,"code":"upstream_failed"}}'
).exchange
ANSWER = parse_example("stream: translation/chat_text").exchange
ASKED = Request("POST", "https://api.example.com/spoken/in/private", (), b'{"model":"m"}')


def upstream(status: int, kind: str, body: bytes) -> Exchange:
    """An exchange at a path of no dialect."""
    chunks = (Chunk(10, body),) if body else ()
    return Exchange(0, ASKED, Response(status, (("content-type", kind),), chunks), Ending(How.COMPLETE))


def silent(how: How) -> Exchange:
    """An exchange without a response."""
    return Exchange(0, ASKED, None, Ending(how))


NOTHING = {
    "refused": silent(How.RESET),
    "hung up": silent(How.SERVER_CUT),
    "timed out": silent(How.TIMEOUT),
    "empty": upstream(200, "application/json", b""),
    "a page": upstream(200, "text/html", b"<html><body>Sign in</body></html>"),
    "an error page": upstream(502, "text/html", b"<html><body>Bad gateway</body></html>"),
    "an empty error": upstream(503, "text/plain", b""),
    "an error of its own": upstream(500, "application/json", b'{"detail":"worker died"}'),
    "an error under 200": upstream(200, "application/json", b'{"error":"No answer came."}'),
}


def of_translation(verdict: Verdict) -> dict[str, Status]:
    """The rules that compare which were exercised; XLAT-KEEP needs one half only."""
    return {
        one.rule: one.status
        for one in verdict.outcomes
        if one.rule.startswith("XLAT-") and not one.rule.startswith("XLAT-KEEP-") and one.exercised
    }


@pytest.mark.parametrize("name", NOTHING)
def test_an_error_for_no_answer_passes(name: str) -> None:
    """Of the rules on translation only those on failures have a say."""
    verdict = judge(TOLD, dialect="chat", upstream=NOTHING[name])
    assert verdict.status is Status.PASSED, verdict.findings
    told = of_translation(verdict)
    assert told
    assert all(rule.startswith("XLAT-ERR-") for rule in told)
    assert verdict.note.startswith("upstream gave no answer (")


@pytest.mark.parametrize("name", NOTHING)
def test_an_answer_that_nobody_gave_is_the_gateways(name: str) -> None:
    """Nothing of it came from upstream."""
    verdict = judge(ANSWER, dialect="chat", upstream=NOTHING[name])
    (finding,) = [one for one in verdict.findings if one.rule.startswith("XLAT-")]
    assert finding.rule in {"XLAT-ERR-001", "XLAT-ERR-003"}
    assert finding.origin is Origin.GATEWAY
    assert verdict.status is Status.FAILED


def test_the_gateways_own_error_is_judged_by_its_own_dialect() -> None:
    """An upstream that failed excuses no error of another shape."""
    wrong = parse_example(
        "status: 502\nheader: content-type: application/json\nheader: x-request-id: req_1\nbody:\n{}"
    ).exchange
    alone = [one.rule for one in judge(wrong, dialect="chat").findings]
    assert alone
    assert [one.rule for one in judge(wrong, dialect="chat", upstream=silent(How.RESET)).findings] == alone


def test_an_upstream_that_the_gateway_left_owes_no_answer() -> None:
    """The client had gone."""
    assert of_translation(judge(ANSWER, dialect="chat", upstream=silent(How.CANCELLED))) == {}


def test_an_answer_in_no_known_dialect_is_not_compared() -> None:
    """It may be one all the same; the client's half is judged as if it were alone, and the note says why."""
    stranger = upstream(200, "application/json", b'{"reply":"Good day."}')
    verdict = judge(ANSWER, dialect="chat", upstream=stranger)
    assert verdict.status is Status.PASSED
    assert of_translation(verdict) == {}
    assert verdict.note == "not compared: the upstream half is of no dialect that is known"


def test_an_upstream_half_that_is_read_once_is_told_from_an_empty_one() -> None:
    """Looking for its dialect takes nothing from it."""
    stranger = upstream(200, "application/json", b'{"reply":"Good day."}')
    assert stranger.response is not None
    once = replace(stranger, response=replace(stranger.response, chunks=iter(stranger.response.chunks)))
    assert judge(ANSWER, dialect="chat", upstream=once).note.startswith("not compared")


def test_no_exchange_is_dropped_for_another(tmp_path: Path) -> None:
    """Each of the client's exchanges has its verdict, and that without an answer of upstream's is among them."""
    from harness.io.files import write_cassette  # noqa: PLC0415 - one test writes

    asked = replace(ANSWER, request=ASKED)
    client = [replace(ANSWER, index=0), replace(TOLD, index=1), replace(ANSWER, index=2)]
    theirs = [replace(asked, index=0), replace(silent(How.RESET), index=1), replace(asked, index=2)]
    tapes = tmp_path / "client.cassette.jsonl", tmp_path / "upstream.cassette.jsonl"
    for tape, exchanges in zip(tapes, (client, theirs), strict=True):
        write_cassette(Cassette({"timing": "wire"}, tuple(exchanges)), tape)
    report = harness.check(tapes[0], upstream=tapes[1], dialect="chat")
    assert [(one.exchange, one.status) for one in report.inputs] == [
        (0, Status.PASSED),
        (1, Status.PASSED),
        (2, Status.PASSED),
    ]
    assert "exchange 1  upstream gave no answer (reset)" in str(report)


def test_an_exchange_that_cannot_be_read_takes_nothing_from_those_behind_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is counted as what it is."""
    from harness.checking import exchanges as module  # noqa: PLC0415 - one test changes it

    monkeypatch.setattr(module, "LARGEST_WHOLE", 1_000)
    assert TOLD.response is not None
    large = replace(TOLD.response, chunks=(Chunk(0, b'{"error": "' + b"x" * 2_000 + b'"}'),))
    cassette = Cassette({}, (TOLD, replace(TOLD, index=1, response=large), replace(TOLD, index=2)))
    report = harness.check(cassette, dialect="chat")
    assert [one.status for one in report.inputs] == [Status.PASSED, Status.UNREADABLE, Status.PASSED]
