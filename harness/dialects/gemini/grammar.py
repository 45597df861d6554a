"""The order of responses in a stream of Gemini, as a table.

Source: "Method: models.streamGenerateContent" of the Gemini API reference: every event is a whole
GenerateContentResponse that holds the next parts of each candidate; `finishReason` is set in a candidate's last;
`usageMetadata` is a running total, of which the last is the bill (it may fall in between: where the model ran code,
recorded streams report 447 tokens, then 8, then 1,767). Where the prompt is blocked, there is no candidate, and
`promptFeedback` says why.
There is no sentinel. Older models repeat `finishReason` in every event of a candidate, so more content after it is
told, and is no breach by itself.
"""

from __future__ import annotations

from typing import Final

START: Final = "start"
"""Nothing has come."""
RUNNING: Final = "running"
"""Some candidate has not finished."""
FINISHED: Final = "finished"
"""Every candidate that was seen has a finish reason, or the prompt was blocked."""
FAILED: Final = "failed"
"""An error came."""

CONTENT: Final = "content"
"""A response with parts, none of whose candidates finishes."""
FINISH: Final = "finish"
"""A response after which every candidate has a finish reason."""
BLOCKED: Final = "blocked"
"""A response without candidates whose `promptFeedback` has a block reason."""
BARE: Final = "bare"
"""A response with neither parts nor a finish reason: usage, an id."""
ERROR: Final = "error"
"""An object with the member `error`."""

TABLE: Final[dict[str, dict[str, str]]] = {
    START: {CONTENT: RUNNING, FINISH: FINISHED, BLOCKED: FINISHED, BARE: RUNNING, ERROR: FAILED},
    RUNNING: {CONTENT: RUNNING, FINISH: FINISHED, BLOCKED: FINISHED, BARE: RUNNING, ERROR: FAILED},
    FINISHED: {CONTENT: RUNNING, FINISH: FINISHED, BLOCKED: FINISHED, BARE: FINISHED, ERROR: FAILED},
    FAILED: {},
}
"""Where each response leads, by state and by what the response is. Content where everything had finished is that of
a further candidate; content of a finished one is for the next table."""

LANES: Final[dict[str, dict[str, str]]] = {
    RUNNING: {CONTENT: RUNNING, FINISH: FINISHED, BARE: RUNNING},
    FINISHED: {FINISH: FINISHED, BARE: FINISHED},
}
"""The same for one candidate, by what the response holds for it."""

ENDS: Final = frozenset({FINISHED, FAILED})
"""The states in which the body may end."""

DATA: Final = frozenset(
    {
        "codeExecutionResult", "executableCode", "fileData", "functionCall", "functionResponse", "inlineData",
        "toolCall", "toolResponse",
    }
)  # fmt: skip
"""What a part is, where it is no text: each has one of these, or `text`, and perhaps something said about it."""

REASONS: Final = (
    "FINISH_REASON_UNSPECIFIED", "STOP", "MAX_TOKENS", "SAFETY", "RECITATION", "OTHER", "BLOCKLIST",
    "PROHIBITED_CONTENT", "SPII", "MALFORMED_FUNCTION_CALL",
)  # fmt: skip
"""The finish reasons by their numbers, which is how they come where the request has `enum-encoding=int`."""

# Signals; those that Anthropic's grammar has too bear the same names.
OUT_OF_ORDER: Final = "out-of-order"
"""Content for a candidate that has finished, in a response that does not finish it again. `about` is the lane."""
AFTER_END: Final = "after-end"
"""A response after an error. `earlier` is the error. Given once a stream."""
NO_END: Final = "no-end"
"""The body ended while a candidate had no finish reason, or without any response. `about` is the state."""
BAD_INPUT: Final = "bad-input"
"""A call whose arguments come in pieces (`willContinue`) was not continued to its end. `about` is the segment."""
