"""Messages of a Chat request keep every role, part, call and thought, in order and with their places."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import RequestRefused
from harness.translation.carry import wrapped
from harness.translation.losses import Ledger
from harness.translation.requests.from_chat import from_chat
from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    Message,
    OpaquePart,
    ReasoningPart,
    RefusalPart,
    ResultPart,
    TextPart,
)

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}


def read(*messages: dict[str, Any]) -> tuple[Message, ...]:
    """The neutral messages, where nothing is lost."""
    ledger = Ledger()
    request = from_chat({"model": "m", "messages": list(messages)}, ledger)
    assert ledger.losses == []
    return request.messages


def parts(content: Any, role: str = "user") -> tuple[Any, ...]:
    """The parts of one message with that content."""
    return read({"role": role, "content": content})[0].parts


def losses(message: dict[str, Any]) -> list[tuple[str, str]]:
    """What is noted while a message is read."""
    ledger = Ledger()
    from_chat({"model": "m", "messages": [message]}, ledger)
    return [(loss.code, loss.at) for loss in ledger.losses]


def refusal(message: Any) -> tuple[str, str | None, str | None]:
    """Message, param and code of the error that a message is answered with."""
    with pytest.raises(RequestRefused) as caught:
        from_chat({"model": "m", "messages": [message]}, Ledger())
    return caught.value.message, caught.value.param, caught.value.name


def test_000_d14_the_whole_history_is_kept_in_order() -> None:
    """No turn vanishes: not the system's, not an assistant's, not an earlier user's."""
    said = [
        ("system", "s"),
        ("developer", "d"),
        ("user", "A"),
        ("assistant", "B"),
        ("system", "middle"),
        ("user", "C"),
    ]
    messages = read(*({"role": role, "content": text} for role, text in said))
    assert [(one.role, one.parts, one.is_text, one.at) for one in messages] == [
        (role, (TextPart(text=text, at=f"/messages/{index}/content"),), True, f"/messages/{index}")
        for index, (role, text) in enumerate(said)
    ]


def test_000_d15_calls_and_results_stay_calls_and_results_linked_by_id() -> None:
    """They do not become prose, and several calls of one turn stay one turn."""
    second = {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "free text"}}
    messages = read(
        {"role": "assistant", "content": None, "tool_calls": [CALL, second]},
        {"role": "tool", "tool_call_id": "call_1", "content": "one"},
        {"role": "tool", "tool_call_id": "call_2", "content": [{"type": "text", "text": "two"}]},
    )
    assert messages[0].parts == (
        CallPart(call_id="call_1", name="f", arguments='{"a":1}', at="/messages/0/tool_calls/0"),
        CallPart(
            call_id="call_2", name="g", arguments="free text", kind="custom", at="/messages/0/tool_calls/1"
        ),
    )
    assert not messages[0].is_text
    assert messages[1].parts == (
        ResultPart(
            call_id="call_1",
            parts=(TextPart(text="one", at="/messages/1/content"),),
            is_text=True,
            at="/messages/1",
        ),
    )
    assert messages[2].parts == (
        ResultPart(
            call_id="call_2",
            parts=(TextPart(text="two", at="/messages/2/content/0"),),
            is_text=False,
            at="/messages/2",
        ),
    )


def test_arguments_are_kept_verbatim_even_where_they_are_no_json() -> None:
    """What to do about them is the upstream's business."""
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{bad"}}
    (part,) = read({"role": "assistant", "tool_calls": [call]})[0].parts
    assert isinstance(part, CallPart)
    assert part.arguments == "{bad"


def test_000_d17_pictures_sounds_and_files_are_kept() -> None:
    """URLs, data URLs with their type, uploaded files."""
    content = [
        {"type": "text", "text": "look"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png", "detail": "high"}},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "input_audio", "input_audio": {"data": "BBBB", "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,CCCC", "filename": "a.pdf"}},
        {"type": "file", "file": {"file_id": "file_1"}},
        {"type": "file", "file": {"file_data": "DDDD"}},
    ]
    at = "/messages/0/content"
    assert parts(content) == (
        TextPart(text="look", at=f"{at}/0"),
        ImagePart(url="https://example.com/a.png", detail="high", at=f"{at}/1"),
        ImagePart(data="AAAA", media_type="image/png", at=f"{at}/2"),
        AudioPart(data="BBBB", format="wav", at=f"{at}/3"),
        FilePart(data="CCCC", media_type="application/pdf", filename="a.pdf", at=f"{at}/4"),
        FilePart(file_id="file_1", at=f"{at}/5"),
        FilePart(data="DDDD", at=f"{at}/6"),
    )


def test_parts_that_only_vendors_have_are_kept_as_sent() -> None:
    """A server of the same dialect may know them."""
    video = {"type": "video_url", "video_url": {"url": "https://example.com/v.mp4"}}
    assert parts([video]) == (
        OpaquePart(dialect="chat", kind="video_url", value=video, at="/messages/0/content/0"),
    )


def test_marks_for_the_prompt_cache_stay_with_their_part() -> None:
    """Those of Anthropic as `cache_control`, those of OpenAI among the other members."""
    mark, breakpoint_ = {"type": "ephemeral"}, {"mode": "explicit"}
    assert parts(
        [
            {"type": "text", "text": "t", "cache_control": mark, "prompt_cache_breakpoint": breakpoint_},
            {"type": "image_url", "image_url": {"url": "u"}, "cache_control": mark},
            {"type": "text", "text": "t", "cache_control": "odd"},
        ]
    ) == (
        TextPart(
            text="t",
            cache_control=mark,
            extra={"prompt_cache_breakpoint": breakpoint_},
            at="/messages/0/content/0",
        ),
        ImagePart(url="u", extra={"cache_control": mark}, at="/messages/0/content/1"),
        TextPart(text="t", extra={"cache_control": "odd"}, at="/messages/0/content/2"),
    )
    (message,) = read({"role": "system", "content": "s", "cache_control": mark})
    assert message.extra == {"cache_control": mark}


def test_names_and_members_that_nobody_knows_stay_with_their_message() -> None:
    """Nulls say nothing."""
    (message,) = read({"role": "user", "content": "hi", "name": "ada", "odd": 1, "other": None})
    assert (message.name, message.extra) == ("ada", {"odd": 1})


def test_an_assistants_turn_keeps_what_the_server_sent() -> None:
    """003-D16: refusal, annotations, audio and reasoning come back with the calls."""
    note = {"type": "url_citation", "url_citation": {"url": "https://example.com"}}
    (message,) = read(
        {
            "role": "assistant",
            "content": "well",
            "refusal": "no",
            "annotations": [note],
            "audio": {"id": "audio_1"},
            "function_call": None,
            "reasoning_content": "hm",
            "tool_calls": [CALL],
        }
    )
    assert message.parts == (
        ReasoningPart(text=("hm",), member="reasoning_content", raw="hm", at="/messages/0/reasoning_content"),
        TextPart(text="well", annotations=(note,), at="/messages/0/content"),
        RefusalPart(text="no", at="/messages/0/refusal"),
        AudioPart(id="audio_1", at="/messages/0/audio"),
        CallPart(call_id="call_1", name="f", arguments='{"a":1}', at="/messages/0/tool_calls/0"),
    )
    assert (message.is_text, message.extra) == (True, {})


def test_annotations_without_a_text_are_kept_aside() -> None:
    """An empty list says nothing."""
    note = {"type": "url_citation"}
    assert read({"role": "assistant", "content": None, "annotations": [note]})[0].extra == {
        "annotations": [note]
    }
    assert read({"role": "assistant", "content": None, "annotations": []})[0].extra == {}


def test_a_refusal_may_be_a_part_of_the_content() -> None:
    """Where it stood tells the two forms apart."""
    assert parts([{"type": "refusal", "refusal": "no"}], "assistant") == (
        RefusalPart(text="no", at="/messages/0/content/0"),
    )


def test_an_empty_text_is_kept_and_an_absent_one_is_none() -> None:
    """An assistant's message may have no content at all."""
    assert parts("") == (TextPart(text="", at="/messages/0/content"),)
    for message in ({"role": "assistant"}, {"role": "assistant", "content": None}):
        assert read(message)[0].parts == ()


def test_the_legacy_form_is_a_call_without_an_id_and_a_result_with_a_name() -> None:
    """Messages of the role `function`, and `function_call`."""
    messages = read(
        {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
        {"role": "function", "name": "f", "content": "done"},
        {"role": "function", "name": "f", "content": None},
    )
    assert messages[0].parts == (
        CallPart(call_id="", name="f", arguments="{}", is_legacy=True, at="/messages/0/function_call"),
    )
    assert messages[1].role == "tool"
    assert messages[1].parts == (
        ResultPart(
            call_id="", parts=(TextPart(text="done", at="/messages/1/content"),), name="f", at="/messages/1"
        ),
    )
    assert messages[2].parts == (ResultPart(call_id="", name="f", at="/messages/2"),)


# -- thought


def thoughts(message: dict[str, Any]) -> list[ReasoningPart]:
    """The thoughts of an assistant's message."""
    (read_,) = read({"role": "assistant", "content": "a", **message})
    return [part for part in read_.parts if isinstance(part, ReasoningPart)]


def test_thought_is_read_from_every_member_that_servers_use() -> None:
    """Each member once, the one that tells most first."""
    detail = {"type": "reasoning.text", "text": "a", "signature": "sig", "format": "anthropic-claude-v1"}
    found = thoughts({"reasoning": "a", "reasoning_content": "a", "reasoning_details": [detail]})
    assert [(one.member, one.text, one.signature, one.vendor, one.raw) for one in found] == [
        ("reasoning_details", ("a",), "sig", "anthropic", detail),
        ("reasoning_content", ("a",), None, "", "a"),
        ("reasoning", ("a",), None, "", "a"),
    ]


def test_details_of_a_thought_keep_their_kind() -> None:
    """Summaries and what only its vendor can read."""
    details: list[Any] = [
        {"type": "reasoning.summary", "summary": "s"},
        {"type": "reasoning.encrypted", "data": "blob", "format": "openai-responses-v1", "id": "rs_1"},
        {"type": "reasoning.encrypted", "data": "sealed", "format": "google-gemini-v1"},
        "words",
        7,
    ]
    found = thoughts({"reasoning_details": details})
    assert [(one.text, one.summary, one.encrypted, one.signature, one.vendor) for one in found] == [
        ((), ("s",), None, None, ""),
        ((), (), "blob", None, "openai"),
        ((), (), None, "sealed", "gemini"),
        (("words",), (), None, None, ""),
        ((), (), None, None, ""),
    ]
    assert [one.raw for one in found] == details
    assert found[1].item_id == "rs_1"


def test_details_sent_in_the_pieces_in_which_they_were_streamed_are_one_thought() -> None:
    """Clients collect deltas without joining them."""
    pieces = [
        {"type": "reasoning.text", "text": "a", "index": 0},
        {
            "type": "reasoning.text",
            "text": "b",
            "index": 0,
            "signature": "s",
            "format": "anthropic-claude-v1",
        },
        {"type": "reasoning.text", "text": "c", "index": 1},
    ]
    found = thoughts({"reasoning_details": pieces})
    assert [(one.text, one.signature, one.vendor) for one in found] == [
        (("ab",), "s", "anthropic"),
        (("c",), None, ""),
    ]
    assert found[0].raw == pieces[:2]


def test_many_pieces_are_joined_in_linear_time() -> None:
    """A hostile client may send very many."""
    pieces = [{"type": "reasoning.text", "text": "a", "index": 0}] * 50_000
    (found,) = thoughts({"reasoning_details": pieces})
    assert found.text == ("a" * 50_000,)


def test_blocks_of_anthropic_are_read_beside_and_inside_the_content() -> None:
    """`thinking_blocks` of LiteLLM, and parts of the content."""
    blocks = [
        {"type": "thinking", "thinking": "t", "signature": "sig"},
        {"type": "redacted_thinking", "data": "blob"},
    ]
    expected = [(("t",), "sig", None, "anthropic"), ((), None, "blob", "anthropic")]
    beside = thoughts({"thinking_blocks": blocks})
    inside = thoughts({"content": blocks})
    for found in (beside, inside):
        assert [(one.text, one.signature, one.encrypted, one.vendor) for one in found] == expected
    assert {one.member for one in inside} == {"content"}
    mistral = thoughts({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "m"}]}]})
    assert [(one.text, one.vendor) for one in mistral] == [(("m",), "")]


def test_a_thought_signature_belongs_to_its_call() -> None:
    """`extra_content` of Gemini's own OpenAI endpoint; what has been read is no unknown member any more."""
    extra = {"google": {"thought_signature": "sig"}}
    (message,) = read(
        {"role": "assistant", "tool_calls": [CALL | {"extra_content": extra, "index": 0}]},
    )
    (call,) = message.parts
    assert isinstance(call, CallPart)
    assert (call.signature, call.vendor, call.extra) == (
        "sig",
        "gemini",
        {"index": 0},
    )


def test_a_signature_among_the_details_belongs_to_the_call_of_its_id() -> None:
    """OpenRouter sends those of Gemini so."""
    detail = {
        "type": "reasoning.encrypted",
        "data": "sig",
        "format": "google-gemini-v1",
        "id": "call_1",
        "index": 0,
    }
    (message,) = read({"role": "assistant", "tool_calls": [CALL], "reasoning_details": [detail]})
    thought, call = message.parts
    assert isinstance(thought, ReasoningPart)
    assert isinstance(call, CallPart)
    assert (thought.signature, thought.encrypted, thought.raw) == (None, None, detail)
    assert (call.signature, call.vendor) == ("sig", "gemini")


def test_a_signature_on_the_message_is_a_thought_without_words() -> None:
    """It seals the text."""
    extra = {"google": {"thought_signature": "sig"}}
    (thought,) = thoughts({"extra_content": extra})
    assert (thought.signature, thought.vendor, thought.member, thought.text) == (
        "sig",
        "gemini",
        "extra_content",
        (),
    )


def test_what_this_engine_wrapped_is_unwrapped() -> None:
    """The blob's vendor is told by the wrapping, whatever stands around it."""
    blob = wrapped("anthropic", "sig")
    (thought,) = thoughts({"reasoning_details": [{"type": "reasoning.text", "text": "t", "signature": blob}]})
    assert (thought.signature, thought.vendor) == ("sig", "anthropic")
    extra = {"google": {"thought_signature": wrapped("gemini", "g")}}
    (call,) = read({"role": "assistant", "tool_calls": [CALL | {"extra_content": extra}]})[0].parts
    assert isinstance(call, CallPart)
    assert (call.signature, call.vendor) == ("g", "gemini")


@pytest.mark.parametrize(
    "odd",
    [
        {"reasoning_content": 1},
        {"reasoning": {"text": "a"}},
        {"reasoning_details": {"a": 1}},
        {"thinking_blocks": [None, 1, []]},
        {"extra_content": [1]},
        {"extra_content": {"google": 1}},
        {"reasoning_details": [{"type": 1, "text": 2, "format": 3, "index": "x", "id": []}]},
    ],
)
def test_thought_of_a_form_that_nobody_knows_is_not_refused(odd: dict[str, Any]) -> None:
    """It is no part of the official dialect, so nothing says what it must be."""
    (message,) = read({"role": "assistant", "content": "a", **odd})
    assert message.parts[-1] == TextPart(text="a", at="/messages/0/content")


# -- losses and refusals


def test_members_inside_parts_and_calls_that_nobody_knows_are_noted() -> None:
    """There is no room for them."""
    image = {"type": "image_url", "image_url": {"url": "data:image/png;name=a;base64,AA", "odd": 1}}
    assert losses({"role": "user", "content": [image]}) == [
        ("L100", "/messages/0/content/0/image_url/odd"),
        ("L100", "/messages/0/content/0/image_url/url"),
    ]
    audio = {"type": "input_audio", "input_audio": {"data": "A", "format": "mp3", "a": 1}, "b": 2}
    assert losses({"role": "user", "content": [audio]}) == [
        ("L100", "/messages/0/content/0/b"),
        ("L100", "/messages/0/content/0/input_audio/a"),
    ]
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}", "odd": 1}}
    assert losses({"role": "assistant", "tool_calls": [call]}) == [
        ("L100", "/messages/0/tool_calls/0/function/odd")
    ]
    assert losses({"role": "assistant", "audio": {"id": "a", "transcript": "t"}}) == [
        ("L100", "/messages/0/audio/transcript")
    ]


def test_a_file_with_data_and_an_id_is_its_data() -> None:
    """Only one of them can be sent."""
    file = {"type": "file", "file": {"file_id": "file_1", "file_data": "AAAA"}}
    assert losses({"role": "user", "content": [file]}) == [("L156", "/messages/0/content/0/file/file_id")]


_MESSAGES: list[tuple[Any, str, str | None, str | None]] = [
    ({}, "Missing required parameter: 'messages[0].role'.", "messages[0].role", "missing_required_parameter"),
    (
        {"role": "robot"},
        (
            "Invalid value: 'robot'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool', and "
            "'developer'."
        ),
        "messages[0].role",
        "invalid_value",
    ),
    (
        {"role": "user"},
        "Missing required parameter: 'messages[0].content'.",
        "messages[0].content",
        "missing_required_parameter",
    ),
    (
        {"role": "user", "content": 5},
        (
            "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer "
            "instead."
        ),
        "messages[0].content",
        "invalid_type",
    ),
    (
        {"role": "user", "content": None},
        "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got null instead.",
        "messages[0].content",
        "invalid_type",
    ),
    (
        {"role": "user", "content": ["hi"]},
        "Invalid type for 'messages[0].content[0]': expected an object, but got a string instead.",
        "messages[0].content[0]",
        "invalid_type",
    ),
    (
        {"role": "user", "content": [{"text": "hi"}]},
        "Missing required parameter: 'messages[0].content[0].type'.",
        "messages[0].content[0].type",
        "missing_required_parameter",
    ),
    (
        {"role": "user", "content": [{"type": "input_text", "text": "hi"}]},
        (
            "Invalid value: 'input_text'. Supported values are: 'text', 'image_url', 'input_audio', 'refusal', and "
            "'file'."
        ),
        "messages[0].content[0].type",
        "invalid_value",
    ),
    (
        {"role": "system", "content": [{"type": "image_url", "image_url": {"url": "u"}}]},
        "Invalid value: 'image_url'. Supported values are: 'text'.",
        "messages[0].content[0].type",
        "invalid_value",
    ),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": "u"}]},
        "Invalid type for 'messages[0].content[0].image_url': expected an object, but got a string instead.",
        "messages[0].content[0].image_url",
        "invalid_type",
    ),
    (
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png,raw"}}]},
        "Invalid base64 image_url.",
        "messages[0].content[0].image_url.url",
        "invalid_base64",
    ),
    (
        {"role": "user", "content": [{"type": "file", "file": {"filename": "a"}}]},
        "Missing required parameter: 'messages[0].content[0].file.file_id'.",
        "messages[0].content[0].file.file_id",
        "missing_required_parameter",
    ),
    (
        {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "", "format": "ogg"}}]},
        "Invalid value: 'ogg'. Supported values are: 'wav' and 'mp3'.",
        "messages[0].content[0].input_audio.format",
        "invalid_value",
    ),
    (
        {"role": "tool", "content": "x"},
        "Missing required parameter: 'messages[0].tool_call_id'.",
        "messages[0].tool_call_id",
        "missing_required_parameter",
    ),
    (
        {"role": "function", "content": "x"},
        "Missing required parameter: 'messages[0].name'.",
        "messages[0].name",
        "missing_required_parameter",
    ),
    (
        {"role": "assistant", "tool_calls": []},
        (
            "Invalid 'messages[0].tool_calls': empty array. Expected an array with minimum length 1, but got an empty "
            "array instead."
        ),
        "messages[0].tool_calls",
        "empty_array",
    ),
    (
        {"role": "assistant", "tool_calls": [{"id": "c", "type": "local_shell"}]},
        "Invalid value: 'local_shell'. Supported values are: 'function' and 'custom'.",
        "messages[0].tool_calls[0].type",
        "invalid_value",
    ),
    (
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": {}}}],
        },
        (
            "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object "
            "instead."
        ),
        "messages[0].tool_calls[0].function.arguments",
        "invalid_type",
    ),
]


@pytest.mark.parametrize(("message", "told", "param", "code"), _MESSAGES)
def test_a_wrong_message_is_refused_as_openai_does(
    message: Any, told: str, param: str | None, code: str | None
) -> None:
    """Message, param and code."""
    assert refusal(message) == (told, param, code)
