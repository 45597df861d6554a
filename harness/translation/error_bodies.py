"""What an upstream's error says, whichever of the many shapes it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from harness.jsonvalue import compact

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEEPEST = 4  # errors inside errors; gateways nest one or two
_LONGEST = 8_192  # characters of a message; an upstream may repeat the whole request in it


class Told(NamedTuple):
    """An error, read.

    Args:
        message: In the upstream's words, "" where it has none.
        type: OpenAI's or Anthropic's `type`.
        code: OpenAI's `code`, where it is a word.
        is_codeless: `code` is null: OpenAI says so that it has none.
        param: The member that is to blame.
        number: An HTTP status that stands in the error (Gemini, OpenRouter).
        status: Gemini's canonical name, such as `RESOURCE_EXHAUSTED` (google.rpc.Code).
        details: Gemini's details (google.rpc.Status).
    """

    message: str = ""
    type: str | None = None
    code: str | None = None
    is_codeless: bool = False
    param: str | None = None
    number: int | None = None
    status: str | None = None
    details: tuple[Mapping[str, Any], ...] = ()

    @property
    def native(self) -> str | None:
        """The upstream's most telling word."""
        return (
            self.status or self.code or self.type or (str(self.number) if self.number is not None else None)
        )


def told(error: object) -> Told:
    """Read an error.

    Args:
        error: The body of an answer, or the error inside a stream: `{"error": {...}}` and `{"error": "..."}` of OpenAI
            and its likes, `{"type": "error", "error": {...}}` of Anthropic, `{"error": {"code", "status", "message"}}`
            of Gemini (in an array where no `alt=sse` was asked for), `{"detail": ...}` of FastAPI, the object or text
            alone, or anything at all.
    """
    outer: list[dict[str, Any]] = []
    for _ in range(_DEEPEST):
        if isinstance(error, list) and error:
            error = error[0]
        elif isinstance(error, dict):
            outer.append(error)
            inner = error.get("error")
            if not inner or not isinstance(inner, dict | list | str):
                break
            error = inner
        else:
            break
    read = Told(message=error.strip()[:_LONGEST]) if isinstance(error, str) else Told()
    # What only the outer object has, such as a code beside a text, is not lost.
    for one in reversed(outer):
        read = _merged(read, _read(one))
    return read


def _merged(inner: Told, outer: Told) -> Told:
    return Told(
        message=inner.message or outer.message,
        type=inner.type or outer.type,
        code=inner.code or outer.code,
        is_codeless=inner.is_codeless or outer.is_codeless,
        param=inner.param or outer.param,
        number=inner.number or outer.number,
        status=inner.status or outer.status,
        details=inner.details or outer.details,
    )


def _read(error: dict[str, Any]) -> Told:
    code, number, kind = error.get("code"), None, error.get("type")
    if code is None and isinstance(error.get("status"), int):
        code = error["status"]
    if isinstance(code, str) and code.isascii() and code.isdigit() and len(code) == 3:
        code = int(code)
    if type(code) is int:
        number = code if 400 <= code <= 599 else None
    elif isinstance(code, float) and code.is_integer() and 400 <= code <= 599:
        number = int(code)
    status, param, details = error.get("status"), error.get("param"), error.get("details")
    return Told(
        message=_message(error),
        type=kind if isinstance(kind, str) and kind and kind != "error" else None,
        # A sentence where a word should be (xAI) is nothing that a client could compare.
        code=code if isinstance(code, str) and code and " " not in code and len(code) <= 100 else None,
        is_codeless="code" in error and error["code"] is None,
        param=param if isinstance(param, str) and param else None,
        number=number,
        status=status if isinstance(status, str) and status.isupper() else None,
        details=tuple(one for one in details if isinstance(one, dict)) if isinstance(details, list) else (),
    )


def _message(error: dict[str, Any]) -> str:
    for name in ("message", "detail", "error_description", "title", "msg"):
        value = error.get(name)
        if isinstance(value, str) and value.strip():
            return value.strip()[:_LONGEST]
        if (
            isinstance(value, dict | list) and value
        ):  # FastAPI and Mistral list what is wrong with each member
            try:
                return compact(value)[:_LONGEST]
            except (ValueError, RecursionError):
                continue
    return ""
