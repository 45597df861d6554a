"""Embeddings: what may be asked, what Gemini is asked instead, and its answer in OpenAI's words."""

from __future__ import annotations

import struct
from base64 import b64decode
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.requests.embeddings import (
    EmbeddingsRequest,
    embeddings_answer,
    from_embeddings,
    to_embeddings,
)
from harness.translation.session import Session
from harness.turn.increments import Error

if TYPE_CHECKING:
    from harness.translation.profiles import UpstreamDialect


def session(upstream: UpstreamDialect = "gemini") -> Session:
    """A fresh exchange."""
    return Session(mint=SeededMint(b"1"), now=lambda: 1, upstream=upstream)


def read(**members: Any) -> EmbeddingsRequest:
    """The request for a model `m`."""
    return from_embeddings({"model": "m", **members}, Ledger())


def codes(one: Session) -> list[tuple[str, str]]:
    """The losses of an exchange."""
    return [(loss.code, loss.at) for loss in one.ledger.losses]


@pytest.mark.parametrize(
    ("value", "texts", "tokens"),
    [
        ("a", ("a",), ()),
        (["a", " "], ("a", " "), ()),
        ([1, 2], (), ((1, 2),)),
        ([[1], [2, 3]], (), ((1,), (2, 3))),
    ],
)
def test_the_input_has_four_forms(
    value: Any, texts: tuple[str, ...], tokens: tuple[tuple[int, ...], ...]
) -> None:
    """A text, several, tokens, several lists of them."""
    request = read(input=value)
    assert (request.texts, request.tokens) == (texts, tokens)


@pytest.mark.parametrize(
    "value", ["", [], None, 1, {}, ["a", ""], ["a", 1], [[]], [[1], "a"], [True], [-1], [1.5]]
)
def test_an_input_that_is_none_is_refused_in_openais_words(value: Any) -> None:
    """They are the same for all of them, without param and code."""
    with pytest.raises(RequestRefused) as caught:
        read(input=value)
    error = caught.value.body()["error"]
    assert error["message"] is not None
    assert error["message"].startswith("'$.input' is invalid.")
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, None)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"input": "a"}, "you must provide a model parameter"),
        ({"model": "m"}, "Missing required parameter: 'input'."),
        ({"model": "m", "input": ["a"] * 2049}, "Invalid 'input': array length must be 2048 or less."),
        (
            {"model": "m", "input": "a", "encoding_format": "hex"},
            "Invalid value: 'hex'. Supported values are: 'float' and 'base64'.",
        ),
        (
            {"model": "m", "input": "a", "dimensions": 0},
            "Invalid 'dimensions': integer below minimum value. Expected a value >= 1, but got 0 instead.",
        ),
        (
            {"model": "m", "input": "a", "user": 1},
            "Invalid type for 'user': expected a string, but got an integer instead.",
        ),
    ],
)
def test_a_wrong_request_is_refused_as_openai_does(body: dict[str, Any], message: str) -> None:
    """The same words as for a conversation."""
    with pytest.raises(RequestRefused) as caught:
        from_embeddings(body, Ledger())
    assert caught.value.message == message


@pytest.mark.parametrize("upstream", ["chat", "responses"])
def test_openais_dialects_are_passed_the_request_and_the_answer(upstream: UpstreamDialect) -> None:
    """003-18: `/v1/embeddings`, nothing lost, unknown members too."""
    body = {"model": "m", "input": ["a"], "encoding_format": "base64", "user": "u", "odd": 1}
    one = session(upstream)
    request = from_embeddings(body, one.ledger)
    assert to_embeddings(request, one) == ("/embeddings", body)
    answer = {"object": "list", "data": [], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    assert embeddings_answer(request, answer, one) is answer
    assert codes(one) == []


def test_gemini_is_asked_for_all_texts_at_once() -> None:
    """One request each, in order, with the length of a vector."""
    one = session()
    request = read(input=["a", "b"], dimensions=3, user="u", odd=1)
    sent = to_embeddings(request, one)
    assert sent.path == "/models/m:batchEmbedContents"
    assert sent.body == {
        "requests": [
            {"model": "models/m", "content": {"parts": [{"text": text}]}, "outputDimensionality": 3}
            for text in ("a", "b")
        ]
    }
    assert codes(one) == [("L120", "/user"), ("L100", "/odd")]


def test_a_model_may_bear_its_prefix_or_need_quoting() -> None:
    """The path has it once, and nothing of it can leave the path."""
    request = from_embeddings({"model": "models/a/b?c", "input": "x"}, Ledger())
    assert to_embeddings(request, session()).path == "/models/a%2Fb%3Fc:batchEmbedContents"


def test_gemini_takes_no_tokens_and_anthropic_has_no_embeddings() -> None:
    """Nothing is sent that cannot be meant."""
    with pytest.raises(RequestRefused, match="tokens") as caught:
        to_embeddings(read(input=[1]), session())
    assert (caught.value.param, caught.value.name) == ("input", "unsupported_value")
    with pytest.raises(RequestRefused, match="no embeddings") as caught:
        to_embeddings(read(input="a"), session("anthropic"))
    assert (caught.value.status, caught.value.param) == (400, "model")


def test_geminis_vectors_come_back_in_order_with_their_usage() -> None:
    """As numbers, or as the base64 that OpenAI's own clients ask for."""
    answer = {
        "embeddings": [{"values": [0.5, 1]}, {"values": [-0.25, 2.0]}],
        "usageMetadata": {"promptTokenCount": 7},
    }
    one = session()
    assert embeddings_answer(read(input=["a", "b"]), answer, one) == {
        "object": "list",
        "data": [
            {"object": "embedding", "index": 0, "embedding": [0.5, 1]},
            {"object": "embedding", "index": 1, "embedding": [-0.25, 2.0]},
        ],
        "model": "m",
        "usage": {"prompt_tokens": 7, "total_tokens": 7},
    }
    assert codes(one) == []
    encoded = embeddings_answer(read(input=["a", "b"], encoding_format="base64"), answer, one)
    assert not isinstance(encoded, Error)
    assert struct.unpack("<2f", b64decode(encoded["data"][1]["embedding"])) == (-0.25, 2.0)


def test_003_d17_usage_that_nobody_counted_is_not_zero() -> None:
    """It is null, and noted."""
    one = session()
    answer = embeddings_answer(read(input="a"), {"embeddings": [{"values": [1.0]}]}, one)
    assert not isinstance(answer, Error)
    assert answer["usage"] is None
    assert codes(one) == [("L240", "answer")]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {},
        {"embeddings": {}},
        {"embeddings": []},
        {"embeddings": [None]},
        {"embeddings": [{"values": []}]},
        {"embeddings": [{"values": ["a"]}]},
        {"embeddings": [{"values": [True]}]},
        {"embeddings": [{"values": [1e300]}]},
        {"embeddings": [{"values": [10**400]}]},
        {"embeddings": [{"values": [1.0]}, {"values": [1.0]}]},
    ],
)
def test_an_answer_that_is_no_list_of_vectors_is_an_error_and_no_success(answer: Any) -> None:
    """A vector for each input, or none at all."""
    error = embeddings_answer(read(input="a", encoding_format="base64"), answer, session())
    assert isinstance(error, Error)
    assert (error.status, error.code) == (502, "upstream_malformed")


@pytest.mark.parametrize("answer", [None, [], {}, {"error": {"message": "no"}}, {"data": 1}])
def test_an_answer_without_data_is_an_error_too(answer: Any) -> None:
    """An upstream of OpenAI's dialects can be broken as well."""
    assert isinstance(embeddings_answer(read(input="a"), answer, session("chat")), Error)
