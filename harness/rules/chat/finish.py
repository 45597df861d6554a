"""CHAT-FIN: how a choice ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.signal import Mark
from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, choice_of, many, signal_of
from harness.rules.chat.tool_arguments import calls_with_json, documents
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case

REASONS = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
"""The finish reasons of the OpenAI API."""


class FinishOnce(ChatRule):
    """A choice does not have exactly one finish reason.

    ## Why it matters
    It says that the answer is whole. Where it is missing, openai-node and the AI SDK fail after all text was shown, and
    openai-python hands out an answer that may be half (vllm#27572, litellm#10686). Where it comes twice, clients that
    act on it act twice (langchainjs#11054).

    ## Violates
    ```example
    stream: chat/text
    event 5: choices.0.finish_reason = null
    ```

    ```example
    stream: chat/text
    repeat 5
    ```

    The client closes at `[DONE]`, as most do, and has seen all that it will:

    ```example
    stream: chat/text
    event 5: choices.0.finish_reason = null
    ending: client_close after 1 s
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ```example
    stream: chat/audio
    ```

    ## Exceptions
    A stream with audio has none (recorded: ChatWithAudio), and none is due after an error inside the stream. Where the
    client left before `[DONE]`, or the end was lost, nothing is said. A missing one is reported at the last event of the stream,
    where it was due (recorded from Snowflake, pydantic-ai `snowflake-thinking-streaming`).
    """

    id = "CHAT-FIN-001"
    severity = Severity.ERROR
    source = (
        "OpenAI API reference, `finish_reason`; vllm#27572, litellm#10686, opencode#43882, langchainjs#11054"
    )
    on = ("unfinished", "finish-repeated")
    exercised_by = ("choice-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """None, or one too many."""
        signal = signal_of(case)
        choice = choice_of(case)
        if signal.kind == "finish-repeated":
            message = f"Choice {choice.index} has ended with {choice.finish!r}, and ends again."
            return self.finding(
                case, message, expected="one finish reason", found="a second one", subject="again"
            )
        if case.end_unseen or case.wire.truncated:
            return None
        message = f"Choice {choice.index} has no finish reason."
        last = case.wire.last
        return self.finding_at(
            case, Mark.of(last) if last is not None else choice.opened, message,
            pointer="", expected="a finish reason", found="none", earlier=choice.opened, subject="none",
        )  # fmt: skip


class FinishReasonUnknown(ChatRule):
    """A finish reason is none of those of the OpenAI API.

    ## Why it matters
    Clients in typed languages hold it in an enumeration and reject others; the rest treat what they do not know as an
    error or as `stop`. Gateways forget to translate the upstream's word, or its hyphen (ollama#4357, eliza#12945).

    ## Violates
    ```example
    stream: chat/text
    event 5: choices.0.finish_reason = "end_turn"
    ```

    ```example
    stream: chat/text
    event 2: choices.0.finish_reason = ""
    ```

    ## Conforms
    ```example
    stream: chat/length
    ```

    ## Exceptions
    `error`, which OpenRouter sends for a stream that failed, is a warning.
    """

    id = "CHAT-FIN-002"
    severity = Severity.ERROR
    source = "OpenAI API reference, `finish_reason`; ollama#4357, eliza#12945"
    on = ("choice-finished", "finish-reason-empty", MALFORMED)
    exercised_by = ("choice-finished",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Compare it with those that are known."""
        signal = case.signal
        if signal is None:
            return self.misfit(case)
        finish = choice_of(case).finish if signal.kind == "choice-finished" else ""
        if finish in REASONS:
            return None
        return self.finding(
            case,
            f"The finish reason is {finish!r}.",
            expected=", ".join(sorted(REASONS)),
            found=repr(finish),
            severity=Severity.WARNING if finish == "error" else None,
            subject=f"finish {finish}",
        )


class ContentAfterFinish(ChatRule):
    """Text or a tool call comes for a choice that has ended.

    ## Why it matters
    Clients close the message at the finish reason. What comes later is lost, or opens a second message
    (litellm#2195, gcli2api#403). It is what a gateway does that gives every chunk a `stop` (litellm#31634).

    ## Violates
    ```example
    events:
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"Hel"},"logprobs":null,"finish_reason":"stop"}]}
    {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"lo"},"logprobs":null,"finish_reason":"stop"}]}
    [DONE]
    ```

    ## Conforms
    ```example
    stream: chat/two_choices
    ```
    """

    id = "CHAT-FIN-003"
    severity = Severity.ERROR
    source = "OpenAI API reference, `finish_reason`; gcli2api#403, litellm#2195, litellm#31634"
    on = ("after-finish",)
    exercised_by = ("choice-finished",)
    supersedes = ("CHAT-FIN-001",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Something after the end."""
        signal = signal_of(case)
        what = signal.pointer.rpartition("/")[2]
        message = f"`{what}` comes after the choice has ended with {choice_of(case).finish!r}."
        return self.finding(case, message, expected="nothing", found=what)


class FinishDeltaFilled(ChatRule):
    """The chunk with the finish reason also carries text or a tool call.

    ## Why it matters
    OpenAI's delta is `{}` there. Clients and gateways that stop reading at a finish reason lose what stands beside it:
    the last word, or the end of the arguments (vllm#36944, new-api#6046).

    ## Violates
    ```example
    stream: chat/text
    event 5: choices.0.delta = {"content":"!"}
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Many servers do this, and well-made clients bear it: a warning. An empty text or a role beside it carries nothing,
    and is not reported.

    ## How to mend
    Send the last piece in a chunk of its own, and then the finish reason.
    """

    id = "CHAT-FIN-004"
    severity = Severity.WARNING
    source = "recorded from api.openai.com: 532 of 532 are empty; vllm#36944, new-api#6046"
    on = ("finish-delta-filled",)
    exercised_by = ("choice-finished",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Something beside the finish reason."""
        signal = signal_of(case)
        message = f"The chunk with the finish reason also has `{signal.found}`."
        return self.finding(case, message, expected="an empty delta", found=signal.found)


class FinishStopAfterTools(ChatRule):
    """A choice with tool calls does not end with `tool_calls`.

    ## Why it matters
    Agents run tools when they read `tool_calls`, and show the answer when they read `stop`: so the call is never run
    (vllm#9209, litellm#12249, mlx-vlm#990).

    ## Violates
    ```example
    stream: chat/tool
    event 6: choices.0.finish_reason = "stop"
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ```example
    stream: chat/named_tool
    ```

    ## Exceptions
    Where the request forces one tool by name, OpenAI itself ends with `stop` (recorded 13 of 13 times). Where the
    request is not known, it is therefore a warning. `length` and `content_filter` may end any choice.
    """

    id = "CHAT-FIN-005"
    severity = Severity.ERROR
    source = "OpenAI API reference, `finish_reason`; vllm#9209, litellm#12249, litellm#12862, mlx-vlm#990"
    on = ("choice-finished",)
    exercised_by = ("call-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Calls, and another reason."""
        choice, asked = choice_of(case), case.asked
        if not choice.calls or choice.finish not in {"stop", "function_call"}:
            return None
        if choice.finish == "stop" and asked is not None and asked.tool_choice == "named":
            return None
        milder = Severity.WARNING if asked is None and choice.finish == "stop" else None
        message = f"The choice has {many(len(choice.calls), 'tool call')} and ends with {choice.finish!r}."
        return self.finding(
            case,
            message,
            expected="tool_calls",
            found=choice.finish,
            severity=milder,
            subject=str(choice.finish),
        )


class FinishToolCallsWithout(ChatRule):
    """A choice ends with `tool_calls` and calls nothing.

    ## Why it matters
    Agents take the first call without looking and fail, or run none and ask the model again, for ever. The call was
    lost on the way: in most cases a gateway read the reason and not the event with the call.

    ## Violates
    ```example
    stream: chat/text
    event 5: choices.0.finish_reason = "tool_calls"
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ```example
    stream: chat/function_call
    ```
    """

    id = "CHAT-FIN-006"
    severity = Severity.ERROR
    source = "OpenAI API reference, `finish_reason`"
    on = ("choice-finished",)
    exercised_by = ("choice-finished",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """The reason, and no call."""
        choice = choice_of(case)
        if choice.finish not in {"tool_calls", "function_call"} or choice.called:
            return None
        message = f"The choice ends with {choice.finish!r} and has no call."
        return self.finding(case, message, expected="a call", found="none", subject=choice.finish)


class TruncatedCallFinished(ChatRule):
    """A tool call that the token limit cut off ends with `tool_calls` instead of `length`.

    ## Why it matters
    `tool_calls` says that the arguments are whole. Agents parse them and fail with a parse error, where `length` would
    have told them to raise the limit (vllm#53269).

    ## Violates
    ```example
    stream: chat/tool_length
    event 4: choices.0.finish_reason = "tool_calls"
    ```

    ## Conforms
    ```example
    stream: chat/tool_length
    ```

    ## Exceptions
    It takes a request with a limit, a usage that has reached it, and arguments that are no JSON; CHAT-TOOL-009 speaks
    where the limit is not known.
    """

    id = "CHAT-FIN-007"
    severity = Severity.ERROR
    source = "OpenAI API reference, `finish_reason`; vllm#53269"
    on = ("usage",)
    exercised_by = ("usage",)
    needs = ("request",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Judge when the usage comes, which is after the choices."""
        if not _reached(case):
            return None
        for choice in case.stream.choices.values():
            if choice.finish != "tool_calls":
                continue
            for call in calls_with_json(choice):
                if call.arguments.text and documents(call.arguments.text) is None:
                    message = f"The limit cut off the arguments of {call.name!r}, and the choice ends with {choice.finish!r}."
                    return self.finding_at(
                        case, choice.finished, message, pointer=f"/choices/{choice.index}/finish_reason",
                        expected="length", found=choice.finish, subject="cut",
                    )  # fmt: skip
        return None


class TruncationAsStop(ChatRule):
    """The answer has used up its token limit and does not end with `length`.

    ## Why it matters
    Most likely it was cut, and the client is told that it is whole: it will not ask for the rest.

    ## Violates
    ```example
    stream: chat/length
    event 5: choices.0.finish_reason = "stop"
    ```

    ## Conforms
    ```example
    stream: chat/length
    ```

    ## Exceptions
    An answer may need exactly as many tokens as it was given; hence no more than a remark.
    """

    id = "CHAT-FIN-008"
    severity = Severity.INFO
    source = "OpenAI API reference, `max_completion_tokens`"
    on = ("usage",)
    exercised_by = ("usage",)
    needs = ("request",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Judge when the usage comes, which is after the choices."""
        choices = list(case.stream.choices.values())
        if not _reached(case) or len(choices) != 1 or choices[0].finish not in {"stop", "tool_calls"}:
            return None
        finish, limit = choices[0].finish, (case.asked.max_tokens if case.asked else None) or 0
        message = f"The limit of {many(limit, 'token')} is used up, and the choice ends with {finish!r}."
        return self.finding(case, message, expected="length", found=finish, subject="limit")


def _reached(case: Case[ChatStream]) -> bool:
    """Whether the usage has reached the request's limit."""
    usage: Any = case.stream.usage
    limit = case.asked.max_tokens if case.asked is not None else None
    used = usage.get("completion_tokens") if isinstance(usage, dict) else None
    return limit is not None and isinstance(used, int) and used >= limit > 0
