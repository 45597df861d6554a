"""The tool loop runs what a model calls, tells it what came of it, and stops when it answers."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

import harness
from harness.errors import InputError, UsageError
from harness.translation.tool_loop import ToolRun, run_tools

REQUEST: dict[str, Any] = {
    "model": "m",
    "messages": [{"role": "user", "content": "weather?"}],
    "tools": [{"type": "function", "function": {"name": "weather"}}],
}


def call(arguments: Any, name: str = "weather", call_id: str = "call_1") -> dict[str, Any]:
    """One call of a function."""
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def completion(message: dict[str, Any], finish: str = "stop", usage: Any = None) -> dict[str, Any]:
    """One answer."""
    answer: dict[str, Any] = {
        "choices": [{"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}]
    }
    return answer if usage is None else answer | {"usage": usage}


def calling(*calls: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An answer with calls."""
    return completion({"content": None, "tool_calls": list(calls), **more}, "tool_calls")


DONE = completion({"content": "sunny"})


class Model:
    """Gives scripted answers, and keeps what it was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[dict[str, Any]] = []

    def __call__(self, request: dict[str, Any]) -> Any:
        """Answer one request."""
        self.asked.append(copy.deepcopy(request))
        return self.answers.pop(0)


class Weather:
    """A tool that keeps what it was given."""

    def __init__(self, result: Any = "21 degrees") -> None:
        self.result = result
        self.given: list[Any] = []

    def __call__(self, arguments: Any) -> Any:
        """Run once."""
        self.given.append(arguments)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def loop(model: Model, tool: Weather | None = None, **more: Any) -> ToolRun:
    """Run the loop with one tool."""
    return run_tools(model, REQUEST | more, {"weather": tool or Weather()})


def told(model: Model) -> list[Any]:
    """The results that the model was told in its second round."""
    return [message["content"] for message in model.asked[1]["messages"] if message["role"] == "tool"]


def test_003_16_tools_are_run_until_the_model_answers() -> None:
    """The assistant's turn goes back, then each result under its id."""
    model, tool = (
        Model(calling(call('{"city":"Rome"}'), call("{}", call_id="call_2")), DONE),
        Weather({"c": 21}),
    )
    run = loop(model, tool)
    assert tool.given == [{"city": "Rome"}, {}]
    assert model.asked[0] == REQUEST
    assert model.asked[1]["messages"] == [
        REQUEST["messages"][0],
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [call('{"city":"Rome"}'), call("{}", call_id="call_2")],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": '{"c": 21}'},
        {"role": "tool", "tool_call_id": "call_2", "content": '{"c": 21}'},
    ]
    assert (run.ended, run.message["content"], len(run.rounds)) == ("answered", "sunny", 2)
    assert [(one.call_id, one.failed) for one in run.rounds[0].calls] == [
        ("call_1", False),
        ("call_2", False),
    ]
    assert list(run.messages) == [*model.asked[1]["messages"], run.message]


def test_003_d16_the_assistants_turn_goes_back_whole() -> None:
    """With content null, refusal, reasoning and whatever else the server sent."""
    kept = {
        "refusal": None,
        "reasoning_content": "hm",
        "reasoning_details": [{"type": "reasoning.encrypted", "data": "b"}],
        "annotations": [],
        "odd": 1,
    }
    model = Model(calling(call("{}"), **kept), DONE)
    loop(model)
    assert model.asked[1]["messages"][1] == {
        "role": "assistant",
        "content": None,
        "tool_calls": [call("{}")],
        **kept,
    }


@pytest.mark.parametrize("arguments", ["{bad", "", "[1]", '"a"', "null", None, {"a": 1}])
def test_003_d16_bad_arguments_are_told_to_the_model_and_never_run(arguments: Any) -> None:
    """Least of all with an empty object in their place."""
    model, tool = Model(calling(call(arguments)), DONE), Weather()
    run = loop(model, tool)
    assert tool.given == []
    assert "error" in json.loads(told(model)[0])
    assert run.rounds[0].calls[0].failed


def test_003_d16_an_empty_list_of_tools_is_never_sent() -> None:
    """Nor what is an error without tools."""
    model = Model(DONE)
    loop(model, tools=[], tool_choice="auto", parallel_tool_calls=False)
    assert model.asked[0] == {"model": "m", "messages": REQUEST["messages"]}


def test_003_d16_the_schema_of_the_answer_is_asked_for_in_every_round() -> None:
    """As is every other option."""
    form = {"type": "json_object"}
    model = Model(calling(call("{}")), DONE)
    loop(model, response_format=form, temperature=0)
    assert [(one["response_format"], one["temperature"]) for one in model.asked] == [(form, 0), (form, 0)]


def test_a_tool_that_does_not_exist_is_told_to_the_model() -> None:
    """With the names of those that do."""
    model = Model(calling(call("{}", "rain"), call("{}", None, "call_2")), DONE)  # type: ignore[arg-type]
    run = loop(model)
    assert ["weather" in json.loads(text)["error"] for text in told(model)] == [True, True]
    assert all(one.failed for one in run.rounds[0].calls)


@pytest.mark.parametrize("result", [ValueError("no city"), {1, 2}, float("nan")])
def test_what_a_tool_raises_and_what_json_cannot_say_is_told_as_an_error(result: Any) -> None:
    """The loop goes on: the model may know better."""
    model = Model(calling(call("{}")), DONE)
    run = loop(model, Weather(result))
    assert json.loads(told(model)[0]).keys() == {"error"}
    assert run.ended == "answered"


@pytest.mark.parametrize(("result", "text"), [("a", "a"), (None, "null"), ([1, "é"], '[1, "é"]'), (3, "3")])
def test_a_result_is_sent_as_it_is_or_as_json(result: Any, text: str) -> None:
    """Strings are not quoted once more."""
    model = Model(calling(call("{}")), DONE)
    loop(model, Weather(result))
    assert told(model) == [text]


def test_a_custom_tool_is_given_its_input() -> None:
    """It is a text, and no JSON."""
    tool = Weather()
    calls = [
        {"id": "call_1", "type": "custom", "custom": {"name": "weather", "input": "in {Rome"}},
        {"id": "call_2", "type": "custom", "custom": {"name": "weather"}},
    ]
    model = Model(calling(*calls), DONE)
    loop(model, tool)
    assert tool.given == ["in {Rome"]
    assert "error" in json.loads(told(model)[1])


def test_the_legacy_form_is_answered_in_the_legacy_form() -> None:
    """A message of the role `function`, under the function's name."""
    legacy = {"name": "weather", "arguments": "{}"}
    model = Model(completion({"content": None, "function_call": legacy}, "function_call"), DONE)
    request = {
        "model": "m",
        "messages": [],
        "functions": [{"name": "weather"}],
        "function_call": {"name": "weather"},
    }
    run_tools(model, request, {"weather": Weather()})
    assert model.asked[1]["messages"][-1] == {"role": "function", "name": "weather", "content": "21 degrees"}
    assert model.asked[1]["function_call"] == "auto"


@pytest.mark.parametrize(
    ("choice", "then"),
    [
        ("required", "auto"),
        ({"type": "function", "function": {"name": "weather"}}, "auto"),
        ("auto", "auto"),
        ("none", "none"),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": []}},
            {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": []}},
        ),
    ],
)
def test_a_forced_call_is_forced_once(choice: Any, then: Any) -> None:
    """The model could never answer otherwise."""
    model = Model(calling(call("{}")), DONE)
    loop(model, tool_choice=choice)
    assert [one["tool_choice"] for one in model.asked] == [choice, then]


def test_usage_is_told_for_each_round_and_summed() -> None:
    """With the members inside it."""
    first = {"prompt_tokens": 10, "total_tokens": 12, "prompt_tokens_details": {"cached_tokens": 4}}
    second = {"prompt_tokens": 20, "total_tokens": 25, "prompt_tokens_details": {"cached_tokens": 5}}
    model = Model(calling(call("{}")) | {"usage": first}, calling(call("{}")), DONE | {"usage": second})
    run = loop(model)
    assert [one.usage for one in run.rounds] == [first, None, second]
    assert run.usage == {
        "prompt_tokens": 30,
        "total_tokens": 37,
        "prompt_tokens_details": {"cached_tokens": 9},
    }


def test_usage_that_nobody_reported_is_none_and_not_zero() -> None:
    """003-D17."""
    assert loop(Model(DONE)).usage is None


def test_rounds_are_counted_and_the_last_calls_are_not_run() -> None:
    """A loop ends."""
    model, tool = Model(*[calling(call("{}"))] * 3), Weather()
    run = run_tools(model, REQUEST, {"weather": tool}, max_rounds=3)
    assert (run.ended, len(run.rounds), len(tool.given)) == ("max_rounds", 3, 2)
    assert run.message["tool_calls"] == [call("{}")]


@pytest.mark.parametrize("finish", ["length", "content_filter"])
def test_calls_of_an_answer_that_was_cut_are_not_run(finish: str) -> None:
    """They may be half of what the model meant, and still be JSON."""
    cut = completion({"content": None, "tool_calls": [call("{}")]}, finish)
    tool = Weather()
    run = loop(Model(cut), tool)
    assert (run.ended, tool.given) == ("cut", [])


def test_a_request_and_its_messages_are_not_changed() -> None:
    """They are the caller's."""
    request = copy.deepcopy(REQUEST)
    run_tools(Model(calling(call("{}")), DONE), request, {"weather": Weather()})
    assert request == REQUEST


@pytest.mark.parametrize(
    "answer",
    [
        None,
        {},
        {"choices": []},
        {"choices": [1]},
        {"choices": [{"message": 1}]},
        {"error": {"message": "overloaded"}},
    ],
)
def test_what_is_no_completion_is_an_error(answer: Any) -> None:
    """And not an empty answer."""
    with pytest.raises(InputError, match="no completion"):
        loop(Model(answer))


@pytest.mark.parametrize(
    "more", [{"stream": True}, {"n": 2}, {"n": []}, {"messages": "hi"}, {"messages": None}]
)
def test_a_request_that_the_loop_cannot_serve_is_refused_before_it_is_sent(more: dict[str, Any]) -> None:
    """Streams and several answers."""
    model = Model()
    with pytest.raises(UsageError):
        loop(model, **more)
    assert model.asked == []


def test_no_rounds_at_all_are_refused() -> None:
    """A model has to be asked once."""
    with pytest.raises(UsageError):
        run_tools(Model(), REQUEST, {}, max_rounds=0)


@pytest.mark.parametrize("odd", [[1, None], [{"function": 1}], {"a": 1}, "x"])
def test_calls_of_any_shape_do_no_harm(odd: Any) -> None:
    """What can be answered is answered, and the rest is no call."""
    model = Model(completion({"content": "a", "tool_calls": odd, "finish_reason": {}}), DONE)
    assert loop(model).ended == "answered"


def test_the_loop_is_part_of_the_public_interface() -> None:
    """It is there under the package's own name."""
    assert harness.run_tools is run_tools


@pytest.mark.parametrize("tool", [lambda city, unit: city + unit, lambda *, city: city, lambda: 1, "weather"])
def test_a_tool_that_cannot_be_called_with_one_argument_is_refused_at_once(tool: Any) -> None:
    """The model would be told of a TypeError, and the run would look like a success."""
    model = Model(calling(call('{"city": "Bonn"}')), DONE)
    with pytest.raises(UsageError, match=r"cannot be called with one argument[\s\S]*lambda arguments"):
        run_tools(model, REQUEST, {"weather": tool})
    assert model.asked == []


def test_a_built_in_function_may_be_a_tool() -> None:
    """Even one that does not say what it takes."""
    run = run_tools(Model(calling(call('{"city": "Bonn"}')), DONE), REQUEST, {"weather": dict})
    assert run.rounds[0].calls[0].result == '{"city": "Bonn"}'


def test_an_object_of_an_sdk_is_no_completion_and_the_error_says_what_is() -> None:
    """A dict is wanted."""

    class Completion:
        def model_dump(self) -> dict[str, Any]:
            return DONE

    with pytest.raises(InputError, match=r"model_dump\(\)"):
        run_tools(Model(Completion()), REQUEST, {})
