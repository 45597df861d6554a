"""RESP-TEXT: text is conserved on its way from the deltas to the finished item."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import (
    at_end_of_item,
    at_end_of_part,
    ended_early,
    item_here,
    noticed,
    noticed_part,
    part_here,
    where,
)
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

DELTA, DONE = "response.output_text.delta", "response.output_text.done"
PART_DONE = "response.content_part.done"
_ITEM_DONE = "response.output_item.done"


class TextDiffersFromDeltas(Rule[ResponsesStream]):
    """The text of output_text.done is not what its deltas add up to.

    ## Why it matters

    A client that shows deltas and one that takes the finished text show different answers, and nobody notices: not
    one of openai-python, openai-node and the AI SDK compares the two.

    ## Violates

    ```example
    stream: responses/text
    event response.output_text.done: text = "Red and green."
    ```

    ```example
    stream: responses/text
    drop 5
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    A text that came in no delta at all is RESP-TEXT-005.
    """

    id = "RESP-TEXT-001"
    severity = Severity.ERROR
    source = "conservation of content; all 403 texts of official streams"
    on = (DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare the deltas with the text."""
        return at_end_of_part(self, case, part_here(case), ended=DONE)


class TextDiffersLater(Rule[ResponsesStream]):
    """The text of the finished part, or of the finished item, is not the text that was streamed.

    ## Why it matters

    Clients differ in which event they take the text from: codex reads the finished item, user interfaces read the
    deltas, and both must see the same. vLLM once parsed the text a second time for the finished item (vllm#38227).

    ## Violates

    ```example
    stream: responses/text
    event response.content_part.done: part.text = "Red and blue"
    ```

    ```example
    stream: responses/text
    event response.output_item.done: item.content.0.text = ""
    ```

    ## Conforms

    ```example
    stream: responses/two_messages
    ```

    ## Exceptions

    The final output is compared with the finished items, by RESP-TERM-002.
    """

    id = "RESP-TEXT-002"
    severity = Severity.ERROR
    source = "conservation of content; every official stream; vllm#38227"
    on = (PART_DONE, _ITEM_DONE)
    exercised_by = (PART_DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Compare with every earlier telling of the text."""
        if case.body.get("type") == _ITEM_DONE:
            return at_end_of_item(self, case, "output_text")
        part = part_here(case)
        return at_end_of_part(self, case, part, ended=DONE) if part and part.kind == "output_text" else None


class TextDoneOnce(Rule[ResponsesStream]):
    """A text is not ended by exactly one output_text.done before its part is done.

    ## Why it matters

    Clients that commit a text when it is done lose it, or commit it twice. Servers that skip the event were reported
    in ogx#5308 and ogx#5309.

    ## Violates

    ```example
    stream: responses/text
    drop response.output_text.done
    ```

    ```example
    stream: responses/text
    repeat response.output_text.done
    ```

    ```example
    stream: responses/text
    move response.content_part.done before response.output_text.done
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    After the last delta send the whole text once as `response.output_text.done`, then close the part.
    """

    id = "RESP-TEXT-003"
    severity = Severity.ERROR
    source = "every official stream; ogx#5308, ogx#5309"
    on = ("part-text-not-done", "part-text-done-twice")
    exercised_by = (DELTA, DONE, PART_DONE)
    supersedes = ("RESP-TEXT-001",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where the part is a text."""
        part = noticed_part(case, "output_text")
        if part is None:
            return None
        if noticed(case).kind == "part-text-done-twice":
            message = f"The text of part {part.index} of {where(case)} is done a second time."
        else:
            message = f"Part {part.index} of {where(case)} closes before response.output_text.done."
        return self.finding(case, message, pointer="", expected="one response.output_text.done before it")


class TextDeltaAfterDone(Rule[ResponsesStream]):
    """A text goes on after output_text.done.

    ## Why it matters

    Whoever took the finished text has an answer without its end; whoever appends deltas has another answer.

    ## Violates

    ```example
    stream: responses/text
    insert after response.output_text.done: {"type":"response.output_text.delta","item_id":"msg_963e605f62e8f89654ee4f7c6254d41c33fd49251c465d82","output_index":0,"content_index":0,"delta":"!","logprobs":[]}
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```
    """

    id = "RESP-TEXT-004"
    severity = Severity.ERROR
    source = "every official stream"
    on = ("part-delta-after-done",)
    exercised_by = (DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where the part is a text."""
        part = noticed_part(case, "output_text")
        if part is None or ended_early(part.text):
            return None
        return self.finding(
            case,
            f"A delta for part {part.index} of {where(case)} comes after its response.output_text.done.",
            pointer="/delta",
            found=case.body.get("delta"),
            earlier=part.text.done_at,
        )


class TextWithoutDeltas(Rule[ResponsesStream]):
    """A text that is not empty came in no delta.

    ## Why it matters

    It is legal by the letter, and a client that shows deltas and nothing else shows an empty answer
    (gemini-web2api#57).

    ## Violates

    ```example
    stream: responses/text
    drop 4
    drop 5
    drop 6
    drop 7
    ```

    ## Conforms

    An empty text needs no delta:

    ```example
    stream: responses/text
    drop 4
    drop 5
    drop 6
    drop 7
    event response.output_text.done: text = ""
    event response.content_part.done: part.text = ""
    event response.output_item.done: item.content.0.text = ""
    event response.completed: response.output.0.content.0.text = ""
    ```

    ## How to mend

    Where the text is only known as a whole, send it as one delta.
    """

    id = "RESP-TEXT-005"
    severity = Severity.WARNING
    source = "gemini-web2api#57; all 403 texts of official streams"
    on = ("part-without-deltas",)
    exercised_by = (DONE,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, where the part is a text."""
        part = noticed_part(case, "output_text")
        if part is None:
            return None
        return self.finding(
            case,
            f"The text of part {part.index} of {where(case)} is done with {len(part.text.done or ''):,} characters "
            "and came in no delta.",
            pointer="/text",
            expected="at least one response.output_text.delta",
        )


class EmptyDelta(Rule[ResponsesStream]):
    """A delta carries no character.

    ## Why it matters

    It is harmless to most clients and wakes every one of them for nothing; some take an empty delta for the end
    (sub2api#2875). No official stream has one.

    ## Violates

    ```example
    stream: responses/text
    insert after 4: {"type":"response.output_text.delta","item_id":"msg_963e605f62e8f89654ee4f7c6254d41c33fd49251c465d82","output_index":0,"content_index":0,"delta":"","logprobs":[]}
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```
    """

    id = "RESP-TEXT-009"
    severity = Severity.INFO
    source = "every official stream; sub2api#2875"
    on = ("empty-delta",)
    exercised_by = (DELTA,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell what the machine noticed."""
        item = item_here(case)
        kind = case.body.get("type")
        return self.finding(
            case,
            f"{kind} for {where(case)} has an empty delta.",
            pointer="/delta",
            found='""',
            subject=f"{kind} {item.type if item is not None else ''}".strip(),
        )
