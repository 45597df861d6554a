"""From an upstream's bytes to a client's: what comes out at once, what at the end, and with which status."""

from __future__ import annotations

import json
from typing import Any

import pytest

import harness
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.errors import InputError, RequestRefused, UnknownName, UsageError
from harness.sse.decoder import Decoder
from harness.translation.engine import answering, param_of, path_of, prepare, session_for
from harness.translation.failures import timed_out
from harness.translation.ids import SeededMint
from harness.translation.losses import LossPolicy
from harness.translation.offline import translated
from harness.translation.relay import Relay

BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": True}


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    """One event of a Chat stream."""
    value = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}],
    }
    return b"data: " + json.dumps(value).encode() + b"\n\n"


TEXT = (
    chunk({"role": "assistant", "content": "Hel"})
    + chunk({"content": "lo"})
    + chunk({}, "stop")
    + b"data: [DONE]\n\n"
)


def exchange(
    body: bytes, *, status: int = 200, kind: str = "text/event-stream", how: How = How.COMPLETE
) -> Exchange:
    """An upstream's answer."""
    response = Response(status, (("content-type", kind),), (Chunk(0, body),) if body else ())
    return Exchange(0, Request("POST", "https://x.invalid/v1/chat/completions"), response, Ending(how))


def relay(*, stream: bool | None = True) -> Relay:
    """From Chat to Responses."""
    return Relay(session_for("chat", mint=SeededMint(b""), now=lambda: 7), "responses", stream=stream)


def test_the_head_waits_for_the_first_words() -> None:
    """Until the answer has begun it may have to be an error."""
    one = relay()
    one.respond(200, (("content-type", "text/event-stream"), ("x-request-id", "req_1"), ("set-cookie", "no")))
    assert one.feed(b": keep-alive\n\n") == b""
    assert one.head is None
    assert b"response.created" in one.feed(TEXT[:250] + b"")
    assert one.head is not None
    assert one.head.status == 200
    assert ("x-request-id", "req_1") in one.head.headers
    assert not [name for name, _ in one.head.headers if name == "set-cookie"]


def test_an_error_status_is_an_error_of_the_clients_dialect() -> None:
    """With the time that the upstream wants a client to wait."""
    one = relay()
    one.respond(429, (("content-type", "application/json"), ("retry-after", "3")))
    one.feed(b'{"error": {"message": "slow down", ')
    body = one.feed(b'"type": "rate_limit_error", "code": "rate_limit_exceeded"}}') + one.finish()
    assert one.head is not None
    assert one.head.status == 429
    assert dict(one.head.headers)["retry-after"] == "3"
    assert json.loads(body)["error"] == {
        "message": "slow down",
        "type": "rate_limit_error",
        "param": None,
        "code": "rate_limit_exceeded",
    }
    assert one.over
    assert one.whole is None


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>nothing here</html>", "text/html"),
        (b"", "application/json"),
        (b'["a list"]', "application/json"),
        (b'{"id": "chatcmpl-1", "choices": [', "application/json"),
    ],
)
def test_what_is_no_answer_is_a_bad_gateway(body: bytes, kind: str) -> None:
    """A success status with something else behind it never becomes a success."""
    one = relay(stream=False)
    one.respond(200, (("content-type", kind),))
    sent = (one.feed(body) if body else b"") + one.finish()
    assert one.head is not None
    assert one.head.status == 502
    assert json.loads(sent)["error"]["type"] == "server_error"


def test_silence_is_told_as_what_it_is() -> None:
    """The caller knows why the body ended; an answer that was whole takes no harm."""
    one = relay()
    one.respond(200, (("content-type", "text/event-stream"),))
    one.feed(TEXT[:250])
    assert b"response.failed" in one.finish(timed_out("idle"))
    assert one.error is not None
    assert one.error.code == "upstream_timeout"
    two = relay()
    two.respond(200, (("content-type", "text/event-stream"),))
    two.feed(TEXT)
    assert two.finish(timed_out("idle")) == b""
    assert two.error is None
    assert two.whole["status"] == "completed"


def test_a_client_is_given_what_the_upstream_sends_where_it_does_not_say() -> None:
    """A stream for a stream, a whole answer for a whole one."""
    streamed = translated(exchange(TEXT), source="chat", target="responses")
    response = streamed.exchange.response
    assert response is not None
    assert dict(response.headers)["content-type"].startswith("text/event-stream")
    whole = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": "m",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello"},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
    }
    answer = translated(
        exchange(json.dumps(whole).encode(), kind="application/json"), source="chat", target="responses"
    )
    response = answer.exchange.response
    assert response is not None
    assert json.loads(response.body())["output"][0]["content"][0]["text"] == "Hello"


def test_a_last_event_without_its_blank_line_is_taken_and_told() -> None:
    """Real servers end so; clients of the standard would drop it."""
    done = translated(exchange(TEXT.removesuffix(b"\n")), source="chat", target="chat", request=BODY)
    assert done.error is None
    assert "L216" in [loss.code for loss in done.losses]
    cut = translated(exchange(TEXT[: TEXT.index(b"stop")]), source="chat", target="chat", request=BODY)
    assert cut.error is not None
    assert cut.error.code == "upstream_disconnected"


def test_words_that_keep_a_connection_alive_are_no_error() -> None:
    """Some servers send them as data."""
    kept = translated(
        exchange(b"data: keepalive\n\ndata:\n\n" + TEXT), source="chat", target="chat", request=BODY
    )
    assert kept.error is None


@pytest.mark.parametrize("data", [b"{broken", b"[1]", b'"text"', b"NaN", b'{"a": "\xff"}'])
def test_data_that_is_no_object_is_an_error_and_never_passed_over(data: bytes) -> None:
    """A piece of the answer may have been in it."""
    outcome = translated(
        exchange(b"data: " + data + b"\n\n" + TEXT), source="chat", target="chat", request=BODY
    )
    assert outcome.error is not None
    assert outcome.error.code == "upstream_invalid_json"


def test_what_came_before_an_event_that_is_too_large_is_sent() -> None:
    """In the same read, too."""
    session = session_for("chat", mint=SeededMint(b""), now=lambda: 0)
    one = answering(session, "chat")
    one._decoder = Decoder(limit=1_000)
    sent = one.feed(chunk({"content": "Hel"}) + b"data: " + b"x" * 2_000)
    assert b"Hel" in sent
    assert b'"error"' in sent
    assert one.over
    assert one.feed(TEXT) == b""
    assert one.finish() == b""


def test_the_same_input_gives_the_same_bytes() -> None:
    """And another seed other ids."""
    first, second, third = (
        translated(exchange(TEXT), source="chat", target="responses", seed=seed).exchange.response
        for seed in (b"a", b"a", b"b")
    )
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.body() == second.body() != third.body()


def test_a_recording_without_an_answer_is_an_error() -> None:
    """As a client would have met it."""
    nothing = Exchange(0, Request("POST", ""), None, Ending(How.TIMEOUT, 5))
    outcome = translated(nothing, source="chat", target="chat", request=BODY)
    assert outcome.error is not None
    assert outcome.exchange.response is not None
    assert outcome.exchange.response.status == 504


def test_a_loss_that_counts_as_an_error_refuses_the_request() -> None:
    """In OpenAI's shape, with the member that is to blame; the policy may allow it."""
    with pytest.raises(RequestRefused) as refused:
        prepare("chat", {**BODY, "n": 2}, upstream="responses", mint=SeededMint(b""), now=lambda: 0)
    assert refused.value.status == 400
    assert refused.value.param == "n"
    assert refused.value.name == "unsupported_value"
    prepared = prepare(
        "chat",
        {**BODY, "n": 2},
        upstream="responses",
        mint=SeededMint(b""),
        now=lambda: 0,
        policy=LossPolicy.read(["L106=allow"]),
    )
    assert "n" not in prepared.body
    assert prepared.session.ledger.header() == "L106;path=/n"


def test_a_stream_may_be_asked_for_whatever_the_client_wants() -> None:
    """And that is told."""
    prepared = prepare(
        "chat", {**BODY, "stream": False}, upstream="gemini", mint=SeededMint(b""), now=lambda: 0, stream=True
    )
    assert prepared.path == "/models/m:streamGenerateContent?alt=sse"
    assert "L250" in [loss.code for loss in prepared.session.ledger.losses]


@pytest.mark.parametrize(
    ("pointer", "param"),
    [
        ("/n", "n"),
        ("/messages/0/content", "messages[0].content"),
        ("/tools/12/a~1b", "tools[12].a/b"),
        ("", ""),
    ],
)
def test_pointers_are_told_in_openais_notation(pointer: str, param: str) -> None:
    """As its errors name a member."""
    assert param_of(pointer) == param


def test_a_model_is_quoted_in_a_path() -> None:
    """It comes from a client."""
    assert path_of("gemini", "models/a/b?c", stream=False) == "/models/a%2Fb%3Fc:generateContent"


def test_unknown_names_are_told() -> None:
    """With what there is."""
    with pytest.raises(UnknownName, match="upstream dialect"):
        session_for("gemni", mint=SeededMint(b""), now=lambda: 0)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(UnknownName, match="inbound dialect"):
        prepare("gemini", BODY, upstream="chat", mint=SeededMint(b""), now=lambda: 0)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="upstream profile"):
        session_for("chat", mint=SeededMint(b""), now=lambda: 0, profile="opnai")


def test_translating_from_python_takes_what_there_is() -> None:
    """Bytes, chunks, an exchange, the name of a shipped recording; and refuses what cannot be meant."""
    by_bytes = harness.translate(TEXT, source="chat", target="responses")
    by_chunks = harness.translate([TEXT[:100], TEXT[100:]], source="chat", target="responses")
    by_exchange = harness.translate(exchange(TEXT), source="chat", target="responses")
    bodies = {
        one.exchange.response.body() for one in (by_bytes, by_chunks, by_exchange) if one.exchange.response
    }
    assert len(bodies) == 1
    shipped = harness.translate(
        "llama-server/chat/text", source="chat", target="responses", request=b'{"model":"m","input":"hi"}'
    )
    assert shipped.error is None
    assert shipped.sent is not None
    assert shipped.sent["messages"] == [{"role": "user", "content": "hi"}]
    with pytest.raises(InputError, match="speaks chat, not gemini"):
        harness.translate(TEXT, source="gemini", target="chat")
    with pytest.raises(UsageError, match="no exchange 3"):
        harness.translate(TEXT, source="chat", target="chat", exchange=3)
    with pytest.raises(InputError, match="no JSON"):
        harness.translate(TEXT, source="chat", target="chat", request=b"{")
    with pytest.raises(UsageError, match="no JSON object"):
        harness.translate(TEXT, source="chat", target="chat", request=b"[]")


def test_an_error_of_a_later_choice_is_told_where_the_ones_before_were_never_heard_of() -> None:
    """It ends all of them."""

    def candidate(index: int, **members: object) -> bytes:
        value = {"candidates": [{"index": index, **members}], "responseId": "r", "modelVersion": "m"}
        return b"data: " + json.dumps(value).encode() + b"\n\n"

    text = {"parts": [{"text": "a"}], "role": "model"}
    body = candidate(0, content=text) + candidate(0, finishReason="STOP") + candidate(1, finishReason="STOP")
    body += candidate(2, finishReason="MALFORMED_FUNCTION_CALL")
    outcome = translated(exchange(body), source="gemini", target="chat", stream=True)
    assert outcome.error is not None
    assert outcome.error.code == "upstream_malformed", outcome.error
    assert outcome.exchange.response is not None
    assert b'"error"' in outcome.exchange.response.body()
