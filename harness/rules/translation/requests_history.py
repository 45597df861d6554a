"""XLAT-REQ: calls of earlier turns and what tools answered reach the upstream, and belong together there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.jsonvalue import try_parse
from harness.rules.translation.comparison import shortened
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_reading import (
    PastCall,
    PastResult,
    Words,
    leaves,
    listed,
    mapped,
    objects,
)
from harness.rules.translation.requests_tools import names_agree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Heard


class PastCallLost(Fidelity):
    """A call of an earlier turn did not reach the upstream, or has another name or other arguments there.

    ## Why it matters
    The model does not know what it did: it calls again, or explains a result that it never asked for.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"custom_tool_call",\
"call_id":"c1","name":"shell","input":"ls docs"},{"type":"custom_tool_call_output",\
"call_id":"c1","output":"guide.md"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"shell","input":{"input":"ls"}}]},{"role":"user",\
"content":[{"type":"tool_result","tool_use_id":"c1","content":"guide.md"}]}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"custom_tool_call",\
"call_id":"c1","name":"shell","input":"ls docs"},{"type":"custom_tool_call_output",\
"call_id":"c1","output":"guide.md"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"shell","input":{"input":"ls docs"}}]},\
{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":"guide.md"}]}]}
    stream: anthropic/text
    ```

    ## Exceptions
    Arguments are compared as JSON. A name may be changed where it has characters that not every protocol takes, and the
    input of a custom tool may stand in an object.
    """

    id = "XLAT-REQ-010"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """There are calls in the history."""
        del sent
        return bool(asked.calls())

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for each of them."""
        others = sent.calls()
        for number, call in enumerate(asked.calls()):
            told = f"Call {number} of the history, {call.name},"
            other = _taken(call, others, lambda one, call=call: names_agree(call.name, one.name))
            if other is None:
                found = ", ".join(one.name for one in sent.calls()) or "no calls"
                return self.lost(case, f"{told} did not reach the upstream.", expected=call.name, found=found)
            if not names_agree(call.name, other.name):
                message = f"{told} is a call of {other.name or 'nothing'} upstream."
                return self.lost(case, message, expected=call.name, found=other.name, subject="name")
            if not _same_arguments(call.arguments, other.arguments):
                message = f"{told} has other arguments upstream."
                return self.lost(
                    case,
                    message,
                    expected=shortened(str(call.arguments)),
                    found=shortened(str(other.arguments)),
                    subject="arguments",
                )
        return None


class PastResultLost(Fidelity):
    """What a tool answered did not reach the upstream, or says something else there.

    ## Why it matters
    The model asked for it, and answers without it.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"function_call",\
"call_id":"c1","name":"get_weather","arguments":"{}"},{"type":"function_call_output","call_id":"c1",\
"output":"4 degrees"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"get_weather","input":{}}]},{"role":"user",\
"content":[{"type":"tool_result","tool_use_id":"c1","content":""}]}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"function_call",\
"call_id":"c1","name":"get_weather","arguments":"{}"},{"type":"function_call_output","call_id":"c1",\
"output":"4 degrees"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"get_weather","input":{}}]},{"role":"user",\
"content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"4 degrees"}]}]}]}
    stream: anthropic/text
    ```

    ## Exceptions
    A text that is JSON may be sent as that value, or be spaced otherwise, and any text stand within an object. A result
    that answers no call of the client's own history may be left out, since providers refuse it.
    """

    id = "XLAT-REQ-011"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """Tools answered."""
        del sent
        return bool(asked.results())

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for every answer to a call."""
        others = sent.results()
        called = {one.id for one in asked.calls()}
        for number, result in enumerate(asked.results()):
            if result.id not in called and not asked.is_stored:
                continue
            other = _taken(result, others, lambda one, result=result: _same_result(result, one))
            expected = shortened(_text(result.value))
            if other is None:
                message = f"Result {number} of the history did not reach the upstream."
                return self.lost(case, message, expected=expected, found="no such result")
            if not _same_result(result, other):
                message = f"Result {number} of the history says something else upstream."
                return self.lost(
                    case, message, expected=expected, found=shortened(_text(other.value)), subject="text"
                )
        return None


class PastResultUntied(Fidelity):
    """A tool's answer does not belong to its call upstream: the ids differ, or something stands between them.

    ## Why it matters
    Providers refuse such a request, or the model takes one answer for another.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"function_call",\
"call_id":"c1","name":"get_weather","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"cold"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"fc_1","name":"get_weather","input":{}}]},{"role":"user",\
"content":[{"type":"tool_result","tool_use_id":"c1","content":"cold"}]}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."},{"role":"assistant",\
"tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},{"role":"tool",\
"tool_call_id":"c1","content":"cold"},{"role":"user","content":"And now?"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"c1","name":"get_weather","input":{}}]},{"role":"user",\
"content":[{"type":"text","text":"And now?"},{"type":"tool_result","tool_use_id":"c1","content":"cold"}]}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"function_call",\
"call_id":"c1","name":"get_weather","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"get_time",\
"arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"cold"},{"type":"function_call_output",\
"call_id":"c2","output":"noon"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":\
"Hello."},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather",\
"arguments":"{}"}}]},{"role":"assistant","tool_calls":[{"id":"c2","type":"function","function":{"name":"get_time",\
"arguments":"{}"}}]},{"role":"tool","tool_call_id":"c1","content":"cold"},{"role":"tool","tool_call_id":"c2",\
"content":"noon"}]}
    stream: translation/chat_text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"function_call",\
"call_id":"c1","name":"get_weather","arguments":"{}"},{"type":"function_call","call_id":"c2","name":"get_time",\
"arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"cold"},{"type":"function_call_output",\
"call_id":"c2","output":"noon"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"messages":[{"role":"user","content":\
"Hello."},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather",\
"arguments":"{}"}},{"id":"c2","type":"function","function":{"name":"get_time","arguments":"{}"}}]},{"role":"tool",\
"tool_call_id":"c1","content":"cold"},{"role":"tool","tool_call_id":"c2","content":"noon"}]}
    stream: translation/chat_text
    ```

    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"type":"function_call",\
"call_id":"c.1","name":"get_weather","arguments":"{}"},{"type":"function_call_output","call_id":"c.1",\
"output":"cold"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"assistant","content":[{"type":"tool_use","id":"c_1","name":"get_weather","input":{}}]},{"role":"user",\
"content":[{"type":"tool_result","tool_use_id":"c_1","content":"cold"}]}]}
    stream: anthropic/text
    ```

    ## Exceptions
    Ids may be others than the client's, as long as call and result have the same. Gemini may have none: a result then
    belongs to the call of the same name. Responses takes calls and results in any order. In Chat, results follow the
    one message that has all of their calls ("An assistant message with 'tool_calls' must be followed by tool messages
    responding to each 'tool_call_id'"): calls of one turn that are told as a message each are refused. Elsewhere only
    words of a user separate the two, since neighbours of one role count as one message.
    """

    id = "XLAT-REQ-012"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client's calls and results belong together, and results reached the upstream."""
        return (
            bool(sent.results()) and bool(asked.results()) and not sent.is_stored and _untied(asked) is None
        )

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look whether they still do."""
        del asked
        message = _untied(sent)
        return None if message is None else self.lost(case, message)


def _taken(wanted: Any, others: list[Any], is_like: Any) -> Any:
    """The upstream's piece that is the client's, taken from the list: by its id, by what it says, or the next one."""
    chosen = next((one for one in others if wanted.id is not None and one.id == wanted.id), None)
    chosen = chosen or next((one for one in others if is_like(one)), None) or next(iter(others), None)
    if chosen is not None:
        others.remove(chosen)
    return chosen


def _same_arguments(asked: Any, sent: Any) -> bool:
    mine, theirs = _value(asked), _value(sent)
    if mine == theirs or (mine in ("", None) and theirs in ({}, "", None)):
        return True
    # The input of a custom tool, and text that is no JSON, stand in an object where only objects are taken.
    return isinstance(mine, str) and mine in list(leaves(theirs))


def _value(given: Any) -> Any:
    """Arguments as a value, where they are JSON."""
    if not isinstance(given, str):
        return given
    read, value = try_parse(given.encode("utf-8", "surrogatepass"))
    return value if read and isinstance(value, dict) else given


def _same_result(asked: PastResult, sent: PastResult) -> bool:
    texts = [asked.value] if isinstance(asked.value, str) else [_part(one) for one in objects(asked.value)]
    there = "".join(leaves(sent.value))
    return all(text.strip() in there or _is_value(text, sent.value) for text in texts)


def _part(part: Any) -> str:
    text = part.get("text")
    return text if isinstance(text, str) else ""


def _is_value(text: str, value: Any) -> bool:
    """Whether a text is the JSON of the value, or of one in it."""
    read, said = try_parse(text.encode("utf-8", "surrogatepass"))
    if read and isinstance(said, dict | list) and isinstance(value, str):
        read, value = try_parse(value.encode("utf-8", "surrogatepass"))
    return read and (said == value or said in mapped(value).values() or said in listed(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(leaves(value))


def _untied(heard: Heard) -> str | None:
    """Why the first result of a request does not belong to its call."""
    pieces = heard.pieces
    places = [place for place, one in enumerate(pieces) if isinstance(one, PastResult)]
    for number, place in enumerate(places):
        result: Any = pieces[place]
        at = _call_of(result, pieces[:place], is_loose=heard.dialect == "gemini")
        if at is None:
            return f"Result {number} of the history{_called(result)} has no call upstream."
        between = [one for one in pieces[at + 1 : place] if isinstance(one, Words) and one.text.strip()]
        if heard.dialect != "responses" and any(one.speaker == "user" for one in between):
            return f"Words of the user stand upstream between a call of the history and its result {number}."
        if heard.dialect == "chat" and _is_parted(pieces[at : place + 1]):
            return f"Another message stands upstream between a call of the history and its result {number}."
    return None


def _called(result: PastResult) -> str:
    """By what a result says that it belongs to a call."""
    told = [result.name and f"of {result.name!r}", result.id and f"with the id {result.id!r}"]
    return "".join(f" {one}" for one in told if one)


def _is_parted(pieces: Sequence[Any]) -> bool:
    """Whether a message that is no tool's stands between those of the first piece and of the last."""
    own = {pieces[0].message, pieces[-1].message}
    return any(
        one.message not in own
        for one in pieces[1:-1]
        if isinstance(one, PastCall) or (isinstance(one, Words) and one.text.strip())
    )


def _call_of(result: PastResult, before: Sequence[Any], *, is_loose: bool) -> int | None:
    """Where the call of a result is; with `is_loose`, either may have no id."""
    calls = [(place, one) for place, one in enumerate(before) if isinstance(one, PastCall)]
    for place, one in reversed(calls):
        has_ids = not is_loose or (result.id and one.id)
        if (result.id == one.id or not has_ids) and result.name in {None, one.name}:
            return place
    return None
