"""The output items of Responses whose tools the server runs, or that no common client knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.generate.responses_item import CONTAINER, SEALED, Event, Item, Json, Written, own_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_PICTURE: Final = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1024x1024"}


def _steps(kind: str, *names: str) -> list[Event]:
    return [Event(f"response.{kind}.{name}", {}) for name in names]


def web_search(item: Item) -> Written:
    """A search in the web; one of another provider has no steps."""
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


def file_search(item: Item) -> Written:
    """A search in files."""
    found = [{"file_id": "file-1", "filename": "a.md", "score": 0.5, "text": "x", "attributes": {}}]
    return Written(
        {"type": item.kind, "status": "in_progress", "queries": [], "results": None},
        _steps(item.kind, "in_progress", "searching", "completed"),
        {
            "type": item.kind,
            "status": "completed",
            "queries": ["x"],
            "results": found if item.which % 2 else None,
        },
    )


def code_interpreter(item: Item) -> Written:
    """Code that the server runs."""
    outputs: tuple[Any, ...] = (
        None,
        [{"type": "logs", "logs": "1\n"}, {"type": "image", "url": "https://example.org/a.png"}],
    )
    head = {"type": item.kind, "container_id": CONTAINER}
    code = "".join(item.pieces)
    return Written(
        {**head, "status": "in_progress", "code": "", "outputs": None},
        [
            *_steps(item.kind, "in_progress"),
            *own_text(item, "code_interpreter_call_code", "code"),
            *_steps(item.kind, "interpreting", "completed"),
        ],
        {**head, "status": "completed", "code": code, "outputs": outputs[item.which % 2]},
    )


def image(item: Item) -> Written:
    """A picture, perhaps after previews."""
    partial = [
        Event(
            "response.image_generation_call.partial_image",
            {"partial_image_index": number, "partial_image_b64": "iVBORw0KGgo=", **_PICTURE},
        )
        for number in range(item.which % 3)
    ]
    return Written(
        {"type": item.kind, "status": "in_progress"},
        [*_steps(item.kind, "in_progress", "generating"), *partial, *_steps(item.kind, "completed")],
        {
            "type": item.kind,
            "status": "completed",
            **_PICTURE,
            "result": "iVBORw0KGgo=",
            "revised_prompt": "x",
        },
    )


def mcp_tools(item: Item) -> Written:
    """The tools of a remote server are listed."""
    head = {"type": item.kind, "server_label": "docs"}
    failed = item.which % 4 == 3
    tools = [{"name": "lookup", "description": None, "annotations": None, "input_schema": {"type": "object"}}]
    return Written(
        {**head, "tools": []},
        _steps(item.kind, "in_progress", "failed" if failed else "completed"),
        {**head, "tools": [] if failed else tools, **({"error": "unreachable"} if failed else {})},
    )


def mcp_call(item: Item) -> Written:
    """A tool of a remote server is called."""
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
            *own_text(item, "mcp_call_arguments", "arguments"),
            *_steps(item.kind, "failed" if failed else "completed"),
        ],
        {**head, "arguments": "".join(item.pieces), **told},
    )


def shell(item: Item) -> Written:
    """Commands of a shell."""
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


def shell_output(item: Item) -> Written:
    """What they print."""
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


def patch(item: Item) -> Written:
    """A file is to be changed."""
    kind = ("create_file", "update_file", "delete_file")[item.which % 3]
    head = {"type": item.kind, "call_id": "{call}"}
    deletes = kind == "delete_file"
    diff = {} if deletes else {"diff": "".join(item.pieces)}
    empty = {} if deletes else {"diff": ""}
    return Written(
        {**head, "status": "in_progress", "operation": {"type": kind, **empty, "path": "a.md"}},
        [] if deletes else own_text(item, "apply_patch_call_operation_diff", "diff"),
        {**head, "status": "completed", "operation": {"type": kind, **diff, "path": "a.md"}},
    )


def compaction(item: Item) -> Written:
    """What takes the place of what was said."""
    added, done = ({"type": item.kind, "encrypted_content": one} for one in SEALED)
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
    "acme:ranking": {"score": 1, "status": "completed"},
    "apply_patch_call_output": {"call_id": "{call}", "output": None, "status": "completed"},
}
"""Items that have no events of their own, but for what is always there; one is a vendor's."""


def bare(item: Item) -> Written:
    """An item that comes whole."""
    members = dict(BARE[item.kind])
    if item.kind == "computer_call":
        members["action"] = _ACTIONS[item.which % len(_ACTIONS)]
    done = {"type": item.kind, **members}
    return Written({**done, **({"status": "in_progress"} if "status" in done else {})}, [], done)


_BY_TOOL: Final[tuple[tuple[Json, tuple[str, ...]], ...]] = (
    ({"type": "web_search"}, ("web_search_call",)),
    ({"type": "file_search", "vector_store_ids": ["vs_1"]}, ("file_search_call",)),
    ({"type": "code_interpreter", "container": {"type": "auto"}}, ("code_interpreter_call",)),
    ({"type": "image_generation", "partial_images": 2}, ("image_generation_call",)),
    (
        {"type": "mcp", "server_label": "docs", "server_url": "https://docs.invalid/mcp"},
        ("mcp_list_tools", "mcp_call", "mcp_approval_request", "mcp_approval_response"),
    ),
    ({"type": "shell"}, ("shell_call", "shell_call_output")),
    ({"type": "apply_patch"}, ("apply_patch_call", "apply_patch_call_output")),
    ({"type": "computer"}, ("computer_call", "computer_call_output")),
    ({"type": "local_shell"}, ("local_shell_call", "local_shell_call_output")),
    ({"type": "tool_search"}, ("tool_search_call", "tool_search_output")),
    ({"type": "programmatic_tool_calling"}, ("program", "program_output")),
)

TOOLS: Final[Mapping[str, Json]] = {kind: tool for tool, kinds in _BY_TOOL for kind in kinds}
"""Which tool the request has where there are such items."""
