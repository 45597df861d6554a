"""Cassettes of vcrpy as its versions and its users' serializers write them, judged without preparation.

Every fixture is written by hand after the writer's own code, and holds the same stream (or the same answer), so
that one verdict is right for all.
"""

from __future__ import annotations

import base64
import gzip
import json
from textwrap import indent
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import harness
from harness.checking.report import Status
from harness.rules.example import parse_example

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

STREAM = parse_example("stream: responses/text").exchange
WHOLE = parse_example("stream: responses/whole_text").exchange
assert STREAM.response is not None
assert WHOLE.response is not None
BODY, ANSWER = STREAM.response.body(), WHOLE.response.body()
SENT, ASKED = STREAM.request.body, WHOLE.request.body
URL = "https://api.example.com/v1/responses"
SSE = "text/event-stream; charset=utf-8"


def dumped(document: Any) -> bytes:
    """YAML as vcrpy dumps it."""
    return yaml.dump(document, Dumper=yaml.Dumper).encode()


def interaction(
    response: dict[str, Any], request: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """One interaction with the request that was sent."""
    sent = {
        "body": SENT.decode(),
        "headers": {"content-type": ["application/json"], "host": ["api.example.com"]},
        "method": "POST",
        "uri": URL,
    }
    return {"request": request or sent, "response": response, **more}


def cassette(response: dict[str, Any], request: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A document with that interaction."""
    return {"interactions": [interaction(response, request)], "version": 1, **more}


def response(string: Any, more: dict[str, Any] | None = None, *, content_type: str = SSE) -> dict[str, Any]:
    """A response as all versions since 1.0 have it."""
    return {
        "body": {"string": string},
        "headers": {"content-type": [content_type], **(more or {})},
        "status": {"code": 200, "message": "OK"},
    }


def v1_python2() -> bytes:
    """1.x under Python 2: text tagged as that language's, the request's body as a flat scalar."""
    text = json.dumps(BODY.decode())
    return (
        "interactions:\n- request:\n"
        f"    body: !!python/unicode {json.dumps(SENT.decode())}\n"
        "    headers:\n      !!python/unicode Content-Type: [!!python/unicode application/json]\n"
        f"    method: !!python/unicode POST\n    uri: !!python/unicode {URL}\n"
        f"  response:\n    body: {{string: !!python/unicode {text}}}\n"
        f"    headers:\n      content-type: [{SSE}]\n    status: {{code: 200, message: OK}}\nversion: 1\n"
    ).encode()


def v1_flow() -> bytes:
    """1.x and 2.x with the old PyYAML: short maps in flow style, long strings folded in quotes."""
    document = cassette(response(BODY.decode()))
    return yaml.dump(document, default_flow_style=None, width=80).encode()


def v1_bytes_request() -> bytes:
    """1.x to 4.x with aiohttp or requests: the request's body is a tagged file or binary."""
    request = interaction({})["request"] | {"body": SENT}
    return dumped(cassette(response(BODY), request))


def v2_requests_gzip() -> bytes:
    """2.x to 9.x with requests: the wire's bytes, still compressed, as binary."""
    return dumped(cassette(response(gzip.compress(BODY, mtime=0), {"content-encoding": ["gzip"]})))


def v3_decoded() -> bytes:
    """With decode_compressed_response: decoded, and the head without the coding but with an old length."""
    return dumped(cassette(response(BODY.decode(), {"content-length": ["17"]})))


def v4_httpx_flat() -> bytes:
    """4.0 to 4.2 with httpx: a flat response with `status_code` and `content`."""
    flat = {
        "content": BODY.decode(),
        "headers": {"content-type": SSE},
        "http_version": "HTTP/1.1",
        "status_code": 200,
    }
    return dumped(cassette(flat))


def v5_literal() -> bytes:
    """5.x to 9.x, and pytest-recording: literal block scalars; blank lines are inside the text."""
    return (
        "interactions:\n- request:\n    body: '"
        + SENT.decode().replace("'", "''")
        + f"'\n    headers:\n      content-type:\n      - application/json\n    method: POST\n    uri: {URL}\n"
        "  response:\n    body:\n      string: |+\n"
        + indent(BODY.decode(), " " * 8)
        + f"    headers:\n      content-type:\n      - {SSE}\n    status:\n      code: 200\n      message: OK\n"
        "version: 1\n"
    ).encode()


def v6_double_quoted() -> bytes:
    """6.x and later where a text holds what a literal block cannot: one long quoted scalar with escapes."""
    return dumped(cassette(response(BODY.decode().replace("\n\n", "\r\n\r\n"))))


def v7_empty_reason() -> bytes:
    """7.x with HTTP/2: no reason phrase."""
    document = cassette(response(BODY.decode()))
    document["interactions"][0]["response"]["status"]["message"] = ""
    return dumped(document)


def v9_metadata() -> bytes:
    """9.x: metadata of the document and of interactions."""
    document = cassette(response(BODY.decode()), metadata={"recorded_by": "a test"})
    document["interactions"][0]["metadata"] = {"at": "2026-01-01"}
    return dumped(document)


def json_serializer() -> bytes:
    """The JSON serializer of every version."""
    return json.dumps(cassette(response(BODY.decode())), indent=4).encode()


def json_base64() -> bytes:
    """The JSON serializer with a body that is no text."""
    packed = base64.b64encode(gzip.compress(BODY, mtime=0)).decode()
    document = cassette(response("", {"content-encoding": ["gzip"]}))
    document["interactions"][0]["response"]["body"] = {"base64_string": packed}
    return json.dumps(document).encode()


def pytest_recording_blocked() -> bytes:
    """pytest-recording writes vcrpy's own; filters leave empty lists and nulls of what they removed."""
    request = interaction({})["request"] | {
        "headers": {"authorization": [], "content-type": ["application/json"]}
    }
    return dumped(cassette(response(BODY.decode(), {"set-cookie": None}), request))


def pydantic_ai_stream() -> bytes:
    """pydantic-ai's serializer: the request parsed, the stream as a literal block, keys in its own order."""
    document = {
        "interactions": [
            {
                "request": {
                    "headers": {"content-type": ["application/json"], "content-length": ["1"]},
                    "method": "POST",
                    "parsed_body": json.loads(SENT),
                    "uri": URL,
                },
                "response": {
                    "body": {"string": BODY.decode()},
                    "headers": {"content-type": [SSE], "transfer-encoding": ["chunked"]},
                    "status": {"code": 200, "message": "OK"},
                },
            }
        ],
        "version": 1,
    }
    return yaml.dump(document, default_flow_style=False, allow_unicode=True, width=120).encode()


def pydantic_ai_null_body() -> bytes:
    """The same after an older release, which left `body: null` beside the parsed body."""
    document = yaml.safe_load(pydantic_ai_stream())
    document["interactions"][0]["request"]["body"] = None
    return json.dumps(document).encode()


STREAMS: tuple[Callable[[], bytes], ...] = (
    v1_python2,
    v1_flow,
    v1_bytes_request,
    v2_requests_gzip,
    v3_decoded,
    v4_httpx_flat,
    v5_literal,
    v6_double_quoted,
    v7_empty_reason,
    v9_metadata,
    json_serializer,
    json_base64,
    pytest_recording_blocked,
    pydantic_ai_stream,
    pydantic_ai_null_body,
)


@pytest.mark.parametrize("variant", STREAMS, ids=lambda one: one.__name__)
def test_a_stream_is_judged_whoever_wrote_its_cassette(variant: Callable[[], bytes], tmp_path: Path) -> None:
    """The same events, the request known, no error; nothing is made up about times and ending."""
    data = variant()
    path = tmp_path / ("tape.json" if data.startswith(b"{") else "tape.yaml")
    path.write_bytes(data)

    report = harness.check(path)
    (verdict,) = report.inputs
    assert verdict.status in {Status.PASSED, Status.WARNED}, str(report)
    assert (verdict.dialect, verdict.frames) == ("responses", BODY.count(b"data: "))
    bare = {one.rule for one in harness.check(BODY).inputs[0].outcomes if one.exercised}
    known = {one.rule for one in verdict.outcomes if one.exercised}
    assert bare < known, "rules on request and head are exercised, too"


@pytest.mark.parametrize("variant", STREAMS, ids=lambda one: one.__name__)
def test_a_folder_of_them_is_found(variant: Callable[[], bytes], tmp_path: Path) -> None:
    """By what they hold."""
    data = variant()
    (tmp_path / ("tape.json" if data.startswith(b"{") else "tape.yaml")).write_bytes(data)
    (tmp_path / "docker-compose.yaml").write_text("services: {}\n")
    assert len(harness.check(tmp_path).inputs) == 1


@pytest.mark.parametrize("form", ["yaml", "json"])
@pytest.mark.parametrize("key", ["parsed_body", "string"])
def test_a_whole_answer_is_judged_parsed_or_not(form: str, key: str, tmp_path: Path) -> None:
    """pydantic-ai keeps JSON bodies parsed, below the length of the original."""
    answer: dict[str, Any] = {
        "headers": {"content-type": ["application/json"], "content-length": ["99999"]},
        "status": {"code": 200, "message": "OK"},
    }
    if key == "string":
        answer["body"] = {"string": ANSWER.decode()}
    else:
        answer["parsed_body"] = json.loads(ANSWER)
    request = {
        "headers": {"content-type": ["application/json"]},
        "method": "POST",
        "parsed_body": json.loads(ASKED),
        "uri": URL,
    }
    document = cassette(answer, request)
    path = tmp_path / f"tape.{form}"
    path.write_bytes(dumped(document) if form == "yaml" else json.dumps(document).encode())
    report = harness.check(path)
    (verdict,) = report.inputs
    assert verdict.status is Status.PASSED, str(report)
    assert (verdict.dialect, verdict.frames) == ("responses", 1)


def test_other_traffic_in_a_cassette_is_not_exercised(tmp_path: Path) -> None:
    """A test of a client records sign-in and uploads as well; each exchange has its verdict."""
    models = interaction(
        response("{}", content_type="application/json"),
        {"body": None, "headers": {}, "method": "GET", "uri": "https://api.example.com/v1/models"},
    )
    document = cassette(response(BODY.decode()))
    document["interactions"].insert(0, models)
    (tmp_path / "tape.yaml").write_bytes(dumped(document))
    report = harness.check(tmp_path / "tape.yaml")
    assert [(one.exchange, one.status) for one in report.inputs] == [
        (0, Status.NOT_EXERCISED),
        (1, Status.PASSED),
    ]
    assert report.ok
