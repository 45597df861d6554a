"""A request of the Responses API (`POST /responses`) in neutral words (types of the package openai 3.52.0).

Every member has a place: in a field of the request, among its options, or, where nobody knows it, among the extras,
which only an upstream of the same dialect is sent. So a request that is written as Responses again is what it was, but
for members that are null, which say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from harness.errors import RequestRefused
from harness.translation.requests.from_responses_items import messages_of
from harness.translation.requests.from_responses_tools import choice_of, tools_of
from harness.translation.requests.refusals import wrong_type
from harness.translation.requests.shape import body_of, checked_map
from harness.turn.conversation import OutputFormat, ReasoningWish, Request

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members

_LOGPROBS: Final = "message.output_text.logprobs"
_FORMATS: Final = ("json_object", "json_schema", "text")
_FORMAT_NAME: Final = "^[a-zA-Z0-9_-]+$"
_TRUNCATIONS: Final = ("auto", "disabled")
_TEXT_OPTIONS: Final = (
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "safety_identifier",
    "user",
    "previous_response_id",
)
_OBJECT_OPTIONS: Final = ("prompt", "prompt_cache_options", "moderation", "access_programs", "image")
_KNOWN: Final = frozenset(
    {
        "model",
        "input",
        "instructions",
        "tools",
        "tool_choice",
        "parallel_tool_calls",
        "max_output_tokens",
        "max_tool_calls",
        "temperature",
        "top_p",
        "top_k",
        "top_logprobs",
        "seed",
        "frequency_penalty",
        "presence_penalty",
        "stop",
        "text",
        "reasoning",
        "stream",
        "stream_options",
        "store",
        "background",
        "metadata",
        "truncation",
        "conversation",
        "context_management",
        "include",
        *_TEXT_OPTIONS,
        *_OBJECT_OPTIONS,
    }
)


def from_responses(body: Mapping[str, Any], ledger: Ledger) -> Request:
    """Read a request as a Responses client sends it.

    Args:
        body: Any JSON value, although it should be an object.
        ledger: Where losses go that happen on the way; most happen only when an upstream is known.

    Raises:
        RequestRefused: It cannot be meant; with the words, the `param` and the `code` of OpenAI's API.
    """
    members = body_of(body)
    messages = messages_of(members, ledger)
    options = _options(members)
    _demand_something(members)
    tools, namespaces = tools_of(members)
    text = members.members("text")
    include = options.get("include")
    return Request(
        dialect="responses",
        model=_model(members),
        messages=messages,
        instructions=members.text("instructions"),
        tools=tools,
        namespaces=namespaces,
        tool_choice=choice_of(members),
        parallel_tool_calls=members.boolean("parallel_tool_calls"),
        max_output_tokens=members.integer("max_output_tokens", least=1),
        temperature=members.decimal("temperature", least=0, most=2),
        top_p=members.decimal("top_p", least=0, most=1),
        # Not OpenAI's own, but of several servers that speak its dialect.
        top_k=members.integer("top_k"),
        seed=members.integer("seed"),
        stop=_stop(members),
        frequency_penalty=members.decimal("frequency_penalty", least=-2, most=2),
        presence_penalty=members.decimal("presence_penalty", least=-2, most=2),
        logprobs=True if include is not None and _LOGPROBS in include else None,
        top_logprobs=members.integer("top_logprobs", least=0, most=20),
        output=_output(text, ledger) if text is not None else None,
        verbosity=text.text("verbosity") if text is not None else None,
        reasoning=_reasoning(members),
        stream=members.boolean("stream") or False,
        stream_options=members.mapping("stream_options"),
        options=options,
        extra=members.rest(_KNOWN),
        at={**_AT, "summary": _place_of_summary(members)},
    )


_AT: Final = {
    "messages": "/input",
    "output": "/text/format",
    "verbosity": "/text/verbosity",
    "logprobs": "/include",
}


def _model(body: Members) -> str:
    # A stored prompt may name the model.
    return body.text("model") or "" if body.has("prompt") else body.required_text("model")


def _demand_something(body: Members) -> None:
    if any(body.has(name) for name in ("input", "previous_response_id", "prompt", "conversation")):
        return
    raise RequestRefused(
        "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided.",
        param="input",
        name="missing_required_parameter",
    )


def _stop(body: Members) -> tuple[str, ...] | None:
    stop = body.get("stop")
    return (stop,) if isinstance(stop, str) else body.texts("stop")


# -- what the answer is to be


def _output(text: Members, ledger: Ledger) -> OutputFormat | None:
    _lose_rest(text, {"format", "verbosity"}, ledger)
    form = text.members("format")
    if form is None:
        return None
    match form.required_choice("type", _FORMATS):
        case "json_schema":
            _lose_rest(form, {"type", "name", "description", "schema", "strict"}, ledger)
            return OutputFormat(
                kind="json_schema",
                name=form.required_text("name", shortest=1, longest=64, pattern=_FORMAT_NAME),
                description=form.text("description"),
                schema=form.required_members("schema").value,
                strict=form.boolean("strict"),
                at=form.at,
            )
        case "json_object":
            _lose_rest(form, {"type"}, ledger)
            return OutputFormat(kind="json_object", at=form.at)
        case _:
            _lose_rest(form, {"type"}, ledger)
            return OutputFormat(kind="text", at=form.at)


def _reasoning(body: Members) -> ReasoningWish | None:
    said = body.members("reasoning")
    if said is None:
        return None
    summary = said.text("summary")
    older = said.text("generate_summary")
    known = {"effort", "summary"}
    if summary is None:
        # Its name before it was called `summary`.
        summary = older
        known.add("generate_summary")
    return ReasoningWish(effort=said.text("effort"), summary=summary, extra=said.rest(known))


def _place_of_summary(body: Members) -> str:
    said = body.get("reasoning")
    older = isinstance(said, Mapping) and said.get("summary") is None and "generate_summary" in said
    return "/reasoning/generate_summary" if older else "/reasoning/summary"


def _lose_rest(members: Members, known: set[str], ledger: Ledger) -> None:
    """Members that nobody knows, where there is no room for them."""
    for name, value in members.rest(known).items():
        if value is not None:
            ledger.lose("L100", members.pointer(name))


# -- options


def _options(body: Members) -> dict[str, Any]:
    """What is passed on under its own name where the upstream speaks this dialect."""
    metadata = body.members("metadata")
    context_management = body.get("context_management")
    if context_management is not None and not isinstance(context_management, (list, Mapping)):
        raise wrong_type(body.place("context_management"), "an array of objects", context_management)
    said: dict[str, Any] = {
        **{name: body.text(name) for name in _TEXT_OPTIONS},
        **{name: body.mapping(name) for name in _OBJECT_OPTIONS},
        "store": body.boolean("store"),
        "background": body.boolean("background"),
        "truncation": body.choice("truncation", _TRUNCATIONS),
        "max_tool_calls": body.integer("max_tool_calls", least=1),
        "metadata": None
        if metadata is None
        else checked_map(metadata, most=16, longest_name=64, longest=512),
        "conversation": _conversation(body),
        "context_management": context_management,
        "include": body.texts("include"),
    }
    options = {name: value for name, value in said.items() if value is not None}
    if "include" in options:
        options["include"] = list(options["include"])
    return options


def _conversation(body: Members) -> Any:
    """The id of a stored conversation, or an object that holds it."""
    value = body.get("conversation")
    if isinstance(value, Mapping):
        body.required_members("conversation").required_text("id")
    elif value is not None and not isinstance(value, str):
        raise wrong_type(body.place("conversation"), "one of an object or string", value)
    if value is not None and body.has("previous_response_id"):
        raise RequestRefused(
            "Mutually exclusive parameters: 'previous_response_id' and 'conversation'. Ensure you are only providing "
            "one of: 'previous_response_id' or 'conversation'.",
            param="conversation",
            name="mutually_exclusive_parameters",
        )
    return value
