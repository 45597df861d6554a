"""Defects of a client that spoke Chat Completions for the Responses API, in what it made of calls.

It made a message of each item, dropped calls without a result with all that came after them, and of the calls in an
answer it knew one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from harness.translation.manner import Manner
from harness.translation.readers.chat_calls import Calls
from harness.translation.requests import (
    from_responses_items,
    history,
    to_chat,
    to_chat_messages,
)
from harness.translation.writers import responses_items
from harness.turn.conversation import CallPart, ResultPart
from tests.defects.cases import (
    call,
    calls,
    hear,
    losses_of,
    refusal_of,
)
from tests.defects.chat_streams import FOR_CHAT, FOR_ITEMS, OSLO, ROME, ended, more
from tests.defects.defect import Defect
from tests.defects.items import asked, assistant, called, is_answered, messages, result, roles, user

if TYPE_CHECKING:
    import pytest

    from harness.translation.engine import Prepared
    from harness.translation.readers.chat_calls import Call
    from harness.translation.requests.sending import Sending
    from harness.translation.requests.shape import Members
    from harness.translation.requests.tool_names import ToolNames
    from harness.translation.session import Session
    from harness.turn.conversation import Message, OpaquePart, Part
    from harness.turn.increments import ArgsDelta, Increment
    from tests.defects.heard import Heard

# -- 002-D01: calls made at once


def _d01_holds() -> None:
    prepared = asked(
        user("?"), called("call_a"), called("call_b"), result("call_a", "A"), result("call_b", "B")
    )
    assert roles(prepared) == ["user", "assistant", "tool", "tool"]
    assert is_answered(prepared)
    assert [one["content"] for one in messages(prepared)[2:]] == ["A", "B"]
    assert losses_of(prepared) == {}


def a_message_for_each_call(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: a call ends the turn that it is of, and nothing joins them."""
    add = from_responses_items._Reading._add

    def alone(self: from_responses_items._Reading, item: Members, part: Part) -> None:
        if isinstance(part, CallPart):
            self._end_turn()
        add(self, item, part)

    patch.setattr(from_responses_items._Reading, "_add", alone)
    patch.setattr(to_chat, "repaired", lambda messages, _: messages)


# -- 002-D02: words and the call that follows them


def _d02_holds() -> None:
    prepared = asked(user("?"), assistant("I look."), called("call_a"), result("call_a"))
    assert roles(prepared) == ["user", "assistant", "tool"]
    _, turn, _ = messages(prepared)
    assert turn["content"] == "I look."
    assert [one["id"] for one in turn["tool_calls"]] == ["call_a"]


def _d02_breaks(patch: pytest.MonkeyPatch) -> None:
    whole = to_chat_messages._assistant

    def split(sending: Sending, names: ToolNames, message: Message) -> list[dict[str, Any]]:
        words = tuple(part for part in message.parts if not isinstance(part, CallPart))
        made = tuple(part for part in message.parts if isinstance(part, CallPart))
        halves = [replace(message, parts=parts) for parts in (words, made) if parts]
        return [told for half in halves for told in whole(sending, names, half)]

    patch.setattr(to_chat_messages, "_assistant", split)


# -- 002-D03 and D04: calls that nobody answered


def _d03_holds() -> None:
    prepared = asked(user("?"), called("call_a"), user("Never mind."))
    assert roles(prepared) == ["user", "assistant", "tool", "user"]
    assert is_answered(prepared)
    assert messages(prepared)[-1]["content"] == "Never mind."
    assert losses_of(prepared) == {"/input/1": "L140"}


def _d03_breaks(patch: pytest.MonkeyPatch) -> None:
    def cut(messages: tuple[Message, ...], session: Session) -> tuple[Message, ...]:
        answered = {part.call_id for one in messages for part in one.parts if isinstance(part, ResultPart)}
        kept = []
        for one in messages:
            if any(isinstance(part, CallPart) and part.call_id not in answered for part in one.parts):
                break
            kept.append(one)
        return history.repaired(tuple(kept), session)

    patch.setattr(to_chat, "repaired", cut)


def _d04_holds() -> None:
    tools = [{"type": "custom", "name": "patch"}]
    made = {"type": "custom_tool_call", "call_id": "call_a", "name": "patch", "input": "*** Begin"}
    for profile in ("openai", "vllm"):
        prepared = asked(user("?"), made, user("Never mind."), tools=tools, profile=profile)
        assert roles(prepared) == ["user", "assistant", "tool", "user"]
        assert is_answered(prepared)
        assert losses_of(prepared)["/input/1"] in {"L140", "L144"}
    for prepared in _with_shell(answered=False):
        assert is_answered(prepared)
        assert messages(prepared)[-1]["content"] == "And now?"


def _d04_breaks(patch: pytest.MonkeyPatch) -> None:
    stub = history._stub
    patch.setattr(
        history, "_stub", lambda call, session: stub(call, session) if call.kind == "function" else None
    )


# -- 002-D05 and D06: calls of tools that are no functions


def _d05_holds() -> None:
    tools = [{"type": "custom", "name": "patch"}]
    made = {"type": "custom_tool_call", "call_id": "call_1", "name": "patch", "input": "*** Begin"}
    output = {"type": "custom_tool_call_output", "call_id": "call_1", "output": "done"}
    for identity in ({"id": "ctc_1"}, {"id": None}, {}):
        prepared = asked(user("?"), {**made, **identity}, output, tools=tools)
        _, turn, answer = messages(prepared)
        custom = {"name": "patch", "input": "*** Begin"}
        assert turn["tool_calls"] == [{"id": "call_1", "type": "custom", "custom": custom}]
        assert answer == {"role": "tool", "tool_call_id": "call_1", "content": "done"}


def the_items_id_as_the_calls(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: a call of a custom tool is known by the id of its item, and nothing looks for its result."""
    call = from_responses_items._call

    def misnamed(*given: Any) -> CallPart:
        made: CallPart = call(*given)
        return replace(made, call_id=made.item_id or "") if made.kind == "custom" else made

    patch.setattr(from_responses_items, "_call", misnamed)
    patch.setattr(to_chat, "repaired", lambda messages, _: messages)


def _with_shell(*, answered: bool) -> list[Prepared]:
    """A conversation with a command, in each manner that allows for one."""
    action = {"type": "exec", "command": ["ls"], "env": {}}
    shell = {
        "type": "local_shell_call",
        "id": "lsh_1",
        "call_id": "call_1",
        "status": "completed",
        "action": action,
    }
    output = {"type": "local_shell_call_output", "id": "call_1", "output": "a.txt"}
    items = [user("?"), shell, *([output] if answered else []), user("And now?")]
    return [asked(*items, manner=Manner(foreign_items=how)) for how in ("text", "drop")]


def _d06_holds() -> None:
    words, dropped = _with_shell(answered=True)
    for prepared in (words, dropped):
        kinds = {call["type"] for one in messages(prepared) for call in one.get("tool_calls", ())}
        assert kinds <= {"function", "custom"}
        assert is_answered(prepared)
        assert {"/input/1", "/input/2"} <= set(losses_of(prepared))
    assert any("a.txt" in str(one["content"]) for one in messages(words))
    items = [user("?"), {"type": "local_shell_call", "id": "lsh_1", "call_id": "call_1", "action": {}}]
    refused = refusal_of("chat", {"input": items}, target="responses")
    assert "local_shell_call" in refused.message


def a_shell_call_among_the_calls(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: what only Responses has a name for goes to Chat as if that knew it."""

    def added(self: to_chat_messages._Turn, part: OpaquePart) -> None:
        value = dict(part.value)
        self.calls.append({name: value.get(name) for name in ("id", "type", "status", "action")})

    patch.setattr(history, "_without_foreign", lambda messages, _: messages)
    patch.setattr(to_chat_messages._Turn, "_add_opaque", added)


# -- 002-D15 and D16: several calls


def two_at_once() -> Heard:
    """A chunk with two calls."""
    both = calls(call(ROME, call_id="call_a"), call(OSLO, call_id="call_b", index=1))
    return hear(ended(both, finish="tool_calls"), target="responses", request=FOR_ITEMS)


def two_at_once_arrive() -> None:
    """Both of them do."""
    assert two_at_once().calls() == [("call_a", "weather", ROME), ("call_b", "weather", OSLO)]


def only_the_first(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: of the calls in one delta it sees the first."""
    take = Calls.take

    def first(self: Calls, fragments: Any, src: int, *, whole: bool = False) -> list[Increment]:
        return take(self, fragments[:1], src, whole=whole)

    patch.setattr(Calls, "take", first)


def two_by_turns() -> tuple[Heard, Heard]:
    """Two calls whose arguments come by turns."""
    upstream = ended(
        calls(call("", call_id="call_a")),
        calls(more(ROME[:8])),
        calls(call("", call_id="call_b", index=1)),
        calls(more(OSLO[:8], 1)),
        calls(more(ROME[8:])),
        calls(more(OSLO[8:], 1)),
        finish="tool_calls",
    )
    return hear(upstream, target="responses", request=FOR_ITEMS), hear(upstream, request=FOR_CHAT)


def two_by_turns_arrive() -> None:
    """Each of them with its own arguments."""
    for heard in two_by_turns():
        assert heard.calls() == [("call_a", "weather", ROME), ("call_b", "weather", OSLO)]


def one_state_for_all(patch: pytest.MonkeyPatch) -> None:
    """Break the engine so: all fragments are of the one call that it knows."""

    def known(self: Calls, index: int | None, identity: str, name: str, src: int) -> Call | None:
        del index, identity, name, src
        return self._last

    patch.setattr(Calls, "_known", known)


# -- 002-D21: when a call is told of


def _d21_case() -> Heard:
    fragments = calls(call("")), calls(more(ROME[:8])), calls(more(ROME[8:]))
    return hear(ended(*fragments, finish="tool_calls"), target="responses", request=FOR_ITEMS)


def _d21_holds() -> None:
    heard = _d21_case()
    assert heard.calls() == [("call_up", "weather", ROME)]
    about = [one for one in heard.payloads if one.get("output_index") == 0]
    assert [one["type"] for one in about] == [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ]
    assert [one["delta"] for one in about if "delta" in one] == [ROME[:8], ROME[8:]]


def _d21_breaks(patch: pytest.MonkeyPatch) -> None:
    def collected(self: responses_items.Call, one: ArgsDelta, *, is_padded: bool) -> bytes:
        del is_padded
        self._pieces.append(one.text)
        return b""

    patch.setattr(responses_items.Call, "added", lambda _: b"")
    patch.setattr(responses_items.Call, "delta", collected)


DEFECTS = [
    Defect(
        "002-D01",
        "Calls that were made at once became messages that follow each other without their results.",
        _d01_holds,
        a_message_for_each_call,
    ),
    Defect("002-D02", "Words and the call after them became two messages.", _d02_holds, _d02_breaks),
    Defect("002-D03", "All after a call without a result was dropped.", _d03_holds, _d03_breaks),
    Defect("002-D04", "Only calls of functions were given a result.", _d04_holds, _d04_breaks),
    Defect(
        "002-D05",
        "Calls of custom tools bore the id of their item, and their results the call's.",
        _d05_holds,
        the_items_id_as_the_calls,
    ),
    Defect(
        "002-D06",
        "A command was sent as a call of a type of its own.",
        _d06_holds,
        a_shell_call_among_the_calls,
    ),
    Defect(
        "002-D15",
        "Of several calls in one chunk the first was read.",
        two_at_once_arrive,
        only_the_first,
        "XLAT-TOOL-001",
        lambda: two_at_once().rules(),
    ),
    Defect(
        "002-D16",
        "The arguments of all calls were joined.",
        two_by_turns_arrive,
        one_state_for_all,
        "XLAT-TOOL-001",
        lambda: set.union(*(one.rules() for one in two_by_turns())),
    ),
    Defect(
        "002-D21",
        "A call was told of when it was done, and not before.",
        _d21_holds,
        _d21_breaks,
        "RESP-ITEM-001",
        lambda: _d21_case().rules(),
    ),
]
