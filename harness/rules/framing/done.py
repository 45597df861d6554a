"""SSE-DONE: the sentinel `[DONE]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.signal import Mark
from harness.findings import Severity
from harness.rules.placing import at_event
from harness.rules.rule import AFTER_DONE, CLOSE, DONE, NOT_JSON, NOT_OBJECT, Found, Rule
from harness.sse.payload import Fault

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


def _is_unfinished(stream: ChatStream) -> bool:
    return not stream.audio and any(choice.finish is None for choice in stream.choices.values())


class DoneOnce(Rule["ChatStream"]):
    """A Chat stream does not have exactly one `[DONE]`.

    ## Why it matters
    It is how a Chat stream says that nothing follows. Clients that wait for it hang until their time limit when it
    is missing, on every server that keeps the connection open; and without it nobody can tell a whole stream from
    one that was cut between two events.

    ## Violates
    ```example
    stream: chat/text
    drop -1
    ```

    ```example
    stream: chat/text
    repeat -1
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    After an error inside the stream it may be missing: Groq's and OpenRouter's recorded errors end so. Where the
    client left first, nothing is said; and where the stream was cut, or nothing came at all, that is said instead.
    """

    id = "SSE-DONE-001"
    severity = Severity.ERROR
    source = "OpenAI API reference; mlc-llm#1300, ik_llama.cpp#467, TGI#1896, vllm-mlx#101, OmniRoute#6777"
    on = (DONE, CLOSE)
    exercised_by = (CLOSE,)
    dialects = ("chat",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Judge each sentinel, and the end."""
        wire, stream = case.wire, case.stream
        if case.event is not None:
            if wire.done < 2 or wire.done_event is None:
                return None
            return self.finding(
                case, "`[DONE]` comes again.", expected="[DONE] once", found="[DONE]",
                earlier=Mark.of(wire.done_event), subject="again",
            )  # fmt: skip
        if wire.done or case.left_early or stream.error is not None or _is_unfinished(stream):
            return None
        found = self.finding(
            case,
            "The stream ends without `[DONE]`.",
            expected="data: [DONE]",
            found="the end",
            subject="missing",
        )
        return at_event(found, wire.last)


class AfterDone(Rule[Any]):
    """Something comes after `[DONE]`.

    ## Why it matters
    openai-python and openai-node stop reading there, so whatever follows is lost: usually the usage. The AI SDK reads
    on, and appends text that others never see.

    ## Violates
    ```example
    stream: chat/text
    insert after -1: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1768392000,"model":"gpt-4.1","choices":[]}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-DONE-002"
    severity = Severity.ERROR
    source = "SDKs stop at it, the AI SDK does not (measured)"
    on = (AFTER_DONE,)
    exercised_by = (DONE,)
    supersedes = (
        "SSE-JSON-001", "SSE-JSON-002", "SSE-DONE-003", "SSE-COMM-001", "SSE-EVENT-001", "SSE-EVENT-002",
        "SSE-EVENT-003", "SSE-EVENT-004", "SSE-EVENT-005", "CHAT-ID-001", "CHAT-MODEL-001", "CHAT-OBJ-003",
        "CHAT-CREATED-001", "CHAT-FP-001", "CHAT-CHOICE-002", "CHAT-USE-002", "CHAT-USE-003", "RESP-LIFE-006",
    )  # fmt: skip

    def observe(self, case: Case[Any]) -> Found:
        """Judge one event."""
        done = case.wire.done_event
        return self.finding(
            case, "An event comes after `[DONE]`.", expected="the end", found="an event", pointer="",
            earlier=Mark.of(done) if done is not None else None, subject="after",
        )  # fmt: skip


class DoneSpelling(Rule[Any]):
    r"""`[DONE]` is spelled otherwise, or its block has an `event` line.

    ## Why it matters
    openai-python looks whether the data begins with these six bytes, the AI SDK whether it is exactly they. Quotes,
    spaces or small letters make one or both take it for a payload, which is no JSON object: the stream ends with an
    exception after the whole answer has come. With an `event` line, `EventSource` hands it to another listener.

    ## Violates
    ```example
    stream: chat/text
    raw -1: "[DONE]"
    ```

    ```example
    stream: chat/text
    block -1: event: done\ndata: [DONE]\n\n
    ```

    ```example
    stream: chat/text
    raw -1: [done]
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "SSE-DONE-003"
    severity = Severity.ERROR
    source = "openai-python: startswith('[DONE]'); AI SDK: equality"
    on = (NOT_JSON, NOT_OBJECT, DONE)
    exercised_by = (DONE,)
    supersedes = ("SSE-JSON-001", "SSE-JSON-002")

    def observe(self, case: Case[Any]) -> Found:
        """Judge one sentinel, or what is meant as one."""
        event = case.event
        if event is None:
            return None
        if event.data == b"[DONE]":
            if event.event is None:
                return None
            return self.finding(
                case, f"`[DONE]` has the line `event: {event.event}`.", expected="no event line",
                found=f"event: {event.event}", subject="event line",
            )  # fmt: skip
        if case.wire.fault is not Fault.DONE:
            return None
        return self.finding(
            case,
            f"`[DONE]` is spelled {event.text!r}.",
            expected="[DONE]",
            found=event.text,
            subject="spelling",
        )


class DoneInResponses(Rule[Any]):
    """A Responses stream has `[DONE]` where the profile has none, or lacks it where it is demanded.

    ## Why it matters
    The two sources contradict each other: OpenAI's Responses streams never have one (0 of 524 recorded ones), Open
    Responses says that the terminal event must be the literal `[DONE]`. So the profile decides: openai wants none,
    openresponses wants it last, compat takes both. Clients that take every payload for an object with a `type` fail
    on it.

    ## Violates
    ```example
    stream: responses/text
    insert after -1: [DONE]
    ```

    ## Conforms
    ```example
    stream: responses/text
    ```

    ## Exceptions
    It is never more than a warning. The option `done` of a profile is "absent" (the default), "required" or "any".
    """

    id = "SSE-DONE-004"
    severity = Severity.WARNING
    source = "Open Responses against 524 recorded OpenAI streams"
    on = (DONE, CLOSE)
    exercised_by = (CLOSE,)
    dialects = ("responses",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the first sentinel, and the end."""
        wanted = self.options.get("done", "absent")
        if case.event is not None:
            if wanted != "absent" or case.wire.done > 1:
                return None
            return self.finding(
                case,
                "A Responses stream ends with `[DONE]`.",
                expected="no [DONE]",
                found="[DONE]",
                subject="present",
            )
        if wanted != "required" or case.wire.done or case.left_early:
            return None
        found = self.finding(
            case,
            "The stream ends without `[DONE]`.",
            expected="data: [DONE]",
            found="the end",
            subject="missing",
        )
        return at_event(found, case.wire.last)
