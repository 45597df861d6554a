"""Nothing of a request is dropped silently: each leaf is in the upstream's body, or its place is among the losses."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    Message,
    MessageItem,
    OpaquePart,
    OutputFormat,
    ReasoningPart,
    ReasoningWish,
    RefusalPart,
    Request,
    ResultPart,
    TextPart,
)
from harness.turn.tools import CustomTool, FunctionTool, HostedTool, ToolChoice
from tests.foreign_requests import Upstream, sent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

STRUCTURE = frozenset(
    {
        *("role", "kind", "type", "dialect", "mode", "vendor", "member", "format", "media_type", "model"),
        *("at", "begin", "end", "is_text", "is_typed", "is_legacy", "is_required", "stream", "include_usage"),
    }
)
"""What says how something is written, not what."""

IDENTITY = frozenset({"item_id", "status", "raw", "items"})
"""What names the client's items; an upstream that has no items knows no names of them."""

_EXTRA = {"extra_member": "extra-0"}


class Counter:
    """Words and numbers that no other leaf has."""

    def __init__(self) -> None:
        self.count = 0

    def word(self) -> str:
        """A word."""
        self.count += 1
        return f"leaf{self.count:03d}leaf"

    def extra(self) -> dict[str, str]:
        """Members that nobody knows."""
        return {f"member_{self.word()}": self.word()}


def everything() -> Request:
    """A request that says something in every place."""
    new = Counter()
    word = new.word
    image = ImagePart(data=word(), media_type="image/png", detail=word(), extra=new.extra(), at="/m/1/1")
    parts = (
        TextPart(text=word(), annotations=({"url": word()},), extra=new.extra(), at="/m/1/0"),
        image,
        replace(image, data=None, url=f"https://example.com/{word()}", extra=new.extra(), at="/m/1/2"),
        replace(image, data=None, file_id=word(), extra=new.extra(), at="/m/1/3"),
        AudioPart(data=word(), format="wav", at="/m/1/4"),
        AudioPart(id=word(), at="/m/1/5"),
        FilePart(data=word(), media_type="application/pdf", filename=word(), detail=word(), at="/m/1/6"),
        FilePart(url=f"https://example.com/{word()}.pdf", extra=new.extra(), at="/m/1/7"),
        FilePart(file_id=word(), filename=word(), at="/m/1/8"),
        OpaquePart(dialect="chat", kind="video", value={"x": word()}, at="/m/1/9"),
    )
    item = MessageItem(begin=0, end=1, phase=word(), extra=new.extra(), at="/m/2/item")
    turn = (
        ReasoningPart(text=(word(), word()), at="/m/2/0"),
        ReasoningPart(summary=(word(),), encrypted=word(), vendor="openai", at="/m/2/1"),
        ReasoningPart(text=(word(),), signature=word(), vendor="anthropic", at="/m/2/2"),
        ReasoningPart(encrypted=word(), vendor="gemini", at="/m/2/3"),
        TextPart(text=word(), logprobs=({"token": word()},), at="/m/2/4"),
        RefusalPart(text=word(), at="/m/2/5"),
        OpaquePart(dialect="responses", kind="web_search_call", value={"id": word()}, at="/m/2/6"),
        CallPart(
            call_id=word(),
            name=word(),
            arguments=json.dumps({word(): word()}),
            namespace=word(),
            signature=word(),
            vendor="openai",
            extra=new.extra(),
            at="/m/2/7",
        ),
        CallPart(call_id=word(), name=word(), arguments=word(), kind="custom", at="/m/2/8"),
    )
    results = [
        Message(
            role="tool",
            parts=(
                ResultPart(
                    call_id=call.call_id,
                    parts=(
                        TextPart(text=word(), at=f"{call.at}/r/0"),
                        ImagePart(data=word(), media_type="image/png", at=f"{call.at}/r/1"),
                    ),
                    is_text=False,
                    extra=new.extra(),
                    at=f"{call.at}/r",
                ),
            ),
            at=f"{call.at}/r",
        )
        for call in turn
        if isinstance(call, CallPart)
    ]
    messages = (
        Message(role="system", parts=(TextPart(text=word(), at="/m/0/0"),), name=word(), at="/m/0"),
        Message(role="user", parts=parts, name=word(), extra=new.extra(), at="/m/1"),
        Message(role="assistant", parts=turn, phase=word(), items=(item,), at="/m/2"),
        *results,
        Message(role="developer", parts=(TextPart(text=word(), at="/m/5/0"),), at="/m/5"),
        Message(role="user", parts=(TextPart(text=" ", at="/m/6/0"),), at="/m/6"),
        Message(role="user", parts=(TextPart(text=word(), at="/m/7/0"),), at="/m/7"),
    )
    names = [word() for _ in range(3)]
    tools = (
        FunctionTool(
            name=names[0],
            description=word(),
            parameters={"type": "object", "properties": {word(): {"type": "string", "pattern": word()}}},
            strict=True,
            namespace=word(),
            extra=new.extra(),
            at="/tools/0",
        ),
        CustomTool(
            name=names[1],
            description=word(),
            format={"type": "grammar", "syntax": word(), "definition": word()},
            extra=new.extra(),
            at="/tools/1",
        ),
        HostedTool(kind="web_search", value={"search_context_size": word()}, at="/tools/2"),
        HostedTool(kind="file_search", value={"vector_store_ids": [word()]}, at="/tools/3"),
        HostedTool(kind="code_interpreter", value={"container": word()}, at="/tools/4"),
    )
    numbers = iter(range(7_001, 7_100))
    return Request(
        dialect="responses",
        model="model-of-nobody",
        messages=messages,
        instructions=word(),
        tools=tools,
        namespaces={"space": {"description": word()}},
        tool_choice=ToolChoice(mode="named", name=names[0], at="/tool_choice"),
        parallel_tool_calls=False,
        max_output_tokens=next(numbers),
        temperature=next(numbers),
        top_p=next(numbers),
        top_k=next(numbers),
        seed=next(numbers),
        stop=(word(), word()),
        frequency_penalty=next(numbers),
        presence_penalty=next(numbers),
        choices=next(numbers),
        logprobs=True,
        top_logprobs=next(numbers),
        output=OutputFormat(
            kind="json_schema",
            name=word(),
            description=word(),
            schema={"type": "object", "title": word(), "not": {"pattern": word()}},
            strict=True,
            at="/text/format",
        ),
        verbosity=word(),
        reasoning=ReasoningWish(
            effort=word(), summary=word(), budget=next(numbers), extra={"context": word()}
        ),
        web_search=HostedTool(kind="web_search", value={"filters": {"x": word()}}, at="/web_search_options"),
        stream=True,
        stream_options={"include_obfuscation": word()},
        options={name: word() for name in OPTIONS} | {"include": [word()], "audio": {"format": word()}},
        extra=new.extra(),
    )


OPTIONS = (
    *(
        "service_tier",
        "prompt_cache_key",
        "prompt_cache_retention",
        "prompt_cache_options",
        "user",
        "metadata",
    ),
    *("safety_identifier", "store", "previous_response_id", "conversation", "truncation", "background"),
    *(
        "prompt",
        "context_management",
        "moderation",
        "max_tool_calls",
        "modalities",
        "prediction",
        "logit_bias",
    ),
)


def leaves(value: Any, at: str) -> Iterator[tuple[Any, str]]:
    """Every leaf, and the pointer to what it is a member of."""
    if is_dataclass(value) and not isinstance(value, type):
        own = getattr(value, "at", None)
        place = own if isinstance(own, str) and own else at
        for field in fields(value):
            if field.name not in STRUCTURE | IDENTITY:
                yield from leaves(getattr(value, field.name), place)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name not in STRUCTURE:
                yield from leaves(one, at)
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from leaves(one, at)
    elif value not in (None, "", " ", True, False):
        yield value, at


def all_leaves(request: Request) -> Iterator[tuple[Any, str]]:
    """Those of the request, with their pointers."""
    for field in fields(request):
        if field.name in STRUCTURE:
            continue
        value = getattr(request, field.name)
        if field.name == "namespaces":
            yield from leaves(value, "/tools")  # which is where they are declared
        elif field.name in {"options", "extra"}:
            for name, one in value.items():
                yield from leaves(one, f"/{name}")
        else:
            yield from leaves(value, request.pointer(field.name))


def unaccounted(request: Request, body: Mapping[str, Any], places: list[str]) -> list[tuple[Any, str]]:
    """Leaves that are neither sent nor reported."""
    text = json.dumps(body)
    return [
        (leaf, at)
        for leaf, at in all_leaves(request)
        if (str(leaf) if not isinstance(leaf, str) else json.dumps(leaf)[1:-1]) not in text
        and not any(place == at or place.startswith(f"{at}/") for place in places)
    ]


@pytest.mark.parametrize(
    ("upstream", "model"),
    [
        ("gemini", "model-of-nobody"),
        ("gemini", "gemini-2.0-flash"),
        ("gemini", "gemini-2.5-pro"),
        ("gemini", "gemini-3-pro-preview"),
        ("anthropic", "model-of-nobody"),
        ("anthropic", "claude-3-5-haiku-latest"),
        ("anthropic", "claude-sonnet-4-0"),
        ("anthropic", "claude-haiku-4-5"),
        ("anthropic", "claude-opus-4-6"),
        ("anthropic", "claude-sonnet-5-5"),
    ],
)
def test_every_leaf_is_sent_or_reported(upstream: Upstream, model: str) -> None:
    """Whatever the model takes."""
    request = replace(everything(), model=model)
    body, losses, _ = sent(upstream, request)
    assert unaccounted(request, body, [at for _, at in losses]) == []


def test_the_accounting_sees_a_leaf_that_is_missing() -> None:
    """A test that cannot fail would prove nothing."""
    request = everything()
    body, losses, _ = sent("gemini", request)
    del body["systemInstruction"]
    missing = unaccounted(request, body, [at for _, at in losses])
    assert {leaf for leaf, _ in missing} >= {request.instructions}
