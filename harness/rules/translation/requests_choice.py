"""XLAT-REQ: which tools the model must, may and may not call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from harness.findings import Severity
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_tools import names_agree
from harness.rules.translation.requests_wishes import is_particular

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Choice, Heard

_HAVE_PARALLEL: Final = frozenset({"chat", "responses", "anthropic"})
"""Protocols that can forbid several calls at once: `parallel_tool_calls` (types of openai 3.52.0) and
`tool_choice.disable_parallel_tool_use` (types of anthropic 2.11.0). Gemini cannot (google-genai 3.4.0)."""
_REFUSES_PARALLEL: Final = re.compile(r"(?:^|/)o\d")


class ToolChoiceLost(Fidelity):
    """The client says which tools must, or must not, be called, and the upstream is told otherwise.

    ## Why it matters
    A forced call is how programs get structured data: without the force they get prose. And where calls are forbidden,
    the client has no code that could run one.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"How warm is it in Oslo?"}],\
"tool_choice":"required","tools":[{"type":"function","function":{"name":"get_weather"}}]}
    stream: translation/chat_tool
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"How warm is it in Oslo?"\
}],"tools":[{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/tool
    ```

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tool_choice":"none",\
"tools":[{"type":"function","function":{"name":"get_weather"}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],\
"tools":[{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"How warm is it in Oslo?"}],\
"tool_choice":{"type":"function","function":{"name":"get_weather"}},\
"tools":[{"type":"function","function":{"name":"get_weather"}}]}
    stream: translation/chat_tool
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"How warm is it in Oslo?"\
}],"tool_choice":{"type":"any"},"tools":[{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/tool
    ```

    ## Exceptions
    Any force that leaves the same calls open is the same. Where none of the client's tools is declared upstream, no
    choice can be told: that is the matter of XLAT-REQ-005, and a named tool that is lost among others is, too.
    Anthropic's models cannot be forced while they think, and the newest not at all: there it is not judged.
    """

    id = "XLAT-REQ-008"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client forces or forbids calls of functions that it declares."""
        if not asked.tools:
            return False
        if asked.choice.mode == "none":
            return True
        if not _declared(sent, asked):
            return False
        is_open = sent.dialect == "anthropic" and (sent.thinks or is_particular(sent))
        return asked.choice.mode in {"required", "named"} and not (is_open and sent.choice.mode == "auto")

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Compare what may be called."""
        choice = asked.choice
        if choice.mode == "none":
            is_kept = not _open(sent, asked)
        elif choice.mode == "required":
            is_narrowed = (
                sent.choice.mode == "named" and len(_declared(sent, asked)) > len(_open(sent, asked)) > 0
            )
            is_kept = sent.choice.mode in {"required", "named"} and not is_narrowed
        else:
            forced = _forced(sent, asked)
            is_kept = len(forced) == 1 and names_agree(choice.names[0], forced[0])
        if is_kept:
            return None
        told = _told(sent.choice)
        message = f"The client's tool choice is {_told(choice)}, and the upstream is told {told}."
        return self.lost(case, message, expected=_told(choice), found=told, subject=choice.mode)


class ParallelCallsAllowed(Fidelity):
    """The client can take one call at a time, and the upstream is not told so.

    ## Why it matters
    Clients that say so run the first call and lose the others, or fail.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"parallel_tool_calls":false,\
"tools":[{"type":"function","function":{"name":"get_weather"}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],\
"tools":[{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"parallel_tool_calls":false,\
"tools":[{"type":"function","function":{"name":"get_weather"}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],\
"tool_choice":{"type":"auto","disable_parallel_tool_use":true},\
"tools":[{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ## Exceptions
    Gemini has no word for it, and OpenAI's models o1, o3 and so on refuse it.
    """

    id = "XLAT-REQ-009"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client forbids several calls at once, and calls can be made."""
        is_open = bool(sent.tools) and sent.choice.mode != "none"
        return asked.parallel is False and bool(asked.tools) and is_open and sent.dialect in _HAVE_PARALLEL

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look whether the upstream is told."""
        del asked
        if sent.parallel is False or _REFUSES_PARALLEL.search(sent.model.lower()):
            return None
        message = "The client forbids parallel calls, and the upstream is not told so."
        return self.lost(case, message, expected="no parallel calls", found="parallel calls")


def _open(sent: Heard, asked: Heard) -> list[str]:
    """The client's tools that can be called upstream."""
    choice = sent.choice
    if choice.mode == "none":
        return []
    ours = _declared(sent, asked)
    return [one for one in ours if one in choice.names] if choice.names else ours


def _forced(sent: Heard, asked: Heard) -> list[str]:
    """The tools of which one must be called upstream; a name is taken as it is told, whether it is declared or not."""
    choice = sent.choice
    if choice.mode not in {"required", "named"}:
        return []
    return list(choice.names) or _declared(sent, asked)


def _declared(sent: Heard, asked: Heard) -> list[str]:
    """The client's tools that the upstream knows, by the names that they have there."""
    return [one.name for one in sent.tools if any(names_agree(tool.name, one.name) for tool in asked.tools)]


def _told(choice: Choice) -> str:
    return f"{choice.mode} ({', '.join(choice.names)})" if choice.names else choice.mode
