"""XLAT-ERR: what upstream sent and nobody can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.translation.comparison import Comparison, upstream_of

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Turn


class BrokenEventSkipped(Comparison):
    """An event of upstream cannot be read, and the client was sent an answer without it that looks whole.

    ## Why it matters
    What was in it is missing in the middle of the answer: a word, a line of a patch, a piece of a call's arguments.
    Nobody can tell, and nobody tries again. OpenAI's SDKs raise an error where they meet such an event themselves;
    behind a gateway that skips it, the same answer is a success.

    ## How to mend
    Treat an event that is no JSON as a failure of the upstream: an error event, `response.failed`, or 502 where nothing
    has been sent.

    ## Violates
    ```example
    stream: translation/chat_text
    drop 2
    --- upstream
    stream: anthropic/text
    raw content_block_delta#1: {"type":"content_block_delta","index":0,"delta":{"type":"text_de
    ```

    ```example
    stream: translation/chat_text
    drop 2
    --- upstream
    stream: translation/chat_text
    raw 2: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":" in the
    ```

    ## Conforms
    ```example
    stream: translation/chat_error
    --- upstream
    request: none
    stream: anthropic/text
    event content_block_delta: delta.text = "The Glomma"
    event content_block_delta#1: delta.text = " is"
    raw content_block_delta#2: {"type":"content_block_delta","index":0,"delta":{"type":"text_de
    ```

    ## Exceptions
    Responses says every text again in its last events, so that a gateway can make good what was lost in a delta. One
    that passes the bytes on as they are lets its client see what it got (SSE-JSON-001, inherited). What does not begin
    as an object, such as a word that keeps a connection alive, is no piece of an answer.

    What the gateway did to upstream's connection does not matter: one that hangs up at the broken event, and ends its
    own answer as if it were whole, is judged like one that reads on. A gateway that left before all that was readable
    had arrived may have done so for another reason, as a stop string that it looks for itself: nothing is judged then.
    """

    id = "XLAT-ERR-006"
    severity = Severity.ERROR
    from_history = False
    supersedes = (*MISSING_AT_THE_END, "XLAT-USE-007", "XLAT-FIN-001")
    source = "SSE-JSON-001; gateways that log what is no JSON and go on"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """An object of upstream's stream is broken, and that is not where the stream broke off."""
        del mine
        upstream = upstream_of(case).case
        wire = upstream.wire
        lost = wire.lost
        return (
            lost is not None
            and lost.data.lstrip().startswith(b"{")
            and not wire.truncated
            and (theirs.ended == "clean" or _was_left(theirs, upstream))
            and not case.left_early
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether the client was told, or was given what was in it all the same."""
        if mine.error is not None or mine.ended != "clean" or case.wire.lacking:
            return None
        here, upstream = _amount(mine), upstream_of(case).case
        if _was_left(theirs, upstream):
            # What came to be recorded after it is a matter of moments: only what was said before it counts.
            before = _amount(upstream.wire.before_lost)
            if here < before or (theirs.dialect == "responses" and here > before):
                return None
        # What an event of Responses lacks, the last one says; of the others nobody knows what was in it.
        elif here >= _final(upstream) if theirs.dialect == "responses" else here > _amount(theirs):
            return None
        return self.told(
            case,
            "Upstream sent an event that is no JSON, and the client an answer without it that looks whole.",
            expected="an error",
            found=next((one.native for one in mine.choices if one.native), "an end"),
        )


def _was_left(theirs: Turn, upstream: Case[Any]) -> bool:
    """The gateway hung up before upstream's stream came to an end, and the broken event had come by then."""
    return theirs.ended != "failed" and upstream.end_unseen and upstream.wire.before_lost is not None


def _amount(turn: Turn) -> int:
    """How much a turn says: characters of text, of refusals, and of arguments but for white space."""
    return sum(
        len(choice.told_text)
        + len(choice.refusal)
        + sum(len("".join((call.arguments + call.behind).split())) for call in choice.calls)
        for choice in turn.choices
    )


def _final(case: Case[Any]) -> int:
    """The same of the response that the last event of a stream of Responses holds; 0 where there is none."""
    response = case.stream.response
    output = response.get("output") if isinstance(response, dict) else None
    items = [one for one in output if isinstance(one, dict)] if isinstance(output, list) else []
    return sum(sum(map(len, _texts(one))) for one in items)


def _texts(item: dict[str, Any]) -> list[str]:
    """What an item says that counts: thought and hosted tools, which other dialects have no place for, do not."""
    match item.get("type"):
        case "message":
            held = item.get("content")
            parts = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
            found = [part.get(name) for part in parts for name in ("text", "refusal")]
            return [one for one in found if isinstance(one, str)]
        case "function_call" | "custom_tool_call":
            given = item.get("arguments", item.get("input"))
            return ["".join(given.split())] if isinstance(given, str) else []
        case _:
            return []
