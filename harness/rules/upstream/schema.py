"""UP-SCHEMA: payloads have their published shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.rule import MALFORMED, MESSAGE, WHOLE, Rule

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found


class PayloadMisfit(Rule[Any]):
    """A payload does not have the shape that the provider publishes for it.

    ## Why it matters
    Gateways decode with the provider's own types. A missing `index` or a count that is a string makes them fail, or
    put a default in its place, and what they then send downstream is wrong without their doing.

    ## Violates
    ```example
    stream: anthropic/text
    event 4: delta.text = 7
    ```

    ```example
    stream: gemini/text
    event 0: candidates.0.content.parts.0.text = ["It ends in"]
    ```

    ## Conforms
    ```example
    stream: anthropic/citations
    ```

    ```example
    stream: gemini/grounding
    ```
    """

    id = "UP-SCHEMA-001"
    severity = Severity.ERROR
    source = "the types of the pinned anthropic and google-genai SDKs (specs/)"
    on = (MALFORMED,)
    exercised_by = (MESSAGE, WHOLE)
    dialects = ("anthropic", "gemini")
    streamed: ClassVar[bool | None] = None

    def observe(self, case: Case[Any]) -> Found:
        """Report every member that does not fit."""
        problems, case.problems = case.problems, []
        return tuple(
            self.finding(
                case,
                f"`{problem.field}` is missing."
                if problem.keyword == "required"
                else f"`{problem.field}` does not fit.",
                pointer=problem.pointer,
                expected=problem.expected,
                found=problem.found,
            )
            for problem in problems
        )
