"""`assert_conforms`: whatever a test holds of a stream, with the finding as the text of its failure."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest

import harness
import harness.testing
from harness import Chunk
from harness.errors import InputError, UnknownName, UsageError
from harness.testing import assert_conforms
from tests.sessions import BROKEN, CLEAN, SHIPPED, told

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

RECORDED = harness.read_cassette(SHIPPED / f"{BROKEN}.cassette.jsonl").exchanges[0]
CHUNKS = [] if RECORDED.response is None else list(RECORDED.response.chunks)
BODY = b"".join(one.data for one in CHUNKS)
GOOD = harness.read_cassette(SHIPPED / f"{CLEAN}.cassette.jsonl")
WHOLE: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "tiny",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "Hello", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


def response(module: Any, body: bytes = BODY, **more: Any) -> Any:
    """What a client of httpx or httpx2 was answered."""
    asked = RECORDED.request
    request = module.Request(asked.method, asked.url, headers=list(asked.headers), content=asked.body)
    return module.Response(
        200, headers={"content-type": "text/event-stream"}, content=body, request=request, **more
    )


class Raw:
    """What an SDK gives for `with_raw_response`."""

    def __init__(self, inner: Any) -> None:
        self.http_response = inner


KINDS = {
    "bytes": lambda: BODY,
    "a bytearray": lambda: bytearray(BODY),
    "a memoryview": lambda: memoryview(BODY),
    "text": BODY.decode,
    "chunks of bytes": lambda: [BODY[:99], BODY[99:]],
    "a generator of bytes": lambda: (BODY[at : at + 7] for at in range(0, len(BODY), 7)),
    "chunks of text": lambda: BODY.decode().splitlines(keepends=True),
    "timed chunks": lambda: [Chunk(one.at_us, one.data) for one in CHUNKS],
    "events": lambda: list(harness.Decoder().feed(BODY)),
    "an exchange": lambda: RECORDED,
    "a cassette": lambda: harness.read_cassette(SHIPPED / f"{BROKEN}.cassette.jsonl"),
    "a path": lambda: SHIPPED / f"{BROKEN}.cassette.jsonl",
    "a path as text": lambda: str(SHIPPED / f"{BROKEN}.cassette.jsonl"),
    "a shipped recording": lambda: BROKEN,
    "a response of httpx": lambda: response(httpx),
    "a response of httpx2": lambda: response(httpx2),
    "an SDK's raw response": lambda: Raw(response(httpx)),
}


@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_every_form_of_a_broken_stream_fails(make: Any) -> None:
    """With the same finding, whatever a test has in its hands."""
    with pytest.raises(
        AssertionError, match=r"^SSE-DONE-001 done-once: The stream ends without `\[DONE\]`\.\n"
    ):
        assert_conforms(make())


def test_a_file_that_holds_a_body_is_judged(tmp_path: Path) -> None:
    """As `harness check` judges it."""
    file = tmp_path / "stream.sse"
    file.write_bytes(BODY)
    with pytest.raises(AssertionError, match="SSE-DONE-001"):
        assert_conforms(file)


def test_a_stream_that_conforms_gives_its_report() -> None:
    """For further assertions."""
    report = assert_conforms(GOOD)

    assert report.ok
    assert [one.dialect for one in report.inputs] == ["chat"]


def test_a_whole_answer_is_judged() -> None:
    """As a dict or as JSON; with and without its request."""
    asked = {"model": "tiny", "messages": [{"role": "user", "content": "Hi"}]}
    assert assert_conforms(WHOLE).ok
    assert assert_conforms(json.dumps(WHOLE), request=asked).ok
    with pytest.raises(AssertionError, match="CHAT-"):
        assert_conforms({**WHOLE, "choices": []} | {"object": "chat.completion.chunk"}, request=asked)


def test_a_tape_is_judged_by_what_it_played() -> None:
    """And nothing else: a tape that played nothing gives nothing to judge."""
    path = SHIPPED / f"{BROKEN}.cassette.jsonl"
    with harness.cassette(path, mode="none") as tape:
        with pytest.raises(AssertionError, match="nothing could be judged"):
            assert_conforms(tape)
        with tape.client(httpx) as client:
            asked = RECORDED.request
            client.request(asked.method, asked.url, content=asked.body, headers=list(asked.headers)).read()
        with pytest.raises(AssertionError, match=r"where     .*usage_on\.cassette\.jsonl  event 13"):
            assert_conforms(tape)


@pytest.mark.parametrize(
    "allow", ["SSE-DONE-001", "done-once", "SSE-DONE", ["SSE-*"], ["sse-done-0*", "CHAT-FIN-001"]]
)
def test_what_is_allowed_fails_nothing(allow: str | Iterable[str]) -> None:
    """By id, by name, by family or by pattern; it stands in the report as expected. What never happens is fine."""
    report = assert_conforms(BODY, allow=allow)

    assert [one.rule for one in report.inputs[0].expected] == ["SSE-DONE-001"]


def test_warnings_fail_where_that_is_asked() -> None:
    """Errors come first."""
    with pytest.raises(AssertionError) as failed:
        assert_conforms(BODY, strict=True)

    lines = str(failed.value).splitlines()
    assert [line.split()[0] for line in lines if line and line[0] != " "] == [
        "SSE-DONE-001",
        "CHAT-DELTA-002",
        "CHAT-USE-002",
    ]


def test_the_request_of_a_response_counts() -> None:
    """A stream that ends without the usage that its request asked for is told only where the request is known."""
    body = b"".join(one.data for one in (GOOD.exchanges[0].response or RECORDED.response).chunks)  # type: ignore[union-attr]
    request = {"model": "m", "messages": [], "stream": True, "stream_options": {"include_usage": True}}
    without = b"".join(block + b"\n\n" for block in body.split(b"\n\n") if block and b'"usage"' not in block)

    assert assert_conforms(without).ok
    with pytest.raises(AssertionError, match="CHAT-USE-"):
        assert_conforms(without, request=request)


def test_secrets_are_not_quoted() -> None:
    """What a server echoes of a key does not reach a log of CI."""
    key = "sk-proj-" + "Zx9" * 14
    body = BODY.replace(b'"stop"', f'"{key}"'.encode())

    with pytest.raises(AssertionError) as failed:
        assert_conforms(body)

    assert key not in str(failed.value)


def test_pytest_shows_the_finding_and_no_frame_of_ours(
    pytester: pytest.Pytester, snapshot: SnapshotAssertion
) -> None:
    """A failure of a rule, and of a call that cannot be meant."""
    pytester.makepyfile(
        test_it=f"""
from harness.testing import assert_conforms

def test_broken():
    assert_conforms({BROKEN!r})

def test_allowed_what_is_no_rule():
    assert_conforms({BROKEN!r}, allow=["SSE-DOME-001"])

def test_object():
    assert_conforms(object())

def test_no_dialect():
    assert_conforms({{"hello": "world"}})
"""
    )

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(failed=4)
    assert told(result) == snapshot


async def _chunks() -> AsyncIterator[bytes]:
    yield BODY


class Model:
    """What an SDK makes of an answer."""

    def model_dump(self) -> dict[str, Any]:
        """Its members."""
        return WHOLE


WRONG: dict[str, tuple[Any, dict[str, Any], type[Exception], str]] = {
    "a number": (3, {}, UsageError, "found     int"),
    "nothing": (None, {}, UsageError, "found     NoneType"),
    "an empty body": (b"", {}, UsageError, "the body is empty"),
    "an empty list": ([], {}, UsageError, "the body is empty"),
    "lines without ends": (["data: {}", "data: [DONE]"], {}, UsageError, "iter_raw"),
    "chunks of two kinds": ([b"data: {}", 3], {}, UsageError, "found     int"),
    "chunks to come": (_chunks(), {}, UsageError, "collect them first"),
    "an SDK's object": (Model(), {}, UsageError, "with_raw_response"),
    "no such file": ("no/such/file.sse", {}, InputError, "there is no such file"),
    "an unknown profile": (BODY, {"profile": "opnai"}, UnknownName, "did you mean 'openai'"),
    "an unknown dialect": (BODY, {"dialect": "chatt"}, UnknownName, "did you mean 'chat'"),
    "an unknown rule": (BODY, {"allow": ["SSE-DOME-001"]}, UnknownName, "did you mean 'SSE-DONE-001'"),
    "a pattern of no rule": (BODY, {"allow": ["SSX-*"]}, UnknownName, "harness rules"),
    "a rule that is no text": (BODY, {"allow": [1]}, UsageError, "a rule is named by its id"),
    "a request that is none": (BODY, {"request": b"[]"}, UsageError, "request"),
}


@pytest.mark.parametrize(("subject", "more", "kind", "text"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_judged_is_said(
    subject: Any, more: dict[str, Any], kind: type[Exception], text: str
) -> None:
    """With what can be given."""
    with pytest.raises(kind) as failed:
        assert_conforms(subject, **more)

    assert text in str(failed.value)


def test_a_response_that_was_not_read_says_how() -> None:
    """Its bytes are still on the way."""
    unread = httpx.Response(200, stream=httpx.ByteStream(BODY))
    with pytest.raises(UsageError, match=r"response\.read\(\)"):
        assert_conforms(unread)


def test_a_compressed_response_is_judged_as_the_client_has_read_it() -> None:
    """Its content is decoded already, and must not be decoded again."""
    import gzip  # noqa: PLC0415

    packed = httpx.Response(
        200,
        headers={"content-type": "text/event-stream", "content-encoding": "gzip"},
        content=gzip.compress(BODY),
    )
    with pytest.raises(AssertionError, match="SSE-DONE-001"):
        assert_conforms(packed)


def test_harness_testing_costs_nothing_until_it_is_used() -> None:
    """Its public names are listed, and imported when they are first used."""
    code = "import sys, harness.testing; print([one for one in sys.modules if one.startswith('harness.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603

    assert done.stdout.strip() == "['harness.testing']"
    assert set(harness.testing.__all__) <= set(dir(harness.testing))
    with pytest.raises(AttributeError, match="no attribute 'assert_conform'"):
        getattr(harness.testing, "assert_conform")  # noqa: B009
