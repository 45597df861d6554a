"""One function per SDK call: drives a client to the end of a stream and gives what came, as plain data."""

from __future__ import annotations

from typing import Any

MESSAGES = [{"role": "user", "content": "weather?"}]
TOOL_PARAMETERS = {"type": "object", "properties": {"city": {"type": "string"}}}


def _chat_arguments() -> dict[str, Any]:
    return {
        "model": "m",
        "messages": MESSAGES,
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [{"type": "function", "function": {"name": "weather", "parameters": TOOL_PARAMETERS}}],
    }


def openai_chat(client: Any) -> list[Any]:
    """Chat Completions through the sync OpenAI SDK."""
    return [chunk.to_dict(warnings=False) for chunk in client.chat.completions.create(**_chat_arguments())]


def openai_responses(client: Any) -> list[Any]:
    """Responses through the sync OpenAI SDK, by its own accumulator too."""
    with client.responses.stream(model="m", input="weather?") as stream:
        events = [event.to_dict(warnings=False) for event in stream]
        final = stream.get_final_response()
    return [*events, final.output_text, final.usage.to_dict(warnings=False)]


async def openai_chat_async(client: Any) -> list[Any]:
    """Chat Completions through the async OpenAI SDK."""
    stream = await client.chat.completions.create(**_chat_arguments())
    return [chunk.to_dict(warnings=False) async for chunk in stream]


async def openai_responses_async(client: Any) -> list[Any]:
    """Responses through the async OpenAI SDK."""
    stream = await client.responses.create(model="m", input="weather?", stream=True)
    return [event.to_dict(warnings=False) async for event in stream]


def anthropic_messages(client: Any) -> list[Any]:
    """Messages through the sync Anthropic SDK, by its own accumulator too."""
    with client.messages.stream(model="m", max_tokens=64, messages=MESSAGES) as stream:
        events = [event.to_dict(warnings=False) for event in stream]
        final = stream.get_final_message()
    return [*events, final.to_dict(warnings=False)]


async def anthropic_messages_async(client: Any) -> list[Any]:
    """Messages through the async Anthropic SDK."""
    stream = await client.messages.create(model="m", max_tokens=64, messages=MESSAGES, stream=True)
    return [event.to_dict(warnings=False) async for event in stream]


def gemini_content(client: Any) -> list[Any]:
    """GenerateContent streamed through google-genai."""
    stream = client.models.generate_content_stream(model="m", contents="weather?")
    return [
        chunk.model_dump(mode="json", exclude={"sdk_http_response"}, exclude_none=True) for chunk in stream
    ]


async def gemini_content_async(client: Any) -> list[Any]:
    """GenerateContent streamed through google-genai's async client."""
    stream = await client.aio.models.generate_content_stream(model="m", contents="weather?")
    return [
        chunk.model_dump(mode="json", exclude={"sdk_http_response"}, exclude_none=True)
        async for chunk in stream
    ]
