"""Nothing of an upstream's answer is dropped without a code: leaves in against leaves out and losses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from harness.bundled import spec_names
from harness.jsonvalue import try_parse
from harness.rules.example import parse_example
from harness.sse.decoder import Decoder
from harness.translation.engine import INBOUND, UPSTREAM
from harness.translation.offline import translated
from tests.translating import client_request

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.cassettes.exchange import Exchange

STRUCTURE = {
    "chat": r"id|object|obfuscation|choices/\*/(delta|message)/role|choices/\*/finish_reason",
    "responses": (
        r"(.*/)?(type|id|item_id|status|object|call_id)|sequence_number|obfuscation|output_index|content_index|"
        r"(response/)?(created_at|completed_at|model|incomplete_details/reason|background|previous_response_id)"
    ),
    "anthropic": r"(.*/)?(type|id|index|role|stop_reason)",
    "gemini": (
        r"responseId|error/(code|status)|candidates/\*/(finishReason|index|content/role)|.*partialArgs/\*/jsonPath"
    ),
}
"""What a protocol is made of: its words, its ids, its numbers. Each dialect has its own, and makes them anew."""

ECHO = (
    r"(response/)?(reasoning|text|tool_choice|tools|top_p|temperature|truncation|service_tier|include|metadata|"
    r"instructions|max_output_tokens|parallel_tool_calls|store|user|background|top_logprobs)(/.*)?"
)
"""What a response repeats of its request; clients of Chat are told nothing of it."""

TOTALS = r"(.*/)?(usage|usageMetadata)/.*"
"""Counts are added up to what OpenAI's dialects count; the rules on usage compare the sums."""

SEALS = r".*(signature|encrypted_content|data|thoughtSignature)"
"""What only a vendor can read, which is wrapped for the way there and back."""

TOLD = {
    "L220": r".*blockReason",
    "L230": r".*(reasoning|thinking|thought|summary|signature|data|thoughtSignature|part|text|item|content|delta).*",
    "L231": r".*(annotation|citation).*",
    "L232": r".*(audio|inlineData|image).*",
    "L233": r"(?!.*citation).*",
    "L234": r"(choices|candidates)/\*/.*",
}
"""Codes that speak of more than one member, and the paths of what they may speak of."""


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every text and number that says something, with its path; `*` stands for a place in a list."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from leaves(inner, (*path, "*"))
    elif value not in {None, "", 0, True}:
        yield "/".join(path), value


def payloads(body: bytes) -> list[Any]:
    """The JSON of a whole answer, or of a stream's events."""
    is_json, value = try_parse(body)
    if is_json:
        return value if isinstance(value, list) else [value]
    decoder = Decoder()
    read = [try_parse(event.data) for event in (*decoder.feed(body), *decoder.finish())]
    return [value for is_json, value in read if is_json]


def body_of(exchange: Exchange) -> bytes:
    """The bytes of an answer."""
    assert exchange.response is not None
    return b"".join(chunk.data for chunk in exchange.response.chunks)


@pytest.mark.parametrize("target", INBOUND)
@pytest.mark.parametrize(
    ("dialect", "name"), [(one, name) for one in UPSTREAM for name in spec_names(f"examples/{one}", ".txt")]
)
def test_every_leaf_arrives_or_has_a_code(dialect: str, name: str, target: str) -> None:
    """Streamed and whole, to both clients."""
    exchange = parse_example(f"dialect: {dialect}\nstream: {dialect}/{name}\n", dialect=dialect).exchange
    if exchange.response is None or exchange.response.status != 200:
        pytest.skip("this example is an error with a status of its own, which is told in OpenAI's words")
    arrived, codes, lost = "", set(), set()
    for stream in (True, False):
        asked = {**client_request(exchange, dialect, target), "stream": stream}
        if target == "responses":
            asked["include"] = ["reasoning.encrypted_content"]
        if not stream:
            asked.pop("stream_options", None)
        outcome = translated(exchange, source=dialect, target=target, request=asked)  # type: ignore[arg-type]
        said: dict[str, str] = {}
        for body in payloads(body_of(outcome.exchange)):
            for path, value in leaves(body):
                said[path] = said.get(path, "") + str(value)  # a text comes in pieces
        arrived += "\n".join(said.values())
        codes |= {loss.code for loss in outcome.losses}
        lost |= {word for loss in outcome.losses for word in re.findall(r"\w+", loss.detail)}
    dropped = [
        (path, value)
        for body in payloads(body_of(exchange))
        for path, value in leaves(body)
        if not (
            str(value) in arrived
            or re.fullmatch(STRUCTURE[dialect], path)
            or re.fullmatch(TOTALS, path)
            or (dialect == "responses" and re.fullmatch(ECHO, path))
            or (target == "responses" and re.fullmatch(SEALS, path))
            or any(code in codes and re.fullmatch(paths, path) for code, paths in TOLD.items())
            or not lost.isdisjoint(path.split("/"))
        )
    ]
    assert dropped == []
