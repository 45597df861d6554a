"""Which clients there are, how each is asked, and what is its own way rather than the gateway's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

EVERYTHING: Final = (
    "hi", "think", "weather", "textcall", "thinkcall", "both", "json", "count", "refuse", "break", "busy", "deny",
)  # fmt: skip
APIS: Final = ("chat", "responses")
DENIED: Final = "deny"
FILTERED: Final = "filtered"
"""A refusal of an upstream that has a reason to end for it, and no place for it in the answer."""

Raises = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, kw_only=True)
class Client:
    """A client, as its program drives it.

    Args:
        name: What its program is called.
        title: What it is called.
        imports: The Python module or the npm package that has to be there.
        ways: The runs that every scene has.
        more: Runs of single scenes. "loop" is no prompt: the program answers the call of `weather` by hand.
        scenes: The prompts.
        runs_tools: It executes tools itself, so that `weather` ends with what is said after the result.
        verbatim: It gives arguments as they came, not parsed.
        finishes: Its words for the ends; none are asked for where it tells none.
        shows: The runs that show thought, by its kind.
        raises: By scene: runs (a pattern) and the exceptions, either of which they end in.
        refusals: Runs (a pattern), and where they put a refusal.
    """

    name: str
    title: str
    imports: str
    ways: tuple[str, ...]
    more: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scenes: tuple[str, ...] = EVERYTHING
    runs_tools: bool = False
    verbatim: bool = False
    finishes: Mapping[str, str] | None = None
    shows: Mapping[Literal["raw", "summary"], str] = field(default_factory=dict)
    raises: Raises = field(default_factory=dict)
    refusals: tuple[tuple[str, str], ...] = (("", "refusal"),)

    def runs(self, scene: str) -> tuple[str, ...]:
        """The runs that a scene has."""
        if scene == "loop":
            return self.more["loop"]
        usual = () if scene in self.more and scene == "report" and self.name == "langchain" else self.ways
        return (*usual, *self.more.get(scene, ()))

    def raised(self, scene: str, run: str) -> str | None:
        """The exception in which a run ends; None where it ends well."""
        return next((name for pattern, name in self.raises.get(scene, ()) if re.search(pattern, run)), None)

    def shows_thought(self, run: str, kind: Literal["raw", "summary"]) -> bool:
        """Whether a run shows thought of that kind."""
        pattern = self.shows.get(kind)
        return pattern is not None and re.search(pattern, run) is not None

    def refusal_place(self, run: str) -> str:
        """The member in which a run puts a refusal."""
        return next(place for pattern, place in self.refusals if re.search(pattern, run))

    def refuses_by_finish(self, run: str) -> bool:
        """Whether a refusal shows in the word for the end."""
        return self.refusal_place(run) == "text"

    def finish_word(self, run: str, finish: str) -> str:
        """Its word for an end."""
        words = self.finishes or {}
        if self.finishes is _RESPONSES_WORDS and run.startswith("chat"):
            return finish
        if self.name == "pydantic_ai" and run.startswith("responses") and finish == "tool_calls":
            return "stop"
        return words.get(finish, finish)


def both(*ways: str) -> tuple[str, ...]:
    """Runs over both APIs."""
    return tuple(f"{api} {way}" for api in APIS for way in ways)


_OPENAI_WAYS = both("create", "streamed", "stream()")
_PARSED = both("parse()", "stream(parse)")
_RESPONSES_WORDS = {"stop": "completed", "tool_calls": "completed", "length": "max_output_tokens"}
_KINDS = ("sync", "async")

OPENAI_PYTHON: Final = Client(
    name="openai_python",
    title="openai-python",
    imports="openai",
    ways=tuple(f"{way} {kind}" for way in _OPENAI_WAYS for kind in _KINDS),
    more={
        "json": tuple(f"{way} {kind}" for way in _PARSED for kind in _KINDS),
        "loop": tuple(
            f"{way} {kind}" for way in (*_OPENAI_WAYS, "responses previous_response_id") for kind in _KINDS
        ),
    },
    verbatim=True,
    finishes=_RESPONSES_WORDS,
    shows={"raw": "", "summary": ""},
    raises={
        "deny": (("", "BadRequestError"),),
        "break": ((" create ", "InternalServerError"), ("", "APIError")),
        "count": ((r"chat stream\(\)", "LengthFinishReasonError"),),
        FILTERED: ((r"chat stream\(\)", "ContentFilterFinishReasonError"),),
    },
)
OPENAI_NODE: Final = Client(
    name="openai_node",
    title="openai-node",
    imports="openai",
    ways=_OPENAI_WAYS,
    more={"json": _PARSED, "loop": (*_OPENAI_WAYS, "chat runTools()")},
    verbatim=True,
    finishes=_RESPONSES_WORDS,
    # Its accumulator of Chat keeps the last piece only of members that it does not know.
    shows={"raw": r"^(?!chat stream\(\))", "summary": r"^(?!chat stream\(\))"},
    raises={
        "deny": (("", "BadRequestError"),),
        "break": (("create", "InternalServerError"), ("chat", "APIError"), ("", "Error")),
    },
)
AGENTS: Final = Client(
    name="openai_agents",
    title="openai-agents",
    imports="agents",
    ways=both("run", "run_streamed"),
    runs_tools=True,
    verbatim=True,
    shows={"raw": "", "summary": ""},
    raises={
        "deny": (("", "BadRequestError"),),
        "break": (("run$", "InternalServerError"), ("chat", "APIError"), ("", "ModelBehaviorError")),
        "count": (("responses", "ModelBehaviorError"),),
        "refuse": (("", "ModelRefusalError"),),
        FILTERED: (("responses", "ModelBehaviorError"),),
    },
)
PYDANTIC_AI: Final = Client(
    name="pydantic_ai",
    title="pydantic-ai",
    imports="pydantic_ai",
    ways=both("run", "run_stream"),
    # Its `run_stream` takes the first text for the answer, also where a call follows.
    scenes=(*(scene for scene in EVERYTHING if scene != "textcall"), "report"),
    runs_tools=True,
    finishes={
        "stop": "stop",
        "tool_calls": "tool_call",
        "length": "length",
        "content_filter": "content_filter",
    },
    shows={"raw": "", "summary": ""},
    raises={
        "deny": (("", "ModelRequestRejectedError"),),
        "break": (("", r"ModelServerError|ModelOverloadedError"),),
        "refuse": (("", "ContentFilterError"),),
    },
)
LANGCHAIN: Final = Client(
    name="langchain",
    title="langchain-openai",
    imports="langchain_openai",
    ways=both("invoke", "ainvoke", "stream", "astream"),
    more={
        "json": both("json_schema"),
        "report": both("function_calling"),
        "loop": both("invoke", "ainvoke", "stream", "astream"),
    },
    scenes=(*EVERYTHING, "report"),
    finishes=_RESPONSES_WORDS,
    shows={"summary": "responses"},
    raises={
        "deny": (("", "OpenAIInvalidRequestError"),),
        "break": (("invoke", "OpenAIAPIError"), ("chat", "APIError"), ("", "ValueError")),
    },
    # Streams of Chat lose refusals in it.
    refusals=(("chat a?stream", "nowhere"), ("", "refusal")),
)
AI_SDK: Final = Client(
    name="ai_sdk",
    title="AI SDK",
    imports="ai",
    ways=tuple(f"{model} {way}" for model in (*APIS, "compatible") for way in ("generateText", "streamText")),
    runs_tools=True,
    finishes={
        "stop": "stop",
        "tool_calls": "tool-calls",
        "length": "length",
        "content_filter": "content-filter",
    },
    shows={"raw": "compatible", "summary": "compatible|responses"},
    raises={
        "deny": (("", "APICallError"),),
        "break": (("generateText", "APICallError"), ("", "StreamProviderError")),
    },
    refusals=(("", "text"),),
)

PYTHON_CLIENTS: Final = (OPENAI_PYTHON, AGENTS, PYDANTIC_AI, LANGCHAIN)
NODE_CLIENTS: Final = (OPENAI_NODE, AI_SDK)
CLIENTS: Final = {one.name: one for one in (*PYTHON_CLIENTS, *NODE_CLIENTS)}
