"""HTTP-HDR: the head of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.rule import CLOSE, OPEN, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case

_SOON_US = 50_000
_LATE_US = 1_000_000
_MANY = 8


class StreamHead(Rule[Any]):
    """The head of a stream invites caches or buffers: Content-Length, caching, buffering by proxies.

    ## Why it matters
    A Content-Length says that the whole body is known, so nothing is being streamed; proxies hold such bodies back.
    A head that allows caching or asks for buffering makes them do so in the open.

    ## Violates
    ```example
    stream: chat/text
    header: content-length: 4096
    ```

    ```example
    stream: chat/text
    header: cache-control: public, max-age=60
    ```

    ```example
    stream: chat/text
    header: x-accel-buffering: yes
    ```

    ## Conforms
    ```example
    stream: chat/text
    header: cache-control: no-cache
    header: x-accel-buffering: no
    ```

    ## Exceptions
    The catalogue asks for `cache-control: no-cache`. 612 of OpenAI's 618 recorded streams have no cache-control at
    all, so only one that says something else counts. Recorders that hold a body back before they write it add a
    Content-Length of their own.
    """

    id = "HTTP-HDR-001"
    severity = Severity.INFO
    source = "how proxies treat heads; 618 recorded streams of OpenAI"
    on = (OPEN,)
    needs = ("head",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge the head of a stream."""
        found = []
        if (length := case.header("content-length")) is not None:
            found.append(f"content-length: {length}")
        caching = (case.header("cache-control") or "no-cache").lower()
        if "no-cache" not in caching and "no-store" not in caching:
            found.append(f"cache-control: {caching}")
        if (case.header("x-accel-buffering") or "no").strip().lower() == "yes":
            found.append("x-accel-buffering: yes")
        if not found:
            return None
        return self.finding(
            case, f"The head of a stream has {', '.join(found)}.", expected="no-cache, no length, no buffering",
            found=", ".join(found), part="head", subject=" ".join(one.partition(":")[0] for one in found),
        )  # fmt: skip


class RequestIdMissing(Rule[Any]):
    """The answer has no `x-request-id`.

    ## Why it matters
    It is what users quote when something went wrong, and what the SDKs put into exceptions and into `_request_id`.
    Without it nobody finds the request in the server's log.

    ## Violates
    ```example
    stream: chat/text
    header: x-request-id: -
    ```

    ## Conforms
    ```example
    stream: chat/text
    header: x-request-id: req_9f2c
    ```

    ## Exceptions
    Azure says `apim-request-id`, Anthropic `request-id`, Google nothing. An empty head is one that a recorder left out.
    """

    id = "HTTP-HDR-002"
    severity = Severity.INFO
    source = "OpenAI practice: 478 of 618 recorded streams; the others were recorded without it"
    on = (OPEN,)
    needs = ("head",)
    dialects = ("chat", "responses")
    streamed = None

    def observe(self, case: Case[Any]) -> Found:
        """Judge the head."""
        if not case.headers or any(
            case.header(name) for name in ("x-request-id", "request-id", "apim-request-id")
        ):
            return None
        return self.finding(
            case, "The answer has no x-request-id.", expected="x-request-id", found="nothing", part="head",
            subject="x-request-id",
        )  # fmt: skip


class CompressedBody(Rule[Any]):
    """The content-encoding cannot be undone, or holds a stream back until its end.

    ## Why it matters
    A compressor keeps what it was given until its buffer is full or it is told to flush. A stream that goes through
    one without flushes arrives in one piece, after the last token. And a body that is not in the encoding that its
    head names cannot be read by anybody.

    ## Violates
    ```example
    stream: chat/text
    header: content-encoding: gzip
    pause 0: 2 s
    pause 1: 0 s
    pause 2: 0 s
    pause 3: 0 s
    pause 4: 0 s
    pause 5: 0 s
    pause 6: 0 s
    pause 7: 0 s
    ```

    ## Conforms
    ```example
    stream: chat/text
    header: content-encoding: identity
    ```

    ## Exceptions
    That a stream was held back is only said where the times are known, and all of at least 8 events came within
    50 ms, more than a second after the head. It is a warning; a body that nobody can read is an error, of which the
    catalogue made a warning as well.
    """

    id = "HTTP-HDR-003"
    severity = Severity.ERROR
    source = "RFC 9110, 8.4"
    on = (CLOSE,)
    needs = ("head",)
    streamed = None
    supersedes = (
        "SSE-TRUNC-001", "SSE-FRAME-001", "HTTP-STATUS-002", "HTTP-CT-001", "HTTP-CT-002", "HTTP-ERR-002",
        *MISSING_AT_THE_END,
    )  # fmt: skip

    def observe(self, case: Case[Any]) -> Found:
        """Judge the encoding, and when what came, came."""
        coding = (case.header("content-encoding") or "").strip().lower()
        if not coding or coding == "identity":
            return None
        wire = case.wire
        if wire.undecodable:
            return self.finding(
                case, f"The body is not {coding}: {wire.undecodable}.", expected=coding, found=wire.undecodable,
                part="head", subject="undecodable",
            )  # fmt: skip
        first, last = wire.first_at_us, wire.last_at_us
        if not case.timed or first is None or last is None or wire.events < _MANY:
            return None
        if first < _LATE_US or last - first > _SOON_US:
            return None
        return self.finding(
            case, f"{wire.events} events came at once, {first / 1_000_000:.1f} s after the head.",
            expected="each event as it is made", found=f"{coding}, one piece", part="head", subject="held back",
            severity=Severity.WARNING,
        )  # fmt: skip

    def exercised(self, case: Case[Any], seen: frozenset[str] | set[str]) -> bool:
        """Only an encoded body is judged."""
        return case.header("content-encoding") not in {None, "identity"} and super().exercised(case, seen)
