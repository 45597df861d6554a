"""CHAT-SYNC: answers without a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.dialects.chat.fragments import tool_of
from harness.findings import Severity
from harness.rules.chat import counting
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.chat.finish import REASONS
from harness.rules.rule import MALFORMED, WHOLE, Found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.dialects.chat.state import ChatStream
    from harness.findings import Finding
    from harness.rules.case import Case


class _WholeRule(ChatRule):
    """A rule on whole answers."""

    streamed: ClassVar[bool | None] = False
    exercised_by: ClassVar[tuple[str, ...]] = ("completion",)
    on: ClassVar[tuple[str, ...]] = (WHOLE, MALFORMED)

    def observe(self, case: Case[ChatStream]) -> Found:
        """What does not fit, or else what fits and is wrong."""
        if case.request is not None and case.request.method not in {"POST", ""}:
            return None  # the list of stored answers, or one that is taken from it: other shapes hold
        if case.problems:
            return self.misfit(case)
        return tuple(self.judge(case))

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """Judge an answer that fits its schema."""
        del case
        yield from ()


def _messages(case: Case[ChatStream]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The messages, each with its pointer."""
    choices: Any = case.body.get("choices")
    for position, choice in enumerate(choices or ()):
        yield f"/choices/{position}/message", choice["message"]


class WholeShape(_WholeRule):
    """A whole answer lacks what every one has: its constants, a choice, an index, a finish reason.

    ## Why it matters
    Every program reads `choices[0]`. An empty array is an index error in all of them; a finish reason of null hides that
    the answer was cut off.

    ## Violates
    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"finish_reason":null}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    ```

    ```example
    stream: chat/whole_two_choices
    ```
    """

    id = "CHAT-SYNC-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion object"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """No choice, or a finish reason that nobody knows."""
        choices: Any = case.body.get("choices")
        if not choices:
            yield self.finding(
                case, "The answer has no choice.", pointer="/choices", expected="a choice", found="[]"
            )
        for position, choice in enumerate(choices):
            if (finish := choice["finish_reason"]) not in REASONS:
                yield self.finding(
                    case, f"The finish reason is {finish!r}.", pointer=f"/choices/{position}/finish_reason",
                    expected=", ".join(sorted(REASONS)), found=repr(finish),
                )  # fmt: skip


class WholeMessage(_WholeRule):
    """The message of a whole answer has another role, or no text where text belongs.

    ## Why it matters
    The message is sent back as part of the next request; with a role other than `assistant` the conversation changes its
    meaning, and a content that is no text is rejected.

    ## Violates
    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"model","content":"Hi","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    ```

    ## Exceptions
    The key `refusal` is required by the types, and OpenAI sends it since August 2024. Nearly nobody else does, and no
    client is known to mind: its absence is a remark.
    """

    id = "CHAT-SYNC-002"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion object"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """The role, and whether the key `refusal` is there."""
        for pointer, message in _messages(case):
            if (role := message["role"]) != "assistant":
                yield self.finding(
                    case,
                    f"The role is {role!r}.",
                    pointer=f"{pointer}/role",
                    expected="assistant",
                    found=repr(role),
                )
            if "refusal" not in message:
                yield self.finding(
                    case, "The message has no key `refusal`.", pointer=pointer, expected="null", found="no such key",
                    severity=Severity.INFO,
                )  # fmt: skip


class WholeToolCalls(_WholeRule):
    r"""A tool call of a whole answer lacks its id, type, name or arguments, or its arguments are no text.

    ## Why it matters
    The AI SDK rejects the whole answer when arguments are an object; without an id the result cannot be sent back.

    ## Violates
    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":{"x":1}}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_tool
    ```
    """

    id = "CHAT-SYNC-003"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion object; AI SDK response schema"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """Ids and names that are empty."""
        for pointer, message in _messages(case):
            for position, call in enumerate(message.get("tool_calls") or ()):
                holder = tool_of(call)
                for name, value in (("id", call.get("id")), ("name", holder.get("name"))):
                    if not value:
                        where = f"{pointer}/tool_calls/{position}"
                        yield self.finding(
                            case, f"The tool call has no {name}.", pointer=where, expected=name, found="none",
                            subject=name,
                        )  # fmt: skip


class WholeUsage(_WholeRule):
    """A whole answer has no usage, or one that does not add up.

    ## Why it matters
    Without a stream the usage is always there, and billing reads it without looking.

    ## Violates
    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"finish_reason":"stop"}]}
    ```

    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hi","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":3}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    ```

    ## Exceptions
    Sums that are wrong are warnings, as they are in streams (CHAT-USE-007, CHAT-USE-008).
    """

    id = "CHAT-SYNC-004"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion object"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """Whether it is there, and adds up."""
        usage: Any = case.body.get("usage")
        if usage is None:
            yield self.finding(
                case, "The answer has no usage.", pointer="/usage", expected="a usage", found="none"
            )
            return
        for judge, severity in (
            (counting.negative, None), (counting.total, Severity.WARNING), (counting.parts, Severity.WARNING),
        ):  # fmt: skip
            for one in judge(usage):
                yield self.finding(
                    case, one.message, pointer=f"/usage/{one.field}", expected=one.expected, found=one.found,
                    severity=severity,
                )  # fmt: skip


class WholeWithDelta(_WholeRule):
    """A whole answer has keys that belong to chunks: a `delta`, or the index of a tool call.

    ## Why it matters
    They do no harm by themselves. They show that the server puts an answer together from a stream, and where it forgets
    to clean up it may forget more.

    ## Violates
    ```example
    request: {"model":"m"}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"delta":{},"message":{"role":"assistant","content":"Hi","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_tool
    ```
    """

    id = "CHAT-SYNC-005"
    severity = Severity.INFO
    source = "OpenAI API reference, the chat completion object"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """Keys of chunks."""
        choices: Any = case.body.get("choices")
        for position, choice in enumerate(choices):
            if "delta" in choice:
                where = f"/choices/{position}/delta"
                yield self.finding(
                    case, "The choice has a `delta`.", pointer=where, expected="message", found="delta"
                )
        for pointer, message in _messages(case):
            for position, call in enumerate(message.get("tool_calls") or ()):
                if "index" in call:
                    where = f"{pointer}/tool_calls/{position}/index"
                    yield self.finding(
                        case,
                        "The tool call has an index.",
                        pointer=where,
                        expected="no such key",
                        found="index",
                    )
