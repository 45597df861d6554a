"""HTTP-ERR: what an error says. Errors inside a stream have rules of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.rule import ERROR_INSTEAD, REFUSED, Found, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from harness.rules.case import Case

_DIALECTS = ("chat", "responses")
_AGAIN = re.compile(r"try again in\s+\d+(?:\.\d+)?\s*(?:s|ms|m|h|seconds?|minutes?)\b", re.IGNORECASE)


def _error(case: Case[Any]) -> Mapping[str, Any] | None:
    error = case.body.get("error")
    return error if isinstance(error, dict) else None


def _kind(value: object) -> str:
    return {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}.get(
        type(value), "a number"
    )


class ErrorShape(Rule[Any]):
    """An error body is not `{"error": {message, type, param, code}}`.

    ## Why it matters
    The SDKs read message, type, param and code from the object `error`. Where `error` is a text, openai-python
    throws it away and says `An error occurred during streaming`, and the AI SDK reports a schema error in place of
    the real one.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 500
    body:
    {"error":"boom"}
    ```

    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 500
    body:
    {"error":{"message":"boom"}}
    ```

    ## Conforms
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 401
    body:
    {"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}
    ```

    ## Exceptions
    A missing `param` or `code` is only worth an information: every client takes it for null, and Groq leaves them
    away. OpenRouter has no `type`.
    """

    id = "HTTP-ERR-001"
    severity = Severity.WARNING
    source = "OpenAI API reference; Open Responses, Errors"
    on = (REFUSED, ERROR_INSTEAD)
    dialects = _DIALECTS
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge an error body; one finding for all that is wrong with it."""
        value = case.body.get("error")
        error = _error(case)
        if error is None:
            if not isinstance(value, str):
                return None  # HTTP-ERR-002: there is no message at all
            return self._wrong(case, "/error", "an object", "a string")
        if not isinstance(error.get("type"), str):
            found = _kind(error["type"]) if "type" in error else "nothing"
            return self._wrong(case, "/error/type", "a string", found)
        if not isinstance(error.get("param"), str | None):
            return self._wrong(case, "/error/param", "a string or null", _kind(error["param"]))
        missing = [name for name in ("param", "code") if name not in error]
        if missing:
            return self._wrong(case, f"/error/{missing[0]}", "a string or null", "nothing", Severity.INFO)
        return None

    def _wrong(
        self, case: Case[Any], pointer: str, expected: str, found: str, severity: Severity | None = None
    ) -> Found:
        return self.finding(
            case, f"`{pointer}` of an error body is {found}.", pointer=pointer, expected=expected, found=found,
            severity=severity, subject=pointer,
        )  # fmt: skip


class ErrorMessage(Rule[Any]):
    """An error body has no message.

    ## Why it matters
    The message is what the user sees. Without it clients show the status, the raw body or nothing, and a web page of
    a proxy tells nobody which server failed.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 500
    body:
    {"error":{}}
    ```

    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 502
    header: content-type: text/html
    body:
    <html><body><h1>502 Bad Gateway</h1></body></html>
    ```

    ## Conforms
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 500
    body:
    {"error":{"message":"The server had an error.","type":"server_error","param":null,"code":null}}
    ```

    ## Exceptions
    Of a gateway, a page that its upstream sent is inherited where it is handed on unchanged, as a proxy does. One that
    translates between two dialects, or sends a page of its own, has to say it as its client expects.
    """

    id = "HTTP-ERR-002"
    severity = Severity.ERROR
    source = "jmunch-mcp#5; what SDKs put into their exceptions"
    on = (REFUSED, ERROR_INSTEAD)
    dialects = _DIALECTS
    streamed = False
    supersedes = ("HTTP-ERR-001",)

    def observe(self, case: Case[Any]) -> Found:
        """Judge an error body."""
        if isinstance(case.body.get("error"), str):
            return None
        if not case.body:
            what = case.wire.broken or "an empty object"
            return self.finding(
                case, f"The body of an error is no JSON object: {what}.", expected="an error object", found=what,
                subject="body",
            )  # fmt: skip
        error = _error(case)
        message = error.get("message") if error is not None else None
        if isinstance(message, str) and message.strip():
            return None
        pointer = "/error/message" if error is not None else "/error"
        found = "nothing" if message is None else "an empty string" if message == "" else _kind(message)
        return self.finding(
            case,
            "An error body has no message.",
            pointer=pointer,
            expected="a text",
            found=found,
            subject="message",
        )


class ErrorCode(Rule[Any]):
    """The code of an error is neither a text nor null.

    ## Why it matters
    Clients compare it with names (`context_length_exceeded`, `insufficient_quota`); typed ones (Go, Rust, Java) cannot
    read a number into it and lose the message as well.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 400
    body:
    {"error":{"message":"No such model.","type":"invalid_request_error","param":null,"code":400}}
    ```

    ## Conforms
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 400
    body:
    {"error":{"message":"No such model.","type":"invalid_request_error","param":null,"code":"model_not_found"}}
    ```

    ## Exceptions
    OpenRouter and Perplexity send the status as a number.
    """

    id = "HTTP-ERR-003"
    severity = Severity.WARNING
    source = "OpenAI API reference; OpenRouter sends the status (recorded)"
    on = (REFUSED, ERROR_INSTEAD)
    dialects = _DIALECTS
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge an error body."""
        error = _error(case)
        if error is None or isinstance(error.get("code"), str | None):
            return None
        found = _kind(error["code"])
        return self.finding(
            case, f"The code of an error is {found}: {error['code']!r}.", pointer="/error/code",
            expected="a string or null", found=found, subject="code",
        )  # fmt: skip


class ErrorTypeAgainstStatus(Rule[Any]):
    """The type of an error contradicts the status.

    ## Why it matters
    One half of the clients decides by the status whether to try again, the other by the type. An
    `invalid_request_error` with 500 is sent again and again, a `server_error` with 400 is given up at once.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 500
    body:
    {"error":{"message":"Unknown parameter.","type":"invalid_request_error","param":"foo","code":null}}
    ```

    ## Conforms
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 401
    body:
    {"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}
    ```

    ## Exceptions
    The catalogue wanted one type per status. OpenAI's own recorded errors do not keep to that: 401, 403 and 404 all
    come with `invalid_request_error`. So only a contradiction between the client's fault (4xx) and the server's
    (5xx) counts; a type that belongs to neither says nothing.
    """

    id = "HTTP-ERR-004"
    severity = Severity.WARNING
    source = "OpenAI error guide; Open Responses, Error Types; 33 recorded errors of OpenAI"
    on = (REFUSED,)
    needs = ("head",)
    dialects = _DIALECTS
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge an error body."""
        error, status = _error(case), case.status
        kind = error.get("type") if error is not None else None
        if status is None or not isinstance(kind, str):
            return None
        wrong = kind in (_CLIENTS_FAULT if status >= 500 else _SERVERS_FAULT)
        if not wrong:
            return None
        return self.finding(
            case, f"The status is {status} and the error is called {kind}.", pointer="/error/type",
            expected="server_error" if status >= 500 else "invalid_request_error", found=kind,
            subject=f"{status} {kind}",
        )  # fmt: skip


_CLIENTS_FAULT = frozenset(
    {
        "invalid_request_error", "authentication_error", "permission_error", "not_found_error", "not_found",
        "invalid_request", "rate_limit_error", "too_many_requests", "insufficient_quota",
    }
)  # fmt: skip
_SERVERS_FAULT = frozenset({"server_error", "api_error", "internal_server_error", "overloaded_error"})


class RetryAfterMissing(Rule[Any]):
    """A 429 does not say when to try again.

    ## Why it matters
    The SDKs wait as long as `retry-after` (or `retry-after-ms`) says; Codex also reads `try again in 1.5s` out of the
    message. Without either, everybody guesses, and usually too short.

    ## Violates
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 429
    body:
    {"error":{"message":"Too many requests.","type":"requests","param":null,"code":"rate_limit_exceeded"}}
    ```

    ## Conforms
    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 429
    header: retry-after: 2
    body:
    {"error":{"message":"Too many requests.","type":"requests","param":null,"code":"rate_limit_exceeded"}}
    ```

    ```example
    request: {"model":"gpt-4.1","stream":true,"messages":[{"role":"user","content":"Hi"}]}
    status: 429
    body:
    {"error":{"message":"Rate limit reached. Please try again in 1.5s.","type":"requests","param":null,"code":"rate_limit_exceeded"}}
    ```

    ## Exceptions
    `insufficient_quota` is a 429 that no waiting cures.
    """

    id = "HTTP-ERR-005"
    severity = Severity.INFO
    source = "codex try_parse_retry_after; the SDKs' retries"
    on = (REFUSED,)
    needs = ("head",)
    streamed = False

    def observe(self, case: Case[Any]) -> Found:
        """Judge a 429."""
        if case.status != 429 or case.header("retry-after") or case.header("retry-after-ms"):
            return None
        error = _error(case) or {}
        if "insufficient_quota" in {error.get("type"), error.get("code")}:
            return None
        message = error.get("message")
        if isinstance(message, str) and _AGAIN.search(message):
            return None
        return self.finding(
            case, "A 429 does not say when to try again.", expected="retry-after", found="nothing", part="head",
            subject="retry-after",
        )  # fmt: skip

    def exercised(self, case: Case[Any], seen: frozenset[str] | set[str]) -> bool:
        """Only a 429 is judged."""
        return case.status == 429 and super().exercised(case, seen)
