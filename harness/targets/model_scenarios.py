"""Scenarios for model servers: what is answered is the model's affair, so an answer is judged for its form alone.

What a scenario is about has to be seen in the answer itself. A model that did something else makes it say nothing,
never fail. Each is asked in one of two wordings: single words for the model that has learned its answers by heart
(tests/gateways/model), which gives every answer on every server; and plain requests for any other model, with the tool
that is to be called forced where the protocol can.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from harness.scenarios.asking import Ask, Function
from harness.scenarios.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.scenarios.scenario import Capability
    from harness.translation.engine import InboundDialect

SECONDS: Final = 60.0
"""How long a session may take: a model on a processor takes its time, and the others' before it."""


def _takes(argument: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {argument: {"type": "string"}},
        "required": [argument],
        "additionalProperties": False,
    }


TOOLS: Final = (
    Function(name="get_weather", description="The weather of a city.", parameters=_takes("city")),
    Function(name="get_time", description="The time in a time zone.", parameters=_takes("tz")),
)
RESULT: Final = "sunny, 21 °C"

_CLOCKED: Final = frozenset({"CHAT-CREATED-001"})
"""What a server that stamps each chunk with the time of day breaks where a second turns."""

_ONE: Final[Mapping[str, Any]] = {"type": "function", "function": {"name": "get_weather"}}
_FORCED: Final[Mapping[str, Mapping[str, Any]]] = {
    "chat": {"tool_choice": _ONE},
    "responses": {"tool_choice": {"type": "function", "name": "get_weather"}},
}


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What one scenario is about, in whatever words it is asked.

    Args:
        name: Of the scenario, behind `model-`.
        title: A few words.
        about: For the server's maintainer.
        capability: Where it stands in the report.
        exercises: What has to be seen in the answer.
        learned: The prompt for the model that knows its answers; "" where it has learned none.
        plain: The prompt for any other model; "" where none can be relied on.
        tools: It may call `TOOLS`.
        forced: Any other model is made to call the first of them.
        at_most: The most tokens of an answer; 0 leaves that to the server.
        output: What the client answers every call with before it asks again.
        chat: Further members of a Chat body.
        responses: Further members of a Responses body; None where Responses has no words for it.
        broken: Members of the bodies that no server can take.
        unnamed: The request does not say whether it wants a stream.
        modes: Streamed, whole, or both.
        excused: Rules that the model that knows its answers breaks here by what it was taught to say.
        lasts: Its answer is the longest. Whether a second turns in a short one is chance, and differs from run to run.
    """

    name: str
    title: str
    about: str
    capability: Capability
    exercises: frozenset[str]
    learned: str = ""
    plain: str = ""
    tools: bool = False
    forced: bool = False
    at_most: int = 0
    output: str = ""
    chat: Mapping[str, Any] = field(default_factory=dict)
    responses: Mapping[str, Any] | None = field(default_factory=dict)
    broken: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    unnamed: bool = False
    modes: tuple[Literal["stream", "whole"], ...] = ("stream", "whole")
    excused: frozenset[str] = frozenset()
    lasts: bool = False


KINDS: Final = (
    Kind(
        name="text",
        title="Text",
        about="A short text, with characters of two and three bytes where the model is the one that is known.",
        capability="text",
        exercises=frozenset({"text", "stop"}),
        learned="hi",
        plain="Say hello in one short sentence.",
    ),
    Kind(
        name="unnamed",
        title="No word of a stream",
        about="The request does not say whether it wants a stream. Then it wants none.",
        capability="text",
        exercises=frozenset({"text"}),
        learned="hi",
        plain="Say hello in one short sentence.",
        unnamed=True,
        modes=("whole",),
    ),
    Kind(
        name="long",
        title="Long text",
        about="Some hundred deltas: each arrives once, in order.",
        capability="text",
        exercises=frozenset({"text"}),
        learned="long",
        plain="Count from 1 to 100, separated by spaces, and write nothing else.",
        at_most=512,
        lasts=True,
    ),
    Kind(
        name="empty",
        title="Nothing said",
        about="The model ends at once. The answer is whole all the same: begun, ended, with a reason.",
        capability="endings",
        exercises=frozenset({"empty"}),
        learned="empty",
        # That nothing is said is the model's doing.
        excused=frozenset({"CHAT-CONT-006"}),
    ),
    Kind(
        name="call",
        title="One call",
        about="The model calls one tool.",
        capability="tools",
        exercises=frozenset({"call"}),
        learned="weather",
        plain="What is the weather in Paris?",
        tools=True,
        forced=True,
    ),
    Kind(
        name="parallel",
        title="Two calls",
        about="Two calls in one answer, each with its own index and id.",
        capability="tools",
        exercises=frozenset({"call", "parallel"}),
        learned="both",
        plain="What is the weather in Paris, and what time is it in CET? Call both tools, at once.",
        tools=True,
    ),
    Kind(
        name="text-call",
        title="Text, then a call",
        about="Both are there, in this order, and the text has no trace of how the model writes calls.",
        capability="tools",
        exercises=frozenset({"text", "call"}),
        learned="textcall",
        plain="Say that you look it up, and then look up the weather in Paris with the tool.",
        tools=True,
    ),
    Kind(
        name="bad-call",
        title="A call that breaks off",
        about="What the model writes is no JSON. The server may make text of it, or a call, or an error.",
        capability="tools",
        exercises=frozenset(),
        learned="badcall",
        tools=True,
        # What is no whole call may stay the text that it is.
        excused=frozenset({"CHAT-CONT-003"}),
    ),
    Kind(
        name="loop",
        title="A call, its result, an answer",
        about="The client sends the call back with its result, as the server gave it, and asks again.",
        capability="tools",
        exercises=frozenset({"call", "loop", "text"}),
        learned="weather",
        plain="What is the weather in Paris? Use the tool, then say it in one sentence.",
        tools=True,
        output=RESULT,
    ),
    Kind(
        name="thought",
        title="Reasoning, then text",
        about="What the model thinks is told apart from what it says.",
        capability="reasoning",
        exercises=frozenset({"thought", "text"}),
        learned="think",
        plain="How many letters has the word 'reasoning'? Think it over, then answer with the number.",
    ),
    Kind(
        name="thought-call",
        title="Reasoning, then a call",
        about="What the model thinks is told apart from what it calls.",
        capability="reasoning",
        exercises=frozenset({"thought", "call"}),
        learned="thinkcall",
        plain="Think about which tool tells the weather, then call it for Paris.",
        tools=True,
    ),
    Kind(
        name="length",
        title="The limit of tokens",
        about="The answer is cut at the limit that the client set, and says that it was.",
        capability="endings",
        exercises=frozenset({"length"}),
        learned="count",
        plain="Count from 1 to 100, separated by spaces, and write nothing else.",
        at_most=16,
    ),
    Kind(
        name="length-call",
        title="The limit inside a call",
        about="A call is cut at the limit; nobody may take its arguments for whole.",
        capability="endings",
        exercises=frozenset({"length"}),
        learned="weather",
        plain="What is the weather in Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Wales?",
        tools=True,
        forced=True,
        at_most=40,
        excused=frozenset({"CHAT-CONT-003"}),
    ),
    Kind(
        name="stop",
        title="A stop sequence",
        about="The answer ends before the words that the client named, and they are not in it.",
        capability="text",
        exercises=frozenset({"text", "stop"}),
        learned="count",
        plain="Count from one to ten in words, separated by spaces, and write nothing else.",
        chat={"stop": ["five"]},
        responses=None,
    ),
    Kind(
        name="usage",
        title="Usage asked for",
        about="The tokens of request and answer are counted, in a chunk of their own before the end.",
        capability="usage",
        exercises=frozenset({"text", "usage"}),
        learned="hi",
        plain="Say hello in one short sentence.",
        chat={"stream_options": {"include_usage": True}},
    ),
    Kind(
        name="usage-not-asked",
        title="Usage refused",
        about="A client that wants no usage in its stream gets none.",
        capability="usage",
        exercises=frozenset({"text"}),
        learned="hi",
        plain="Say hello in one short sentence.",
        chat={"stream_options": {"include_usage": False}},
        responses=None,
        modes=("stream",),
    ),
    Kind(
        name="several",
        title="Two choices",
        about="Two answers to one question, told apart by their index.",
        capability="output",
        exercises=frozenset({"several"}),
        learned="count",
        plain="Say hello in one short sentence.",
        chat={"n": 2},
        responses=None,
    ),
    Kind(
        name="json",
        title="JSON",
        about="The answer is a JSON object, as the client asked.",
        capability="output",
        exercises=frozenset({"text"}),
        learned="json",
        plain="Give me a JSON object with the members city and n.",
        chat={"response_format": {"type": "json_object"}},
        responses={"text": {"format": {"type": "json_object"}}},
    ),
    Kind(
        name="logprobs",
        title="Log probabilities",
        about="Each token comes with its log probability.",
        capability="output",
        exercises=frozenset({"text"}),
        learned="hi",
        plain="Say hello in one short sentence.",
        chat={"logprobs": True, "top_logprobs": 2},
        responses=None,
    ),
    Kind(
        name="bad-request",
        title="A request of the wrong shape",
        about="The messages are a number. That is the client's fault, and the error says so.",
        capability="errors",
        exercises=frozenset({"error 400"}),
        learned="hi",
        plain="hi",
        broken={"chat": {"messages": 7}, "responses": {"input": 7}},
    ),
    Kind(
        name="too-long",
        title="A prompt that is too long",
        about="The prompt has no room in the model's context; the error comes as a status, before any stream.",
        capability="errors",
        exercises=frozenset({"error 400"}),
        learned="a" * 3000,
        # A server without a limit would babble on, and keep the others waiting.
        at_most=16,
    ),
)


def _body(kind: Kind, prompt: str, inbound: InboundDialect, *, forced: bool) -> dict[str, Any]:
    said = {"role": "user", "content": prompt}
    body: dict[str, Any] = (
        {"messages": [said]} if inbound == "chat" else {"input": [{"type": "message", **said}]}
    )
    if kind.at_most:
        body["max_tokens" if inbound == "chat" else "max_output_tokens"] = kind.at_most
    if kind.tools:
        body["tools"] = [one.declared(inbound) for one in TOOLS]
    if kind.forced and forced:
        body |= _FORCED[inbound]
    if not kind.unnamed:
        # Where a stream is asked for, this is overwritten. It is named, since a server that streams unasked would
        # otherwise hide all that there is to see of its whole answers.
        body["stream"] = False
    more = kind.chat if inbound == "chat" else kind.responses or {}
    return {**body, **more, **kind.broken.get(inbound, {})}


_HELLO: Final = frozenset({"hi", "think"})
"""Prompts whose known answer has characters of two and three bytes: a server that loses them has not given it."""


def _scenario(kind: Kind, prompt: str, *, forced: bool) -> Scenario:
    known = frozenset({"unicode"}) if prompt in _HELLO and "text" in kind.exercises else frozenset[str]()
    has_responses = kind.responses is not None
    return Scenario(
        name=f"model-{kind.name}",
        title=kind.title,
        about=kind.about,
        capability=kind.capability,
        asks=Ask(
            chat=_body(kind, prompt, "chat", forced=forced),
            responses=_body(kind, prompt, "responses", forced=forced) if has_responses else None,
        ),
        exercises=kind.exercises | known,
        output=kind.output,
        inbound=("chat", "responses") if has_responses else ("chat",),
        modes=kind.modes,
        seconds=SECONDS,
        excused=kind.excused if kind.lasts else kind.excused | _CLOCKED,
    )


MEMORISED: Final = tuple(_scenario(one, one.learned, forced=False) for one in KINDS if one.learned)
"""For the model that has learned its answers by heart."""

PLAIN: Final = tuple(_scenario(one, one.plain, forced=True) for one in KINDS if one.plain)
"""For any other model: the same names, where there is a prompt that can be relied on."""
