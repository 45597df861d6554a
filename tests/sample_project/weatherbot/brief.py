"""Short answers over the Responses API, several at once."""

import asyncio

import httpx

from weatherbot.events import IncompleteAnswer, payload
from weatherbot.settings import MODEL, api_key, base_url


async def answer(http: httpx.AsyncClient, question: str) -> str:
    """What the model says to one question."""
    text, whole = "", False
    request = {"model": MODEL, "input": question, "stream": True}
    async with http.stream("POST", "/responses", json=request) as response:
        response.raise_for_status()
        async for line in response.aiter_lines():
            event = payload(line) or {"type": ""}
            if event["type"] == "response.output_text.delta":
                text += event["delta"]
            whole = whole or event["type"] == "response.completed"
    if not whole:
        raise IncompleteAnswer(text)
    return text


async def answers(questions: list[str]) -> list[str]:
    """What the model says to each, asked all at once."""
    headers = {"authorization": f"Bearer {api_key()}"}
    async with httpx.AsyncClient(base_url=base_url(), headers=headers, timeout=60) as http:
        return await asyncio.gather(*(answer(http, question) for question in questions))
