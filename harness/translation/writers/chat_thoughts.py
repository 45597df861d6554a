"""Thought in a Chat answer: Chat itself has no place for it, other servers have three (see `Manner.reasoning`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from harness.translation.session import Session
    from harness.translation.writers.chat_choice import Choice
    from harness.turn.increments import ReasoningDelta, ReasoningEnd, ReasoningStart

_FORMATS: Final = {
    "openai": "openai-responses-v1",
    "anthropic": "anthropic-claude-v1",
    "gemini": "google-gemini-v1",
    "xai": "xai-responses-v1",
}
"""OpenRouter's words in `format`, which say whose the sealed content is; other vendors stand under their own names."""


class Thoughts:
    """The thoughts of one answer.

    Args:
        session: The exchange.
        choice: The answer that they belong to.
    """

    def __init__(self, session: Session, choice: Choice) -> None:
        self._session = session
        self._choice = choice
        self._member = session.manner.reasoning
        self._place: tuple[int, str, int] | None = None
        self._said = False
        self._number = -1
        self._entries: list[dict[str, Any]] = []

    def starts(self, one: ReasoningStart) -> bytes:
        """Nothing: a thought is told by what it holds."""
        if self._member == "drop":
            self._session.lose_at("L230", one.src)
        return b""

    def delta(self, one: ReasoningDelta) -> bytes:
        """A piece of thought; parts are set apart by a blank line in the members that are one text.

        Beside `reasoning_details` goes `reasoning` with the same words, as OpenRouter sends them: many clients read
        only the one.
        """
        if self._member == "drop" or not one.text:
            return b""
        place = (one.ref, one.visibility, one.part)
        is_next = place != self._place
        text = f"\n\n{one.text}" if is_next and self._said else one.text
        self._place = place
        self._said = True
        thought = self._choice.thought
        is_detailed = self._member == "reasoning_details"
        member = "reasoning" if is_detailed else self._member
        thought[member] = thought.get(member, "") + text
        if not is_detailed:
            return self._choice.delta({member: text})
        return self._choice.delta({member: text, "reasoning_details": [self._detail(one, is_next=is_next)]})

    def _detail(self, one: ReasoningDelta, *, is_next: bool) -> dict[str, Any]:
        member = "summary" if one.visibility == "summary" else "text"
        if is_next:
            self._number += 1
        entry = {"type": f"reasoning.{member}", member: one.text, "index": self._number}
        if is_next:
            self._entries.append(dict(entry))
            self._choice.thought["reasoning_details"] = self._entries
        else:
            self._entries[-1][member] += one.text
        return entry

    def ends(self, one: ReasoningEnd) -> bytes:
        """What seals the thought, where the member has a place for it."""
        if self._member == "drop":
            return b""
        sealed = b""
        for member, blob in (("signature", one.signature), ("data", one.encrypted)):
            if blob is None:
                continue
            if self._member != "reasoning_details":
                self._session.lose_at("L230", one.src, "what seals the thought")
                continue
            sealed += self._seal(one, member, blob)
        return sealed

    def _seal(self, one: ReasoningEnd, member: str, blob: str) -> bytes:
        """A signature goes with the text before it, whose number it has; what is encrypted stands by itself."""
        made_by = {"format": _FORMATS.get(one.vendor, one.vendor or "unknown")}
        is_of_text = member == "signature" and self._place is not None and self._place[0] == one.ref
        if is_of_text and self._entries[-1]["type"] == "reasoning.text":
            self._entries[-1].update({member: blob, **made_by})
            entry = {"type": "reasoning.text", "text": "", member: blob, **made_by, "index": self._number}
        else:
            self._number += 1
            kind = "reasoning.text" if member == "signature" else "reasoning.encrypted"
            text = {"text": ""} if member == "signature" else {}
            entry = {"type": kind, **text, member: blob, **made_by, "index": self._number}
            self._entries.append(entry)
            self._choice.thought["reasoning_details"] = self._entries
        self._place = None
        return self._choice.delta({"reasoning_details": [entry]})
