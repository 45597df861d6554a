"""SARIF: what the specification asks of a log, checked member by member."""

from __future__ import annotations

import json
from typing import Any

from harness.reporting.conform.sarif import FINGERPRINT, LINE_HASH, written
from harness.results.merging import merged
from harness.results.result import CellStatus
from tests.conform_results import CLEAN, REMARK, RESULT, SEQUENCE, cell, later

LOG = json.loads("".join(written(RESULT)))
GATE, CONTROL, GONE = LOG["runs"]
RESULTS = GATE["results"]
RUN = {"tool", "automationDetails", "invocations", "properties", "results"}
ONE = {
    "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints", "occurrenceCount",
    "properties",
}  # fmt: skip


def by_rule(rule: str) -> dict[str, Any]:
    """The first result of a rule."""
    found: dict[str, Any] = next(one for one in RESULTS if one["ruleId"] == rule)
    return found


def test_every_target_is_a_run_with_an_id_of_its_own() -> None:
    """Code scanning keeps runs of one id apart from all others."""
    assert LOG["version"] == "2.1.0"
    assert LOG["$schema"].endswith("/sarif-schema-2.1.0.json")
    assert [run["automationDetails"]["id"] for run in LOG["runs"]] == [
        "harness-conform/gate/",
        "harness-conform/control/",
        "harness-conform/gone/",
    ]
    for run in LOG["runs"]:
        assert set(run) == RUN
        assert run["tool"]["driver"]["name"] == "llm-stream-harness"
    assert CONTROL["results"] == []


def test_results_have_what_the_specification_asks_for() -> None:
    """Rules by id and index, one level of four, places with a uri and a region, a count of at least one."""
    rules = GATE["tool"]["driver"]["rules"]
    assert len({one["id"] for one in rules}) == len(rules)
    for one in RESULTS:
        assert set(one) - {"relatedLocations", "suppressions"} == ONE
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["level"] in {"none", "note", "warning", "error"}
        assert one["occurrenceCount"] >= 1
        for location in one["locations"]:
            physical = location["physicalLocation"]
            assert physical["artifactLocation"] == {"uri": "gate.client.cassette.jsonl"}
            assert physical["region"]["startLine"] >= 1
            assert location["logicalLocations"][0]["fullyQualifiedName"].startswith("gate/")
    for rule in rules:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in {"note", "warning", "error"}


def test_a_finding_says_where_it_is_in_the_body() -> None:
    """And what it contradicts."""
    one = by_rule("RESP-SEQ-003")
    assert one["properties"] == {
        "cell": "gate/chat over chat/call/stream",
        "scenario": "call",
        "route": "chat over chat",
        "mode": "stream",
        "side": "client",
        "exchange": 0,
        "event": 17,
        "bodyStart": 4102,
        "bodyStop": 4288,
        "pointer": "/sequence_number",
        "part": "body",
    }
    assert one["message"]["text"].splitlines()[1:3] == ["Expected: 18", "Found: 19"]
    assert "bytes 3900-4102" in one["relatedLocations"][0]["message"]["text"]
    assert one["occurrenceCount"] == 4


def test_rules_bring_their_page() -> None:
    """Who breaks, what to do, where it is written; a rule that the result does not know has a pointer to it."""
    rules = {one["id"]: one for one in GATE["tool"]["driver"]["rules"]}
    page = rules["RESP-SEQ-003"]["help"]["text"]
    assert "Breaks openai-python 3: raises" in page
    assert "Remedy: Count the events that are sent." in page
    assert "Source: OpenAI reference, Streaming" in page
    assert rules["CHAT-USE-001"]["help"]["text"] == "harness rule CHAT-USE-001 explains it"
    assert rules["CHAT-USE-001"]["defaultConfiguration"]["level"] == "warning"


def test_fingerprints_tell_results_apart_and_are_the_same_in_every_run() -> None:
    """They are made of the cell, the rule and the finding's own."""
    hashes = {one["partialFingerprints"][LINE_HASH] for one in RESULTS}
    assert len(hashes) == len(RESULTS)
    prints = [one["partialFingerprints"][FINGERPRINT] for one in RESULTS]
    assert len(set(prints)) == len(prints)
    assert prints == [
        one["partialFingerprints"][FINGERPRINT]
        for one in json.loads("".join(written(RESULT)))["runs"][0]["results"]
    ]


def test_what_is_inherited_is_left_out_and_what_is_expected_is_suppressed() -> None:
    """An alert about the upstream would stand in the wrong project."""
    assert "SSE-DONE-001" not in {one["ruleId"] for one in RESULTS}
    assert [one["kind"] for one in by_rule("CHAT-FIN-001")["suppressions"]] == ["external"]
    assert by_rule("SSE-COMM-002")["level"] == "note"
    assert "suppressions" not in by_rule("RESP-SEQ-003")


def test_messages_hold_no_placeholder_and_no_link() -> None:
    """Braces are doubled, a link is none, and control characters are shown."""
    text = by_rule("CHAT-USE-001")["message"]["text"]
    assert "{{x}}" in text
    assert "[a\\](1)" in text
    assert "\\x1b" in text
    assert "\\ud800" in text


def test_a_run_that_could_not_be_made_is_no_success() -> None:
    """Nor is one with harness faults; each is told."""
    assert GATE["invocations"][0]["executionSuccessful"] is False
    notes = [one["message"]["text"] for one in GATE["invocations"][0]["toolExecutionNotifications"]]
    assert "the target gave no answer: timeout (gate/chat over chat/cut/stream)" in notes
    assert "failed: it hung up without an answer (gate/chat over chat/hangup/stream)" in notes
    assert "not_exercised: not seen upstream: reasoning (gate/chat over chat/think/stream)" in notes
    (gone,) = GONE["invocations"]
    assert gone["executionSuccessful"] is False
    assert gone["toolExecutionNotifications"][0]["message"]["text"] == "did not start: no answer within 20 s"
    (clean,) = json.loads("".join(written(CLEAN)))["runs"]
    assert clean["invocations"][0]["executionSuccessful"] is True
    assert clean["results"] == []


def test_what_is_new_since_the_earlier_run_is_told() -> None:
    """In the properties, and not as the specification's baseline state, which would need a run to point to."""
    whole = merged([RESULT, later(RESULT, cell("long", CellStatus.FAILED, SEQUENCE, REMARK))])
    run = json.loads("".join(written(whole)))["runs"][0]
    assert "1 new" in run["properties"]["sinceEarlierRun"]
    assert [one["properties"].get("isNew") for one in run["results"]] == [True, None]
    assert "sinceEarlierRun" not in GATE["properties"]
