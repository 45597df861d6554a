"""Defects of a Responses server in front of Gemini, none of which is in this engine: the items of an answer.

That server built the final output anew instead of keeping what it had streamed, and computed the place of an item from
what it believed to have been sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.translation.writers import responses_items
from harness.translation.writers.responses import ResponsesWriter
from harness.translation.writers.responses_items import Call, Message, Reasoning
from harness.translation.writers.responses_numbering import Numbering
from harness.turn.increments import ReasoningEnd, ToolEnd, ToolStart
from tests.defects.cases import handles
from tests.defects.defect import Defect
from tests.defects.gemini_turns import CALL, TEXT, THOUGHT, announced, events_of, turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import pytest

    from tests.defects.heard import Heard


def _places(heard: Heard) -> list[int]:
    """The `output_index` of each item that is announced, in order."""
    return [one["output_index"] for one in heard.payloads if one["type"] == "response.output_item.added"]


# -- 001-D01 to D03: the final output


def _whole_turn() -> Heard:
    return turn(THOUGHT, TEXT, CALL)


def _d01_holds() -> None:
    heard = _whole_turn()
    streamed = [one["call_id"] for one in announced(heard, "done") if one["type"] == "function_call"]
    assert [call_id for call_id, _, _ in heard.calls()] == streamed
    assert streamed[0].startswith("call_")


def _d02_holds() -> None:
    heard = _whole_turn()
    assert [one["id"] for one in heard.output] == [one["id"] for one in announced(heard)]
    assert [one["id"] for one in heard.output] == [one["id"] for one in announced(heard, "done")]


def _d03_holds() -> None:
    heard = _whole_turn()
    assert [one["type"] for one in heard.output] == ["reasoning", "message", "function_call"]
    assert heard.output == announced(heard, "done")


def _minted_again(member: str, prefix: str) -> Callable[[pytest.MonkeyPatch], None]:
    """The calls of the final output are built by the same helper as those of the stream, which mints."""

    def breaks(patch: pytest.MonkeyPatch) -> None:
        output = ResponsesWriter._output

        def built(self: ResponsesWriter) -> list[dict[str, Any]]:
            return [
                {**item, member: self._session.mint.new_id(prefix)}
                if item["type"] == "function_call"
                else item
                for item in output(self)
            ]

        patch.setattr(ResponsesWriter, "_output", built)

    return breaks


def _only_calls(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The calls, where there are any: what a branch of its own for calls puts into the output."""
    return [item for item in items if item["type"] == "function_call"] or items


def _d03_breaks(patch: pytest.MonkeyPatch) -> None:
    output = ResponsesWriter._output
    patch.setattr(ResponsesWriter, "_output", lambda self: _only_calls(output(self)))


# -- 001-D04 to D06: a call after something that is open


def _thought_and_call() -> Heard:
    return turn(THOUGHT, CALL)


def _text_and_call() -> Heard:
    return turn(TEXT, CALL)


def _d04_holds() -> None:
    heard = _thought_and_call()
    kinds = heard.kinds()
    before = kinds[: kinds.index("response.function_call_arguments.delta")]
    for kind in ("reasoning_summary_text.done", "reasoning_summary_part.done", "output_item.done"):
        assert f"response.{kind}" in before
    assert [one["type"] for one in announced(heard, "done")] == ["reasoning", "function_call"]


def _d04_breaks(patch: pytest.MonkeyPatch) -> None:
    opened = ResponsesWriter._new_message
    waiting: list[Reasoning] = []

    def left_open(self: ResponsesWriter, one: ReasoningEnd) -> bytes:
        waiting.append(self._thoughts.pop(one.ref))
        return b""

    def closes(self: ResponsesWriter, *args: Any, **more: Any) -> tuple[Message, bytes]:
        ended = b"".join([thought.finished(None, None) for thought in waiting])
        waiting.clear()
        message, sent = opened(self, *args, **more)
        return message, ended + sent

    handles(patch, ResponsesWriter, {ReasoningEnd: left_open})
    patch.setattr(ResponsesWriter, "_new_message", closes)


def _d05_holds() -> None:
    assert _places(_thought_and_call()) == [0, 1]
    assert _places(turn(THOUGHT, CALL, CALL)) == [0, 1, 2]


def _d06_holds() -> None:
    heard = _text_and_call()
    assert _places(heard) == [0, 1]
    assert [one["type"] for one in announced(heard, "done")] == ["message", "function_call"]
    events_of(heard, "response.output_text.done")


def _counting_without(kind: type[Message | Reasoning]) -> Callable[[pytest.MonkeyPatch], None]:
    """The place of a call leaves items of that type out, as the branch for calls does not know of them."""

    def breaks(patch: pytest.MonkeyPatch) -> None:
        start = ResponsesWriter._tool_start

        def placed(self: ResponsesWriter, one: ToolStart) -> bytes:
            items, self._items = self._items, [item for item in self._items if not isinstance(item, kind)]
            if kind is Message:
                self._message = None  # and nobody closes it
            sent = start(self, one)
            items.append(self._items[-1])
            self._items = items
            return sent

        handles(patch, ResponsesWriter, {ToolStart: placed})

    return breaks


# -- 001-D07: how a call is announced


def _one_call() -> Heard:
    return turn(CALL)


def _d07_holds() -> None:
    heard = _one_call()
    (added,) = announced(heard)
    assert (added["status"], added["arguments"]) == ("in_progress", "")
    deltas = events_of(heard, "response.function_call_arguments.delta")
    (done,) = events_of(heard, "response.function_call_arguments.done")
    assert "".join(one["delta"] for one in deltas) == done["arguments"] == '{"city":"Rome"}'
    (item,) = announced(heard, "done")
    assert (item["status"], item["arguments"]) == ("completed", '{"city":"Rome"}')


def _d07_breaks(patch: pytest.MonkeyPatch) -> None:
    added, end = Call.added, ResponsesWriter._tool_end

    def whole(self: ResponsesWriter, one: ToolEnd) -> bytes:
        call = self._calls[one.ref]
        call.body = {**call.body, "arguments": "".join(call._pieces), "status": "completed"}
        return added(call) + end(self, one)

    patch.setattr(Call, "added", lambda _: b"")
    patch.setattr(Call, "delta", lambda self, one, **_: self._pieces.append(one.text) or b"")
    patch.setattr(Call, "arguments_end", lambda _: b"")
    handles(patch, ResponsesWriter, {ToolEnd: whole})


# -- 001-D10 and D11: members that clients require


def _plain() -> Heard:
    return turn({"text": "hi"})


def _d10_holds() -> None:
    heard = _plain()
    (item,) = heard.output
    for kind in ("added", "done"):
        (event,) = events_of(heard, f"response.content_part.{kind}")
        assert event.get("item_id") == item["id"]


def _d11_holds() -> None:
    heard = _plain()
    for kind in ("delta", "done"):
        assert [one.get("logprobs") for one in events_of(heard, f"response.output_text.{kind}")] == [[]]
    assert heard.output[0]["content"][0]["logprobs"] == []


def _without(member: str, kinds: str) -> Callable[[pytest.MonkeyPatch], None]:
    """Events whose type begins so are written without that member."""

    def breaks(patch: pytest.MonkeyPatch) -> None:
        event = Numbering.event

        def written(self: Numbering, kind: str, members: Mapping[str, Any]) -> bytes:
            if kind.startswith(kinds):
                members = {name: value for name, value in members.items() if name != member}
            return event(self, kind, members)

        patch.setattr(Numbering, "event", written)

    return breaks


def _d11_breaks(patch: pytest.MonkeyPatch) -> None:
    _without("logprobs", "response.output_text.")(patch)
    patch.setattr(responses_items, "_NO_LOGPROBS", b"")


DEFECTS = [
    Defect(
        "001-D01",
        "A call has another `call_id` in the final output than in the stream.",
        _d01_holds,
        _minted_again("call_id", "call_"),
        "RESP-ITEM-009",
        lambda: _whole_turn().rules(),
    ),
    Defect(
        "001-D02",
        "A call's item has another id in the final output than in the stream.",
        _d02_holds,
        _minted_again("id", "fc_"),
        "RESP-ITEM-006",
        lambda: _whole_turn().rules(),
    ),
    Defect(
        "001-D03",
        "Thought and text that were streamed are missing in the final output.",
        _d03_holds,
        _d03_breaks,
        "RESP-TERM-001",
        lambda: _whole_turn().rules(),
    ),
    Defect(
        "001-D04",
        "Thought stays open when a call comes.",
        _d04_holds,
        _d04_breaks,
        "RESP-ITEM-012",
        lambda: _thought_and_call().rules(),
    ),
    Defect(
        "001-D05",
        "A call has the place of the thought before it.",
        _d05_holds,
        _counting_without(Reasoning),
        "RESP-ITEM-003",
        lambda: _thought_and_call().rules(),
    ),
    Defect(
        "001-D06",
        "A call has the place of the message before it, which is never closed.",
        _d06_holds,
        _counting_without(Message),
        "RESP-ITEM-003",
        lambda: _text_and_call().rules(),
    ),
    Defect(
        "001-D07",
        "A call is announced as completed, and its arguments are not streamed.",
        _d07_holds,
        _d07_breaks,
        "RESP-FC-002",
        lambda: _one_call().rules(),
    ),
    Defect(
        "001-D10",
        "The events of content parts have no `item_id`.",
        _d10_holds,
        _without("item_id", "response.content_part."),
        "RESP-ITEM-007",
        lambda: _plain().rules(),
    ),
    Defect(
        "001-D11",
        "The events of texts have no `logprobs`.",
        _d11_holds,
        _d11_breaks,
        "RESP-TEXT-006",
        lambda: _plain().rules(),
    ),
]
