"""Input items of a request of the Responses API as the messages of a conversation (types of the package openai 3.52.0).

What an assistant produced in a row (thoughts, messages, calls, what its provider's tools did) is one turn, and so one
message; a message knows of the message items that it is made of, so they can be written as they were. What the client
said or ran ends a turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from harness.translation.carry import unwrapped
from harness.translation.requests.from_chat_thoughts import without_seal
from harness.translation.requests.from_responses_parts import INPUT, OUTPUT, content_of
from harness.translation.requests.refusals import missing, wrong_type
from harness.translation.requests.shape import items_of
from harness.turn.conversation import (
    CallPart,
    Message,
    MessageItem,
    OpaquePart,
    ReasoningPart,
    ResultPart,
    TextPart,
)

if TYPE_CHECKING:
    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members
    from harness.turn.conversation import Part, Role

_ROLES: Final[Mapping[str, Role]] = {
    "assistant": "assistant",
    "system": "system",
    "developer": "developer",
    "user": "user",
}
_CLIENT_RUN: Final = frozenset(
    {"local_shell_call", "shell_call", "apply_patch_call", "computer_call", "mcp_approval_request"}
)
"""Calls of the provider's tools that the client runs or answers; `tool_search_call` is one where it says so."""
_CLIENT_OUTPUTS: Final = frozenset(
    {
        "local_shell_call_output",
        "shell_call_output",
        "apply_patch_call_output",
        "computer_call_output",
        "mcp_approval_response",
        "tool_search_output",
    }
)
_SAID_TO_THE_MODEL: Final = frozenset({"additional_tools", "compaction_trigger", "configuration_update"})
"""Items that no assistant produces, and that are no result."""


def messages_of(body: Members, ledger: Ledger) -> tuple[Message, ...]:
    """The conversation in `input`; empty where the member is absent.

    Raises:
        RequestRefused: An item has a wrong shape.
    """
    value = body.get("input")
    if value is None:
        return ()
    at = body.pointer("input")
    if isinstance(value, str):
        return (Message(role="user", parts=(TextPart(text=value, at=at),), is_text=True, at=at),)
    param = body.place("input")
    if not isinstance(value, (list, tuple)):
        raise wrong_type(param, "one of a string or array of input items", value)
    reading = _Reading(ledger)
    for item in items_of(value, param, at):
        reading.read(item)
    return reading.finished()


@dataclass(slots=True)
class _Turn:
    """An assistant's message in the making."""

    at: str
    parts: list[Part] = field(default_factory=list)
    items: list[MessageItem] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """The conversation in the making.

    Attributes:
        provider_run: Ids of calls whose tools the provider runs, although tools of that name may be the client's.
    """

    ledger: Ledger
    messages: list[Message] = field(default_factory=list)
    turn: _Turn | None = None
    provider_run: set[str] = field(default_factory=set)

    def finished(self) -> tuple[Message, ...]:
        self._end_turn()
        return tuple(self.messages)

    def read(self, item: Members) -> None:
        kind = item.text("type")
        if kind is None:
            if item.has("role"):
                kind = "message"
            elif item.has("id"):
                kind = "item_reference"
            else:
                raise missing(item.place("type"))
        match kind:
            case "message":
                self._message(item)
            case "function_call" | "custom_tool_call":
                self._add(item, _call(item, kind, self.ledger))
            case "function_call_output" | "custom_tool_call_output":
                self._say("tool", _result(item, kind, self.ledger), item)
            case "reasoning":
                self._reasoning(item)
            case _:
                self._opaque(item, kind)

    # -- turns

    def _add(self, item: Members, part: Part) -> None:
        if self.turn is None:
            self.turn = _Turn(item.at)
        self.turn.parts.append(part)

    def _say(self, role: Role, part: Part, item: Members) -> None:
        self._end_turn()
        self.messages.append(Message(role=role, parts=(part,), at=item.at))

    def _end_turn(self) -> None:
        turn, self.turn = self.turn, None
        if turn is not None:
            self.messages.append(_message_of("assistant", tuple(turn.parts), tuple(turn.items), turn.at))

    # -- items

    def _message(self, item: Members) -> None:
        role = _ROLES[item.required_choice("role", tuple(_ROLES))]
        kinds = OUTPUT if role == "assistant" else INPUT
        parts, is_text = content_of(item, "content", self.ledger, kinds=kinds)
        turn = _Turn(item.at) if role != "assistant" or self.turn is None else self.turn
        begin = len(turn.parts)
        turn.parts += parts
        turn.items.append(
            MessageItem(
                begin=begin,
                end=len(turn.parts),
                is_typed=item.has("type"),
                is_text=is_text,
                item_id=item.text("id"),
                status=item.text("status"),
                phase=item.text("phase"),
                extra=item.rest({"type", "role", "content", "id", "status", "phase"}),
                at=item.at,
            )
        )
        if role == "assistant":
            self.turn = turn
            return
        self._end_turn()
        self.messages.append(_message_of(role, tuple(turn.parts), tuple(turn.items), item.at))

    def _reasoning(self, item: Members) -> None:
        part = _thought(item)
        turn = self.turn
        if turn is not None and turn.parts and _is_seal(item):
            call = turn.parts[-1]
            if isinstance(call, CallPart) and call.signature is None:
                turn.parts[-1] = _sealed(call, part)
                return
        self._add(item, part)

    def _opaque(self, item: Members, kind: str) -> None:
        call_id = item.get("call_id")
        if kind in {"mcp_approval_request", "local_shell_call_output"} and not isinstance(call_id, str):
            call_id = item.get("id")
        elif kind == "mcp_approval_response":
            call_id = item.get("approval_request_id")
        call_id = call_id if isinstance(call_id, str) else None
        has_result = _has_result(item, kind)
        if call_id is not None and not has_result and kind not in _CLIENT_OUTPUTS:
            self.provider_run.add(call_id)
        part = OpaquePart(
            dialect="responses",
            kind=kind,
            value=item.value,
            call_id=call_id,
            has_result=has_result,
            at=item.at,
        )
        if kind in _SAID_TO_THE_MODEL:
            self._say("developer", part, item)
        elif kind in _CLIENT_OUTPUTS and not self._is_providers(item, call_id):
            self._say("tool", part, item)
        else:
            self._add(item, part)

    def _is_providers(self, item: Members, call_id: str | None) -> bool:
        return call_id in self.provider_run or item.get("execution") == "server"


def _has_result(item: Members, kind: str) -> bool:
    if kind == "tool_search_call":
        execution = item.get("execution")
        return isinstance(execution, str) and execution == "client"
    if kind == "shell_call":
        # In a container the provider runs the commands.
        environment = item.get("environment")
        where = environment.get("type") if isinstance(environment, Mapping) else None
        return not (isinstance(where, str) and where.startswith("container"))
    return kind in _CLIENT_RUN


def _message_of(role: Role, parts: tuple[Part, ...], items: tuple[MessageItem, ...], at: str) -> Message:
    first = items[0] if items else None
    extra: dict[str, Any] = {}
    for item in reversed(items):
        extra.update(item.extra)
    return Message(
        role=role,
        parts=parts,
        is_text=len(items) == 1 and items[0].is_text and len(parts) == 1,
        phase=next((item.phase for item in items if item.phase is not None), None),
        item_id=first.item_id if first is not None else None,
        status=first.status if first is not None else None,
        extra=extra,
        items=items,
        at=at,
    )


# -- calls and results


def _call(item: Members, kind: str, ledger: Ledger) -> CallPart:
    is_custom = kind == "custom_tool_call"
    member = "input" if is_custom else "arguments"
    vendor, signature = _seal_of(item.get("extra_content"))
    return CallPart(
        call_id=item.required_text("call_id", shortest=1),
        name=item.required_text("name"),
        arguments=item.required_text(member),
        kind="custom" if is_custom else "function",
        item_id=item.text("id"),
        namespace=item.text("namespace"),
        status=item.text("status"),
        signature=signature,
        vendor=vendor,
        extra=without_seal(
            item.rest({"type", "call_id", "name", member, "id", "namespace", "status"}), item.at, ledger
        ),
        at=item.at,
    )


def _result(item: Members, kind: str, ledger: Ledger) -> ResultPart:
    parts, is_text = content_of(item, "output", ledger)
    name = item.text("name")
    return ResultPart(
        # A function may be named in place of its call.
        call_id=item.required_text("call_id", shortest=1) if name is None or item.has("call_id") else "",
        parts=parts,
        is_text=is_text,
        kind="custom" if kind == "custom_tool_call_output" else "function",
        name=name,
        item_id=item.text("id"),
        status=item.text("status"),
        extra=item.rest({"type", "call_id", "output", "name", "id", "status"}),
        at=item.at,
    )


def _seal_of(extra_content: Any) -> tuple[str, str | None]:
    """Vendor and thought signature, where the client sends them back in Google's form."""
    google = extra_content.get("google") if isinstance(extra_content, Mapping) else None
    signature = google.get("thought_signature") if isinstance(google, Mapping) else None
    if not isinstance(signature, str) or not signature:
        return "", None
    found = unwrapped(signature)
    return ("gemini", signature) if found is None else (found.vendor, found.blob)


# -- thoughts


_FERNET: Final = "gAAAA"


def _thought(item: Members) -> ReasoningPart:
    blob = item.text("encrypted_content")
    text = _texts(item, "content")
    summary = _texts(item, "summary")
    vendor = ""
    encrypted, signature = blob, None
    if blob is not None and (found := unwrapped(blob)) is not None:
        vendor = found.vendor
        is_encrypted = found.kind == "encrypted"
        encrypted, signature = (found.blob, None) if is_encrypted else (None, found.blob)
    elif blob is not None and blob.startswith(_FERNET):
        # What OpenAI encrypts are Fernet tokens. What other servers of this dialect encrypt, nobody can tell.
        vendor = "openai"
    return ReasoningPart(
        text=text,
        summary=summary,
        encrypted=encrypted,
        signature=signature,
        vendor=vendor,
        item_id=item.text("id"),
        status=item.text("status"),
        raw=item.value,
        at=item.at,
    )


def _texts(item: Members, name: str) -> tuple[str, ...]:
    """The texts of the parts of a summary or of the raw thought."""
    return tuple(
        part.required_text("text") if part.has("text") or name == "summary" else ""
        for part in item.objects(name) or ()
    )


def _is_seal(item: Members) -> bool:
    """An item that is nothing but the signature of the call before it: the form in which this engine sends it."""
    blob = item.text("encrypted_content")
    found = None if blob is None else unwrapped(blob)
    return found is not None and found.kind == "call"


def _sealed(call: CallPart, seal: ReasoningPart) -> CallPart:
    from dataclasses import replace  # noqa: PLC0415 - rare

    return replace(call, signature=seal.signature, vendor=seal.vendor)
