"""Answers of the four dialects, written out by hand from a scene: nothing of the engine is asked how they look."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.clients import scenes
from tests.clients.streams import sse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.scenes import Scene

CREATED = 1_768_392_000
SIGNATURE = "CuEBAdHtim9n0Yk3vG4mJ8xQ2bqv1sZr5tUwHc9dLfKpXoEiA7hSyTzR6WnMjPl0gVaBeDcuFxOQ"


def pieces(text: str, size: int = 5) -> list[str]:
    """A text in deltas."""
    return [text[start : start + size] for start in range(0, len(text), size)]


def reasoning_tokens(scene: Scene) -> int:
    """How many of the tokens are thought."""
    return scenes.REASONING_TOKENS if scene.reasoning else 0


# Chat Completions


def _chat_usage(scene: Scene) -> dict[str, Any]:
    return {
        "prompt_tokens": scenes.PROMPT_TOKENS,
        "completion_tokens": scenes.OUTPUT_TOKENS,
        "total_tokens": scenes.PROMPT_TOKENS + scenes.OUTPUT_TOKENS,
        "completion_tokens_details": {"reasoning_tokens": reasoning_tokens(scene)},
    }


def chat_whole(scene: Scene) -> dict[str, Any]:
    """A `chat.completion`."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": None if scene.refused or not scene.text else scene.text,
        "refusal": scene.text if scene.refused else None,
    }
    if scene.reasoning:
        message["reasoning_content"] = scene.reasoning
    if scene.calls:
        message["tool_calls"] = [
            {"id": one.id, "type": "function", "function": {"name": one.name, "arguments": one.arguments}}
            for one in scene.calls
        ]
    return {
        "id": "chatcmpl-hand",
        "object": "chat.completion",
        "created": CREATED,
        "model": "m-1",
        "choices": [{"index": 0, "message": message, "finish_reason": scene.finish, "logprobs": None}],
        "usage": _chat_usage(scene),
    }


def chat_stream(scene: Scene, *, with_usage: bool) -> bytes:
    """Its chunks."""
    frame = {"id": "chatcmpl-hand", "object": "chat.completion.chunk", "created": CREATED, "model": "m-1"}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {**frame, "choices": [choice], **({"usage": None} if with_usage else {})}

    said = "refusal" if scene.refused else "content"
    chunks: list[Any] = [chunk({"role": "assistant", "content": None if scene.refused else ""})]
    chunks += [chunk({"reasoning_content": piece}) for piece in pieces(scene.reasoning)]
    chunks += [chunk({said: piece}) for piece in pieces(scene.text)]
    if scene.breaks:
        return sse(
            *chunks,
            {"error": {"message": scenes.BROKEN, "type": "server_error", "param": None, "code": None}},
        )
    for index, call in enumerate(scene.calls):
        head = {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        chunks.append(chunk({"tool_calls": [{"index": index, **head}]}))
        chunks += [
            chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
            for piece in pieces(call.arguments)
        ]
    chunks.append(chunk({}, scene.finish))
    if with_usage:
        chunks.append({**frame, "choices": [], "usage": _chat_usage(scene)})
    return sse(*chunks, done=True)


# Responses


def _responses_items(scene: Scene) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    if scene.reasoning:
        summary = [{"type": "summary_text", "text": scene.reasoning}]
        items.append({"id": "rs_hand", "type": "reasoning", "summary": summary})
    status = "incomplete" if scene.finish == "length" else "completed"
    if scene.text:
        part: dict[str, Any] = {"type": "output_text", "text": scene.text, "annotations": [], "logprobs": []}
        if scene.refused:
            part = {"type": "refusal", "refusal": scene.text}
        items.append(
            {"id": "msg_hand", "type": "message", "status": status, "role": "assistant", "content": [part]}
        )
    for number, call in enumerate(scene.calls):
        items.append(
            {
                "id": f"fc_hand{number}",
                "type": "function_call",
                "status": "completed",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            }
        )
    return items


def _response(asked: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A response object; it echoes what was asked, as OpenAI's does."""
    echo: dict[str, Any] = {
        "background": False, "instructions": None, "max_output_tokens": None, "max_tool_calls": None,
        "metadata": {}, "parallel_tool_calls": True, "previous_response_id": None, "prompt_cache_key": None,
        "reasoning": {"effort": None, "summary": None}, "safety_identifier": None, "service_tier": "default",
        "store": True, "temperature": 1.0, "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled",
        "user": None,
    }  # fmt: skip
    return {
        "id": "resp_hand",
        "object": "response",
        "created_at": CREATED,
        "completed_at": None,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": "m-1",
        "output": [],
        "usage": None,
        **{name: asked.get(name, usual) for name, usual in echo.items()},
        **members,
    }


def responses_whole(scene: Scene, asked: dict[str, Any]) -> dict[str, Any]:
    """A response, ended."""
    usage = {
        "input_tokens": scenes.PROMPT_TOKENS,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": scenes.OUTPUT_TOKENS,
        "output_tokens_details": {"reasoning_tokens": reasoning_tokens(scene)},
        "total_tokens": scenes.PROMPT_TOKENS + scenes.OUTPUT_TOKENS,
    }
    cut = scene.finish == "length"
    return _response(
        asked,
        status="incomplete" if cut else "completed",
        incomplete_details={"reason": "max_output_tokens"} if cut else None,
        completed_at=None if cut else CREATED + 1,
        output=_responses_items(scene),
        usage=usage,
    )


def _item_events(item: dict[str, Any], index: int) -> Iterator[dict[str, Any]]:
    at = {"item_id": item["id"], "output_index": index}
    opened = {"type": "response.output_item.added", "output_index": index}
    if item["type"] == "reasoning":
        (part,) = item["summary"]
        at["summary_index"] = 0
        name = "response.reasoning_summary"
        yield {**opened, "item": {**item, "summary": []}}
        yield {"type": f"{name}_part.added", **at, "part": {**part, "text": ""}}
        for piece in pieces(part["text"]):
            yield {"type": f"{name}_text.delta", **at, "delta": piece}
        yield {"type": f"{name}_text.done", **at, "text": part["text"]}
        yield {"type": f"{name}_part.done", **at, "part": part}
    elif item["type"] == "message":
        (part,) = item["content"]
        at["content_index"] = 0
        member = "refusal" if part["type"] == "refusal" else "text"
        name = "response.refusal" if member == "refusal" else "response.output_text"
        beside: dict[str, Any] = {} if member == "refusal" else {"logprobs": []}
        yield {**opened, "item": {**item, "status": "in_progress", "content": []}}
        yield {"type": "response.content_part.added", **at, "part": {**part, member: ""}}
        for piece in pieces(part[member]):
            yield {"type": f"{name}.delta", **at, "delta": piece, **beside}
        yield {"type": f"{name}.done", **at, member: part[member], **beside}
        yield {"type": "response.content_part.done", **at, "part": part}
    else:
        name = "response.function_call_arguments"
        yield {**opened, "item": {**item, "status": "in_progress", "arguments": ""}}
        for piece in pieces(item["arguments"]):
            yield {"type": f"{name}.delta", **at, "delta": piece}
        yield {"type": f"{name}.done", **at, "name": item["name"], "arguments": item["arguments"]}
    yield {"type": "response.output_item.done", "output_index": index, "item": item}


def responses_stream(scene: Scene, asked: dict[str, Any]) -> bytes:
    """Its events, numbered without gaps."""
    whole = responses_whole(scene, asked)
    opened = _response(asked)
    events: list[dict[str, Any]] = [
        {"type": "response.created", "response": opened},
        {"type": "response.in_progress", "response": opened},
    ]
    for index, item in enumerate(whole["output"]):
        events += _item_events(item, index)
    if scene.breaks:
        del events[-3:]  # the text is not done
        error = {"code": "server_error", "message": scenes.BROKEN}
        events.append({"type": "response.failed", "response": _response(asked, status="failed", error=error)})
    else:
        events.append({"type": f"response.{whole['status']}", "response": whole})
    return sse(*({**event, "sequence_number": number} for number, event in enumerate(events)), named=True)


# Gemini


def _gemini_chunks(scene: Scene) -> Iterator[dict[str, Any]]:
    thought = reasoning_tokens(scene)
    usage: dict[str, Any] = {
        "promptTokenCount": scenes.PROMPT_TOKENS,
        "candidatesTokenCount": scenes.OUTPUT_TOKENS - thought,
        "totalTokenCount": scenes.PROMPT_TOKENS + scenes.OUTPUT_TOKENS,
    }
    if thought:
        usage["thoughtsTokenCount"] = thought
    beside = {"usageMetadata": usage, "modelVersion": "m-1", "responseId": "hand"}
    finish = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}[
        "content_filter" if scene.refused else scene.finish
    ]

    def chunk(*parts: dict[str, Any], **members: Any) -> dict[str, Any]:
        content = {"parts": list(parts), "role": "model"}
        return {"candidates": [{"content": content, **members, "index": 0}], **beside}

    for piece in pieces(scene.reasoning):
        yield chunk({"text": piece, "thought": True})
    for piece in pieces(scene.text):
        yield chunk({"text": piece})
    for number, call in enumerate(scene.calls):
        part: dict[str, Any] = {"functionCall": {"name": call.name, "args": json.loads(call.arguments)}}
        if number == 0:
            part["thoughtSignature"] = SIGNATURE
        yield chunk(part)
    if not scene.breaks:
        yield chunk({"text": ""}, finishReason=finish)


def gemini_whole(scene: Scene) -> dict[str, Any]:
    """A GenerateContentResponse: text in one part."""
    chunks = list(_gemini_chunks(scene))
    whole = chunks[-1]
    parts: list[dict[str, Any]] = []
    for one in chunks:
        for part in one["candidates"][0]["content"]["parts"]:
            joins = parts and "text" in part and "text" in parts[-1] and part.keys() == parts[-1].keys()
            if joins:
                parts[-1] = {**part, "text": parts[-1]["text"] + part["text"]}
            elif part.get("text") != "":
                parts.append(part)
    whole["candidates"][0]["content"]["parts"] = parts
    return whole


def gemini_stream(scene: Scene) -> bytes:
    """Its chunks, with the line ends of that server."""
    chunks = list(_gemini_chunks(scene))
    if scene.breaks:
        chunks.append({"error": {"code": 503, "message": scenes.BROKEN, "status": "UNAVAILABLE"}})
    return sse(*chunks).replace(b"\n", b"\r\n")


# Anthropic Messages


def anthropic_whole(scene: Scene) -> dict[str, Any]:
    """A message."""
    content: list[dict[str, Any]] = []
    if scene.reasoning:
        content.append({"type": "thinking", "thinking": scene.reasoning, "signature": SIGNATURE})
    if scene.text:
        content.append({"type": "text", "text": scene.text})
    for call in scene.calls:
        tool = {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(call.arguments)}
        content.append(tool)
    reason = {
        "stop": "end_turn",
        "tool_calls": "tool_use",
        "length": "max_tokens",
        "content_filter": "refusal",
    }["content_filter" if scene.refused else scene.finish]
    return {
        "id": "msg_hand",
        "type": "message",
        "role": "assistant",
        "model": "m-1",
        "content": content,
        "stop_reason": reason,
        "stop_sequence": None,
        "usage": {
            "input_tokens": scenes.PROMPT_TOKENS,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": scenes.OUTPUT_TOKENS,
        },
    }


def anthropic_stream(scene: Scene) -> bytes:
    """Its events."""
    whole = anthropic_whole(scene)
    begun = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": begun}, {"type": "ping"}]
    for index, block in enumerate(whole["content"]):
        opened, deltas = _block(block, scene)
        events.append({"type": "content_block_start", "index": index, "content_block": opened})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas]
        events.append({"type": "content_block_stop", "index": index})
    if scene.breaks:
        events[-1] = {"type": "error", "error": {"type": "api_error", "message": scenes.BROKEN}}
        return sse(*events, named=True)
    end = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    events.append({"type": "message_delta", "delta": end, "usage": {"output_tokens": scenes.OUTPUT_TOKENS}})
    return sse(*events, {"type": "message_stop"}, named=True)


def _block(block: dict[str, Any], scene: Scene) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A block as it opens, and its deltas."""
    if block["type"] == "text":
        deltas = [{"type": "text_delta", "text": piece} for piece in pieces(block["text"])]
        return {**block, "text": ""}, deltas
    if block["type"] == "thinking":
        deltas = [{"type": "thinking_delta", "thinking": piece} for piece in pieces(block["thinking"])]
        deltas.append({"type": "signature_delta", "signature": block["signature"]})
        return {**block, "thinking": "", "signature": ""}, deltas
    call = next(one for one in scene.calls if one.id == block["id"])
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in ["", *pieces(call.arguments)]]
    return {**block, "input": {}}, deltas
