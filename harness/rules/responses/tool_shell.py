"""RESP-TOOL-005 and 006: commands of a shell, and what they print."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.responses.state import Part, ResponsesStream
from harness.findings import Severity
from harness.jsonvalue import first_difference
from harness.rules.responses.conservation import (
    against_deltas,
    against_told,
    begun,
    done_here,
    ended_early,
    for_another_item,
    is_mixed_up,
    is_phantom,
    item_here,
    noticed,
    tellings,
    where,
)
from harness.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.findings import Finding
    from harness.rules.case import Case

_ITEM_DONE = "response.output_item.done"
_COMMAND = "response.shell_call_command"
_OUTPUT = "response.shell_call_output_content"


class CommandDiffers(Rule[ResponsesStream]):
    """A shell command is not announced, counted or conserved as it should be.

    ## Why it matters

    The client runs the command. What it assembles from deltas and what the finished item says must be the same text.

    ## Violates

    ```example
    stream: responses/shell
    event response.shell_call_command.done: command = "uname -a"
    ```

    ```example
    stream: responses/shell
    event response.output_item.done: item.action.commands.0 = "uname"
    event response.completed: response.output.0.action.commands.0 = "uname"
    ```

    ```example
    stream: responses/shell
    drop response.shell_call_command.added
    ```

    ```example
    stream: responses/shell
    event response.shell_call_command.added#1: command_index = 2
    event response.shell_call_command.delta#2: command_index = 2
    event response.shell_call_command.done#1: command_index = 2
    ```

    ## Conforms

    These events carry no `item_id`:

    ```example
    stream: responses/shell
    ```
    """

    id = "RESP-TOOL-005"
    severity = Severity.ERROR
    source = "conservation of content; 3 recorded streams with shell calls"
    on = (f"{_COMMAND}.done", _ITEM_DONE, "command-not-added", "command-index-changed", "command-index-gap",
          "command-added-twice", "command-delta-after-done", "command-text-done-twice", "command-left-open",
          "command-without-deltas", "wrong-item-type")  # fmt: skip
    exercised_by = (f"{_COMMAND}.added", f"{_COMMAND}.delta", f"{_COMMAND}.done")
    dialects = ("responses",)

    _TOLD = {  # noqa: RUF012 - never changed
        "command-not-added": "was never added",
        "command-index-changed": "is not the one that is open",
        "command-index-gap": "is not the next one",
        "command-added-twice": "is added a second time",
        "command-delta-after-done": "goes on after it was done",
        "command-text-done-twice": "is done a second time",
        "command-left-open": "is open when its item is done",
        "command-without-deltas": "came in no delta",
    }

    def observe(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...] | None:
        """Tell what the machine noticed, or compare the tellings of the command."""
        if noticed(case).kind:
            return self._noticed(case)
        if case.body.get("type") == _ITEM_DONE:
            return self._item(case)
        item, index = item_here(case), case.body.get("command_index")
        command = item.commands.get(index) if item is not None and isinstance(index, int) else None
        if command is None or command.texts_done > 1 or is_mixed_up(item):
            return None
        return against_deltas(self, case, command.text, "command")

    def _noticed(self, case: Case[ResponsesStream]) -> Finding | None:
        signal = noticed(case)
        if signal.kind == "wrong-item-type":
            return for_another_item(self, case, _COMMAND)
        part = signal.about
        if is_phantom(case) or not isinstance(part, Part):
            return None
        if (signal.kind.endswith("after-done") and ended_early(part.text)) or (
            "-index-" not in signal.kind and is_mixed_up(item_here(case))
        ):
            return None
        is_mild = signal.kind == "command-without-deltas"
        return self.finding(
            case,
            f"Command {part.index} of {where(case)} {self._TOLD[signal.kind]}.",
            expected=signal.expected,
            found=signal.found,
            severity=Severity.WARNING if is_mild else None,
            subject=signal.kind,
        )

    def _item(self, case: Case[ResponsesStream]) -> Finding | tuple[Finding, ...]:
        done = done_here(case)
        if done is None or not done[0].commands or done[0].type != "shell_call" or is_mixed_up(done[0]):
            return ()
        action: Any = done[1].get("action")
        commands = action.get("commands") if isinstance(action, dict) else None
        if not isinstance(commands, list):
            return ()
        if len(commands) != len(done[0].commands):
            return self.finding(
                case,
                f"{begun(case)} is done with {len(commands)} commands; {len(done[0].commands)} were streamed.",
                pointer="/item/action/commands",
                expected=len(done[0].commands),
                found=len(commands),
            )
        found = [
            against_told(
                self, case, tellings(command.text), said, pointer=f"/item/action/commands/{index}",
                later=f"command {index} of the finished {where(case)}", mark=command.closed,
            )
            for index, said in enumerate(commands) if (command := done[0].commands.get(index)) is not None
        ]  # fmt: skip
        return tuple(one for one in found if one is not None)


class ShellOutputDiffers(Rule[ResponsesStream]):
    r"""The output of a shell command is not the same in its deltas, in its end and in the finished item.

    ## Why it matters

    The deltas are what the user watches, the finished item is what the model reads in the next turn.

    ## Violates

    ```example
    stream: responses/shell
    event response.shell_call_output_content.delta: delta.stdout = "BSD\n"
    ```

    ```example
    stream: responses/shell
    event response.output_item.done#1: item.output.0.stdout = ""
    event response.completed: response.output.1.output.0.stdout = ""
    ```

    ## Conforms

    ```example
    stream: responses/shell
    ```
    """

    id = "RESP-TOOL-006"
    severity = Severity.WARNING
    source = "2 recorded streams with the output of shell calls"
    on = (f"{_OUTPUT}.done", _ITEM_DONE, "shell-output-delta-after-done", "shell-output-text-done-twice", "shell-output-index-gap",
          "wrong-item-type")  # fmt: skip
    exercised_by = (f"{_OUTPUT}.delta", f"{_OUTPUT}.done")
    dialects = ("responses",)

    _TOLD = {  # noqa: RUF012 - never changed
        "shell-output-delta-after-done": "goes on after it was done",
        "shell-output-text-done-twice": "is done a second time",
        "shell-output-index-gap": "is not the next one",
    }

    def __init__(self, options: Mapping[str, Any] | None = None) -> None:
        super().__init__(options)
        self._well_formed: set[tuple[int, int]] = set()

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Tell what the machine noticed, or compare the tellings of the output."""
        if noticed(case).kind:
            return self._noticed(case)
        if case.body.get("type") == _ITEM_DONE:
            return self._item(case)
        item, index = item_here(case), case.body.get("command_index")
        output = item.outputs.get(index) if item is not None and isinstance(index, int) else None
        if item is None or output is None or output.texts_done > 1:
            return None
        self._well_formed.add((item.index, output.index))
        said, streamed = _printed(case.body.get("output")), output.text.text
        if not output.text.deltas or sorted(said) == sorted(
            streamed
        ):  # stdout's deltas and stderr's interleave
            return None
        return against_told(
            self, case, (streamed,), said, pointer="/output", later=f"the finished output of command {index}"
        )

    def _noticed(self, case: Case[ResponsesStream]) -> Finding | None:
        signal = noticed(case)
        if signal.kind == "wrong-item-type":
            return for_another_item(self, case, _OUTPUT)
        index = case.body.get("command_index")
        return self.finding(
            case, f"The output of command {index} {self._TOLD[signal.kind]}.", pointer="", subject=signal.kind
        )

    def _item(self, case: Case[ResponsesStream]) -> Finding | None:
        done = done_here(case)
        if done is None or done[0].type != "shell_call_output" or not done[0].outputs or is_mixed_up(done[0]):
            return None
        item = done[0]
        unended = [index for index, output in item.outputs.items() if output.closed is None]
        if unended:
            return self.finding(
                case,
                f"{begun(case)} is done before {_OUTPUT}.done of command {unended[0]}.",
                pointer="",
                expected=f"{_OUTPUT}.done before it",
                subject="left open",
            )
        if any((item.index, index) not in self._well_formed for index in item.outputs):
            return None  # what an event said that has another shape is not known
        ended = [item.outputs[index].done or {} for index in sorted(item.outputs)]
        streamed = [
            one for payload in ended if isinstance(output := payload.get("output"), list) for one in output
        ]
        difference = first_difference(streamed, done[1].get("output"), "/item/output")
        if difference is None:
            return None
        return self.finding(
            case,
            f"The output of the finished {where(case)} is not what was streamed: {difference.pointer} has "
            f"{difference.found} instead of {difference.expected}.",
            pointer=difference.pointer,
            expected=difference.expected,
            found=difference.found,
        )


def _printed(outputs: Any) -> str:
    """What outputs say on stdout and stderr."""
    return "".join(
        value
        for output in (outputs if isinstance(outputs, list) else ())
        if isinstance(output, dict)
        for name in ("stdout", "stderr")
        if isinstance(value := output.get(name), str)
    )
