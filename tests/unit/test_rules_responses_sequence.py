"""Which streams may do without sequence numbers."""

from __future__ import annotations

import pytest

from harness.findings import Severity
from harness.rules.example import parse_example
from tests.judging import judged_example


def uncounted(created_at: int) -> str:
    """A stream without a single number, from that second."""
    edits = [f"event {index}: - sequence_number" for index in range(12)]
    for name, count in (("response.created", 1), ("response.in_progress", 1), ("response.completed", 1)):
        edits += [f"event {name}: response.created_at = {created_at}"] * count
    return "stream: responses/text\n" + "\n".join(edits) + "\n"


@pytest.mark.parametrize(
    ("created_at", "severity"),
    [
        (1, Severity.ERROR),
        (1_700_000_000, Severity.ERROR),
        (1_740_787_199, Severity.ERROR),
        (1_740_787_200, Severity.INFO),
        (1_748_735_999, Severity.INFO),
        (1_748_736_000, Severity.ERROR),
        (1_768_392_000, Severity.ERROR),
    ],
)
def test_only_the_first_streams_of_the_api_do_without_numbers(created_at: int, severity: Severity) -> None:
    """A time from before the API was there is made up, and excuses nothing."""
    found = judged_example(parse_example(uncounted(created_at), dialect="responses")).findings
    assert [one.severity for one in found if one.rule == "RESP-SEQ-001"] == [severity]
