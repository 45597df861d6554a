"""A request as Responses has it (`POST /responses`; the types of the package openai 3.52.0).

What a Responses client sent comes out as it went in, but for these: null members and `stream: false` are left out, an
assistant's text has its annotations, a function its parameters, and what the upstream's profile says it refuses is left
out with its loss. From Chat, `store` and `strict` are always said: left out, they mean no there and yes here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import escape
from harness.translation.requests.legacy import with_call_ids
from harness.translation.requests.sending import Sending, says_nothing
from harness.translation.requests.to_responses_items import response_items
from harness.translation.requests.to_responses_tools import put_tools
from harness.translation.requests.tool_names import ToolNames
from harness.turn.conversation import TextPart

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.turn.conversation import Message, OutputFormat, Request

_LOGPROBS: Final = "message.output_text.logprobs"
_GIVEN_ELSEWHERE: Final = frozenset({"previous_response_id", "prompt", "conversation"})
"""Options with which there need be no `input`."""

_SAME_NAME: Final = (
    "service_tier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
    "safety_identifier",
    "user",
    "metadata",
    "moderation",
)
"""Options that both dialects call by one name."""


def to_responses(request: Request, session: Session) -> dict[str, Any]:
    """The body to send; what has no place in it is noted as a loss in the session.

    Args:
        request: What the client asked.
        session: The exchange; it is told under which names the upstream knows the client's tools.
    """
    sending = Sending(request, session, "responses")
    names = ToolNames(request, session, is_flat=not session.profile.namespaces)
    _put_input(sending, names)
    put_tools(sending, names)
    _put_sampling(sending)
    _put_output(sending)
    _put_reasoning(sending)
    _put_options(sending)
    _put_stream(sending)
    sending.put_extras()
    return sending.body


# -- the conversation


def _put_input(sending: Sending, names: ToolNames) -> None:
    request = sending.request
    messages = with_call_ids(request.messages, sending.session)
    if request.instructions is not None:
        sending.body["instructions"] = request.instructions
    elif not sending.is_same and sending.session.manner.hoist_system:
        leading = _leading(messages)
        if leading:
            sending.body["instructions"] = "\n\n".join(
                "".join(part.text for part in message.parts if isinstance(part, TextPart))
                for message in leading
            )
            messages = messages[len(leading) :]
            for message in leading:
                if message.name is not None:
                    sending.session.lose("L154", f"{message.at}/name")
                sending.keep_extra({}, message.extra, message.at)
    if _is_one_string(messages):
        sending.body["input"] = "".join(part.text for part in messages[0].parts if isinstance(part, TextPart))
    elif messages or not _GIVEN_ELSEWHERE & request.options.keys():
        sending.body["input"] = response_items(sending, names, messages)


def _leading(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The system messages before all others, where something is left behind them."""
    count = 0
    while (
        count < len(messages) and messages[count].role in {"system", "developer"} and messages[count].is_text
    ):
        count += 1
    return messages[:count] if count < len(messages) else ()


def _is_one_string(messages: tuple[Message, ...]) -> bool:
    """The client sent `input` as one string, not as an item."""
    return len(messages) == 1 and messages[0].is_text and messages[0].at == "/input"


# -- sampling and limits


def _put_sampling(sending: Sending) -> None:
    request = sending.request
    sending.put("max_output_tokens", request.max_output_tokens)
    sending.put("temperature", request.temperature)
    sending.put("top_p", request.top_p)
    for name in ("top_k", "seed", "frequency_penalty", "presence_penalty"):
        _put_foreign(sending, name, getattr(request, name))
    if request.stop:
        if sending.is_same or "stop" in sending.profile.extras:
            sending.put("stop", list(request.stop))
        elif not sending.session.manner.emulate_stop:
            sending.lose("stop", "stop")
    if request.choices is not None and request.choices > 1:
        sending.lose("n", "choices")
    if sending.is_same or request.logprobs:
        sending.put("top_logprobs", request.top_logprobs)
    elif request.top_logprobs:
        sending.lose("top_logprobs", "top_logprobs")


def _put_foreign(sending: Sending, name: str, value: Any) -> None:
    """An option that Responses has not, but some servers that speak it have."""
    if value is None:
        return
    if name in sending.profile.extras or (sending.is_same and name != "top_k"):
        sending.put(name, value)
    elif not says_nothing(name, value):
        sending.lose(name, name)


# -- what the answer is to be


def _put_output(sending: Sending) -> None:
    request = sending.request
    text: dict[str, Any] = {}
    if request.output is not None:
        text["format"] = _format(sending, request.output)
    if request.verbosity is not None:
        if "verbosity" in sending.refuses:
            sending.lose("verbosity", "verbosity")
        else:
            text["verbosity"] = request.verbosity
    if text:
        sending.body["text"] = text


def _format(sending: Sending, output: OutputFormat) -> dict[str, Any]:
    if output.kind != "json_schema":
        return {"type": output.kind}
    if not sending.profile.json_schema:
        sending.session.lose("L111", sending.request.pointer("output"), "json_schema")
        _tell_schema(sending, output.schema)
        return {"type": "json_object"}
    form: dict[str, Any] = {"type": "json_schema"}
    if output.name is not None:
        form["name"] = output.name
    if output.description is not None:
        form["description"] = output.description
    if output.schema is not None:
        form["schema"] = dict(output.schema)
    if output.strict is not None:
        form["strict"] = output.strict
    elif not sending.is_same:
        # Left out, it means no in Chat; official answers echo yes for a request that does not mention it here.
        form["strict"] = False
    return form


def _tell_schema(sending: Sending, schema: Any) -> None:
    """The mode is refused where nothing in the conversation says JSON."""
    if schema is None:
        return
    words = json.dumps(dict(schema), ensure_ascii=False, separators=(",", ":"))
    told = f"Answer with one JSON object, and nothing else, that fits this JSON Schema:\n{words}"
    given = sending.body.get("instructions")
    sending.body["instructions"] = told if given is None else f"{given}\n\n{told}"


def _put_reasoning(sending: Sending) -> None:
    wish = sending.request.reasoning
    if wish is None:
        return
    at = sending.request.pointer("reasoning")
    told: dict[str, Any] = {}
    if wish.effort is not None:
        told["effort"] = wish.effort
    if wish.summary is not None:
        told["summary"] = wish.summary
    if wish.budget is not None:
        sending.session.lose("L115", at, "a budget of tokens")
    for name, value in wish.extra.items():
        if sending.is_same:
            told.setdefault(name, value)
        else:
            sending.session.lose("L100", f"{at}/{escape(name)}")
    if told or sending.is_same:
        sending.put("reasoning", told)


# -- options


def _put_options(sending: Sending) -> None:
    request = sending.request
    options = dict(request.options)
    if sending.is_same:
        for name, value in options.items():
            sending.put(name, value)
        return
    for name in _SAME_NAME:
        sending.put(name, options.pop(name, None))
    store = options.pop("store", None)
    if store is not None or "store" not in sending.refuses:
        sending.put("store", bool(store))
    if request.logprobs and not {"logprobs", "include"} & set(sending.refuses):
        sending.body["include"] = [_LOGPROBS]
    elif request.logprobs:
        sending.lose("logprobs", "logprobs")
    for name, value in options.items():
        if not says_nothing(name, value):
            sending.lose(name, name)


def _put_stream(sending: Sending) -> None:
    request = sending.request
    if not request.stream:
        return
    sending.body["stream"] = True
    # Usage stands in the last event, whether or not anybody asks.
    options = {
        name: value for name, value in (request.stream_options or {}).items() if name != "include_usage"
    }
    if options:
        sending.put("stream_options", options)
