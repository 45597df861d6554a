"""`/v1/embeddings`: what a client may ask, what Gemini is asked instead, and its answer in OpenAI's words.

An upstream of OpenAI's dialects is passed the request as it came, and its answer is passed back. Gemini's
`batchEmbedContents` takes texts, one request each, and gives vectors in their order. Anthropic has no such endpoint.

Sources: the types of the package openai 3.52.0; the page "Embeddings" of the Gemini API's reference.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from harness.errors import RequestRefused
from harness.translation.requests.shape import body_of
from harness.turn.increments import Error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.translation.losses import Ledger
    from harness.translation.requests.shape import Members
    from harness.translation.session import Session

MOST_INPUTS: Final = 2048
"""How many inputs one request may have, and how long a list of tokens may be."""

_KNOWN: Final = frozenset({"model", "input", "dimensions", "encoding_format", "user"})
_INVALID: Final = (
    "'$.input' is invalid. Please check the API reference: https://platform.openai.com/docs/api-reference."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingsRequest:
    """What a client wants to have embedded.

    Args:
        model: As sent.
        texts: One or more texts; empty where it sent tokens.
        tokens: One or more lists of tokens; empty where it sent texts.
        dimensions: How long a vector is to be.
        is_base64: Vectors are wanted as base64 of little-endian 32-bit floats, not as numbers.
        user: As sent.
        extra: Members that nobody knows, by name.
        body: As sent.
    """

    model: str
    texts: tuple[str, ...] = ()
    tokens: tuple[tuple[int, ...], ...] = ()
    dimensions: int | None = None
    is_base64: bool = False
    user: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


class EmbeddingsSent(NamedTuple):
    """A request on its way to an upstream.

    Args:
        path: Behind the version's path of the upstream's base URL.
        body: The JSON object to send.
    """

    path: str
    body: dict[str, Any]


def from_embeddings(body: Mapping[str, Any], ledger: Ledger) -> EmbeddingsRequest:
    """Read a request.

    Raises:
        RequestRefused: Something has a wrong shape; message, `param` and code are OpenAI's.
    """
    del ledger  # every member has a place
    members = body_of(body)
    model = members.text("model")
    if not model:
        raise RequestRefused("you must provide a model parameter")
    members.required("input")
    texts, tokens = _inputs(members)
    return EmbeddingsRequest(
        model=model,
        texts=texts,
        tokens=tokens,
        dimensions=members.integer("dimensions", least=1),
        is_base64=members.choice("encoding_format", ("float", "base64")) == "base64",
        user=members.text("user"),
        extra=members.unknown(_KNOWN),
        body=members.value,
    )


def _inputs(body: Members) -> tuple[tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """Texts and lists of tokens, of which one is empty."""
    value = body.get("input")
    if isinstance(value, str) and value:
        return (value,), ()
    if not isinstance(value, (list, tuple)) or not value:
        raise RequestRefused(_INVALID)
    if len(value) > MOST_INPUTS:
        raise RequestRefused(f"Invalid 'input': array length must be {MOST_INPUTS} or less.", param="input")
    if all(isinstance(one, str) and one for one in value):
        return tuple(value), ()
    if _is_tokens(value):
        return (), (tuple(value),)
    if all(isinstance(one, (list, tuple)) and one and _is_tokens(one) for one in value):
        return (), tuple(tuple(one) for one in value)
    raise RequestRefused(_INVALID)


def _is_tokens(value: Sequence[Any]) -> bool:
    return all(type(one) is int and one >= 0 for one in value)


def to_embeddings(request: EmbeddingsRequest, session: Session) -> EmbeddingsSent:
    """What the upstream is asked; losses go to the session's ledger.

    Raises:
        RequestRefused: The upstream has no embeddings, or takes no tokens.
    """
    match session.upstream:
        case "gemini":
            return _to_gemini(request, session)
        case "anthropic":
            raise RequestRefused(
                f"The model '{request.model}' has no embeddings: its API has no such endpoint.",
                param="model",
                name="unsupported_value",
            )
        case _:
            return EmbeddingsSent("/embeddings", dict(request.body))


def _to_gemini(request: EmbeddingsRequest, session: Session) -> EmbeddingsSent:
    if request.tokens:
        raise RequestRefused(
            "Unsupported value: 'input' has tokens, and this model takes texts only.",
            param="input",
            name="unsupported_value",
        )
    if request.user is not None:
        session.lose("L120", "/user")
    body = body_of(request.extra)
    body.lose_rest((), session.ledger)
    name = request.model.removeprefix("models/")
    wish = {} if request.dimensions is None else {"outputDimensionality": request.dimensions}
    asked = [
        {"model": f"models/{name}", "content": {"parts": [{"text": text}]}, **wish} for text in request.texts
    ]
    return EmbeddingsSent(f"/models/{quote(name, safe='')}:batchEmbedContents", {"requests": asked})


def embeddings_answer(request: EmbeddingsRequest, answer: Any, session: Session) -> Mapping[str, Any] | Error:
    """The upstream's answer as the client is given it, or the error that it is.

    Args:
        request: What was asked.
        answer: The JSON of an answer with a good status.
        session: The exchange.
    """
    if session.upstream != "gemini":
        is_list = isinstance(answer, Mapping) and isinstance(answer.get("data"), list)
        return answer if is_list else _malformed("it has no data")
    vectors = answer.get("embeddings") if isinstance(answer, Mapping) else None
    if not isinstance(vectors, list):
        return _malformed("it has no embeddings")
    if len(vectors) != len(request.texts):
        return _malformed(f"it has {len(vectors)} embeddings for {len(request.texts)} inputs")
    data: list[dict[str, Any]] = []
    for index, vector in enumerate(vectors):
        values = _values(vector)
        embedding = None if values is None else _base64(values) if request.is_base64 else values
        if embedding is None:
            return _malformed(f"embedding {index} is no list of numbers")
        data.append({"object": "embedding", "index": index, "embedding": embedding})
    return {"object": "list", "data": data, "model": request.model, "usage": _usage(answer, session)}


def _malformed(why: str) -> Error:
    return Error(
        status=502,
        code="upstream_malformed",
        message=f"The upstream's answer is no list of embeddings: {why}.",
    )


def _values(vector: Any) -> list[float] | None:
    values = vector.get("values") if isinstance(vector, Mapping) else None
    if not isinstance(values, list) or not values:
        return None
    return values if all(type(one) in {int, float} for one in values) else None


def _base64(values: Sequence[float]) -> str | None:
    """A vector as OpenAI encodes it; None where a number is too large for 32 bits."""
    try:
        return b64encode(struct.pack(f"<{len(values)}f", *values)).decode()
    except (OverflowError, struct.error):
        return None


def _usage(answer: Mapping[str, Any], session: Session) -> dict[str, int] | None:
    """What was counted; None, and no zeros, where the upstream says nothing."""
    told = answer.get("usageMetadata")
    count = told.get("promptTokenCount") if isinstance(told, Mapping) else None
    if type(count) is not int or count < 0:
        session.lose("L240", "answer")
        return None
    total = told.get("totalTokenCount") if isinstance(told, Mapping) else None
    return {"prompt_tokens": count, "total_tokens": total if type(total) is int else count}
