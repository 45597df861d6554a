"""The agent: it asks a model over Chat Completions, and runs the tools that the model calls."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Self

import httpx

from weatherbot.events import IncompleteAnswer, payloads
from weatherbot.settings import MODEL, api_key, base_url
from weatherbot.tools import TOOLS, run

Message = dict[str, Any]


class Agent:
    """A conversation with a model that may look up the weather.

    Args:
        shown: Is given each piece of text as it comes.
    """

    def __init__(self, shown: Callable[[str], None] | None = None) -> None:
        self.messages: list[Message] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._shown = shown or (lambda _: None)
        self._http = httpx.Client(
            base_url=base_url(), headers={"authorization": f"Bearer {api_key()}"}, timeout=60
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, question: str) -> str:
        """The model's answer, once it has called all the tools it wants.

        Raises:
            IncompleteAnswer: The stream was cut.
        """
        self.messages.append({"role": "user", "content": question})
        while True:
            message = self._answer()
            self.messages.append(message)
            if not message.get("tool_calls"):
                return str(message["content"])
            for call in message["tool_calls"]:
                name, arguments = call["function"]["name"], json.loads(call["function"]["arguments"])
                self.calls.append((name, arguments))
                result = run(name, arguments)
                self.messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})

    def _answer(self) -> Message:
        """One turn of the model, put together from its stream."""
        text, reason = "", None
        calls: dict[int, Message] = {}
        try:
            for choice in self._choices():
                delta = choice["delta"]
                if delta.get("content"):
                    text += delta["content"]
                    self._shown(delta["content"])
                for piece in delta.get("tool_calls") or []:
                    call = calls.setdefault(
                        piece["index"],
                        {"id": "", "type": "function", "function": {"name": "", "arguments": ""}},
                    )
                    call["id"] = piece.get("id") or call["id"]
                    for key, more in piece["function"].items():
                        call["function"][key] += more or ""
                reason = choice.get("finish_reason") or reason
        except httpx.TransportError as error:
            raise IncompleteAnswer(text) from error
        if reason is None:
            raise IncompleteAnswer(text)
        message: Message = {"role": "assistant", "content": text}
        if calls:
            message["tool_calls"] = list(calls.values())
        return message

    def _choices(self) -> Iterator[dict[str, Any]]:
        """The first choice of each chunk."""
        request = {"model": MODEL, "messages": self.messages, "tools": TOOLS, "stream": True}
        with self._http.stream("POST", "/chat/completions", json=request) as response:
            response.raise_for_status()
            for chunk in payloads(response.iter_lines()):
                yield from chunk["choices"][:1]
