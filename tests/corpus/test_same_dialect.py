"""What OpenAI streams comes through the neutral form and out again in its own dialect without a loss."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from harness.jsonvalue import try_parse
from tests.corpus.official_traffic import is_official
from tests.corpus.upstream_answers import streams
from tests.translating import body_of, client_request, translate
from tests.writing import payloads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.corpus.upstream_answers import Answer

pytestmark = pytest.mark.corpus

Leaf = tuple[str, str, Any]
"""The type of an event, a path with `*` for places in lists, and the value there."""


class Allowed:
    """A difference that is none, with its reason."""

    def __init__(self, why: str, path: str, value: Callable[[Any], bool] = lambda _: True) -> None:
        self.why = why
        self.path = path
        self.value = value

    def covers(self, leaf: Leaf) -> bool:
        """Whether that leaf may be absent."""
        return leaf[1].endswith(self.path) and self.value(leaf[2])


CHAT = (
    Allowed(
        "padding of chunks without text: it hides the length of a text, and where there is none it hides nothing",
        "/obfuscation",
    ),
    Allowed(
        "OpenAI's opening chunk has the role and the first call together, this engine's has the role alone: the "
        "same members come, content as an empty text instead of null",
        "/delta/content",
        lambda value: value in {None, ""},
    ),
    Allowed("the empty piece that opens a refusal", "/delta/refusal", lambda value: value == ""),
    Allowed(
        "empty lists of tokens, in a choice that has none", "/logprobs/content", lambda value: value == []
    ),
    Allowed(
        "that there are no tokens of a refusal is said as null for both lists",
        "/logprobs/refusal",
        lambda value: value is None,
    ),
)
RESPONSES = (
    Allowed(
        "each end of an item encrypts its thought anew: the final object has what output_item.done had",
        "/output/*/encrypted_content",
    ),
    Allowed(
        "OpenAI rounds what its done events repeat of the log probabilities of deltas; here both are as the deltas",
        "/logprob",
    ),
    Allowed("an empty list of raw thoughts", "/content", lambda value: value == []),
    Allowed(
        "gpt-5-pro and o1-pro announce items as completed: here they are in progress until they are done",
        "/item/status",
        lambda value: value == "completed",
    ),
    Allowed(
        "once, OpenAI's part has no tokens though its text has: here both have them",
        "/part/logprobs",
        lambda value: value == [],
    ),
    Allowed("a stream that is resumed goes on with the numbers before it", "/sequence_number"),
    Allowed("the time at which it ended is when it ended here, where upstream says none", "/completed_at"),
)
ALLOWED = {"chat": CHAT, "responses": RESPONSES}


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf; an empty list or object is one."""
    if isinstance(value, dict) and value:
        for name, one in value.items():
            yield from leaves(one, f"{at}/{name}")
    elif isinstance(value, list) and value:
        for one in value:
            yield from leaves(one, f"{at}/*")
    else:
        yield at, value


def leaves_of(body: bytes) -> dict[str, Leaf]:
    """Every leaf of a stream, by its spelling."""
    found: dict[str, Leaf] = {}
    for payload in payloads(body):
        kind = str(payload.get("type", "chunk"))
        for path, value in leaves(payload):
            leaf = (kind, path, float(value) if type(value) is int else value)  # 0 and 0.0 are one number
            found[json.dumps(leaf)] = leaf
    return found


def pieces(body: bytes) -> list[tuple[str, str]]:
    """The pieces of every text, in order, as they were cut."""
    return [
        (path, value)
        for payload in payloads(body)
        for path, value in leaves(payload)
        if isinstance(value, str)
        and value
        and path.endswith(("/delta/content", "/delta/refusal", "/arguments"))
        if "choices" in payload
    ] + [
        (payload["type"], payload["delta"])
        for payload in payloads(body)
        if str(payload.get("type")).endswith(".delta")
    ]


def request_of(answer: Answer) -> dict[str, Any]:
    """The request that was made, as it was made; one of the same kind where it is not known."""
    read, asked = try_parse(answer.exchange.request.body)
    if read and isinstance(asked, dict) and asked.get("stream") is True:
        return asked
    return client_request(answer.exchange, answer.dialect, answer.dialect)


@pytest.mark.parametrize("dialect", ["chat", "responses"])
def test_nothing_that_openai_streams_is_lost_on_the_way_to_a_client_of_the_same_dialect(
    corpus: Path, dialect: Any
) -> None:
    """Leaf by leaf, and text piece by piece."""
    lost: list[str] = []
    counted = 0
    for answer in streams(corpus, dialect):
        if not is_official(answer.row):
            continue
        counted += 1
        translation = translate(answer.exchange, dialect, dialect, request=request_of(answer))
        sent = body_of(translation.exchange)
        there = leaves_of(sent)
        lost += [
            f"{answer.name}: {leaf}"
            for spelling, leaf in leaves_of(answer.body).items()
            if spelling not in there and not any(one.covers(leaf) for one in ALLOWED[dialect])
        ]
        if pieces(sent) != pieces(answer.body):
            lost.append(f"{answer.name}: its texts are cut otherwise")
    assert lost == []
    assert counted > 250
