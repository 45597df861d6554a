"""XLAT-REQ: the tools that the client declares reach the upstream as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from harness.findings import Severity
from harness.rules.translation.comparison import shortened
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_schemas import Loss, losses, undescribed, unsaid

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import DeclaredTool, Heard

SAME_WORDS: Final = frozenset({"chat", "responses"})
"""Protocols that have all the words that clients have."""
_PLAIN: Final = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}")
"""Names that every protocol takes as they are."""
_KEPT: Final = 24
"""Characters of a name that must be left of one that had to be changed."""
_TELLING: Final = ("properties", "anyOf", "oneOf", "allOf", "$ref", "additionalProperties")
_SHORTENED: Final = 1_000
"""Characters of a description that must be left of one that is too long, white space aside."""


class ToolLost(Fidelity):
    """A tool that the client declares is not declared upstream.

    ## Why it matters
    The model does not know that it could call it: it answers from memory, or says that it cannot help.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"type":"function","function":{"name":"get_weather"}},{"type":"function","function":{"name":"get_time"}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"input":"Hello.","tools":[{"type":"function","name":"get_weather"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"type":"function","function":{"name":"weather.get"}},{"type":"custom","custom":{"name":"shell"}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"weather_get","input_schema":{"type":"object"}},{"name":"shell","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ## Exceptions
    A name may be changed where it has characters that not every protocol takes, be spelled with other marks between its
    words, and have a namespace or another word before it; whether the client hears its own name again is XLAT-TOOL-001. Where
    no tool may be called, none need be declared; where only some may be, the others need not be. Hosted tools are not
    judged.
    """

    id = "XLAT-REQ-005"
    severity = Severity.ERROR
    source = "conformance: request fidelity, changed tool schemas"
    # A real upstream does not call what it was not told of: what became of such a call shows nothing.
    supersedes = ("XLAT-TOOL-001",)

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """Tools are declared that may be called."""
        return bool(_wanted(asked, sent))

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for each of them."""
        missing = [one.name for one in _wanted(asked, sent) if like(one, asked, sent) is None]
        if not missing:
            return None
        declared = ", ".join(one.name for one in sent.tools) or "no tools"
        message = f"{_tools(missing)} not declared upstream."
        return self.lost(case, message, expected=", ".join(missing), found=declared)


class ToolSchemaChanged(Fidelity):
    """The parameters of a tool are not what the client declares.

    A property is missing, has another type or other values, or is no longer required.

    ## Why it matters
    The model writes arguments for what it is told. The client's own code then lacks an argument that it cannot do
    without, or gets one that it does not understand.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[{"type":"function",\
"function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"type":"string"},\
"days":{"type":"integer"}},"required":["city"]}}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"input":"Hello.","tools":[{"type":"function","name":"get_weather",\
"parameters":{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[{"type":"function",\
"function":{"name":"get_weather","parameters":{"type":"object","properties":{"city":{"$ref":"#/$defs/city"}},\
"required":["city"],"$defs":{"city":{"type":["string","null"],"pattern":"^[A-Z]"}}}}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"STRING","nullable":true}},\
"required":["city"]}}]}
    stream: anthropic/text
    ```

    ## Exceptions
    References may be written out, and parameters that name no property be left out. Of other keywords, and of `strict`, it is a warning where the upstream speaks OpenAI's
    own protocols, which know them; others need not. What the upstream's schema says beyond the client's is not judged.
    """

    id = "XLAT-REQ-006"
    severity = Severity.ERROR
    source = "conformance: request fidelity, changed tool schemas"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """A tool with parameters reached the upstream."""
        return any(one.parameters and like(one, asked, sent) is not None for one in asked.tools)

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Compare the schemas."""
        for tool in asked.tools:
            other = like(tool, asked, sent)
            if other is None or not tool.parameters or (other.parameters is None and _says_nothing(tool)):
                continue
            found = losses(tool.parameters, other.parameters or {})
            if sent.dialect in SAME_WORDS and not found:
                # What is made strict by the gateway has to do without many of these.
                is_stricter = other.strict and not tool.strict
                found = [] if is_stricter else unsaid(tool.parameters, other.parameters or {})
                if tool.strict and not other.strict:
                    found.append(Loss("", "strict is lost", "strict: true", "not strict", is_mild=True))
            if found:
                first = found[0]
                where = f" at {first.at}" if first.at else ""
                message = f"In the parameters of {tool.name}{where}, {first.what}{_more(len(found) - 1)}."
                return self.lost(
                    case,
                    message,
                    expected=first.expected,
                    found=first.found,
                    severity=Severity.WARNING if first.is_mild else None,
                    subject="keyword" if first.is_mild else "parameters",
                )
        return None


class ToolDescriptionLost(Fidelity):
    """What the client says of a tool, or of its parameters, did not reach the upstream.

    ## Why it matters
    The description is all that the model knows of a tool: when to call it, and what to put where.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[{"type":"function",\
"function":{"name":"get_weather","description":"Only for cities in Norway."}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"input":"Hello.","tools":[{"type":"function","name":"get_weather",\
"parameters":{"type":"object","properties":{"city":{"type":"string","description":"With its country."}}}}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","input_schema":{"type":"object","properties":{"city":{"type":"string"}}}}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[{"type":"function",\
"function":{"name":"get_weather","description":"Only for cities in Norway."}}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"tools":[\
{"name":"get_weather","description":"Only for cities in Norway. Strict.","input_schema":{"type":"object"}}]}
    stream: anthropic/text
    ```

    ## Exceptions
    More may be said than the client does, and white space may differ. OpenAI takes 1024 characters, so that many will do.
    Of a parameter it is a warning.
    """

    id = "XLAT-REQ-007"
    severity = Severity.ERROR
    source = "conformance: request fidelity, changed tool schemas"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """A tool that is described reached the upstream."""
        return any(
            like(one, asked, sent) is not None and (one.description or one.parameters) for one in asked.tools
        )

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for the descriptions."""
        pairs = [(one, other) for one in asked.tools if (other := like(one, asked, sent)) is not None]
        for tool, other in pairs:
            if not _is_described(tool.description, other.description):
                message = f"The description of {tool.name} did not reach the upstream."
                found = shortened(other.description) if other.description else "no description"
                return self.lost(case, message, expected=shortened(tool.description), found=found)
        for tool, other in pairs:
            if found_lost := undescribed(tool.parameters or {}, other.parameters or {}):
                first = found_lost[0]
                message = f"In the parameters of {tool.name} at {first.at}, {first.what}{_more(len(found_lost) - 1)}."
                return self.lost(
                    case,
                    message,
                    expected=shortened(first.expected),
                    found=shortened(first.found),
                    severity=Severity.WARNING,
                    subject="parameter",
                )
        return None


def like(tool: DeclaredTool, asked: Heard, sent: Heard) -> DeclaredTool | None:
    """The upstream's declaration of one of the client's tools; one that has the very name of another is that other's."""
    same = next((one for one in sent.tools if one.name == tool.name), None)
    if same is not None:
        return same
    others = {one.name for one in asked.tools}
    return next(
        (one for one in sent.tools if one.name not in others and names_agree(tool.name, one.name)), None
    )


def names_agree(asked: str, sent: str) -> bool:
    """Whether the upstream may know a tool by that name: its own, one that all protocols take, or with a namespace."""
    if asked == sent or sent.endswith(tuple(f"{mark}{asked}" for mark in "_.-:/")):
        return True
    plain, other = _letters(asked), _letters(sent)
    if _PLAIN.fullmatch(asked):
        return bool(plain) and plain == other
    # Of a name without any letter nothing is left that could be compared.
    return plain[:_KEPT] in {other[: len(plain[:_KEPT])], other[-len(plain) :][:_KEPT]}


def _says_nothing(tool: DeclaredTool) -> bool:
    """Whether the parameters are those of a tool that takes none: Gemini refuses an object without properties."""
    return not any(tool.parameters.get(name) for name in _TELLING) if tool.parameters else True


def _is_described(asked: str, sent: str) -> bool:
    wish, told = (" ".join(one.split()) for one in (asked, sent))
    return wish in told or (len(told) >= _SHORTENED and wish.startswith(told[:_SHORTENED]))


def _letters(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9]", "", name).lower()


def _wanted(asked: Heard, sent: Heard) -> list[DeclaredTool]:
    """The tools that must be declared upstream."""
    choice = asked.choice
    if choice.mode == "none" and not sent.tools:
        return []
    if choice.mode in {"named", "allowed"} and choice.names:
        return [one for one in asked.tools if one.name in choice.names]
    return list(asked.tools)


def _tools(names: list[str]) -> str:
    if len(names) == 1:
        return f"The tool {names[0]} is"
    return f"The tools {', '.join(names[:-1])} and {names[-1]} are"


def _more(count: int) -> str:
    return f", and {'one more thing' if count == 1 else f'{count} more things'}" if count else ""
