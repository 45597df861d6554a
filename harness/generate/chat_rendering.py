"""A stream of Chat Completions out of what was drawn of it: requests, chunks, and what they amount to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.generate.material import CREATED, frame, interleaved, obfuscation, with_comments
from harness.generate.meaning import Meaning
from harness.generate.stream import GeneratedStream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.generate.chat import Asked, Block, ChatPlan, ChoicePlan

_ROLES: Final = ({"role": "assistant"}, {"role": "assistant", "content": "", "refusal": None},
                 {"role": "assistant", "content": None}, {"role": "assistant"})  # fmt: skip
_MERGED: Final = 3
_IDLE: Final[tuple[dict[str, Any], ...]] = ({}, {"content": ""}, {"content": None})
"""Deltas that say nothing."""
_EXTRAS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"provider": "acme"},
    {"x_acme": {"id": "req_1"}, "trace": None},
)
_TIERS: Final[tuple[dict[str, Any], ...]] = (
    {"service_tier": "default", "system_fingerprint": "fp_1"},
    {"system_fingerprint": None},
    {},
)
_ERRORS: Final[tuple[dict[str, Any], ...]] = (
    {"message": "The server had an error", "type": "server_error", "param": None, "code": None},
    {"message": "Rate limit reached", "type": "rate_limit_exceeded", "param": None, "code": "rate_limit_exceeded"},
    {"message": "The engine is overloaded", "type": "server_error", "param": None, "code": "server_error"},
    {"message": "Too long", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"},
)  # fmt: skip
_VERDICT: Final[dict[str, Any]] = {
    "type": "moderation_results",
    "model": "omni-moderation-latest",
    "results": [
        {
            "type": "moderation_result",
            "model": "omni-moderation-latest",
            "flagged": False,
            "categories": {"violence": False},
            "category_scores": {"violence": 0.0004},
            "category_applied_input_types": {"violence": ["text"]},
        }
    ],
}
_UNJUDGED: Final[dict[str, Any]] = {"type": "error", "code": "server_error", "message": "It failed."}
_AUDIO: Final = ("AAD//wEAAgABAP7/", "AQACAAAA/v8=")


class Step(NamedTuple):
    """What one chunk says of its choice, and what that adds to its meaning."""

    delta: dict[str, Any]
    adds: tuple[tuple[str, str], ...] = ()
    logprobs: dict[str, Any] | None = None
    finish: str | None = None


def render(plan: ChatPlan, asked: Asked) -> GeneratedStream:
    """The stream of a plan."""
    lanes = [list(_steps(choice, number, plan, asked)) for number, choice in enumerate(plan.choices)]
    mixed = list(interleaved(lanes, plan.order))
    if plan.error is not None:
        mixed = mixed[: plan.error[0]]
    meanings = [Meaning() for _ in lanes]
    writer = _Writer(plan)
    for choice, step in mixed:
        for kind, text in step.adds:
            meanings[choice].add(kind, text)
        meanings[choice].finish = step.finish or meanings[choice].finish
        entry: dict[str, Any] = {"index": choice, "delta": step.delta}
        if asked.form != "audio":
            entry["logprobs"] = step.logprobs
        entry["finish_reason"] = step.finish
        writer.chunk(choices=[entry])
    if plan.error is None:
        _ending(writer, plan, audio=asked.form == "audio")
    else:
        writer.events.append(frame({"error": _ERRORS[plan.error[1]]}))
    if plan.error is None or plan.error[2]:
        writer.events.append(frame("[DONE]"))
    return GeneratedStream(
        dialect="chat",
        request=_request(plan, asked),
        events=with_comments(writer.events, plan.comments),
        answers=tuple(one.answer() for one in meanings),
        failed=plan.error is not None,
    )


def _ending(writer: _Writer, plan: ChatPlan, *, audio: bool) -> None:
    """Usage, the verdict of moderation, and the time at which audio expires."""
    verdict = {1: (_VERDICT, _VERDICT), 2: (_UNJUDGED, _UNJUDGED)}.get((plan.moderated - 1) % 2 + 1)
    moderation = dict(zip(("input", "output"), verdict or (), strict=False)) if plan.moderated else {}
    if moderation and plan.moderated > 2:
        writer.chunk(choices=[], moderation=moderation)
    if plan.usage:
        writer.chunk(choices=[], usage=_usage(audio=audio))
    if moderation and plan.moderated <= 2:
        writer.chunk(choices=[], moderation=moderation)
    if audio:
        expiry = {"audio": {"expires_at": CREATED + 3600}}
        writer.chunk(choices=[{"index": 0, "delta": expiry}])


def _usage(*, audio: bool) -> dict[str, Any]:
    spoken = 4 if audio else 0
    made = {
        "reasoning_tokens": 0,
        "audio_tokens": spoken,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    }
    return {
        "prompt_tokens": 11,
        "completion_tokens": 9,
        "total_tokens": 20,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {**made, "text_tokens": 5} if audio else made,
    }


class _Writer:
    """Chunks with what all of them have."""

    def __init__(self, plan: ChatPlan) -> None:
        self.events: list[bytes] = []
        self._plan = plan
        head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": CREATED, "model": "m-1"}
        self._head: dict[str, Any] = head | _TIERS[plan.tier]

    def chunk(self, usage: dict[str, Any] | None = None, **members: Any) -> None:
        """One chunk."""
        chunk = self._head | members
        if self._plan.usage:
            chunk["usage"] = usage
        chunk |= _EXTRAS[self._plan.extras]
        if self._plan.padded:
            chunk["obfuscation"] = obfuscation(len(self.events), 5)
        self.events.append(frame(chunk))


def _steps(choice: ChoicePlan, number: int, plan: ChatPlan, asked: Asked) -> Iterator[Step]:
    """The chunks of one choice."""
    said = list(_said(choice, number, plan, asked))
    for place, which in choice.idle:
        said.insert(place % (len(said) + 1), Step(dict(_IDLE[which])))
    role = dict(_ROLES[choice.role])
    if choice.role == _MERGED and said:
        first = said.pop(0)
        yield first._replace(delta=role | first.delta)
    else:
        yield Step(role)
    yield from said
    if asked.form == "audio":
        return
    calls = any(block.kind in ("function", "custom") for block in choice.blocks)
    reasons = asked.with_calls if calls else asked.without_calls
    if not choice.blocks:  # one that stops has said something
        reasons = tuple(one for one in reasons if one != "stop") or reasons
    yield Step({}, finish=reasons[choice.reason % len(reasons)])


def _said(choice: ChoicePlan, number: int, plan: ChatPlan, asked: Asked) -> Iterator[Step]:
    """What a choice says."""
    for piece in choice.thought:
        yield Step({plan.reasoning_key: piece}, (("thought", piece),))
    call = 0
    for block in choice.blocks:
        if asked.form == "audio":
            yield from _spoken(block)
        elif block.kind in ("text", "refusal"):
            member = "content" if block.kind == "text" else "refusal"
            for piece in block.pieces:
                yield Step(
                    {member: piece},
                    ((block.kind, piece),),
                    _logprobs(member, piece) if plan.logprobs else None,
                )
        elif asked.form == "functions":
            if not call:
                yield from _legacy(block)
            call += 1
        else:
            yield from _call(block, number, call)
            call += 1


def _spoken(block: Block) -> Iterator[Step]:
    """A text that is spoken: its transcript, then sound."""
    for piece in block.pieces:
        yield Step({"audio": {"id": "audio_1", "transcript": piece}})
    for data in _AUDIO[: len(block.pieces)]:
        yield Step({"audio": {"data": data}})


def _call(block: Block, choice: int, index: int) -> Iterator[Step]:
    """A call in its fragments: the first has the name, and no more of the arguments than nothing."""
    member = "arguments" if block.kind == "function" else "input"
    call_id = f"call_{choice}_{index}"
    opening = {
        "index": index,
        "id": call_id,
        "type": block.kind,
        block.kind: {"name": block.name, member: ""},
    }
    yield Step({"tool_calls": [opening]}, ((f"call:{block.kind}:{call_id}", block.name),))
    for piece in block.pieces:
        yield Step({"tool_calls": [{"index": index, block.kind: {member: piece}}]}, (("arguments", piece),))


def _legacy(block: Block) -> Iterator[Step]:
    """A call in the form that came before tools; a choice has one."""
    yield Step({"function_call": {"name": block.name, "arguments": ""}}, (("call:function:", block.name),))
    for piece in block.pieces:
        yield Step({"function_call": {"arguments": piece}}, (("arguments", piece),))


def _logprobs(member: str, piece: str) -> dict[str, Any]:
    """Log probabilities of a piece that is one token."""
    said = list(piece.encode())
    token = {"token": piece, "logprob": -0.5, "bytes": said}
    found: list[dict[str, Any]] = [{**token, "top_logprobs": [token]}] if piece else []
    return {"content": None, "refusal": None, member: found}


def _request(plan: ChatPlan, asked: Asked) -> dict[str, Any]:
    """The request that asked for it."""
    body: dict[str, Any] = {"model": "m-1", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
    options: dict[str, Any] = {"include_usage": True} if plan.usage else {}
    if not plan.padded:
        options["include_obfuscation"] = False
    if options:
        body["stream_options"] = options
    if len(plan.choices) > 1:
        body["n"] = len(plan.choices)
    if plan.logprobs:
        body |= {"logprobs": True, "top_logprobs": 1}
    if plan.moderated:
        body["moderation"] = {"model": "omni-moderation-latest"}
    functions = [{"name": name, "parameters": {"type": "object"}} for name in asked.tools]
    if asked.form == "audio":
        body |= {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}}
    elif asked.form == "functions":
        body["functions"] = functions
    elif functions or asked.custom_tools:
        tools: list[dict[str, Any]] = [{"type": "function", "function": one} for one in functions]
        body["tools"] = [*tools, *({"type": "custom", "custom": {"name": one}} for one in asked.custom_tools)]
    return body
