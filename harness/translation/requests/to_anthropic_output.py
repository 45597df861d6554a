"""What the answer is to be: a schema where the model takes one, a tool whose arguments are the answer, or words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.jsonvalue import compact
from harness.translation.requests.schema_subset import ANTHROPIC, fitted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.translation.requests.accepted_names import AcceptedNames
    from harness.translation.requests.claude_models import ClaudeModel
    from harness.translation.requests.wishes import Wishes
    from harness.turn.conversation import OutputFormat

ANSWER_TOOL: Final = "json_response"
"""The name of the tool whose arguments are the answer, unless a tool of the client has it."""

_IN_WORDS: Final = "Answer with one JSON object, and nothing else: no Markdown, no words before or after it."


def put_output(body: dict[str, Any], wishes: Wishes, names: AcceptedNames, model: ClaudeModel) -> None:
    """`output_config.format`, or what stands for it."""
    output: OutputFormat | None = wishes.take("output")
    if output is None or output.kind == "text":
        return
    at = output.at or wishes.request.pointer("output")
    schema = output.schema if output.kind == "json_schema" else None
    if schema is None:
        wishes.session.lose("L111", at)
        _ask(body, _IN_WORDS)
        return
    if model.has_structured_output and wishes.session.profile.json_schema:
        if output.name is not None or output.description is not None or output.strict:
            wishes.session.lose("L113", at)
        told, is_changed = fitted(schema, ANTHROPIC)
        if is_changed:
            wishes.session.lose("L112", at)
        body.setdefault("output_config", {})["format"] = {"type": "json_schema", "schema": told}
        return
    if schema.get("type") != "object":
        # The input of a tool is an object, so nothing else can be forced by one.
        wishes.session.lose("L111", at, "asked for in words")
        _ask(
            body, f"Answer with JSON, and nothing else, that fits this JSON Schema:\n{compact(dict(schema))}"
        )
        return
    if output.name is not None or output.strict:
        wishes.session.lose("L113", at)
    _answer_by_tool(body, wishes, names, output.description, schema)


def _ask(body: dict[str, Any], words: str) -> None:
    body.setdefault("system", []).append({"type": "text", "text": words})


def _answer_by_tool(
    body: dict[str, Any],
    wishes: Wishes,
    names: AcceptedNames,
    description: str | None,
    schema: Mapping[str, Any],
) -> None:
    """A tool that the model must call for its answer; a call of another of the client's tools is one, too."""
    name = wishes.session.answer_tool = names.fresh(ANSWER_TOOL)
    told = "Gives the answer to the user."
    tool = {
        "name": name,
        "description": f"{told} {description}" if description else told,
        "input_schema": dict(schema),
    }
    choice: dict[str, Any] | None = body.get("tool_choice")
    is_alone = "tools" not in body or (choice is not None and choice["type"] == "none")
    body["tools"] = [*body.get("tools", ()), tool]
    if is_alone:
        body["tool_choice"] = {"type": "tool", "name": name, "disable_parallel_tool_use": True}
    elif choice is None or choice["type"] == "auto":
        body["tool_choice"] = {**(choice or {}), "type": "any"}
