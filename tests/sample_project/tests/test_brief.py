"""Short answers, over recorded Responses."""

import pytest
from weatherbot.brief import answers


@pytest.mark.anyio
@pytest.mark.cassette
async def test_one_question() -> None:
    assert await answers(["hi"]) == ["Hello wörld ☃!"]


@pytest.mark.anyio
@pytest.mark.cassette
async def test_two_questions_at_once() -> None:
    greeting, numbers = await answers(["hi", "count"])
    assert greeting == "Hello wörld ☃!"
    assert numbers == "one two three four five six seven eight nine ten"


@pytest.mark.anyio
@pytest.mark.cassette(pace="bytes:1")
async def test_an_answer_that_comes_byte_by_byte() -> None:
    assert await answers(["hi"]) == ["Hello wörld ☃!"]
