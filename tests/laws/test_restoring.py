"""What restoring makes of an answer does not depend on how its deltas are cut."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from harness.translation.custom_input import CustomInput, input_of
from harness.translation.ids import SeededMint
from harness.translation.manner import Manner
from harness.translation.restoring import Restoring
from harness.translation.session import Session
from harness.turn.conversation import Request
from harness.turn.increments import Eof, Finish, TextDelta, TextEnd, TextStart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.turn.increments import Increment

TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)
FEW = st.text("abc", max_size=30)


def cut(text: str, places: Sequence[int]) -> list[str]:
    """The text in pieces that begin at these places."""
    borders = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(borders)]


def read(arguments: str, places: Sequence[int]) -> str:
    """The input that is decoded of arguments in pieces."""
    decoder = CustomInput()
    return "".join([*(decoder.feed(piece) for piece in cut(arguments, places)), decoder.finish()])


@given(
    TEXTS,
    st.sampled_from(["ascii", "unicode"]),
    st.lists(st.integers(0, 200), max_size=8),
    st.sampled_from(["", " ", "\n\t "]),
)
def test_an_input_is_decoded_the_same_however_its_arguments_are_cut(
    text: str, spelling: str, places: list[int], blank: str
) -> None:
    """Escapes, surrogate pairs and the frame itself may be cut anywhere."""
    text = text.encode("utf-8", "replace").decode()
    string = json.dumps(text, ensure_ascii=spelling == "ascii")
    arguments = f'{blank}{{{blank}"input"{blank}:{blank}{string}{blank}}}{blank}'
    assert read(arguments, places) == text == input_of(arguments)


@given(st.text('{}":inputu\\d83e00 ,x', max_size=30), st.lists(st.integers(0, 60), max_size=6))
def test_arguments_that_are_anything_else_are_read_the_same_however_they_are_cut(
    arguments: str, places: list[int]
) -> None:
    """Broken JSON, other members, escapes that end in the middle."""
    assert read(arguments, places) == read(arguments, [])


def stopped(text: str, places: Sequence[int], stops: tuple[str, ...]) -> tuple[str, str, int]:
    """The text that a client sees of it, why it ends, and how many ends it was told."""
    request = Request(dialect="responses", model="m", stop=stops)
    session = Session(
        mint=SeededMint(b"stops"),
        now=lambda: 0,
        upstream="responses",
        manner=Manner(emulate_stop=True),
        request=request,
    )
    restoring = Restoring(session)
    given: list[Increment] = [TextStart(ref=1)]
    given += [TextDelta(ref=1, text=piece) for piece in cut(text, places) if piece]
    given += [TextEnd(ref=1), Finish(reason="length"), Eof()]
    out = [one for increment in given for one in restoring.restore(increment)]
    assert isinstance(out[-1], Eof)
    finishes = [one for one in out if isinstance(one, Finish)]
    words = "".join(one.text for one in out if isinstance(one, TextDelta))
    return words, finishes[0].reason, len(finishes) + sum(isinstance(one, TextEnd) for one in out)


@given(
    FEW,
    st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=3),
    st.lists(st.integers(0, 40)),
)
def test_text_ends_where_the_first_stop_sequence_begins_however_it_is_cut(
    text: str, stops: list[str], places: list[int]
) -> None:
    """And it ends once, for the reason that the client expects."""
    found = [text.find(one) for one in stops if one in text]
    expected = (text[: min(found)], "stop", 2) if found else (text, "length", 2)
    assert stopped(text, places, tuple(stops)) == expected
