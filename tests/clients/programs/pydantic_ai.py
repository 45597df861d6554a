"""pydantic-ai against one base URL: runs with tools and structured output, whole and streamed, over both APIs.

python -m tests.clients.programs.pydantic_ai BASE_URL SCENE ...
"""

from __future__ import annotations

import asyncio
from typing import Any

import openai
import pydantic_ai
from pydantic import BaseModel
from pydantic_ai import Agent, NativeOutput, ToolOutput
from pydantic_ai.messages import ModelResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from tests.clients.programs.telling import arguments, tell, told
from tests.clients.scenes import TIME_RESULT, TOOL_RESULT


class Place(BaseModel):
    """What is parsed."""

    city: str
    n: int


OUTPUTS: dict[str, Any] = {"json": NativeOutput(Place), "report": ToolOutput(Place, name="final_result")}


class Run:
    """One agent, and what its tools were called with."""

    def __init__(self, model: Any, scene: str) -> None:
        self.executed: list[list[str]] = []
        self._scene = scene
        tools = [] if scene in OUTPUTS else [self.get_weather, self.get_time]
        self.agent: Any = Agent(model, output_type=OUTPUTS.get(scene, str), tools=tools, retries=0)

    def get_weather(self, city: str) -> str:
        """Tell the weather."""
        self.executed.append(["get_weather", city])
        return TOOL_RESULT

    def get_time(self, tz: str) -> str:
        """Tell the time."""
        self.executed.append(["get_time", tz])
        return TIME_RESULT

    def _outcome(self, messages: list[Any], usage: Any, output: Any) -> dict[str, Any]:
        answers = [one for one in messages if isinstance(one, ModelResponse)]
        parts = [part for one in answers for part in one.parts]
        calls = [
            [it.tool_call_id, it.tool_name, it.args_as_json_str()]
            for it in parts
            if it.part_kind == "tool-call"
        ]
        # Thought that the Responses API tells raw is kept beside the part.
        thought = [
            it.content or "".join((it.provider_details or {}).get("raw_content", ()))
            for it in parts
            if it.part_kind == "thinking"
        ]
        total = [usage.input_tokens, usage.output_tokens, usage.input_tokens + usage.output_tokens]
        got: dict[str, Any] = {
            "calls": calls,
            "executed": sorted(self.executed),
            "reasoning": "".join(thought),
            "finish": answers[-1].finish_reason,
            "usage": [*total, usage.details.get("reasoning_tokens", 0)],
            "requests": usage.requests,
        }
        if isinstance(output, BaseModel):
            return {**got, "parsed": output.model_dump()}
        return {**got, "text": output}

    async def whole(self) -> dict[str, Any]:
        """Not streamed."""
        result = await self.agent.run(self._scene)
        usage = result.usage
        return self._outcome(result.all_messages(), usage, result.output)

    async def streamed(self) -> dict[str, Any]:
        """Streamed."""
        async with self.agent.run_stream(self._scene) as result:
            seen = [piece async for piece in result.stream_output(debounce_by=None)]
            output = await result.get_output()
            assert seen[-1] == output
        usage = result.usage
        return self._outcome(result.all_messages(), usage, output)


async def main() -> None:
    """Both APIs, both ways."""
    base_url, names = arguments()
    told(pydantic_ai.__version__)
    client = openai.AsyncOpenAI(api_key="sk-none", base_url=base_url, max_retries=0, timeout=30)
    provider = OpenAIProvider(openai_client=client)
    models = {
        "chat": OpenAIChatModel("mem", provider=provider),
        "responses": OpenAIResponsesModel("mem", provider=provider),
    }
    for scene in names:
        for api, model in models.items():
            await tell(f"{api} run", scene, Run(model, scene).whole())
            await tell(f"{api} run_stream", scene, Run(model, scene).streamed())


if __name__ == "__main__":
    asyncio.run(main())
