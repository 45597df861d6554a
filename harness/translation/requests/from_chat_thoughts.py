"""Earlier thought in an assistant's message of Chat Completions, which has no official place for it.

| member | form | who |
|---|---|---|
| `reasoning_content` | a string | DeepSeek, vLLM, llama.cpp, xAI, Z.ai |
| `reasoning` | a string | OpenRouter, Groq, Ollama |
| `reasoning_details` | entries `reasoning.text`, `reasoning.summary`, `reasoning.encrypted` | OpenRouter |
| `thinking_blocks` | Anthropic's blocks `thinking` and `redacted_thinking` | LiteLLM |
| `extra_content.google.thought_signature` | a string, on a call or the message | Gemini's OpenAI endpoint |
| parts `thinking` and `redacted_thinking` of `content` | as above | Mistral, Anthropic's OpenAI endpoint |

A client that sends the same thought in several members sends it once each: every member is a part of its own, with
`member` and `raw`, and an upstream is sent those of one member.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.turn.conversation import ReasoningPart

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members

MEMBERS: Final = ("reasoning_details", "thinking_blocks", "reasoning_content", "reasoning")
"""Members of a message that hold thought; those that tell more come first."""

_VENDORS: Final = {
    "openai": "openai",
    "azure": "openai",
    "anthropic": "anthropic",
    "google": "gemini",
    "gemini": "gemini",
    "xai": "xai",
}
"""Who made a blob, by the first word of OpenRouter's `format` (`anthropic-claude-v1`) or a key of `extra_content`."""


class Seal(NamedTuple):
    """A thought signature of a call or message, and who made it."""

    signature: str
    vendor: str


def thoughts_of(message: Members) -> tuple[list[ReasoningPart], dict[str, Seal]]:
    """The thoughts of a message, and those signatures among them that belong to calls, by call id.

    Nothing is refused here: a member of a form that nobody knows is passed on as it is.
    """
    parts: list[ReasoningPart] = []
    seals: dict[str, Seal] = {}
    calls = _call_ids(message.get("tool_calls"))
    for member in MEMBERS:
        value = message.get(member)
        if value is None:
            continue
        at = message.pointer(member)
        if isinstance(value, str):
            parts.append(ReasoningPart(text=(value,), member=member, raw=value, at=at))
        elif isinstance(value, list):
            parts += _entries(value, member, at, calls, seals)
        else:
            parts.append(ReasoningPart(member=member, raw=value, at=at))
    seal = seal_of(message.get("extra_content"))
    if seal is not None:
        at = message.pointer("extra_content")
        parts.append(
            ReasoningPart(signature=seal.signature, vendor=seal.vendor, member="extra_content", at=at)
        )
    return parts, seals


def seal_of(extra_content: Any) -> Seal | None:
    """The thought signature in `extra_content`: `{"google": {"thought_signature": ...}}`."""
    if not isinstance(extra_content, Mapping):
        return None
    for name, value in extra_content.items():
        signature = value.get("thought_signature") if isinstance(value, Mapping) else None
        if isinstance(signature, str) and signature:
            vendor, blob = _unwrapped(signature, _VENDORS.get(str(name), str(name)))
            return Seal(blob, vendor)
    return None


def without_seal(extra: Mapping[str, Any], at: str, ledger: Ledger) -> dict[str, Any]:
    """Members without an `extra_content` whose signature has been read; what else is in that has no place (L100)."""
    if seal_of(extra.get("extra_content")) is None:
        return dict(extra)
    vendors = extra["extra_content"].values()
    if len(vendors) > 1 or any(isinstance(value, Mapping) and len(value) > 1 for value in vendors):
        ledger.lose("L100", f"{at}/extra_content", "beside the signature")
    return {name: value for name, value in extra.items() if name != "extra_content"}


def thinking_part(block: Mapping[str, Any], at: str, member: str) -> ReasoningPart:
    """A block `thinking` or `redacted_thinking`, as Anthropic has them; Mistral's holds parts of text."""
    vendor = "anthropic"
    signature, encrypted = _text(block.get("signature")), _text(block.get("data"))
    if signature is not None:
        vendor, signature = _unwrapped(signature, vendor)
    if encrypted is not None:
        vendor, encrypted = _unwrapped(encrypted, vendor)
    return ReasoningPart(
        text=_texts(block.get("thinking")),
        signature=signature,
        encrypted=encrypted,
        vendor=vendor if signature or encrypted else "",
        member=member,
        raw=block,
        at=at,
    )


# -- entries


def _entries(
    entries: list[Any], member: str, at: str, calls: frozenset[str], seals: dict[str, Seal]
) -> list[ReasoningPart]:
    """Entries of a list; pieces of one thought, which a client may send as they were streamed, become one part."""
    runs: list[list[ReasoningPart]] = []
    before: Any = None
    for number, entry in enumerate(entries):
        place = f"{at}/{number}"
        key: Any = None
        if not isinstance(entry, Mapping):
            part = ReasoningPart(text=_texts(entry), member=member, raw=entry, at=place)
        elif member == "thinking_blocks":
            part = thinking_part(entry, place, member)
        else:
            part = _detail(entry, place, calls, seals)
            if isinstance(entry.get("index"), int) and part.encrypted is None:
                key = (entry.get("index"), entry.get("type"), _text(entry.get("id")))
        if key is not None and key == before:
            runs[-1].append(part)
        else:
            runs.append([part])
        before = key
    return [_joined(run) for run in runs]


def _detail(
    entry: Mapping[str, Any], at: str, calls: frozenset[str], seals: dict[str, Seal]
) -> ReasoningPart:
    """One entry of `reasoning_details` (guide "Reasoning Tokens" of OpenRouter)."""
    form = _text(entry.get("format")) or ""
    vendor = _VENDORS.get(form.partition("-")[0], "" if form == "unknown" else form)
    signature, encrypted = _text(entry.get("signature")), _text(entry.get("data"))
    if signature is not None:
        vendor, signature = _unwrapped(signature, vendor)
    if encrypted is not None:
        vendor, encrypted = _unwrapped(encrypted, vendor)
        if vendor == "gemini":
            # What Gemini encrypts is a thought signature; where the entry has a call's id, that of the call.
            signature, encrypted = encrypted, None
            call_id = _text(entry.get("id"))
            if call_id is not None and call_id in calls:
                seals[call_id] = Seal(signature, vendor)
                signature = None
    is_summary = entry.get("type") == "reasoning.summary"
    return ReasoningPart(
        text=() if is_summary else _texts(entry.get("text")),
        summary=_texts(entry.get("summary")) if is_summary else (),
        signature=signature,
        encrypted=encrypted,
        vendor=vendor if signature or encrypted else "",
        item_id=_text(entry.get("id")),
        member="reasoning_details",
        raw=entry,
        at=at,
    )


def _joined(run: list[ReasoningPart]) -> ReasoningPart:
    """The pieces of one thought."""
    if len(run) == 1:
        return run[0]
    text = "".join(piece for part in run for piece in part.text)
    summary = "".join(piece for part in run for piece in part.summary)
    sealed = next((part for part in reversed(run) if part.signature), run[0])
    return ReasoningPart(
        text=(text,) if text else (),
        summary=(summary,) if summary else (),
        signature=sealed.signature,
        vendor=sealed.vendor,
        item_id=run[0].item_id,
        member=run[0].member,
        raw=[part.raw for part in run],
        at=run[0].at,
    )


# -- values


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> tuple[str, ...]:
    """Words, in a string or in parts with a text each."""
    if isinstance(value, str):
        return (value,) if value else ()
    if not isinstance(value, list):
        return ()
    pieces = (one.get("text") if isinstance(one, Mapping) else one for one in value)
    joined = "".join(piece for piece in pieces if isinstance(piece, str))
    return (joined,) if joined else ()


def _call_ids(calls: Any) -> frozenset[str]:
    if not isinstance(calls, list):
        return frozenset()
    ids = (call.get("id") for call in calls if isinstance(call, Mapping))
    return frozenset(one for one in ids if isinstance(one, str) and one)


def _unwrapped(blob: str, vendor: str) -> tuple[str, str]:
    """Who made a blob, and the blob; this engine wraps those that pass through a dialect that is not their own."""
    if not blob.startswith("hx1:"):
        return vendor, blob
    from harness.translation.carry import unwrapped  # noqa: PLC0415 - rare

    found = unwrapped(blob)
    return (vendor, blob) if found is None else (found.vendor, found.blob)
