"""Items and parts of Responses: several, unknown, interleaved, and those of OpenAI's own tools."""

from __future__ import annotations

from typing import Any, Final

from harness.trials.drawing import PLAIN, Shelf
from harness.trials.material import ONE_CALL, TEXT, TIME, TWO_CALLS, WEATHER, pieces
from harness.trials.responses_stream import (
    answered,
    call_events,
    call_item,
    finished,
    item_added,
    item_done,
    message,
    message_events,
    numbered,
    part_events,
    place,
    started,
    text_part,
)
from harness.trials.trial import Expected

Event = dict[str, Any]

THOUGHT: Final = ("**First** I look ☃.", "**Then** I say it.")
SECOND: Final = " And more: ö."
_ONE: Final = Expected(calls=ONE_CALL, finish="tool_calls")
_TWO: Final = Expected(calls=TWO_CALLS, finish="tool_calls")


def _bare(index: int, begun: Event, **done: Any) -> tuple[list[Event], Event]:
    """An item without events of its own."""
    whole = {**begun, **done}
    return [item_added(index, begun), item_done(index, whole)], whole


def _summary(index: int, item_id: str) -> tuple[list[Event], Event]:
    """Thought that is told in summaries."""
    item = {"id": item_id, "type": "reasoning", "summary": []}
    events = [item_added(index, item)]
    for number, text in enumerate(THOUGHT):
        at = {**place(item_id, index, None), "summary_index": number}
        begun, whole = {"type": "summary_text", "text": ""}, {"type": "summary_text", "text": text}
        events.append({"type": "response.reasoning_summary_part.added", **at, "part": begun})
        events += [
            {"type": "response.reasoning_summary_text.delta", **at, "delta": one} for one in pieces(text, 6)
        ]
        events.append({"type": "response.reasoning_summary_text.done", **at, "text": text})
        events.append({"type": "response.reasoning_summary_part.done", **at, "part": whole})
    done = {**item, "summary": [{"type": "summary_text", "text": text} for text in THOUGHT]}
    return [*events, item_done(index, done)], done


def _raw(index: int, item_id: str) -> tuple[list[Event], Event]:
    """Thought that is told as it is."""
    item = {"id": item_id, "type": "reasoning", "summary": []}
    at, text = place(item_id, index), "".join(THOUGHT)
    whole = {"type": "reasoning_text", "text": text}
    begun = {**item, "content": []}
    done = {**item, "content": [whole]}
    events = [
        item_added(index, begun),
        {"type": "response.content_part.added", **at, "part": {**whole, "text": ""}},
        *({"type": "response.reasoning_text.delta", **at, "delta": one} for one in pieces(text, 6)),
        {"type": "response.reasoning_text.done", **at, "text": text},
        {"type": "response.content_part.done", **at, "part": whole},
        item_done(index, done),
    ]
    return events, done


def _thought_sealed() -> list[Event]:
    """Encrypted thought that reads otherwise at the end, as OpenAI's does."""
    bare = _bare(
        0, {"id": "rs_trial", "type": "reasoning", "summary": [], "encrypted_content": "gAAAA1"},
        encrypted_content="gAAAA2",
    )  # fmt: skip
    told, said = message_events(1)
    last = finished([{**bare[1], "encrypted_content": "gAAAA3"}, said])
    return numbered([*started(), *bare[0], *told, *last])


def _search(index: int) -> tuple[list[Event], Event]:
    at = place("ws_trial", index, None)
    begun = {"id": "ws_trial", "type": "web_search_call", "status": "in_progress"}
    action = {"type": "search", "query": "weather", "queries": ["weather"]}
    whole = {**begun, "status": "completed", "action": action}
    steps = [
        {"type": f"response.web_search_call.{one}", **at} for one in ("in_progress", "searching", "completed")
    ]
    return [item_added(index, begun), *steps, item_done(index, whole)], whole


def _interpreter(index: int) -> tuple[list[Event], Event]:
    at = place("ci_trial", index, None)
    kind, code = "response.code_interpreter_call", "print('☃ not said')"
    begun = {
        "id": "ci_trial", "type": "code_interpreter_call", "status": "in_progress", "code": "",
        "container_id": "cntr_trial", "outputs": None,
    }  # fmt: skip
    whole = {**begun, "status": "completed", "code": code}
    return [
        item_added(index, begun),
        {"type": f"{kind}.in_progress", **at},
        *({"type": f"{kind}_code.delta", **at, "delta": one} for one in pieces(code, 5)),
        {"type": f"{kind}_code.done", **at, "code": code},
        {"type": f"{kind}.interpreting", **at},
        {"type": f"{kind}.completed", **at},
        item_done(index, whole),
    ], whole


def _tools_listed() -> list[Event]:
    """Two lists of tools at once, one of which is never done but stands in the answer."""
    tool = {
        "name": "t",
        "description": "d",
        "input_schema": {"type": "object"},
        "annotations": {"read_only": True},
    }

    def listed(number: int, tools: list[Event]) -> Event:
        return {
            "id": f"mcpl_trial{number}", "type": "mcp_list_tools", "server_label": f"s{number}", "tools": tools,
        }  # fmt: skip

    def step(number: int, name: str) -> Event:
        return {"type": f"response.mcp_list_tools.{name}", **place(f"mcpl_trial{number}", number, None)}

    told, said = message_events(2)
    wholes = [listed(0, [tool]), listed(1, [tool])]
    return numbered(
        [
            *started(),
            item_added(0, listed(0, [])),
            step(0, "in_progress"),
            item_added(1, listed(1, [])),
            step(1, "in_progress"),
            step(0, "completed"),
            item_done(0, wholes[0]),
            *told,
            *finished([*wholes, said]),
        ]
    )


def _unknown_item(kind: str) -> list[Event]:
    begun = {"id": "xx_trial", "type": kind, "status": "in_progress", "progress": {"at": 0}}
    return answered(
        _bare(0, begun, status="completed", results=[{"title": "not said", "score": 0.5}]), message_events(1)
    )


def _two_parts() -> list[Event]:
    whole = message("msg_trial", [text_part(TEXT), text_part(SECOND)])
    events = [
        item_added(0, message("msg_trial", [], "in_progress")),
        *part_events(place("msg_trial", 0)),
        *part_events(place("msg_trial", 0, 1), SECOND),
        item_done(0, whole),
    ]
    return answered((events, whole))


def _refusal_events(content: int, text: str) -> tuple[list[Event], Event]:
    at = place("msg_trial", 0, content)
    whole = {"type": "refusal", "refusal": text}
    return [
        {"type": "response.content_part.added", **at, "part": {**whole, "refusal": ""}},
        *({"type": "response.refusal.delta", **at, "delta": one} for one in pieces(text, 4)),
        {"type": "response.refusal.done", **at, "refusal": text},
        {"type": "response.content_part.done", **at, "part": whole},
    ], whole


def _refused() -> list[Event]:
    told, part = _refusal_events(0, TEXT)
    whole = message("msg_trial", [part])
    events = [item_added(0, message("msg_trial", [], "in_progress")), *told, item_done(0, whole)]
    return answered((events, whole))


def _refused_after_text() -> list[Event]:
    told, part = _refusal_events(1, SECOND)
    whole = message("msg_trial", [text_part(TEXT), part])
    events = [
        item_added(0, message("msg_trial", [], "in_progress")),
        *part_events(place("msg_trial", 0)),
        *told,
        item_done(0, whole),
    ]
    return answered((events, whole))


def _refused_twice() -> list[Event]:
    (first, one), (second, two) = _refusal_events(0, TEXT), _refusal_events(1, SECOND)
    whole = message("msg_trial", [one, two])
    begun = item_added(0, message("msg_trial", [], "in_progress"))
    return answered(([begun, *first, *second, item_done(0, whole)], whole))


def _unknown_part() -> list[Event]:
    at = place("msg_trial", 0, 1)
    card = {"type": "acme:card", "title": "not said", "fields": [1, 2]}
    whole = message("msg_trial", [text_part(TEXT), card])
    events = [
        item_added(0, message("msg_trial", [], "in_progress")),
        *part_events(place("msg_trial", 0)),
        {"type": "response.content_part.added", **at, "part": card},
        {"type": "response.content_part.done", **at, "part": card},
        item_done(0, whole),
    ]
    return answered((events, whole))


def _two_messages() -> list[Event]:
    return answered(message_events(0, "msg_trial1"), message_events(1, "msg_trial2", SECOND))


def _interleaved_calls() -> list[Event]:
    (first, one), (second, two) = call_events(0, "fc_trial1", WEATHER), call_events(1, "fc_trial2", TIME)
    mixed: list[Event] = []
    for number in range(max(len(first), len(second))):
        mixed += [*first[number : number + 1], *second[number : number + 1]]
    return numbered([*started(), *mixed, *finished([one, two])])


def _thought_and_call() -> list[Event]:
    """A reasoning item that ends after the call that follows it: as OpenRouter has it."""
    thought, one = _summary(0, "rs_trial")
    called, two = call_events(1, "fc_trial", WEATHER)
    mixed = [*thought[:-1], called[0], *called[1:-1], thought[-1], called[-1]]
    return numbered([*started(), *mixed, *finished([one, two])])


def _done_only() -> list[Event]:
    events, whole = call_events(0, "fc_trial", WEATHER)
    told = [one for one in events if one["type"] != "response.function_call_arguments.delta"]
    return answered((told, whole))


def _added_completed() -> list[Event]:
    """All arguments in one delta of an item that was added as completed."""
    events, whole = call_events(0, "fc_trial", WEATHER, 99)
    begun = {**call_item("fc_trial", WEATHER, ""), "status": "completed"}
    return answered(([item_added(0, begun), *events[1:]], whole))


def _text_between_calls() -> list[Event]:
    return answered(
        call_events(0, "fc_trial1", WEATHER), message_events(1), call_events(2, "fc_trial2", TIME)
    )


_one: Final = Shelf("responses", "items").stream
_call: Final = Shelf("responses", "calls", _ONE).stream

_THOUGHT_TEXT: Final = Expected(text=TEXT, reasoning="".join(THOUGHT))

TRIALS: Final = (
    _call("call", "a call", lambda: answered(call_events(0, "fc_trial", WEATHER)), "Arguments in pieces of five characters.", "as OpenAI streams", "official"),
    _call("call-characters", "arguments one character an event", lambda: answered(call_events(0, "fc_trial", WEATHER, 1)), "Each character of the arguments in a delta of its own.", "no rule says how long a delta is", "official"),
    _call("calls-parallel", "two calls", lambda: answered(call_events(0, "fc_trial1", WEATHER), call_events(1, "fc_trial2", TIME)), "Two calls, one after the other.", "as OpenAI streams", "official", _TWO),
    _call("calls-interleaved", "two calls, interleaved", _interleaved_calls, "Events of both in turns; `output_index` and `item_id` say whose each is.", "what these members are for; OpenAI overlaps lists of MCP tools, OpenRouter and xAI thought and calls, but nobody is known to overlap two calls", "disputed", _TWO),
    _call("call-amid-thought", "thought that ends after the call began", _thought_and_call, "The reasoning item is done only after the call's arguments.", "OpenRouter (pi#4171)", "seen"),
    _call("call-after-text", "a call after text", lambda: answered(message_events(), call_events(1, "fc_trial", WEATHER)), "A message, then a call.", "OpenAI", "official", Expected(text=TEXT, calls=ONE_CALL, finish="tool_calls")),
    _call("call-between", "text between calls", _text_between_calls, "A call, a message, a call.", "no rule orders items", "standard", Expected(text=TEXT, calls=TWO_CALLS, finish="tool_calls")),
    _call("call-done-only", "arguments without deltas", _done_only, "`function_call_arguments.done` tells all.", "gpt-5.3-codex-spark (litellm#27144), LM Studio (pi#917); the reference does not promise deltas", "seen"),
    _call("call-added-completed", "a call that is added as completed", _added_completed, "The item is added with status completed and no arguments; one delta tells them all.", "OpenAI (o1-pro, o3-pro)", "official"),
    _one("reasoning-bare", "thought that is not told", lambda: answered(_bare(0, {"id": "rs_trial", "type": "reasoning", "summary": []}), message_events(1)), "A reasoning item without events, then the message.", "16 of 78 recorded streams of OpenAI", "official"),
    _one("reasoning-summary", "summaries of thought", lambda: answered(_summary(0, "rs_trial"), message_events(1)), "A reasoning item with two summaries, then the message.", "OpenAI", "official", _THOUGHT_TEXT),
    _one("reasoning-text", "thought as it is", lambda: answered(_raw(0, "rs_trial"), message_events(1)), "`reasoning_text` in pieces, then the message.", "the reference; DeepSeek, LM Studio, OpenRouter", "official", PLAIN),
    _one("reasoning-encrypted", "encrypted thought that changes", _thought_sealed, "`encrypted_content` is another at the item's end, and another in `response.completed`.", "11 recorded streams of OpenAI", "official"),
    _one("web-search", "a web search", lambda: answered(_search(0), message_events(1)), "A search with its three steps, then the message.", "OpenAI", "official"),
    _one("code-interpreter", "code that is run", lambda: answered(_interpreter(0), message_events(1)), "Code in deltas, then the message. The code is not said.", "OpenAI", "official"),
    _one("mcp-tools-undone", "a list of tools that is never done", _tools_listed, "Two `mcp_list_tools` overlap; the second has no end but stands in `response.completed`.", "1 recorded stream of OpenAI", "official"),
    _one("compaction", "a compaction item", lambda: answered(_bare(0, {"id": "cmp_trial", "type": "compaction", "encrypted_content": "gAAAA1"}), message_events(1)), "An item `compaction` before the message.", "OpenAI", "official"),
    _one("vendor-item", "an item of a vendor", lambda: _unknown_item("acme:search_result"), "An item `acme:search_result`, then the message.", "Open Responses: extensions have such names", "seen"),
    _one("new-item", "an item of a type that is new", lambda: _unknown_item("page_lookup_call"), "An item `page_lookup_call`, which no SDK knows, then the message.", "OpenAI adds types of items (compaction, shell_call and program came so); its page on compatibility names new events and properties, not items", "seen"),
    _one("vendor-part", "a part of a vendor", _unknown_part, "A message has text, and then a part `acme:card`.", "Open Responses extends items and events; of parts it does not say so", "disputed"),
    _one("two-parts", "a message of two parts", _two_parts, "Two parts of text in one message.", "`content` is a list in the reference", "standard", Expected(text=TEXT + SECOND)),
    _one("two-messages", "two messages", _two_messages, "Two messages, one after the other.", "OpenAI (commentary before an answer)", "official", Expected(text=TEXT + SECOND)),
    _one("refusal", "a refusal", _refused, "A part `refusal` in deltas.", "the reference has the part; OpenAI is known to send it only where structured output is asked for, as it is not here", "disputed", Expected(refusal=TEXT, finish=None, or_error=(TEXT,))),
    _one("refusal-after-text", "a refusal after text", _refused_after_text, "A message of text and a refusal.", "`content` is a list of both in the reference; OpenAI is known to refuse only where structured output is asked for", "disputed", Expected(text=TEXT, refusal=SECOND, finish=None, or_error=(SECOND.strip(),))),
    _one("refusals", "a refusal in two parts", _refused_twice, "A message of two parts `refusal`.", "`content` is a list in the reference; no server is known to send two", "disputed", Expected(refusal=TEXT + SECOND, finish=None, or_error=(TEXT,))),
)  # fmt: skip
