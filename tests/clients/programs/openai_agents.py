"""openai-agents against one base URL: runs with tools that it executes itself, whole and streamed, over both APIs.

python -m tests.clients.programs.openai_agents BASE_URL SCENE ...
"""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from typing import Any

import openai
from agents import (
    Agent,
    ModelSettings,
    OpenAIChatCompletionsModel,
    OpenAIResponsesModel,
    Runner,
    function_tool,
    set_tracing_disabled,
)
from pydantic import BaseModel

from tests.clients.programs.telling import arguments, tell, told
from tests.clients.scenes import TIME_RESULT, TOOL_RESULT


class Place(BaseModel):
    """What is parsed."""

    city: str
    n: int


class Run:
    """One agent, and what its tools were called with."""

    def __init__(self, model: Any, scene: str) -> None:
        self.executed: list[list[str]] = []
        self._scene = scene
        self.agent = Agent(
            name="weatherman",
            model=model,
            tools=[function_tool(self.get_weather), function_tool(self.get_time)] if scene != "json" else [],
            output_type=Place if scene == "json" else None,
            model_settings=ModelSettings(include_usage=True),
        )

    def get_weather(self, city: str) -> str:
        """Tell the weather.

        Args:
            city: Where.
        """
        self.executed.append(["get_weather", city])
        return TOOL_RESULT

    def get_time(self, tz: str) -> str:
        """Tell the time.

        Args:
            tz: The time zone.
        """
        self.executed.append(["get_time", tz])
        return TIME_RESULT

    def _outcome(self, result: Any) -> dict[str, Any]:
        calls = [
            [it.raw_item.call_id, it.raw_item.name, it.raw_item.arguments]
            for it in result.new_items
            if it.type == "tool_call_item"
        ]
        reasoning = [
            part.text
            for it in result.new_items
            if it.type == "reasoning_item"
            for part in [*it.raw_item.summary, *(it.raw_item.content or ())]
        ]
        usage = result.context_wrapper.usage
        thought = usage.output_tokens_details.reasoning_tokens
        final = result.final_output
        got: dict[str, Any] = {
            "calls": calls,
            "executed": sorted(self.executed),
            "reasoning": "".join(reasoning),
            "usage": [usage.input_tokens, usage.output_tokens, usage.total_tokens, thought],
            "requests": usage.requests,
        }
        return {**got, "parsed": final.model_dump()} if isinstance(final, Place) else {**got, "text": final}

    async def whole(self) -> dict[str, Any]:
        """Not streamed."""
        return self._outcome(await Runner.run(self.agent, self._scene))

    async def streamed(self) -> dict[str, Any]:
        """Streamed; the deltas are those of the answer that comes last, after those before it."""
        result = Runner.run_streamed(self.agent, self._scene)
        deltas = ""
        async for event in result.stream_events():
            if event.type == "raw_response_event" and event.data.type == "response.output_text.delta":
                deltas += event.data.delta
        return {**self._outcome(result), "deltas": deltas}


async def main() -> None:
    """Both APIs, both ways."""
    base_url, names = arguments()
    set_tracing_disabled(disabled=True)
    told(version("openai-agents"))
    client = openai.AsyncOpenAI(api_key="sk-none", base_url=base_url, max_retries=0, timeout=30)
    models = {
        "chat": OpenAIChatCompletionsModel(model="mem", openai_client=client),
        "responses": OpenAIResponsesModel(model="mem", openai_client=client),
    }
    for scene in names:
        for api, model in models.items():
            await tell(f"{api} run", scene, Run(model, scene).whole())
            await tell(f"{api} run_streamed", scene, Run(model, scene).streamed())


if __name__ == "__main__":
    asyncio.run(main())
