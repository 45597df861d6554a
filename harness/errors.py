"""Every exception of the package, in one place.

```
HarnessError                    anything this package raises on purpose
├── UsageError                  2  an option or argument that cannot be meant
│   ├── UnknownName             2  a name that is not in a registry ("did you mean")
│   └── ExportRefused           2  a format that cannot hold what the cassette holds
├── InputError                  4  something that was read is not what it should be
│   ├── CassetteError           4  a cassette: damaged, out of order, of an unknown version
│   │   ├── NotACassette        4
│   │   ├── UnknownSchema       4
│   │   ├── RowError            4
│   │   ├── TruncatedCassette   4
│   │   └── HashMismatch        4
│   ├── ForeignFormatError      4  vcrpy YAML or JSON, HAR, plain SSE that cannot be read
│   └── EventTooLarge           4  one SSE event exceeds the limit
├── TargetError                 3  the other side, or this machine, is not there
│   ├── UpstreamUnreachable     3
│   ├── AnswerRefused           3
│   ├── TlsFailure              3
│   ├── PortInUse               3
│   └── FileAccessError         3  a file cannot be written, or is in use by another recorder
├── RequestRefused              4  a request to a model that no upstream is sent
├── SecretFound                 1  the recorder refuses to keep what still looks like a live key
└── MissError                   1  no recording answers a request
```

The number is the exit code of the command line (0 clean, 1 findings, 2 usage, 3 target or harness fault,
4 unreadable input). Each error says what is wrong, where, what was expected, what was found, and what to do
next; the command line prints exactly `str(error)`, so nothing is lost between Python and the terminal.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


_MOST_LISTED = 60  # names in a message: beyond that nobody looks one up there


class HarnessError(Exception):
    """Base of all errors that this package raises on purpose.

    Args:
        message: What is wrong, in one sentence.
        where: The file, line, URL, option or byte at which it is wrong.
        expected: What would have been right.
        found: What was there instead. Never a secret.
        hint: What to do next.
    """

    code: ClassVar[str] = "harness-error"
    exit_code: ClassVar[int] = 3

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        expected: str | None = None,
        found: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.expected = expected
        self.found = found
        self.hint = hint

    def __str__(self) -> str:
        lines = [f"{self.code}: {self.message}"]
        for label in ("where", "expected", "found", "hint"):
            value = getattr(self, label)
            if value is not None:
                lines.append(f"  {label:<9} {value}")
        return "\n".join(lines)


class UsageError(HarnessError):
    """An option or argument that cannot be meant."""

    code = "usage"
    exit_code = 2


class UnknownName(UsageError):
    """A name that is in no registry.

    Args:
        kind: What sort of name it is ("fault", "record mode").
        name: The name as it was given.
        known: All names that would have been right.
        where: The option or file it was given in.
        hint: Where they are listed, for when no name is close and there are too many to be listed here.
    """

    code = "unknown-name"

    def __init__(
        self, kind: str, name: str, known: Iterable[str], *, where: str | None = None, hint: str | None = None
    ) -> None:
        names = sorted(known)
        close = get_close_matches(name, names, n=1)
        super().__init__(
            f"there is no {kind} {name!r}",
            where=where,
            expected=", ".join(names) if len(names) <= _MOST_LISTED else f"one of {len(names)} names",
            hint=f"did you mean {close[0]!r}?" if close else hint,
        )
        self.name = name


class ExportRefused(UsageError):
    """The target format cannot hold what the cassette holds."""

    code = "export-refused"


class InputError(HarnessError):
    """Something that was read is not what it should be."""

    code = "unreadable-input"
    exit_code = 4


class CassetteError(InputError):
    """A cassette that cannot be trusted or understood."""

    code = "cassette-error"


class NotACassette(CassetteError):
    """The input is no cassette at all."""

    code = "not-a-cassette"


class UnknownSchema(CassetteError):
    """The cassette has a schema version that this release does not know."""

    code = "cassette-unknown-schema"


class RowError(CassetteError):
    """A row that is malformed or stands in the wrong place."""

    code = "cassette-row"


class TruncatedCassette(CassetteError):
    """The cassette ends before its seal."""

    code = "cassette-truncated"


class HashMismatch(CassetteError):
    """The rows are not those that were sealed."""

    code = "cassette-hash-mismatch"


class ForeignFormatError(InputError):
    """A recording of another tool that cannot be read."""

    code = "foreign-format"


class EventTooLarge(InputError):
    """One SSE event grew past the limit before it ended."""

    code = "sse-event-too-large"


class TargetError(HarnessError):
    """The other side, or this machine, is not there."""

    code = "target-error"


class UpstreamUnreachable(TargetError):
    """No connection to the upstream could be made."""

    code = "upstream-unreachable"


class AnswerRefused(TargetError):
    """A live server answered with an error status in place of what was asked for."""

    code = "refused-by-server"


class TlsFailure(TargetError):
    """The TLS handshake with the upstream failed."""

    code = "tls-failure"


class PortInUse(TargetError):
    """The address to listen on is taken."""

    code = "port-in-use"


class FileAccessError(TargetError):
    """A file cannot be read, written or locked."""

    code = "file-access"


class RequestRefused(HarnessError):
    """A request to a model that cannot be meant, or cannot be translated: no upstream is sent it.

    Args:
        message: What is wrong, as the client is told.
        status: The HTTP status that OpenAI answers with.
        kind: OpenAI's error type.
        param: The member that is to blame, in OpenAI's notation (`messages[0].content`); None where it is none.
        name: OpenAI's error code, such as `unknown_parameter`; None where it has none.
        hint: What whoever runs the gateway can do about it; the client is not told.
    """

    code = "request-refused"
    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        param: str | None = None,
        name: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, where=param, hint=hint)
        self.status = status
        self.kind = kind
        self.param = param
        self.name = name

    def body(self) -> dict[str, dict[str, str | None]]:
        """The error object, as OpenAI sends it."""
        return {"error": {"message": self.message, "type": self.kind, "param": self.param, "code": self.name}}


class SecretFound(HarnessError):
    """What is about to be written still holds something that looks like a live key."""

    code = "secret-found"
    exit_code = 1


class MissError(HarnessError):
    """No recording answers a request."""

    code = "no-matching-recording"
    exit_code = 1
