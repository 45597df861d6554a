"""What a request to Gemini asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.dialects.asked import Asked
from harness.dialects.members import listed, mapping

if TYPE_CHECKING:
    from collections.abc import Mapping

_MODES = {"AUTO": "auto", "ANY": "required", "NONE": "none", "VALIDATED": "auto"}
_MODEL = re.compile(r"models/([^/:?]+):")


def asked(path: str, body: Mapping[str, object]) -> Asked:
    """Read a request. The REST API takes camelCase and snake_case alike.

    Args:
        path: Its path, with the query: the model and the mode stand there.
        body: Its JSON object; members that are not as documented count as absent.
    """
    model = _MODEL.search(path)
    settings = mapping(_either(body, "generationConfig", "generation_config"))
    tools = [mapping(one) for one in listed(body.get("tools"))]
    declared = [
        mapping(one).get("name")
        for tool in tools
        for one in listed(_either(tool, "functionDeclarations", "function_declarations"))
    ]
    calling = mapping(
        _either(
            mapping(_either(body, "toolConfig", "tool_config")),
            "functionCallingConfig",
            "function_calling_config",
        )
    )
    limited = _either(calling, "allowedFunctionNames", "allowed_function_names")
    names = tuple(one for one in listed(limited) if isinstance(one, str))
    choice = _MODES.get(str(calling.get("mode")).upper())
    forced = names[0] if choice == "required" and len(names) == 1 else None
    return Asked(
        body=body,
        stream=":streamGenerateContent" in path,
        model=model[1] if model else None,
        n=_integer(_either(settings, "candidateCount", "candidate_count")) or 1,
        tools=tuple(one for one in declared if isinstance(one, str)),
        has_tools=bool(tools),
        tool_choice="named" if forced else choice,
        forced_tool=forced,
        allowed_tools=names or None,
        stop=tuple(
            one
            for one in listed(_either(settings, "stopSequences", "stop_sequences"))
            if isinstance(one, str)
        ),
        max_tokens=_integer(_either(settings, "maxOutputTokens", "max_output_tokens")),
        logprobs=_truth(_either(settings, "responseLogprobs", "response_logprobs")),
        audio="AUDIO" in listed(_either(settings, "responseModalities", "response_modalities")),
    )


def _either(body: Mapping[str, Any], camel: str, snake: str) -> Any:
    return body[camel] if camel in body else body.get(snake)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None
