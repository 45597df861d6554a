"""The response at the end: its output, which should be what was streamed, and its usage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string, table
from harness.faults.fault import manner
from harness.faults.mutation import Edit
from harness.faults.responses.items import broken_off, output, parts, resumed, terminal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.cassettes.exchange import Exchange
    from harness.faults.event import Json
    from harness.faults.fault import Need
    from harness.faults.mutation import Stream


@dataclass(frozen=True, kw_only=True)
class TerminalOutput(Edit):
    """The final `output` is empty, lacks its last item, or has another order.

    OpenAI's clients give an empty text for an empty output, whatever the deltas were.
    """

    name: ClassVar[str] = "terminal_output"
    example: ClassVar[str] = "terminal_output:how=order"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "empty": ("RESP-TERM-001",),
        "missing": ("RESP-TERM-001",),
        "order": ("RESP-TERM-001", "RESP-TERM-002", "RESP-TEXT-002"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "final output with an item, two where the order changes"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        items = output(value)
        if len(items) < (2 if self.how == "order" else 1) or not stream.here():
            return False
        found["output"] = {"empty": [], "missing": items[:-1], "order": items[::-1]}[self.how]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response may have any output, and a resumed one items from before."""
        return broken_off(exchange) or resumed(exchange)


@dataclass(frozen=True, kw_only=True)
class TerminalOutputNull(Edit):
    """The final `output` is null or absent."""

    name: ClassVar[str] = "terminal_output_null"
    example: ClassVar[str] = "terminal_output_null:how=absent"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": ("RESP-TERM-003",),
        "absent": ("RESP-TERM-003", "RESP-OBJ-001"),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "final output"

    how: str = manner(breaks_by_how, "What it is.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        if not isinstance(found.get("output"), list) or not stream.here():
            return False
        if self.how == "absent":
            del found["output"]
        else:
            found["output"] = None
        return True


@dataclass(frozen=True, kw_only=True)
class TerminalItemDiffers(Edit):
    """The last item of the final output has another annotation, argument or summary than when it was done."""

    name: ClassVar[str] = "terminal_item_differs"
    example: ClassVar[str] = "terminal_item_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TERM-002", "RESP-TEXT-007", "RESP-FC-001", "RESP-RSN-003")
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "final message, function call or reasoning"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        items = [one for one in output(value) if one.get("type") in {"message", "function_call", "reasoning"}]
        if not items:
            return False
        last = items[-1]
        pieces = [one for one in parts(last) if one.get("type") == "output_text"]
        if not (pieces or "arguments" in last or "summary" in last) or not stream.here():
            return False
        if pieces:
            cited = {
                "type": "url_citation",
                "url": "https://example.com/",
                "title": "x",
                "start_index": 0,
                "end_index": 0,
            }
            pieces[-1]["annotations"] = [*entries(pieces[-1].get("annotations")), cited]
        elif "arguments" in last:
            last["arguments"] = string(last["arguments"]) + " "
        else:
            last["summary"] = [*entries(last["summary"]), {"type": "summary_text", "text": "x"}]
        return True

    def equivalent(self, exchange: Exchange) -> str | None:
        """A failed response never had the item done."""
        return broken_off(exchange)


@dataclass(frozen=True, kw_only=True)
class TerminalUsage(Edit):
    """The `usage` of a whole or cut response is null, or lacks details that clients require."""

    name: ClassVar[str] = "terminal_usage"
    example: ClassVar[str] = "terminal_usage:how=text"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "null": (
            "RESP-TERM-004",
            "XLAT-USE-004",
            "XLAT-USE-006",
        ),
        "details_absent": (
            "RESP-TERM-004",
            "XLAT-USE-005",
        ),
        "reasoning_absent": (
            "RESP-TERM-004",
            "XLAT-USE-005",
        ),
        "cached_absent": (
            "RESP-TERM-004",
            "XLAT-USE-005",
            "XLAT-USE-001",
        ),
        "total_absent": ("RESP-TERM-004",),
        "text": ("RESP-TERM-004",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage with all its numbers"

    how: str = manner(breaks_by_how, "What is wrong with it.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        found = terminal(value)
        counts = table(found.get("usage"))
        into, out = table(counts.get("input_tokens_details")), table(counts.get("output_tokens_details"))
        whole = "cached_tokens" in into and "reasoning_tokens" in out and "total_tokens" in counts
        if value.get("type") == "response.failed" or not whole or not stream.here():
            return False
        if self.how == "null":
            found["usage"] = None
        elif self.how == "text":
            counts["total_tokens"] = str(counts["total_tokens"])
        else:
            holder, key = {
                "details_absent": (counts, "output_tokens_details"),
                "reasoning_absent": (out, "reasoning_tokens"),
                "cached_absent": (into, "cached_tokens"),
                "total_absent": (counts, "total_tokens"),
            }[self.how]
            del holder[key]
        return True


@dataclass(frozen=True, kw_only=True)
class TerminalUsageSum(Edit):
    """The total is not input and output together, or a part is more than the whole."""

    name: ClassVar[str] = "terminal_usage_sum"
    example: ClassVar[str] = "terminal_usage_sum:how=reasoning"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "total": (
            "RESP-TERM-005",
            "XLAT-USE-001",
        ),
        "cached": (
            "RESP-TERM-005",
            "XLAT-USE-001",
            "XLAT-USE-006",
        ),
        "reasoning": (
            "RESP-TERM-005",
            "XLAT-USE-003",
            "XLAT-USE-006",
        ),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage with all its numbers"

    how: str = manner(breaks_by_how, "Which number is wrong.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = table(terminal(value).get("usage"))
        into, out = table(counts.get("input_tokens_details")), table(counts.get("output_tokens_details"))
        numbers = [counts.get(key) for key in ("input_tokens", "output_tokens", "total_tokens")]
        if not (into and out and all(type(one) is int for one in numbers)) or not stream.here():
            return False
        if self.how == "total":
            counts["total_tokens"] += 1
        elif self.how == "cached":
            into["cached_tokens"] = counts["input_tokens"] + 1
        else:
            out["reasoning_tokens"] = counts["output_tokens"] + 1
        return True


@dataclass(frozen=True, kw_only=True)
class TerminalUsageCounts(Edit):
    """The input has one token more than upstream says, and so has the total.

    The stream stays legal; only who knows the upstream can tell.
    """

    name: ClassVar[str] = "terminal_usage_counts"
    example: ClassVar[str] = "terminal_usage_counts"
    breaks: ClassVar[tuple[str, ...]] = ("XLAT-USE-001", "XLAT-USE-002", "XLAT-USE-003", "XLAT-USE-006")
    needs: ClassVar[tuple[Need, ...]] = ("upstream",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "usage with a total"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        counts = table(terminal(value).get("usage"))
        if (
            not all(type(counts.get(key)) is int for key in ("input_tokens", "total_tokens"))
            or not stream.here()
        ):
            return False
        counts["input_tokens"] += 1
        counts["total_tokens"] += 1
        return True
