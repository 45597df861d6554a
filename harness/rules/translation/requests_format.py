"""XLAT-REQ: what the text of the answer is to be reaches the upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_reading import mapped
from harness.rules.translation.requests_schemas import Loss, losses, unsaid
from harness.rules.translation.requests_tools import SAME_WORDS, names_agree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Format, Heard


class OutputFormatLost(Fidelity):
    """The client wants JSON, or JSON of some schema, and the upstream is not told so, or is told another schema.

    ## Why it matters
    Programs parse the answer: prose breaks them, and so does an object that lacks a member.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"response_format":{"type":\
"json_schema","json_schema":{"name":"city","schema":{"type":"object","properties":{"name":{"type":"string"}}}}}}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"response_format":{"type":\
"json_object"}}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}]}
    stream: translation/chat_text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Hello."}],"response_format":{"type":\
"json_schema","json_schema":{"name":"city","schema":{"type":"object","properties":{"name":{"type":"string"}}}}}}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."}],"output_format"\
:{"type":"json_schema","schema":{"type":"object","properties":{"name":{"type":"string"}},"additionalProperties":false}}}
    stream: anthropic/text
    ```

    ## Exceptions
    The schema may be that of a tool that takes the answer, or, where the protocol has no better place, be told in the
    prompt: so it is with servers of Chat that know `json_object` alone, which get both. Anthropic has no word for JSON
    without a schema, and most of Gemini's models take none beside tools. Of keywords that not every protocol knows, and of `strict`,
    it is a warning where the upstream speaks OpenAI's own.
    """

    id = "XLAT-REQ-019"
    severity = Severity.ERROR
    source = "conformance: request fidelity, dropped parameters"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client wants something else than any text, and the upstream has a word for it."""
        if asked.format is None or (sent.dialect == "gemini" and sent.tools and sent.format is None):
            return False
        return bool(asked.format.schema) or sent.dialect != "anthropic"

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Compare the formats."""
        wish = asked.format
        if wish is None or (not wish.schema and sent.format is not None):
            return None
        if not wish.schema:
            message = "The client wants JSON, and the upstream is not told so."
            return self.lost(case, message, expected=wish.kind, found="any text", subject=wish.kind)
        schemas = _schemas(asked, sent)
        found = [losses(wish.schema, one) for one in schemas]
        if any(not one for one in found):
            return self._beside(wish, sent, case)
        if not found and _is_told(wish.schema, sent):
            return None
        if not found:
            told = sent.format.kind if sent.format is not None else "any text"
            message = "The schema of the answer did not reach the upstream."
            return self.lost(case, message, expected="a schema", found=told, subject=wish.kind)
        first = found[0][0]
        where = f" at {first.at}" if first.at else ""
        message = f"In the schema of the answer{where}, {first.what}."
        return self.lost(case, message, expected=first.expected, found=first.found, subject="schema")

    def _beside(self, wish: Format, sent: Heard, case: Case[Any]) -> Found:
        """Whether a tool that takes the answer is called at all, and what else OpenAI's own protocols are told."""
        told = sent.format
        if told is None or not told.schema:
            if sent.thinks or sent.choice.mode in {"required", "named"}:
                return None
            message = "The schema of the answer is that of a tool, and nothing has the model call it."
            return self.lost(case, message, expected="required", found=sent.choice.mode, subject="tool")
        if sent.dialect not in SAME_WORDS:
            return None
        # What is made strict by the gateway has to do without many of these.
        found = [] if told.strict and not wish.strict else unsaid(wish.schema or {}, told.schema)
        if wish.strict and not told.strict:
            found.append(Loss("", "strict is lost", "strict: true", "not strict", is_mild=True))
        if not found:
            return None
        first = found[0]
        where = f" at {first.at}" if first.at else ""
        return self.lost(
            case,
            f"In the schema of the answer{where}, {first.what}.",
            expected=first.expected,
            found=first.found,
            severity=Severity.WARNING,
            subject="keyword",
        )


def _schemas(asked: Heard, sent: Heard) -> list[Mapping[str, Any]]:
    """The schemas upstream that could be that of the answer: the format's, or that of a tool of the gateway's own."""
    given = [sent.format.schema] if sent.format is not None and sent.format.schema else []
    given += [
        one.parameters
        for one in sent.tools
        if one.parameters and not any(names_agree(tool.name, one.name) for tool in asked.tools)
    ]
    # A tool may take the answer as its one argument.
    only = [list(mapped(one.get("properties")).values()) for one in given]
    return given + [some[0] for some in only if len(some) == 1 and isinstance(some[0], dict)]


def _is_told(schema: Mapping[str, Any], sent: Heard) -> bool:
    """Whether the prompt names every member of the answer."""
    if sent.dialect != "anthropic" and sent.format is None:
        return False
    prompt = "\n".join(one.text for one in sent.words())
    names = [str(name) for name in mapped(schema.get("properties"))]
    return bool(names) and all(f'"{name}"' in prompt for name in names)
