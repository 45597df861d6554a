"""RESP-TERM-004 to 006: usage, and what an incomplete response ends in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import elements, lacking
from harness.rules.rule import MALFORMED, WHOLE, Rule

if TYPE_CHECKING:
    from harness.dialects.signal import Body
    from harness.findings import Finding
    from harness.rules.case import Case

_ENDS = ("response.completed", "response.incomplete")
_WITHOUT_STATUS = frozenset({"reasoning", "mcp_list_tools", "mcp_approval_request", "compaction"})
"""Items that have no status: what was cut off there cannot be seen."""


def final(case: Case[ResponsesStream]) -> tuple[Body, str]:
    """The response that the event or the whole answer holds, and the pointer to it; an empty one where none is."""
    if not case.streamed:
        return case.body, ""
    response = case.body.get("response")
    return (response if isinstance(response, dict) else {}), "/response"


class UsageIncomplete(Rule[ResponsesStream]):
    """The finished response has no usage, or one that lacks a member.

    ## Why it matters

    codex fails the turn with `missing field reasoning_tokens` when `output_tokens_details` is an object without it;
    budgets and bills are made of these numbers (litellm#37264, CodexPlusPlus#1908). Every official stream, complete or
    incomplete, has all of them.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.usage.output_tokens_details = {}
    ```

    ```example
    stream: responses/text
    event response.completed: - response.usage.total_tokens
    ```

    No usage at all is a warning: some upstreams have none to give.

    ```example
    stream: responses/text
    event response.completed: response.usage = null
    ```

    ## Conforms

    A response that failed needs none:

    ```example
    stream: responses/failed
    ```

    ```example
    stream: responses/incomplete
    ```

    ## How to mend

    Send `input_tokens`, `input_tokens_details.cached_tokens`, `output_tokens`, `output_tokens_details.reasoning_tokens`
    and `total_tokens`, each an integer; what is not known is 0. A gateway that asks its upstream for a stream of Chat
    Completions has to set `stream_options.include_usage`, or there is none to pass on.
    """

    id = "RESP-TERM-004"
    severity = Severity.ERROR
    source = "SDK types (required); codex-rs sse/responses.rs; 524 official streams"
    on = (*_ENDS, MALFORMED, WHOLE)
    exercised_by = (*_ENDS, WHOLE)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Take what is wrong with the usage, or miss it."""
        response, prefix = final(case)
        kind = str(case.body.get("type") or "response")
        found = self._taken(case, f"{prefix}/usage", kind) if case.problems else ()
        if found or not response or response.get("usage") is not None:
            return found
        if not (kind in _ENDS or response.get("status") in {"completed", "incomplete"}):
            return found
        return self.finding(
            case,
            f"The {response.get('status')} response has no usage.",
            pointer=f"{prefix}/usage",
            expected="an object",
            found="null" if "usage" in response else "(missing)",
            severity=Severity.WARNING,
            subject=f"{kind} usage",
        )

    def _taken(self, case: Case[ResponsesStream], pointer: str, kind: str) -> tuple[Finding, ...]:
        """Make findings of the problems inside the usage."""
        mine = [
            one for one in case.problems if one.pointer == pointer or one.pointer.startswith(f"{pointer}/")
        ]
        for one in mine:
            case.problems.remove(one)
        return tuple(
            self.finding(
                case,
                f"The usage has {lacking(one)}; the member is an {one.expected}.",
                pointer=one.pointer,
                expected=one.expected,
                found=one.found,
                subject=f"{kind} {one.pointer} {one.field}",
            )
            for one in mine
        )


class UsageDoesNotAddUp(Rule[ResponsesStream]):
    """The numbers of the usage contradict each other.

    ## Why it matters

    The total is the sum of input and output, cached tokens are among the input's and reasoning tokens among the
    output's. Dashboards subtract one from the other and show negative costs.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.usage.total_tokens = 7
    ```

    ```example
    stream: responses/text
    event response.completed: response.usage.output_tokens_details.reasoning_tokens = 100
    ```

    ## Conforms

    ```example
    stream: responses/reasoning_summary
    ```
    """

    id = "RESP-TERM-005"
    severity = Severity.WARNING
    source = "API reference; 524 official streams"
    on = (*_ENDS, "response.failed", WHOLE)
    exercised_by = (*_ENDS, WHOLE)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Add up."""
        response, prefix = final(case)
        usage: Any = response.get("usage")
        if not isinstance(usage, dict):
            return ()
        given, made, total = (
            _count(usage, name) for name in ("input_tokens", "output_tokens", "total_tokens")
        )
        cached = _count(usage.get("input_tokens_details"), "cached_tokens")
        reasoning = _count(usage.get("output_tokens_details"), "reasoning_tokens")
        checks = (
            (total != given + made, "total_tokens", total, f"{given} + {made} = {given + made}"),
            (cached > given, "input_tokens_details/cached_tokens", cached, f"at most {given}"),
            (reasoning > made, "output_tokens_details/reasoning_tokens", reasoning, f"at most {made}"),
        )
        return tuple(
            self.finding(
                case,
                f"The usage has {name.rpartition('/')[2]} {value}, where {expected} is due.",
                pointer=f"{prefix}/usage/{name}",
                expected=expected,
                found=value,
            )
            for is_wrong, name, value, expected in checks
            if is_wrong
        )


def _count(owner: Any, name: str) -> int:
    """A count; 0 where there is none."""
    value = owner.get(name) if isinstance(owner, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


class IncompleteWithoutIncompleteItem(Rule[ResponsesStream]):
    """The response is incomplete, and its last item is completed.

    ## Why it matters

    Clients that look at items take a text that was cut off, or a call with half of its arguments, for a whole one
    (dynamo#12182, Switchyard#300).

    ## Violates

    ```example
    stream: responses/incomplete
    event response.output_item.done: item.status = "completed"
    event response.incomplete: response.output.0.status = "completed"
    ```

    ## Conforms

    ```example
    stream: responses/incomplete
    ```

    ## Exceptions

    Items that carry no status (reasoning, mcp_list_tools, compaction): official responses end incomplete in one.
    """

    id = "RESP-TERM-006"
    severity = Severity.WARNING
    source = "Open Responses: items are state machines; dynamo#12182, Switchyard#300"
    on = ("response.incomplete", WHOLE)
    exercised_by = ("response.incomplete",)
    dialects = ("responses",)
    streamed = None

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at the last item."""
        response, prefix = final(case)
        output = elements(response, "output")
        if response.get("status") != "incomplete" or not output:
            return None
        last = output[-1]
        status = last.get("status")
        if status != "completed" or last.get("type") in _WITHOUT_STATUS:
            return None
        return self.finding(
            case,
            f"The response is incomplete, and its last item ({last.get('type')}) is {status}.",
            pointer=f"{prefix}/output/{len(output) - 1}/status",
            expected="incomplete",
            found=status,
        )
