"""The same with the OpenAI SDK."""

import pytest

pytest.importorskip("openai")

from weatherbot import sdk


@pytest.mark.cassette
def test_an_answer_in_pieces() -> None:
    pieces = list(sdk.told("hi"))
    assert "".join(pieces) == "Hello wörld ☃!"
    assert len(pieces) > 5


@pytest.mark.anyio
@pytest.mark.cassette
async def test_an_answer_with_thought() -> None:
    text, kinds = await sdk.thought("think")
    assert text == "Hello wörld ☃!"
    assert kinds == ["reasoning", "message"]
