"""A stream of Gemini out of what was drawn of it: the request, the responses, and what they amount to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.generate.material import SIGNATURE, frame, interleaved, with_comments
from harness.generate.meaning import Meaning
from harness.generate.stream import GeneratedStream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from harness.generate.gemini import Candidate, Part, Plan

BLOCK_REASONS: Final = (
    "SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "IMAGE_SAFETY", "MODEL_ARMOR", "JAILBREAK",
)  # fmt: skip
ERRORS: Final[tuple[dict[str, Any], ...]] = (
    {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"},
    {"code": 500, "message": "An internal error has occurred.", "status": "INTERNAL"},
    {"code": 429, "message": "Quota exceeded.", "status": "RESOURCE_EXHAUSTED", "details": []},
    {"code": 400, "message": "Invalid.", "status": "INVALID_ARGUMENT"},
    {"code": 504, "message": "It took too long.", "status": "DEADLINE_EXCEEDED"},
)
OTHERS: Final[tuple[dict[str, Any], ...]] = (
    {"executableCode": {"language": "PYTHON", "code": "print(1)"}},
    {"codeExecutionResult": {"outcome": "OUTCOME_OK", "output": "1\n"}},
    {"inlineData": {"mimeType": "image/png", "data": "iVBORw0KGgo="}},
    {"fileData": {"mimeType": "image/png", "fileUri": "https://example.org/a.png"}},
    {"functionResponse": {"name": "get_weather", "response": {"output": 1}}},
    {"toolCall": {"id": "tool_1", "toolType": "GOOGLE_SEARCH_WEB", "args": {}}},
    {"toolResponse": {"id": "tool_1", "toolType": "GOOGLE_SEARCH_WEB", "response": {}}},
)
"""Parts that are neither text nor a call."""

_RATING: Final = {"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}
EXTRAS: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"safetyRatings": [_RATING, {**_RATING, "probability": "HIGH", "blocked": True}]},
    {"groundingMetadata": {
        "webSearchQueries": ["x"],
        "groundingChunks": [{"web": {"uri": "https://example.org/", "title": "T"}}],
        "groundingSupports": [{"segment": {"endIndex": 1, "text": "x"}, "groundingChunkIndices": [0]}],
    }},
    {"citationMetadata": {"citations": [{"startIndex": 0, "endIndex": 1, "uri": "https://example.org/"}]}},
    {"avgLogprobs": -0.5, "logprobsResult": {"chosenCandidates": [{"token": "x", "logProbability": -0.5}]}},
    {"urlContextMetadata": {"urlMetadata": [
        {"retrievedUrl": "https://example.org/", "urlRetrievalStatus": "URL_RETRIEVAL_STATUS_SUCCESS"}
    ]}},
    {"finishMessage": "x", "tokenCount": 3, "acmeNote": None},
)  # fmt: skip
"""What the last response of a candidate may tell besides; the last has a member of the future."""


class Step(NamedTuple):
    """What one response says of a candidate."""

    parts: list[dict[str, Any]] | None
    adds: tuple[tuple[str, str], ...] = ()
    finish: str | None = None
    extra: int = 0


def render(plan: Plan, tools: Sequence[str], reasons: Sequence[str]) -> GeneratedStream:
    """The stream of a plan."""
    bodies: list[dict[str, Any]] = []
    meanings: list[Meaning] = []
    if plan.blocked is not None:
        bodies.append({"promptFeedback": {"blockReason": BLOCK_REASONS[plan.blocked]}})
    else:
        meanings = [Meaning() for _ in plan.candidates]
        lanes = [list(_steps(one, number, reasons)) for number, one in enumerate(plan.candidates)]
        for group in _grouped(list(interleaved(lanes, plan.order)), together=plan.grouped):
            if plan.error is not None and len(bodies) >= plan.error[0]:
                break
            for lane, step in group:
                meanings[lane].all(step.adds)
                meanings[lane].finish = step.finish or meanings[lane].finish
            bodies.append({"candidates": [_candidate(lane, step) for lane, step in group]})
    bodies = list(_told(bodies, plan))
    failed = plan.error is not None and plan.blocked is None
    if failed and plan.error is not None:
        bodies.append({"error": ERRORS[plan.error[1]]})
    line_end = "\r\n" if plan.windows else "\n"
    return GeneratedStream(
        dialect="gemini",
        request=_request(plan, tools),
        events=with_comments([frame(one, line_end=line_end) for one in bodies], plan.comments),
        answers=tuple(one.answer() for one in meanings),
        failed=failed,
    )


def _grouped(mixed: list[tuple[int, Step]], *, together: bool) -> Iterator[list[tuple[int, Step]]]:
    """What comes in one response: one step, or one step each of several candidates."""
    held: list[tuple[int, Step]] = []
    for lane, step in mixed:
        if held and (not together or any(lane <= other for other, _ in held)):
            yield held
            held = []
        held.append((lane, step))
    if held:
        yield held


def _told(bodies: list[dict[str, Any]], plan: Plan) -> Iterator[dict[str, Any]]:
    """The responses with the members that all of them have, and with usage."""
    identity = {"modelVersion": "m-1", "responseId": "r1"}
    for number, body in enumerate(bodies, 1):
        made = {"candidatesTokenCount": number} if "candidates" in body else {}
        usage = {"usageMetadata": {"promptTokenCount": 4, **made, "totalTokenCount": 4 + number * bool(made)}}
        last = number == len(bodies)
        if plan.usage == 3 and last and plan.blocked is None:
            # Usage alone may come anywhere but behind the end of what is not finished yet.
            yield usage | identity
            yield body | identity
        else:
            yield body | (usage if plan.usage == 0 or (plan.usage in (1, 3) and last) else {}) | identity


def _candidate(index: int, step: Step) -> dict[str, Any]:
    content = {} if step.parts is None else {"content": {"parts": step.parts, "role": "model"}}
    finish = {} if step.finish is None else {"finishReason": step.finish}
    return {**content, **finish, "index": index, **EXTRAS[step.extra]}


def _steps(candidate: Candidate, number: int, reasons: Sequence[str]) -> Iterator[Step]:
    """The responses of one candidate."""
    reason = reasons[candidate.reason % len(reasons)]
    said = [step for place, part in enumerate(candidate.parts) for step in _said(part, f"{number}_{place}")]
    if candidate.repeats and not any(part.kind == "partial" for part in candidate.parts):
        said = [step._replace(finish=reason) for step in said]
    if candidate.alone or not said:
        parts: list[dict[str, Any]] | None = [{"text": ""}] if candidate.alone == 2 else None
        said.append(Step(parts))
    said[-1] = said[-1]._replace(finish=reason, extra=candidate.extra)
    yield from said


def _said(part: Part, place: str) -> Iterator[Step]:
    """One run of parts, a response each."""
    seal = {"thoughtSignature": SIGNATURE} if part.signed else {}
    if part.kind in ("text", "thought"):
        thought = {"thought": True} if part.kind == "thought" else {}
        *others, last = part.said
        for one in others:
            yield Step([{"text": one, **thought}], ((part.kind, one),))
        yield Step([{"text": last, **thought, **(seal if part.signed == 1 else {})}], ((part.kind, last),))
        if part.signed == 2:
            yield Step([{"text": "", **thought, **seal}])
    elif part.kind == "other":
        yield Step([OTHERS[part.said]])
    else:
        call_id = f"call_{place}" if part.has_id else ""
        call = {"name": part.name, **({"id": call_id} if call_id else {})}
        opened = (f"call:function:{call_id}", part.name)
        if part.kind == "call":
            # Protobuf leaves out an empty object.
            whole = {**call, **({"args": part.said} if part.said or not part.signed else {})}
            yield Step([{"functionCall": whole, **seal}], (opened, ("arguments", _json(part.said))))
        else:
            yield Step([{"functionCall": {**call, "willContinue": True}}], (opened,))
            yield from _partial(part.said)
            yield Step([{"functionCall": {}}], (("arguments", _json(dict(_whole(part.said)))),))


def _partial(told: Sequence[tuple[str, Any]]) -> Iterator[Step]:
    """The arguments of a call, in pieces."""
    for key, value in told:
        path = {"jsonPath": f"$.{key}"}
        if isinstance(value, list):
            for number, piece in enumerate(value, 1):
                more = {"willContinue": True} if number < len(value) else {}
                yield _more({**path, "stringValue": piece, **more})
        elif value is None:
            yield _more({**path, "nullValue": "NULL_VALUE"})
        else:
            yield _more({**path, "boolValue" if isinstance(value, bool) else "numberValue": value})


def _more(piece: dict[str, Any]) -> Step:
    return Step([{"functionCall": {"partialArgs": [piece], "willContinue": True}}])


def _whole(told: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    for key, value in told:
        yield key, "".join(value) if isinstance(value, list) else value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _request(plan: Plan, tools: Sequence[str]) -> dict[str, Any]:
    """The request that asked for it."""
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    if tools:
        body["tools"] = [
            {"functionDeclarations": [{"name": one, "parameters": {"type": "object"}} for one in tools]}
        ]
    kinds = {part.kind for one in plan.candidates for part in one.parts}
    if "partial" in kinds:
        body["toolConfig"] = {"functionCallingConfig": {"streamFunctionCallArguments": True}}
    wishes: dict[str, Any] = {"thinkingConfig": {"includeThoughts": True}} if "thought" in kinds else {}
    if len(plan.candidates) > 1:
        wishes["candidateCount"] = len(plan.candidates)
    if wishes:
        body["generationConfig"] = wishes
    return body
