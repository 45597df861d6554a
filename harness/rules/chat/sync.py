"""CHAT-SYNC: answers without a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from harness.dialects.chat.fragments import tool_of
from harness.findings import Severity
from harness.jsonvalue import try_parse
from harness.rules.chat import counting
from harness.rules.chat.chat_rule import ChatRule, many, quoted
from harness.rules.chat.finish import REASONS
from harness.rules.chat.tool_arguments import CUT
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
        """What does not fit, and what fits and is wrong: a member that misfits says nothing of the others."""
        if case.request is not None and case.request.method not in {"POST", ""}:
            return None  # the list of stored answers, or one that is taken from it: other shapes hold
        misfit = self.misfit(case) if case.problems else None
        if not isinstance(case.body.get("choices"), list):
            return misfit  # no answer at all: that is one thing, and said already
        return (*(() if misfit is None else (misfit,)), *self.judge(case))

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """Judge those members of an answer that fit its schema."""
        del case
        yield from ()


def _fits(case: Case[ChatStream], pointer: str) -> bool:
    """Whether a member fits the schema, with all that it holds and all that holds it."""
    for one in case.problems:
        place = f"{one.pointer}/{one.field}" if one.keyword == "required" else one.pointer
        if f"{place}/".startswith(f"{pointer}/") or f"{pointer}/".startswith(f"{place}/"):
            return False
    return True


def _messages(case: Case[ChatStream]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The messages that are objects, each with its pointer."""
    choices: Any = case.body.get("choices")
    for position, choice in enumerate(choices):
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict):
            yield f"/choices/{position}/message", message


def _calls(case: Case[ChatStream], pointer: str, message: dict[str, Any]) -> Iterator[tuple[int, Any]]:
    """The calls of a message that fit, each with its number; `pointer` is the message's."""
    calls = message.get("tool_calls")
    for position, call in enumerate(calls if isinstance(calls, list) else ()):
        if _fits(case, f"{pointer}/tool_calls/{position}"):
            yield position, call


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

    ```example
    request: {"model":"m","tools":[{"type":"function","function":{"name":"f"}}]}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_text
    ```

    ```example
    stream: chat/whole_two_choices
    ```

    ## Exceptions
    A call that the request forces by its name ends with `stop` at OpenAI. What the reason has to fit is what CHAT-FIN-005
    and CHAT-FIN-006 say of streams.
    """

    id = "CHAT-SYNC-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion object"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """No choice, or a finish reason that nobody knows."""
        choices: Any = case.body.get("choices")
        if not choices and _fits(case, "/choices"):
            yield self.finding(
                case, "The answer has no choice.", pointer="/choices", expected="a choice", found="[]"
            )
        fitting = all(_fits(case, f"/choices/{position}/index") for position in range(len(choices)))
        indexes = [choice["index"] for choice in choices] if fitting else []
        if fitting and sorted(indexes) != list(range(len(indexes))):
            yield self.finding(
                case, f"The choices have the {_many_indexes(indexes)}; they are counted from 0.", pointer="/choices",
                expected=", ".join(map(str, range(len(indexes)))), found=", ".join(map(str, indexes)),
                subject="indexes of choices",
            )  # fmt: skip
        for position, choice in enumerate(choices):
            if not _fits(case, f"/choices/{position}/finish_reason"):
                continue
            if (finish := choice["finish_reason"]) not in REASONS:
                yield self.finding(
                    case, f"The finish reason is {finish!r}.", pointer=f"/choices/{position}/finish_reason",
                    expected=", ".join(sorted(REASONS)), found=repr(finish),
                )  # fmt: skip
            elif isinstance(choice.get("message"), dict):
                yield from self._finish(case, position, choice["message"], finish)

    def _finish(
        self, case: Case[ChatStream], position: int, message: dict[str, Any], finish: str
    ) -> Iterator[Finding]:
        """A reason that is known, and does not fit what the message holds: CHAT-FIN-005 and CHAT-FIN-006."""
        calls, asked, pointer = message.get("tool_calls"), case.asked, f"/choices/{position}/finish_reason"
        forced = asked is not None and asked.tool_choice == "named"
        if not _fits(case, f"/choices/{position}/message/tool_calls"):
            return
        if calls and (finish == "function_call" or (finish == "stop" and not forced)):
            yield self.finding(
                case, f"The choice has {many(len(calls), 'tool call')} and ends with {finish!r}.", pointer=pointer,
                expected="tool_calls", found=finish, subject="calls and another reason",
                severity=Severity.WARNING if asked is None and finish == "stop" else None,
            )  # fmt: skip
        elif finish in {"tool_calls", "function_call"} and not calls and not message.get("function_call"):
            yield self.finding(
                case, f"The choice ends with {finish!r} and has no call.", pointer=pointer, expected="a call",
                found="none", subject="no call",
            )  # fmt: skip


def _many_indexes(indexes: list[int]) -> str:
    return f"{'index' if len(indexes) == 1 else 'indexes'} {', '.join(map(str, indexes))}"


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
            if _fits(case, f"{pointer}/role") and (role := message["role"]) != "assistant":
                yield self.finding(
                    case,
                    f"The role is {role!r}.",
                    pointer=f"{pointer}/role",
                    expected="assistant",
                    found=repr(role),
                )
            if "refusal" not in message and _fits(case, f"{pointer}/refusal"):
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

    Two calls under one id:

    ```example
    request: {"model":"m","tools":[{"type":"function","function":{"name":"f"}}]}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}},{"id":"call_1","type":"function","function":{"name":"f","arguments":"{}"}}]},"finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}
    ```

    ## Conforms
    ```example
    stream: chat/whole_tool
    ```

    ```example
    request: {"model":"m","max_tokens":9,"tools":[{"type":"function","function":{"name":"f"}}]}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":"}}]},"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":9,"total_tokens":10}}
    ```

    ## Exceptions
    Arguments that are text and not JSON are a warning, as in streams (CHAT-TOOL-009): the model may have written them so.
    Where the answer was cut by its length or by a filter, they are cut as well, and nothing is wrong.
    """

    id = "CHAT-SYNC-003"
    severity = Severity.ERROR
    source = "OpenAI API reference, the chat completion object; AI SDK response schema"

    def judge(self, case: Case[ChatStream]) -> Iterator[Finding]:
        """Ids and names that are empty, ids that are shared, types that nobody knows, arguments that are no JSON."""
        for pointer, message in _messages(case):
            known: set[str] = set()
            choice: Any = case.body["choices"][int(pointer.split("/")[2])]  # type: ignore[index]
            finish = choice.get("finish_reason")
            cut = isinstance(finish, str) and finish in CUT
            for position, call in _calls(case, pointer, message):
                for what in _wrong_with(call, known, cut=cut):
                    yield self.finding(
                        case, f"Tool call {position} {what.said}.", pointer=f"{pointer}/tool_calls/{position}",
                        expected=what.expected, found=what.found, subject=what.subject, severity=what.severity,
                    )  # fmt: skip
                known.add(call.get("id") or "")


class _Wrong(NamedTuple):
    subject: str
    said: str
    expected: str
    found: str
    severity: Severity | None = None


def _wrong_with(call: dict[str, Any], known: set[str], *, cut: bool) -> Iterator[_Wrong]:
    """What is wrong with a call, but for its shape; `known` are the ids of the calls before it.

    Where the answer was `cut`, arguments may break off.
    """
    holder, identity, kind = tool_of(call), call.get("id"), call.get("type")
    for name, value in (("id", identity), ("name", holder.get("name"))):
        if not value:
            yield _Wrong(name, f"has no {name}", name, "none")
    if identity and identity in known:
        yield _Wrong(
            "id shared", f"has the id of another call, {identity!r}", "an id of its own", str(identity)
        )
    if kind not in {"function", "custom"}:
        yield _Wrong("type", f"has the type {kind!r}", "function or custom", repr(kind))
    arguments = holder.get("arguments")
    if (
        kind == "function"
        and not cut
        and isinstance(arguments, str)
        and not try_parse(arguments.encode("utf-8", "replace"))[0]
    ):
        said = f"has arguments that are not JSON: {quoted(arguments)}"
        yield _Wrong("arguments", said, "JSON", arguments, Severity.WARNING)


class WholeUsage(_WholeRule):
    """A whole answer has no usage, or one that does not add up.

    ## Why it matters
    Without a stream the usage is always there, and billing reads it without looking. Where it is missing,
    `answer.usage.total_tokens` is an AttributeError in openai-python, which has None there.

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
        if not _fits(case, "/usage"):
            return
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
            if isinstance(choice, dict) and "delta" in choice:
                where = f"/choices/{position}/delta"
                yield self.finding(
                    case, "The choice has a `delta`.", pointer=where, expected="message", found="delta"
                )
        for pointer, message in _messages(case):
            for position, call in _calls(case, pointer, message):
                if "index" in call:
                    where = f"{pointer}/tool_calls/{position}/index"
                    yield self.finding(
                        case,
                        "The tool call has an index.",
                        pointer=where,
                        expected="no such key",
                        found="index",
                    )
