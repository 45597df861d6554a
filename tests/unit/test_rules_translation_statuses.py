"""What a status of upstream's may become downstream, and how long it asks to wait."""

from __future__ import annotations

import pytest

from harness.findings import Finding, Severity
from harness.rules.example import parse_example
from tests.judging import judged_example

BODY = '{"error":{"message":"It is so.","type":"server_error","param":null,"code":null}}'


def severities(upstream: int, status: int) -> list[Severity]:
    """How bad XLAT-ERR-004 finds it."""
    head = "header: content-type: application/json\nheader: x-request-id: req_1\nheader: retry-after: 1"
    halves = [f"status: {one}\n{head}\nbody:\n{BODY}" for one in (status, upstream)]
    check = judged_example(parse_example("\n--- upstream\n".join(halves)))
    return [one.severity for one in check.findings if one.rule == "XLAT-ERR-004"]


@pytest.mark.parametrize(
    ("upstream", "status"), [(429, 500), (429, 502), (429, 400), (400, 500), (413, 502), (422, 429)]
)
def test_a_status_that_makes_programs_do_the_wrong_thing_is_an_error(upstream: int, status: int) -> None:
    """They alarm where they should wait, and try again where they should give up."""
    assert severities(upstream, status) == [Severity.ERROR]


@pytest.mark.parametrize(("upstream", "status"), [(429, 503), (404, 502), (400, 422), (409, 500)])
def test_a_status_that_comes_to_the_same_or_may_be_meant_is_a_warning(upstream: int, status: int) -> None:
    """Clients wait, give up or try again as they would have."""
    assert severities(upstream, status) == [Severity.WARNING]


@pytest.mark.parametrize(
    ("upstream", "status"), [(429, 429), (401, 502), (500, 502), (503, 500), (529, 503), (408, 504)]
)
def test_a_status_that_is_the_gateways_to_choose_is_no_finding(upstream: int, status: int) -> None:
    """A key of the gateway's own, and a server that fails, are nothing that the client did."""
    assert severities(upstream, status) == []


def waits(upstream: str, downstream: str, status: int = 429) -> list[Finding]:
    """What XLAT-ERR-005 finds, given the fields of the two halves."""
    halves = [
        f"status: {code}\nheader: content-type: application/json\nheader: x-request-id: req_1\n{fields}body:\n{BODY}"
        for code, fields in ((status, downstream), (429, upstream))
    ]
    check = judged_example(parse_example("\n--- upstream\n".join(halves)))
    return [one for one in check.findings if one.rule == "XLAT-ERR-005"]


DATED = "header: date: Sat, 21 Nov 2026 10:00:00 GMT\nheader: retry-after: Sat, 21 Nov 2026 10:01:00 GMT\n"


@pytest.mark.parametrize("upstream", ["header: retry-after: 61\n", "header: retry-after-ms: 61000\n", DATED])
@pytest.mark.parametrize("status", [429, 503])
def test_a_wait_that_does_not_arrive_is_missed(upstream: str, status: int) -> None:
    """In whichever of its three forms it was given."""
    (finding,) = waits(upstream, "", status)
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    "downstream",
    [
        "header: retry-after: 61\n",
        "header: retry-after-ms: 61000\n",
        "header: retry-after: 20\n",
        "header: retry-after: 300\n",
        "header: retry-after: Sat, 21 Nov 2026 10:01:00 GMT\n",
    ],
)
def test_a_wait_that_arrives_in_another_form_or_is_the_gateways_own_is_no_finding(downstream: str) -> None:
    """It may have waited itself, or know of another limit."""
    assert waits("header: retry-after: 61\n", downstream) == []


def test_seconds_that_are_taken_for_milliseconds_are_told_of() -> None:
    """A minute becomes a thousand of them, or none."""
    assert [one.subject for one in waits("header: retry-after-ms: 500\n", "header: retry-after: 500\n")] == [
        "unit"
    ]
    assert [one.subject for one in waits("header: retry-after: 61\n", "header: retry-after-ms: 61\n")] == [
        "unit"
    ]


def test_a_time_in_a_field_that_no_client_reads_is_shown() -> None:
    """So that whoever mends it sees how near it is."""
    (finding,) = waits("header: retry-after: 61\n", "header: llm_provider-retry-after: 61\n")
    assert finding.found == "llm_provider-retry-after: 61"


@pytest.mark.parametrize("upstream", ["", "header: retry-after: 0\n", "header: retry-after: soon\n"])
def test_what_names_no_time_cannot_be_lost(upstream: str) -> None:
    """Nothing to pass on."""
    assert waits(upstream, "") == []
    assert waits("header: retry-after: 61\n", "", 500) == []
