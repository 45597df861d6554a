"""Reading HTTP archives (HAR 1.2), as browsers, mitmproxy and many other tools save them.

An archive knows when a response began and when it had ended, but not where its chunks were: a body is one
chunk at 0 us, and the ending comes after the `receive` time. Bodies are kept decoded (HAR 1.2, `content`),
so `content-encoding` goes, unless the body shows that it is still encoded.

Source: HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from harness.cassettes.exchange import Cassette, Ending, Exchange, Headers, How, Request, Response
from harness.cassettes.imported import (
    as_bytes,
    as_headers,
    as_text,
    imported_head,
    unbase64,
    whole_body_exchange,
)
from harness.errors import ForeignFormatError

_EXPECTED = "a HAR 1.2 archive: {log: {entries: [{request, response}]}}"
_VERSIONS = {"h2": "HTTP/2", "http/2": "HTTP/2", "http/2.0": "HTTP/2", "h3": "HTTP/3", "http/3.0": "HTTP/3"}
# Before the response's head (HAR 1.2, `timings`; `ssl` is counted in `connect` already).
_BEFORE_HEAD = ("blocked", "dns", "connect", "send", "wait")
_ENDINGS = (
    ("abort", How.CLIENT_CLOSE),
    ("reset", How.RESET),
    ("timed_out", How.TIMEOUT),
    ("timeout", How.TIMEOUT),
)


def read_har(data: bytes, *, name: str = "") -> Cassette:
    """Read an HTTP archive.

    Entries become exchanges in the order in which their requests began. Secrets stay as the file holds them;
    whoever writes the result redacts it first.

    Args:
        data: The file's bytes.
        name: What to call it in messages; becomes the cassette's `source`.

    Raises:
        ForeignFormatError: It is not an archive, or an entry of it cannot be read.
    """
    where = name or "input"
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise ForeignFormatError("broken JSON", where=where, expected=_EXPECTED, found=str(error)) from None
    log = document.get("log") if isinstance(document, dict) else None
    entries = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(log, dict) or not isinstance(entries, list):
        seen = (
            f"an object with the keys {', '.join(document)}"
            if isinstance(document, dict)
            else "another value"
        )
        raise ForeignFormatError("no HTTP archive", where=where, expected=_EXPECTED, found=seen[:200])
    exchanges: list[Exchange] = []
    notes: list[str] = []
    for index, (at_us, entry_number) in enumerate(_in_request_order(entries, where)):
        try:
            exchange, remarks = _exchange(index, entries[entry_number], at_us)
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            raise ForeignFormatError(
                "an entry cannot be read",
                where=f"{where}, /log/entries/{entry_number}",
                expected=_EXPECTED,
                found=str(error),
            ) from None
        exchanges.append(exchange)
        notes += remarks
    return Cassette(imported_head(_source(log), "response", notes), tuple(exchanges), source=name)


def _source(log: Mapping[str, Any]) -> str:
    creator = log.get("creator")
    named = creator if isinstance(creator, Mapping) else {}
    made_by = " ".join(str(named[key]) for key in ("name", "version") if named.get(key))
    version = f"HAR {log.get('version', '1.2')}"
    return f"{version} of {made_by}" if made_by else version


def _in_request_order(entries: list[Any], where: str) -> list[tuple[int, int]]:
    """Start (microseconds after the first one) and number of each entry; sorted where all have a start."""
    starts: list[datetime | None] = []
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise ForeignFormatError(
                "an entry is not an object", where=f"{where}, /log/entries/{number}", expected=_EXPECTED
            )
        try:
            starts.append(datetime.fromisoformat(str(entry.get("startedDateTime"))))
        except ValueError:
            starts.append(None)
    known = [start for start in starts if start is not None]
    if len(known) < len(starts) or len({start.tzinfo is None for start in known}) > 1:
        return [(0, number) for number in range(len(entries))]
    first = min(known, default=None)
    if first is None:
        return []
    offsets = [(start - first, number) for number, start in enumerate(known)]
    return [(int(offset.total_seconds() * 1_000_000), number) for offset, number in sorted(offsets)]


def _exchange(index: int, entry: Mapping[str, Any], at_us: int) -> tuple[Exchange, list[str]]:
    request, notes = _request(index, entry["request"]) if "request" in entry else (None, [])
    if request is None:
        raise TypeError("the entry has no request")
    raw: Mapping[str, Any] = entry.get("response") or {}
    timings = entry.get("timings")
    timings = timings if isinstance(timings, Mapping) else {}
    error = raw.get("_error") or entry.get("_error")
    waited = sum(_us(timings.get(phase)) for phase in _BEFORE_HEAD)
    ending = _ending(str(error) if error else "", _us(timings.get("receive")))
    status = raw.get("status")
    if not isinstance(status, int) or status <= 0:
        if ending.how is How.COMPLETE:
            ending = Ending(How.SERVER_CUT, message="the archive holds no response")
        return Exchange(index, request, None, ending, at_us=at_us), notes
    content = raw.get("content")
    content = content if isinstance(content, Mapping) else {}
    body, remark = _content(content)
    if remark:
        notes.append(f"exchange {index}: {remark}")
    if not body and content.get("text") is None and (content.get("size") or 0) > 0:
        # An empty body that claims to be whole would make every check of it green.
        ending = Ending(How.RECORDER_CRASH, ending.at_us, message="the archive does not hold this body")
        notes.append(f"exchange {index}: the archive does not hold its body of {content['size']} bytes")
    response = Response(
        status=status,
        headers=_headers(raw.get("headers")),
        reason=as_text(raw.get("statusText") or ""),
        http_version=_version(raw.get("httpVersion")),
        at_us=waited,
    )
    exchange, remarks = whole_body_exchange(index, request, response, body, at_us=at_us, ending=ending)
    return exchange, notes + remarks


def _request(index: int, raw: Mapping[str, Any]) -> tuple[Request, list[str]]:
    url = as_text(raw.get("url") or "")
    query = raw.get("queryString")
    if "?" not in url and isinstance(query, list) and query:
        url += "?" + urlencode(
            [(as_text(item.get("name", "")), as_text(item.get("value", ""))) for item in query]
        )
    headers = _headers(raw.get("headers"))
    body, remark = _post_data(raw.get("postData"))
    request = Request(as_text(raw.get("method") or "GET").upper(), url, headers, body)
    return request, [f"exchange {index}: {remark}"] if remark else []


def _post_data(raw: object) -> tuple[bytes, str]:
    if not isinstance(raw, Mapping):
        return b"", ""
    text, params = raw.get("text"), raw.get("params")
    if text:
        if raw.get("encoding") == "base64":
            return unbase64(text), ""
        return as_bytes(str(text)), ""
    if not isinstance(params, list) or not params:
        return b"", ""
    if str(raw.get("mimeType") or "").startswith("multipart/"):
        return b"", "the archive holds the parts of its multipart request, not the body"
    pairs = [(as_text(item.get("name", "")), as_text(item.get("value") or "")) for item in params]
    return urlencode(pairs).encode(), "the request body was put together from its parameters"


def _content(content: Mapping[str, Any]) -> tuple[bytes, str]:
    text = content.get("text")
    if text is None:
        return b"", ""
    if content.get("encoding") == "base64":
        return unbase64(text), ""
    charset = _charset(str(content.get("mimeType") or ""))
    try:
        body = str(text).encode(charset)
    except (LookupError, UnicodeEncodeError):
        body = as_bytes(str(text))
    if "\ufffd" in str(text):
        return (
            body,
            "the body holds U+FFFD, which may stand for bytes that the archive's writer could not decode",
        )
    return body, ""


def _charset(mime_type: str) -> str:
    for parameter in mime_type.split(";")[1:]:
        key, _, value = parameter.partition("=")
        if key.strip().lower() == "charset":
            return value.strip().strip('"') or "utf-8"
    return "utf-8"


def _headers(raw: object) -> Headers:
    """The fields in order, without HTTP/2 pseudo-fields; browsers join repeats by a line feed."""
    pairs = [
        (name, str(item.get("value") or "").split("\n"))
        for item in (raw if isinstance(raw, list) else ())
        if isinstance(item, Mapping) and not (name := str(item.get("name", ""))).startswith(":")
    ]
    return as_headers(pairs)


def _version(raw: object) -> str:
    text = str(raw or "").strip()
    return _VERSIONS.get(text.lower(), text.upper() if text.lower().startswith("http/") else "HTTP/1.1")


def _us(milliseconds: object) -> int:
    """Microseconds of a timing in milliseconds; -1 and absent mean that the phase did not happen."""
    if (
        isinstance(milliseconds, bool)
        or not isinstance(milliseconds, (int, float))
        or not 0 < milliseconds < 1e12
    ):
        return 0
    return round(milliseconds * 1000)


def _ending(error: str, received_us: int) -> Ending:
    if not error:
        return Ending(How.COMPLETE, received_us)
    how = next((how for word, how in _ENDINGS if word in error.lower()), How.SERVER_CUT)
    return Ending(how, received_us, message=as_text(error))
