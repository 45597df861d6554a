"""What a reader makes of the chunks of Chat Completions, OpenAI's and other servers'."""

from __future__ import annotations

from typing import Any

import pytest

from harness.turn import increments as i
from tests.chat_chunks import DONE, answer_of, call, chunk, first, raw_of
from tests.folding import Call

# -- the frame


def test_the_first_chunk_begins_the_answer_and_later_ones_do_not_change_it() -> None:
    """Id, model and time are those of the first chunk, and all of its members are kept for Chat's own writer."""
    later = {**chunk({"content": "b"}), "id": "other", "created": 5}
    given, _ = raw_of(
        chunk({"content": "a"}, service_tier="default", system_fingerprint="fp_1", usage=None), later
    )
    (start,) = [one for one in given if isinstance(one, i.Start)]
    assert (start.upstream_id, start.model, start.created) == ("chatcmpl-1", "some-model", 1_700_000_000)
    assert (start.service_tier, start.fingerprint, start.dialect) == ("default", "fp_1", "chat")
    assert "choices" not in start.raw
    assert start.raw["usage"] is None


def test_a_verdict_on_the_prompt_before_the_answer_does_not_begin_it() -> None:
    """Azure's first chunk has no id and no model; what it says is kept with the beginning."""
    early = {
        "id": "",
        "model": "",
        "created": 0,
        "object": "",
        "choices": [],
        "prompt_filter_results": [{"x": 1}],
    }
    given, losses = raw_of(early, chunk({"content": "a"}))
    assert isinstance(given[0], i.Start)
    assert given[0].upstream_id == "chatcmpl-1"
    assert given[0].raw["prompt_filter_results"] == [{"x": 1}]
    assert losses == []


@pytest.mark.parametrize(
    ("created", "told"), [(1.5, 1), (1_700_000_000_123, 1_700_000_000), (0, None), ("1", None), (True, None)]
)
def test_a_time_of_another_form_is_made_seconds(created: Any, told: int | None) -> None:
    """Some servers send fractions or milliseconds."""
    given, _ = raw_of(chunk({"content": "a"}, created=created))
    assert isinstance(given[0], i.Start)
    assert given[0].created == told


def test_text_is_passed_on_as_it_is_cut_with_its_padding() -> None:
    """Empty pieces say nothing; the careful and the fast path give the same."""
    given, _ = raw_of(
        chunk({"role": "assistant", "content": "", "refusal": None}),
        chunk({"content": "a"}, obfuscation="x"),
        chunk({"content": "b"}, obfuscation="y"),
        chunk({"content": None}),
        chunk({"content": "c"}),
    )
    deltas = [(one.text, one.obfuscation, one.src) for one in given if isinstance(one, i.TextDelta)]
    assert deltas == [("a", "x", 1), ("b", "y", 2), ("c", None, 4)]
    assert len([one for one in given if isinstance(one, i.TextStart)]) == 1


def test_log_probabilities_go_with_the_text() -> None:
    """Entries that are no tokens are left out, and members that are missing are filled in."""
    token = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    body = chunk({"content": "a"})
    body["choices"][0]["logprobs"] = {"content": [token], "refusal": None}
    other = chunk({"content": "b"})
    other["choices"][0]["logprobs"] = {"content": [{"token": "b", "logprob": 0}, {"token": 5}]}
    given, _ = raw_of(body, other)
    tokens = [one.logprobs for one in given if isinstance(one, i.TextDelta)]
    assert tokens == [[token], [{"token": "b", "logprob": 0, "bytes": None, "top_logprobs": []}]]


def test_choices_are_lanes_of_their_own() -> None:
    """With n above 1 each choice has its text, its calls and its reason."""
    payloads = []
    for text, index in (("a", 0), ("x", 1), ("b", 0), ("y", 1)):
        body = chunk({"content": text})
        body["choices"][0]["index"] = index
        payloads.append(body)
    ends = chunk(finish="stop"), chunk(finish="length")
    ends[1]["choices"][0]["index"] = 1
    answer, codes = answer_of(*payloads, *ends, DONE)
    assert {index: (one.text, one.finish) for index, one in answer.choices.items()} == {
        0: ("ab", "stop"),
        1: ("xy", "length"),
    }
    assert codes == []


# -- content in other forms


def test_content_of_parts_is_joined_and_thought_among_it_is_thought() -> None:
    """Mistral sends arrays of parts where a model thinks."""
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    choice, codes = first(
        chunk({"content": [thinking]}), chunk({"content": [{"type": "text", "text": "a"}, "b"]})
    )
    assert (choice.reasoning, choice.text, codes) == ("hm", "ab", [])
    assert choice.order == ["ReasoningStart", "TextStart"]


def test_content_that_is_an_object_is_sent_as_its_text() -> None:
    """Cloudflare sends the structured answer itself."""
    choice, codes = first(chunk({"content": {"a": 1}}))
    assert (choice.text, codes) == ('{"a":1}', ["L213"])


def test_refusals_annotations_audio_and_pictures() -> None:
    """Each has an increment of its own."""
    note = {
        "type": "url_citation",
        "url_citation": {"url": "u", "title": "t", "start_index": 1, "end_index": 2},
    }
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    given, losses = raw_of(
        chunk({"content": "text"}),
        chunk({"annotations": [note]}),
        chunk({"refusal": "no"}),
        chunk({"audio": {"id": "audio_1", "data": "AA=="}}),
        chunk({"images": [picture]}),
    )
    (annotation,) = [one for one in given if isinstance(one, i.Annotation)]
    (text,) = [one for one in given if isinstance(one, i.TextStart)]
    assert (annotation.ref, annotation.url, annotation.title) == (text.ref, "u", "t")
    assert (annotation.begin, annotation.end, annotation.raw) == (1, 2, note)
    assert [one.text for one in given if isinstance(one, i.RefusalDelta)] == ["no"]
    assert [one.raw for one in given if isinstance(one, i.Audio)] == [{"id": "audio_1", "data": "AA=="}]
    assert [(one.media_type, one.data) for one in given if isinstance(one, i.Image)] == [
        ("image/png", "AAAA")
    ]
    assert losses == []


def test_spoken_answers_need_no_finish_reason() -> None:
    """OpenAI gives none with audio, and sends chunks without choices in between."""
    filler = {name: value for name, value in chunk().items() if name != "choices"}
    answer, codes = answer_of(chunk({"audio": {"id": "audio_1"}}), filler, DONE)
    assert answer.error is None
    assert answer.choices[0].finish == "stop"
    assert codes == []


def test_what_groqs_own_tools_did_is_kept_for_chat() -> None:
    """`executed_tools` is a provider's tool."""
    given, _ = raw_of(chunk({"executed_tools": [{"name": "search"}]}))
    (tool,) = [one for one in given if isinstance(one, i.ServerTool)]
    assert (tool.kind, tool.step, tool.raw) == (
        "executed_tools",
        "end",
        {"executed_tools": [{"name": "search"}]},
    )


@pytest.mark.parametrize("beside", [True, False])
def test_a_message_beside_or_instead_of_deltas_adds_only_what_they_have_not_said(*, beside: bool) -> None:
    """Perplexity and others repeat the whole message in every chunk, or send it at the end."""
    last = chunk({"content": ""}, "stop") if beside else chunk(None, "stop")
    last["choices"][0]["message"] = {
        "role": "assistant",
        "content": "abc",
        "reasoning_content": "why",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
    }
    if not beside:
        del last["choices"][0]["delta"]
    answer, codes = answer_of(chunk({"reasoning_content": "why"}), chunk({"content": "ab"}), last, DONE)
    choice = answer.choices[0]
    assert (choice.reasoning, choice.text, choice.calls) == (
        "why",
        "abc",
        [Call("f", "c1", "function", "{}")],
    )
    assert codes == ["L224"]


def test_a_message_in_other_words_than_the_deltas_is_a_loss() -> None:
    """The deltas count."""
    last = chunk({}, "stop")
    last["choices"][0]["message"] = {"content": "other"}
    answer, codes = answer_of(chunk({"content": "ab"}), last, DONE)
    assert (answer.choices[0].text, codes) == ("ab", ["L217"])


# -- thought


@pytest.mark.parametrize(
    ("delta", "visibility"),
    [
        ({"reasoning_content": "why"}, "raw"),
        ({"reasoning": "why"}, "raw"),
        ({"reasoning": {"text": "why"}}, "raw"),
        ({"reasoning": {"content": "why"}}, "raw"),
        ({"thinking": "why"}, "raw"),
        ({"thinking_blocks": [{"type": "thinking", "thinking": "why"}]}, "raw"),
        ({"reasoning_details": [{"type": "reasoning.text", "text": "why"}]}, "raw"),
        ({"reasoning_details": [{"type": "reasoning.summary", "summary": "why"}]}, "summary"),
        ({"reasoning": "why", "reasoning_content": "why"}, "raw"),
        (
            {"reasoning": "why", "reasoning_details": [{"type": "reasoning.summary", "summary": "why"}]},
            "summary",
        ),
    ],
)
def test_thought_is_read_from_any_member_and_said_once(delta: dict[str, Any], visibility: str) -> None:
    """Members that say the same are one thought; entries tell more than a bare text."""
    given, losses = raw_of(chunk(delta))
    said = [(one.text, one.visibility) for one in given if isinstance(one, i.ReasoningDelta)]
    assert said == [("why", visibility)]
    assert losses == []


def test_the_profile_says_which_member_of_thought_counts() -> None:
    """Where two differ, the first of the profile is told, and the other is a loss."""
    both = chunk({"reasoning_content": "a", "reasoning": "b"})
    choice, codes = first(both, reasoning_in=("reasoning", "reasoning_content"))
    assert (choice.reasoning, codes) == ("b", ["L217"])


def test_thought_goes_before_content_and_content_before_calls() -> None:
    """Whatever the order of the members is in one delta."""
    delta = {**call(0, id="c1", name="f", arguments="{}"), "content": "text", "reasoning": "why"}
    choice, _ = first(chunk(delta))
    assert choice.order == ["ReasoningStart", "TextStart", "ToolStart"]


def test_seals_come_with_the_end_of_their_thought() -> None:
    """A signature belongs to the text before it; each encrypted entry is sealed by itself."""
    given, _ = raw_of(
        chunk({"reasoning_details": [{"type": "reasoning.text", "text": "why", "index": 0}]}),
        chunk({"reasoning_details": [{"type": "reasoning.text", "signature": "sig", "index": 0}]}),
        chunk({"content": "a"}),
        chunk({"reasoning_details": [{"type": "reasoning.encrypted", "data": "blob"}]}),
        chunk(finish="stop"),
        DONE,
        vendor="openrouter",
    )
    ends = [(one.signature, one.encrypted, one.vendor) for one in given if isinstance(one, i.ReasoningEnd)]
    assert ends == [("sig", None, "openrouter"), (None, "blob", "openrouter")]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 100])
def test_think_tags_are_found_wherever_they_are_cut(size: int) -> None:
    """Only where the profile says that the server writes them."""
    text = "<think>\nwhy < not</think>\n\nthe </b> answer <thin"
    pieces = [chunk({"content": text[at : at + size]}) for at in range(0, len(text), size)]
    choice, codes = first(*pieces, think_tags=True)
    assert (choice.reasoning, choice.text) == ("\nwhy < not", "\n\nthe </b> answer <thin")
    assert codes == []
    plain, _ = first(*pieces)
    assert plain.text == text


def test_a_closing_think_tag_alone_is_left_out_and_told() -> None:
    """The template has opened the thought in the prompt."""
    choice, codes = first(chunk({"content": "why</think>answer"}), think_tags=True)
    assert (choice.text, codes) == ("whyanswer", ["L226"])
