"""The conversation as `contents` of Gemini (types of the package google-genai 3.4.0).

There are two roles, `user` and `model`; messages of the same role that follow one another become one content. A tool's
result is a part of the user's content, under the name of its function, before all else in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import try_parse
from harness.translation.requests.foreign import foreign_text
from harness.translation.requests.plain_turns import (
    SYSTEM,
    arguments_object,
    lose_extra,
    lose_members,
    quoted_system,
)
from harness.translation.requests.to_gemini_parts import file_part, image_part, sound_part, text_part
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
    from collections.abc import Iterable

    from harness.translation.requests.accepted_names import AcceptedNames
    from harness.translation.requests.gemini_models import GeminiModel
    from harness.translation.session import Session
    from harness.turn.conversation import Message, Part

UNSIGNED: Final = "skip_thought_signature_validator"
"""What stands for the signature of a call that Gemini did not make (guide "Thought signatures", FAQ)."""


class Contents:
    """Writes one conversation.

    Args:
        session: The exchange.
        names: Under which the upstream knows the client's tools.
        model: Whom it is for.
    """

    def __init__(self, session: Session, names: AcceptedNames, model: GeminiModel) -> None:
        self._session = session
        self._names = names
        self._model = model
        self._vendor = session.profile.vendor or "gemini"
        self._called: dict[str, str] = {}
        self._contents: list[dict[str, Any]] = []

    def of(self, messages: Iterable[Message]) -> list[dict[str, Any]]:
        """All contents."""
        moved: list[dict[str, Any]] = []
        for message in messages:
            lose_members(message, self._session)
            if message.role == "tool":
                self._put("user", self._results(message, moved), message, may_be_empty=bool(moved))
                continue
            if moved:
                self._put("user", moved, message)
                moved = []
            if message.role in SYSTEM:
                words = quoted_system(message, self._session)
                self._put("user", [{"text": words}] if words else [], message)
            elif message.role == "assistant":
                self._put("model", self._model_parts(message), message)
            else:
                self._put("user", self._user_parts(message), message)
        if moved:
            self._put("user", moved, None)
        return self._contents

    def _put(
        self, role: str, parts: list[dict[str, Any]], message: Message | None, *, may_be_empty: bool = False
    ) -> None:
        if not parts:
            if not may_be_empty and message is not None and not _is_lost(message):
                self._session.lose("L155", message.at)
            return
        if self._contents and self._contents[-1]["role"] == role:
            self._contents[-1]["parts"] += parts
        else:
            self._contents.append({"role": role, "parts": parts})

    # -- the user

    def _user_parts(self, message: Message) -> list[dict[str, Any]]:
        return [told for part in message.parts if (told := self._said(part)) is not None]

    def _said(self, part: Part) -> dict[str, Any] | None:
        """A part that both roles can have."""
        match part:
            case TextPart():
                told = text_part(part, self._session)
            case RefusalPart():
                self._session.lose("L137", part.at)
                told = {"text": part.text} if part.text else None
            case ImagePart():
                told = image_part(part, self._session, self._model)
            case AudioPart():
                told = sound_part(part, self._session)
            case FilePart():
                told = file_part(part, self._session, self._model)
            case OpaquePart():
                words = foreign_text(self._session, part)
                told = None if words is None else {"text": words}
            case _:
                self._session.lose("L145", part.at)
                told = None
        return told

    # -- the model

    def _model_parts(self, message: Message) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        seals = self._seals(message)
        is_first = True
        for index, part in enumerate(message.parts):
            if isinstance(part, CallPart):
                parts.append(self._call(part, seals.get(index), is_first=is_first))
                is_first = False
            elif isinstance(part, ReasoningPart):
                parts += self._thought(part, is_sealed=index not in seals)
            elif (told := self._said(part)) is not None:
                parts.append(told)
        return parts

    def _seals(self, message: Message) -> dict[int, str]:
        """Signatures that came in a thought and belong to the call beside it, by the index of that call.

        The index of such a thought is in the result, too, with an empty string. A client of Chat has no other place for
        the signature of a call than a thought of its own, before the call or behind it.
        """
        seals: dict[int, str] = {}
        request = self._session.request
        if request is not None and request.dialect == "responses":
            return seals  # whose a seal is was said when it was wrapped
        parts = message.parts
        for index, part in enumerate(parts):
            if not isinstance(part, ReasoningPart) or part.vendor != self._vendor:
                continue
            seal = part.signature or part.encrypted
            if seal is None:
                continue
            is_bare = not part.text and not part.summary
            for near in (index - 1, index + 1) if is_bare else (index + 1,):
                call = parts[near] if 0 <= near < len(parts) else None
                if isinstance(call, CallPart) and call.signature is None and near not in seals:
                    seals[near] = seal
                    seals[index] = ""
                    break
        return seals

    def _call(self, call: CallPart, seal: str | None, *, is_first: bool) -> dict[str, Any]:
        name = self._names.of(call.namespace, call.name, call.at)
        self._called[call.call_id] = name
        told: dict[str, Any] = {"name": name, "args": arguments_object(call, self._session)}
        if call.call_id:
            told = {"id": call.call_id, **told}
        part: dict[str, Any] = {"functionCall": told}
        signature = call.signature if call.signature is not None and call.vendor == self._vendor else seal
        if call.signature is not None and call.vendor != self._vendor:
            self._session.lose("L153", call.at)
        if signature:
            part["thoughtSignature"] = signature
        elif is_first and self._model.wants_signatures:
            # Of parallel calls only the first has one.
            self._session.lose("L151", call.at)
            part["thoughtSignature"] = UNSIGNED
        lose_extra(call.extra, call.at, self._session)
        return part

    def _thought(self, part: ReasoningPart, *, is_sealed: bool) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = [
            {"text": text, "thought": True} for text in (*part.summary, *part.text) if text
        ]
        seal = part.signature or part.encrypted
        if seal is None:
            return parts
        if part.vendor != self._vendor:
            self._session.lose("L153", part.at)
        elif is_sealed:
            if not parts:
                return [{"text": "", "thoughtSignature": seal}]
            parts[-1]["thoughtSignature"] = seal
        return parts

    # -- results

    def _results(self, message: Message, moved: list[dict[str, Any]]) -> list[dict[str, Any]]:
        parts: list[dict[str, Any]] = []
        for part in message.parts:
            if not isinstance(part, ResultPart):
                if (told := self._said(part)) is not None:
                    moved.append(told)
                continue
            name = self._called.get(part.call_id)
            if name is None and part.name is not None:
                name = self._names.named(part.name, part.at)
            if name is None:
                self._session.lose("L141", part.at)
                continue
            parts.append(self._result(part, name, moved))
        return parts

    def _result(self, result: ResultPart, name: str, moved: list[dict[str, Any]]) -> dict[str, Any]:
        texts: list[str] = []
        files: list[dict[str, Any]] = []
        for part in result.parts:
            told = self._said(part)
            if told is None:
                continue
            if told.keys() == {"text"}:
                texts.append(told["text"])
            else:
                files.append(told)
        response: dict[str, Any] = {"name": name, "response": _response(texts, is_error=result.is_error)}
        if result.call_id:
            response = {"id": result.call_id, **response}
        if files and self._model.results_with_files:
            response["parts"] = files
        elif files:
            self._session.lose("L143", result.at)
            moved += [{"text": f"Files of the result of the call {result.call_id}:"}, *files]
        lose_extra(result.extra, result.at, self._session)
        return {"functionResponse": response}


def _response(texts: list[str], *, is_error: bool) -> dict[str, Any]:
    """What a function answered, as an object: `error` for errors, an object as it is, and all else as `result`."""
    value: Any = texts if len(texts) > 1 else "".join(texts)
    is_json, read = try_parse(value) if isinstance(value, str) else (False, None)
    if is_json and isinstance(read, dict):
        value = read
    if is_error:
        return {"error": value}
    return value if isinstance(value, dict) else {"result": value}


def _is_lost(message: Message) -> bool:
    """What it was made of has been lost, each part with its own code; so it is not empty by itself."""
    return any(not isinstance(part, TextPart | RefusalPart) for part in message.parts)
