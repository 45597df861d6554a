"""The output items of Responses: what each is when it is announced, what comes between, and what it is when done.

An item is written without its place: events have no `item_id` and no `output_index` yet.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.generate.material import SIGNATURE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

Json = dict[str, Any]
Adds = tuple[tuple[str, str], ...]

_SEALED: Final = ("gAAAAABpLqttUImhZb1fJCvASeY1jCdo", "gAAAAABpang4N50ujV122i9rtxnufJGg")
_IMAGE: Final = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1024x1024"}
_CONTAINER: Final = "cntr_1"


class TextPart(NamedTuple):
    """A content part.

    Args:
        kind: output_text, refusal, reasoning_text, summary_text.
        pieces: Its text, as it is cut.
        notes: Annotations: after how many pieces, and which.
    """

    kind: str
    pieces: Sequence[str]
    notes: Sequence[tuple[int, int]] = ()


class Item(NamedTuple):
    """One output item, as it was drawn.

    Args:
        kind: Its type.
        parts: Content parts, summary parts, commands.
        pieces: The text that it has itself: arguments, input, code, diff.
        name: The tool's.
        which: A number that chooses among the forms that the item has.
    """

    kind: str
    parts: Sequence[TextPart] = ()
    pieces: Sequence[str] = ()
    name: str = ""
    which: int = 0


class Event(NamedTuple):
    """An event of an item, and what it adds to the meaning."""

    kind: str
    members: Json
    adds: Adds = ()


class Written(NamedTuple):
    """An item in its three stages."""

    added: Json
    inner: list[Event]
    done: Json
    adds: Adds = ()
    """What its announcement adds to the meaning."""


def annotation(which: int, size: int) -> Json:
    """An annotation of a text that has that many characters so far, at least one."""
    place = {"start_index": 0, "end_index": size}
    return (
        {"type": "url_citation", "url": "https://example.org/", "title": "T", **place},
        {"type": "file_citation", "file_id": "file-1", "filename": "a.md", "index": size - 1},
        {"type": "container_file_citation", "container_id": _CONTAINER, "file_id": "cfile_1", "filename": "a.png", **place},
        {"type": "file_path", "file_id": "file-1", "index": size - 1},
    )[which % 4]


def logprobs_of(pieces: Sequence[str]) -> list[Json]:
    """Log probabilities of pieces that are one token each."""
    tokens = [{"token": one, "logprob": -0.5, "bytes": list(one.encode())} for one in pieces if one]
    return [{**one, "top_logprobs": [one]} for one in tokens]


def _text(part: TextPart, index: int, *, logprobs: bool) -> tuple[list[Event], Json]:
    """The events of a part of text, and the part when it is done."""
    at = {"content_index": index}
    sizes = list(accumulate(map(len, part.pieces)))
    whole = "".join(part.pieces)
    events = []
    notes: list[Json] = []
    for number, piece in enumerate(part.pieces, 1):
        said = {**at, "delta": piece, "logprobs": logprobs_of([piece]) if logprobs else []}
        events.append(Event("response.output_text.delta", said, (("text", piece),)))
        for _, which in (one for one in part.notes if one[0] % len(part.pieces) == number % len(part.pieces)):
            note = annotation(which, sizes[number - 1])
            told = {**at, "annotation_index": len(notes), "annotation": note}
            events.append(Event("response.output_text.annotation.added", told))
            notes.append(note)
    every = logprobs_of(part.pieces) if logprobs else []
    done = {"type": "output_text", "annotations": notes, "logprobs": every, "text": whole}
    empty = {"type": "output_text", "annotations": [], "logprobs": [], "text": ""}
    return [
        Event("response.content_part.added", {**at, "part": empty}),
        *events,
        Event("response.output_text.done", {**at, "logprobs": every, "text": whole}),
        Event("response.content_part.done", {**at, "part": done}),
    ], done


def _plain(part: TextPart, index: int) -> tuple[list[Event], Json]:
    """The same of a refusal, a reasoning text or a summary."""
    member = "refusal" if part.kind == "refusal" else "text"
    meaning = "refusal" if part.kind == "refusal" else "thought"
    summary = part.kind == "summary_text"
    at = {"summary_index" if summary else "content_index": index}
    name = f"response.reasoning_{part.kind}" if summary else f"response.{part.kind}"
    frame = "response.reasoning_summary_part" if summary else "response.content_part"
    whole = "".join(part.pieces)
    done = {"type": part.kind, member: whole}
    return [
        Event(f"{frame}.added", {**at, "part": {"type": part.kind, member: ""}}),
        *(Event(f"{name}.delta", {**at, "delta": piece}, ((meaning, piece),)) for piece in part.pieces),
        Event(f"{name}.done", {**at, member: whole}),
        Event(f"{frame}.done", {**at, "part": done}),
    ], done


def _message(item: Item, *, logprobs: bool) -> Written:
    inner: list[Event] = []
    content = []
    for index, part in enumerate(item.parts):
        events, done = _text(part, index, logprobs=logprobs) if part.kind == "output_text" else _plain(part, index)
        inner += events
        content.append(done)
    head = {"type": "message", "role": "assistant", **({"phase": "commentary"} if item.which % 4 == 3 else {})}
    return Written(
        {**head, "status": "in_progress", "content": []}, inner, {**head, "status": "completed", "content": content}
    )


def _reasoning(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    inner: list[Event] = []
    told: dict[str, list[Json]] = {"summary": [], "content": []}
    for part in item.parts:
        kind = "summary" if part.kind == "summary_text" else "content"
        events, done = _plain(part, len(told[kind]))
        inner += events
        told[kind].append(done)
    raw: Json = {"content": told["content"]} if told["content"] else {}
    # What is encrypted is encrypted anew each time that it is sent.
    seal = [{"encrypted_content": one} for one in _SEALED] if item.which % 2 else [{}, {}]
    added = {"type": "reasoning", "summary": [], **({"content": []} if raw else {}), **seal[0]}
    return Written(added, inner, {"type": "reasoning", "summary": told["summary"], **raw, **seal[1]})


def _own(item: Item, event: str, member: str) -> list[Event]:
    """The events of a text that the item itself has."""
    meant = item.kind in ("function_call", "custom_tool_call")
    return [
        *(
            Event(f"response.{event}.delta", {"delta": one}, (("arguments", one),) if meant else ())
            for one in item.pieces
        ),
        Event(f"response.{event}.done", {member: "".join(item.pieces)}),
    ]


def _function_call(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    custom = item.kind == "custom_tool_call"
    member, event = ("input", "custom_tool_call_input") if custom else ("arguments", "function_call_arguments")
    head = {"type": item.kind, "call_id": "{call}", "name": item.name}
    opened = ("call:custom:{call}" if custom else "call:function:{call}", item.name)
    return Written(
        {**head, "status": "in_progress", member: ""},
        _own(item, event, member),
        {**head, "status": "completed", member: "".join(item.pieces)},
        (opened,),
    )


def _steps(kind: str, *names: str) -> list[Event]:
    return [Event(f"response.{kind}.{name}", {}) for name in names]


def _web_search(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    actions: tuple[Json, ...] = (
        {"type": "search", "query": "x", "queries": ["x"]},
        {"type": "open_page", "url": "https://example.org/"},
        {"type": "find_in_page", "url": "https://example.org/", "pattern": "x"},
    )
    action = actions[item.which % 3]
    steps = _steps(item.kind, "in_progress", "searching", "completed") if item.which < 6 else []
    return Written(
        {"type": item.kind, "status": "in_progress", "action": action},
        steps,
        {"type": item.kind, "status": "completed", "action": action},
    )


def _file_search(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    found = [{"file_id": "file-1", "filename": "a.md", "score": 0.5, "text": "x", "attributes": {}}]
    return Written(
        {"type": item.kind, "status": "in_progress", "queries": [], "results": None},
        _steps(item.kind, "in_progress", "searching", "completed"),
        {"type": item.kind, "status": "completed", "queries": ["x"], "results": found if item.which % 2 else None},
    )


def _code_interpreter(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    outputs: tuple[Any, ...] = (
        None,
        [{"type": "logs", "logs": "1\n"}, {"type": "image", "url": "https://example.org/a.png"}],
    )
    head = {"type": item.kind, "container_id": _CONTAINER}
    code = "".join(item.pieces)
    return Written(
        {**head, "status": "in_progress", "code": "", "outputs": None},
        [
            *_steps(item.kind, "in_progress"),
            *_own(item, "code_interpreter_call_code", "code"),
            *_steps(item.kind, "interpreting", "completed"),
        ],
        {**head, "status": "completed", "code": code, "outputs": outputs[item.which % 2]},
    )


def _image(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    partial = [
        Event(
            "response.image_generation_call.partial_image",
            {"partial_image_index": number, "partial_image_b64": "iVBORw0KGgo=", **_IMAGE},
        )
        for number in range(item.which % 3)
    ]
    return Written(
        {"type": item.kind, "status": "in_progress"},
        [*_steps(item.kind, "in_progress", "generating"), *partial, *_steps(item.kind, "completed")],
        {"type": item.kind, "status": "completed", **_IMAGE, "result": "iVBORw0KGgo=", "revised_prompt": "x"},
    )


def _mcp_tools(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    head = {"type": item.kind, "server_label": "docs"}
    failed = item.which % 4 == 3
    tools = [{"name": "lookup", "description": None, "annotations": None, "input_schema": {"type": "object"}}]
    return Written(
        {**head, "tools": []},
        _steps(item.kind, "in_progress", "failed" if failed else "completed"),
        {**head, "tools": [] if failed else tools, **({"error": "unreachable"} if failed else {})},
    )


def _mcp_call(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    head = {"type": item.kind, "name": "lookup", "server_label": "docs", "approval_request_id": None}
    errors: tuple[Json, ...] = (
        {"type": "mcp_protocol_error", "code": 1, "message": "x"},
        {"type": "http_error", "code": 502, "message": "x"},
        {"type": "mcp_tool_execution_error", "content": []},
    )
    failed = item.which >= 5
    error = errors[item.which % 3] if failed else None
    again = _steps(item.kind, "in_progress") if item.which % 2 else []
    told = {"output": None if failed else "x", "error": error, "status": "failed" if failed else "completed"}
    return Written(
        {**head, "status": "in_progress", "arguments": "", "output": None, "error": None},
        [
            *_steps(item.kind, "in_progress"),
            *again,
            *_own(item, "mcp_call_arguments", "arguments"),
            *_steps(item.kind, "failed" if failed else "completed"),
        ],
        {**head, "arguments": "".join(item.pieces), **told},
    )


def _shell(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    head = {"type": item.kind, "call_id": "{call}", "environment": {"type": "local"}}
    limits = {"max_output_length": None, "timeout_ms": None}
    inner = []
    for index, part in enumerate(item.parts):
        at, name = {"command_index": index}, "response.shell_call_command"
        inner.append(Event(f"{name}.added", {**at, "command": ""}))
        inner += [Event(f"{name}.delta", {**at, "delta": one}) for one in part.pieces]
        inner.append(Event(f"{name}.done", {**at, "command": "".join(part.pieces)}))
    commands = ["".join(part.pieces) for part in item.parts]
    return Written(
        {**head, "status": "in_progress", "action": {"commands": [], **limits}},
        inner,
        {**head, "status": "completed", "action": {"commands": commands, **limits}},
    )


def _shell_output(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    head = {"type": item.kind, "status": "completed", "call_id": "{call}", "max_output_length": None}
    outcomes: tuple[Json, ...] = ({"type": "exit", "exit_code": 0}, {"type": "timeout"})
    inner, output = [], []
    for index, part in enumerate(item.parts):
        at, name = {"command_index": index}, "response.shell_call_output_content"
        stream = "stderr" if (item.which + index) % 3 == 1 else "stdout"
        printed = {"stdout": "", "stderr": "", stream: "".join(part.pieces)}
        done = {"outcome": outcomes[item.which % 2], **printed}
        inner += [Event(f"{name}.delta", {**at, "delta": {stream: one}}) for one in part.pieces]
        inner.append(Event(f"{name}.done", {**at, "output": [done]}))
        output.append(done)
    return Written({**head, "output": []}, inner, {**head, "output": output})


def _patch(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    kind = ("create_file", "update_file", "delete_file")[item.which % 3]
    head = {"type": item.kind, "call_id": "{call}"}
    deletes = kind == "delete_file"
    diff = {} if deletes else {"diff": "".join(item.pieces)}
    empty = {} if deletes else {"diff": ""}
    return Written(
        {**head, "status": "in_progress", "operation": {"type": kind, **empty, "path": "a.md"}},
        [] if deletes else _own(item, "apply_patch_call_operation_diff", "diff"),
        {**head, "status": "completed", "operation": {"type": kind, **diff, "path": "a.md"}},
    )


def _compaction(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    added, done = ({"type": item.kind, "encrypted_content": one} for one in _SEALED)
    return Written(added, _steps(item.kind, *["compacting"] * (item.which % 2)), done)


_TOOL: Final = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}, "strict": True}
_SCREEN: Final = {"type": "computer_screenshot", "image_url": "data:image/png;base64,iVBORw0KGgo="}
_ACTIONS: Final[tuple[Json, ...]] = (
    {"type": "click", "button": "left", "x": 1, "y": 2},
    {"type": "double_click", "x": 1, "y": 2, "keys": None},
    {"type": "drag", "path": [{"x": 1, "y": 2}]},
    {"type": "keypress", "keys": ["a"]},
    {"type": "move", "x": 1, "y": 2},
    {"type": "screenshot"},
    {"type": "scroll", "x": 1, "y": 2, "scroll_x": 0, "scroll_y": 9},
    {"type": "type", "text": "x"},
    {"type": "wait"},
)
_RUN: Final = {"type": "exec", "command": ["ls"], "env": {}}

BARE: Final[Mapping[str, Json]] = {
    "tool_search_call": {"arguments": {}, "call_id": None, "execution": "server", "status": "completed"},
    "tool_search_output": {"tools": [_TOOL], "call_id": None, "execution": "server", "status": "completed"},
    "computer_call": {"call_id": "{call}", "pending_safety_checks": [], "status": "completed"},
    "local_shell_call": {"call_id": "{call}", "action": _RUN, "status": "completed"},
    "mcp_approval_request": {"name": "lookup", "server_label": "docs", "arguments": "{}"},
    "mcp_approval_response": {"approval_request_id": "mcpr_1", "approve": True, "reason": None},
    "additional_tools": {"role": "developer", "tools": [_TOOL]},
    "program": {"call_id": "{call}", "code": "x", "fingerprint": "fp_1"},
    "program_output": {"call_id": "{call}", "result": "x", "status": "completed"},
    "function_call_output": {"call_id": "{call}", "output": "x", "status": "completed"},
    "custom_tool_call_output": {"call_id": "{call}", "output": "x", "status": "completed"},
    "computer_call_output": {"call_id": "{call}", "output": _SCREEN, "status": "completed"},
    "local_shell_call_output": {"output": "x", "status": "completed"},
    "apply_patch_call_output": {"call_id": "{call}", "output": None, "status": "completed"},
}
"""Items that have no events of their own, but for what is always there."""


def _bare(item: Item, *, logprobs: bool) -> Written:
    del logprobs
    members = dict(BARE[item.kind])
    if item.kind == "computer_call":
        members["action"] = _ACTIONS[item.which % len(_ACTIONS)]
    done = {"type": item.kind, **members}
    return Written({**done, **({"status": "in_progress"} if "status" in done else {})}, [], done)


_WRITERS: Final[Mapping[str, Callable[..., Written]]] = {
    "message": _message, "reasoning": _reasoning, "function_call": _function_call, "custom_tool_call": _function_call,
    "web_search_call": _web_search, "file_search_call": _file_search, "code_interpreter_call": _code_interpreter,
    "image_generation_call": _image, "mcp_list_tools": _mcp_tools, "mcp_call": _mcp_call, "shell_call": _shell,
    "shell_call_output": _shell_output, "apply_patch_call": _patch, "compaction": _compaction,
    **dict.fromkeys(BARE, _bare),
}  # fmt: skip

KINDS: Final = tuple(_WRITERS)
"""Every type of output item that is generated."""

TOOLS: Final[Mapping[str, Json]] = {
    "web_search_call": {"type": "web_search"},
    "file_search_call": {"type": "file_search", "vector_store_ids": ["vs_1"]},
    "code_interpreter_call": {"type": "code_interpreter", "container": {"type": "auto"}},
    "image_generation_call": {"type": "image_generation", "partial_images": 2},
    **dict.fromkeys(
        ("mcp_list_tools", "mcp_call", "mcp_approval_request", "mcp_approval_response"),
        {"type": "mcp", "server_label": "docs", "server_url": "https://docs.invalid/mcp"},
    ),
    **dict.fromkeys(("shell_call", "shell_call_output"), {"type": "shell"}),
    **dict.fromkeys(("apply_patch_call", "apply_patch_call_output"), {"type": "apply_patch"}),
    **dict.fromkeys(("computer_call", "computer_call_output"), {"type": "computer"}),
    **dict.fromkeys(("local_shell_call", "local_shell_call_output"), {"type": "local_shell"}),
    **dict.fromkeys(("tool_search_call", "tool_search_output"), {"type": "tool_search"}),
    **dict.fromkeys(("program", "program_output"), {"type": "programmatic_tool_calling"}),
}
"""Which tool the request has where there are such items."""


def write(item: Item, place: str, *, logprobs: bool) -> Written:
    """An item in its stages, with the ids of its calls.

    Args:
        item: As it was drawn.
        place: What its ids end with.
        logprobs: Log probabilities were asked for.
    """
    written = _WRITERS[item.kind](item, logprobs=logprobs)
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


__all__ = ["BARE", "KINDS", "SIGNATURE", "TOOLS", "Event", "Item", "TextPart", "Written", "numbered", "write"]
