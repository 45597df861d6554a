"""Defects of an early client that read Chat Completions as items of the Responses API, none of which is in this engine.

It is an ancestor of the other such client, and has much in common with it: what the two have in common is checked by
one check.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from harness.cassettes.exchange import How
from harness.translation.readers import chat
from harness.translation.readers.chat_choice import ChatChoice
from harness.translation.requests import to_chat_messages, to_chat_parts
from harness.translation.settling import Settling
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.conversation import ImagePart
from harness.turn.increments import TextDelta
from tests.defects.cases import DONE, call, calls, hear, losses_of, role, says, sse
from tests.defects.chat_streams import FOR_CHAT, FOR_ITEMS, OSLO, ROME, ended, more
from tests.defects.defect import Defect
from tests.defects.items import asked, assistant, called, is_answered, messages, result, roles, thought, user
from tests.defects.system_002_calls import (
    a_message_for_each_call,
    one_state_for_all,
    only_the_first,
    the_items_id_as_the_calls,
    two_at_once,
    two_at_once_arrive,
    two_by_turns_arrive,
)
from tests.defects.system_002_ends import (
    any_finish_completes,
    breaks_are_told,
    cut,
    cuts_are_told,
    over_with_the_finish,
    the_end_is_an_end,
    usage_after_the_finish,
    usage_arrives,
)
from tests.defects.system_002_requests import no_usage_is_asked_for

if TYPE_CHECKING:
    import pytest

    from harness.translation.requests.sending import Sending
    from harness.turn.conversation import Part
    from harness.turn.increments import Increment, ToolStart
    from tests.defects.heard import Heard


# -- 004-D01: one message for an answer


def _d01_case() -> Heard:
    return hear(ended(says("a"), says(""), says("b"), says("c")), target="responses")


def _d01_holds() -> None:
    heard = _d01_case()
    assert heard.kinds().count("response.output_item.done") == 1
    assert [part["text"] for item in heard.output for part in item["content"]] == ["abc"]
    assert [one["delta"] for one in heard.payloads if "delta" in one] == ["a", "b", "c"]


def _d01_breaks(patch: pytest.MonkeyPatch) -> None:
    write = ResponsesWriter.write

    def finished(self: ResponsesWriter, increment: Increment) -> bytes:
        sent, message = write(self, increment), self._message
        if not isinstance(increment, TextDelta) or message is None:
            return sent
        content = [{**message.parts[-1], "text": increment.text}]
        item = {**message.body, "status": "completed", "content": content}
        members = {"output_index": message.index, "item": item}
        return sent + self._numbering.event("response.output_item.done", members)

    patch.setattr(ResponsesWriter, "write", finished)


# -- 004-D02: words before a call


def _d02_case() -> Heard:
    upstream = ended(says("I look."), calls(call(ROME)), finish="tool_calls")
    return hear(upstream, target="responses", request=FOR_ITEMS)


def _d02_holds() -> None:
    heard = _d02_case()
    assert [item["type"] for item in heard.output] == ["message", "function_call"]
    done = [one["item"]["type"] for one in heard.payloads if one["type"] == "response.output_item.done"]
    assert done == ["message", "function_call"]
    assert heard.text() == "I look."


def _d02_breaks(patch: pytest.MonkeyPatch) -> None:
    text, close = ChatChoice._text, ChatChoice.close
    kept: list[Any] = []

    def collected(self: ChatChoice, words: str, src: int, out: list[Increment], *rest: Any) -> None:
        kept.append(words)

    def closed(self: ChatChoice, src: int, out: list[Increment]) -> None:
        if kept:
            text(self, "".join(kept), src, out, None, None)
            kept.clear()
        close(self, src, out)

    patch.setattr(ChatChoice, "_text", collected)
    patch.setattr(ChatChoice, "close", closed)


# -- 004-D03: usage


def _d03_holds() -> None:
    usage_arrives()
    assert usage_after_the_finish().sent.get("stream_options") == {"include_usage": True}


def _d03_breaks(patch: pytest.MonkeyPatch) -> None:
    over_with_the_finish(patch)
    no_usage_is_asked_for(patch)


# -- 004-D04: several calls


def _d04_holds() -> None:
    two_by_turns_arrive()
    two_at_once_arrive()


def _d04_breaks(patch: pytest.MonkeyPatch) -> None:
    only_the_first(patch)
    one_state_for_all(patch)


# -- 004-D05: errors in a stream


OVERLOADED = {"message": "The model is overloaded.", "type": "server_error", "param": None, "code": None}


def _d05_case(*, end: bytes = b"") -> Heard:
    return hear(sse(role(), says("hi"), {"error": OVERLOADED}) + end, target="responses")


def _d05_holds() -> None:
    for heard in (_d05_case(), _d05_case(end=DONE)):
        assert heard.kinds()[-1] == "response.failed"
        assert heard.final["error"] == {"code": "server_error", "message": OVERLOADED["message"]}
    in_chat = hear(sse(role(), says("hi"), {"error": OVERLOADED}))
    assert in_chat.payloads[-1].get("error", {}).get("message") == OVERLOADED["message"]
    assert not in_chat.is_done


def _d05_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(chat, "error_in", lambda _: None)
    the_end_is_an_end(patch)


# -- 004-D06: streams that break off


def _d06_case() -> Heard:
    return hear(sse(role(), calls(call(ROME[:8]))), target="responses", request=FOR_ITEMS, how=How.SERVER_CUT)


def _d06_holds() -> None:
    breaks_are_told()
    heard = _d06_case()
    assert heard.kinds()[-1] == "response.failed"
    assert [item["status"] for item in heard.output] == ["incomplete"]


# -- 004-D07: requests


def _d07_holds() -> None:
    prepared = asked(user("?"), called("call_a"), called("call_b"), result("call_a"), result("call_b"))
    assert roles(prepared) == ["user", "assistant", "tool", "tool"]
    assert is_answered(prepared)

    picture = {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"}
    words = {"type": "input_text", "text": "What is this?"}
    (shown,) = messages(asked({"type": "message", "role": "user", "content": [words, picture]}))
    image = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}
    assert shown["content"] == [{"type": "text", "text": "What is this?"}, image]

    items = [user("?"), thought("hm"), assistant("So."), user("?")]
    assert messages(asked(*items, profile="vllm"))[1].get("reasoning") == "hm"
    assert losses_of(asked(*items)) == {"/input/1": "L150"}

    made = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "call_1", "name": "patch", "input": "x"}
    output = {"type": "custom_tool_call_output", "call_id": "call_1", "output": "done"}
    custom = asked(user("?"), made, output, tools=[{"type": "custom", "name": "patch"}])
    assert is_answered(custom)


def _d07_breaks(patch: pytest.MonkeyPatch) -> None:
    part_of = to_chat_parts.content_part

    def words_only(sending: Sending, part: Part) -> dict[str, Any] | None:
        return None if isinstance(part, ImagePart) else part_of(sending, part)

    a_message_for_each_call(patch)
    the_items_id_as_the_calls(patch)
    patch.setattr(to_chat_messages, "content_part", words_only)
    patch.setattr(to_chat_messages, "put_reasoning", lambda *_: None)


# -- 004-D09: a finish reason without calls


def _d09_case() -> Heard:
    return hear(ended(says("It is done."), finish="tool_calls"))


def _d09_holds() -> None:
    heard = _d09_case()
    assert heard.finish() == "stop"
    assert "L225" in heard.codes
    silent = hear(ended(finish="tool_calls"))
    assert [silent.finish(), silent.calls(), silent.text()] == ["stop", [], ""]
    items = hear(ended(finish="tool_calls"), target="responses")
    assert [items.final["status"], items.output, items.codes & {"L225"}] == ["completed", [], {"L225"}]


def _d09_breaks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Settling, "_true", lambda _, finish: finish)


# -- 004-D10: calls without an id


def _d10_case() -> tuple[Heard, Heard]:
    opening = {"index": 0, "type": "function", "function": {"name": "weather", "arguments": ""}}
    other = {"index": 1, "type": "function", "function": {"name": "weather", "arguments": OSLO}}
    upstream = ended(calls(opening), calls(more(ROME)), calls(other), finish="tool_calls")
    return hear(upstream, request=FOR_CHAT), hear(upstream, target="responses", request=FOR_ITEMS)


def _d10_holds() -> None:
    for heard in _d10_case():
        ids = [identity for identity, _, _ in heard.calls()]
        assert len(set(ids)) == 2
        assert all(one.startswith("call_") for one in ids)
        assert [rest for _, *rest in heard.calls()] == [["weather", ROME], ["weather", OSLO]]
        assert "L210" in heard.codes


def _d10_breaks(patch: pytest.MonkeyPatch) -> None:
    def as_sent(self: Settling, one: ToolStart) -> ToolStart:
        del self
        return msgspec.structs.replace(one, call_id=one.call_id or "")

    patch.setattr(Settling, "_identified", as_sent)


DEFECTS = [
    Defect(
        "004-D01",
        "Each piece of a text became a finished message.",
        _d01_holds,
        _d01_breaks,
        "RESP-ITEM-013",
        lambda: _d01_case().rules(),
    ),
    Defect("004-D02", "A call was told of before the words that it followed.", _d02_holds, _d02_breaks),
    Defect(
        "004-D03",
        "Usage was not asked for, and not waited for.",
        _d03_holds,
        _d03_breaks,
        "XLAT-USE-006",
        lambda: usage_after_the_finish().rules(),
    ),
    Defect(
        "004-D04",
        "There was one call, and all arguments were its own.",
        _d04_holds,
        _d04_breaks,
        "XLAT-TOOL-001",
        lambda: two_at_once().rules(),
    ),
    Defect(
        "004-D05",
        "An error in the stream was passed over.",
        _d05_holds,
        _d05_breaks,
        "XLAT-ERR-001",
        lambda: _d05_case().rules(),
    ),
    Defect(
        "004-D06",
        "The end of the body was the end of the answer.",
        _d06_holds,
        the_end_is_an_end,
        "XLAT-ERR-003",
        lambda: _d06_case().rules(),
    ),
    Defect(
        "004-D07", "Pictures and thought were dropped, and calls were torn apart.", _d07_holds, _d07_breaks
    ),
    Defect(
        "004-D08",
        "An answer that a filter cut was told as complete.",
        cuts_are_told,
        any_finish_completes,
        "XLAT-FIN-001",
        lambda: cut("content_filter").rules(),
    ),
    Defect(
        "004-D09",
        "The answer finished with calls that nobody had made.",
        _d09_holds,
        _d09_breaks,
        "CHAT-FIN-006",
        lambda: _d09_case().rules(alone=True),
    ),
    Defect(
        "004-D10",
        "A call whose id never came had none.",
        _d10_holds,
        _d10_breaks,
        "RESP-ITEM-017",
        lambda: set.union(*(one.rules() for one in _d10_case())),
    ),
]
