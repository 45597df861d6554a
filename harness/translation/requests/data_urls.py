"""Data URLs (RFC 2397), in which both of OpenAI's dialects carry pictures and files."""

from __future__ import annotations

from typing import NamedTuple


class DataUrl(NamedTuple):
    """What a data URL holds.

    Args:
        media_type: As sent, without parameters; None where it names none.
        data: Base64, as sent.
        parameters: What stood between the type and `base64`, such as `name=a.pdf`.
    """

    media_type: str | None
    data: str
    parameters: tuple[str, ...]


def is_data_url(url: str) -> bool:
    """The URL holds what it points to; schemes are told without regard to case (RFC 3986, section 3.1)."""
    return url[:5].lower() == "data:"


def data_of(url: str) -> DataUrl | None:
    """The content of a data URL in base64; None where it is another URL, or its content is not in base64.

    The base64 itself is not looked at: it may be many megabytes, and an upstream looks at it anyway.
    """
    head, comma, data = url.partition(",")
    if not comma or not is_data_url(head):
        return None
    media_type, *parameters = head[5:].split(";")
    if not parameters or parameters[-1].strip().lower() != "base64":
        return None
    return DataUrl(media_type.strip() or None, data, tuple(parameters[:-1]))
