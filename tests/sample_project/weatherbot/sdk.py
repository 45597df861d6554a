"""The same with the OpenAI SDK, which makes its HTTP client itself."""

from collections.abc import Iterator

from openai import AsyncOpenAI, OpenAI

from weatherbot.settings import MODEL, api_key, base_url


def told(question: str) -> Iterator[str]:
    """An answer over Chat Completions, piece by piece."""
    with OpenAI(base_url=base_url(), api_key=api_key()) as client:
        stream = client.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": question}], stream=True
        )
        for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                yield chunk.choices[0].delta.content


async def thought(question: str) -> tuple[str, list[str]]:
    """An answer over Responses, and the types of the items that it is made of."""
    text = ""
    kinds: list[str] = []
    async with AsyncOpenAI(base_url=base_url(), api_key=api_key()) as client:
        stream = await client.responses.create(model=MODEL, input=question, stream=True)
        async for event in stream:
            if event.type == "response.output_text.delta":
                text += event.delta
            elif event.type == "response.output_item.done":
                kinds.append(event.item.type)
    return text, kinds
