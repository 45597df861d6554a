"""The conversation as `messages` of Anthropic (types of the package anthropic 2.11.0).

There are two roles, `user` and `assistant`; messages of the same role that follow one another become one. The results
of calls are the first blocks of the user's message behind them.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any, Final

from harness.translation.requests.foreign import foreign_text
from harness.translation.requests.plain_turns import (
    SYSTEM,
    arguments_object,
    lose_members,
    quoted_system,
)
from harness.translation.requests.to_anthropic_blocks import (
    document_block,
    image_block,
    lose_sound,
    put_extra,
    text_block,
)
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    OpaquePart,
    ReasoningPart,
    RefusalPart,
    ResultPart,
    TextPart,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from harness.translation.requests.accepted_names import AcceptedNames
    from harness.translation.session import Session
    from harness.turn.conversation import Message, Part

_ID: Final = re.compile(r"[a-zA-Z0-9_-]+")
"""What `tool_use.id` must match, as the API says where one does not."""

_THOUGHT: Final = frozenset({"thinking", "redacted_thinking"})


class Messages:
    """Writes one conversation.

    Args:
        session: The exchange.
        names: Under which the upstream knows the client's tools.
    """

    def __init__(self, session: Session, names: AcceptedNames) -> None:
        self._session = session
        self._names = names
        self._vendor = session.profile.vendor or "anthropic"
        self._messages: list[dict[str, Any]] = []

    def of(self, messages: Iterable[Message]) -> list[dict[str, Any]]:
        """All messages."""
        for message in messages:
            lose_members(message, self._session)
            if message.role in SYSTEM:
                words = quoted_system(message, self._session)
                self._put("user", [{"type": "text", "text": words}] if words.strip() else [], message)
            elif message.role == "assistant":
                self._put("assistant", self._assistant(message), message)
            elif message.role == "tool":
                self._put("user", self._results(message), message)
            else:
                self._put("user", self._said_all(message.parts), message)
        return self._messages

    def _put(self, role: str, blocks: list[dict[str, Any]], message: Message) -> None:
        if not blocks:
            if all(isinstance(part, TextPart | RefusalPart) for part in message.parts):
                # What else it was made of has been lost, each part with its own code.
                self._session.lose("L155", message.at)
            return
        if self._messages and self._messages[-1]["role"] == role:
            self._messages[-1]["content"] += blocks
        else:
            self._messages.append({"role": role, "content": blocks})

    # -- what both say

    def _said_all(self, parts: Iterable[Part]) -> list[dict[str, Any]]:
        return [block for part in parts if (block := self._said(part)) is not None]

    def _said(self, part: Part) -> dict[str, Any] | None:
        block: dict[str, Any] | None = None
        match part:
            case TextPart():
                block = text_block(part, self._session)
            case RefusalPart():
                self._session.lose("L137", part.at)
                block = {"type": "text", "text": part.text} if part.text.strip() else None
            case ImagePart():
                block = image_block(part, self._session)
            case FilePart():
                block = document_block(part, self._session)
            case AudioPart():
                lose_sound(part, self._session)
            case OpaquePart():
                words = foreign_text(self._session, part)
                block = None if words is None else {"type": "text", "text": words}
            case _:
                self._session.lose("L145", part.at)
        return block

    # -- the assistant

    def _assistant(self, message: Message) -> list[dict[str, Any]]:
        blocks: list[dict[str, Any]] = []
        for part in _thoughts_first(message.parts):
            if isinstance(part, CallPart):
                blocks.append(self._call(part))
            elif isinstance(part, ReasoningPart):
                if (thought := self._thought(part)) is not None:
                    blocks.append(thought)
            elif isinstance(part, ImagePart | FilePart):
                # Only users show things.
                self._session.lose("L145", part.at)
            elif (block := self._said(part)) is not None:
                blocks.append(block)
        return blocks

    def _call(self, call: CallPart) -> dict[str, Any]:
        if call.signature is not None:
            self._session.lose("L153", call.at)
        block = {
            "type": "tool_use",
            "id": _id(call.call_id),
            "name": self._names.of(call.namespace, call.name, call.at),
            "input": arguments_object(call, self._session),
        }
        put_extra(block, call.extra, call.at, self._session)
        return block

    def _thought(self, part: ReasoningPart) -> dict[str, Any] | None:
        """A block that Anthropic has signed or encrypted; others cannot be sent."""
        text = "".join(part.text) or "".join(part.summary)
        seal = part.signature or part.encrypted
        if seal is not None and part.vendor == self._vendor:
            if part.text and part.summary:
                self._session.lose("L152", part.at, "summaries beside the text")
            if part.signature is None and not text:
                return {"type": "redacted_thinking", "data": seal}
            return {"type": "thinking", "thinking": text, "signature": seal}
        if seal is not None:
            self._session.lose("L153", part.at)
        if text:
            self._session.lose("L152", part.at)
        return None

    # -- results

    def _results(self, message: Message) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        others: list[dict[str, Any]] = []
        for part in message.parts:
            if isinstance(part, ResultPart):
                results.append(self._result(part))
            elif (block := self._said(part)) is not None:
                others.append(block)
        return results + others

    def _result(self, result: ResultPart) -> dict[str, Any]:
        block: dict[str, Any] = {"type": "tool_result", "tool_use_id": _id(result.call_id)}
        content = self._said_all(result.parts)
        if len(content) == 1 and content[0].keys() == {"type", "text"}:
            block["content"] = content[0]["text"]
        elif content:
            block["content"] = content
        if result.is_error:
            block["is_error"] = True
        put_extra(block, result.extra, result.at, self._session)
        return block


def resumes_without_thought(messages: Sequence[dict[str, Any]]) -> bool:
    """The conversation goes on behind calls whose turn did not begin with a thought.

    Extended thinking with a budget refuses that (guide "Extended thinking", preserving thinking blocks).
    """
    if len(messages) < 2 or messages[-1]["content"][0]["type"] != "tool_result":
        return False
    return messages[-2]["content"][0]["type"] not in _THOUGHT


def _thoughts_first(parts: Sequence[Part]) -> Sequence[Part]:
    """The parts of a turn; thoughts that stand only behind its calls are put before all else."""
    calls = [index for index, part in enumerate(parts) if isinstance(part, CallPart)]
    thoughts = [index for index, part in enumerate(parts) if isinstance(part, ReasoningPart)]
    if not calls or not thoughts or thoughts[0] < calls[0]:
        return parts
    return sorted(parts, key=lambda part: not isinstance(part, ReasoningPart))


def _id(call_id: str) -> str:
    """The id of a call, which Anthropic takes with few characters; calls and results are changed alike."""
    if _ID.fullmatch(call_id):
        return call_id
    digest = hashlib.blake2b(call_id.encode("utf-8", "replace"), digest_size=6).hexdigest()
    return f"{re.sub('[^a-zA-Z0-9_-]', '_', call_id)}_{digest}"
