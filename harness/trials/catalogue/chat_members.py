"""Chunks of Chat Completions with members that are there, not there, null, empty or unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.trials.chat_stream import FRAME, chunk, ending, opening, plain, said, usage_chunk
from harness.trials.drawing import COUNTED, Shelf
from harness.trials.encoding import each
from harness.trials.material import TEXT, pieces
from harness.trials.trial import Expected

if TYPE_CHECKING:
    from collections.abc import Callable


Chunk = dict[str, Any]

THOUGHT: Final = "Let me think: ☃ is a snowman."
_COMPATIBLE: Final = "OpenAI's page on backwards compatibility: new properties in objects and event data are no breaking change"


def _delta(change: Callable[[Chunk], Chunk]) -> list[Chunk]:
    """An ordinary answer with its deltas changed."""

    def changed(one: Chunk) -> Chunk:
        choices = [{**choice, "delta": change(choice["delta"])} for choice in one["choices"]]
        return {**one, "choices": choices}

    return each(plain(), changed)


def _obfuscated() -> list[Chunk]:
    return [
        {**one, "obfuscation": "aB3xYz9"[: number % 8]} if one["choices"] else one
        for number, one in enumerate(plain())
    ]


def _unknown() -> list[Chunk]:
    def changed(one: Chunk) -> Chunk:
        choices = [
            {
                **choice,
                "x_choice": [1, {"a": None}],
                "delta": {**choice["delta"], "x_delta": {"deep": [True]}},
            }
            for choice in one["choices"]
        ]
        return {**one, "x_flag": True, "x_object": {"a": [1, 2.5, None]}, "x_null": None, "choices": choices}

    return each(plain(), changed)


def _lists() -> list[Chunk]:
    """A list that is new to every client, in each delta: as `annotations` was."""
    return _delta(lambda delta: {**delta, "x_notes": [{"note": "n"}]})


def _nulls() -> list[Chunk]:
    def changed(delta: Chunk) -> Chunk:
        absent = {"role": None, "content": None, "refusal": None, "tool_calls": None, "function_call": None}
        return {**absent, **delta}

    return _delta(changed)


def _empties() -> list[Chunk]:
    said_slowly: list[Chunk] = []
    for one in said():
        said_slowly += [chunk({"content": ""}), one, chunk({})]
    return [opening(), *said_slowly, *ending()]


def _filtered() -> list[Chunk]:
    """As Azure begins and goes on."""
    verdict = {"hate": {"filtered": False, "severity": "safe"}}
    first = {"id": "", "object": "", "created": 0, "model": "", "choices": []}
    first["prompt_filter_results"] = [{"prompt_index": 0, "content_filter_results": verdict}]

    def changed(one: Chunk) -> Chunk:
        return {**one, "choices": [{**it, "content_filter_results": verdict} for it in one["choices"]]}

    return [first, *each(plain(), changed)]


def _moderated() -> list[Chunk]:
    """As OpenAI tells what its moderation says of both sides; the usage is null there, and came before."""
    result: Chunk = {"type": "moderation_result", "model": "omni-moderation-latest", "flagged": False}
    result |= {"categories": {}, "category_scores": {}, "category_applied_input_types": {}}
    told = {"type": "moderation_results", "model": "omni-moderation-latest", "results": [result]}
    return [*plain(), {**FRAME, "choices": [], "moderation": {"input": told, "output": told}, "usage": None}]


def _annotated() -> list[Chunk]:
    cited = {"start_index": 0, "end_index": 5, "title": "A page", "url": "https://example.com/a"}
    note = chunk({"annotations": [{"type": "url_citation", "url_citation": cited}]})
    return [opening(), *said(), note, *ending()]


def _thought(member: str) -> list[Chunk]:
    return [
        opening(None),
        *(chunk({"content": None, member: piece}) for piece in pieces(THOUGHT, 6)),
        *said(),
        *ending(),
    ]


def _detailed() -> list[Chunk]:
    """As OpenRouter tells thought: as text, and as a list."""
    details = [
        chunk(
            {
                "role": "assistant",
                "content": "",
                "reasoning": piece,
                "reasoning_details": [
                    {"type": "reasoning.text", "text": piece, "format": "unknown", "index": 0}
                ],
            }
        )
        for piece in pieces(THOUGHT, 6)
    ]
    return [*details, *said(), *ending()]


def _logprobs() -> list[Chunk]:
    chunks = [opening()]
    for piece in pieces(TEXT, 4):
        entry = {"token": piece, "logprob": -0.25, "bytes": list(piece.encode())}
        content = [{**entry, "top_logprobs": [entry]}]
        chunks.append(chunk({"content": piece}, logprobs={"content": content, "refusal": None}))
    return [*chunks, *ending()]


def _sparse() -> list[Chunk]:
    """Without any member that the reference does not require."""
    kept = ("id", "object", "created", "model", "choices", "usage")

    def changed(one: Chunk) -> Chunk:
        whole = {name: one[name] for name in kept if one.get(name) is not None}
        whole["choices"] = [
            {name: value for name, value in it.items() if name != "logprobs"} for it in one["choices"]
        ]
        return whole

    return each(plain(), changed)


def _roles() -> list[Chunk]:
    return _delta(lambda delta: {"role": "assistant", **delta})


def _no_role() -> list[Chunk]:
    return [*said(), *ending()]


def _many() -> list[Chunk]:
    text = TEXT * 40
    return [opening(), *said(text, 1), *ending()]


def _late_tier() -> list[Chunk]:
    first, *rest = plain()
    return [{**first, "service_tier": None, "system_fingerprint": None}, *rest]


def _usage_everywhere() -> list[Chunk]:
    """Usage that grows, in each chunk, as `continuous_usage_stats` has it."""
    whole = usage_chunk()["usage"]
    chunks = []
    for number, one in enumerate(plain()[:-1]):
        told = min(number, whole["completion_tokens"])
        grown = {"prompt_tokens": 11, "completion_tokens": told, "total_tokens": 11 + told}
        chunks.append({**one, "usage": grown})
    return [*chunks, usage_chunk()]


_one: Final = Shelf("chat", "members").stream

TRIALS: Final = (
    _one("obfuscation", "`obfuscation` in chunks", _obfuscated, "A string of noise in each chunk that has a delta, now and then an empty one.", "133 of 178 recorded streams of OpenAI", "official"),
    _one("unknown-members", "unknown members", _unknown, "Members of all JSON types that no SDK knows, in chunk, choice and delta.", _COMPATIBLE, "official"),
    _one("unknown-lists", "an unknown list in each delta", _lists, "Each delta has a member `x_notes` whose value is a list of objects without `index`.", _COMPATIBLE + "; a list that comes once, as `annotations` does, is official; that one may come again nobody says", "disputed"),
    _one("null-members", "null members in deltas", _nulls, "`role`, `content`, `refusal`, `tool_calls` and `function_call` are null where they say nothing.", "content and refusal are nullable in the reference and null at OpenAI; of the others the reference does not say that they may be null", "disputed"),
    _one("empty-deltas", "empty deltas", _empties, '`"content":""` before and `{}` after every piece of text.', 'OpenAI begins with `""`; no rule says that a delta says something', "seen"),
    _one("azure-filter", "a first chunk without choices", _filtered, "As Azure: `prompt_filter_results` in a chunk with empty id, object and model and no choices; filter results in each choice.", "all 24 recorded streams of Azure OpenAI", "seen"),
    _one("moderation", "a chunk after the usage", _moderated, "A chunk with `moderation`, no choices and null usage after the one with the usage.", "OpenAI where moderation is asked for (1 of 178 recorded streams); `moderation` and null usage are in the reference", "official", COUNTED),
    _one("annotations", "`annotations` in a delta", _annotated, "A citation in a delta of its own after the text.", "OpenAI's search models", "official"),
    _one("reasoning-content", "`reasoning_content` before the text", lambda: _thought("reasoning_content"), "Thought in a member of its own, with `content` null.", "DeepSeek, vLLM, llama-server and many more", "seen"),
    _one("reasoning-details", "`reasoning` and `reasoning_details`", _detailed, "Thought as text and as a list with indices, the role in each chunk that has it.", "OpenRouter", "seen"),
    _one("logprobs", "logprobs", _logprobs, "Each chunk tells tokens with bytes and alternatives.", "OpenAI where they are asked for", "official"),
    _one("sparse", "no optional members", _sparse, "Chunks without service_tier, system_fingerprint, logprobs and null usage.", "they are optional or nullable in the reference; most servers send none", "seen", COUNTED),
    _one("null-fingerprint", "null service_tier and system_fingerprint", _late_tier, "Null in the first chunk and told in the rest.", "nullable or optional in the reference", "seen"),
    _one("many-chunks", "1,360 chunks of one character", _many, "A long answer, one character a chunk.", "no rule says how long a delta is", "official", Expected(text=TEXT * 40)),
    _one("usage-in-each", "usage in every chunk", _usage_everywhere, "Usage that grows from chunk to chunk, its last word in a chunk of its own.", "vLLM's `continuous_usage_stats`; the reference promises null there", "disputed", COUNTED),
    _one("role-repeated", "the role in each delta", _roles, '`"role":"assistant"` in every delta.', "10 of 10 recorded streams of OpenRouter, Hugging Face, Perplexity; OpenAI never", "disputed"),
    _one("role-missing", "no role at all", _no_role, "The first delta has content and no role.", "Mistral and others; OpenAI always tells it", "disputed"),
)  # fmt: skip
