"""CHAT-ERR: errors inside a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


def _message_of(error: object) -> str:
    message = error.get("message") if isinstance(error, dict) else None
    return message if isinstance(message, str) else ""


class ErrorShape(ChatRule):
    """An error inside a stream is no object with a message, or is not the last thing.

    ## Why it matters
    All SDKs raise when an event has an `error`, and show its message; without one the user reads "undefined". What
    follows an error is never read (any-llm#847, private-ai-gateway#98).

    ## Violates
    ```example
    stream: chat/error
    event 3: error = "upstream failed"
    ```

    ```example
    stream: chat/error
    repeat 3
    ```

    ## Conforms
    ```example
    stream: chat/error
    ```

    ## Exceptions
    `[DONE]` may follow, and need not: Groq's recorded errors end without. A code that is a number, and a type that is
    missing, are warnings, because only typed clients mind.
    """

    id = "CHAT-ERR-001"
    severity = Severity.ERROR
    source = "the SDKs' stream readers, measured; any-llm#847, private-ai-gateway#98"
    on = ("error", "error-again", MALFORMED)
    exercised_by = ("error",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Judge its shape, and that there is one."""
        signal = case.signal
        if signal is None:
            lacks_message = not _message_of(case.body.get("error"))
            return self.misfit(case, severity=None if lacks_message else Severity.WARNING)
        if signal.kind == "error-again":
            return self.finding(
                case, "A second error comes after the first.", expected="the end", subject="again"
            )
        if case.body.get("choices") or _message_of(signal.about):
            return None
        if not isinstance(signal.about, dict) or "message" not in signal.about or signal.earlier is not None:
            return None  # it does not fit the schema, which is reported with the rest
        return self.finding(
            case, "The error has an empty message.", pointer="/error/message", expected="a message"
        )


class ErrorNull(ChatRule):
    """A chunk that is no error has `error: null`.

    ## Why it matters
    The AI SDK asks whether the key is there, not what is in it: it takes the first such chunk for a failure, and all
    text is lost (foundry-local#144 sends it).

    ## Violates
    ```example
    stream: chat/text
    event 2: error = null
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## How to mend
    Leave the key out where there is no error.
    """

    id = "CHAT-ERR-002"
    severity = Severity.WARNING
    source = "measured with the AI SDK; foundry-local#144"
    on = ("error-null",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """The key without an error."""
        return self.finding(case, "The chunk has `error: null`.", expected="no such key", found="null")


class ErrorThenSuccess(ChatRule):
    """After an error the stream goes on as if nothing had happened.

    ## Why it matters
    A client that stops at the error shows a failure, and one that reads on shows a finished answer with a hole in it
    (OmniRoute#8210, macprovider#186).

    ## Violates
    ```example
    stream: chat/text
    insert before 3: {"error":{"message":"upstream connection lost","type":"server_error","param":null,"code":null}}
    ```

    ## Conforms
    ```example
    stream: chat/error
    ```
    """

    id = "CHAT-ERR-003"
    severity = Severity.ERROR
    source = "OmniRoute#8210, macprovider#186"
    on = ("after-error",)
    exercised_by = ("error",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Text, or a finish reason of success, after the error."""
        entries: Any = case.body.get("choices")
        for entry in entries if isinstance(entries, list) else ():
            finish = entry.get("finish_reason")
            delta = entry.get("delta") or {}
            if (
                finish in {"stop", "tool_calls", "function_call"}
                or delta.get("content")
                or delta.get("tool_calls")
            ):
                what = f"The finish reason {finish!r}" if finish else "More of the answer"
                return self.finding(
                    case,
                    f"{what} comes after an error.",
                    expected="the end",
                    found=repr(finish) if finish else "more of the answer",
                    subject="success",
                )
        return None


class ErrorBesideChoices(ChatRule):
    """A chunk with an error and with choices says both that it failed and that it did not, or gives no message.

    ## Why it matters
    OpenRouter reports errors in the middle of an answer in such a chunk. Clients that look only at one of the two must
    be able to tell: from the error's message, or from a finish reason that is `error`.

    ## Violates
    ```example
    stream: chat/bare
    event 5: error = {"code":502,"message":"Provider disconnected"}
    ```

    ## Conforms
    ```example
    stream: chat/bare
    drop 4
    event 5: error = {"code":502,"message":"Provider disconnected"}
    event 5: choices.0.finish_reason = null
    ```
    """

    id = "CHAT-ERR-004"
    severity = Severity.WARNING
    source = "recorded from OpenRouter"
    on = ("error-beside-choices",)
    exercised_by = ("error-beside-choices",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Compare the two."""
        error, entries = case.body.get("error"), case.body.get("choices")
        if not _message_of(error):
            return self.finding(
                case, "The error beside choices has no message.", expected="a message", subject="message"
            )
        entry: Any
        for entry in entries if isinstance(entries, list) else ():
            if (finish := entry.get("finish_reason")) not in {None, "error"}:
                message = f"The chunk has an error, and a choice that ends with {finish!r}."
                return self.finding(case, message, expected="error or null", found=finish, subject="finish")
        return None
