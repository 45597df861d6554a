"""What only one vendor can read, on its way through a client of another dialect."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.translation.carry import CarriedKind, unwrapped, wrapped


@given(vendor=st.text(alphabet="abcz019-_."), blob=st.text(), kind=st.sampled_from(get_args(CarriedKind)))
def test_what_was_wrapped_comes_back_with_its_vendor(vendor: str, blob: str, kind: CarriedKind) -> None:
    """Any text survives, an already wrapped one too, and what it is."""
    once = wrapped(vendor, blob, kind)
    assert unwrapped(once) == (vendor, blob, kind)
    assert unwrapped(wrapped("other", once)) == ("other", once, "encrypted")


@given(
    blob=st.text(
        alphabet=st.characters(min_codepoint=0xD7F0, max_codepoint=0xE00F, categories=("Cs", "Lo", "Co"))
    )
)
def test_half_of_a_surrogate_pair_survives(blob: str) -> None:
    """JSON can hold one, and so can a blob."""
    assert unwrapped(wrapped("gemini", blob)) == ("gemini", blob, "encrypted")


def test_the_form_is_marked_and_names_the_vendor() -> None:
    """Others than this engine can tell what it is."""
    assert wrapped("anthropic", "abc") == "hx1:anthropic:YWJj"
    assert wrapped("a:b/c", "abc") == "hx1:a-b-c:YWJj"
    assert wrapped("anthropic", "abc", "signature") == "hx1:anthropic/signature:YWJj"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "gAAAAAB",
        "hx1:",
        "hx1:anthropic",
        "hx1:anthropic:?",
        "hx1:anthropic:YWJ",
        "hx2:a:YWJj",
        "hx1:a:/w==",
        "hx1:anthropic/proof:YWJj",
    ],
)
def test_anything_else_is_not_unwrapped(text: str) -> None:
    """A blob of the upstream's own, and one that was damaged."""
    assert unwrapped(text) is None
