"""Miniatures that get tools, calls and their results wrong on their way to the upstream."""

# ruff: noqa: ARG002 - a miniature is given more than it uses

from __future__ import annotations

from typing import Any

import msgspec

from tests.miniatures.in_requests import Dropped, texts
from tests.miniatures.miniature import CHAT, Memory, OfUpstream


class ToolsAsProse(OfUpstream):
    """A transcript is as good as a conversation."""

    name = "tools-as-prose"
    title = "Calls and their results are sent as prose."
    defect = "000-D15"
    chapters = ("tools",)
    shows = ("tool-history", "tool-loop")

    def request(self, body: Any, memory: Memory) -> Any:
        """One text for each message."""
        for message in body.get("messages") or ():
            for call in message.pop("tool_calls", None) or ():
                function = call["function"]
                said = "\n".join(texts(message["content"]))
                message["content"] = f"{said}[Tool call: {function['name']}({function['arguments']})]"
            if message["role"] == "tool":
                name = message.pop("tool_call_id")
                text = "\n".join(texts(message["content"]))
                message |= {"role": "user", "content": f"[Tool result ({name})]:\n{text}"}
        return body


class ToolChoiceDropped(Dropped):
    """The upstream calls what it likes."""

    name = "tool-choice-dropped"
    title = "`tool_choice` does not reach the upstream."
    defect = "002-D12"
    members = ("tool_choice",)
    chapters = ("tools",)
    shows = ("tool-forced",)


class ToolsDropped(Dropped):
    """Tools are stored where another request clears them."""

    name = "tools-dropped"
    title = "The tools do not reach the upstream."
    defect = "000-D11"
    members = ("tools",)
    chapters = ("tools",)
    shows = ("tool-one-call",)


class SchemaDropped(OfUpstream):
    """A tool is a name."""

    name = "schema-dropped"
    title = "The parameters of tools do not reach the upstream."
    defect = "004-D07"
    chapters = ("tools",)
    shows = ("tool-one-call",)

    def request(self, body: Any, memory: Memory) -> Any:
        """An object of anything."""
        for tool in body.get("tools") or ():
            if "function" in tool:
                tool["function"]["parameters"] = {"type": "object", "properties": {}}
        return body


class ResultLost(OfUpstream):
    """A result that is no plain text is skipped; here none is."""

    name = "result-lost"
    title = "The results of tools reach the upstream empty."
    defect = "001-D27"
    chapters = ("tools",)
    shows = ("tool-history", "tool-loop")

    def request(self, body: Any, memory: Memory) -> Any:
        """The message stays."""
        for message in body.get("messages") or ():
            if message["role"] == "tool":
                message["content"] = ""
        return body


class ResultNamedAfterCall(OfUpstream):
    """Gemini wants the function's name."""

    name = "result-named-after-call"
    title = "A result for a Gemini upstream has the call's id for a name."
    defect = "001-D28"
    routes = ("chat over gemini",)
    chapters = ("tools",)
    shows = ("tool-history", "tool-loop")

    def request(self, body: Any, memory: Memory) -> Any:
        """The id, or what stands for one."""
        for content in body.get("contents") or ():
            for part in content.get("parts") or ():
                if response := part.get("functionResponse"):
                    response["name"] = response.get("id") or "call_1"
        return body


class MessagePerCall(OfUpstream):
    """Items are messages."""

    name = "message-per-call"
    title = "Parallel calls of the history are sent as one assistant message each."
    defect = "002-D01"
    chapters = ("tools",)
    shows = ("tool-parallel-loop",)

    def request(self, body: Any, memory: Memory) -> Any:
        """Calls first, then their results."""
        told = []
        for message in body.get("messages") or ():
            calls = message.get("tool_calls") or []
            if len(calls) > 1:
                told += [{**message, "tool_calls": [one]} for one in calls]
            else:
                told.append(message)
        body["messages"] = told
        return body


class ResultIdDiffers(OfUpstream):
    """There are two kinds of ids."""

    name = "result-id-differs"
    title = "A result names a call that there is not."
    defect = "002-D05"
    chapters = ("tools",)
    shows = ("tool-history", "tool-loop")

    def request(self, body: Any, memory: Memory) -> Any:
        """The item's kind."""
        for message in body.get("messages") or ():
            if "tool_call_id" in message:
                message["tool_call_id"] = f"fc_{message['tool_call_id']}"
        return body


class HistoryArgumentsLost(OfUpstream):
    """Arguments that look odd are replaced."""

    name = "history-arguments-lost"
    title = "The calls of the history are sent with empty arguments."
    defect = "003-D16"
    chapters = ("tools",)
    shows = ("tool-history", "tool-loop")

    def request(self, body: Any, memory: Memory) -> Any:
        """No arguments."""
        for message in body.get("messages") or ():
            for call in message.get("tool_calls") or ():
                if "function" in call:
                    call["function"]["arguments"] = "{}"
        return body


class ResultEscaped(OfUpstream):
    """What is JSON is encoded."""

    name = "result-escaped"
    title = "The result of a tool is encoded once too often."
    defect = ""
    routes = (CHAT,)
    chapters = ("tools",)
    shows = ("tool-history",)

    def request(self, body: Any, memory: Memory) -> Any:
        """A text of a text."""
        for message in body.get("messages") or ():
            if message["role"] == "tool":
                text = "".join(texts(message["content"]))
                message["content"] = msgspec.json.encode(text).decode()
        return body
