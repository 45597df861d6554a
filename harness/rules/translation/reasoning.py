"""XLAT-RSN: thought stays thought, in its order and of its kind."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import (
    Comparison,
    are_whole,
    first_difference,
    may_be_short,
    shortened,
    untagged,
)
from harness.turn.turn import Call, Other, Reasoning, Refusal, Text

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Choice, Segment, Turn

_TELLING = 8
"""Texts shorter than this may stand in both by chance."""
_TAGS = re.compile(r"</?think(?:ing)?>")
"""What marks thought in a text, at times around each of its pieces."""


class ReasoningLeaks(Comparison):
    """Thought arrives as visible text, or visible text as thought.

    ## Why it matters
    Users read what the model was not meant to say to them, programs parse it as the answer, or the answer is folded
    away where nobody looks.

    ## Violates
    ```example
    stream: translation/chat_text
    event 1: choices.0.delta.content = "91 = 7 x 13."
    event 2: choices.0.delta.content = "No: 91 is"
    event 3: choices.0.delta.content = " 7 times 13."
    --- upstream
    request: none
    stream: anthropic/thinking
    event message_start: message.usage.input_tokens = 17
    event message_delta: usage.input_tokens = 17
    event message_delta: usage.output_tokens = 16
    ```

    ```example
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    event content_block_delta: delta.thinking = "Let me see."
    drop content_block_delta#1
    event content_block_delta#3: delta.text = "91 = 7"
    event content_block_delta#4: delta.text = " x 13."
    ```

    ## Conforms
    ```example
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    ```

    ```example
    stream: translation/chat_thinking
    --- upstream
    stream: anthropic/thinking
    ```
    """

    id = "XLAT-RSN-001"
    severity = Severity.ERROR
    source = "litellm#32357, litellm#33224"
    supersedes = ("XLAT-TEXT-001", "XLAT-RSN-002", "XLAT-RSN-004", "XLAT-RSN-006")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Either half has thought that can be read."""
        del case
        return any(one.reasoning for one in (*mine.choices, *theirs.choices))

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for each run of thought in the text, and for each run of text in the thought."""
        for one, other in mine.pairs(theirs):
            said = _TAGS.sub("", one.text)
            for thought in other.thoughts:
                leaked = thought.text.strip()
                if len(leaked) >= _TELLING and leaked in said and leaked not in other.text:
                    return self.told(
                        case,
                        f"Thought arrived as text: {shortened(leaked)}.",
                        expected="thought",
                        found="text",
                    )
            for run in other.segments:
                hidden = run.text.strip() if isinstance(run, Text) else ""
                if len(hidden) >= _TELLING and hidden in one.reasoning and hidden not in other.reasoning:
                    return self.told(
                        case,
                        f"Text arrived as thought: {shortened(hidden)}.",
                        expected="text",
                        found="thought",
                    )
        return None


class SegmentsReordered(Comparison):
    """Thought, text and calls do not arrive in the order in which upstream sent them.

    ## Why it matters
    A thought belongs to what follows it: signatures are checked against that order when the turn is sent back. Gateways
    that keep one item for each kind write later text into an item that has been closed.

    ## Violates
    ```example
    stream: translation/responses_interleaved
    --- upstream
    stream: anthropic/interleaved
    event content_block_start#1: content_block = {"type":"thinking","thinking":"","signature":""}
    event content_block_delta#2: delta = {"type":"thinking_delta","thinking":"The tool takes a city."}
    event content_block_start#2: content_block = {"type":"text","text":""}
    event content_block_delta#3: delta = {"type":"text_delta","text":"Let me check."}
    drop content_block_delta#4
    ```

    ## Conforms
    ```example
    stream: translation/responses_interleaved
    --- upstream
    stream: anthropic/interleaved
    ```

    ```example
    stream: translation/responses_tool
    --- upstream
    stream: anthropic/tool
    ```

    ## Exceptions
    Chat has no order between its members, and is not judged. Thought that a gateway leaves out altogether is left out
    of the comparison, and pieces of one kind that follow each other count as one.
    """

    id = "XLAT-RSN-002"
    severity = Severity.ERROR
    source = "ccr#1725, ollama#17101, sub2api#4286, CLIProxyAPI#539"
    supersedes = ("XLAT-TEXT-001", "XLAT-RSN-004")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Both halves are whole and have an order, and there is more than one kind of segment."""
        return (
            mine.is_ordered
            and theirs.is_ordered
            and are_whole(mine, theirs, case)
            and any(len(_kinds(one, with_thought=True)) > 1 for one in theirs.choices)
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare the kinds, where both halves hold as many segments of each."""
        for one, other in mine.pairs(theirs):
            thought = bool(one.thoughts)
            here, there = _kinds(one, with_thought=thought), _kinds(other, with_thought=thought)
            if here != there and _content(one, thought=thought) == _content(other, thought=thought):
                return self.told(
                    case,
                    "What upstream sent arrived in another order.",
                    expected=", ".join(there),
                    found=", ".join(here),
                )
        return None


class SealLost(Comparison):
    """The signature or the encrypted content of thought did not arrive.

    ## Why it matters
    The provider wants it back with the next request; without it thought cannot be continued after a call, and some
    providers refuse the request.

    ## Violates
    ```example
    stream: translation/responses_sealed
    event response.output_item.done: - item.encrypted_content
    event response.completed: - response.output.0.encrypted_content
    --- upstream
    stream: anthropic/thinking
    ```

    ## Conforms
    ```example
    stream: translation/responses_sealed
    --- upstream
    stream: anthropic/thinking
    ```

    ```example
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    ```

    ## Exceptions
    In Responses it is due where the request includes `reasoning.encrypted_content`; in Chat where the thought comes as
    `reasoning_details`, the one form that has a place for it. A gateway may wrap it, so it is not compared.
    """

    id = "XLAT-RSN-003"
    severity = Severity.WARNING
    source = "open-webui/computer#224"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream sent a seal with its thought, and the client is due one."""
        if not any(thought.seal for one in theirs.choices for thought in one.thoughts):
            return False
        if not are_whole(mine, theirs, case):
            return False
        if mine.dialect == "responses":
            return case.asked is not None and "reasoning.encrypted_content" in case.asked.include
        return any(thought.kind != "unknown" for one in mine.choices for thought in one.thoughts)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for any seal."""
        del theirs
        if any(thought.seal for one in mine.choices for thought in one.thoughts):
            return None
        return self.told(
            case,
            "Upstream sealed its thought, and no seal arrived.",
            expected="encrypted content",
            found="none",
        )


class ReasoningChanged(Comparison):
    """The text of thought is not upstream's.

    ## Why it matters
    Whoever shows thought shows what the model did not think; whoever sends it back with its signature is refused.

    ## Violates
    ```example
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    event content_block_delta#1: delta.thinking = " x 13, so no."
    ```

    ## Conforms
    ```example
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    ```

    ```example
    stream: translation/responses_summary
    --- upstream
    stream: gemini/thinking
    ```

    ## Exceptions
    A gateway may leave thought out altogether; that is a loss and not a change. White space is not compared: parts of a
    summary are joined with and without blank lines.
    """

    id = "XLAT-RSN-004"
    severity = Severity.ERROR
    source = "derived"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """The client was sent thought, or upstream sent some and the client something."""
        del theirs, case
        return any(one.reasoning.strip() for one in mine.choices)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare choice by choice, without white space."""
        short = may_be_short(mine, theirs, case)
        for one, other in mine.pairs(theirs):
            here = "".join(one.reasoning.split())
            told = (other.reasoning or untagged(other.text)[1], other.told_reasoning)
            there, whole = ("".join(text.split()) for text in told)
            if not here or here in (there, whole) or (short and whole.startswith(here)):
                continue
            how, found, expected = first_difference(here, there)
            return self.told(
                case,
                f"The thought is not upstream's: {how}, white space aside.",
                expected=expected,
                found=found,
            )
        return None


class ThoughtOfAnotherKind(Comparison):
    r"""Raw thought is sold as a summary, or a summary as raw thought.

    ## Why it matters
    They are different members because they are different things: a summary is meant to be shown, raw thought is not,
    and only raw thought may be what the model goes on from.

    ## Violates
    ```example
    stream: translation/responses_summary
    --- upstream
    stream: anthropic/thinking
    event message_start: message.usage.input_tokens = 7
    event content_block_delta: delta.thinking = "**Factoring**\n\n91 = 7"
    event message_delta: usage.input_tokens = 7
    event message_delta: usage.output_tokens = 52
    ```

    ## Conforms
    ```example
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    ```

    ```example
    stream: translation/responses_summary
    --- upstream
    stream: gemini/thinking
    ```

    ## Exceptions
    Members of Chat that do not say which it is (`reasoning_content`, `reasoning`) are not judged.
    """

    id = "XLAT-RSN-005"
    severity = Severity.ERROR
    source = "derived; the two kinds of reasoning event of the Responses API"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Both halves say what kind of thought they hold."""
        del case
        return bool(_sorts(mine)) and bool(_sorts(theirs))

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare the kinds."""
        here, there = _sorts(mine), _sorts(theirs)
        if here <= there:
            return None
        return self.told(
            case,
            f"Thought arrives as {' and '.join(sorted(here))}, and upstream sent {' and '.join(sorted(there))}.",
            expected=" and ".join(sorted(there)),
            found=" and ".join(sorted(here)),
        )


def _sorts(turn: Turn) -> set[str]:
    return {
        thought.kind
        for one in turn.choices
        for thought in one.thoughts
        if thought.kind != "unknown" and thought.text.strip()
    }


def _kinds(choice: Choice, *, with_thought: bool) -> list[str]:
    """The kinds of segments in their order, neighbours of one kind as one; calls stay apart."""
    kinds = [_kind(one) for one in choice.segments if _counts(one, with_thought=with_thought)]
    runs = [(kind, len(list(run))) for kind, run in groupby(kinds)]
    return [kind for kind, times in runs for _ in range(times if kind == "call" else 1)]


def _counts(segment: Segment, *, with_thought: bool) -> bool:
    if isinstance(segment, Other):
        return False
    if isinstance(segment, Reasoning):
        return with_thought and bool(segment.text)
    return isinstance(segment, Call) or bool(segment.text)


def _kind(segment: Segment) -> str:
    if isinstance(segment, Reasoning):
        return "thought"
    return "call" if isinstance(segment, Call) else "text"


def _content(choice: Choice, *, thought: bool) -> tuple[list[str], int]:
    """Everything that is said, in an order that does not depend on the order."""
    said = [one.text for one in choice.segments if isinstance(one, Text | Refusal)]
    if thought:
        said += [one.text for one in choice.segments if isinstance(one, Reasoning)]
    return sorted("".join(said)), len(choice.calls)
