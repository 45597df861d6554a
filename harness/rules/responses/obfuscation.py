"""RESP-OBF: padding against traffic analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case


class ObfuscationMisplaced(Rule[ResponsesStream]):
    """An event that is no delta has obfuscation.

    ## Why it matters

    OpenAI pads the deltas so that their sizes do not give the text away (delta and padding are a multiple of 16
    characters together). Elsewhere the member has no meaning, and typed clients that forbid unknown members reject
    the event.

    ## Violates

    ```example
    stream: responses/text
    event response.output_text.done: obfuscation = "Qy7Zk1"
    ```

    ## Conforms

    It has no part in any comparison of texts, and may be left out:

    ```example
    stream: responses/text
    event 5: - obfuscation
    ```
    """

    id = "RESP-OBF-001"
    severity = Severity.INFO
    source = "26,423 deltas of official streams since 2025-08"
    on = ("obfuscation-misplaced",)
    exercised_by = ("response.output_text.delta", "response.function_call_arguments.delta",
                    "response.reasoning_summary_text.delta", "response.code_interpreter_call_code.delta",
                    "response.mcp_call_arguments.delta")  # fmt: skip
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding:
        """Tell what the machine noticed."""
        return self.finding(
            case,
            f"{case.body.get('type')} has obfuscation, which belongs to deltas.",
            pointer="/obfuscation",
            expected="no such member",
            found=case.body.get("obfuscation"),
        )
