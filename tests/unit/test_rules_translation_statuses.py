"""What a status of upstream's may become downstream."""

from __future__ import annotations

import pytest

from harness.findings import Severity
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
