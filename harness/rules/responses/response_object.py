"""RESP-OBJ: the response object that begins and ends a stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.dialects.responses.grammar import LIFECYCLE, TERMINALS
from harness.dialects.responses.state import ResponsesStream
from harness.findings import Severity
from harness.jsonvalue import compact
from harness.rules.responses.outcomes import response_here
from harness.rules.responses.shape import taken, told_together, wrong_with
from harness.rules.rule import MALFORMED, WHOLE, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_REQUIRED = (
    "object", "id", "created_at", "model", "output", "parallel_tool_calls", "tool_choice", "tools", "status",
)  # fmt: skip
_NULLABLE = (
    "error", "incomplete_details", "instructions", "max_output_tokens", "metadata", "previous_response_id",
    "reasoning", "temperature", "text", "top_p", "truncation", "usage", "user",
)  # fmt: skip
_ECHOED = (
    "instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls", "previous_response_id",
    "store", "temperature", "tool_choice", "top_logprobs", "top_p", "truncation",
)  # fmt: skip


class ResponseObjectIncomplete(Rule[ResponsesStream]):
    """A member that every response object has is missing or has the wrong type.

    ## Why it matters

    Typed clients fail on the first event and never see the text: codex on llama.cpp's `{id, object, status}`
    (llama.cpp#21174), serde clients on a missing `output` (OmniRoute#13964), the AI SDK without `created_at` and
    `model`.

    ## Violates

    ```example
    stream: responses/text
    event response.created: - response.model
    ```

    ```example
    stream: responses/text
    event response.in_progress: response.tools = null
    ```

    ```example
    stream: responses/text
    event response.created: - response.model
    event response.created: - response.tools
    event response.created: - response.tool_choice
    event response.created: - response.created_at
    event response.created: - response.parallel_tool_calls
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ```example
    stream: responses/whole_text
    ```

    ## Exceptions

    `output` and `usage` at the end belong to RESP-TERM-003 and RESP-TERM-004, the status of a whole answer to
    RESP-SYNC-001. What one object lacks is one finding, and the same in later events repeats it.

    ## How to mend

    Fill in all of object, id, created_at, model, output, parallel_tool_calls, tool_choice, tools and status in each
    snapshot, from the request where the upstream does not say.
    """

    id = "RESP-OBJ-001"
    severity = Severity.ERROR
    source = "Response of openai-python 3.52.0; llama.cpp#21174, OmniRoute#13964"
    on = (MALFORMED,)
    exercised_by = (*LIFECYCLE, "response")
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Take the problems of the object's own members."""
        kind = case.body.get("type")
        if case.streamed and kind not in LIFECYCLE:
            return ()
        where = "/response" if case.streamed else ""
        final = not case.streamed or kind in TERMINALS
        others = {"output"} if case.streamed else {"output", "status"}
        members = {f"{where}/{name}" for name in _REQUIRED if not (final and name in others)}
        return told_together(
            self,
            case,
            taken(case, members),
            lambda one: wrong_with(f"`{one.field}` of the response object", one),
        )


class NullableAbsent(Rule[ResponsesStream]):
    """Members of the response object that OpenAI always sends, if only as null, are absent.

    ## Why it matters

    Clients with required nullable fields (serde without defaults, strict zod) fail where the key is not there, though
    null would do.

    ## Violates

    ```example
    stream: responses/text
    event response.created: - response.incomplete_details
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## Exceptions

    Only members that are in every official stream since 2025-03 are looked for: newer ones (service_tier, background,
    safety_identifier, completed_at, ...) are absent in older recordings.

    ## How to mend

    Write null for what is not set, in place of leaving the key away.
    """

    id = "RESP-OBJ-002"
    severity = Severity.INFO
    source = "present in 317 of 317 official response.created"
    on = (*LIFECYCLE, WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look for the keys in the first object."""
        if len(case.stream.lifecycle) > 1:
            return None
        shown = response_here(case)
        absent = [name for name in _NULLABLE if name not in shown[0]] if shown else []
        if shown is None or not absent:
            return None
        return self.finding(
            case, f"The response object has no {', '.join(absent)}: OpenAI sends null.", pointer=shown[1],
            expected="null", found="(missing)", subject="absent members",
        )  # fmt: skip


class EarlySnapshotNotEmpty(Rule[ResponsesStream]):
    """The response object has output or usage before anything was produced.

    ## Why it matters

    Accumulators start from this object: what is in `output` already is there twice when its items are added.

    ## Violates

    ```example
    stream: responses/text
    event response.in_progress: response.output = [{"id":"rs_1","type":"reasoning","summary":[]}]
    ```

    ## Conforms

    ```example
    stream: responses/background
    ```

    ## How to mend

    In created, queued and in_progress, `output` is `[]` and `usage` is null.
    """

    id = "RESP-OBJ-003"
    severity = Severity.WARNING
    source = "no exception in 1,051 official snapshots"
    on = ("response.created", "response.queued", "response.in_progress")
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at both members."""
        shown = response_here(case)
        if shown is None:
            return None
        for member, empty in (("output", "[]"), ("usage", "null")):
            if shown[0].get(member):
                return self.finding(
                    case, f"{case.body.get('type')} has {member} already.", pointer=f"/response/{member}",
                    expected=empty, found=shown[0][member],
                )  # fmt: skip
        return None


class RequestNotEchoed(Rule[ResponsesStream]):
    """A parameter of the request comes back with another value in the response object.

    ## Why it matters

    The object says under which settings the answer was made. A gateway that loses one on the way (text.format in
    litellm#28899) usually lost it for the upstream too: the answer was made without it.

    ## Violates

    ```example
    stream: responses/text
    request: {"model":"gpt-5.2","stream":true,"input":"Name two colours.","temperature":0.2}
    ```

    ```example
    stream: responses/text
    request: {"model":"gpt-5.2","stream":true,"input":"Name two colours.","text":{"format":{"type":"json_object"}}}
    ```

    ## Conforms

    ```example
    stream: responses/tool
    ```

    ## Exceptions

    Parameters that the request leaves out get the server's defaults. Of `tools`, only types and names are compared,
    and not at all where the server is to search for tools (pydantic-ai's native_tool_search_streaming); of
    `text.format` the type; `reasoning` not at all, since OpenAI resolves `auto`. The names of the same tool
    (`web_search_preview` and its dated forms) are one.

    ## How to mend

    Copy what the request says into the object, and pass it on.
    """

    id = "RESP-OBJ-004"
    severity = Severity.WARNING
    source = "equal in all official streams that set one of them; litellm#28899"
    on = ("response.created", WHOLE)
    needs = ("request",)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> tuple[Finding, ...]:
        """Compare what the request says with what came back."""
        shown, asked = response_here(case), case.asked
        if shown is None or asked is None:
            return ()
        response, where = shown
        request: Any = asked.body
        differing = [
            (f"/{name}", request[name], response[name])
            for name in _ECHOED
            if request.get(name) is not None and name in response and request[name] != response[name]
        ]
        sent, back = _format(request), _format(response)
        if sent is not None and back is not None and sent != back:
            differing.append(("/text/format/type", sent, back))
        tools, echoed = _tools(request), _tools(response)
        if tools is not None and echoed is not None and tools != echoed:
            differing.append(("/tools", tools, echoed))
        return tuple(
            self.finding(
                case, f"The request says {_shown(wanted)} for {pointer[1:].replace('/', '.')}, and the response {_shown(got)}.",
                pointer=where + pointer, expected=wanted, found=got,
            )
            for pointer, wanted, got in differing
        )  # fmt: skip


def _format(body: Any) -> str | None:
    text = body.get("text")
    given = text.get("format") if isinstance(text, dict) else None
    kind = given.get("type") if isinstance(given, dict) else None
    return kind if isinstance(kind, str) else None


def _tools(body: Any) -> list[str] | None:
    tools = body.get("tools")
    if not isinstance(tools, list) or not all(isinstance(tool, dict) for tool in tools):
        return None
    kinds = [str(tool.get("type")) for tool in tools]
    if "tool_search" in kinds:
        return None
    return [
        str(tool.get("name") or kind.partition("_2")[0].removesuffix("_preview"))
        for tool, kind in zip(tools, kinds, strict=True)
    ]


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


class CompletedAtMisplaced(Rule[ResponsesStream]):
    """`completed_at` is set before the response is completed, or not set when it is.

    ## Why it matters

    Dashboards take it minus `created_at` for the time that the response took.

    ## Violates

    ```example
    stream: responses/text
    event response.in_progress: response.completed_at = 1768392002
    ```

    ```example
    stream: responses/text
    event response.completed: response.completed_at = null
    ```

    ## Conforms

    ```example
    stream: responses/incomplete
    ```

    ## Exceptions

    The key is absent in recordings from before 2026, which is nothing to tell.

    ## How to mend

    Null until `response.completed`, whole seconds there, null in incomplete and failed responses.
    """

    id = "RESP-OBJ-005"
    severity = Severity.INFO
    source = "162 of 162 official completed streams that have the key"
    on = (*LIFECYCLE, WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Compare it with the status."""
        shown = response_here(case)
        if shown is None or "completed_at" not in shown[0]:
            return None
        response, where = shown
        value, completed = response["completed_at"], response.get("status") == "completed"
        if (type(value) is int) if completed else value is None:
            return None
        return self.finding(
            case, f"completed_at is {compact(value)} in a response that is {response.get('status')}.",
            pointer=f"{where}/completed_at", expected="whole seconds" if completed else "null", found=repr(value),
        )  # fmt: skip


class OutputTextOnTheWire(Rule[ResponsesStream]):
    """The response object has a member `output_text`, which the SDKs make themselves.

    ## Why it matters

    It is a convenience of the SDKs, computed from `output`. Sent on the wire it doubles the text, and clients that read
    it work with this server only.

    ## Violates

    ```example
    stream: responses/text
    event response.completed: response.output_text = "Red and blue."
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Leave it away. It comes from serialising an SDK's object in place of the response.
    """

    id = "RESP-OBJ-006"
    severity = Severity.INFO
    source = "in no official stream; openai-python Response.output_text is a property"
    on = (*TERMINALS, WHOLE)
    streamed = None
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look for it."""
        shown = response_here(case)
        if shown is None or "output_text" not in shown[0]:
            return None
        return self.finding(
            case, "The response object has an output_text of its own.", pointer=f"{shown[1]}/output_text",
            expected="no such member", found=shown[0]["output_text"],
        )  # fmt: skip
