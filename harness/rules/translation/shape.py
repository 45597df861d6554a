"""XLAT-KEEP, XLAT-ID, XLAT-N, XLAT-EMPTY, XLAT-REQ: the answer's shape is the client's own protocol's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.rule import COMPARE, MALFORMED, MESSAGE, NOT_JSON, Rule
from harness.rules.translation.comparison import (
    Comparison,
    may_be_refused,
    may_be_short,
    shortened,
    upstream_of,
)

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found, Need
    from harness.turn.turn import Turn

_PINGS = frozenset({"ping"})
_ONE_ID = frozenset({"CHAT-ID-001", "RESP-ID-001"})


class KeepAliveAsData(Rule[Any]):
    r"""Something that keeps upstream's connection alive is sent to the client as data.

    ## Why it matters
    A comment in a `data` line, or Anthropic's `ping`, is no event of the client's protocol: the SDKs parse it, and
    raise in the middle of an answer that was well.

    ## Violates
    ```example
    stream: translation/chat_text
    block 1: data: : OPENROUTER PROCESSING\n\n
    --- upstream
    stream: anthropic/text
    event content_block_delta: delta.text = ""
    ```

    ```example
    stream: translation/chat_text
    insert before 2: {"type":"ping"}
    --- upstream
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    ```
    """

    id = "XLAT-KEEP-001"
    severity = Severity.ERROR
    source = "mnfst/llm-gateway#2053"
    on = (NOT_JSON, MALFORMED, "ping")
    exercised_by = (MESSAGE,)
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    supersedes = (
        "SSE-COMM-001", "SSE-JSON-001", "SSE-FIELD-002", "CHAT-OBJ-001", "CHAT-OBJ-002", "CHAT-CHOICE-001",
        "RESP-ENV-003", "RESP-SEQ-001",
    )  # fmt: skip
    dialects = ("chat", "responses")

    def observe(self, case: Case[Any]) -> Found:
        """Look for a comment, or a ping, in the data."""
        data = case.event.data if case.event is not None else b""
        if data.lstrip().startswith(b":"):
            found = "a comment"
        elif case.body.get("type") in _PINGS:
            found = "a ping"
            case.problems = []
        else:
            return None
        return self.finding(
            case,
            f"Data holds {found}, which upstream sent to keep the connection alive.",
            pointer="",
            expected="a comment, or nothing",
            found=data[:60].decode("utf-8", "replace"),
            subject=found,
        )


class IdGivenTwice(Comparison):
    """The answer has one id upstream, and more than one downstream.

    ## Why it matters
    Gateways that make an id for each chunk have one message fall apart into as many as there are chunks: clients that
    tell messages by their id show them so.

    ## Violates
    ```example
    stream: translation/chat_text
    event 2: id = "chatcmpl-another"
    event 3: id = "chatcmpl-yet-another"
    --- upstream
    stream: anthropic/text
    ```

    ```example
    stream: translation/responses_text
    event response.completed: response.id = "resp_another"
    --- upstream
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    ```

    ## Exceptions
    An upstream whose own id changes (recorded: groq's compound models, api.avian.io) cannot be told apart from it.
    """

    id = "XLAT-ID-001"
    severity = Severity.ERROR
    source = "litellm#36375, litellm#38098"
    on = ("chunk", COMPARE)
    supersedes = ("CHAT-ID-001", "RESP-ID-001")
    streamed: ClassVar[bool | None] = True
    from_history = False

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self._ids: dict[str, None] = {}

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream gave one id, or none."""
        del mine
        return len(theirs.ids) <= 1 and _ONE_ID.isdisjoint(upstream_of(case).rules)

    def observe(self, case: Case[Any]) -> Found:
        """Note the id of each chunk; judge at the end."""
        if case.event is None:
            return super().observe(case)
        identity = case.body.get("id")
        if isinstance(identity, str) and identity and len(self._ids) < 3:
            self._ids[identity] = None
        return None

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look whether there is more than one."""
        ids = list(self._ids) or list(mine.ids)
        if len(ids) < 2:
            return None
        upstream = theirs.ids[0] if theirs.ids else "no id"
        return self.told(
            case,
            f"The answer has more than one id; upstream's has {upstream}.",
            expected=ids[0],
            found=ids[1],
        )


class ChoicesMixed(Comparison):
    """Of several choices, one does not arrive under its own index.

    ## Why it matters
    Clients sort by the index. Gateways that number what comes as it comes write two answers into one.

    ## Violates
    ```example
    stream: translation/chat_candidates
    --- upstream
    stream: gemini/candidates
    event 0: candidates.0.index = 1
    event 0: candidates.1.index = 0
    event 1: candidates.0.index = 1
    event 1: candidates.1.index = 0
    ```

    ## Conforms
    ```example
    stream: translation/chat_candidates
    --- upstream
    stream: gemini/candidates
    ```

    ## Exceptions
    Responses has one answer, and cannot carry more: that is a loss, and not judged here.
    """

    id = "XLAT-N-001"
    severity = Severity.ERROR
    source = "vllm#4220"
    supersedes = ("XLAT-TEXT-001", "CHAT-CHOICE-006")
    dialects = ("chat",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream sent more than one choice, and both halves are whole."""
        return len(theirs.choices) > 1 and not may_be_short(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for each choice under its index."""
        here, there = [one.index for one in mine.choices], [one.index for one in theirs.choices]
        if here != there:
            return self.told(
                case,
                f"Upstream sent the choices {there}, and {here} arrived.",
                expected=str(there),
                found=str(here),
            )
        for one in mine.choices:
            own = theirs.choice(one.index)
            # What is blank, or its own but for blanks, is like another's by accident only: it lost something.
            if own is None or not one.text.strip() or own.text.split() == one.text.split():
                continue
            origin = next((other for other in theirs.choices if other.text == one.text), None)
            if own.text != one.text and origin is not None:
                message = f"Choice {one.index} holds the text of upstream's choice {origin.index}."
                return self.told(case, message, expected=shortened(own.text), found=shortened(one.text))
        return None


class EmptyTurnBroken(Comparison):
    """Upstream has nothing to say, and the client is sent an error or something that nobody said.

    ## Why it matters
    An empty answer is legal: after the result of a tool there may be nothing to add. Gateways that fail on it end
    conversations that were well; those that put in words of their own have the model say them ever after.

    ## Violates
    ```example
    stream: translation/chat_text
    event 1: choices.0.delta.content = "(no"
    event 2: choices.0.delta.content = " content"
    event 3: choices.0.delta.content = ")"
    --- upstream
    request: none
    stream: anthropic/empty
    event message_delta: usage.input_tokens = 17
    event message_delta: usage.output_tokens = 16
    ```

    ## Conforms
    ```example
    stream: translation/responses_empty
    --- upstream
    stream: anthropic/empty
    ```

    ## Exceptions
    That such a stream has its beginning and its end is for the rules of the client's own protocol. Where something of
    upstream's stream could not be read, an error may say so.
    """

    id = "XLAT-EMPTY-001"
    severity = Severity.WARNING
    source = "adk-python#6195, envoy#2107"
    supersedes = ("XLAT-TEXT-001", "XLAT-FIN-001")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream came to its end and said nothing."""
        del mine, case
        return (
            theirs.ended == "clean"
            and bool(theirs.choices)
            and all(one.is_empty and one.finish == "stop" for one in theirs.choices)
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for an error, or for words."""
        del theirs
        if may_be_refused(mine, case):
            return None
        if mine.error is not None:
            found = f"an error: {mine.error.message or mine.error.code}"
        elif text := "".join(one.text for one in mine.choices):
            found = f"the text {shortened(text)}"
        else:
            return None
        return self.told(
            case, f"Upstream said nothing, and the client was sent {found}.", expected="", found=found
        )


class RequestLeaksIntoAnswer(Comparison):
    """Something that the gateway put into its request upstream comes back in the client's answer.

    ## Why it matters
    Gateways ask upstream for usage, or set a limit of tokens, on their own account. Where that shows in the answer,
    clients meet members that they do not know, or an echo of what they did not ask.

    ## Violates
    ```example
    stream: translation/chat_text
    event 0: stream_options = {"include_usage":true}
    --- upstream
    stream: anthropic/text
    ```

    ```example
    stream: translation/responses_text
    event response.completed: response.max_output_tokens = 1024
    --- upstream
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    ```

    ```example
    stream: translation/responses_incomplete
    --- upstream
    stream: anthropic/length
    ```
    """

    id = "XLAT-REQ-001"
    severity = Severity.WARNING
    source = "litellm#8450, liteLLM-proxy#19"
    on = ("chunk", COMPARE)
    supersedes = ("RESP-OBJ-004",)
    needs: ClassVar[tuple[Need, ...]] = ("upstream", "request")

    _MEMBERS = frozenset(
        {
            "stream", "stream_options", "messages", "max_tokens", "max_completion_tokens", "temperature", "top_p",
            "tools", "tool_choice", "n", "stop",
        }
    )  # fmt: skip
    from_history = False

    def __init__(self, options: Any = None) -> None:
        super().__init__(options)
        self._told = False

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Always: every answer could hold such a member."""
        del mine, theirs, case
        return True

    def observe(self, case: Case[Any]) -> Found:
        """Look for members of a request in chunks, once; compare the echo at the end."""
        if case.event is None:
            return super().observe(case)
        if self._told or self._MEMBERS.isdisjoint(case.body):
            return None
        self._told = True
        name = next(one for one in case.body if one in self._MEMBERS)
        return self.finding(
            case,
            f"The chunk has {name}, which belongs to a request.",
            pointer=f"/{name}",
            expected="no such member",
            found=str(case.body[name]),
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare the echoed limit with what either half asked for."""
        del theirs
        upstream, asked = upstream_of(case).case.asked, case.asked
        if mine.dialect != "responses" or upstream is None or asked is None:
            return None
        echoed = (case.stream.response or {}).get("max_output_tokens")
        if echoed is None or echoed == asked.max_tokens or echoed != upstream.max_tokens:
            return None
        return self.told(
            case,
            f"max_output_tokens is {echoed}: the gateway's limit, and not the client's.",
            expected=asked.max_tokens,
            found=echoed,
        )
