"""What an upstream is asked by the client tests, and what it answers: the same in each dialect.

The prompts and answers are those of the memorised model (tests/gateways/model), so that the same clients, asked the
same, can stand before a real llama-server; and a few more that no model does at will.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

TEXT: Final = "Hello wörld ☃!"
THOUGHT: Final = "Let me think."
TOOL_RESULT: Final = "sunny, 21 °C"
TIME_RESULT: Final = "12:00"
AFTER_TOOL: Final = "It is sunny in Paris, 21 °C."
REFUSAL: Final = "I can't help with that."
ECHOED: Final = "harness-was-here"
"""What a shell is told to say."""

Finish = Literal["stop", "tool_calls", "length", "content_filter"]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One answer.

    Args:
        reasoning: What is thought before it.
        text: What is said; before the calls.
        calls: What is called.
        refused: The text is a refusal.
        finish: Why it ends.
        breaks: It ends with an error after the text.
        busy: The first time, and every other time, it is answered 429.
        denied: It is answered 400.
    """

    reasoning: str = ""
    text: str = ""
    calls: tuple[Call, ...] = ()
    refused: bool = False
    finish: Finish = "stop"
    breaks: bool = False
    busy: bool = False
    denied: bool = False


WEATHER: Final = Call("call_weather_1", "get_weather", '{"city": "Paris"}')
TIME: Final = Call("call_time_2", "get_time", '{"tz": "CET"}')

SCENES: Final = {
    "hi": Scene(text=TEXT),
    "think": Scene(reasoning=THOUGHT, text=TEXT),
    "weather": Scene(calls=(WEATHER,), finish="tool_calls"),
    "textcall": Scene(text="One moment.", calls=(WEATHER,), finish="tool_calls"),
    "thinkcall": Scene(reasoning=THOUGHT, calls=(WEATHER,), finish="tool_calls"),
    "both": Scene(calls=(WEATHER, TIME), finish="tool_calls"),
    "json": Scene(text='{"city": "Paris", "n": 3}'),
    "report": Scene(
        calls=(Call("call_report_3", "final_result", '{"city": "Paris", "n": 3}'),), finish="tool_calls"
    ),
    "count": Scene(text="one two three four", finish="length"),
    "refuse": Scene(text=REFUSAL, refused=True),
    "break": Scene(text="Once upon", breaks=True),
    "busy": Scene(text=TEXT, busy=True),
    "deny": Scene(denied=True),
}
"""By what the user said last."""

BROKEN: Final = "The server had an error while processing your request."
DENIED: Final = "That is too much for me."
BUSY: Final = "Too many requests."

PROMPT_TOKENS: Final = 11
OUTPUT_TOKENS: Final = 7
REASONING_TOKENS: Final = 3
"""Of the output, where there is thought."""
