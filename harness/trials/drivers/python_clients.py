"""The clients of Python, driven as a program would use them; each asks once, streamed, and tells what came of it.

It is run by the Python that has the clients, which need not be the harness's, so it imports nothing of it:

    python python_clients.py openai-python

The contract is in docs/clients.md: one trial from the environment, or many from stdin where HARNESS_LINES is set.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import warnings
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    Asked = dict[str, Any]

WEATHER = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TIME = {**WEATHER, "properties": {"tz": {"type": "string"}}, "required": ["tz"]}
TOOLS = {"get_weather": ("Tell the weather.", WEATHER), "get_time": ("Tell the time.", TIME)}
PROMPT = "What is the weather, and what time is it?"
SECONDS = 60.0


def chat_tools() -> list[Any]:
    """The tools as Chat Completions has them."""
    return [
        {"type": "function", "function": {"name": name, "description": about, "parameters": given}}
        for name, (about, given) in TOOLS.items()
    ]


def responses_tools() -> list[Any]:
    """The tools as Responses has them."""
    return [
        {"type": "function", "name": name, "description": about, "parameters": given, "strict": True}
        for name, (about, given) in TOOLS.items()
    ]


def chat_asked(asked: Asked) -> dict[str, Any]:
    """What Chat Completions is asked."""
    return {
        "model": asked["model"],
        "messages": [{"role": "user", "content": PROMPT}],
        "tools": chat_tools(),
        "stream_options": {"include_usage": True},
    }


def responses_asked(asked: Asked) -> dict[str, Any]:
    """What Responses is asked."""
    return {"model": asked["model"], "input": PROMPT, "tools": responses_tools()}


# openai-python: its events as they come


def openai_python(asked: Asked) -> dict[str, Any]:
    """`create(stream=True)`, and what the events add up to."""
    openai = import_module("openai")
    with openai.OpenAI(api_key=asked["api_key"], base_url=asked["base_url"], timeout=SECONDS) as client:
        if asked["dialect"] == "chat":
            return _of_chunks(client.chat.completions.create(**chat_asked(asked), stream=True))
        return _of_events(client.responses.create(**responses_asked(asked), stream=True))


def _of_chunks(stream: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"text": "", "refusal": "", "finish": None, "usage": None}
    calls: dict[int, list[str]] = {}
    for chunk in stream:
        if chunk.usage is not None:
            told["usage"] = [chunk.usage.prompt_tokens, chunk.usage.completion_tokens]
        for choice in chunk.choices:
            told["text"] += choice.delta.content or ""
            told["refusal"] += choice.delta.refusal or ""
            told["finish"] = choice.finish_reason or told["finish"]
            for one in choice.delta.tool_calls or ():
                call = calls.setdefault(one.index, ["", ""])
                if one.function is not None:
                    call[0] += one.function.name or ""
                    call[1] += one.function.arguments or ""
    return {**told, "calls": _named(calls[index] for index in sorted(calls))}


def _of_events(stream: Any) -> dict[str, Any]:
    told: dict[str, Any] = {"text": "", "refusal": "", "reasoning": "", "finish": None, "usage": None}
    calls: list[Any] = []
    for event in stream:
        kind = event.type
        if kind == "response.output_text.delta":
            told["text"] += event.delta
        elif kind == "response.refusal.delta":
            told["refusal"] += event.delta
        elif kind == "response.reasoning_summary_text.delta":
            told["reasoning"] += event.delta
        elif kind == "response.output_item.done" and event.item.type == "function_call":
            calls.append([event.item.name, event.item.arguments])
        elif kind == "error":
            return {**told, "error": str(event.message)}
        elif kind == "response.failed":
            return {**told, "error": f"{event.response.error.code}: {event.response.error.message}"}
        elif kind in {"response.completed", "response.incomplete"}:
            told |= _ended(event.response)
    return {**told, "calls": _named(calls)}


def _ended(response: Any) -> dict[str, Any]:
    details, usage = response.incomplete_details, response.usage
    return {
        "finish": details.reason if details is not None else response.status,
        "usage": [usage.input_tokens, usage.output_tokens] if usage is not None else None,
    }


def _named(calls: Any) -> list[dict[str, Any]]:
    return [{"name": name, "arguments": given} for name, given in calls]


# openai-python: its accumulating helpers


def openai_python_stream(asked: Asked) -> dict[str, Any]:
    """`stream()`, and its final answer."""
    openai = import_module("openai")
    with openai.OpenAI(api_key=asked["api_key"], base_url=asked["base_url"], timeout=SECONDS) as client:
        if asked["dialect"] == "chat":
            with client.chat.completions.stream(**chat_asked(asked)) as stream:
                for _ in stream:
                    pass
                return _of_completion(stream.get_final_completion())
        with client.responses.stream(**responses_asked(asked)) as stream:
            final = None
            for event in stream:
                if event.type in {"response.incomplete", "response.failed"}:
                    final = event.response  # `get_final_response` knows of completed ones only
                elif event.type == "error":
                    return {"error": str(event.message)}
            return _of_response(final or stream.get_final_response())


def _of_completion(completion: Any) -> dict[str, Any]:
    (choice,) = completion.choices
    usage = completion.usage
    return {
        "text": choice.message.content or "",
        "refusal": choice.message.refusal or "",
        "calls": _named(
            (call.function.name, call.function.arguments) for call in choice.message.tool_calls or ()
        ),
        "finish": choice.finish_reason,
        "usage": [usage.prompt_tokens, usage.completion_tokens] if usage is not None else None,
    }


def _of_response(response: Any) -> dict[str, Any]:
    parts = [part for item in response.output if item.type == "message" for part in item.content]
    thought = [one.text for item in response.output if item.type == "reasoning" for one in item.summary]
    failure = response.error
    return {
        "text": response.output_text,
        "refusal": "".join(part.refusal for part in parts if part.type == "refusal"),
        "reasoning": "".join(thought),
        "calls": _named(
            (item.name, item.arguments) for item in response.output if item.type == "function_call"
        ),
        "error": f"{failure.code}: {failure.message}" if failure is not None else None,
        **_ended(response),
    }


# openai-agents


def openai_agents(asked: Asked) -> dict[str, Any]:
    """`Runner.run_streamed`; the first call of a tool ends the run."""
    return asyncio.run(_openai_agents(asked))


async def _openai_agents(asked: Asked) -> dict[str, Any]:
    agents, openai = import_module("agents"), import_module("openai")
    agents.set_tracing_disabled(disabled=True)

    def get_weather(city: str) -> str:
        """Tell the weather."""
        return city

    def get_time(tz: str) -> str:
        """Tell the time."""
        return tz

    kinds = {"chat": agents.OpenAIChatCompletionsModel, "responses": agents.OpenAIResponsesModel}
    async with openai.AsyncOpenAI(
        api_key=asked["api_key"], base_url=asked["base_url"], timeout=SECONDS
    ) as client:
        agent = agents.Agent(
            name="weatherman",
            model=kinds[asked["dialect"]](model=asked["model"], openai_client=client),
            tools=[agents.function_tool(get_weather), agents.function_tool(get_time)],
            tool_use_behavior="stop_on_first_tool",
            model_settings=agents.ModelSettings(include_usage=True),
        )
        result = agents.Runner.run_streamed(agent, PROMPT)
        async for _ in result.stream_events():
            pass
        raw = [item.raw_item for item in result.new_items]
        parts = [part for one in raw if getattr(one, "type", "") == "message" for part in one.content]
        thought = [
            part.text for one in raw if getattr(one, "type", "") == "reasoning" for part in one.summary
        ]
        usage = result.context_wrapper.usage
        return {
            "text": "".join(part.text for part in parts if part.type == "output_text"),
            "refusal": "".join(part.refusal for part in parts if part.type == "refusal"),
            "reasoning": "".join(thought),
            "calls": _named(
                (one.name, one.arguments) for one in raw if getattr(one, "type", "") == "function_call"
            ),
            "usage": [usage.input_tokens, usage.output_tokens],
        }


# pydantic-ai


def pydantic_ai(asked: Asked) -> dict[str, Any]:
    """`model_request_stream`, which its agents are built on."""
    return asyncio.run(_pydantic_ai(asked))


async def _pydantic_ai(asked: Asked) -> dict[str, Any]:
    direct, models = import_module("pydantic_ai.direct"), import_module("pydantic_ai.models")
    messages, tools = import_module("pydantic_ai.messages"), import_module("pydantic_ai.tools")
    vendor, openai = import_module("pydantic_ai.models.openai"), import_module("openai")
    providers = import_module("pydantic_ai.providers.openai")
    kinds = {"chat": vendor.OpenAIChatModel, "responses": vendor.OpenAIResponsesModel}
    offered = [
        tools.ToolDefinition(name=name, description=about, parameters_json_schema=given)
        for name, (about, given) in TOOLS.items()
    ]
    async with openai.AsyncOpenAI(
        api_key=asked["api_key"], base_url=asked["base_url"], timeout=SECONDS
    ) as client:
        model = kinds[asked["dialect"]](
            asked["model"], provider=providers.OpenAIProvider(openai_client=client)
        )
        async with direct.model_request_stream(
            model,
            [messages.ModelRequest.user_text_prompt(PROMPT)],
            model_request_parameters=models.ModelRequestParameters(function_tools=offered),
        ) as stream:
            async for _ in stream:
                pass
            answer = stream.get()
    texts = [part.content for part in answer.parts if part.part_kind == "text"]
    thought = [part.content for part in answer.parts if part.part_kind == "thinking"]
    return {
        "text": "".join(texts),
        "refusal": (answer.provider_details or {}).get("refusal"),
        "reasoning": "".join(thought),
        "calls": _named(
            (part.tool_name, part.args_as_json_str())
            for part in answer.parts
            if part.part_kind == "tool-call"
        ),
        "finish": answer.finish_reason,
        "usage": [answer.usage.input_tokens, answer.usage.output_tokens],
    }


# langchain-openai


def langchain_openai(asked: Asked) -> dict[str, Any]:
    """`ChatOpenAI.stream`, its chunks added up."""
    made = import_module("langchain_openai").ChatOpenAI(
        model=asked["model"],
        base_url=asked["base_url"],
        api_key=asked["api_key"],
        timeout=SECONDS,
        stream_usage=True,
        use_responses_api=asked["dialect"] == "responses",
        output_version="responses/v1" if asked["dialect"] == "responses" else None,
    )
    whole: Any = None
    for chunk in made.bind_tools(chat_tools()).stream(PROMPT):
        whole = chunk if whole is None else whole + chunk
    usage, meta = whole.usage_metadata, whole.response_metadata
    blocks = whole.content if isinstance(whole.content, list) else []
    thought = [it.get("reasoning", "") for it in whole.content_blocks if it["type"] == "reasoning"]
    return {
        "text": str(whole.text),
        "refusal": (whole.additional_kwargs.get("refusal") or "")
        + "".join(it.get("refusal", "") for it in blocks if isinstance(it, dict)),
        "reasoning": "".join(thought),
        "calls": _named(
            (it["name"] or "", it["args"]) for it in (*whole.tool_calls, *whole.invalid_tool_calls)
        ),
        "finish": meta.get("finish_reason")
        or (meta.get("incomplete_details") or {}).get("reason")
        or meta.get("status"),
        "usage": [usage["input_tokens"], usage["output_tokens"]] if usage is not None else None,
    }


CLIENTS: dict[str, tuple[Callable[[dict[str, Any]], dict[str, Any]], tuple[str, ...]]] = {
    "openai-python": (openai_python, ("openai",)),
    "openai-python-stream": (openai_python_stream, ("openai",)),
    "openai-agents": (openai_agents, ("openai-agents", "openai")),
    "pydantic-ai": (pydantic_ai, ("pydantic-ai-slim", "openai")),
    "langchain-openai": (langchain_openai, ("langchain-openai", "langchain-core", "openai")),
}


def versions(packages: tuple[str, ...]) -> dict[str, str | None]:
    """The versions of what is driven; None for what is not installed."""
    found: dict[str, str | None] = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def answered(client: Callable[[Asked], dict[str, Any]], asked: Asked) -> dict[str, Any]:
    """What the client says; an exception is told as an error."""
    try:
        return client(asked)
    except Exception as error:  # noqa: BLE001 - whatever it raises is what is asked for
        kind = type(error)
        detail = getattr(error, "body", None)
        more = f" {detail}" if isinstance(detail, dict | str) and str(detail) not in str(error) else ""
        return {"error": f"{kind.__module__}.{kind.__name__}: {error}{more}"}


def main() -> None:
    """One trial, or as many as there are lines."""
    warnings.simplefilter("ignore")
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    client, packages = CLIENTS[sys.argv[1]]
    if "--versions" in sys.argv:
        print(json.dumps(versions(packages)))  # noqa: T201
        return
    if os.environ.get("HARNESS_LINES"):
        for line in sys.stdin:
            print(json.dumps(answered(client, json.loads(line))), flush=True)  # noqa: T201
        return
    names = {"dialect": "HARNESS_DIALECT", "model": "HARNESS_MODEL"}
    names |= {"base_url": "OPENAI_BASE_URL", "api_key": "OPENAI_API_KEY"}
    print(json.dumps(answered(client, {key: os.environ[name] for key, name in names.items()})))  # noqa: T201


if __name__ == "__main__":
    main()
