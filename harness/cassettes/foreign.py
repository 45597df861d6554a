"""Which format a file is in, and reading it as a cassette if it is another tool's.

The content decides; a file's name counts only where the content fits several formats, or none. So a `.yaml`
or a `.har` can be given to every command that takes a cassette.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.cassettes.har import read_har
from harness.cassettes.plain import read_plain
from harness.cassettes.vcr import read_vcr
from harness.errors import ForeignFormatError

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette

Format: TypeAlias = Literal[
    "cassette", "vcr-yaml", "vcr-json", "har", "sse", "json", "html", "empty", "unknown"
]

_EXPECTED = "a cassette, vcrpy YAML or JSON, HAR, a plain SSE body or a JSON body"
_ROW = re.compile(rb'\A\{\s*"k"\s*:\s*"')
_YAML = re.compile(rb"^(?:http_)?interactions\s*:|^- request\s*:", re.MULTILINE)
# What may begin an event stream: a comment, or one of the four fields (WHATWG HTML, 9.2.6).
_SSE = re.compile(rb"\A(?::|(?:data|event|id|retry)(?::|[ \t]*[\r\n]|$))")
_HTML = re.compile(rb"\A<(?:!doctype|html|head|body)\b", re.IGNORECASE)
_STARTS: tuple[tuple[re.Pattern[bytes], Format], ...] = (
    (_ROW, "cassette"),
    (_HTML, "html"),
    (_SSE, "sse"),
    (_YAML, "vcr-yaml"),
)
_SUFFIXES: tuple[tuple[str, Format], ...] = (
    (".cassette.jsonl", "cassette"),
    (".part", "cassette"),
    (".yaml", "vcr-yaml"),
    (".yml", "vcr-yaml"),
    (".har", "har"),
    (".sse", "sse"),
    (".json", "json"),
)


def detect(data: bytes, name: str = "") -> Format:
    """Say which format a file is in.

    A cassette of this tool is recognised by its first bytes, so a prefix of the file is enough for it; the
    other formats need the whole file.

    Args:
        data: The file's bytes.
        name: Its name or path; asked only where the bytes do not decide.
    """
    text = data.removeprefix(b"\xef\xbb\xbf").lstrip()
    named = _by_name(name)
    if not text:
        return "empty"
    if text[:1] in b"{[" and not _ROW.match(text):
        return _detect_json(text, named)
    # `data: x` begins an event stream and a YAML map alike; there the name says which was meant.
    return next(
        (
            known
            for pattern, known in _STARTS
            if pattern.search(text) and not (known == "sse" and named == "vcr-yaml")
        ),
        named,
    )


def _detect_json(text: bytes, named: Format) -> Format:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        # Broken JSON: the reader of what it was meant to be says where.
        if named in {"har", "cassette"}:
            return named
        return "vcr-json" if re.search(rb'"(?:http_)?interactions"\s*:', text[:4096]) else "unknown"
    if isinstance(value, dict):
        if "interactions" in value or "http_interactions" in value:
            return "vcr-json"
        if isinstance(value.get("log"), dict) and "entries" in value["log"]:
            return "har"
    if (
        isinstance(value, list)
        and value
        and isinstance(value[0], dict)
        and {"request", "response"} <= set(value[0])
    ):
        return "vcr-json"
    return "har" if named == "har" else "json"


def _by_name(name: str) -> Format:
    lowered = name.lower()
    return next((known for suffix, known in _SUFFIXES if lowered.endswith(suffix)), "unknown")


def read_foreign(data: bytes, name: str = "", *, request: bytes | None = None) -> Cassette:
    """Read a recording of another tool, or a plain body, as a cassette.

    Secrets stay as the file holds them; whoever writes the result redacts it first.

    Args:
        data: The file's bytes.
        name: Its name or path, for messages and where the bytes do not decide; becomes the `source`.
        request: The request that a plain body answers (see `read_plain`); other formats hold their own.

    Raises:
        ForeignFormatError: It is none of the formats, or damaged; the message says what was seen.
    """
    match detect(data, name):
        case "vcr-yaml" | "vcr-json":
            return read_vcr(data, name=name)
        case "har":
            return read_har(data, name=name)
        case "sse":
            return read_plain(data, kind="sse", request=request, name=name)
        case "json":
            return read_plain(data, kind="json", request=request, name=name)
        case "cassette":
            raise ForeignFormatError(
                "this is a cassette of this tool, not a foreign recording",
                where=name or None,
                hint="read it with `harness.io.files.read_cassette`",
            )
        case "empty":
            raise ForeignFormatError("the input is empty", where=name or None, expected=_EXPECTED)
        case "html":
            raise ForeignFormatError(
                "the input is a web page", where=name or None, expected=_EXPECTED, found=_start(data)
            )
        case _:
            raise ForeignFormatError(
                "the input is in no format that can be read",
                where=name or None,
                expected=_EXPECTED,
                found=_start(data),
            )


def _start(data: bytes) -> str:
    """What the input begins with: enough to recognise it, too little to show a secret."""
    shown = data[:24].decode("utf-8", "replace")
    return f"{len(data)} bytes that begin with {shown!r}"
