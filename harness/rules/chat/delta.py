"""CHAT-DELTA and CHAT-ROLE: the shape of a delta, and who speaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, shown, signal_of
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class DeltaObject(ChatRule):
    """A choice has no `delta`, or one that is not an object.

    ## Why it matters
    Every client reads `choice.delta.content`; openai-python raises AttributeError on null. Filters that add a choice
    of their own at the end tend to leave it out (biorouter#326).

    ## Violates
    ```example
    stream: chat/text
    event 2: choices.0.delta = null
    ```

    ```example
    stream: chat/text
    event 0: - choices.0.delta
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## How to mend
    Send `{}` where there is nothing to say.
    """

    id = "CHAT-DELTA-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, `choices[].delta`; measured with openai-python 3.52.0; biorouter#326"
    on = (MALFORMED,)

    def observe(self, case: Case[ChatStream]) -> Found:
        """No object."""
        return self.misfit(case)


class FinishKeyAbsent(ChatRule):
    """A choice lacks the key `finish_reason`.

    ## Why it matters
    The key is required, and null until the end. Clients in typed languages reject the chunk (vllm#19650,
    mlflow#23139); those in others read undefined where they compare with null, and take the first chunk for the last.

    ## Violates
    ```example
    stream: chat/text
    event 2: - choices.0.finish_reason
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    The last chunk of a stream with audio, which has only `expires_at`, does without (recorded: ChatWithAudio). xAI,
    z.ai, Perplexity, Cerebras and Snowflake leave it out, and most clients bear it: a warning.
    """

    id = "CHAT-DELTA-002"
    severity = Severity.WARNING
    source = "OpenAI API reference, `choices[].finish_reason` (required, nullable); vllm#19650, mlflow#23139"
    on = ("finish-key-absent",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """The key is not there."""
        return self.finding(
            case, "The choice has no key `finish_reason`.", expected="null", found="no such key"
        )


class LogprobsKeyAbsent(ChatRule):
    """The first chunk of a choice lacks the key `logprobs`.

    ## Why it matters
    Older models of OpenAI always send it, as null, and clients generated from those streams require it. The reference
    lets it be absent.

    ## Violates
    ```example
    stream: chat/bare
    event 0: - choices.0.logprobs
    ```

    ## Conforms
    ```example
    stream: chat/bare
    ```

    ## Exceptions
    OpenAI's reasoning models, gpt-5 and search models leave it out as well: this is worth knowing and no more. In a
    stream with audio nothing is said.
    """

    id = "CHAT-DELTA-003"
    severity = Severity.INFO
    source = (
        "recorded from api.openai.com: present with gpt-3.5 to gpt-4.1, absent with gpt-5 and the o-series"
    )
    on = ("choice-opened",)
    exercised_by = ("choice-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """The key is not there."""
        if case.stream.audio or not (entry := shown(case)) or "logprobs" in entry:
            return None
        return self.finding(case, "The choice has no key `logprobs`.", expected="null", found="no such key")


class DeltaKeys(ChatRule):
    """A delta has a key that the OpenAI API does not have.

    ## Why it matters
    Extensions are legal, and clients pass over them; but openai-python joins every text it finds in a delta, so an
    extension must come in increments like the content does. A gateway that drops the key loses what is in it, most
    often the reasoning.

    ## Violates
    ```example
    stream: chat/text
    event 1: choices.0.delta.token_id = 42
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    A profile may name keys that are expected in the option `extensions`, a list.
    """

    id = "CHAT-DELTA-004"
    severity = Severity.INFO
    source = "OpenAI API reference, the chat completion chunk object; openai-python 3.52.0, accumulate_delta"
    on = ("delta-extra",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A key that is not in the types."""
        signal = signal_of(case)
        if signal.about in self.options.get("extensions", ()):
            return None
        return self.finding(case, f"The delta has the key `{signal.about}`.", found=signal.found)


class RoleMissing(ChatRule):
    """The first delta of a choice has no role.

    ## Why it matters
    openai-node's stream helper throws `missing role for choice` at the end, after all text was shown; frameworks that
    build a message from the deltas have none to build.

    ## Violates
    ```example
    stream: chat/text
    drop 0
    event 1: choices.0.delta.content = ""
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Where the first entry of a choice has no delta, CHAT-DELTA-001 says so, and the role may have been in it: recorded
    from Azure (dd-trace-py, `azure-chat-completion-streamed`), whose filter puts its verdict in the place of the delta.

    ## How to mend
    Send `{"role":"assistant","content":""}` first, also where the upstream has no such event.
    """

    id = "CHAT-ROLE-001"
    severity = Severity.ERROR
    source = "openai-node 6.49.0, ChatCompletionStream; recorded from all 530 OpenAI streams"
    on = ("role-missing",)
    exercised_by = ("choice-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """No role at the start."""
        message = "The first delta of the choice has no role."
        return self.finding(case, message, expected='"role":"assistant"', found="no role")


class RoleRepeated(ChatRule):
    """The role comes again in a later delta.

    ## Why it matters
    openai-python joins all texts of the deltas: its helper makes `assistantassistant` of a role that comes twice.
    Other clients begin a new message at each role (logfire#545).

    ## Violates
    ```example
    stream: chat/text
    event 2: choices.0.delta.role = "assistant"
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Streams with audio repeat it once (recorded: ChatWithAudio). OpenRouter, Hugging Face, Snowflake, Perplexity and
    z.ai send it in every chunk, and clients that do not join it bear it: a warning.
    """

    id = "CHAT-ROLE-002"
    severity = Severity.WARNING
    source = "measured with openai-python 3.52.0; logfire#545"
    on = ("role-repeated",)
    exercised_by = ("choice-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """A second role."""
        return self.finding(case, "The role comes again.", expected="no role", found='"role":"assistant"')


class RoleOther(ChatRule):
    """The role is not `assistant`.

    ## Why it matters
    What a model says has this role and no other. The AI SDK checks it and drops the chunk with its text; an empty one
    is no better (opencode#28427).

    ## Violates
    ```example
    stream: chat/text
    event 0: choices.0.delta.role = ""
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "CHAT-ROLE-003"
    severity = Severity.ERROR
    source = "OpenAI API reference, `delta.role`; AI SDK, openai-compatible chunk schema; opencode#28427"
    on = ("role-other", MALFORMED)
    exercised_by = ("choice-opened",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Another role."""
        signal = case.signal
        if signal is None:
            return self.misfit(case)
        return self.finding(
            case, f"The role is {signal.found!r}.", expected="assistant", found=repr(signal.found)
        )
