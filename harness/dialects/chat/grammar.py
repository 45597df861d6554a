"""The order of a Chat Completions stream, as data, and the names of what the machine notices.

A stream is a product of three layers: the stream, its choices, and their tool calls. A chunk is an input to the
stream, and its deltas are inputs to the choices and calls that they name. What a table does not list is not allowed;
`REFUSED` names the signal that says so.

Sources: the types of openai-python 3.52.0; the order is what api.openai.com was recorded to do (530 streams), and where
both say nothing, what the SDKs' accumulators accept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    Table = Mapping[str, Mapping[str, str]]

# States of the stream.
START, OPEN, COUNTED, FAILED, ENDED = "start", "open", "counted", "failed", "ended"
# Inputs of the stream: kinds of chunks.
FILTER, CHOICES, USAGE, MODERATION, ERROR, DONE = "filter", "choices", "usage", "moderation", "error", "done"
# States of a choice; a stranger has not been heard of, and one that calls is open too.
STRANGER, TALKING, CALLING, FINISHED = "stranger", "talking", "calling", "finished"
# Inputs of a choice: what a delta does.
ROLE, TEXT, FRAGMENT, FINISH, EXPIRY = "role", "text", "fragment", "finish", "expiry"
# States and inputs of a call.
ABSENT, GROWING, CLOSED = "absent", "growing", "closed"
FIRST, MORE, NEXT = "first", "more", "next"

STREAM: Table = {
    START: {FILTER: START, CHOICES: OPEN, ERROR: FAILED},
    OPEN: {CHOICES: OPEN, USAGE: COUNTED, MODERATION: OPEN, ERROR: FAILED, DONE: ENDED},
    COUNTED: {MODERATION: COUNTED, ERROR: FAILED, DONE: ENDED},
    FAILED: {DONE: ENDED},
    ENDED: {},
}
"""The stream. `filter` is Azure's first chunk, `moderation` the chunk that OpenAI appends when a request has asked for
moderation. A stream with audio is freer: see `AUDIO_STREAM`."""

AUDIO_STREAM: Table = {
    **STREAM,
    COUNTED: {**STREAM[COUNTED], CHOICES: COUNTED},
}
"""With audio output, a chunk with the time at which the audio expires follows the usage chunk (recorded 4 of 4)."""

CHOICE: Table = {
    STRANGER: {ROLE: TALKING},
    TALKING: {TEXT: TALKING, FRAGMENT: CALLING, FINISH: FINISHED, EXPIRY: FINISHED},
    CALLING: {TEXT: CALLING, FRAGMENT: CALLING, FINISH: FINISHED},
    FINISHED: {EXPIRY: FINISHED},
}
"""A choice. `text` is a delta of content, refusal, reasoning or audio that is not empty; the first delta has the role,
and may have text or a fragment as well. The first role is no repetition, however late it comes. `expiry` is the delta
that says when audio expires: it ends a choice that has no finish reason."""

CALL: Table = {
    ABSENT: {FIRST: GROWING},
    GROWING: {MORE: GROWING, NEXT: CLOSED, FINISH: CLOSED},
    CLOSED: {},
}
"""A call. `next` is the first fragment of another call of the same choice."""

REFUSED: Mapping[tuple[str, str], str] = {
    (START, USAGE): "choices-late",
    (COUNTED, CHOICES): "usage-not-last",
    (COUNTED, USAGE): "usage-repeated",
    (FAILED, CHOICES): "after-error",
    (FAILED, USAGE): "after-error",
    (FAILED, MODERATION): "after-error",
    (FAILED, ERROR): "error-again",
    (STRANGER, TEXT): "role-missing",
    (STRANGER, FRAGMENT): "role-missing",
    (STRANGER, FINISH): "role-missing",
    (TALKING, ROLE): "role-repeated",
    (CALLING, ROLE): "role-repeated",
    (FINISHED, TEXT): "after-finish",
    (FINISHED, FRAGMENT): "after-finish",
    (FINISHED, FINISH): "finish-repeated",
    (FINISHED, ROLE): "role-repeated",
    (CLOSED, MORE): "call-interleaved",
}
"""What is said where a table has no row; a pair that is in no table and not here is passed over in silence (an event
after `[DONE]` is the framing rules' affair)."""

SIGNALS: Mapping[str, str] = {
    # What happened, and is legal
    "filter-chunk": "Azure's first chunk: no choices, `prompt_filter_results`; its id, model and object are empty. The "
    "constants of the stream are those of the next chunk.",
    "choice-opened": "The first delta of a choice. About: choice.",
    "choice-finished": "A choice got its finish reason; what its chunk holds besides has been taken. About: choice.",
    "call-opened": "The first fragment of a tool call. About: call.",
    "usage": "A usage that is not null. Repeats included.",
    "moderation": "A moderation chunk.",
    "error": "An error object in the stream: alone, or beside choices.",
    "audio": "A delta of audio. About: choice.",
    "logprobs": "The first log probabilities of a choice. About: choice.",
    # Constants of the stream
    "id-changed": "Another id than the chunks before had; adopted.",
    "id-empty": "The first chunk's id is the empty string.",
    "created-changed": "Another `created`; adopted.",
    "created-unit": "The first chunk's `created` is no time in seconds: negative, or milliseconds.",
    "model-changed": "Another model; adopted.",
    "model-empty": "The first chunk's model is the empty string.",
    "fingerprint-changed": "Another system fingerprint, where both are texts; adopted.",
    # Chunks
    "choices-missing": "A chunk without `choices`, and no audio was asked for or has come.",
    "choices-empty": "An empty `choices` in a chunk that carries no usage and no moderation, and is not Azure's first.",
    "choices-late": "A usage chunk before any choice.",
    "usage-beside-choices": "A usage in a chunk that has choices.",
    "usage-repeated": "A second usage.",
    "usage-not-last": "A chunk with choices after the usage. Once a stream.",
    "usage-key-absent": "The first chunk without a `usage` key.",
    "error-null": "A chunk with `error: null`. Once a stream.",
    "error-beside-choices": "A chunk with an error and with choices.",
    "error-again": "A second error.",
    "after-error": "A chunk after the error.",
    # Choices
    "choice-index-order": "A choice that opens has an index other than the number of choices before it. About: choice.",
    "choice-extra": "A choice with a key of the whole answer: `message` or `text`. Once a choice. About: choice.",
    "finish-key-absent": "A choice without the key `finish_reason`, in a stream without audio. Once a choice.",
    "delta-extra": "A delta with a key that the SDKs' types do not have. Once a key and stream.",
    "role-missing": "The first delta of a choice has no role. About: choice.",
    "role-repeated": "A role after the first; where it is the same. About: choice.",
    "role-other": "A role other than assistant. About: choice.",
    "content-cumulative": "The first deltas of a choice are snapshots: each begins with the one before. About: choice.",
    "refusal-mixed": "Both content and refusal in one choice. Once a choice.",
    "reasoning-doubled": "A delta with the same text under two reasoning keys. Once a choice.",
    "reasoning-reopened": "Reasoning after content. Once a choice.",
    "finish-reason-empty": "An empty finish reason; the choice goes on. Once a choice.",
    "finish-repeated": "A finish reason for a choice that is finished. About: choice.",
    "finish-delta-filled": "The delta that comes with the finish reason carries something. About: choice.",
    "after-finish": "Text or a fragment for a choice that is finished. About: choice.",
    "unfinished": "The stream has ended, and a choice has no finish reason; not with audio, not after an error. About: "
    "choice.",
    # Calls
    "calls-empty": "An empty `tool_calls`, or a fragment in which nothing is said.",
    "call-index-gap": "A call that opens has an index other than the number of calls before it. About: call.",
    "call-id-changed": "A fragment with another id than the call with its index; with a name of its own it is a "
    "new call. About: call.",
    "call-id-shared": "A call opens with the id that another one of its choice has. About: call.",
    "call-field-repeated": "A later fragment has the id, name or type again, or an empty one. About: call.",
    "call-interleaved": "A fragment of a call after another one was opened. Once a call. About: call.",
    # Audio
    "audio-id-changed": "Another id than the audio had before. About: choice.",
    "audio-late": "Audio after the time at which it expires. About: choice.",
    "audio-data": "Audio data that is not base64. Once a choice. About: choice.",
}
"""The kinds of signals, and what each means."""

DELTA_KEYS = frozenset({"role", "content", "refusal", "tool_calls", "function_call", "audio"})
"""What a delta may have by the SDKs' types."""

REASONING_KEYS = ("reasoning_content", "reasoning")
"""Where servers put reasoning text; no official schema has either."""

WHOLE_KEYS = ("message", "text")
"""Keys of a choice that belong to a whole answer, or to the older Completions API."""
