"""What a request asks for, in words that all dialects share.

Rules that depend on the request read this, never the request's JSON: the dialect's own reader knows where
the wire keeps each thing. A field is None where the request does not say, or cannot be read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request, read.

    Args:
        body: The request's JSON object; empty where there is none (a GET).
        stream: Whether a stream was asked for; False where the dialect's default is a whole answer.
        model: The model's name.
        n: How many choices (Chat) or candidates (Gemini); 1 where it is not said.
        include_usage: Chat: `stream_options.include_usage`.
        tools: Names of the function and custom tools that are declared.
        has_tools: Any tool at all is declared, built-in ones included.
        tool_choice: "auto", "none", "required", "named" or "allowed"; None where it is not said.
        forced_tool: The name, where one named tool is forced.
        allowed_tools: The names, where the choice is limited to some.
        parallel_tool_calls: As sent.
        stop: The stop strings.
        max_tokens: The limit of output tokens, under whichever name it was sent.
        logprobs: Whether log probabilities of output tokens were asked for.
        store: As sent.
        background: Responses: as sent.
        starting_after: Responses: the event number after which a stored stream is resumed.
        include: Responses: the `include` list.
        previous_response_id: Responses: as sent.
        audio: Audio output is asked for.
    """

    body: Mapping[str, Any] = field(default_factory=dict)
    stream: bool = False
    model: str | None = None
    n: int = 1
    include_usage: bool | None = None
    tools: tuple[str, ...] = ()
    has_tools: bool = False
    tool_choice: str | None = None
    forced_tool: str | None = None
    allowed_tools: tuple[str, ...] | None = None
    parallel_tool_calls: bool | None = None
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    logprobs: bool | None = None
    store: bool | None = None
    background: bool | None = None
    starting_after: int | None = None
    include: tuple[str, ...] = ()
    previous_response_id: str | None = None
    audio: bool = False
