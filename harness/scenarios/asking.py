"""What a client asks in a scenario: the same conversation as Chat Completions and as Responses, written short.

Bodies have neither model nor `stream`; `{mark}` in them stands for the session's mark, and stands in the first prompt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from harness.jsonvalue import try_parse
from harness.scenarios.answer import MARK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.translation.engine import InboundDialect

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Function:
    """A function tool."""

    name: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    strict: bool | None = None

    def declared(self, inbound: InboundDialect) -> Body:
        """As a client declares it."""
        told: Body = {
            "name": self.name,
            "description": self.description,
            "parameters": dict(self.parameters),
        }
        if self.strict is not None:
            told["strict"] = self.strict
        return {"type": "function", "function": told} if inbound == "chat" else {"type": "function", **told}


@dataclass(frozen=True, kw_only=True)
class Custom:
    """A tool whose input is free text."""

    name: str
    description: str

    def declared(self, inbound: InboundDialect) -> Body:
        """As a client declares it."""
        told = {"name": self.name, "description": self.description}
        return {"type": "custom", "custom": told} if inbound == "chat" else {"type": "custom", **told}


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request, as a client of either dialect makes it; None where a dialect has no words for it."""

    chat: Mapping[str, Any] | None
    responses: Mapping[str, Any] | None

    def body(self, inbound: InboundDialect, *, model: str, mark: str, stream: bool) -> Body:
        """The body to send.

        Args:
            inbound: The client's dialect; one that can say it.
            model: The model to ask for.
            mark: The session's.
            stream: Ask for a stream.
        """
        said = self.chat if inbound == "chat" else self.responses
        body = {"model": model, **_marked(said or {}, mark)}
        if stream:
            body["stream"] = True
        else:
            body.pop("stream_options", None)
        return body


def _marked(value: Any, mark: str) -> Any:
    if isinstance(value, str):
        return value.replace(MARK, mark)
    if isinstance(value, dict):
        return {name: _marked(one, mark) for name, one in value.items()}
    return [_marked(one, mark) for one in value] if isinstance(value, list | tuple) else value


@dataclass(frozen=True, kw_only=True)
class Said:
    """An earlier message of the conversation; an assistant's may have calls (id, name, arguments)."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    text: str = ""
    calls: tuple[tuple[str, str, str], ...] = ()
    call_id: str = ""

    def chat(self) -> Body:
        """As a message of Chat."""
        if self.role == "tool":
            return {"role": "tool", "tool_call_id": self.call_id, "content": self.text}
        message: Body = {"role": self.role, "content": self.text or None}
        if self.calls:
            message["tool_calls"] = [
                {"id": one, "type": "function", "function": {"name": name, "arguments": arguments}}
                for one, name, arguments in self.calls
            ]
        return message

    def items(self) -> list[Body]:
        """As items of Responses, in their full form; the short ones have scenarios of their own."""
        if self.role == "tool":
            return [{"type": "function_call_output", "call_id": self.call_id, "output": self.text}]
        part = {"type": "output_text" if self.role == "assistant" else "input_text", "text": self.text}
        made: list[Body] = [{"type": "message", "role": self.role, "content": [part]}] if self.text else []
        return made + [
            {"type": "function_call", "call_id": one, "name": name, "arguments": arguments}
            for one, name, arguments in self.calls
        ]


def asks(
    prompt: str,
    *,
    before: Sequence[Said] = (),
    after: Sequence[Said] = (),
    tools: Sequence[Function | Custom] = (),
    include_usage: bool = True,
    chat: Mapping[str, Any] | None = None,
    responses: Mapping[str, Any] | None = None,
    **both: Any,
) -> Ask:
    """A conversation in both dialects.

    Args:
        prompt: What the user says first; the mark is added to it.
        before: Messages before it.
        after: Messages after it.
        tools: What the model may call.
        include_usage: Chat is to report usage in its stream.
        chat: Further members of the Chat body.
        responses: Further members of the Responses body.
        both: Further members of both.
    """
    said = (*before, Said(role="user", text=f"{prompt} [{MARK}]"), *after)
    of_chat: Body = {"messages": [one.chat() for one in said], **both, **(chat or {})}
    of_responses: Body = {
        "input": [item for one in said for item in one.items()],
        **both,
        **(responses or {}),
    }
    if include_usage:
        of_chat["stream_options"] = {"include_usage": True}
    if tools:
        of_chat["tools"] = [one.declared("chat") for one in tools]
        of_responses["tools"] = [one.declared("responses") for one in tools]
    return Ask(chat=of_chat, responses=of_responses)


def continued(
    inbound: InboundDialect, body: Mapping[str, Any], answer: Mapping[str, Any], output: str
) -> Body:
    """The next request of a client that has run the tools which an answer calls.

    Args:
        inbound: The client's dialect.
        body: What it asked.
        answer: What it was answered, whole (a stream folded).
        output: What every call is answered with.
    """
    if inbound == "chat":
        message = answer["choices"][0]["message"]
        results = [
            {"role": "tool", "tool_call_id": one["id"], "content": output}
            for one in message.get("tool_calls") or ()
        ]
        return {**body, "messages": [*body["messages"], message, *results]}
    items = answer.get("output") or []
    results = [
        {"type": f"{one['type']}_output", "call_id": one["call_id"], "output": output}
        for one in items
        if one.get("type") in {"function_call", "custom_tool_call"}
    ]
    return {**body, "input": [*body["input"], *items, *results]}


def arguments_of(text: str) -> Any:
    """The arguments of a call as a value; None where they are no JSON."""
    read, value = try_parse(text)
    return value if read else None
