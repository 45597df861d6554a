"""What the upstream of the scenarios says is what a real one would."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.scenarios.answer import answer, call, text
from harness.scenarios.asking import Custom, Function, asks
from harness.scenarios.voices.voice import Heard, voice

if TYPE_CHECKING:
    from harness.turn.increments import Increment

SHELL = Function(
    name="shell",
    description="Runs a command line.",
    parameters={"type": "object", "properties": {"content": {"type": "string"}}},
)
BLOCKED = answer(text("You take ", "a"), finish="content_filter").increments


def gemini(increments: tuple[Increment, ...]) -> list[dict[str, Any]]:
    """The responses of a stream of Gemini."""
    return [
        json.loads(one.removeprefix(b"data: ")) for one in voice("gemini").events(increments, Heard(mark="m"))
    ]


def test_gemini_gives_nothing_back_of_what_its_filter_stopped() -> None:
    """Its documentation says so; a gateway that gives no text there has lost none."""
    whole = voice("gemini").whole(BLOCKED, Heard(mark="m"))
    assert whole["candidates"] == [{"index": 0, "finishReason": "SAFETY"}]


def test_gemini_ends_a_stream_that_its_filter_stops_without_content() -> None:
    """What came before has been sent already."""
    *before, last = gemini(BLOCKED)
    assert [one["candidates"][0]["content"]["parts"][0]["text"] for one in before] == ["You take ", "a"]
    assert last["candidates"] == [{"index": 0, "finishReason": "SAFETY"}]
    assert last["usageMetadata"]["candidatesTokenCount"] == 13


@pytest.mark.parametrize("character", ["<", ">", "\u2028", "\u2029"])
def test_gemini_escapes_what_google_escapes(character: str) -> None:
    """A gateway that splits lines at these characters never meets them raw from Gemini."""
    sent = answer(text(f"a{character}b")).increments
    (event,) = voice("gemini").events(sent, Heard(mark="m"))
    assert character.encode() not in event
    assert gemini(sent)[0]["candidates"][0]["content"]["parts"] == [{"text": f"a{character}b"}]


def body(dialect: str, tool: Function | Custom) -> dict[str, Any]:
    """A request that declares one tool."""
    asked = asks("List the files.", tools=(tool,))
    return {"model": "m", **((asked.chat if dialect == "chat" else asked.responses) or {})}


def calls(dialect: str, answered: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of a whole answer."""
    if dialect == "chat":
        return list(answered["choices"][0]["message"]["tool_calls"])
    return list(answered["output"])


COMMAND = 'ls "my\\files"\n'
CALLED = answer(call("shell", "ls ", '"my\\files"', "\n", kind="custom")).increments


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_a_function_that_stands_in_for_a_custom_tool_is_called_as_a_function(dialect: Any) -> None:
    """No model calls what it was not offered; the text is the function's one argument."""
    heard = Heard(body=body(dialect, SHELL), mark="m")
    (made,) = calls(dialect, voice(dialect).whole(CALLED, heard))
    assert made["type"] == ("function" if dialect == "chat" else "function_call")
    told = made["function"] if dialect == "chat" else made
    assert (told["name"], json.loads(told["arguments"])) == ("shell", {"content": COMMAND})
    assert b'"custom' not in b"".join(voice(dialect).events(CALLED, heard))


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_a_custom_tool_is_called_as_one(dialect: Any) -> None:
    """Where it was offered as what it is, its input comes as it is."""
    heard = Heard(body=body(dialect, Custom(name="shell", description="Runs.")), mark="m")
    (made,) = calls(dialect, voice(dialect).whole(CALLED, heard))
    told = made["custom"] if dialect == "chat" else made
    assert (told["name"], told["input"]) == ("shell", COMMAND)
