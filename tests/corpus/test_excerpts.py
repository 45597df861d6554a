"""Excerpts show the place of a finding, whole characters, and nothing that is not in the stream."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.findings import NOWHERE, Location
from tests.corpus.excerpts import LONGEST, excerpt

values = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
)


def at(body: bytes, pointer: str) -> Location:
    """A place in a body that is one block."""
    return Location(0, 0, len(body), pointer)


@pytest.mark.parametrize(
    ("pointer", "shown"),
    [
        ("/choices/1/delta/content", '"the place"'),
        ("/choices/1/delta/missing", '{"content": "the place"}'),
        ("/choices/7", '[{"a": [1, {"b": "]"}]}'),
        ("/a~1b", '"slash"'),
    ],
)
def test_what_a_pointer_leads_to_is_in_the_excerpt(pointer: str, shown: str) -> None:
    """Or, where it is missing, the object that lacks it; however much stands around it."""
    payload = {
        "pad": "x" * 500,
        "a/b": "slash",
        "more": "y" * 500,
        "choices": [{"a": [1, {"b": "]"}]}, {"delta": {"content": "the place"}}],
        "end": "z" * 500,
    }
    body = f"data: {json.dumps(payload)}\n\n".encode()
    found = excerpt(body, at(body, pointer))
    assert shown in found
    assert found.startswith("…")
    assert found.endswith("…")
    assert len(found.encode()) <= LONGEST + 2 * len("…".encode())


def test_a_finding_about_no_event_is_shown_the_end_of_the_body() -> None:
    """What is missing is missing there; line ends inside are written as escapes."""
    body = b"data: {}\n\n" * 40 + b"data: last\n\n"
    assert excerpt(body, NOWHERE).endswith("data: {}\\n\\ndata: last")


@given(values, st.text(), st.integers(0, 300))
def test_an_excerpt_is_made_of_bytes_of_the_stream(value: object, tail: str, pad: int) -> None:
    """Whole characters, wherever the cut falls, and never an exception, whatever the pointer says."""
    text = "data: " + json.dumps({"pad": "é" * pad, "value": value}, ensure_ascii=False) + tail
    body = text.encode("utf-8", "surrogatepass")
    for pointer in ("", "/value", "/value/0", "/pad", "/nothing"):
        found = excerpt(body, at(body, pointer))
        assert "\n" not in found
        assert "\ufffd" not in found or "\ufffd" in text
