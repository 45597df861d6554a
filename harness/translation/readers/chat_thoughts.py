"""Thought in Chat Completions, which has no place for it: each server sends it in members of its own.

| member | form | who |
|---|---|---|
| `reasoning_content` | text | DeepSeek, vLLM, llama.cpp, xAI, Z.ai |
| `reasoning` | text, or an object with `text` or `content` | OpenRouter, Groq, Cerebras, Ollama |
| `reasoning_details` | entries `reasoning.text`, `reasoning.summary`, `reasoning.encrypted` | OpenRouter, MiniMax |
| `thinking_blocks` | blocks of Anthropic's | LiteLLM |
| `thinking` | text, or as above | Mistral's content parts, others |

Several members of one delta usually say the same, and then it is said once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.translation.readers.openai_members import some_text
from harness.turn.increments import ReasoningDelta, ReasoningEnd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.turn.increments import Visibility

MEMBERS: Final = frozenset(
    {"reasoning_content", "reasoning", "reasoning_details", "thinking_blocks", "thinking"}
)


class Thought(NamedTuple):
    """A piece of thought, or what seals one.

    Args:
        text: The piece; "" where it is only a seal.
        visibility: What the text is.
        number: Number of the entry that it belongs to, where the server counts them.
        signature: What proves the text.
        encrypted: What can only be sent back.
    """

    text: str
    visibility: Visibility = "raw"
    number: int | None = None
    signature: str | None = None
    encrypted: str | None = None


def thoughts_of(value: object) -> list[Thought]:
    """What one member says, whatever its form."""
    if isinstance(value, str):
        return [Thought(value)] if value else []
    if isinstance(value, list):
        return [thought for entry in value for thought in _of_entry(entry)]
    if isinstance(value, dict):
        return _of_entry(value)
    return []


def _of_entry(entry: object) -> list[Thought]:
    """An entry of `reasoning_details`, a block of Anthropic's, or an object with a text."""
    if not isinstance(entry, dict):
        return [Thought(entry)] if isinstance(entry, str) and entry else []
    kind = some_text(entry.get("type"))
    visibility: Visibility = "summary" if "summary" in kind else "raw"
    text = _text_of(entry)
    signature = some_text(entry.get("signature")) or None
    encrypted = some_text(entry.get("data")) or some_text(entry.get("encrypted_content")) or None
    if not (text or signature or encrypted):
        return []
    number = entry.get("index")
    return [Thought(text, visibility, number if type(number) is int else None, signature, encrypted)]


def _text_of(entry: Mapping[str, Any]) -> str:
    for member in ("text", "summary", "thinking", "content"):
        value = entry.get(member)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list):  # Mistral: parts of text
            joined = "".join(
                some_text(one.get("text")) if isinstance(one, dict) else some_text(one) for one in value
            )
            if joined:
                return joined
    return ""


def said_once(delta: Mapping[str, Any], members: tuple[str, ...]) -> tuple[list[Thought], str | None]:
    """What a delta's members say between them.

    The first member with a text counts. Where another one has the same text in entries, which tell more, those count
    instead; and seals count wherever they are.

    Args:
        delta: The delta or message.
        members: The members in which the server sends thought, the most trusted one first.

    Returns:
        The thoughts, and a member that says something else, which is left out.
    """
    found = [(name, thoughts) for name in members if name in delta and (thoughts := thoughts_of(delta[name]))]
    if len(found) == 1:
        return found[0][1], None
    spoken: list[Thought] = []
    said = ""
    other = None
    for name, thoughts in found:
        text = "".join([one.text for one in thoughts])
        if (text and not said) or (text == said and isinstance(delta[name], list)):
            seals = _seals(spoken)
            spoken, said = seals + thoughts, text
        else:
            spoken = spoken + _seals(thoughts)
            if text and text != said:
                other = name
    return spoken, other


def _seals(thoughts: list[Thought]) -> list[Thought]:
    return [
        one._replace(text="") for one in thoughts if one.signature is not None or one.encrypted is not None
    ]


class ThoughtRun:
    """One block of thought: which part of it comes, and what seals it.

    Args:
        choice: Number of the answer.
        ref: The block.

    Attributes:
        encrypted: What can only be sent back, once it came.
    """

    __slots__ = ("_choice", "_number", "_part", "_parts", "_ref", "_signature", "encrypted")

    def __init__(self, choice: int, ref: int) -> None:
        self._choice = choice
        self._ref = ref
        self._number: int | None = None
        self._part = 0
        self._parts: dict[str, int] = {}
        self._signature: str | None = None
        self.encrypted: str | None = None

    def more(self, thought: Thought, src: int) -> ReasoningDelta:
        """A piece; another entry than the one before is another part."""
        visibility = thought.visibility
        if thought.number != self._number or visibility not in self._parts:
            self._number = thought.number
            self._part = self._parts.get(visibility, 0)
            self._parts[visibility] = self._part + 1
        return ReasoningDelta(
            src=src,
            choice=self._choice,
            ref=self._ref,
            text=thought.text,
            visibility=visibility,
            part=self._part,
        )

    def seal(self, thought: Thought) -> None:
        """Keep what is told with the end."""
        self._signature = thought.signature or self._signature
        self.encrypted = thought.encrypted or self.encrypted

    def end(self, src: int, vendor: str) -> ReasoningEnd:
        """The end of the block; `vendor` is whose the seals are."""
        is_sealed = self._signature is not None or self.encrypted is not None
        return ReasoningEnd(
            src=src,
            choice=self._choice,
            ref=self._ref,
            signature=self._signature,
            encrypted=self.encrypted,
            vendor=vendor if is_sealed else "",
        )
