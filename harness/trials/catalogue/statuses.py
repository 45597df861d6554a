"""Answers that are no stream: errors by status, and a second try that goes well."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from harness.trials.catalogue.framing import written
from harness.trials.drawing import Shelf
from harness.trials.encoding import streamed
from harness.trials.material import REFUSED, TEXT
from harness.trials.trial import JSON_HEADERS, Answer, Expected, Piece

if TYPE_CHECKING:
    from harness.trials.trial import Trial, TrialDialect

_BUSY: Final = "Too many requests at once: the trial is busy."
_DOWN: Final = "The engine is overloaded: the trial is down."


def failure(message: str, kind: str, code: str | None = None) -> bytes:
    """OpenAI's body of an error."""
    return json.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}}).encode()


def refusal(
    status: int, body: bytes, *headers: tuple[str, str], kind: tuple[tuple[str, str], ...] = JSON_HEADERS
) -> Answer:
    """An answer that is no stream."""
    return Answer(status=status, headers=(*kind, *headers), pieces=(Piece(body),))


def statuses(dialect: TrialDialect) -> tuple[Trial, ...]:
    """The same in both dialects."""

    def well() -> tuple[Answer, ...]:
        return streamed(written(dialect))

    def bad_request() -> tuple[Answer, ...]:
        return (refusal(400, failure(REFUSED, "invalid_request_error")),)

    def no_code() -> tuple[Answer, ...]:
        return (refusal(404, json.dumps({"error": {"message": REFUSED}}).encode()),)

    def flat() -> tuple[Answer, ...]:
        return (refusal(400, json.dumps({"message": REFUSED, "detail": REFUSED}).encode()),)

    def page() -> tuple[Answer, ...]:
        html = b"<html><head><title>403 Forbidden</title></head><body>nginx</body></html>"
        return (refusal(403, html, kind=(("content-type", "text/html"),)),)

    def rate_limit() -> tuple[Answer, ...]:
        first = refusal(429, failure(_BUSY, "rate_limit_error", "rate_limit_exceeded"), ("retry-after", "1"))
        return (first, *well())

    def milliseconds() -> tuple[Answer, ...]:
        first = refusal(
            503, failure(_DOWN, "server_error"), ("retry-after-ms", "50"), ("retry-after", "0.05")
        )
        return (first, first, *well())

    made = Shelf(dialect, "ends").served
    told = Expected(error=REFUSED)
    return (
        made("status-400", "a refused request", bad_request, "Status 400 with an error object.", "the reference", "official", told),
        made("status-sparse", "an error with a message only", no_code, "Status 404; the error has no type, param or code.", "many servers; the reference has all four", "seen", told),
        made("status-flat", "an error that is not nested", flat, "Status 400; `message` and `detail` stand at the top.", "FastAPI and others; the reference nests it", "disputed", told),
        made("status-html", "a page of a proxy", page, "Status 403 with an HTML page.", "proxies before a server; HTTP", "seen", Expected(error="403")),
        made("retry-after", "busy, then the answer", rate_limit, "Status 429 with `retry-after: 1`; the next request is answered.", "the reference on rate limits, RFC 9110, 10.2.3", "official", Expected(text=TEXT, or_error=("busy", "429", "too many requests"))),
        made("retry-after-ms", "down twice, then the answer", milliseconds, "Status 503 twice with `retry-after-ms: 50`; the third request is answered.", "OpenAI's SDKs read that field", "seen", Expected(text=TEXT, or_error=("overloaded", "503", "service unavailable"))),
    )  # fmt: skip
