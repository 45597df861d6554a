"""CHAT-CONT: the text of an answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule, choice_of, quoted, shown, signal_of
from harness.rules.rule import MALFORMED, WHOLE, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case

_MARKUP = re.compile(
    r"</?tool_calls?>|<\|(?:im_start|im_end|eot_id|start_header_id|python_tag|channel|assistant)\|>"
    r"|\[TOOL_CALLS\]|<function=[\w.-]+>|<\uff5ctool\u2581[^\uff5c]*\uff5c>"
)
"""Markup with which chat templates write calls and turns (Qwen and Hermes, Llama, Mistral, gpt-oss, DeepSeek)."""


class ContentText(ChatRule):
    """The content of a delta is neither a text nor null.

    ## Why it matters
    openai-python's helper raises RuntimeError on an array, and openai-node makes `[object Object]` of it. Mistral sends
    arrays with the thinking of its reasoning models.

    ## Violates
    ```example
    stream: chat/text
    event 2: choices.0.delta.content = [{"type":"text","text":" and"}]
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## How to mend
    Send text in `content`, and reasoning in a key of its own.
    """

    id = "CHAT-CONT-001"
    severity = Severity.ERROR
    source = "OpenAI API reference, `delta.content`; measured with two SDKs; recorded from Mistral"
    on = (MALFORMED,)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Content of another type."""
        return self.misfit(case)


class ContentCumulative(ChatRule):
    """The deltas are snapshots of the text so far, and not what is new.

    ## Why it matters
    Clients append what they get: of `H`, `He`, `Hel` they make `HHeHel` (xinference#1215). It happens where an engine
    hands out the whole text at each step.

    ## Violates
    ```example
    stream: chat/bare
    event 1: choices.0.delta.content = "Red"
    event 2: choices.0.delta.content = "Red and"
    event 3: choices.0.delta.content = "Red and blue"
    event 4: choices.0.delta.content = "Red and blue."
    ```

    ## Conforms
    ```example
    stream: chat/bare
    ```

    ## Exceptions
    It is a guess from the first deltas, up to the first that does not begin with the one before it: at least three of
    them must grow so, and the choice must end that way. A server that begins to send snapshots later is not noticed.
    """

    id = "CHAT-CONT-002"
    severity = Severity.ERROR
    source = "OpenAI API reference, `delta`; xinference#1215"
    on = ("content-cumulative",)
    exercised_by = ("choice-finished",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Each delta begins with the one before."""
        signal = signal_of(case)
        message = "Each delta begins with the text of the one before it."
        return self.finding(case, message, expected="increments", found=signal.found)


class MarkupInContent(ChatRule):
    """Markup of a chat template stands in the text of an answer, where tools were declared.

    ## Why it matters
    A model writes its calls in the markup of its template, and the server is to parse them. When it does not, the user
    sees `<tool_call>` and the tool is never called (vllm#36445).

    ## Violates
    ```example
    stream: chat/text
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"tools":[{"type":"function","function":{"name":"get_weather"}}]}
    event 2: choices.0.delta.content = "<tool_call>"
    ```

    ## Conforms
    ```example
    stream: chat/tool
    ```

    ## Exceptions
    A model may be asked about templates; so it is a warning, and only where the request declares tools.
    """

    id = "CHAT-CONT-003"
    severity = Severity.WARNING
    source = "vllm#36445"
    on = ("choice-finished",)
    exercised_by = ("choice-finished",)
    needs = ("request",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Look for it in the finished text."""
        choice = choice_of(case)
        if case.asked is None or not case.asked.has_tools or not len(choice.content):
            return None
        found = _MARKUP.search(choice.content.text)
        if found is None:
            return None
        message = f"The text has {quoted(found[0])}."
        return self.finding(
            case, message, expected="a tool call, or plain text", found=found[0], subject="markup"
        )


class StopStringInContent(ChatRule):
    """The text has a stop string that the request named.

    ## Why it matters
    A stop string ends the answer and is not part of it. Agents that split on it see it twice or go on past it
    (aprender#2019).

    ## Violates
    ```example
    stream: chat/text
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"stop":[" blue"]}
    ```

    ```example
    request: {"model":"m","stop":["five"]}
    body:
    {"id":"chatcmpl-1","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"four five","refusal":null},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}
    ```

    ## Conforms
    ```example
    stream: chat/text
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"stop":["END"]}
    ```

    ## Exceptions
    vLLM keeps it where the request says `include_stop_str_in_output`.
    """

    id = "CHAT-CONT-004"
    severity = Severity.WARNING
    source = (
        'OpenAI API reference, `stop`: "The returned text will not contain the stop sequence"; aprender#2019'
    )
    streamed: ClassVar[bool | None] = None
    on = ("choice-finished", WHOLE)
    exercised_by = ("choice-finished", "completion")
    needs = ("request",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Look for them in the finished text."""
        asked = case.asked
        if asked is None or not asked.stop or asked.body.get("include_stop_str_in_output"):
            return None
        told = [choice_of(case).content.text] if case.streamed else _texts(case)
        found = next((one for text in told for one in asked.stop if one and one in text), None)
        if found is None:
            return None
        return self.finding(
            case, f"The text has the stop string {quoted(found)}.", found=found, subject="stop"
        )


def _texts(case: Case[ChatStream]) -> list[str]:
    """The texts of a whole answer; none of one that does not fit its schema, since that is said of it."""
    if case.problems:
        return []
    choices: Any = case.body.get("choices")
    messages = [one["message"] for one in choices or ()]
    return [text for one in messages if isinstance(text := one.get("content"), str)]


class FirstContentAbsent(ChatRule):
    """The first delta of a choice lacks the key `content`.

    ## Why it matters
    OpenAI sends it, empty before text and null before tool calls, and some clients read it without looking
    (cline#12132 stops there). The reference lets it be absent.

    ## Violates
    ```example
    stream: chat/text
    event 0: - choices.0.delta.content
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ## Exceptions
    Streams with audio do without.
    """

    id = "CHAT-CONT-005"
    severity = Severity.INFO
    source = "recorded from api.openai.com; cline#12132"
    on = ("choice-opened",)
    exercised_by = ("choice-opened",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """The key is not there."""
        delta = shown(case).get("delta")
        if case.stream.audio or not isinstance(delta, dict) or "content" in delta:
            return None
        message = "The first delta has no key `content`."
        return self.finding(case, message, expected='"" or null', found="no such key")


class EmptyTurn(ChatRule):
    """A choice ends with `stop` and says nothing: no text, refusal, reasoning, audio or call.

    ## Why it matters
    Agents take it for an answer, find none, and stop or loop (adk-python#6195). It is what a gateway makes of an
    upstream event that it does not know.

    ## Violates
    ```example
    stream: chat/bare
    drop 1
    drop 2
    drop 3
    drop 4
    ```

    ## Conforms
    ```example
    stream: chat/bare
    ```

    ## Exceptions
    A model may really have nothing to say; hence a warning.
    """

    id = "CHAT-CONT-006"
    severity = Severity.WARNING
    source = "adk-python#6195"
    on = ("choice-finished",)
    exercised_by = ("choice-finished",)
    from_history = True

    def observe(self, case: Case[ChatStream]) -> Found:
        """Nothing was said."""
        choice = choice_of(case)
        if choice.finish != "stop" or choice.says_something or case.stream.audio:
            return None
        return self.finding(
            case, "The choice ends with `stop` and is empty.", expected="anything", subject="empty"
        )
