"""What a Chat Completions exchange amounts to, streamed or whole.

The machine fills this in; rules, translations and reports read it. In a stream that keeps the protocol, positions
and wire indexes are the same; where a server is wrong, the state holds what a careful client would make of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.accumulator import Accumulator

if TYPE_CHECKING:
    from harness.dialects.asked import Asked
    from harness.dialects.signal import Body, Mark


class Call:
    """One call of a tool that the model made.

    Attributes:
        index: Its index on the wire; None where the server gave none. Two calls have the same where the server put
            both under one.
        id: Its id; "" where none came.
        type: "function" or "custom"; "" where none came.
        name: Name of the tool; "" where none came.
        arguments: The arguments (of a custom tool: the input) as text.
        opened: Where its first fragment is; None in a whole answer.
        last: Where its latest fragment is, as far as it was no plain fragment of the arguments.
        fragments: How many fragments named something other than arguments.
    """

    __slots__ = ("arguments", "fragments", "id", "index", "last", "name", "opened", "type")

    def __init__(self, index: int | None, opened: Mark | None = None) -> None:
        self.index = index
        self.id = ""
        self.type = ""
        self.name = ""
        self.arguments = Accumulator()
        self.opened = opened
        self.last = opened
        self.fragments = 0


class Audio:
    """Spoken output.

    Attributes:
        id: Its id, by which a later request can refer to it.
        data: The samples, in base64, as they came.
        transcript: What is said.
        expires_at: When the server forgets it, in Unix seconds; None until that came.
    """

    __slots__ = ("data", "expires_at", "id", "transcript")

    def __init__(self) -> None:
        self.id = ""
        self.data = Accumulator()
        self.transcript = Accumulator()
        self.expires_at: int | None = None


class Choice:
    """One of the answers that were asked for.

    Attributes:
        index: Its index on the wire.
        role: Its role; None where none came, or none yet.
        content: The text.
        refusal: The text of a refusal.
        reasoning: The text of the reasoning, under whichever of the vendors' names it came. Where a delta says it
            under two, it counts once.
        reasoning_details: The entries of `reasoning_details` (OpenRouter), in order, as they came.
        calls: The tool calls by order of appearance, from 0.
        function_call: The call in the form that came before tools; its id and type are "".
        audio: Spoken output; None where there is none.
        annotations: Citations and the like, as they came.
        finish: The finish reason; None until one came, "" where only an empty one came.
        opened: Where its first delta is; None in a whole answer.
        finished: Where its finish reason is; None until it came, and in a whole answer.
        logprobs: Whether log probabilities came.
        tokens: The bytes of the tokens of the content that log probabilities were given for, concatenated.
        token_text: The same tokens as texts.
        tokens_exact: Each of those texts is a whole text by itself, and no part of a character.
    """

    __slots__ = (
        "annotations", "audio", "calls", "content", "finish", "finished", "function_call", "index", "logprobs",
        "opened", "reasoning", "reasoning_details", "refusal", "role", "token_text", "tokens", "tokens_exact",
    )  # fmt: skip

    def __init__(self, index: int, opened: Mark | None = None) -> None:
        self.index = index
        self.role: str | None = None
        self.content = Accumulator()
        self.refusal = Accumulator()
        self.reasoning = Accumulator()
        self.reasoning_details: list[Any] = []
        self.calls: dict[int, Call] = {}
        self.function_call: Call | None = None
        self.audio: Audio | None = None
        self.annotations: list[Any] = []
        self.finish: str | None = None
        self.opened = opened
        self.finished: Mark | None = None
        self.logprobs = False
        self.tokens = bytearray()
        self.token_text = Accumulator()
        self.tokens_exact = True

    @property
    def said(self) -> int:
        """How much of it has come, in characters and calls; it grows with everything that it says."""
        texts = (
            self.content,
            self.refusal,
            self.reasoning,
            *(call.arguments for call in self.calls.values()),
        )
        return sum(map(len, texts)) + len(self.calls)

    @property
    def called(self) -> bool:
        """Whether it calls a tool, in either form."""
        return bool(self.calls) or self.function_call is not None

    @property
    def says_something(self) -> bool:
        """Whether there is anything in it."""
        return bool(
            len(self.content)
            or len(self.refusal)
            or len(self.reasoning)
            or self.reasoning_details
            or self.called
            or self.audio
        )


class ChatStream:
    """One exchange.

    Attributes:
        asked: The request; None where it is not known.
        id: As the latest chunk had it; None until one came with it, as for the next three.
        created: In Unix seconds.
        model: Name of the model that answered.
        fingerprint: `system_fingerprint`; None also where the server says null.
        service_tier: As the latest chunk that has it says.
        choices: The answers by their index on the wire.
        usage: The latest usage that is not null, as it came.
        usage_at: Where it is; None in a whole answer.
        usages: How many of them came.
        usage_beside: The latest that came elsewhere than in the member `usage`, as it came.
        moderation: What the moderation chunk says (OpenAI), as it came.
        error: The error object of a stream that failed, as it came: usually an object with a message.
        error_at: Where it is.
        audio: The request asks for audio, or audio came: other rules hold then.
        chunks: How many chunks came that were anything but plain text or a plain fragment of arguments.
        ended: `[DONE]` came.
        incomplete: Something that the server sent could not be read.
    """

    __slots__ = (
        "asked", "audio", "choices", "chunks", "created", "ended", "error", "error_at", "fingerprint", "id",
        "incomplete", "model", "moderation", "service_tier", "usage", "usage_at", "usage_beside",
        "usages",
    )  # fmt: skip

    def __init__(self, asked: Asked | None = None) -> None:
        self.asked = asked
        self.id: str | None = None
        self.created: int | None = None
        self.model: str | None = None
        self.fingerprint: str | None = None
        self.service_tier: str | None = None
        self.choices: dict[int, Choice] = {}
        self.usage: Body | None = None
        self.usage_at: Mark | None = None
        self.usages = 0
        self.usage_beside: Body | None = None
        self.moderation: Any = None
        self.error: Any = None
        self.error_at: Mark | None = None
        self.audio = asked is not None and asked.audio
        self.chunks = 0
        self.ended = False
        self.incomplete = False
