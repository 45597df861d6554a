"""What is a loss and what is not: what a client gave back, held against what it was served."""

from __future__ import annotations

from typing import Any

import pytest

from harness.trials.trial import Expected
from harness.trials.verdict import judged, said_of

BUSY = Expected(text="a", or_error=("busy", "429"))
CALL = ("get_weather", '{"city": "Paris"}')


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        (Expected(text="a"), {"text": "a", "finish": "completed"}),
        (Expected(text="a"), {"text": "a"}),
        (Expected(calls=(CALL,), finish="tool_calls"), {"calls": [{"name": CALL[0], "arguments": {"city": "Paris"}}]}),
        (Expected(calls=(CALL,), finish="tool_calls"), {"calls": [{"name": CALL[0], "arguments": '{"city":"Paris"}'}],
                                                        "finish": "tool-calls"}),
        (Expected(calls=(("f", '{"a'),)), {"calls": [{"name": "f", "arguments": '{"a'}]}),
        (Expected(text="a", refusal="no"), {"text": "a", "refusal": "no"}),
        (Expected(text="a", refusal="no"), {"text": "noa"}),
        (Expected(text="a", usage=(1, 2)), {"text": "a"}),
        (Expected(text="a", usage=(1, 2)), {"text": "a", "usage": [1, 2, 3]}),
        (Expected(text="a", reasoning="one two"), {"text": "a", "reasoning": "one\n\ntwo"}),
        (Expected(text="a", reasoning="one"), {"text": "a", "reasoning": None}),
        (Expected(error="Broken."), {"text": "half", "error": "APIError: broken."}),
    ],
)  # fmt: skip
def test_what_says_the_same_passes(expected: Expected, told: dict[str, Any]) -> None:
    """In the client's own words, and without what it has no place for."""
    verdict = judged(expected, said_of(told))
    assert (verdict.outcome, verdict.what) == ("passed", "")


@pytest.mark.parametrize(
    ("expected", "told", "outcome", "words"),
    [
        (Expected(text="abc"), {"text": "ab"}, "lost", "the text is cut after 2 of 3 characters"),
        (Expected(text="abc"), {"text": "abcabc"}, "lost", "the text is doubled"),
        (Expected(text="abc"), {"text": "abcd"}, "lost", "the text is longer than served, by 'd'"),
        (Expected(text="abc"), {}, "lost", "the text is missing"),
        (Expected(text="a"), {"text": "a", "finish": "length"}, "lost", "the end is 'length', not 'stop'"),
        (Expected(text="a", refusal="no"), {"text": "a"}, "lost", "the refusal is missing"),
        (Expected(text="a", usage=(1, 2)), {"text": "a", "usage": None}, "lost", "the usage is None, not [1, 2]"),
        (Expected(text="a", reasoning="one"), {"text": "a", "reasoning": ""}, "lost", "the thought is missing"),
        (Expected(calls=(CALL,)), {}, "lost", "0 calls, not 1"),
        (Expected(calls=(CALL,)), {"calls": [{"name": "get_weather", "arguments": "{}"}]}, "lost", "is missing; told"),
        (Expected(text="a"), {"text": "a", "error": "ValueError: x"}, "crashed", "ValueError: x"),
        (Expected(error="Broken."), {"text": "half"}, "swallowed", "was not told; the text is 'half'"),
        (Expected(error="Broken."), {"error": "RuntimeError"}, "lost", "the error's message"),
        (Expected(error=""), {"text": "half"}, "swallowed", "was not told"),
        (Expected(text="a", or_error=("busy",)), {"error": "it is BUSY"}, "raised", "it is BUSY"),
        (Expected(text="a"), {"unsupported": "chat"}, "unsupported", "chat"),
    ],
)  # fmt: skip
def test_what_does_not_is_told(expected: Expected, told: dict[str, Any], outcome: str, words: str) -> None:
    """With what is missing or other."""
    verdict = judged(expected, said_of(told))
    assert verdict.outcome == outcome
    assert words in verdict.what


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ([], "not a JSON object"),
        ({"text": 3}, "`text` is 3"),
        ({"calls": [["f", "{}"]]}, "a call is"),
        ({"calls": {"name": "f"}}, "`calls` is"),
    ],
)
def test_what_cannot_be_read_is_refused(told: Any, words: str) -> None:
    """With what is wrong with it."""
    with pytest.raises(ValueError, match=words):
        said_of(told)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ("RateLimitError: the server is busy", "raised"),
        ("HTTPError: HTTP Error 429: Too Many Requests", "raised"),
        ("request to http://127.0.0.1:42901/s429/v1 failed", "crashed"),
        ("JSONDecodeError: Extra data (char 4291)", "crashed"),
    ],
)
def test_a_status_tells_that_a_server_is_busy_and_an_address_does_not(error: str, outcome: str) -> None:
    """A client that has no place for the server's words still tells its user what to do."""
    assert judged(BUSY, said_of({"error": error})).outcome == outcome
