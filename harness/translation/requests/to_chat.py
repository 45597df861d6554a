"""A request as Chat Completions has it (`POST /chat/completions`; the types of the package openai 3.52.0).

What a Chat client sent comes out as it went in, but for these: the limit of output tokens is sent in the member that
the upstream takes; a stream is always asked for its usage; null members and `stream: false` are left out; legacy
functions become tools; and what the upstream's profile says it refuses is left out, each with its loss.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.history import repaired
from harness.translation.requests.legacy import with_call_ids
from harness.translation.requests.sending import Sending, says_nothing
from harness.translation.requests.to_chat_messages import chat_messages
from harness.translation.requests.to_chat_tools import put_tools
from harness.translation.requests.tool_names import ToolNames

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import Request

_SAMPLING: Final = ("temperature", "top_p", "seed", "frequency_penalty", "presence_penalty")
_SAME_NAME: Final = (
    "logit_bias",
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "safety_identifier",
    "user",
    "modalities",
    "audio",
    "prediction",
    "moderation",
)
"""Options that both dialects call by one name, or that are Chat's own."""


def to_chat(request: Request, session: Session) -> dict[str, Any]:
    """The body to send; what has no place in it is noted as a loss in the session.

    Args:
        request: What the client asked.
        session: The exchange; it is told under which names the upstream knows the client's tools.
    """
    sending = Sending(request, session, "chat")
    names = ToolNames(request, session, is_flat=True)
    messages = with_call_ids(request.messages, session)
    if not sending.is_same:
        messages = repaired(messages, session)
    sending.body["messages"] = chat_messages(sending, names, messages)
    put_tools(sending, names)
    _put_sampling(sending)
    _put_output(sending)
    _put_options(sending)
    _put_stream(sending)
    sending.put_extras()
    return sending.body


# -- sampling and limits


def _put_sampling(sending: Sending) -> None:
    request = sending.request
    sending.put(sending.profile.max_tokens, request.max_output_tokens, "max_output_tokens")
    for name in _SAMPLING:
        sending.put(name, getattr(request, name))
    if request.top_k is not None:
        if "top_k" in sending.profile.extras:
            sending.put("top_k", request.top_k)
        else:
            sending.lose("top_k", "top_k")
    if request.stop is not None:
        sending.put("stop", list(request.stop))
    choices = request.choices
    if choices is not None and (choices > 1 or "n" not in sending.refuses):
        sending.put("n", choices, "choices")
    wants_top = bool(request.top_logprobs)
    # Responses asks for them by include, or only by their number; Chat wants the number with the wish.
    if request.logprobs is not None or (wants_top and not sending.is_same):
        field = "top_logprobs" if request.logprobs is None else "logprobs"
        sending.put("logprobs", True if wants_top and not sending.is_same else request.logprobs, field)
    if sending.is_same or wants_top:
        sending.put("top_logprobs", request.top_logprobs)


# -- what the answer is to be


def _put_output(sending: Sending) -> None:
    request = sending.request
    output = request.output
    if output is not None and output.kind == "json_schema":
        _put_schema(sending)
    elif output is not None:
        sending.put("response_format", {"type": output.kind}, "output")
    sending.put("verbosity", request.verbosity)
    _put_reasoning(sending)


def _put_reasoning(sending: Sending) -> None:
    request = sending.request
    wish = request.reasoning
    if wish is None:
        return
    at = request.pointer("reasoning")
    takes_all = "reasoning" in sending.profile.extras
    if takes_all and sending.is_same and "reasoning" in request.extra:
        # OpenRouter's own member says it all, and is sent as it came.
        if at == "/reasoning_effort":
            sending.put("reasoning_effort", wish.effort, "reasoning")
        return
    sending.put("reasoning_effort", wish.effort, "reasoning")
    if wish.budget is not None:
        if takes_all and wish.effort is None:
            sending.body["reasoning"] = {"max_tokens": wish.budget}
        else:
            sending.session.lose("L115", at, "a budget of tokens")
    if wish.summary is not None:
        sending.session.lose("L116", request.pointer("summary"))
    for name, value in wish.extra.items():
        if sending.is_same:
            sending.body.setdefault(name, value)
        else:
            sending.session.lose("L116" if name == "generate_summary" else "L124", f"{at}/{escape(name)}")


def _put_schema(sending: Sending) -> None:
    output = sending.request.output
    if output is None:
        return
    if not sending.profile.json_schema:
        sending.session.lose("L111", sending.request.pointer("output"), "json_schema")
        if sending.put("response_format", {"type": "json_object"}, "output") and output.schema is not None:
            schema = json.dumps(dict(output.schema), ensure_ascii=False, separators=(",", ":"))
            # The mode is refused where nothing in the conversation says JSON.
            words = f"Answer with one JSON object, and nothing else, that fits this JSON Schema:\n{schema}"
            sending.body["messages"] = [{"role": "system", "content": words}, *sending.body["messages"]]
        return
    told: dict[str, Any] = {}
    if output.name is not None:
        told["name"] = output.name
    if output.description is not None:
        told["description"] = output.description
    if output.schema is not None:
        told["schema"] = dict(output.schema)
    if output.strict is not None:
        told["strict"] = output.strict
    elif sending.takes_strict(output.schema):
        told["strict"] = True
    sending.put("response_format", {"type": "json_schema", "json_schema": told}, "output")


# -- options


def _put_options(sending: Sending) -> None:
    options = dict(sending.request.options)
    for name in _SAME_NAME:
        sending.put(name, options.pop(name, None))
    if sending.is_same:
        for name, value in options.items():
            sending.put(name, value)
        return
    for name, value in options.items():
        _lose_option(sending, name, value)


def _lose_option(sending: Sending, name: str, value: Any) -> None:
    """What Responses has and Chat has not; a value that says what happens anyway is none."""
    if says_nothing(name, value):
        return
    if name == "include":
        at = sending.request.pointer(name)
        for index, one in enumerate(value):
            if one not in _INCLUDED_ANYWAY:
                sending.session.lose("L124", f"{at}/{index}", str(one))
        return
    if name == "metadata":
        # Chat takes metadata only of what it stores, and what a Responses client stores is stored here.
        sending.lose(name, name, "the upstream does not store the answer")
        return
    sending.lose(name, name)


_INCLUDED_ANYWAY: Final = frozenset({"reasoning.encrypted_content", "message.output_text.logprobs"})
"""Asked of the upstream by other members, or given to the client where the upstream sends it."""


def _put_stream(sending: Sending) -> None:
    request = sending.request
    if not request.stream:
        return
    sending.body["stream"] = True
    options = dict(request.stream_options or {})
    options.pop("include_usage", None)
    if sending.profile.stream_usage:
        # The gateway keeps the usage to itself where the client did not ask for it.
        sending.body["stream_options"] = {**options, "include_usage": True}
    else:
        at = request.pointer("stream_options")
        for name in options:
            sending.session.lose("L124", f"{at}/{escape(name)}")
