"""Whether somebody answers at a URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx

    from harness.cassettes.exchange import Headers

_PATIENCE: Final = 2.0
"""Seconds for one question: a server that is there answers it at once, one that is busy is asked again."""

_LARGEST: Final = 1_048_576
"""Bytes of an answer that are read: a list of models is not larger."""


def silence_of(url: str, *, headers: Headers = (), only_success: bool = False) -> str | None:
    """Ask once, and say why nobody answered; None where somebody did, with whatever status.

    No redirect is followed, no proxy is asked, and the answer's body is not read.

    Args:
        url: What is asked for with GET.
        headers: Fields of the request.
        only_success: An answer with a status of 300 and more is none.
    """
    import httpx  # noqa: PLC0415 - it takes a while

    try:
        with _client(url) as client, client.stream("GET", url, headers=list(headers)) as answer:
            status = answer.status_code
    except httpx.RemoteProtocolError as error:
        return f"the answer is not HTTP: {error}"
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"status {status}" if only_success and status >= 300 else None


def answer_of(url: str, *, headers: Headers = ()) -> tuple[int | None, bytes]:
    """Ask once, and give the status with the beginning of the body; None as status where nobody answered.

    Args:
        url: What is asked for with GET.
        headers: Fields of the request.
    """
    import httpx  # noqa: PLC0415 - it takes a while

    body = bytearray()
    try:
        with _client(url) as client, client.stream("GET", url, headers=list(headers)) as answer:
            for piece in answer.iter_bytes():
                body += piece
                if len(body) > _LARGEST:
                    break
            return answer.status_code, bytes(body)
    except (httpx.HTTPError, httpx.InvalidURL, OSError):
        return None, b""


def _client(url: str) -> httpx.Client:
    import httpx  # noqa: PLC0415 - it takes a while

    # Reading the certificates takes longer than a question to this machine.
    return httpx.Client(
        verify=url.startswith("https:"), timeout=_PATIENCE, trust_env=False, follow_redirects=False
    )
