"""SSE-IDLE: something comes while the client waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import CLOSE, IDLE, Found, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case


class LongSilence(Rule[Any]):
    """Nothing came for longer than clients and proxies wait.

    ## Why it matters
    Codex gives up with `idle timeout waiting for SSE`, and load balancers close connections on which nothing moves,
    often after 60 seconds. A comment every 15 seconds keeps all of them content.

    The limit is 60 seconds unless `--idle` says otherwise. The time before the first byte counts, and so does the
    time between the last byte and the end of a body whose terminal event never came.

    ## Violates
    ```example
    stream: chat/text
    pause 2: 61 s
    ```

    ## Conforms
    ```example
    stream: chat/text
    pause 2: 20 s
    ```

    ## How to mend
    Send a comment (`: keepalive` and a blank line) whenever there was nothing to say for 15 seconds.
    """

    id = "SSE-IDLE-001"
    severity = Severity.WARNING
    source = "codex idle timeout; ollama#14600"
    on = (IDLE,)
    exercised_by = (CLOSE,)
    needs = ("times",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge one gap."""
        seconds = case.wire.gap_us / 1_000_000
        return self.finding(
            case, f"Nothing came for {seconds:.1f} s.", found=f"{seconds:.1f} s", subject="silence"
        )
