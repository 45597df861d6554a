"""The real SDKs are asked what they make of a stream, and their own words are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.errors import UnknownName
from harness.io.sdks.verdict import Fed, SdkVerdict, ask, sdk_names
from harness.rules.example import parse_example
from tests.clients import streams

NODE_MODULES = Path(os.environ.get("HARNESS_NODE_MODULES", "node_modules"))
HEADERS = (("content-type", "text/event-stream"),)


def asked(sdk: str, dialect: str, body: bytes) -> SdkVerdict:
    """The verdict; skips where the SDK is not here."""
    verdict = ask(sdk, Fed(dialect=dialect, status=200, headers=HEADERS, body=body))
    if verdict.status == "absent":
        pytest.skip(f"{verdict}; nox -s clients installs it")
    return verdict


@pytest.mark.sdk
@pytest.mark.parametrize("sdk", sdk_names())
@pytest.mark.parametrize(("dialect", "body"), [("chat", streams.chat()), ("responses", streams.responses())])
def test_a_stream_that_conforms_is_accepted(sdk: str, dialect: str, body: bytes) -> None:
    """It comes to its end and gives the text."""
    verdict = asked(sdk, dialect, body)
    assert verdict.status == "ok", str(verdict)
    assert verdict.version
    assert verdict.text


@pytest.mark.sdk
@pytest.mark.parametrize("sdk", sdk_names())
def test_what_an_sdk_raises_is_told_in_its_words(sdk: str) -> None:
    """The name of the exception and its text, on one line."""
    verdict = asked(sdk, "responses", streams.responses().partition(b"event: response.in_progress")[2])
    assert verdict.status == "raised"
    assert verdict.exception
    assert verdict.message
    assert "\n" not in str(verdict)


@pytest.mark.sdk
@pytest.mark.parametrize("sdk", sdk_names())
def test_what_an_sdk_makes_of_two_calls_under_one_index_is_shown(sdk: str) -> None:
    """It accepts them without a word, and joins them: an acquittal would be wrong."""
    example = parse_example("stream: chat/parallel")
    assert example.exchange.response is not None
    body = example.exchange.response.body()
    sound, joined = (
        asked(sdk, "chat", body),
        asked(sdk, "chat", body.replace(b'"index":1,"id"', b'"index":0,"id"')),
    )
    assert len(sound.calls) == 2
    assert joined.calls != sound.calls
    assert joined.status == "raised" or "call " in str(joined)


@pytest.mark.sdk
def test_an_error_status_is_raised_once() -> None:
    """No retries: a recording answers once."""
    body = b'{"error":{"message":"boom","type":"server_error","param":null,"code":null}}'
    fed = Fed(dialect="chat", status=500, headers=(("content-type", "application/json"),), body=body)
    verdict = ask("openai-python", fed)
    if verdict.status == "absent":
        pytest.skip(str(verdict))
    assert (verdict.status, verdict.exception) == ("raised", "InternalServerError")


def test_an_unknown_sdk_is_an_error_with_a_suggestion() -> None:
    """As every unknown name."""
    with pytest.raises(UnknownName, match="openai-pyton"):
        ask("openai-pyton", Fed(dialect="chat", status=200, headers=HEADERS, body=b""))


def test_an_sdk_is_not_asked_about_a_dialect_that_it_does_not_speak() -> None:
    """Absent, with the reason, is not a verdict."""
    verdict = ask("openai-node", Fed(dialect="gemini", status=200, headers=HEADERS, body=b""))
    assert (verdict.status, str(verdict)) == ("absent", "openai-node: not asked (it does not speak gemini)")
