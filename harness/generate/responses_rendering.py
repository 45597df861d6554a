"""A stream of Responses out of what was drawn of it: the request, the events, and what they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.dialects.responses.grammar import PREFIXES
from harness.generate.material import CREATED, frame, interleaved, obfuscation, with_comments
from harness.generate.meaning import Meaning, joined
from harness.generate.responses_hosted import TOOLS
from harness.generate.responses_item import Event
from harness.generate.responses_items import numbered, write
from harness.generate.stream import GeneratedStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.generate.responses import Plan
    from harness.generate.responses_item import Item, Json, Written

_ERRORS: Final = (
    ("server_error", "server_error"),
    ("insufficient_quota", "insufficient_quota"),
    ("rate_limit_exceeded", "tokens"),
    ("invalid_prompt", "invalid_request_error"),
)
_ASIDES: Final[tuple[Json, ...]] = (
    {"type": "keepalive"},
    {"type": "response.rate_limits.updated", "rate_limits": []},
    {"type": "acme:trace", "note": "x"},
)
_AUDIO: Final[tuple[tuple[str, Json], ...]] = (
    ("response.audio.delta", {"delta": "AAD//w=="}),
    ("response.audio.transcript.delta", {"delta": "x"}),
    ("response.audio.transcript.done", {}),
    ("response.audio.done", {}),
)
_PADDED: Final = frozenset({
    "response.output_text.delta", "response.refusal.delta", "response.function_call_arguments.delta",
    "response.custom_tool_call_input.delta", "response.mcp_call_arguments.delta",
    "response.code_interpreter_call_code.delta", "response.reasoning_summary_text.delta",
    "response.reasoning_text.delta", "response.shell_call_command.delta",
    "response.apply_patch_call_operation_diff.delta",
})  # fmt: skip
_USAGE: Final[Json] = {
    "input_tokens": 11,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 9,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 20,
}


class _Placed(NamedTuple):
    """An event of the item that stands at that place of the output."""

    at: int
    event: Event


def render(plan: Plan, tools: Sequence[str], custom_tools: Sequence[str]) -> GeneratedStream:
    """The stream of a plan."""
    plan = _consistent(plan)
    request = _request(plan, tools, custom_tools)
    written = [
        _finished(write(item, str(at), logprobs=plan.logprobs), plan, at)
        for at, item in enumerate(plan.items)
    ]
    lanes = [
        list(_lane(one, item, at)) for at, (one, item) in enumerate(zip(written, plan.items, strict=True))
    ]
    # Two messages at once are more than any client shows.
    overlap = plan.overlap and sum(item.kind == "message" for item in plan.items) < 2
    order = plan.order if overlap else ()
    inner = [event for _, event in interleaved(lanes, order)]
    failing = plan.finish in ("failed", "error")
    if failing:
        inner = inner[: plan.broken_at]
    # Items may overlap: each is told by itself, and in the order of the output.
    meanings = [Meaning() for _ in plan.items]
    for at, event in inner:
        meanings[at].all(event.adds)
    closed = {at for at, event in inner if event.kind == "response.output_item.done"}
    output = [
        {"id": _id(item, at), **one.done}
        for at, (one, item) in enumerate(zip(written, plan.items, strict=True))
        if at in closed
    ]
    sender = _Sender(plan, request)
    sender.lifecycle("response.created", "queued" if plan.queued else "in_progress")
    for _ in range(plan.queued):
        sender.lifecycle("response.queued", "queued")
    sender.lifecycle("response.in_progress", "in_progress")
    for name, members in _AUDIO if plan.audio else ():
        sender.event(name, members)
    for _, event in inner:
        sender.event(event.kind, event.members)
    finish = _end(sender, plan, output)
    events = [frame(one, named=one["type"]) for one in _numbered(sender.payloads, plan)]
    return GeneratedStream(
        dialect="responses",
        request=request,
        events=with_comments(events, plan.comments),
        answers=(joined(meanings, finish),),
        failed=failing,
    )


def _consistent(plan: Plan) -> Plan:
    """The plan with all reasoning encrypted, if any is: it is what the request asks for."""
    if not any(item.kind == "reasoning" and item.which % 2 for item in plan.items):
        return plan
    items = [one._replace(which=1) if one.kind == "reasoning" else one for one in plan.items]
    return plan._replace(items=items)


def _id(item: Item, at: int) -> str:
    return f"{PREFIXES.get(item.kind, 'item_')}{at}"


def _finished(written: Written, plan: Plan, at: int) -> Written:
    """The item, incomplete where it is the last, has a status, and the response was cut off."""
    cut_off = plan.finish in ("max_output_tokens", "content_filter")
    if not cut_off or at < len(plan.items) - 1 or written.done.get("status") != "completed":
        return written
    return written._replace(done={**written.done, "status": "incomplete"})


def _lane(written: Written, item: Item, at: int) -> Iterator[_Placed]:
    """All events of one item."""
    index, item_id = {"output_index": at}, _id(item, at)
    added = {**index, "item": {"id": item_id, **written.added}}
    yield _Placed(at, Event("response.output_item.added", added, written.adds))
    for event in numbered(written.inner, {"item_id": item_id, **index}):
        yield _Placed(at, event)
    yield _Placed(at, Event("response.output_item.done", {**index, "item": {"id": item_id, **written.done}}))


def _end(sender: _Sender, plan: Plan, output: list[Json]) -> str:
    """The terminal event; the status of the response."""
    if plan.finish == "completed":
        sender.lifecycle("response.completed", "completed", output=output, usage=_USAGE)
        return "completed"
    if plan.finish in ("max_output_tokens", "content_filter"):
        details = {"reason": plan.finish}
        sender.lifecycle(
            "response.incomplete", "incomplete", output=output, usage=_USAGE, incomplete_details=details
        )
        return "incomplete"
    code, kind = _ERRORS[plan.error]
    told = {"code": code, "message": "It failed."}
    if plan.finish == "error":
        if plan.nested:
            sender.event("error", {"error": {"type": kind, **told, "param": None}})
        else:
            sender.event("error", {**told, "param": None})
    sender.lifecycle("response.failed", "failed", output=output, error=told)
    return "failed"


def _numbered(payloads: list[Json], plan: Plan) -> Iterator[Json]:
    """The events with their numbers, and others of the server's between them."""
    for place, which in plan.asides:
        payloads.insert(
            1 + place % (len(payloads) - 1), dict(_ASIDES[which])
        )  # between the first and the last
    for number, payload in enumerate(payloads):
        yield {**payload, "sequence_number": number}


class _Sender:
    """Events, and the response object in those that have it."""

    def __init__(self, plan: Plan, request: Json) -> None:
        self.payloads: list[Json] = []
        self._padded = plan.padded
        self._response: Json = {
            "id": "resp_1", "object": "response", "created_at": CREATED, "status": "in_progress",
            "background": bool(plan.queued), "completed_at": None, "error": None, "frequency_penalty": 0.0,
            "incomplete_details": None, "instructions": None, "max_output_tokens": request.get("max_output_tokens"),
            "max_tool_calls": None, "model": "m-1", "output": [], "parallel_tool_calls": True,
            "presence_penalty": 0.0, "previous_response_id": None, "prompt_cache_key": None,
            "prompt_cache_retention": None, "reasoning": {"effort": None, "summary": None},
            "safety_identifier": None, "service_tier": "auto", "store": True, "temperature": 1.0,
            "text": {"format": {"type": "text"}, "verbosity": "medium"}, "tool_choice": "auto",
            "tools": request.get("tools", []), "top_logprobs": request.get("top_logprobs", 0), "top_p": 1.0,
            "truncation": "disabled", "usage": None, "user": None, "metadata": {},
        }  # fmt: skip

    def lifecycle(self, kind: str, status: str, **members: Any) -> None:
        """An event that carries the response."""
        done = {"completed_at": CREATED + 2} if status == "completed" else {}
        self.event(kind, {"response": {**self._response, "status": status, **done, **members}})

    def event(self, kind: str, members: Json) -> None:
        """Any other event."""
        padding = (
            {"obfuscation": obfuscation(len(self.payloads), 7)} if self._padded and kind in _PADDED else {}
        )
        self.payloads.append({"type": kind, **members, **padding})


def _request(plan: Plan, tools: Sequence[str], custom_tools: Sequence[str]) -> Json:
    """The request that asked for it."""
    body: Json = {"model": "m-1", "stream": True, "input": "Hi"}
    declared: list[Json] = [
        {"type": "function", "name": one, "parameters": {"type": "object"}, "strict": False} for one in tools
    ]
    declared += [{"type": "custom", "name": one} for one in custom_tools]
    for item in plan.items:
        tool = TOOLS.get(item.kind)
        if tool is not None and tool not in declared:
            declared.append(tool)
    if declared:
        body["tools"] = declared
    if not plan.padded:
        body["stream_options"] = {"include_obfuscation": False}
    include = ["message.output_text.logprobs"] if plan.logprobs else []
    if any(item.kind == "reasoning" and item.which % 2 for item in plan.items):
        include.append("reasoning.encrypted_content")
    if include:
        body["include"] = include
    if plan.logprobs:
        body["top_logprobs"] = 1
    if plan.queued:
        body |= {"background": True, "store": True}
    if plan.finish == "max_output_tokens":
        body["max_output_tokens"] = 16
    return body
