"""Sketches: what each trait makes of the plainest conversation, what goes together, and what can be left out."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings

from harness.fuzzing.choosing import Seeded
from harness.fuzzing.reducing import smaller
from harness.generate.conversations import sketches
from harness.generate.mending import mended
from harness.generate.reach import can_play, inbound_of, upstream_of
from harness.generate.sketch import Block, Say, Sketch, Tool
from harness.generate.traits import EVERY
from harness.scenarios.answer import MARK
from harness.scenarios.voices.voice import Heard, voice
from harness.translation.engine import INBOUND, UPSTREAM
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat
from harness.translation.requests.from_responses import from_responses

READ = {"chat": from_chat, "responses": from_responses}


def said_in_all(sketch: Sketch) -> None:
    """Each dialect that has words for it says every answer of it."""
    scenario = sketch.scenario()
    for dialect in upstream_of(sketch):
        for answer in scenario.answers:
            heard = Heard(mark="hx0")
            assert voice(dialect).events(answer.marked("hx0"), heard)
            assert voice(dialect).whole(answer.marked("hx0"), heard)


@pytest.mark.parametrize("name", list(EVERY))
def test_a_trait_alone_can_be_played_somewhere(name: str) -> None:
    """Else it would only take time; and what it makes is legal however often it is drawn."""
    for seed in range(4):
        sketch = mended(EVERY[name](Seeded(seed), Sketch()))
        ways = [
            (inbound, upstream, mode)
            for inbound in INBOUND
            for upstream in UPSTREAM
            for mode in ("stream", "whole")
            if can_play(sketch, inbound, upstream, mode)
        ]
        assert ways, sketch
        assert mended(sketch) == sketch
        said_in_all(sketch)


@pytest.mark.parametrize("name", list(EVERY))
def test_a_trait_leaves_a_trace(name: str) -> None:
    """What it makes is not what would be played without it."""
    tools = (Tool(name="get_weather"),)
    plain = Sketch(tools=tools)
    assert any(mended(EVERY[name](Seeded(seed), plain)) != plain for seed in range(20))


@settings(max_examples=60)
@given(sketches())
def test_any_sketch_is_legal_for_a_client_that_has_words_for_it(sketch: Sketch) -> None:
    """The gateway's own parsers, which refuse what OpenAI refuses, take every request."""
    asks = sketch.scenario().asks
    for inbound in inbound_of(sketch):
        body = asks.body(inbound, model="m", mark="hx0", stream=True)
        READ[inbound](body, Ledger())
        assert "hx0" in msgspec.json.encode(body).decode()
        assert MARK not in msgspec.json.encode(body).decode()


@settings(max_examples=40)
@given(sketches())
def test_any_sketch_is_written_and_read_again(sketch: Sketch) -> None:
    """So a database gives back what was found."""
    assert msgspec.json.decode(msgspec.json.encode(sketch), type=Sketch) == sketch
    said_in_all(sketch)


@settings(max_examples=20)
@given(sketches())
def test_what_is_smaller_is_lighter_and_comes_to_an_end(sketch: Sketch) -> None:
    """Whatever a reducer takes, it stops; and all of it can be played."""
    seen = 0
    while (one := next(smaller(sketch), None)) is not None and seen < 300:
        assert one.weight < sketch.weight
        assert mended(one) == one
        assert inbound_of(one)
        sketch, seen = one, seen + 1
    assert seen < 300


def test_the_plainest_sketch_cannot_be_made_much_smaller() -> None:
    """A word less is all that is left."""
    sketch = Sketch()
    while (one := next(smaller(sketch), None)) is not None:
        sketch = one
    assert sketch.weight[:3] <= (0, 1, 1)


def test_a_request_never_declares_more_tools_than_it_may() -> None:
    """Of many tools and one more that is called, the call's stays."""
    tools = tuple(Tool(name=f"tool_{number}") for number in range(128))
    says = (Say(blocks=(Block(kind="call", name="get_weather"),)),)
    made = mended(Sketch(tools=tools, says=says))
    assert len(made.tools) == 128
    assert "get_weather" in {one.name for one in made.tools}
    assert mended(made) == made
    from_chat(made.scenario().asks.body("chat", model="m", mark="hx0", stream=True), Ledger())


def test_another_choice_is_made_smaller_as_the_first_is() -> None:
    """Down to the one piece that shows something."""
    line_ends = Say(blocks=(Block(),), others=((Block(pieces=("\n",) * 4),),))
    left = {
        one.says[0].others[0][0].pieces for one in smaller(Sketch(says=(line_ends,))) if one.says[0].others
    }
    assert ("\n",) in left
