"""One request to a model in neutral words: the conversation so far, the tools, and how the answer is wanted.

It is what lies between a request as a client sent it (Chat Completions or Responses) and a request as an upstream is
sent it. Everything that a client can say has a place here, and every part knows where in the client's body it stood
(`at`, an RFC 6901 JSON pointer), so that what an upstream cannot be told can be named.

None is always "not said".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.turn.tools import HostedTool, Tool, ToolChoice

Role: TypeAlias = Literal["system", "developer", "user", "assistant", "tool"]

# -- what messages are made of


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """Words. `annotations` and `logprobs` as the client's dialect has them (history of an assistant)."""

    text: str
    annotations: tuple[Mapping[str, Any], ...] = ()
    logprobs: tuple[Any, ...] | None = None
    cache_control: Mapping[str, Any] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusalPart:
    """What an assistant said where it refused."""

    text: str
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """A picture: exactly one of `url` (http or https), `data` (base64, with `media_type`) and `file_id`."""

    url: str | None = None
    data: str | None = None
    media_type: str | None = None
    file_id: str | None = None
    detail: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPart:
    """Sound: `data` (base64) with its `format` ("wav", "mp3"), or the `id` of an earlier answer's audio."""

    data: str | None = None
    format: str | None = None
    id: str | None = None
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """A file: one of `data` (base64, with `media_type`), `url` and `file_id`."""

    data: str | None = None
    media_type: str | None = None
    url: str | None = None
    file_id: str | None = None
    filename: str | None = None
    detail: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningPart:
    """A thought of an earlier turn.

    Args:
        text: Raw text, a string per part.
        summary: Summaries, a string per part.
        encrypted: A blob that only its vendor can read; `hx1:` blobs have been unwrapped, so `vendor` is who made it.
        signature: What proves the text (Anthropic), or goes with a call (Gemini).
        vendor: "openai", "anthropic", "gemini" or an upstream profile's name; "" where nobody knows.
        item_id: Its item's id (Responses).
        status: As sent.
        member: In which member of a Chat message it stood (`reasoning_content`, `reasoning`, `reasoning_details`).
        raw: As the client sent it, for the same dialect.
    """

    text: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    encrypted: str | None = None
    signature: str | None = None
    vendor: str = ""
    item_id: str | None = None
    status: str | None = None
    member: str | None = None
    raw: Any = None
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPart:
    """A call that an assistant made.

    Args:
        call_id: As sent, verbatim.
        name: The tool's name.
        arguments: JSON text (function) or input (custom), verbatim, even where it is no JSON.
        kind: "function" or "custom".
        item_id, namespace, status: Responses.
        signature: A thought signature that came with it (Gemini), from `extra_content` or an `hx1:` blob.
        vendor: Who made the signature.
        extra: Other members, for the same dialect.
    """

    call_id: str
    name: str
    arguments: str
    kind: Literal["function", "custom"] = "function"
    item_id: str | None = None
    namespace: str | None = None
    status: str | None = None
    signature: str | None = None
    vendor: str = ""
    is_legacy: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultPart:
    """What a tool answered.

    Args:
        call_id: Of the call it answers; "" where the client named none (legacy `function` messages: `name`).
        parts: Texts, images and files.
        is_text: It was sent as one string, not as parts.
        kind: That of the call.
        name: The tool's name where the client said it.
        is_error: The client marked it as an error.
        item_id, status: Responses.
    """

    call_id: str
    parts: tuple[Part, ...] = ()
    is_text: bool = True
    kind: Literal["function", "custom"] = "function"
    name: str | None = None
    is_error: bool = False
    item_id: str | None = None
    status: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaquePart:
    """An item that only its dialect has a name for: hosted tools and their results, compaction, references.

    Args:
        dialect: Whose `value` it is.
        kind: Its wire type (`web_search_call`, `local_shell_call`, `local_shell_call_output`, `item_reference`).
        value: As sent.
        call_id: Where it has one.
        has_result: The client runs this tool, so a call without its result would be a hole in the history.
    """

    dialect: str
    kind: str
    value: Mapping[str, Any]
    call_id: str | None = None
    has_result: bool = False
    at: str = ""


Part: TypeAlias = (
    TextPart
    | RefusalPart
    | ImagePart
    | AudioPart
    | FilePart
    | ReasoningPart
    | CallPart
    | ResultPart
    | OpaquePart
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """One message item of Responses, among the items that a message is made of.

    Args:
        begin: Index of the first part of the message that stands in this item.
        end: Index after the last of them; equal to `begin` where the item is empty.
        is_typed: It says `"type": "message"`; OpenAI's short form leaves that out.
        is_text: Its content was sent as one string.
        item_id, status, phase: As sent.
        extra: Other members.
        at: Its place.
    """

    begin: int
    end: int
    is_typed: bool = True
    is_text: bool = False
    item_id: str | None = None
    status: str | None = None
    phase: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: a role and its parts, in order.

    An assistant's message holds its whole turn: thoughts, text, refusal and calls in the order in which they were sent
    (items of Responses that belong to one turn are joined into one message). A "tool" message holds exactly one
    `ResultPart`; opaque items stand in the message of the turn they belong to.

    Args:
        role: As sent; never changed by a reader.
        parts: What it is made of.
        is_text: Its content was sent as one string, not as parts.
        name: `name` of Chat.
        phase: `phase` of Responses, of the first message item that has one.
        item_id, status: Responses, of the first message item.
        extra: Other members, for the same dialect.
        items: Responses: the message items that its texts stood in, in order; parts that are in none of them are items
            of their own. Empty where the client speaks Chat or sent its input as one string.
    """

    role: Role
    parts: tuple[Part, ...] = ()
    is_text: bool = False
    name: str | None = None
    phase: str | None = None
    item_id: str | None = None
    status: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[MessageItem, ...] = ()
    at: str = ""


# -- the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFormat:
    """What the text of the answer is to be."""

    kind: Literal["text", "json_object", "json_schema"] = "text"
    name: str | None = None
    description: str | None = None
    schema: Mapping[str, Any] | None = None
    strict: bool | None = None
    at: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasoningWish:
    """How much the model is to think, and what of it is to be shown.

    `effort` is the wire's word ("none", "minimal", "low", "medium", "high", "xhigh"), `summary` likewise ("auto",
    "concise", "detailed"), `budget` a number of tokens where a client said it so.
    """

    effort: str | None = None
    summary: str | None = None
    budget: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request.

    Args:
        dialect: "chat" or "responses": what the client speaks.
        model: As sent.
        messages: The conversation, in order. `instructions` of Responses is not among them.
        instructions: As sent (Responses): a system prompt for this answer only.
        tools: As sent; None where the member is absent, which is not the same as an empty list. Those of a namespace
            (Responses) follow one another.
        namespaces: Responses: the members of a namespace besides its name and tools, by its name.
        choices: `n`.
        logprobs: Log probabilities of output tokens are wanted; `top_logprobs` says how many others.
        web_search: See `HostedTool`; Chat's `web_search_options` only (Responses declares a tool).
        options: What is passed on verbatim under the same name where the upstream speaks the client's dialect and has
            a mapping of its own elsewhere, by wire name: `service_tier`, `prompt_cache_key`, `prompt_cache_retention`,
            `safety_identifier`, `user`, `metadata`, `store`, `previous_response_id`, `conversation`, `truncation`,
            `background`, `prompt`, `context_management`, `moderation`, `max_tool_calls`, `include`, `modalities`,
            `audio`, `prediction`, `logit_bias`.
        stream: A stream is wanted.
        include_usage: `stream_options.include_usage` (Chat).
        stream_options: As sent.
        extra: Members that nobody knows, by name.
        at: Where each thing stood in the client's body, by the name of the field here (or of the option, or `summary`
            for that of the reasoning); where the wire's name is the same there is no entry.
    """

    dialect: Literal["chat", "responses"]
    model: str
    messages: tuple[Message, ...] = ()
    instructions: str | None = None
    tools: tuple[Tool, ...] | None = None
    namespaces: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    choices: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    output: OutputFormat | None = None
    verbosity: str | None = None
    reasoning: ReasoningWish | None = None
    web_search: HostedTool | None = None
    stream: bool = False
    include_usage: bool = False
    stream_options: Mapping[str, Any] | None = None
    is_legacy: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    extra: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, str] = field(default_factory=dict)

    def pointer(self, name: str) -> str:
        """Where a field or option stood in the client's body, as a JSON pointer."""
        return self.at.get(name, f"/{name}")

    def forced(self) -> str | None:
        """The name of the one function that must be called, where one is forced."""
        choice = self.tool_choice
        return choice.name if choice is not None and choice.mode == "named" else None
