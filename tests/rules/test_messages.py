"""What findings say, over all violating examples: whole sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.rules.manual import page
from harness.rules.registry import rules
from tests.judging import judged_example

if TYPE_CHECKING:
    from harness.rules.rule import Rule

# A capital, a digit, a name in backquotes, or a name that nobody takes for a word: `response.created`, `created_at`.
BEGINNING = re.compile(r"[A-Z0-9`]|[a-z]+[._][a-z_.]+(?: |:)")
ONE_OF_MANY = re.compile(r"(?<![\d,./#-])\b1 (?:call|choice|event|item|part|token|delta|character|source)s\b")


@pytest.mark.parametrize(
    "rule", [one for one in rules().values() if "run" not in one.needs], ids=lambda rule: rule.id
)
def test_what_a_finding_says_is_a_whole_sentence(rule: type[Rule[Any]]) -> None:
    """It begins as a sentence does, ends with a full stop, and counts as people do."""
    said = [one.message for example in page(rule).violates for one in judged_example(example).findings]
    assert said
    for message in said:
        assert BEGINNING.match(message), message
        assert message.endswith("."), message
        assert not message.endswith(".."), message
        assert not ONE_OF_MANY.search(message), message
