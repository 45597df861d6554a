"""The conversations over Chat Completions."""

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
        "function": {"name": name, "description": f"{name} of a place", "parameters": schema},
    }


TOOLS = [function("get_weather", "city"), function("get_time", "tz")]
TOO_LONG = "a" * 3000
"""3,000 tokens, where the context has room for 2,048."""


def ask(stage: Stage, prompt: str, *, at_most: int | None = None, **options: Any) -> list[Any]:
    """Ask for a stream and read it to its end, or close it after `at_most` events."""
    messages = options.pop("messages", [{"role": "user", "content": prompt}])
    with stage.client.chat.completions.create(
        model=stage.model, messages=messages, stream=True, **options
    ) as stream:
        return read(stream, at_most=at_most)


def asking(prompt: str, **options: Any) -> Callable[[Stage], None]:
    """A scenario that asks once and reads to the end."""

    def drive(stage: Stage) -> None:
        ask(stage, prompt, **options)

    return drive


def whole(prompt: str, **options: Any) -> Callable[[Stage], None]:
    """A scenario that asks once for an answer in one piece."""

    def drive(stage: Stage) -> None:
        stage.client.chat.completions.create(
            model=stage.model, messages=[{"role": "user", "content": prompt}], **options
        )

    return drive


def error_400(stage: Stage) -> None:
    """Send messages that are no list."""
    ask(stage, "", messages="hi")


def error_400_whole(stage: Stage) -> None:
    """The same, without asking for a stream."""
    messages: Any = "hi"
    stage.client.chat.completions.create(model=stage.model, messages=messages)


def client_leaves(stage: Stage) -> None:
    """Close the stream after the third event, far from the end."""
    ask(stage, "long", at_most=3, max_tokens=512)


def killed(stage: Stage, kill: Callable[[], None]) -> None:
    """Kill a process as soon as the third event is here, and read what still comes."""
    with stage.client.chat.completions.create(
        model=stage.model, messages=[{"role": "user", "content": "long"}], stream=True, max_tokens=512
    ) as stream:
        read(stream, at_most=3)
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
    question = {"role": "user", "content": "weather"}
    calls: dict[int, dict[str, Any]] = {}
    for event in ask(stage, "weather", tools=TOOLS):
        for choice in event.choices:
            for part in choice.delta.tool_calls or []:
                call = calls.setdefault(part.index, {"id": "", "name": "", "arguments": ""})
                call["id"] = part.id or call["id"]
                if part.function is not None:
                    call["name"] += part.function.name or ""
                    call["arguments"] += part.function.arguments or ""
    if not calls:
        msg = "the server made no tool call, so there is no second turn"
        raise AssertionError(msg)
    made = [
        {
            "id": call["id"],
            "type": "function",
            "function": {"name": call["name"], "arguments": call["arguments"]},
        }
        for call in calls.values()
    ]
    results = [
        {"role": "tool", "tool_call_id": call["id"], "content": "sunny, 21 °C"} for call in calls.values()
    ]
    answer = {"role": "assistant", "content": None, "tool_calls": made}
    ask(stage, "weather", messages=[question, answer, *results], tools=TOOLS)


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
    Scenario("long_text", "A text of 292 tokens.", asking("long", max_tokens=512)),
    Scenario("empty", "The model says nothing at all.", asking("empty")),
    Scenario("tool_call", "One tool call.", asking("weather", tools=TOOLS)),
    Scenario("two_tool_calls", "Two tool calls in one answer.", asking("both", tools=TOOLS)),
    Scenario("reasoning", "Reasoning, then text.", asking("think")),
    Scenario("reasoning_then_call", "Reasoning, then a tool call.", asking("thinkcall", tools=TOOLS)),
    Scenario("text_then_call", "Text, then a tool call.", asking("textcall", tools=TOOLS)),
    Scenario("malformed_call", "A tool call whose arguments are cut off.", asking("badcall", tools=TOOLS)),
    Scenario("truncated", "max_tokens ends the answer.", asking("count", max_tokens=12)),
    Scenario("truncated_call", "max_tokens ends a tool call.", asking("weather", tools=TOOLS, max_tokens=40)),
    Scenario("stop_sequence", "A stop sequence ends the answer.", asking("count", stop=["five"])),
    Scenario("usage_on", "The client asks for usage.", asking("hi", stream_options={"include_usage": True})),
    Scenario(
        "usage_off", "The client asks for no usage.", asking("hi", stream_options={"include_usage": False})
    ),
    Scenario("n2", "The client asks for two choices.", asking("count", n=2)),
    Scenario(
        "json_object", "The client asks for JSON.", asking("json", response_format={"type": "json_object"})
    ),
    Scenario("error_400", "The messages are no list.", error_400),
    Scenario("error_400_whole", "The messages are no list, and no stream is asked for.", error_400_whole),
    Scenario("context_exceeded", "The prompt is longer than the context.", asking(TOO_LONG)),
    Scenario("context_exceeded_whole", "The same, without asking for a stream.", whole(TOO_LONG)),
    Scenario("client_leaves", "The client closes the stream after its third event.", client_leaves),
    Scenario("whole_text", "A text in one piece.", whole("hi")),
    Scenario("whole_tool_call", "A tool call in one piece.", whole("weather", tools=TOOLS)),
    Scenario(
        "whole_tool_call_compressed",
        "The same with the client's own accept-encoding; the body stays compressed.",
        whole("weather", tools=TOOLS),
        raw_encoding=True,
        only=("litellm",),
    ),
    Scenario("whole_reasoning", "Reasoning and text in one piece.", whole("think")),
    Scenario("two_turns", "A tool call, its result, and the answer to that.", two_turns),
    Scenario("two_at_once", "Two streams at the same time.", two_at_once),
    Scenario(
        "upstream_killed",
        "The server behind the gateway is killed after the third event.",
        upstream_killed,
        kills=True,
        behind=True,
    ),
    Scenario("server_killed", "The server is killed after the third event.", server_killed, kills=True),
    Scenario(
        "text_through_proxy",
        "The text again, through the recording proxy.",
        asking("hi"),
        through_proxy=True,
        only=("llama-server",),
    ),
    Scenario(
        "two_at_once_through_proxy",
        "Two streams at the same time through the recording proxy.",
        two_at_once,
        through_proxy=True,
        only=("llama-server",),
    ),
    Scenario(
        "client_leaves_through_proxy",
        "The client closes the stream after its third event; the recording proxy stands between.",
        client_leaves,
        through_proxy=True,
        only=("llama-server",),
    ),
    Scenario(
        "server_killed_through_proxy",
        "The server is killed after the third event; the recording proxy stands between.",
        server_killed,
        kills=True,
        through_proxy=True,
        only=("llama-server",),
    ),
)
