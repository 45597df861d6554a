"""Feeding the bytes of an answer to an installed SDK, and telling what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.cassettes.exchange import Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What an SDK is fed.

    Args:
        dialect: "chat" or "responses".
        status: The HTTP status.
        headers: The head's fields; content-encoding must be undone and its field taken out.
        body: The bytes of the body.
        streamed: Whether the SDK is asked for a stream.
    """

    dialect: str
    status: int
    headers: Headers
    body: bytes
    streamed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkVerdict:
    """What an SDK did.

    Args:
        sdk: Its name, as `--sdk` takes it.
        version: Its version; "" where it is not installed.
        status: "ok" (it gave a final answer), "raised", or "absent" (not installed, or it does not speak the
            dialect).
        exception: The name of what it raised.
        message: The exception's text, or why the SDK is absent.
        text: The visible text of the final answer, where there is one.
        calls: The function calls of the final answer, each as `name(arguments)`.
    """

    sdk: str
    version: str = ""
    status: str
    exception: str = ""
    message: str = ""
    text: str | None = None
    calls: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"{self.sdk} {self.version}".strip()
        if self.status == "raised":
            return f"{name}: {self.exception}: {self.message}"
        if self.status == "absent":
            return f"{name}: not asked ({self.message})"
        read = [f"text {_shown(self.text)}"] if self.text is not None else []
        read += [f"call {_cut(call)}" for call in self.calls[:_MOST_CALLS]]
        if len(self.calls) > _MOST_CALLS:
            read.append(f"and {len(self.calls) - _MOST_CALLS} more calls")
        return f"{name}: accepts it, and reads {', '.join(read) or 'nothing'}"


_LONGEST = 60
_MOST_CALLS = 3


def _shown(text: str) -> str:
    return repr(text) if len(text) <= _LONGEST else f"{text[:_LONGEST]!r}... ({len(text):,} characters)"


def _cut(text: str) -> str:
    return text if len(text) <= 2 * _LONGEST else f"{text[: 2 * _LONGEST]}... ({len(text):,} characters)"


def sdk_names() -> tuple[str, ...]:
    """The SDKs that can be asked."""
    return tuple(_drivers())


def ask(sdk: str, fed: Fed) -> SdkVerdict:
    """Feed an answer to an SDK.

    Nothing leaves the process but, for an SDK of another language, to a child process on this machine.

    Raises:
        UnknownName: There is no driver for such an SDK.
    """
    drivers = _drivers()
    if sdk not in drivers:
        raise UnknownName("SDK", sdk, drivers)
    if fed.dialect not in {"chat", "responses"}:
        return SdkVerdict(sdk=sdk, status="absent", message=f"it does not speak {fed.dialect}")
    return drivers[sdk](fed)


def _drivers() -> Mapping[str, Callable[[Fed], SdkVerdict]]:
    from harness.io.sdks import openai_node, openai_python  # noqa: PLC0415 - only where an SDK is asked

    return {"openai-python": openai_python.ask, "openai-node": openai_node.ask}
