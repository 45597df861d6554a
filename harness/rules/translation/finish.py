"""XLAT-FIN: why the model stopped arrives as it was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.rule import COMPARE
from harness.rules.translation.comparison import Comparison, are_whole, may_be_refused

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Choice, Turn

_DECIDED = frozenset({"stop", "length", "tool_calls", "content_filter"})


class FinishMistranslated(Comparison):
    """The finish reason, or the status, is not what upstream's means.

    Stop, end_turn, stop_sequence and STOP are `stop` and completed; length, max_tokens and MAX_TOKENS are `length` and
    incomplete with max_output_tokens; tool_use is `tool_calls` and completed; content_filter, refusal, SAFETY and its
    like are `content_filter` and incomplete with content_filter.

    ## Why it matters
    An answer that met its limit and is called complete is taken for the whole: agents apply half a patch. One that was
    filtered and is called complete hides that it was.

    ## Violates
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    event message_delta: delta.stop_reason = "max_tokens"
    ```

    ```example
    stream: translation/responses_text
    --- upstream
    stream: anthropic/text
    event message_delta: delta.stop_reason = "refusal"
    ```

    ## Conforms
    ```example
    stream: translation/chat_length
    --- upstream
    stream: anthropic/length
    ```

    ```example
    stream: translation/responses_incomplete
    --- upstream
    stream: anthropic/length
    ```

    ## Exceptions
    Reasons that have no equal (pause_turn, OTHER, those of malformed calls) are not judged; where one of several answers
    has a malformed call, all may become an error. A `tool_calls` without a call may become `stop`. An answer with an
    error in it, with events that are no JSON or run together, or with a choice that nobody asked for may become an error.
    """

    id = "XLAT-FIN-001"
    severity = Severity.ERROR
    source = "Switchyard#300, cherry-studio#20375"
    supersedes = ("RESP-LIFE-008",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream gave a reason that has an equal, and the client heard the end."""
        return (
            theirs.ended == "clean"
            and mine.ended != "cut"
            and not case.left_early
            and any(one.finish in _DECIDED for one in theirs.choices)
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare choice by choice."""
        if mine.error is not None and any(one.finish == "malformed" for one in theirs.choices):
            return None
        if may_be_refused(mine, case):
            return None
        if mine.error is not None:
            return self.told(
                case,
                f"Upstream's answer came to its end ({_ends(theirs)}), and the client was sent an error.",
                expected=theirs.choices[0].native,
                found=mine.error.message or mine.error.code or "an error",
            )
        for one, other in mine.pairs(theirs):
            if one.finish is None or other.finish not in _DECIDED or _agree(one, other):
                continue
            return self.told(
                case,
                f"Upstream finished with {other.native}, and the client was told {one.native}.",
                expected=other.finish,
                found=one.native,
                subject=f"{other.finish} as {one.finish}",
            )
        return None


def _ends(turn: Turn) -> str:
    """The reasons that were given, in the protocol's own words."""
    return ", ".join(dict.fromkeys(one.native for one in turn.choices if one.native)) or "no reason given"


def _agree(one: Choice, other: Choice) -> bool:
    """Whether two reasons are the same, or their difference is the matter of another rule."""
    ends = {"stop", "tool_calls"}
    return one.finish == other.finish or (one.finish in ends and other.finish in ends)


class CallsFinishedWithStop(Comparison):
    """The answer holds calls and finishes with `stop`.

    ## Why it matters
    Clients run tools on `tool_calls` and end the turn on `stop`. Gemini says STOP after a call, and in its newer
    models in a later chunk than the call, so a gateway has to remember that there was one.

    ## Violates
    ```example
    stream: translation/chat_gemini_tool
    event 3: choices.0.finish_reason = "stop"
    --- upstream
    stream: gemini/tool_then_stop
    ```

    ## Conforms
    ```example
    stream: translation/chat_gemini_tool
    --- upstream
    stream: gemini/tool_then_stop
    ```

    ## Exceptions
    Where the request forces one named function, OpenAI itself says `stop`. Of whole answers CHAT-SYNC-001 says the same,
    and this rule nothing.
    """

    id = "XLAT-FIN-002"
    severity = Severity.ERROR
    source = "envoy#2399, gcli2api#407, OmniRoute#180"
    supersedes = ("CHAT-FIN-005", "XLAT-FIN-001")
    dialects = ("chat",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream made calls and was not cut, and the client is sent a stream."""
        return (
            case.streamed
            and are_whole(mine, theirs, case)
            and any(one.calls and one.finish in {"stop", "tool_calls"} for one in theirs.choices)
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look at the reason of each choice with calls."""
        if case.asked is not None and case.asked.forced_tool is not None:
            return None
        for one, other in mine.pairs(theirs):
            if one.calls and other.calls and one.finish == "stop" and other.finish in {"stop", "tool_calls"}:
                return self.told(
                    case,
                    f"{len(one.calls)} {'call' if len(one.calls) == 1 else 'calls'} arrived, and the finish reason is stop (upstream: {other.native}).",
                    expected="tool_calls",
                    found="stop",
                )
        return None


class FinishBeforeTheEnd(Comparison):
    """A finish reason that upstream repeats in every chunk is passed on each time.

    ## Why it matters
    The first finish reason ends the answer for clients; what comes later is lost, or shown as a second answer. Some
    models of Gemini put `STOP` into each chunk.

    ## Violates
    ```example
    stream: translation/chat_text
    event 2: choices.0.finish_reason = "stop"
    event 3: choices.0.finish_reason = "stop"
    --- upstream
    stream: gemini/text
    event 0: candidates.0.finishReason = "STOP"
    event 1: candidates.0.finishReason = "STOP"
    event 2: usageMetadata = {"promptTokenCount":17,"candidatesTokenCount":16,"totalTokenCount":33}
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: gemini/text
    event 0: candidates.0.finishReason = "STOP"
    event 1: candidates.0.finishReason = "STOP"
    event 2: usageMetadata = {"promptTokenCount":17,"candidatesTokenCount":16,"totalTokenCount":33}
    ```
    """

    id = "XLAT-FIN-003"
    severity = Severity.ERROR
    source = "litellm#2195, litellm#31634, gcli2api#403"
    on = ("chunk", COMPARE)
    supersedes = ("CHAT-FIN-001", "CHAT-FIN-003", "CHAT-FIN-004", "XLAT-TEXT-001")
    dialects = ("chat",)
    streamed: ClassVar[bool | None] = True
    from_history = False

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self._finishes: dict[object, int] = {}

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream gave a reason more than once."""
        del mine, case
        return any(one.finishes > 1 for one in theirs.choices)

    def observe(self, case: Case[Any]) -> Found:
        """Count the reasons while chunks come; judge at the end."""
        if case.event is None:
            return super().observe(case)
        choices = case.body.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, dict) and choice.get("finish_reason"):
                index = str(choice.get("index"))
                self._finishes[index] = self._finishes.get(index, 0) + 1
        return None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether any choice got more than one."""
        del mine
        for index, times in self._finishes.items():
            if times > 1:
                return self.told(
                    case,
                    f"Choice {index} has {times} finish reasons; upstream gave {theirs.choices[0].finishes}.",
                    expected="one, at the end",
                    found=f"{times}",
                )
        return None


class LengthHiddenByCalls(Comparison):
    """Upstream met its limit while it wrote a call, and the finish reason is `tool_calls`.

    ## Why it matters
    The last call is cut in the middle of its arguments. With `tool_calls` the client runs it, and fails on JSON that is
    not JSON; with `length` it asks for more.

    ## Violates
    ```example
    stream: translation/chat_parallel
    --- upstream
    stream: anthropic/parallel
    event message_delta: delta.stop_reason = "max_tokens"
    ```

    ## Conforms
    ```example
    stream: translation/chat_parallel
    event 7: choices.0.finish_reason = "length"
    --- upstream
    stream: anthropic/parallel
    event message_delta: delta.stop_reason = "max_tokens"
    ```
    """

    id = "XLAT-FIN-004"
    severity = Severity.ERROR
    source = "vllm#53269, litellm#37792"
    supersedes = ("XLAT-FIN-001", "CHAT-FIN-007", "RESP-LIFE-008")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream made calls and met its limit."""
        return are_whole(mine, theirs, case) and any(
            one.calls and one.finish == "length" for one in theirs.choices
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look at the reason of each choice with calls."""
        for one, other in mine.pairs(theirs):
            if other.calls and other.finish == "length" and one.finish == "tool_calls":
                return self.told(
                    case,
                    f"Upstream finished with {other.native}, and the client was told {one.native}.",
                    expected="length",
                    found=one.native,
                )
        return None
