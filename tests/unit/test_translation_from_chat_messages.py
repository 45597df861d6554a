"""Messages of a Chat request keep every role, part, call and thought, in order and with their places."""

from __future__ import annotations

from typing import Any

from harness.turn.conversation import (
    AudioPart,
    CallPart,
    FilePart,
    ImagePart,
    OpaquePart,
    ReasoningPart,
    RefusalPart,
    ResultPart,
    TextPart,
)
from tests.chat_messages_read import CALL, read


def parts(content: Any, role: str = "user") -> tuple[Any, ...]:
    """The parts of one message with that content."""
    return read({"role": role, "content": content})[0].parts


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
