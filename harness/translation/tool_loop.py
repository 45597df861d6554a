"""Runs the tools that a model calls, and asks it again, until it answers: a loop around any Chat completion.

No I/O: what completes a request is handed in, be it a client of a server, a gateway, or a recording.

```
answer = run_tools(
    complete=lambda request: client.chat.completions.create(**request).model_dump(),
    request={"model": "m", "messages": [...], "tools": [...]},
    tools={"weather": lambda arguments: {"degrees": 21, "city": arguments["city"]}},
)
answer.message["content"]
```
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeAlias

from harness.errors import InputError, UsageError
from harness.jsonvalue import try_parse

if TYPE_CHECKING:
    from collections.abc import Sequence

Complete: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Answers a request of Chat Completions, not streamed, with a completion."""

ToolFunction: TypeAlias = Callable[[Any], Any]
"""One tool. It is given the arguments, an object (a custom tool: its input, a string), and gives back a string or
anything that JSON can say. What it raises is told to the model."""

Ended: TypeAlias = Literal["answered", "cut", "max_rounds"]

_CUT: Final = frozenset({"length", "content_filter"})
_MOST_NAMES: Final = 60
_DEPTH: Final = 4  # of objects in a usage: the API's has two


class Executed(NamedTuple):
    """One call of one round.

    Args:
        call_id: As the model gave it; "" in the legacy form.
        name: Of the tool.
        arguments: As the model wrote them.
        result: What the model was told.
        failed: The tool was not run, or raised.
    """

    call_id: str
    name: str
    arguments: str
    result: str
    failed: bool


class Round(NamedTuple):
    """One request and its answer.

    Args:
        answer: The completion, as it came.
        usage: Its usage; None where it has none.
        calls: What was run because of it, in order.
    """

    answer: Mapping[str, Any]
    usage: Mapping[str, Any] | None
    calls: tuple[Executed, ...]


class ToolRun(NamedTuple):
    """What came of a conversation.

    Args:
        message: The last message of the model, as it came.
        messages: The whole conversation, with that message: what a next request goes on from.
        rounds: Every request and answer.
        usage: The sum over those rounds that reported any; None where none did.
        ended: The model answered; its last answer was cut or filtered, so that its calls cannot be trusted and were
            not run; or it still called tools when the rounds were used up.
    """

    message: Mapping[str, Any]
    messages: tuple[Mapping[str, Any], ...]
    rounds: tuple[Round, ...]
    usage: dict[str, Any] | None
    ended: Ended


def run_tools(
    complete: Complete,
    request: Mapping[str, Any],
    tools: Mapping[str, ToolFunction],
    *,
    max_rounds: int = 10,
) -> ToolRun:
    """Ask a model, run the tools that it calls, tell it what they gave, and ask again, until it answers.

    The model's turns go back whole, with everything that a server sent in them (`refusal`, reasoning, signatures), and
    each call gets exactly one result. A call is never run with anything but what the model wrote: arguments that are
    no JSON object, and tools that do not exist, are told to the model as `{"error": ...}`, as is what a tool raises.
    A `tool_choice` that forces a call holds for the first round only, or the model could never answer.

    Args:
        complete: Answers a request; what it raises passes through.
        request: Of Chat Completions; it is not changed.
        tools: What runs the tools, by name.
        max_rounds: How often the model is asked at most.

    Raises:
        UsageError: The request asks for a stream or for several answers, no round is allowed, or a tool cannot be
            called with one argument.
        InputError: What came back is no completion.
    """
    if max_rounds < 1:
        raise UsageError("a tool loop needs at least one round", where="max_rounds", found=str(max_rounds))
    for name, tool in tools.items():
        _refuse_uncallable(name, tool)
    asked = _first(request)
    messages: list[Mapping[str, Any]] = list(asked["messages"])
    rounds: list[Round] = []
    while True:
        answer = complete({**asked, "messages": list(messages)})
        message, finish = _choice(answer)
        messages.append(message)
        usage = answer.get("usage")
        told = usage if isinstance(usage, Mapping) else None
        calls = _calls(message)
        ended = _ended(calls, finish, is_last=len(rounds) + 1 >= max_rounds)
        if ended is not None:
            rounds.append(Round(answer, told, ()))
            return ToolRun(message, tuple(messages), tuple(rounds), _sum(rounds), ended)
        done = [_run(call, tools) for call in calls]
        rounds.append(Round(answer, told, tuple(one for one, _ in done)))
        messages += [result for _, result in done]
        _unforce(asked)


def _ended(calls: Sequence[_Call], finish: Any, *, is_last: bool) -> Ended | None:
    """How the conversation has ended, if it has."""
    if isinstance(finish, str) and finish in _CUT:
        return "cut"
    if not calls:
        return "answered"
    return "max_rounds" if is_last else None


# -- requests


def _first(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request as it is sent first."""
    if request.get("stream"):
        raise UsageError("a tool loop needs whole answers", where="stream", hint="leave `stream` out")
    if request.get("n", 1) not in (1, None):
        raise UsageError("a tool loop follows one answer, not several", where="n", hint="leave `n` out")
    if not isinstance(request.get("messages"), list | tuple):
        raise UsageError("a tool loop needs a conversation", where="messages", expected="a list of messages")
    asked = dict(request)
    for member, choice in (("tools", "tool_choice"), ("functions", "function_call")):
        if not asked.get(member) and member in asked:
            # An empty list is an error, and so is what goes with it.
            for name in (member, choice):
                asked.pop(name, None)
    if not asked.get("tools"):
        asked.pop("parallel_tool_calls", None)
    return asked


def _unforce(asked: dict[str, Any]) -> None:
    """Let the model answer, where it was forced to call."""
    choice = asked.get("tool_choice")
    allowed = choice.get("allowed_tools") if isinstance(choice, Mapping) else None
    if isinstance(choice, Mapping) and isinstance(allowed, Mapping):
        asked["tool_choice"] = {**choice, "allowed_tools": {**allowed, "mode": "auto"}}
    elif isinstance(choice, Mapping) or choice == "required":
        asked["tool_choice"] = "auto"
    if isinstance(asked.get("function_call"), Mapping):
        asked["function_call"] = "auto"


# -- answers


class _Call(NamedTuple):
    """A call of the model.

    Args:
        call_id: None in the legacy form.
        name: Of the tool; None where it has none.
        text: Arguments or input; None where there are none.
        is_custom: Its input is a text.
    """

    call_id: str | None
    name: str | None
    text: str | None
    is_custom: bool


def _choice(answer: Any) -> tuple[dict[str, Any], Any]:
    """The message of the first choice, as it goes back, and the finish reason."""
    if not isinstance(answer, Mapping):
        raise InputError(
            "the answer is no completion",
            expected="an object",
            found=type(answer).__name__,
            hint="of an SDK's completion it is `.model_dump()`" if hasattr(answer, "model_dump") else None,
        )
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list | tuple) and choices else None
    message = first.get("message") if isinstance(first, Mapping) else None
    if not isinstance(first, Mapping) or not isinstance(message, Mapping):
        error = answer.get("error")
        why = error.get("message") if isinstance(error, Mapping) else None
        raise InputError(
            "the answer is no completion",
            expected="choices[0].message",
            found=why if isinstance(why, str) else ", ".join(map(str, answer)) or "an empty object",
        )
    # `role` and `content` must be there in a request, whatever a server leaves out of its answer.
    return {"role": "assistant", "content": None, **message}, first.get("finish_reason")


def _calls(message: Mapping[str, Any]) -> list[_Call]:
    calls = message.get("tool_calls")
    if isinstance(calls, list | tuple):
        found = [_call(call) for call in calls if isinstance(call, Mapping)]
        if found:
            return found
    legacy = message.get("function_call")
    if isinstance(legacy, Mapping):
        return [_Call(None, _text(legacy.get("name")), _text(legacy.get("arguments")), is_custom=False)]
    return []


def _call(call: Mapping[str, Any]) -> _Call:
    is_custom = call.get("type") == "custom"
    inner = call.get("custom" if is_custom else "function")
    told = inner if isinstance(inner, Mapping) else {}
    text = _text(told.get("input" if is_custom else "arguments"))
    return _Call(_text(call.get("id")) or "", _text(told.get("name")), text, is_custom)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


# -- tools


def _refuse_uncallable(name: str, tool: Any) -> None:
    """Refuse at once what could only fail when the model calls it: the model would be told, and nobody else."""
    try:
        inspect.signature(tool).bind({})
    except TypeError as error:
        raise UsageError(
            f"the tool {name!r} cannot be called with one argument",
            where="tools",
            expected="a function of one argument, the object of the model's arguments",
            found=str(error),
            hint=f"of a function with keyword arguments: {name!r}: lambda arguments: function(**arguments)",
        ) from error
    except ValueError:
        return  # some built-in functions do not say what they take


def _run(call: _Call, tools: Mapping[str, ToolFunction]) -> tuple[Executed, dict[str, Any]]:
    """Run one call; what was done, and the message that tells the model."""
    result, failed = _result(call, tools)
    done = Executed(call.call_id or "", call.name or "", call.text or "", result, failed)
    if call.call_id is None:
        return done, {"role": "function", "name": call.name or "", "content": result}
    return done, {"role": "tool", "tool_call_id": call.call_id, "content": result}


def _result(call: _Call, tools: Mapping[str, ToolFunction]) -> tuple[str, bool]:
    """What the model is told, and whether it is an error."""
    tool = tools.get(call.name) if call.name is not None else None
    if tool is None:
        known = ", ".join(sorted(tools)[:_MOST_NAMES]) or "none"
        return _error(f"there is no tool {call.name!r}; the tools are: {known}"), True
    given: Any = call.text
    if not call.is_custom:
        is_json, given = try_parse(call.text or "")
        if not is_json or not isinstance(given, dict):
            return _error("the arguments are no JSON object; the tool was not run"), True
    elif call.text is None:
        return _error("the call has no input; the tool was not run"), True
    try:
        value = tool(given)
        return value if isinstance(value, str) else _written(value), False
    except Exception as error:  # noqa: BLE001 - whatever a tool raises is for the model to read
        return _error(f"{type(error).__name__}: {error}"), True


def _written(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _error(why: str) -> str:
    return _written({"error": why})


# -- usage


def _sum(rounds: Sequence[Round]) -> dict[str, Any] | None:
    """The sum of all usages, member by member; what no round reports is absent, not 0."""
    total: dict[str, Any] | None = None
    for one in rounds:
        if one.usage is not None:
            total = _added(total or {}, one.usage, _DEPTH)
    return total


def _added(total: dict[str, Any], usage: Mapping[str, Any], depth: int) -> dict[str, Any]:
    for name, value in usage.items():
        before = total.get(name)
        if isinstance(value, Mapping):
            if depth:
                total[name] = _added(dict(before) if isinstance(before, Mapping) else {}, value, depth - 1)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            total[name] = value + (before if isinstance(before, int | float) else 0)
        elif before is None:
            total[name] = value
    return total
