"""The strategies reach everything that the protocols' machines and schemas know."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from harness.bundled import spec_text
from harness.dialects.anthropic import grammar as anthropic
from harness.dialects.chat import grammar as chat
from harness.dialects.gemini import grammar as gemini
from harness.dialects.responses import grammar as responses
from harness.generate import anthropic_streams, chat_streams, gemini_streams, responses_streams
from harness.turn.of_anthropic import FINISHES as STOP_REASONS
from harness.turn.of_gemini import FINISHES as FINISH_REASONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from hypothesis.strategies import SearchStrategy

    from harness.generate import GeneratedStream

ENOUGH = 2500
ITEMS = 3
"""So many times more of Responses: it has dozens of items, and the rarest come once in a thousand streams."""


@cache
def drawn(make: Callable[[], SearchStrategy[GeneratedStream]]) -> tuple[GeneratedStream, ...]:
    """Many examples, the same in every run."""
    found: list[GeneratedStream] = []

    @seed(7)
    @settings(
        max_examples=ENOUGH * ITEMS if make is responses_streams else ENOUGH,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(make())
    def keep(stream: GeneratedStream) -> None:
        found.append(stream)

    keep()
    return tuple(found)


def payloads(make: Callable[[], SearchStrategy[GeneratedStream]]) -> Iterator[dict[str, Any]]:
    """The payloads of all of them."""
    for stream in drawn(make):
        yield from stream.payloads


def under(value: Any, member: str) -> Iterator[Any]:
    """What stands under that name, anywhere in a value."""
    if isinstance(value, dict):
        if member in value:
            yield value[member]
        for one in value.values():
            yield from under(one, member)
    elif isinstance(value, list):
        for one in value:
            yield from under(one, member)


def constants(schema: Any) -> set[str]:
    """The words by which the members of the unions right below a schema are told apart."""
    return {one["if"]["properties"]["type"]["const"] for one in schema["allOf"]}


def definitions(name: str) -> dict[str, Any]:
    """The definitions of a schema."""
    found: dict[str, Any] = json.loads(spec_text(name))["$defs"]
    return found


def test_every_event_type_of_responses_comes() -> None:
    """Those of the machine's table, and those of the schema; and one of a vendor's."""
    schema = {
        name for name in definitions("openai/3.52.0/responses.schema.json") if name.startswith("response.")
    }
    kinds = {one["type"] for one in payloads(responses_streams)}
    assert {*responses.ROWS, *schema} - kinds == set()
    assert kinds - {*responses.ROWS, *schema} == {"acme:trace"}


def test_every_item_of_responses_comes_and_every_part_and_annotation() -> None:
    """And one item of a vendor's; with every status that an item may end in."""
    items = [one["item"] for one in payloads(responses_streams) if one["type"] == "response.output_item.done"]
    kinds = {one["type"] for one in items}
    assert responses.ITEM_TYPES - kinds == set()
    assert kinds - responses.ITEM_TYPES == {"acme:ranking"}
    assert {one.get("status") for one in items} == {"completed", "incomplete", "failed", None}
    parts = {part["type"] for one in items if one["type"] == "message" for part in one["content"]}
    assert parts == set(responses.PART_KINDS["message"])
    thoughts = [one for one in items if one["type"] == "reasoning"]
    assert {bool(one["summary"]) for one in thoughts} == {True, False}
    assert {bool(one.get("content")) for one in thoughts} == {True, False}
    assert {bool(one.get("encrypted_content")) for one in thoughts} == {True, False}
    added = (one["annotation"]["type"] for one in payloads(responses_streams) if "annotation" in one)
    assert set(added) == {"url_citation", "file_citation", "container_file_citation", "file_path"}


def test_every_end_of_responses_comes() -> None:
    """Both forms of the error event are among them, and log probabilities and padding come and do not."""
    ends = {(one.kinds[-1], one.payloads[-1]["response"]["status"]) for one in drawn(responses_streams)}
    assert {kind for kind, _ in ends} == set(responses.TERMINALS)
    reasons = {one["response"]["incomplete_details"]["reason"] for one in payloads(responses_streams)
               if one["type"] == "response.incomplete"}  # fmt: skip
    assert reasons == {"max_output_tokens", "content_filter"}
    assert {"error" in one for one in payloads(responses_streams) if one["type"] == "error"} == {True, False}
    deltas = [one for one in payloads(responses_streams) if one["type"] == "response.output_text.delta"]
    assert {bool(one["logprobs"]) for one in deltas} == {True, False}
    assert {"obfuscation" in one for one in deltas} == {True, False}


def test_everything_that_a_choice_may_say_comes() -> None:
    """Every member of a delta, every finish reason, every form of a call, and deltas that say nothing."""
    deltas = [choice["delta"] for one in payloads(chat_streams) for choice in one.get("choices", ())]
    assert {key for one in deltas for key in one} == chat.DELTA_KEYS | {*chat.REASONING_KEYS}
    assert {} in deltas
    assert {"content": ""} in deltas
    assert {"content": None} in deltas
    reasons = {one for body in payloads(chat_streams) for one in under(body, "finish_reason")}
    assert reasons == {"stop", "length", "content_filter", "tool_calls", "function_call", None}
    assert {one for body in deltas for one in under(body, "type")} == {"function", "custom"}
    assert {len(one.request.get("tools", ())) for one in drawn(chat_streams)} >= {0, 3}


def test_every_kind_of_chunk_comes() -> None:
    """Usage and moderation in either order, an error with and without `[DONE]` behind it, audio's expiry.

    Azure's first chunk is left out on purpose: its empty id, model and `created` are illegal anywhere else.
    """
    bodies = list(payloads(chat_streams))
    assert any(one.get("usage") for one in bodies)
    assert {bool(one.get("choices")) for one in bodies} == {True, False}
    verdicts = {one["moderation"]["input"]["type"] for one in bodies if "moderation" in one}
    assert verdicts == {"moderation_results", "error"}
    assert any(one for one in bodies if list(under(one, "expires_at")))
    failed = [one for one in drawn(chat_streams) if one.failed]
    assert {b"[DONE]" in one.events[-1] for one in failed} == {True, False}
    asked = {bool(one.request.get("stream_options", {}).get("include_usage")) for one in drawn(chat_streams)}
    assert asked == {True, False}
    orders = {"usage" if one.payloads[-1].get("usage") else "moderation"
              for one in drawn(chat_streams) if "moderation" in one.request and not one.failed}  # fmt: skip
    assert orders == {"usage", "moderation"}
    assert {len(one.answers) for one in drawn(chat_streams)} == {1, 2}


def test_every_event_block_and_delta_of_anthropic_comes() -> None:
    """Those of the machine's table, those of the schema, those of betas; and ones of the future."""
    schema = definitions("anthropic/2.11.0/messages.schema.json")
    bodies = list(payloads(anthropic_streams))
    assert {one["type"] for one in bodies} == anthropic.KINDS | {"acme_trace"}
    blocks = {one["content_block"]["type"] for one in bodies if "content_block" in one}
    known = constants(schema["content_block_start"]["properties"]["content_block"])
    assert blocks == known | set(anthropic.DELTAS) | {"mcp_tool_result", "fallback"}
    deltas = {one["delta"]["type"] for one in bodies if one["type"] == "content_block_delta"}
    assert deltas == anthropic.KNOWN_DELTAS
    citations = {one["type"] for body in bodies for one in under(body, "citation")}
    assert citations == constants(schema["CitationsDelta"]["properties"]["citation"])


def test_every_result_stop_reason_and_error_of_anthropic_comes() -> None:
    """Results of the server's tools, whole and failed."""
    schema = definitions("anthropic/2.11.0/messages.schema.json")
    bodies = list(payloads(anthropic_streams))
    errors = {one["error"]["type"] for one in bodies if one["type"] == "error"}
    assert errors == constants(schema["error"]["properties"]["error"])
    reasons = {one["delta"].get("stop_reason") for one in bodies if one["type"] == "message_delta"}
    assert reasons == set(STOP_REASONS) | {None}
    results = {one["content_block"]["content"]["type"] for one in bodies
               if "content_block" in one and isinstance(one["content_block"].get("content"), dict)}  # fmt: skip
    wanted = {
        name for name, one in schema.items() if name.endswith(("ResultBlock", "ErrorObject", "ErrorBlock"))
    }
    types = {schema[name]["properties"]["type"]["const"] for name in wanted}
    inside = {one for one in types if one.endswith(("_result", "_error"))} - errors
    assert {one for one in inside if not one.endswith("_tool_result")} - results - {
        "web_search_result"
    } == set()


def test_every_part_and_finish_reason_of_gemini_comes() -> None:
    """Text, thought, signatures, calls with and without ids and in pieces, and all that a part may be besides."""
    bodies = list(payloads(gemini_streams))
    parts = [part for one in bodies for candidate in one.get("candidates", ())
             for part in candidate.get("content", {}).get("parts", ())]  # fmt: skip
    assert {key for one in parts for key in one} == gemini.DATA | {"text", "thought", "thoughtSignature"}
    reasons = {one for body in bodies for one in under(body, "finishReason")}
    # The first is the value of a field that nobody has set; no server sends it.
    assert reasons >= {*gemini.REASONS, *FINISH_REASONS} - {"FINISH_REASON_UNSPECIFIED"}
    calls = [one["functionCall"] for one in parts if "functionCall" in one]
    assert {bool(one.get("id")) for one in calls if "name" in one} == {True, False}
    values = {key for one in calls for piece in one.get("partialArgs", ()) for key in piece}
    assert values == {"jsonPath", "stringValue", "numberValue", "boolValue", "nullValue", "willContinue"}


def test_every_kind_of_response_of_gemini_comes() -> None:
    """Content, finish, a blocked prompt, nothing but usage, an error; several candidates in one response, too."""
    bodies = list(payloads(gemini_streams))
    assert {tuple(sorted({"candidates", "promptFeedback", "error"} & set(one))) for one in bodies} == {
        ("candidates",),
        ("promptFeedback",),
        ("error",),
        (),
    }
    assert {len(one["candidates"]) for one in bodies if "candidates" in one} == {1, 2}
    told = {key for one in bodies for candidate in one.get("candidates", ()) for key in candidate}
    assert told >= {
        "safetyRatings",
        "groundingMetadata",
        "citationMetadata",
        "logprobsResult",
        "urlContextMetadata",
    }
    assert {b"\r\n" in one.body for one in drawn(gemini_streams)} == {True, False}
