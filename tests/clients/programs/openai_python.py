"""openai-python against one base URL: every way to ask, sync and async; a line of JSON for each answer.

python -m tests.clients.programs.openai_python BASE_URL SCENE ...
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

import openai
from pydantic import BaseModel

from tests.clients.programs.telling import arguments, tell, told
from tests.clients.scenes import TOOL_RESULT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SCHEMAS: dict[str, dict[str, Any]] = {
    name: {
        "type": "object",
        "properties": {member: {"type": "string"}},
        "required": [member],
        "additionalProperties": False,
    }
    for name, member in (("get_weather", "city"), ("get_time", "tz"))
}


class Place(BaseModel):
    """What is parsed."""

    city: str
    n: int


async def settled(value: Any) -> Any:
    """What a client gives, of either kind."""
    return await value if isawaitable(value) else value


async def each(stream: Any) -> AsyncIterator[Any]:
    """The items of a stream of either kind."""
    if hasattr(stream, "__aiter__"):
        async for item in stream:
            yield item
    else:
        for item in stream:
            yield item


@asynccontextmanager
async def entered(manager: Any) -> AsyncIterator[Any]:
    """A context manager of either kind."""
    if hasattr(manager, "__aenter__"):
        async with manager as value:
            yield value
    else:
        with manager as value:
            yield value


def _chat_request(scene: str, messages: list[Any] | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": "mem", "messages": messages or [{"role": "user", "content": scene}]}
    if scene in {"weather", "both", "textcall", "thinkcall"}:
        asked["tools"] = [
            {"type": "function", "function": {"name": name, "parameters": schema, "strict": True}}
            for name, schema in SCHEMAS.items()
        ]
    return asked


def _chat_message(completion: Any) -> dict[str, Any]:
    (choice,) = completion.choices
    message = choice.message
    return {
        "text": message.content or "",
        "refusal": message.refusal or "",
        "reasoning": getattr(message, "reasoning_content", None) or "",
        "calls": [[it.id, it.function.name, it.function.arguments] for it in message.tool_calls or ()],
        "finish": choice.finish_reason,
        "usage": _chat_usage(completion.usage),
    }


def _chat_usage(usage: Any) -> list[int]:
    details = usage.completion_tokens_details
    thought = details.reasoning_tokens if details is not None else None
    return [usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, thought or 0]


async def chat_create(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Whole."""
    return _chat_message(await settled(client.chat.completions.create(**asked)))


async def chat_streamed(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Streamed, and put together here."""
    got: dict[str, Any] = {"text": "", "refusal": "", "reasoning": "", "calls": {}, "finish": None}
    stream = await settled(
        client.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    )
    async for chunk in each(stream):
        if chunk.usage is not None:
            got["usage"] = _chat_usage(chunk.usage)
        for choice in chunk.choices:
            delta = choice.delta
            got["text"] += delta.content or ""
            got["refusal"] += delta.refusal or ""
            got["reasoning"] += getattr(delta, "reasoning_content", None) or ""
            for call in delta.tool_calls or ():
                known = got["calls"].setdefault(call.index, ["", "", ""])
                known[0] += call.id or ""
                known[1] += call.function.name or ""
                known[2] += call.function.arguments or ""
            got["finish"] = choice.finish_reason or got["finish"]
    got["calls"] = [got["calls"][index] for index in sorted(got["calls"])]
    return got


async def chat_helper(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """By `.stream()`, which puts it together itself."""
    manager = client.chat.completions.stream(**asked, stream_options={"include_usage": True})
    async with entered(manager) as stream:
        kinds = [event.type async for event in each(stream)]
        got = _chat_message(await settled(stream.get_final_completion()))
    return {**got, "kinds": sorted(set(kinds))}


async def chat_parse(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """By `.parse()`, into a model."""
    completion = await settled(client.chat.completions.parse(**asked, response_format=Place))
    parsed = completion.choices[0].message.parsed
    return {**_chat_message(completion), "parsed": parsed and parsed.model_dump()}


async def chat_parse_streamed(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """By `.stream()`, into a model."""
    options = {"response_format": Place, "stream_options": {"include_usage": True}}
    async with entered(client.chat.completions.stream(**asked, **options)) as stream:
        async for _ in each(stream):
            pass
        completion = await settled(stream.get_final_completion())
    parsed = completion.choices[0].message.parsed
    return {**_chat_message(completion), "parsed": parsed and parsed.model_dump()}


async def chat_loop(client: Any, how: Any) -> dict[str, Any]:
    """A call, its result, and what is said then."""
    messages: list[Any] = [{"role": "user", "content": "weather"}]
    first = await how(client, _chat_request("weather", messages))
    calls = [
        {"id": id_, "type": "function", "function": {"name": name, "arguments": given}}
        for id_, name, given in first["calls"]
    ]
    messages.append({"role": "assistant", "content": None, "tool_calls": calls})
    messages += [{"role": "tool", "tool_call_id": it["id"], "content": TOOL_RESULT} for it in calls]
    return await how(client, _chat_request("weather", messages))  # type: ignore[no-any-return]


def _responses_request(scene: str, items: list[Any] | None = None) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": "mem", "input": items or scene}
    if scene in {"weather", "both", "textcall", "thinkcall"}:
        asked["tools"] = [
            {"type": "function", "name": name, "parameters": schema, "strict": True}
            for name, schema in SCHEMAS.items()
        ]
    if scene == "think":
        asked["reasoning"] = {"summary": "auto"}
    return asked


def _response(response: Any) -> dict[str, Any]:
    got: dict[str, Any] = {
        "text": response.output_text, "refusal": "", "reasoning": "", "calls": [],
        "finish": response.incomplete_details.reason if response.incomplete_details else response.status,
    }  # fmt: skip
    for item in response.output:
        if item.type == "reasoning":
            got["reasoning"] += "".join(part.text for part in [*item.summary, *(item.content or ())])
        elif item.type == "function_call":
            got["calls"].append([item.call_id, item.name, item.arguments])
        elif item.type == "message":
            got["refusal"] += "".join(part.refusal for part in item.content if part.type == "refusal")
    usage = response.usage
    details = usage.output_tokens_details
    got["usage"] = [usage.input_tokens, usage.output_tokens, usage.total_tokens, details.reasoning_tokens]
    return got


async def responses_create(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Whole."""
    return _response(await settled(client.responses.create(**asked)))


async def responses_streamed(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """Streamed; deltas are put together here and must be what the end says."""
    text, given, numbers, final = "", "", [], None
    async for event in each(await settled(client.responses.create(**asked, stream=True))):
        numbers.append(event.sequence_number)
        if event.type in {"response.output_text.delta", "response.refusal.delta"}:
            text += event.delta
        elif event.type == "response.function_call_arguments.delta":
            given += event.delta
        elif event.type == "response.failed":
            raise openai.APIError(event.response.error.message, None, body=event.response.error)  # type: ignore[arg-type]
        elif event.type in {"response.completed", "response.incomplete"}:
            final = event.response
    assert numbers == list(range(len(numbers)))
    assert final is not None
    got = _response(final)
    assert text == got["text"] + got["refusal"]
    assert given == "".join(it[2] for it in got["calls"])
    return got


async def responses_helper(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """By `.stream()`, which puts it together itself."""
    async with entered(client.responses.stream(**asked)) as stream:
        kinds = set()
        async for event in each(stream):
            kinds.add(event.type)
            if event.type == "response.failed":
                raise openai.APIError(event.response.error.message, None, body=None)  # type: ignore[arg-type]
            if event.type == "response.incomplete":
                return {**_response(event.response), "kinds": sorted(kinds)}
        got = _response(await settled(stream.get_final_response()))
    return {**got, "kinds": sorted(kinds)}


async def responses_parse(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """By `.parse()`, into a model."""
    response = await settled(client.responses.parse(**asked, text_format=Place))
    parsed = response.output_parsed
    return {**_response(response), "parsed": parsed and parsed.model_dump()}


async def responses_parse_streamed(client: Any, asked: dict[str, Any]) -> dict[str, Any]:
    """By `.stream()`, into a model."""
    async with entered(client.responses.stream(**asked, text_format=Place)) as stream:
        async for _ in each(stream):
            pass
        response = await settled(stream.get_final_response())
    parsed = response.output_parsed
    return {**_response(response), "parsed": parsed and parsed.model_dump()}


async def responses_loop(client: Any, how: Any) -> dict[str, Any]:
    """A call, its result, and what is said then; the conversation is sent again."""
    items: list[Any] = [{"role": "user", "content": "weather"}]
    first = await how(client, _responses_request("weather", items))
    for id_, name, given in first["calls"]:
        items.append({"type": "function_call", "call_id": id_, "name": name, "arguments": given})
        items.append({"type": "function_call_output", "call_id": id_, "output": TOOL_RESULT})
    return await how(client, _responses_request("weather", items))  # type: ignore[no-any-return]


async def responses_continued(client: Any) -> dict[str, Any]:
    """The same by `previous_response_id`: the gateway remembers the conversation."""
    first = await settled(client.responses.create(**_responses_request("weather")))
    results = [
        {"type": "function_call_output", "call_id": it.call_id, "output": TOOL_RESULT}
        for it in first.output
        if it.type == "function_call"
    ]
    asked = _responses_request("weather", results)
    return _response(await settled(client.responses.create(**asked, previous_response_id=first.id)))


CHAT = {"create": chat_create, "streamed": chat_streamed, "stream()": chat_helper}
RESPONSES = {"create": responses_create, "streamed": responses_streamed, "stream()": responses_helper}


async def drive(base_url: str, names: list[str], kind: str, client: Any) -> None:
    """Every scene in every way, with one client."""
    for scene in names:
        chat, responses = _chat_request(scene), _responses_request(scene)
        for way, ask in CHAT.items():
            await tell(f"chat {way} {kind}", scene, ask(client, chat))
        for way, ask in RESPONSES.items():
            await tell(f"responses {way} {kind}", scene, ask(client, responses))
        if scene == "json":
            await tell(f"chat parse() {kind}", scene, chat_parse(client, chat))
            await tell(f"chat stream(parse) {kind}", scene, chat_parse_streamed(client, chat))
            await tell(f"responses parse() {kind}", scene, responses_parse(client, responses))
            await tell(f"responses stream(parse) {kind}", scene, responses_parse_streamed(client, responses))
        if scene == "weather":
            for way, ask in CHAT.items():
                await tell(f"chat {way} {kind}", "loop", chat_loop(client, ask))
            for way, ask in RESPONSES.items():
                await tell(f"responses {way} {kind}", "loop", responses_loop(client, ask))
            await tell(f"responses previous_response_id {kind}", "loop", responses_continued(client))


async def main() -> None:
    """Both clients."""
    base_url, names = arguments()
    told(openai.__version__)
    options: dict[str, Any] = {"api_key": "sk-none", "base_url": base_url, "max_retries": 0, "timeout": 30}
    with openai.OpenAI(**options) as client:
        await drive(base_url, names, "sync", client)
    async with openai.AsyncOpenAI(**options) as client_async:
        await drive(base_url, names, "async", client_async)


if __name__ == "__main__":
    asyncio.run(main())
