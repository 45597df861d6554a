"""The conversations over the Responses API."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from tests.gateways.stage import Scenario, Stage, read

if TYPE_CHECKING:
    from collections.abc import Callable


def function(name: str, argument: str) -> dict[str, Any]:
    """A tool with one text argument."""
    schema = {
        "type": "object",
        "properties": {argument: {"type": "string"}},
        "required": [argument],
        "additionalProperties": False,
    }
    return {
        "type": "function",
        "name": name,
        "description": f"{name} of a place",
        "parameters": schema,
        "strict": False,
    }


TOOLS = [function("get_weather", "city"), function("get_time", "tz")]
TOO_LONG = "a" * 3000
"""3,000 tokens, where the context has room for 2,048."""


def ask(stage: Stage, prompt: Any, *, at_most: int | None = None, **options: Any) -> list[Any]:
    """Ask for a stream and read it to its end, or close it after `at_most` events."""
    with stage.client.responses.create(model=stage.model, input=prompt, stream=True, **options) as stream:
        return read(stream, at_most=at_most)


def asking(prompt: str, **options: Any) -> Callable[[Stage], None]:
    """A scenario that asks once and reads to the end."""

    def drive(stage: Stage) -> None:
        ask(stage, prompt, **options)

    return drive


def whole(prompt: str, **options: Any) -> Callable[[Stage], None]:
    """A scenario that asks once for an answer in one piece."""

    def drive(stage: Stage) -> None:
        # Named, since transformers streams where it is not: see stream_not_named.
        stage.client.responses.create(model=stage.model, input=prompt, stream=False, **options)

    return drive


def stream_not_named(stage: Stage) -> None:
    """Ask for an answer in one piece as the SDK does by default, without naming `stream`."""
    stage.client.responses.create(model=stage.model, input="hi")


def error_400(stage: Stage) -> None:
    """Send an input that is neither text nor a list."""
    ask(stage, 7)


def client_leaves(stage: Stage) -> None:
    """Close the stream after the seventh event: the text has begun, and its end is far."""
    ask(stage, "long", at_most=7, max_output_tokens=512)


def killed(stage: Stage, kill: Callable[[], None]) -> None:
    """Kill a process as soon as the seventh event is here, and read what still comes."""
    with stage.client.responses.create(
        model=stage.model, input="long", stream=True, max_output_tokens=512
    ) as stream:
        read(stream, at_most=7)
        kill()
        read(stream)


def server_killed(stage: Stage) -> None:
    """Kill the server in the middle of its answer."""
    killed(stage, stage.kill)


def upstream_killed(stage: Stage) -> None:
    """Kill the server behind the gateway in the middle of the answer."""
    if stage.kill_upstream is None:
        msg = "there is no server behind this one"
        raise AssertionError(msg)
    killed(stage, stage.kill_upstream)


def two_turns(stage: Stage) -> None:
    """Let the model call a tool, give it the result, and read the answer to that."""
    question = {"type": "message", "role": "user", "content": "weather"}
    calls = [
        event.item.to_dict()
        for event in ask(stage, [question], tools=TOOLS)
        if event.type == "response.output_item.done" and event.item.type == "function_call"
    ]
    if not calls:
        msg = "the server made no tool call, so there is no second turn"
        raise AssertionError(msg)
    results = [
        {"type": "function_call_output", "call_id": call["call_id"], "output": "sunny, 21 °C"}
        for call in calls
    ]
    ask(stage, [question, *calls, *results], tools=TOOLS)


def two_at_once(stage: Stage) -> None:
    """Ask two questions at the same moment, from two threads."""
    gate = Barrier(2)

    def one(prompt: str) -> None:
        gate.wait(timeout=10)
        ask(stage, prompt)

    with ThreadPoolExecutor(max_workers=2) as pool:
        for answer in [pool.submit(one, prompt) for prompt in ("count", "hi")]:
            answer.result()


SCENARIOS = (
    Scenario("text", "A short text with characters of two and three bytes.", asking("hi")),
    Scenario("empty", "The model says nothing at all.", asking("empty")),
    Scenario("tool_call", "One tool call.", asking("weather", tools=TOOLS)),
    Scenario("two_tool_calls", "Two tool calls in one answer.", asking("both", tools=TOOLS)),
    Scenario("reasoning", "Reasoning, then text.", asking("think")),
    Scenario("reasoning_then_call", "Reasoning, then a tool call.", asking("thinkcall", tools=TOOLS)),
    Scenario("text_then_call", "Text, then a tool call.", asking("textcall", tools=TOOLS)),
    Scenario("malformed_call", "A tool call whose arguments are cut off.", asking("badcall", tools=TOOLS)),
    Scenario("truncated", "max_output_tokens ends the answer.", asking("count", max_output_tokens=16)),
    Scenario("error_400", "The input is a number.", error_400),
    Scenario("context_exceeded", "The prompt is longer than the context.", asking(TOO_LONG)),
    Scenario("context_exceeded_whole", "The same, without asking for a stream.", whole(TOO_LONG)),
    Scenario("client_leaves", "The client closes the stream after its seventh event.", client_leaves),
    Scenario("whole_text", "A text in one piece.", whole("hi")),
    Scenario("whole_tool_call", "A tool call in one piece.", whole("weather", tools=TOOLS)),
    Scenario("whole_reasoning", "Reasoning and text in one piece.", whole("think")),
    Scenario(
        "stream_not_named",
        "The request does not say whether it wants a stream.",
        stream_not_named,
        only=("transformers",),
    ),
    Scenario("two_turns", "A tool call, its result, and the answer to that.", two_turns),
    Scenario("two_at_once", "Two streams at the same time.", two_at_once),
    Scenario(
        "upstream_killed",
        "The server behind the gateway is killed after the seventh event.",
        upstream_killed,
        kills=True,
        behind=True,
    ),
    Scenario("server_killed", "The server is killed after the seventh event.", server_killed, kills=True),
)
