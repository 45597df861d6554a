"""The conversation in requests to Gemini."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.manner import Manner
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    Message,
    OpaquePart,
    Part,
    ReasoningPart,
    RefusalPart,
    TextPart,
)
from tests.foreign_requests import answered, asked, called, said, sent
from tests.gemini_requests import FLASH, THREE

PNG = "iVBORw0KGgo="


# -- the conversation


def test_instructions_and_the_first_system_messages_are_the_system_instruction() -> None:
    """One in the middle is told as a user's."""
    one = sent(
        "gemini",
        asked(
            FLASH,
            said("a", role="system"),
            said("b", "c", role="developer"),
            said("hi"),
            said("d", role="system", at="/input/3"),
            instructions="i",
        ),
    )
    assert one.body["systemInstruction"] == {"parts": [{"text": text} for text in "iabc"]}
    assert one.body["contents"] == [
        {"role": "user", "parts": [{"text": "hi"}, {"text": "<system>\nd\n</system>"}]}
    ]
    assert one.losses == [("L130", "/input/3")]


def test_a_conversation_of_system_messages_has_one_content() -> None:
    """Gemini wants at least one."""
    one = sent("gemini", asked(FLASH, said("a", role="system"), said("b", role="system")))
    assert one.body["systemInstruction"] == {"parts": [{"text": "a"}]}
    assert one.body["contents"] == [{"role": "user", "parts": [{"text": "<system>\nb\n</system>"}]}]


def test_messages_of_one_role_are_one_content() -> None:
    """And an empty one is left out."""
    one = sent(
        "gemini", asked(FLASH, said("a"), said("", at="/input/1"), said("b"), said("c", role="assistant"))
    )
    assert one.body["contents"] == [
        {"role": "user", "parts": [{"text": "a"}, {"text": "b"}]},
        {"role": "model", "parts": [{"text": "c"}]},
    ]
    assert one.losses == [("L155", "/input/1")]


def test_members_of_a_message_are_lost_by_their_codes() -> None:
    """Its name, its phase, and what nobody knows."""
    message = Message(
        role="assistant", parts=(TextPart(text="a"),), name="n", phase="p", extra={"x": 1}, at="/input/0"
    )
    assert sent("gemini", asked(FLASH, message)).losses == [
        ("L154", "/input/0/name"),
        ("L135", "/input/0/phase"),
        ("L100", "/input/0/x"),
    ]


@pytest.mark.parametrize(
    ("part", "told", "codes"),
    [
        (TextPart(text="a", annotations=({},)), {"text": "a"}, ["L136"]),
        (TextPart(text="a", logprobs=({},)), {"text": "a"}, ["L136"]),
        (TextPart(text="a", cache_control={"type": "ephemeral"}), {"text": "a"}, ["L119"]),
        (TextPart(text="a", extra={"x": 1}), {"text": "a"}, ["L100"]),
        (RefusalPart(text="no"), {"text": "no"}, ["L137"]),
        (
            ImagePart(data=PNG, media_type="image/webp", detail="auto"),
            {"inlineData": {"mimeType": "image/webp", "data": PNG}},
            [],
        ),
        (
            ImagePart(data=PNG, detail="high"),
            {"inlineData": {"mimeType": "image/png", "data": PNG}},
            ["L132"],
        ),
        (
            ImagePart(url="https://a.b/c.jpg?d"),
            {"fileData": {"fileUri": "https://a.b/c.jpg?d", "mimeType": "image/jpeg"}},
            [],
        ),
        (ImagePart(url="https://a.b/c"), {"fileData": {"fileUri": "https://a.b/c"}}, []),
        (AudioPart(data="aGk=", format="mp3"), {"inlineData": {"mimeType": "audio/mp3", "data": "aGk="}}, []),
        (
            FilePart(data="JVBERi0=", filename="x.pdf"),
            {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}},
            ["L132"],
        ),
        (
            FilePart(url="https://a.b/c.pdf"),
            {"fileData": {"fileUri": "https://a.b/c.pdf", "mimeType": "application/pdf"}},
            [],
        ),
    ],
    ids=str,
)
def test_parts_of_a_message(part: Part, told: dict[str, Any], codes: list[str]) -> None:
    """Each in its place."""
    one = sent("gemini", asked(FLASH, said(part)))
    assert one.body["contents"] == [{"role": "user", "parts": [told]}]
    assert one.codes == codes


@pytest.mark.parametrize(
    ("part", "code"),
    [
        (ImagePart(file_id="file-1", at="/p"), "L156"),
        (FilePart(file_id="file-1", at="/p"), "L156"),
        (AudioPart(id="audio-1", at="/p"), "L156"),
        (OpaquePart(dialect="chat", kind="video", value={}, at="/p"), "L146"),
        (OpaquePart(dialect="responses", kind="item_reference", value={}, at="/p"), "L147"),
    ],
    ids=str,
)
def test_parts_that_cannot_be_sent(part: Part, code: str) -> None:
    """The rest of the message is."""
    one = sent("gemini", asked(FLASH, said("a", part)))
    assert one.body["contents"] == [{"role": "user", "parts": [{"text": "a"}]}]
    assert one.losses == [(code, "/p")]


@pytest.mark.parametrize(
    ("model", "url", "codes"),
    [
        (FLASH, "https://a.b/c.png", []),
        ("gemini-2.0-flash", "https://a.b/c.png", ["L131"]),
        ("unknown", "https://a.b/c.png", ["L131"]),
        ("gemini-2.0-flash", "https://www.youtube.com/watch?v=1", []),
        ("gemini-2.0-flash", "gs://bucket/c.png", []),
        ("gemini-2.0-flash", "https://[", ["L131"]),
    ],
)
def test_a_url_is_a_loss_where_the_model_may_not_fetch_it(model: str, url: str, codes: list[str]) -> None:
    """It is sent all the same."""
    one = sent("gemini", asked(model, said(ImagePart(url=url))))
    assert one.body["contents"][0]["parts"][0]["fileData"]["fileUri"] == url
    assert one.codes == codes


# -- calls and results


def turn(*parts: Part, model: str = FLASH, client: str = "chat") -> list[dict[str, Any]]:
    """The parts of the model's content that an assistant's message becomes."""
    results = [answered(part.call_id, "r") for part in parts if isinstance(part, CallPart)]
    request = asked(model, said("hi"), said(*parts, role="assistant"), *results, dialect=client)
    body = sent("gemini", request).body
    (content,) = [one for one in body["contents"] if one["role"] == "model"]
    parts_sent: list[dict[str, Any]] = content["parts"]
    return parts_sent


def test_a_result_has_the_name_of_the_function_and_never_the_id_of_the_call() -> None:
    """The name is looked up by the id (the defect 001-D28)."""
    one = sent(
        "gemini",
        asked(
            FLASH,
            said("hi"),
            said(called("call_1", "f"), called("call_2", "g", namespace="n"), role="assistant"),
            answered("call_2", "b"),
            answered("call_1", "a"),
            said("thanks"),
        ),
    )
    assert one.body["contents"][2] == {
        "role": "user",
        "parts": [
            {"functionResponse": {"id": "call_1", "name": "f", "response": {"result": "a"}}},
            {"functionResponse": {"id": "call_2", "name": "n__g", "response": {"result": "b"}}},
            {"text": "thanks"},
        ],
    }


@pytest.mark.parametrize(
    ("parts", "fields", "response"),
    [
        (('{"a":1}',), {}, {"a": 1}),
        (("[1]",), {}, {"result": "[1]"}),
        (("sunny",), {}, {"result": "sunny"}),
        ((), {}, {"result": ""}),
        (("a", "b"), {"is_text": False}, {"result": ["a", "b"]}),
        (("broken",), {"is_error": True}, {"error": "broken"}),
        (('{"a":1}',), {"is_error": True}, {"error": {"a": 1}}),
    ],
    ids=str,
)
def test_what_a_function_answers_is_an_object(
    parts: tuple[str, ...], fields: dict[str, Any], response: dict[str, Any]
) -> None:
    """An object as it is, all else under a name."""
    one = sent(
        "gemini",
        asked(FLASH, said("hi"), said(called(), role="assistant"), answered("call_1", *parts, **fields)),
    )
    (part,) = one.body["contents"][2]["parts"]
    assert part["functionResponse"]["response"] == response


def test_a_picture_in_a_result_stays_there_from_gemini_3_on() -> None:
    """Before, it follows all results of the turn."""
    messages = (
        said("hi"),
        said(called("call_1"), called("call_2"), role="assistant"),
        answered("call_1", "see", ImagePart(data=PNG)),
        answered("call_2", "b"),
        said("thanks"),
    )
    picture = {"inlineData": {"mimeType": "image/png", "data": PNG}}
    new = sent("gemini", asked(THREE, *messages))
    assert new.body["contents"][2]["parts"][0]["functionResponse"]["parts"] == [picture]
    old = sent("gemini", asked(FLASH, *messages))
    parts = old.body["contents"][2]["parts"]
    assert [next(iter(part)) for part in parts] == ["functionResponse"] * 2 + ["text", "inlineData", "text"]
    assert parts[3:] == [picture, {"text": "thanks"}]
    assert old.codes == ["L143"]


@pytest.mark.parametrize(
    ("arguments", "args", "codes"),
    [
        ('{"a":[1]}', {"a": [1]}, []),
        ("", {}, []),
        (" \n", {}, []),
        ('{"a":', {"_raw": '{"a":'}, ["L138"]),
        ("[]", {"_raw": "[]"}, ["L138"]),
        ("null", {"_raw": "null"}, ["L138"]),
        ('{"a":NaN}', {"_raw": '{"a":NaN}'}, ["L138"]),
        ("[" * 100_000, {"_raw": "[" * 100_000}, ["L138"]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_arguments_are_an_object(arguments: str, args: dict[str, Any], codes: list[str]) -> None:
    """What is none is an error, unless somebody wants it sent."""
    messages = (said("hi"), said(called(arguments=arguments), role="assistant"), answered("call_1", "r"))
    one = sent("gemini", asked(FLASH, *messages))
    assert one.body["contents"][1]["parts"][0]["functionCall"]["args"] == args
    assert one.codes == codes
    assert sent("gemini", asked(FLASH, *messages), manner=Manner(raw_arguments=True)).codes == []


def test_a_call_of_a_custom_tool_has_one_string() -> None:
    """As the function that stands for it."""
    (part,) = turn(called("call_1", "patch", "+1\n", kind="custom"))
    assert part["functionCall"] == {"id": "call_1", "name": "patch", "args": {"input": "+1\n"}}


@pytest.mark.parametrize(
    ("parts", "signatures"),
    [
        ((called("1", signature="s", vendor="gemini"),), ["s"]),
        ((called("1"), called("2")), ["skip_thought_signature_validator", None]),
        ((called("1", signature="s", vendor="openai"),), ["skip_thought_signature_validator"]),
        ((ReasoningPart(encrypted="s", vendor="gemini"), called("1")), ["s"]),
        ((called("1"), ReasoningPart(encrypted="s", vendor="gemini"), called("2")), ["s", None]),
        (
            (ReasoningPart(summary=("t",), signature="s", vendor="gemini"), called("1"), called("2")),
            [None, "s", None],
        ),
        ((ReasoningPart(encrypted="s", vendor="gemini"), TextPart(text="a")), ["s", None]),
        ((ReasoningPart(text=("t",), signature="s", vendor="gemini"), TextPart(text="a")), ["s", None]),
        ((ReasoningPart(text=("t",), signature="s", vendor="anthropic"), TextPart(text="a")), [None, None]),
    ],
    ids=str,
)
def test_thought_signatures_go_back_where_they_came_from(
    parts: tuple[Part, ...], signatures: list[str | None]
) -> None:
    """A call that Gemini did not sign says so; of parallel calls only the first is signed."""
    assert [part.get("thoughtSignature") for part in turn(*parts, model=THREE)] == signatures


def test_a_seal_that_a_client_of_responses_sends_back_is_of_what_it_came_with() -> None:
    """What it belongs to was said when it was wrapped, so nothing is guessed."""
    thought = ReasoningPart(summary=("t",), signature="s", vendor="gemini")
    parts = turn(thought, called("1"), model=THREE, client="responses")
    assert [part.get("thoughtSignature") for part in parts] == ["s", "skip_thought_signature_validator"]


def test_models_before_3_want_no_signature() -> None:
    """They are sent those that there are."""
    assert "thoughtSignature" not in turn(called())[0]
    assert turn(called(signature="s", vendor="gemini"))[0]["thoughtSignature"] == "s"


def test_thoughts_are_told_as_thoughts_and_foreign_seals_are_lost() -> None:
    """Whoever thought them."""
    thought = ReasoningPart(text=("a", "b"), summary=("c",), encrypted="x", vendor="openai", at="/r")
    one = sent("gemini", asked(FLASH, said("hi"), said(thought, "d", role="assistant")))
    assert one.body["contents"][1]["parts"] == [
        {"text": "c", "thought": True},
        {"text": "a", "thought": True},
        {"text": "b", "thought": True},
        {"text": "d"},
    ]
    assert one.losses == [("L153", "/r")]
