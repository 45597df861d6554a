"""Made-up requests of both kinds of clients, in the forms that official clients send, with words that are all distinct.

Every string that means something is a canary: it occurs once in the request, so that a test can tell what became of it.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import strategies as st

_SCHEMA = {"type": "object", "properties": {}}


class _Words:
    """A source of words that are all distinct."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._numbers = count(1)
        self._draw = draw

    def word(self) -> str:
        return f"w{next(self._numbers)}w"

    def text(self) -> str:
        """A text with what is easily broken on the way."""
        ornament = self._draw(st.sampled_from(["", " ", "\n", "é", '"', "\\", "\u2028", "😀", "<think>"]))
        return f"{ornament}{self.word()}{ornament}"

    def maybe(self, **members: Any) -> dict[str, Any]:
        """Some of the members."""
        return {name: value for name, value in members.items() if self._draw(st.booleans())}

    def one(self, *values: Any) -> Any:
        return self._draw(st.sampled_from(values))

    def flag(self) -> bool:
        return self._draw(st.booleans())

    def several(self, most: int = 3) -> range:
        return range(self._draw(st.integers(0, most)))


# -- Chat


@st.composite
def chat_bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A request of Chat Completions, in the members that this engine sends where there are several for a thing."""
    words = _Words(draw)
    messages = [message for _ in words.several(4) for message in _chat_turn(words)]
    body: dict[str, Any] = {"model": words.word(), "messages": [*messages, _chat_user(words)]}
    body |= words.maybe(
        max_completion_tokens=1_001,
        temperature=0.125,
        top_p=0.25,
        seed=1_002,
        stop=[words.text(), words.text()],
        n=2,
        frequency_penalty=-0.375,
        presence_penalty=0.625,
        verbosity=words.one("low", "high"),
        reasoning_effort=words.one("none", "minimal", "high"),
        service_tier="flex",
        prompt_cache_key=words.word(),
        prompt_cache_retention="24h",
        safety_identifier=words.word(),
        user=words.word(),
        metadata={words.word(): words.text()},
        store=words.flag(),
        modalities=["text", "audio"],
        audio={"voice": words.word(), "format": "wav"},
        prediction={"type": "content", "content": words.text()},
        logit_bias={"1003": -7},
        web_search_options={
            "search_context_size": "low",
            "user_location": {"type": "approximate", "approximate": {"city": words.text()}},
        },
        response_format=words.one(
            {"type": "text"},
            {"type": "json_object"},
            {"type": "json_schema", "json_schema": {"name": words.word(), "schema": {"title": words.text()}}},
        ),
        vendor_member={words.word(): [words.text()]},
    )
    if words.flag():
        body |= {"logprobs": True, **words.maybe(top_logprobs=11)}
    if words.flag():
        body |= _chat_tools(words)
    if words.flag():
        options = {"include_usage": True, **words.maybe(include_obfuscation=False)}
        body |= {"stream": True, "stream_options": options}
    return body


def _chat_turn(words: _Words) -> list[dict[str, Any]]:
    kind = words.one("user", "system", "assistant", "calls")
    if kind == "user":
        return [_chat_user(words)]
    if kind == "system":
        role = words.one("system", "developer")
        content = words.one(words.text(), [{"type": "text", "text": words.text()}])
        return [{"role": role, "content": content, **words.maybe(name=words.word())}]
    if kind == "assistant":
        said: dict[str, Any] = {"role": "assistant", "content": words.text()}
        return [{**said, **words.maybe(refusal=words.text(), name=words.word(), vendor_member=words.text())}]
    calls = [_chat_call(words) for _ in range(1 + len(words.several(2)))]
    turn = {"role": "assistant", "content": words.one(None, words.text()), "tool_calls": calls}
    return [turn, *(_chat_result(words, call["id"]) for call in calls)]


def _chat_user(words: _Words) -> dict[str, Any]:
    content: Any = words.text()
    if words.flag():
        content = [_chat_part(words) for _ in range(1 + len(words.several()))]
    return {"role": "user", "content": content, **words.maybe(name=words.word())}


def _chat_part(words: _Words) -> dict[str, Any]:
    match words.one("text", "url", "data", "audio", "file", "file_id"):
        case "url":
            image = {"url": f"https://example.com/{words.word()}", **words.maybe(detail="low")}
            return {"type": "image_url", "image_url": image}
        case "data":
            return {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{words.word()}"}}
        case "audio":
            return {"type": "input_audio", "input_audio": {"data": words.word(), "format": "wav"}}
        case "file":
            data = f"data:application/pdf;base64,{words.word()}"
            return {"type": "file", "file": {"file_data": data, "filename": words.word()}}
        case "file_id":
            return {"type": "file", "file": {"file_id": words.word()}}
        case _:
            return {"type": "text", "text": words.text(), **words.maybe(vendor_member=words.text())}


def _chat_call(words: _Words) -> dict[str, Any]:
    if words.flag():
        custom = {"name": words.word(), "input": words.text()}
        return {"id": words.word(), "type": "custom", "custom": custom}
    arguments = words.one(f'{{"a": "{words.word()}"}}', "{}", f"{{{words.word()}")
    return {
        "id": words.word(),
        "type": "function",
        "function": {"name": words.word(), "arguments": arguments},
    }


def _chat_result(words: _Words, call_id: str) -> dict[str, Any]:
    content = words.one(
        words.text(), [{"type": "text", "text": words.text()}, {"type": "text", "text": words.text()}]
    )
    return {"role": "tool", "tool_call_id": call_id, "content": content}


def _chat_tools(words: _Words) -> dict[str, Any]:
    form = {"type": "grammar", "grammar": {"syntax": "lark", "definition": words.text()}}
    tools: list[dict[str, Any]] = [
        {
            "type": "function",
            "function": {
                "name": words.word(),
                **words.maybe(description=words.text(), parameters={"title": words.text()}, strict=True),
            },
        },
        {"type": "custom", "custom": {"name": words.word(), **words.maybe(format=form)}},
    ]
    function, custom = tools[0]["function"]["name"], tools[1]["custom"]["name"]
    named = {"type": "function", "function": {"name": function}}
    allowed = [named, {"type": "custom", "custom": {"name": custom}}]
    choice = words.one(
        "none",
        "auto",
        "required",
        named,
        {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": allowed}},
    )
    return {"tools": tools, **words.maybe(tool_choice=choice, parallel_tool_calls=words.flag())}


# -- Responses


@st.composite
def responses_bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A request of Responses."""
    words = _Words(draw)
    items = [item for _ in words.several(4) for item in _turn(words)]
    said: Any = words.text() if words.flag() else [*items, _message(words, "user")]
    body: dict[str, Any] = {"model": words.word(), "input": said}
    body |= words.maybe(
        instructions=words.text(),
        max_output_tokens=1_001,
        max_tool_calls=1_002,
        temperature=0.125,
        top_p=0.25,
        text={
            "format": {"type": "json_schema", "name": words.word(), "schema": {"title": words.text()}},
            "verbosity": "low",
        },
        reasoning=words.maybe(effort="high", summary="auto", context=words.word()) or {"effort": "none"},
        service_tier="flex",
        prompt_cache_key=words.word(),
        prompt_cache_retention="24h",
        safety_identifier=words.word(),
        user=words.word(),
        metadata={words.word(): words.text()},
        store=words.flag(),
        previous_response_id=words.word(),
        truncation="auto",
        background=True,
        prompt={"id": words.word()},
        context_management=[{"type": "compaction", "name": words.word()}],
        vendor_member={words.word(): [words.text()]},
    )
    if words.flag():
        body |= {"include": ["message.output_text.logprobs", words.word()], **words.maybe(top_logprobs=11)}
    if words.flag():
        body |= _tools(words)
    if words.flag():
        body |= {"stream": True, **words.maybe(stream_options={"include_obfuscation": False})}
    return body


def _turn(words: _Words) -> list[dict[str, Any]]:
    match words.one("message", "calls", "thought", "opaque"):
        case "message":
            return [_message(words, words.one("user", "system", "developer", "assistant"))]
        case "thought":
            summary = [{"type": "summary_text", "text": words.text()} for _ in words.several(2)]
            content = [{"type": "reasoning_text", "text": words.text()} for _ in words.several(1)]
            thought = {"type": "reasoning", "id": "rs_1", "summary": summary, **words.maybe(content=content)}
            thought |= words.maybe(encrypted_content=f"gAAAA{words.word()}")
            return [thought, _message(words, "assistant")]
        case "opaque":
            return [
                {"type": "web_search_call", "id": "ws_1", "action": {"type": "search", "query": words.text()}}
            ]
        case _:
            calls = [_call(words) for _ in range(1 + len(words.several(2)))]
            return [*calls, *(_output(words, call) for call in calls)]


def _message(words: _Words, role: str) -> dict[str, Any]:
    item: dict[str, Any] = {"type": "message", "role": role, **words.maybe(status="completed", id="msg_1")}
    if role == "assistant":
        item["content"] = [_said(words) for _ in range(1 + len(words.several(2)))]
        return {**item, **words.maybe(phase=words.one("commentary", "final_answer"))}
    item["content"] = words.text()
    if words.flag():
        item["content"] = [_part(words) for _ in range(1 + len(words.several(2)))]
    return item


def _said(words: _Words) -> dict[str, Any]:
    if words.flag():
        return {"type": "refusal", "refusal": words.text()}
    notes = [{"type": "file_citation", "file_id": words.word()} for _ in words.several(1)]
    return {"type": "output_text", "text": words.text(), "annotations": notes}


def _part(words: _Words) -> dict[str, Any]:
    url = f"https://example.com/{words.word()}"
    parts: dict[str, dict[str, Any]] = {
        "text": {"type": "input_text", "text": words.text(), **words.maybe(vendor_member=words.text())},
        "url": {"type": "input_image", "image_url": url, **words.maybe(detail="low")},
        "data": {"type": "input_image", "image_url": f"data:image/png;base64,{words.word()}"},
        "image_id": {"type": "input_image", "file_id": words.word()},
        "file": {
            "type": "input_file",
            "file_data": f"data:application/pdf;base64,{words.word()}",
            "filename": words.word(),
        },
        "file_url": {"type": "input_file", "file_url": url},
        "file_id": {"type": "input_file", "file_id": words.word()},
    }
    part: dict[str, Any] = words.one(*parts.values())
    return part


def _call(words: _Words) -> dict[str, Any]:
    rest = words.maybe(id="fc_1", status="completed", namespace=words.word())
    if words.flag():
        return {
            "type": "custom_tool_call",
            "call_id": words.word(),
            "name": words.word(),
            "input": words.text(),
            **rest,
        }
    arguments = words.one(f'{{"a": "{words.word()}"}}', "{}", f"{{{words.word()}")
    return {
        "type": "function_call",
        "call_id": words.word(),
        "name": words.word(),
        "arguments": arguments,
        **rest,
    }


def _output(words: _Words, call: dict[str, Any]) -> dict[str, Any]:
    output: Any = words.text()
    if words.flag():
        output = [_part(words) for _ in range(1 + len(words.several(2)))]
    return {"type": f"{call['type']}_output", "call_id": call["call_id"], "output": output}


def _tools(words: _Words) -> dict[str, Any]:
    function: dict[str, Any] = {
        "type": "function",
        "name": words.word(),
        "parameters": _SCHEMA,
        "strict": True,
    }
    function |= words.maybe(description=words.text(), vendor_member=words.text())
    form = {"type": "grammar", "syntax": "lark", "definition": words.text()}
    custom: dict[str, Any] = {"type": "custom", "name": words.word(), **words.maybe(format=form)}
    tools = [
        function,
        custom,
        {
            "type": "namespace",
            "name": words.word(),
            "description": words.text(),
            "tools": [{**function, "name": words.word()}],
        },
        {"type": "file_search", "vector_store_ids": [words.word()]},
        {"type": "web_search", "search_context_size": "low", "filters": {"allowed_domains": [words.word()]}},
    ]
    named = {"type": "function", "name": function["name"]}
    choice = words.one(
        "none",
        "auto",
        "required",
        named,
        {"type": "custom", "name": custom["name"]},
        {"type": "allowed_tools", "mode": "auto", "tools": [named]},
        {"type": "file_search"},
    )
    return {"tools": tools, **words.maybe(tool_choice=choice, parallel_tool_calls=words.flag())}
