"""What goes wrong upstream, as a client of OpenAI is told: one error object, whatever the upstream said.

A client decides by status, type and code whether to wait, to try again or to give up; people read the message. So the
statuses that are the client's own doing stay, a failing upstream is a 502 (503 where it is merely full), a slow one a
504, types and codes are OpenAI's, and the message is the upstream's own, without secrets. A page of HTML that a proxy
sent is nobody's message.
"""

from __future__ import annotations

import re
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from harness.jsonvalue import try_parse
from harness.translation.error_bodies import Told, told
from harness.turn.increments import Error
from harness.turn.retry_after import retry_after_ms, retry_delay_ms

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.cassettes.redaction.redactor import Redactor

__all__ = [
    "Timeout",
    "disconnected",
    "error_of",
    "failure",
    "response_code",
    "retry_after_ms",
    "timed_out",
    "undecodable",
    "unreachable",
]

Timeout: TypeAlias = Literal["connect", "first_byte", "idle", "total"]
"""What took too long: the connection, the first byte of the answer, the next byte, the answer as a whole."""


def failure(
    dialect: str,
    status: int,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    *,
    now: int | None = None,
) -> Error:
    """What an answer with an error status amounts to.

    Args:
        dialect: The upstream's.
        status: Of its answer; anything that is not a success.
        headers: Of its answer.
        body: Decoded from content codings; any bytes.
        now: Unix time in seconds, for a `retry-after` that is a date; None takes the answer's own `date`.
    """
    fields = tuple(headers)
    read, value = try_parse(body)
    said = told(value) if read else Told(message=_plain(body, fields))
    if not read and said.message:
        said = said._replace(message=f"{_of_status(status)}: {said.message}")
    wait = retry_after_ms(fields, now)
    return _error(dialect, status, said, wait=wait, otherwise=_of_status(status))


def error_of(dialect: str, error: Any, src: int = -1, choice: int = 0) -> Error:
    """What an error inside a stream, or in a body that was sent as a success, amounts to.

    Args:
        dialect: The upstream's.
        error: The error's object or text, or the whole payload that it stands in.
        src: Index of the event that it came in.
        choice: Number of the answer that it is about.
    """
    said = told(error)
    return _error(
        dialect,
        _implied(said),
        said,
        otherwise="the upstream sent an error without a message",
        src=src,
        choice=choice,
    )


def timed_out(kind: Timeout) -> Error:
    """The upstream took too long."""
    return Error(status=504, code="upstream_timeout", message=_TIMEOUTS[kind], native=f"{kind}_timeout")


def disconnected(detail: str = "") -> Error:
    """The upstream's answer broke off; `detail` says what the transport said."""
    message = "the upstream closed the connection before its answer was complete"
    return Error(status=502, code="upstream_disconnected", message=_with(message, detail))


def unreachable(detail: str = "") -> Error:
    """No connection to the upstream could be made; `detail` says what the transport said."""
    return Error(
        status=502, code="upstream_unreachable", message=_with("the upstream cannot be reached", detail)
    )


def undecodable(detail: str = "") -> Error:
    """The upstream's answer is not compressed as its head says; `detail` says what is wrong."""
    message = "the upstream's answer is not in the content coding that it names"
    return Error(status=502, code="upstream_invalid_encoding", message=_with(message, detail))


def response_code(error: Error) -> str:
    """The code that `response.error` of a failed Responses answer has for an error: one of those clients know."""
    if error.code in _RESPONSE_CODES:
        return error.code or "server_error"
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limit_exceeded"
    return "invalid_prompt" if error.status in _PROMPT_TO_BLAME else "server_error"


_TIMEOUTS: Final[dict[str, str]] = {
    "connect": "the upstream timed out: no connection was made in time",
    "first_byte": "the upstream timed out: its answer did not begin in time",
    "idle": "the upstream timed out: it fell silent in the middle of its answer",
    "total": "the upstream timed out: its answer was not complete in time",
}

_RESPONSE_CODES: Final = frozenset(
    {
        "server_error", "rate_limit_exceeded", "invalid_prompt", "vector_store_timeout", "invalid_image",
        "invalid_image_format", "invalid_base64_image", "invalid_image_url", "image_too_large", "image_too_small",
        "image_parse_error", "image_content_policy_violation", "invalid_image_mode", "image_file_too_large",
        "unsupported_image_media_type", "empty_image_file", "failed_to_download_image", "image_file_not_found",
        "bio_policy", "insufficient_quota", "context_length_exceeded", "content_policy_violation",
    }
)  # fmt: skip
"""openai-python `ResponseError.code`, and the last three that real servers send and clients look for (Codex)."""

_PROMPT_TO_BLAME: Final = frozenset({400, 413, 422})

_STATUS_OF_WORD: Final[dict[str, int]] = {
    # google.rpc.Code, with the statuses that google/rpc/code.proto gives them
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ABORTED": 409, "ALREADY_EXISTS": 409, "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499, "INTERNAL": 500, "UNKNOWN": 500, "DATA_LOSS": 500, "UNIMPLEMENTED": 501, "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    # Anthropic, Errors
    "invalid_request_error": 400, "authentication_error": 401, "billing_error": 402, "permission_error": 403,
    "not_found_error": 404, "request_too_large": 413, "rate_limit_error": 429, "api_error": 500,
    "timeout_error": 504, "overloaded_error": 529,
    # OpenAI: codes, and types
    "invalid_prompt": 400, "context_length_exceeded": 400, "content_policy_violation": 400, "content_filter": 400,
    "invalid_api_key": 401, "insufficient_permissions": 403, "model_not_found": 404,
    "previous_response_not_found": 400, "rate_limit_exceeded": 429, "insufficient_quota": 429, "requests": 429,
    "tokens": 429, "server_error": 500, "internal_server_error": 500, "server_is_overloaded": 503, "slow_down": 503,
    "too_many_requests": 429, "not_found": 404, "invalid_request": 400,
}  # fmt: skip
"""The status that goes with an error's word, where the error came without one."""

_OPENAI_TYPES: Final = frozenset(
    {
        "invalid_request_error", "server_error", "rate_limit_error", "requests", "tokens", "insufficient_quota",
        "authentication_error", "permission_error", "not_found_error", "image_generation_user_error",
    }
)  # fmt: skip
"""Types that OpenAI sends; other vendors' own words are no use to its clients."""

_NO_CODES: Final = _OPENAI_TYPES - {"server_error", "insufficient_quota"}
"""Types that some servers put where the code should be."""

_QUOTA: Final = re.compile(
    r"insufficient[ _](?:quota|balance|credits?|funds)|credit balance is too low|exceeded your current quota"
    r"|out of credits",
    re.IGNORECASE,
)
_TOO_LONG: Final = re.compile(
    r"prompt (?:is )?too long|input token count .{0,40}exceeds the maximum|max(?:imum)? context (?:length|window)"
    r"|exceed(?:s|ed)? (?:the )?(?:model'?s? )?(?:maximum )?context (?:length|window|limit)|input is too long",
    re.IGNORECASE,
)
_ABOUT_A_MODEL: Final = re.compile(r"model|deployment|endpoints? found", re.IGNORECASE)
_KEY_REASONS: Final = frozenset({"API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED", "API_KEY_EXPIRED"})
_FULL: Final = frozenset({503, 529})


def _implied(said: Told) -> int:
    """The status of an error that came without one."""
    for word in (said.status, said.code, said.type):
        if word is not None and word in _STATUS_OF_WORD:
            return _STATUS_OF_WORD[word]
    if said.number is not None:
        return said.number
    if said.code in _RESPONSE_CODES:
        return 400  # the image codes
    return 500


def _error(
    dialect: str,
    status: int,
    said: Told,
    *,
    otherwise: str,
    wait: int | None = None,
    src: int = -1,
    choice: int = 0,
) -> Error:
    seen = _status(status, said)
    code = _code(dialect, status, seen, said)
    return Error(
        src=src,
        choice=choice,
        status=seen,
        type=_type(seen, code, said),
        code=_word(code),
        message=_clean(said.message) or otherwise,
        param=_word(said.param) if dialect in _OPENAIS else None,
        retry_after_ms=wait if wait is not None else retry_delay_ms(said.details),
        native=_word(said.native),
    )


_OPENAIS: Final = frozenset({"chat", "responses"})


def _status(status: int, said: Told) -> int:
    """The client's status for the upstream's."""
    if status in {408, 504}:
        return 504
    if status in _FULL or said.type == "overloaded_error":
        return 503
    if status == HTTPStatus.PAYMENT_REQUIRED:
        return 429  # OpenAI has no 402: it says insufficient_quota with a 429
    if 400 <= status < 499:
        return status
    return 502


def _code(dialect: str, status: int, seen: int, said: Told) -> str | None:
    if seen == HTTPStatus.GATEWAY_TIMEOUT:
        return "upstream_timeout"
    is_openai = dialect in _OPENAIS
    if is_openai and said.code is not None and said.code not in _NO_CODES:
        return said.code
    if _is_quota(dialect, status, said):
        return "insufficient_quota"
    if seen == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limit_exceeded"
    # OpenAI says where it has none.
    return None if is_openai and said.is_codeless and said.code is None else _derived(seen, said)


def _derived(seen: int, said: Told) -> str | None:
    """The code that OpenAI has for it, where the upstream gave none."""
    if seen == HTTPStatus.UNAUTHORIZED or any(one.get("reason") in _KEY_REASONS for one in said.details):
        return "invalid_api_key"
    if seen == HTTPStatus.FORBIDDEN:
        return "insufficient_permissions"
    if seen == HTTPStatus.NOT_FOUND:
        return "model_not_found" if _ABOUT_A_MODEL.search(said.message) else "not_found"
    if seen in _PROMPT_TO_BLAME and _TOO_LONG.search(said.message):
        return "context_length_exceeded"
    return "server_is_overloaded" if seen == HTTPStatus.SERVICE_UNAVAILABLE else None


def _is_quota(dialect: str, status: int, said: Told) -> bool:
    """Whether waiting does not help."""
    if status == HTTPStatus.PAYMENT_REQUIRED or "insufficient_quota" in {said.code, said.type}:
        return True
    if dialect == "gemini" or not 400 <= status < 500:
        return False
    return _QUOTA.search(said.message) is not None


def _type(seen: int, code: str | None, said: Told) -> str:
    if seen >= 500:
        return "server_error"
    if seen == HTTPStatus.TOO_MANY_REQUESTS:
        if code == "insufficient_quota":
            return "insufficient_quota"
        return said.type if said.type in {"requests", "tokens"} else "rate_limit_error"
    return (
        "image_generation_user_error"
        if said.type == "image_generation_user_error"
        else "invalid_request_error"
    )


# -- messages


def _of_status(status: int) -> str:
    try:
        return f"the upstream answered {status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"the upstream answered {status}"


_MOST_PLAIN = 500  # characters of a text that is no JSON


def _plain(body: bytes, headers: tuple[tuple[str, str], ...]) -> str:
    """A body of plain text, such as proxies send; "" for a page, for something long, and for what is no text."""
    kind = next((value.lower() for name, value in headers if name.lower() == "content-type"), "")
    if "html" in kind or len(body) > _MOST_PLAIN:
        return ""
    try:
        text = body.decode().strip()
    except UnicodeDecodeError:
        return ""
    return (
        text
        if text and text.replace("\n", " ").replace("\t", " ").isprintable() and text[0] not in "<{["
        else ""
    )


def _with(message: str, detail: str) -> str:
    detail = _clean(detail.strip())
    return f"{message}: {detail}" if detail else message


def _clean(message: str) -> str:
    """The message without keys: upstreams repeat the one that they refuse."""
    return _redactor().text(message, "error.message")[0] if message else ""


def _word(word: str | None) -> str | None:
    """A code or the name of a member likewise. It is also logged; only what is long enough can be a key."""
    return _clean(word) if word is not None and len(word) >= _SHORTEST_KEY else word


_SHORTEST_KEY: Final = 16


@cache
def _redactor() -> Redactor:
    from harness.cassettes.redaction.redactor import Redactor  # noqa: PLC0415 - only where something went wrong

    return Redactor()
