from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cassettes.matching.normalisers import normaliser, normalisers
from harness.errors import UnknownName

UUID = "3f2b8c1e-9a77-4c1e-8f00-0123456789ab"

CASES: list[tuple[str, Any, Any]] = [
    ("uuids", {"a": f"run {UUID}!", "b": [UUID.upper()]}, {"a": "run <uuid>!", "b": ["<uuid>"]}),
    ("uuids", {"a": f"x{UUID}", UUID: 1}, {"a": f"x{UUID}", UUID: 1}),
    ("timestamps", {"a": "at 2026-11-21T01:30:00Z."}, {"a": "at <timestamp>."}),
    ("timestamps", {"a": "2026-11-21 01:30:00.123+01:00"}, {"a": "<timestamp>"}),
    ("timestamps", {"created": 1764000000, "n": 1764000000}, {"created": "<timestamp>", "n": 1764000000}),
    ("timestamps", {"created": True, "a": "2026-11-21"}, {"created": True, "a": "2026-11-21"}),
    ("dates", {"a": "Today is 2026-11-21."}, {"a": "Today is <date>."}),
    ("dates", {"a": "Today is Saturday, November 21, 2026."}, {"a": "Today is <date>."}),
    ("dates", {"a": "Sat, 21 Nov 2026 and 1st of May"}, {"a": "<date> and 1st of May"}),
    (
        "dates",
        {"a": "May 5 is not a date, nor is 12026-11-211"},
        {"a": "May 5 is not a date, nor is 12026-11-211"},
    ),
    ("temp_paths", {"a": "cd /tmp/pytest-7/x && ls"}, {"a": "cd <temp-path> && ls"}),
    ("temp_paths", {"a": "'/private/var/folders/zz/T/a b'"}, {"a": "'<temp-path> b'"}),
    ("temp_paths", {"a": r"C:\Users\me\AppData\Local\Temp\x.txt"}, {"a": "<temp-path>"}),
    ("temp_paths", {"a": "~/tmp/x and /home/tmp/x"}, {"a": "~/tmp/x and /home/tmp/x"}),
    (
        "ids",
        {
            "previous_response_id": "resp_1",
            "conversation": {"id": "c"},
            "input": [{"id": "m", "call_id": "c"}],
        },
        {
            "previous_response_id": "<id>",
            "conversation": "<id>",
            "input": [{"id": "<id>", "call_id": "<id>"}],
        },
    ),
    (
        "ids",
        {"tools": [{"id": "t"}], "prompt": {"id": "p"}, "messages": [{"content": [{"input": {"id": "42"}}]}]},
        {"tools": [{"id": "t"}], "prompt": {"id": "p"}, "messages": [{"content": [{"input": {"id": "42"}}]}]},
    ),
    (
        "tool_call_ids",
        {"messages": [{"tool_calls": [{"id": "a", "type": "function"}]}, {"tool_call_id": "a", "id": "m"}]},
        {
            "messages": [
                {"tool_calls": [{"id": "<id>", "type": "function"}]},
                {"tool_call_id": "<id>", "id": "m"},
            ]
        },
    ),
    (
        "tool_call_ids",
        {"contents": [{"parts": [{"functionCall": {"id": "a", "args": {"id": "1"}}}]}]},
        {"contents": [{"parts": [{"functionCall": {"id": "<id>", "args": {"id": "1"}}}]}]},
    ),
    ("prompt_cache_key", {"prompt_cache_key": "k", "prompt_cache_retention": "24h", "a": 1}, {"a": 1}),
    (
        "cache_control",
        {"system": [{"text": "x", "cache_control": {"type": "ephemeral"}}]},
        {"system": [{"text": "x"}]},
    ),
    ("metadata", {"metadata": {"user_id": "u"}, "input": [{"metadata": 1}]}, {"input": [{"metadata": 1}]}),
    ("user", {"user": "u", "safety_identifier": "s", "a": 1}, {"a": 1}),
    ("stream_options", {"stream": True, "stream_options": {"include_usage": True}}, {"stream": True}),
    ("seed", {"seed": 1, "generationConfig": {"seed": 2, "topK": 1}}, {"generationConfig": {"topK": 1}}),
    ("model", {"model": "a", "input": "x"}, {"input": "x"}),
    ("tool_order", {"tools": [{"name": "b"}, {"name": "a"}]}, {"tools": [{"name": "a"}, {"name": "b"}]}),
    (
        "opaque_reasoning",
        {"input": [{"type": "reasoning", "encrypted_content": "x"}], "signature": "s"},
        {"input": [{"type": "reasoning", "encrypted_content": "<opaque>"}], "signature": "s"},
    ),
]


@pytest.mark.parametrize(("name", "before", "after"), CASES)
def test_a_normaliser_takes_out_what_its_summary_says(name: str, before: Any, after: Any) -> None:
    """Each rule changes what it is for, and leaves look-alikes alone."""
    assert normaliser(name).apply(before) == after


def test_every_normaliser_has_a_case_and_a_summary() -> None:
    """No rule is without an example here and a line for the reader."""
    assert {item.name for item in normalisers()} == {name for name, _, _ in CASES}
    assert all(item.summary for item in normalisers())


@pytest.mark.parametrize(
    "value", ["text", 1, None, [], [[1]], {}, {"tools": 1, "input": "x", "messages": None}]
)
@pytest.mark.parametrize("name", [item.name for item in normalisers()])
def test_no_normaliser_stumbles_over_a_body_of_another_form(name: str, value: Any) -> None:
    """Bodies that are no chat request pass through unchanged."""
    assert normaliser(name).apply(value) == value


@pytest.mark.parametrize("name", [item.name for item in normalisers()])
def test_normalisers_are_idempotent(name: str) -> None:
    """What was normalised once is not changed again."""
    for case, before, _ in CASES:
        if case == name:
            once = normaliser(name).apply(before)

            assert normaliser(name).apply(once) == once


def test_an_unknown_normaliser_is_named_with_the_nearest() -> None:
    """A misspelt name is an error, not a rule that does nothing."""
    with pytest.raises(UnknownName) as caught:
        normaliser("timestamp")

    assert caught.value.hint == "did you mean 'timestamps'?"


def test_the_documentation_lists_every_normaliser() -> None:
    """docs/matching.md has each with its summary, and no other."""
    page = (Path(__file__).parents[2] / "docs" / "matching.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 3]

    assert [f"| `{item.name}` | {item.summary} |" for item in normalisers()] == rows
