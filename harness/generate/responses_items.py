"""Any output item of Responses: what it is when it is announced, what comes between, and what it is when done.

An item is written without its place: its events have no `item_id` and no `output_index` yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from harness.generate import responses_hosted as hosted
from harness.generate.responses_hosted import BARE
from harness.generate.responses_spoken import function_call, message, reasoning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from harness.generate.responses_item import Event, Item, Json, Written

_HOSTED: Final[Mapping[str, Callable[[Item], Written]]] = {
    "web_search_call": hosted.web_search, "file_search_call": hosted.file_search,
    "code_interpreter_call": hosted.code_interpreter, "image_generation_call": hosted.image,
    "mcp_list_tools": hosted.mcp_tools, "mcp_call": hosted.mcp_call, "shell_call": hosted.shell,
    "shell_call_output": hosted.shell_output, "apply_patch_call": hosted.patch, "compaction": hosted.compaction,
    **dict.fromkeys(BARE, hosted.bare),
}  # fmt: skip

KINDS: Final = ("message", "function_call", "custom_tool_call", "reasoning", *_HOSTED)
"""Every type of output item that is generated."""


def write(item: Item, place: str, *, logprobs: bool) -> Written:
    """An item in its stages, with the ids of its calls.

    Args:
        item: As it was drawn.
        place: What its ids end with.
        logprobs: Log probabilities were asked for.
    """
    match item.kind:
        case "message":
            written = message(item, logprobs=logprobs)
        case "reasoning":
            written = reasoning(item)
        case "function_call" | "custom_tool_call":
            written = function_call(item)
        case kind:
            written = _HOSTED[kind](item)
    if written.done.get("call_id") == "{call}":
        call_id = f"call_{place}"
        adds = tuple((kind.replace("{call}", call_id), text) for kind, text in written.adds)
        written = written._replace(
            added={**written.added, "call_id": call_id}, done={**written.done, "call_id": call_id}, adds=adds
        )
    return written


def numbered(events: Sequence[Event], address: Json) -> Iterator[Event]:
    """The events with the place of their item; those of a shell's commands have no item id."""
    index = {"output_index": address["output_index"]}
    for one in events:
        at = index if ".shell_call_command." in one.kind else address
        yield one._replace(members={**at, **one.members})
