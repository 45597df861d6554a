"""HTTP-CLOSE: how a body ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import How
from harness.findings import Severity
from harness.rules.ends import MISSING_AT_THE_END
from harness.rules.rule import CLOSE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case

DEFAULT_GRACE_S = 5.0
_READ_TO_THE_END = frozenset({How.COMPLETE, How.SERVER_CUT, How.RESET, How.TIMEOUT})


class LateEnd(Rule[Any]):
    """The body stays open long after the event that ends the stream.

    ## Why it matters
    Clients that read to the end of the body (and the SDKs do, to give the connection back) wait for a server that has
    nothing more to say: the answer is there, and the call does not return.

    The body has 5 seconds, or what the option `grace_s` of the profile says.

    ## Violates
    ```example
    stream: chat/text
    ending: complete after 6 s
    ```

    ## Conforms
    ```example
    stream: chat/text
    ending: complete after 1 s
    ```

    ```example
    stream: chat/text
    ending: client_close after 60 s
    ```

    ## Exceptions
    Where the client closed the stream, nothing is known: many close at the terminal event. A client that reads slowly
    makes the end come late as well; a recording cannot tell.
    """

    id = "HTTP-CLOSE-001"
    severity = Severity.ERROR
    source = "OmniRoute#6777, agentscope-java#2073, vllm-mlx#101"
    on = (CLOSE,)
    needs = ("times", "ending")

    def observe(self, case: Case[Any]) -> Found:
        """Judge the end."""
        terminal = case.wire.terminal_at_us
        if case.ending is None or terminal is None or case.ending.how not in _READ_TO_THE_END:
            return None
        grace = float(self.options.get("grace_s", DEFAULT_GRACE_S))
        seconds = (case.ending.at_us - terminal) / 1_000_000
        if seconds <= grace:
            return None
        return self.finding(
            case, f"The body ends {seconds:.1f} s after the event that ends the stream.",
            expected=f"within {grace:g} s", found=f"{seconds:.1f} s", part="ending", subject="late",
        )  # fmt: skip

    def exercised(self, case: Case[Any], seen: frozenset[str] | set[str]) -> bool:
        """Only a stream with a terminal event that was read to its end is judged."""
        return (
            case.wire.terminal_at_us is not None
            and case.ending is not None
            and case.ending.how in _READ_TO_THE_END
            and super().exercised(case, seen)
        )


class BrokenConnection(Rule[Any]):
    """The server, or what stands before it, breaks the connection off before the end of the body.

    ## Why it matters
    HTTP marks the end of a body, and its absence is the only sign that something is missing. Clients raise a transport
    error in the middle of the answer: `peer closed connection without sending complete message body`.

    What else is missing at the end is missing because of this, and is not reported again.

    ## Violates
    ```example
    stream: chat/text
    drop -1
    ending: reset
    ```

    ```example
    stream: chat/text
    ending: server_cut
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```

    ```example
    stream: chat/text
    ending: client_close
    ```

    ## Exceptions
    After the event that ends the stream it is only a warning: the answer is whole. A gateway whose upstream has fallen
    silent, or broke off itself, may tell so in this way; an event with an error would say more. A client that goes away, a time
    limit of its own and a recorder that died are not the server's doing: then this is not exercised.
    """

    id = "HTTP-CLOSE-002"
    severity = Severity.ERROR
    source = "RFC 9112, section 8; private-ai-gateway#98"
    on = (CLOSE,)
    needs = ("ending",)
    streamed = None
    supersedes = (
        "SSE-TRUNC-001",
        "SSE-FRAME-001",
        "SSE-JSON-001",
        "HTTP-STATUS-002",
        "HTTP-HDR-003",
        "HTTP-CT-002",
        *MISSING_AT_THE_END,
    )

    def observe(self, case: Case[Any]) -> Found:
        """Judge the end."""
        ending = case.ending
        if ending is None or not case.broken_off:
            return None
        over = case.wire.terminal
        when = "after the event that ends the stream" if over else "before the end of the answer"
        what = "reset" if ending.how is How.RESET else "closed"
        return self.finding(
            case, f"The connection was {what} {when}.", expected="a body that ends as HTTP says", found=str(ending.how),
            severity=Severity.WARNING if over else None, part="ending", subject=f"{ending.how} {over}",
        )  # fmt: skip

    def exercised(self, case: Case[Any], seen: frozenset[str] | set[str]) -> bool:
        """Where the client left, the server had no say."""
        return not case.left_early and super().exercised(case, seen)
