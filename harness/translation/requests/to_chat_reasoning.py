"""Earlier thought in a Chat message: no official member has room for it, but those of several upstreams have.

A client that sends the same thought in several members sends it once in each; an upstream is sent one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.translation.requests.sending import Sending
    from harness.turn.conversation import ReasoningPart


def put_reasoning(sending: Sending, told: dict[str, Any], parts: Sequence[ReasoningPart]) -> None:
    """Send the thoughts of a turn in the member that the upstream takes, if any; those it does not take are lost."""
    member = sending.profile.reasoning_out
    if member == "content":
        # `thinking_block` has sent them, or noted their loss.
        return
    own = [part for part in parts if part.member == member]
    chosen = own or parts
    words: set[str] = set()
    if member == "reasoning_details":
        if details := [detail for part in chosen for detail in _details(sending, part)]:
            told[member] = details if own else [{**one, "index": at} for at, one in enumerate(details)]
    elif member:
        _put_text(sending, told, member, chosen)
    else:
        chosen = ()
    for part in parts:
        if (
            part.member == "extra_content"
            and part.signature is not None
            and takes_signature(sending, part.vendor)
        ):
            told["extra_content"] = {"google": {"thought_signature": part.signature}}
            chosen = [*chosen, part]
    for part in chosen:
        words.update(part.text or part.summary)
    joined = "".join(words)
    for part in parts:
        if part not in chosen and (
            not chosen or not all(text in joined for text in part.text or part.summary)
        ):
            lose_thought(sending, part)


def takes_signature(sending: Sending, vendor: str) -> bool:
    """The upstream takes thought signatures back in `extra_content`, and this is one of its own."""
    return "extra_content" in sending.profile.extras and vendor == sending.profile.vendor


def thinking_block(sending: Sending, part: ReasoningPart) -> dict[str, Any] | None:
    """A thought as a part of the content, for upstreams that have it there (`ThinkChunk` of Mistral)."""
    if sending.profile.reasoning_out != "content":
        return None
    if part.member == "content" and isinstance(part.raw, Mapping) and not _is_foreign(sending, part):
        return dict(part.raw)
    words = _words(sending, part)
    if not words:
        lose_thought(sending, part)
        return None
    if part.encrypted is not None or part.signature is not None:
        sending.session.lose("L153", part.at)
    return {"type": "thinking", "thinking": [{"type": "text", "text": text} for text in words]}


def lose_thought(sending: Sending, part: ReasoningPart) -> None:
    """Note that a thought is left out; one that is nothing but a blob or signature has a code of its own."""
    is_sealed = part.encrypted is not None or part.signature is not None
    sending.session.lose("L153" if is_sealed and not part.text and not part.summary else "L150", part.at)


def _is_foreign(sending: Sending, part: ReasoningPart) -> bool:
    """What the client sent back was wrapped for it here, and is of another vendor than this upstream."""
    raw = part.raw
    sealed = (raw.get("data"), raw.get("signature")) if isinstance(raw, Mapping) else ()
    is_wrapped = any(isinstance(one, str) and one.startswith("hx1:") for one in sealed)
    return is_wrapped and part.vendor != sending.profile.vendor


def _words(sending: Sending, part: ReasoningPart) -> tuple[str, ...]:
    """What was thought, or a summary of it; where both are known, the latter says less."""
    if part.text and part.summary:
        sending.session.lose("L150", f"{part.at}/summary")
    return part.text or part.summary


def _put_text(sending: Sending, told: dict[str, Any], member: str, parts: Sequence[ReasoningPart]) -> None:
    """The words alone."""
    words: list[str] = []
    for part in parts:
        words += _words(sending, part)
        if not part.text and not part.summary:
            lose_thought(sending, part)
        elif part.encrypted is not None or part.signature is not None:
            sending.session.lose("L153", part.at)
    if words:
        told[member] = "\n\n".join(words)


def _details(sending: Sending, part: ReasoningPart) -> list[Any]:
    """Entries of `reasoning_details` as they came, or made of the words (guide "Reasoning Tokens" of OpenRouter)."""
    if part.member == "reasoning_details" and part.raw is not None and not _is_foreign(sending, part):
        return list(part.raw) if isinstance(part.raw, list) else [part.raw]
    details: list[Any] = [{"type": "reasoning.summary", "summary": text} for text in part.summary]
    details += [{"type": "reasoning.text", "text": text} for text in part.text]
    is_own = part.vendor == sending.profile.vendor
    if part.signature is not None and part.text and is_own:
        details[-1]["signature"] = part.signature
    if part.encrypted is not None and is_own:
        details.append({"type": "reasoning.encrypted", "data": part.encrypted})
    elif part.encrypted is not None or (part.signature is not None and not is_own):
        sending.session.lose("L153", part.at)
    elif not details:
        lose_thought(sending, part)
    return details
