"""A request of Chat Completions in neutral words (the types of the package openai 3.52.0).

Members of the body become fields of the `Request` where they mean the same to every upstream, and `options` where only
OpenAI knows them; those that nobody knows are `extra`, for an upstream that speaks Chat, too. What has a wrong shape is
refused as OpenAI's API does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.errors import RequestRefused
from harness.translation.requests.from_chat_messages import message_of
from harness.translation.requests.from_chat_options import options_of
from harness.translation.requests.from_chat_tools import tools_of
from harness.translation.requests.refusals import wrong_type
from harness.translation.requests.shape import body_of
from harness.turn.conversation import OutputFormat, ReasoningWish, Request
from harness.turn.tools import HostedTool

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members

EFFORTS: Final = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
VERBOSITIES: Final = ("low", "medium", "high")

_MOST_CHOICES: Final = 128
_MOST_TOP_LOGPROBS: Final = 20
_MOST_STOPS: Final = 4
_LARGEST_SEED: Final = (1 << 63) - 1
_LONGEST_NAME: Final = 64

_FIELDS: Final = frozenset(
    {
        "model", "messages", "tools", "tool_choice", "functions", "function_call", "parallel_tool_calls",
        "max_completion_tokens", "max_tokens", "temperature", "top_p", "top_k", "seed", "stop", "frequency_penalty",
        "presence_penalty", "n", "logprobs", "top_logprobs", "response_format", "verbosity", "reasoning_effort",
        "web_search_options", "stream", "stream_options",
    }
)  # fmt: skip


def from_chat(body: Mapping[str, Any], ledger: Ledger) -> Request:
    """Read a request of Chat Completions.

    Args:
        body: The JSON object that the client sent.
        ledger: Where losses go: what is said twice (L101), and what the neutral words have no room for (L100).

    Raises:
        RequestRefused: Something has a wrong shape; message, `param` and code are OpenAI's.
    """
    members = body_of(body)
    model = members.text("model")
    if not model:
        raise RequestRefused("you must provide a model parameter")
    messages = members.required_objects("messages", fewest=1)
    tools = tools_of(members, ledger)
    limit, at = _limit(members, ledger)
    reasoning, thought_at = _reasoning(members)
    stream = members.boolean("stream") or False
    stream_options = _stream_options(members, stream=stream)
    options = options_of(members)
    # Last, so that a wrong option is told before a long conversation is read.
    return Request(
        dialect="chat",
        model=model,
        messages=tuple(message_of(message, ledger) for message in messages),
        tools=tools.tools,
        tool_choice=tools.choice,
        parallel_tool_calls=members.boolean("parallel_tool_calls"),
        max_output_tokens=limit,
        temperature=members.decimal("temperature", least=0, most=2),
        top_p=members.decimal("top_p", least=0, most=1),
        top_k=members.integer("top_k"),
        seed=members.integer("seed", least=-_LARGEST_SEED - 1, most=_LARGEST_SEED),
        stop=_stop(members),
        frequency_penalty=members.decimal("frequency_penalty", least=-2, most=2),
        presence_penalty=members.decimal("presence_penalty", least=-2, most=2),
        choices=members.integer("n", least=1, most=_MOST_CHOICES),
        logprobs=members.boolean("logprobs"),
        top_logprobs=_top_logprobs(members),
        output=_output(members, ledger),
        verbosity=members.choice("verbosity", VERBOSITIES),
        reasoning=reasoning,
        web_search=_web_search(members),
        stream=stream,
        include_usage=bool(stream_options and stream_options.get("include_usage")),
        stream_options=stream_options,
        is_legacy=tools.is_legacy,
        options=options,
        extra=members.unknown(_FIELDS | options.keys()),
        at={**tools.at, **at, **thought_at, **_RENAMED},
    )


_RENAMED: Final = {
    "choices": "/n",
    "output": "/response_format",
    "web_search": "/web_search_options",
    "include_usage": "/stream_options/include_usage",
}


def _limit(body: Members, ledger: Ledger) -> tuple[int | None, dict[str, str]]:
    """The limit of output tokens, and where it stood: of two that differ, the newer member counts (L101)."""
    newer = body.integer("max_completion_tokens", least=1)
    older = body.integer("max_tokens", least=1)
    if newer is None:
        return older, {"max_output_tokens": "/max_tokens"}
    if older is not None and older != newer:
        ledger.lose("L101", "/max_tokens", f"max_completion_tokens, {newer}, counts")
    return newer, {"max_output_tokens": "/max_completion_tokens"}


def _stop(body: Members) -> tuple[str, ...] | None:
    value = body.get("stop")
    if isinstance(value, str):
        return (value,)
    if value is not None and not isinstance(value, (list, tuple)):
        raise wrong_type("stop", "one of a string or array of strings", value)
    return body.texts("stop", most=_MOST_STOPS)


def _top_logprobs(body: Members) -> int | None:
    count = body.integer("top_logprobs", least=0, most=_MOST_TOP_LOGPROBS)
    if count is not None and not body.get("logprobs"):
        raise _only_with("top_logprobs", "logprobs")
    return count


def _stream_options(body: Members, *, stream: bool) -> Mapping[str, Any] | None:
    options = body.members("stream_options")
    if options is None:
        return None
    if not stream:
        raise _only_with("stream_options", "stream")
    options.boolean("include_usage")
    options.boolean("include_obfuscation")
    return options.value


def _only_with(name: str, other: str) -> RequestRefused:
    return RequestRefused(f"The '{name}' parameter is only allowed when '{other}' is enabled.", param=name)


def _output(body: Members, ledger: Ledger) -> OutputFormat | None:
    form = body.members("response_format")
    if form is None:
        return None
    kind = form.required_choice("type", ("json_object", "json_schema", "text"))
    if kind != "json_schema":
        form.lose_rest({"type"}, ledger)
        return OutputFormat(kind="text" if kind == "text" else "json_object", at=form.at)
    asked = form.required_members("json_schema")
    form.lose_rest({"type", "json_schema"}, ledger)
    asked.lose_rest({"name", "description", "schema", "strict"}, ledger)
    return OutputFormat(
        kind="json_schema",
        name=asked.required_text("name", shortest=1, longest=_LONGEST_NAME),
        description=asked.text("description"),
        schema=asked.mapping("schema"),
        strict=asked.boolean("strict"),
        at=form.at,
    )


def _reasoning(body: Members) -> tuple[ReasoningWish | None, dict[str, str]]:
    """How much the model is to think: `reasoning_effort`, or what OpenRouter's `reasoning` says.

    The latter stays among the members that nobody knows, so that an upstream that takes it is sent it as it was.
    """
    effort = body.choice("reasoning_effort", EFFORTS)
    at = "/reasoning_effort"
    other = body.get("reasoning")
    summary: str | None = None
    budget: int | None = None
    if isinstance(other, Mapping):
        if effort is None and other.get("effort") in EFFORTS:
            effort, at = other["effort"], "/reasoning"
        told, most = other.get("summary"), other.get("max_tokens")
        summary = told if isinstance(told, str) else None
        budget = most if type(most) is int and most > 0 else None
    if effort is None and summary is None and budget is None:
        return None, {}
    if effort is None:
        at = "/reasoning"
    return ReasoningWish(effort=effort, summary=summary, budget=budget), {"reasoning": at, **_SUMMARY}


_SUMMARY: Final = {"summary": "/reasoning/summary"}


def _web_search(body: Members) -> HostedTool | None:
    options = body.members("web_search_options")
    if options is None:
        return None
    options.choice("search_context_size", ("low", "medium", "high"))
    place = options.members("user_location")
    if place is not None:
        place.required_choice("type", ("approximate",))
        place.required_members("approximate")
    return HostedTool(kind="web_search", value=options.value, dialect="chat", at=options.at)
