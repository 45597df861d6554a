"""Tools that the server runs: the steps they take, and what they are given and print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from harness.faults.event import entries, string
from harness.faults.fault import manner
from harness.faults.mutation import Edit, Mutation, Omission

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from harness.faults.event import Event, Json
    from harness.faults.mutation import Stream

_STEPS = ("in_progress", "searching", "interpreting", "generating", "completed")


@dataclass(frozen=True, kw_only=True)
class ToolStepMissing(Omission):
    """An event that tells how far a built-in tool is, such as `web_search_call.searching`, is left out."""

    name: ClassVar[str] = "tool_step_missing"
    example: ClassVar[str] = "tool_step_missing:how=mcp"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "web_search": ("RESP-TOOL-001",),
        "file_search": ("RESP-TOOL-001",),
        "code_interpreter": ("RESP-TOOL-002",),
        "image_generation": ("RESP-TOOL-003",),
        "mcp": ("RESP-TOOL-004",),
    }
    positional: ClassVar[str | None] = "how"
    wanted: ClassVar[str] = "step of that tool"

    how: str = manner(breaks_by_how, "Which tool it is.")

    def omits(self, value: Json, stream: Stream) -> bool:
        """Whether it is one."""
        del stream
        kind = string(value.get("type"))
        steps = ("in_progress", "searching", "interpreting", "generating", "completed", "failed")
        return kind.startswith(f"response.{self.how}") and kind.rpartition(".")[2] in steps


@dataclass(frozen=True, kw_only=True)
class ToolStepEarly(Mutation):
    """Two steps of a built-in tool, such as `searching` and `completed`, have changed places."""

    name: ClassVar[str] = "tool_step_early"
    example: ClassVar[str] = "tool_step_early"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-001", "RESP-TOOL-002", "RESP-TOOL-003", "RESP-TOOL-004")
    moves_numbers: ClassVar[bool] = True
    wanted: ClassVar[str] = "step right after another"

    def mutate(self, stream: Stream) -> Iterator[Event]:
        """One pass with the change."""
        held: Event | None = None
        for event in stream:
            is_step = "item_id" in event.value and event.kind.rpartition(".")[2] in _STEPS
            if held is not None and is_step and stream.here():
                yield event
                yield held
                held = None
                continue
            if held is not None:
                yield held
            held = event if is_step else None
            if held is None:
                yield event
        if held is not None:
            yield held


@dataclass(frozen=True, kw_only=True)
class PartialImageIndex(Edit):
    """The `partial_image_index` of every partial image is the same, and none the first."""

    name: ClassVar[str] = "partial_image_index"
    example: ClassVar[str] = "partial_image_index"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-003",)
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "partial image"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        if type(value.get("partial_image_index")) is not int or not stream.here():
            return False
        value["partial_image_index"] = 7
        return True


@dataclass(frozen=True, kw_only=True)
class ShellCommand(Edit):
    """The commands of a shell call are counted from one, or are not the sum of their deltas."""

    name: ClassVar[str] = "shell_command"
    example: ClassVar[str] = "shell_command:how=sum"
    breaks_by_how: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "index": ("RESP-TOOL-005",),
        "sum": ("RESP-TOOL-005",),
    }
    positional: ClassVar[str | None] = "how"
    everywhere: ClassVar[bool] = True
    wanted: ClassVar[str] = "event of a shell command"

    how: str = manner(breaks_by_how, "What is wrong.")

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = string(value.get("type"))
        if not kind.startswith("response.shell_call_command.") or type(value.get("command_index")) is not int:
            return False
        if self.how == "sum" and not (kind.endswith(".done") and isinstance(value.get("command"), str)):
            return False
        if not stream.here():
            return False
        if self.how == "sum":
            value["command"] += "!"
        else:
            value["command_index"] += 1
        return True


@dataclass(frozen=True, kw_only=True)
class ShellOutputDiffers(Edit):
    """The output of a shell call when it is done is not that of its item."""

    name: ClassVar[str] = "shell_output_differs"
    example: ClassVar[str] = "shell_output_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-006",)
    wanted: ClassVar[str] = "shell_call_output_content.done with output"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        done = value.get("type") == "response.shell_call_output_content.done"
        found = (
            [one for one in entries(value.get("output")) if isinstance(one.get("stdout"), str)]
            if done
            else []
        )
        if not found or not stream.here():
            return False
        found[0]["stdout"] += "!"
        return True


@dataclass(frozen=True, kw_only=True)
class PatchDiffDiffers(Edit):
    """The diff of a patch when it is done is not the sum of its deltas."""

    name: ClassVar[str] = "patch_diff_differs"
    example: ClassVar[str] = "patch_diff_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-007",)
    wanted: ClassVar[str] = "apply_patch_call_operation_diff.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.apply_patch_call_operation_diff.done"
        if value.get("type") != kind or not isinstance(value.get("diff"), str) or not stream.here():
            return False
        value["diff"] += "!"
        return True


@dataclass(frozen=True, kw_only=True)
class CodeDiffers(Edit):
    """The code of an interpreter when it is done is not the sum of its deltas."""

    name: ClassVar[str] = "code_differs"
    example: ClassVar[str] = "code_differs"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-008",)
    wanted: ClassVar[str] = "code_interpreter_call_code.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.code_interpreter_call_code.done"
        if value.get("type") != kind or not isinstance(value.get("code"), str) or not stream.here():
            return False
        value["code"] += "\n"
        return True


@dataclass(frozen=True, kw_only=True)
class McpArgumentsDiffer(Edit):
    """The arguments of an MCP call when they are done are not the sum of their deltas."""

    name: ClassVar[str] = "mcp_arguments_differ"
    example: ClassVar[str] = "mcp_arguments_differ"
    breaks: ClassVar[tuple[str, ...]] = ("RESP-TOOL-009",)
    wanted: ClassVar[str] = "mcp_call_arguments.done"

    def edit(self, value: Json, stream: Stream) -> bool:
        """Change it; whether it did."""
        kind = "response.mcp_call_arguments.done"
        if value.get("type") != kind or not isinstance(value.get("arguments"), str) or not stream.here():
            return False
        value["arguments"] += " "
        return True
