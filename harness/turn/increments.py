"""The neutral increments that a model's turn is made of, as it streams.

A reader of `harness.translation` makes them of an upstream's stream, a writer makes a client's stream of them, and a
whole answer is a fold of the same increments; so stream and whole cannot differ. They are plain data: nothing here
knows a dialect's order.

**As a reader gives them** they are what the upstream said, in its order. `harness.translation.settling` then gives them
the order that a writer relies on (and reports what it had to mend):

1. The first is `Start`, exactly once; or `Error` where nothing came before it.
2. A block (text, refusal, reasoning, call, hosted tool) is opened once under a `ref` that is never used again, its
   deltas follow, it is closed once. Calls and items of hosted tools may overlap with all else; others do not overlap,
   but a text or refusal lies within its message. Every block is closed before `Finish`; one that the limit or a filter
   cut has the status "incomplete". A delta has the choice of its block. The first increment of a hosted tool opens it,
   whatever its step; a "start" is only ever the first.
3. A call has an id that is not empty and that no other call of its choice has, and a name that is not empty. A function
   call without arguments has had one delta `{}`, unless it was cut.
4. Then, for each choice, `Finish`; then at most one `Usage`; then `Eof`. An `Error` may come instead of these at any
   place, with blocks open, and then perhaps a `Usage` before it; nothing but `Eof` follows it.

A reader need not close blocks because the answer ends: it closes what the upstream says is closed.

`src` is the index of the upstream's event (as the decoder counts them) that an increment came from, -1 where none did.
`choice` is the number of the answer among several. Text is never cut or joined on the way.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec reads the annotations
from typing import Any, Literal, TypeAlias

import msgspec

from harness.turn.turn import Usage as Counts  # noqa: TC001 - likewise

FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]
"""Why the model stopped, as clients are told. Other words of providers are mapped to these by a reader, with a loss."""

Visibility: TypeAlias = Literal["raw", "summary", "redacted"]
"""What a thought is: the model's own words, a summary of them, or nothing that can be read."""

CallKind: TypeAlias = Literal["function", "custom"]
"""A call whose arguments are JSON, or one whose input is free text."""


class Increment(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What all increments have."""

    src: int = -1
    choice: int = 0


class Start(Increment, frozen=True, kw_only=True):
    """The answer begins.

    Args:
        upstream_id: The id that the upstream gave it.
        model: The model that serves, in the upstream's words.
        created: Unix time in seconds, where the upstream said it.
        service_tier: As sent.
        fingerprint: `system_fingerprint`, as sent.
        dialect: The upstream's dialect.
        raw: What the dialect says besides, for a writer of the same dialect: members of the chunk (Chat), the whole
            response object (Responses).
    """

    upstream_id: str | None = None
    model: str | None = None
    created: int | None = None
    service_tier: str | None = None
    fingerprint: str | None = None
    dialect: str = ""
    raw: Mapping[str, Any] = {}


class MessageStart(Increment, frozen=True, kw_only=True):
    """A message item begins, where the dialect has such (Responses). The text and refusal blocks that follow are its.

    Readers of other dialects leave it out; a writer of items then makes a message when a text needs one.
    """

    ref: int
    item_id: str | None = None
    phase: str | None = None


class MessageEnd(Increment, frozen=True, kw_only=True):
    """The message item is over; `status` as the upstream has it."""

    ref: int
    status: str | None = None


class TextStart(Increment, frozen=True, kw_only=True):
    """A run of visible text begins; its annotations count from 0."""

    ref: int


class TextDelta(Increment, frozen=True, kw_only=True):
    """More visible text.

    Args:
        text: The piece, as it came; never empty, unless it only brings `logprobs`.
        logprobs: In Chat's shape: objects with `token`, `logprob`, `bytes`, `top_logprobs`.
        obfuscation: Padding that OpenAI sends against traffic analysis; only a writer of the same dialect keeps it.
    """

    ref: int
    text: str
    logprobs: list[Any] | None = None
    obfuscation: str | None = None


class TextEnd(Increment, frozen=True, kw_only=True):
    """The run of text is over. `final` is the whole text where the upstream says it again, in other words."""

    ref: int
    final: str | None = None


class RefusalStart(Increment, frozen=True, kw_only=True):
    """The model begins to say why it refuses."""

    ref: int


class RefusalDelta(Increment, frozen=True, kw_only=True):
    """More of a refusal; members as in `TextDelta`."""

    ref: int
    text: str
    logprobs: list[Any] | None = None
    obfuscation: str | None = None


class RefusalEnd(Increment, frozen=True, kw_only=True):
    """The refusal is over."""

    ref: int


class Annotation(Increment, frozen=True, kw_only=True):
    """A note on the text block `ref`, such as a source.

    Args:
        kind: `url_citation`, `file_citation`, `container_file_citation`, `file_path` or a provider's own word.
        url: The source.
        title: Its title.
        begin: Offset in characters of the block's text at which the cited words begin.
        end: Offset after them.
        dialect: Whose `raw` it is.
        raw: The whole, as the upstream has it.
    """

    ref: int
    kind: str = "url_citation"
    url: str | None = None
    title: str | None = None
    begin: int | None = None
    end: int | None = None
    dialect: str = ""
    raw: Mapping[str, Any] = {}


class ReasoningStart(Increment, frozen=True, kw_only=True):
    """A thought begins: one item of reasoning (Responses), one block (Anthropic), a run of deltas or parts elsewhere.

    Args:
        item_id: Its id, where the upstream gives one.
        encrypted: Encrypted content that comes with the beginning (OpenAI sends it there and again at the end).
    """

    ref: int
    item_id: str | None = None
    encrypted: str | None = None


class ReasoningDelta(Increment, frozen=True, kw_only=True):
    """More of a thought.

    Args:
        visibility: "raw" or "summary".
        part: Number of the part within the item, counted from 0 and apart for raw text and summaries. A part that
            was opened and got no text has one delta "".
        text: The piece.
        obfuscation: As in `TextDelta`.
    """

    ref: int
    text: str
    visibility: Visibility = "raw"
    part: int = 0
    obfuscation: str | None = None


class ReasoningEnd(Increment, frozen=True, kw_only=True):
    """The thought is over.

    Args:
        signature: What proves it (Anthropic `signature`, Gemini `thoughtSignature`).
        encrypted: What can only be sent back (Responses `encrypted_content`, Anthropic `redacted_thinking`).
        vendor: Who made these: "openai", "anthropic", "gemini" or the upstream profile's name. Never sent to another.
        status: As the upstream has it.
    """

    ref: int
    signature: str | None = None
    encrypted: str | None = None
    vendor: str = ""
    status: str | None = None


class ToolStart(Increment, frozen=True, kw_only=True):
    """A call of one of the client's tools begins.

    Args:
        call_id: The upstream's, verbatim; None where it gave none (settling mints one, L210).
        name: The tool's name.
        kind: Whether its arguments are JSON.
        item_id: Its item's id (Responses).
        namespace: As sent (Responses).
        is_legacy: It came as `function_call` (Chat, before tools).
    """

    ref: int
    name: str
    call_id: str | None = None
    kind: CallKind = "function"
    item_id: str | None = None
    namespace: str | None = None
    is_legacy: bool = False


class ArgsDelta(Increment, frozen=True, kw_only=True):
    """More of a call's arguments (their JSON text) or input, cut as the upstream cut it."""

    ref: int
    text: str
    obfuscation: str | None = None


class ToolEnd(Increment, frozen=True, kw_only=True):
    """The call is written.

    Args:
        final: The whole arguments, where the upstream says them again in other words than its deltas.
        signature: What is to be sent back with it (Gemini `thoughtSignature`).
        vendor: Who made the signature.
        status: As the upstream has it.
    """

    ref: int
    final: str | None = None
    signature: str | None = None
    vendor: str = ""
    status: str | None = None


class ServerTool(Increment, frozen=True, kw_only=True):
    """Something of a tool that the provider runs, or an item that only its dialect has a name for.

    A writer of the same dialect passes `raw` on, with its own numbers; others drop it with L233.

    Args:
        ref: One for all events of an item.
        kind: The item's type (`web_search_call`) or the part's name (`executableCode`).
        step: "start" (`output_item.added`), "event" (anything in between) or "end" (`output_item.done`).
        item_id: Its id, where there is one.
        dialect: Whose `raw` it is.
        raw: The event's payload (Responses), the block or part (others).
    """

    ref: int
    kind: str
    step: Literal["start", "event", "end"] = "event"
    item_id: str | None = None
    dialect: str = ""
    raw: Mapping[str, Any] = {}


class Audio(Increment, frozen=True, kw_only=True):
    """Spoken output: `raw` has Chat's `id`, `data` (base64), `transcript` and `expires_at`, as far as they came."""

    raw: Mapping[str, Any] = {}


class Image(Increment, frozen=True, kw_only=True):
    """A generated picture: its media type, and its bytes in base64."""

    media_type: str
    data: str


class Usage(Increment, frozen=True, kw_only=True):
    """Tokens so far, cumulative: the last one counts, and nothing is ever added up over increments.

    Args:
        counts: In neutral words; None is not reported, which is not 0.
        dialect: Whose `raw` it is.
        raw: The usage object as the upstream has it, for what the neutral words leave out.
    """

    counts: Counts
    dialect: str = ""
    raw: Mapping[str, Any] = {}


class Finish(Increment, frozen=True, kw_only=True):
    """Why the answer of this choice ended.

    Args:
        reason: As clients are told.
        native: In the upstream's own word.
        dialect: Whose `raw` it is.
        raw: What the dialect says besides (Responses: the terminal's response object).
    """

    reason: FinishReason
    native: str | None = None
    dialect: str = ""
    raw: Mapping[str, Any] = {}


class Error(Increment, frozen=True, kw_only=True):
    """It went wrong; nothing but `Eof` follows.

    Args:
        status: The HTTP status that a client is to see where nothing has been sent yet (4.10 of the error map).
        type: OpenAI's error type: `invalid_request_error`, `rate_limit_error`, `server_error`, ...
        code: OpenAI's code, or one of this engine (`upstream_timeout`, `upstream_disconnected`,
            `upstream_incomplete`, `upstream_invalid_json`, `upstream_malformed`).
        message: For a person; never empty, never a secret.
        param: The request's member that is to blame.
        retry_after_ms: How long the client should wait, where the upstream said so.
        native: The upstream's own code or type.
    """

    status: int
    message: str
    type: str = "server_error"
    code: str | None = None
    param: str | None = None
    retry_after_ms: int | None = None
    native: str | None = None


class Eof(Increment, frozen=True, kw_only=True):
    """Nothing more comes. `clean`: the upstream's own end was seen (`[DONE]`, `message_stop`, a terminal event)."""

    clean: bool = True
