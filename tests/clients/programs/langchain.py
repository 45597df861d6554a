"""langchain-openai against one base URL: invoke, stream, tools and structured output, over both APIs.

python -m tests.clients.programs.langchain BASE_URL SCENE ...
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field

from tests.clients.programs.telling import arguments, tell, told
from tests.clients.scenes import TOOL_RESULT


class Place(BaseModel):
    """What is parsed."""

    city: str
    n: int


class get_weather(BaseModel):  # noqa: N801 - the tool's name
    """Tell the weather."""

    city: str = Field(description="Where")


class get_time(BaseModel):  # noqa: N801 - the tool's name
    """Tell the time."""

    tz: str


TOOLS: list[Any] = [get_weather, get_time]


class final_result(BaseModel):  # noqa: N801 - the tool's name
    """What is parsed out of a call."""

    city: str
    n: int


def _message(message: Any) -> dict[str, Any]:
    """What a message says; its content is text in one API and blocks in the other."""
    usage = message.usage_metadata or {}
    detail = usage.get("output_token_details", {}).get("reasoning", 0)
    reasoning = "".join(
        block.get("reasoning", "") for block in message.content_blocks if block["type"] == "reasoning"
    )
    blocks = message.content if isinstance(message.content, list) else []
    refusal = message.additional_kwargs.get("refusal") or ""
    refusal += "".join(block.get("refusal", "") for block in blocks)
    meta = message.response_metadata
    return {
        "text": message.text if isinstance(message.text, str) else message.text(),
        "refusal": refusal,
        "reasoning": reasoning,
        "calls": [[it["id"], it["name"], it["args"]] for it in message.tool_calls],
        "invalid": len(message.invalid_tool_calls),
        "finish": meta.get("finish_reason")
        or (meta.get("incomplete_details") or {}).get("reason")
        or meta.get("status"),
        "usage": [usage.get("input_tokens"), usage.get("output_tokens"), usage.get("total_tokens"), detail],
    }


async def invoke(model: Any, conversation: list[Any]) -> Any:
    """Whole."""
    return await asyncio.to_thread(model.invoke, conversation)


async def ainvoke(model: Any, conversation: list[Any]) -> Any:
    """Whole, async."""
    return await model.ainvoke(conversation)


async def stream(model: Any, conversation: list[Any]) -> Any:
    """Streamed; chunks add up."""

    def run() -> Any:
        whole = None
        for chunk in model.stream(conversation):
            whole = chunk if whole is None else whole + chunk
        return whole

    return await asyncio.to_thread(run)


async def astream(model: Any, conversation: list[Any]) -> Any:
    """Streamed, async."""
    whole = None
    async for chunk in model.astream(conversation):
        whole = chunk if whole is None else whole + chunk
    return whole


WAYS = {"invoke": invoke, "ainvoke": ainvoke, "stream": stream, "astream": astream}


async def plain(ask: Any, model: Any, scene: str) -> dict[str, Any]:
    """One question."""
    return _message(await ask(model, [HumanMessage(scene)]))


async def loop(ask: Any, model: Any) -> dict[str, Any]:
    """A call, its result, and what is said then."""
    conversation: list[Any] = [HumanMessage("weather")]
    first: AIMessage = await ask(model, conversation)
    conversation.append(first)
    conversation += [ToolMessage(TOOL_RESULT, tool_call_id=it["id"]) for it in first.tool_calls]
    return _message(await ask(model, conversation))


async def structured(model: Any, scene: str, method: str) -> dict[str, Any]:
    """By `with_structured_output`."""
    wanted = Place if method == "json_schema" else final_result
    got = await model.with_structured_output(wanted, method=method, include_raw=True).ainvoke(scene)
    parsed = got["parsed"]
    return {**_message(got["raw"]), "parsed": parsed and parsed.model_dump()}


async def main() -> None:
    """Both APIs, every way."""
    base_url, names = arguments()
    told(version("langchain-openai"))
    options: dict[str, Any] = {
        "model": "mem", "base_url": base_url, "api_key": "sk-none", "max_retries": 0, "timeout": 30,
        "stream_usage": True,
    }  # fmt: skip
    apis: dict[str, Any] = {
        "chat": ChatOpenAI(**options, use_responses_api=False),
        "responses": ChatOpenAI(**options, use_responses_api=True, output_version="responses/v1"),
    }
    for scene in names:
        for api, model in apis.items():
            if scene == "report":
                await tell(f"{api} function_calling", scene, structured(model, scene, "function_calling"))
                continue
            asked = (
                model.bind_tools(TOOLS) if scene in {"weather", "both", "textcall", "thinkcall"} else model
            )
            for way, ask in WAYS.items():
                await tell(f"{api} {way}", scene, plain(ask, asked, scene))
            if scene == "json":
                await tell(f"{api} json_schema", scene, structured(model, scene, "json_schema"))
            if scene == "weather":
                for way, ask in WAYS.items():
                    await tell(f"{api} {way}", "loop", loop(ask, asked))


if __name__ == "__main__":
    asyncio.run(main())
