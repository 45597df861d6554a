"""What a reader makes of the chunks of Chat Completions, OpenAI's and other servers'."""

from __future__ import annotations

from typing import Any

import pytest

from harness.translation.readers.chat import ChatReader
from harness.turn import increments as i
from tests.folding import Answer, Call, Folded, a_session, events, folded, read, settled


def chunk(delta: Any = None, finish: Any = None, **members: Any) -> dict[str, Any]:
    """A chunk of choice 0."""
    choice = {"index": 0, "delta": {} if delta is None else delta, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": "some-model",
        "choices": [choice],
        **members,
    }


def call(index: Any = None, /, **members: Any) -> dict[str, Any]:
    """A delta with one fragment of a call; `name` and `arguments` go where they belong."""
    function = {key: members.pop(key) for key in ("name", "arguments") if key in members}
    place = {} if index is None else {"index": index}
    return {"tool_calls": [{**place, **members, **({"function": function} if function else {})}]}


DONE = "[DONE]"


def raw_of(*payloads: Any, **profile: Any) -> tuple[list[i.Increment], list[tuple[str, str]]]:
    """The reader's own increments, and its losses."""
    session = a_session("chat", **profile)
    given = read(ChatReader(session), events(*payloads))
    return given, [(one.code, one.detail) for one in session.ledger.losses]


def answer_of(*payloads: Any, **profile: Any) -> tuple[Answer, list[str]]:
    """What clients are told in the end, and the codes of the losses but that of missing usage."""
    session = a_session("chat", **profile)
    answer = folded(settled(session, read(ChatReader(session), events(*payloads))))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def first(*payloads: Any, **profile: Any) -> tuple[Folded, list[str]]:
    """The first choice of an answer that ends well with `stop`."""
    answer, codes = answer_of(*payloads, chunk(finish="stop"), DONE, **profile)
    assert answer.error is None
    return answer.choices[0], codes


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


# -- calls


def test_fragments_are_put_together_by_index_however_they_are_interleaved() -> None:
    """Each call keeps its own arguments, in the pieces that came."""
    answer, codes = answer_of(
        chunk(call(0, id="c1", type="function", name="f", arguments="")),
        chunk(call(1, id="c2", type="function", name="g", arguments="")),
        chunk(call(0, arguments='{"a"')),
        chunk(call(1, arguments="{}")),
        chunk(call(0, arguments=":1}"), obfuscation="x"),
        chunk(finish="tool_calls"),
        DONE,
    )
    assert answer.choices[0].calls == [
        Call("f", "c1", "function", '{"a":1}'),
        Call("g", "c2", "function", "{}"),
    ]
    assert (answer.choices[0].finish, codes) == ("tool_calls", [])


_F, _G = Call("f", "c1", "function", "{}"), Call("g", "c2", "function", "{}")

FRAGMENTS: list[tuple[str, list[dict[str, Any]], list[Call], list[str]]] = [
    (
        "without an index, by id",
        [
            call(id="c1", name="f", arguments="{"),
            call(id="c2", name="g", arguments="{}"),
            call(id="c1", arguments="}"),
        ],
        [_F, _G],
        ["L211", "L211", "L211"],
    ),
    (
        "without index and id, to the last",
        [call(id="c1", name="f", arguments="{"), call(arguments="}")],
        [_F],
        ["L211", "L211"],
    ),
    (
        "one index for all, told apart by id and name",
        [call(0, id="c1", name="f", arguments="{}"), call(0, id="c2", name="g", arguments="{}")],
        [_F, _G],
        ["L212"],
    ),
    (
        "the name again in every fragment",
        [call(0, id="c1", name="f", arguments="{"), call(0, id="c1", name="f", arguments="}")],
        [_F],
        [],
    ),
    ("a name that comes late", [call(0, id="c1", arguments="{"), call(0, name="f", arguments="}")], [_F], []),
    ("an id that comes late", [call(0, name="f", arguments="{"), call(0, id="c1", arguments="}")], [_F], []),
    ("an index that comes late", [call(id="c1", name="f"), call(0, arguments="{}")], [_F], ["L211"]),
    ("arguments that are an object", [call(0, id="c1", name="f", arguments={})], [_F], ["L213"]),
    ("no arguments at all", [call(0, id="c1", name="f")], [_F], []),
    (
        "a custom tool",
        [{"tool_calls": [{"index": 0, "id": "c1", "type": "custom", "custom": {"name": "f", "input": "x"}}]}],
        [Call("f", "c1", "custom", "x")],
        [],
    ),
    (
        "both holders, one of them empty",
        [
            {
                "tool_calls": [
                    {
                        "index": 0,
                        "id": "c1",
                        "type": "function",
                        "custom": {"name": "", "input": ""},
                        "function": {"name": "f", "arguments": "{}"},
                    }
                ]
            }
        ],
        [_F],
        [],
    ),
    (
        "a call without a name",
        [call(0, id="c1", arguments="{}"), call(1, id="c2", name="g", arguments="{}")],
        [_G],
        ["L218"],
    ),
]


@pytest.mark.parametrize(
    ("fragments", "calls", "codes"), [one[1:] for one in FRAGMENTS], ids=[one[0] for one in FRAGMENTS]
)
def test_fragments_that_are_not_as_openai_sends_them(
    fragments: list[dict[str, Any]], calls: list[Call], codes: list[str]
) -> None:
    """They are still put together, and what is odd is told."""
    answer, told = answer_of(*[chunk(one) for one in fragments], chunk(finish="tool_calls"), DONE)
    assert answer.error is None
    assert (answer.choices[0].calls, told) == (calls, codes)


def test_a_call_begins_with_its_id_and_waits_for_it() -> None:
    """Writers must send the id with the beginning; the order of calls stays that of the upstream."""
    given, _ = raw_of(
        chunk(call(0, name="f")),
        chunk(call(1, name="g", id="c2")),
        chunk(call(0, id="c1")),
        chunk(finish="stop"),
    )
    begun = [(one.call_id, one.name, one.src) for one in given if isinstance(one, i.ToolStart)]
    assert begun == [("c1", "f", 2), ("c2", "g", 2)]


def test_a_call_does_not_wait_for_ever_for_its_id() -> None:
    """Some servers give none: after a few fragments it begins without one."""
    pieces = [chunk(call(0, name="f"))] + [chunk(call(0, arguments="x")) for _ in range(20)]
    given, _ = raw_of(*pieces)
    (begun,) = [one for one in given if isinstance(one, i.ToolStart)]
    assert begun.call_id is None
    assert begun.src < 10
    assert len([one for one in given if isinstance(one, i.ArgsDelta)]) == 20


def test_a_name_in_pieces_is_joined_where_the_profile_says_so() -> None:
    """Elsewhere a second name is no piece of the first."""
    pieces = [call(0, id="c1", name="get_"), call(0, name="weather"), call(0, arguments="{}")]
    answer, _ = answer_of(*map(chunk, pieces), chunk(finish="tool_calls"), DONE, name_in_pieces=True)
    assert [one.name for one in answer.choices[0].calls] == ["get_weather"]
    other, codes = answer_of(*map(chunk, pieces), chunk(finish="tool_calls"), DONE)
    assert [one.name for one in other.choices[0].calls] == ["get_"]
    assert codes == ["L201"]


def test_the_call_of_the_time_before_tools() -> None:
    """`function_call` has no id and no index."""
    given, _ = raw_of(
        chunk({"function_call": {"name": "f", "arguments": ""}}),
        chunk({"function_call": {"arguments": "{}"}}),
        chunk(finish="function_call"),
        DONE,
    )
    (begun,) = [one for one in given if isinstance(one, i.ToolStart)]
    assert (begun.name, begun.call_id, begun.is_legacy) == ("f", None, True)
    assert [one.text for one in given if isinstance(one, i.ArgsDelta)] == ["{}"]
    assert [one.reason for one in given if isinstance(one, i.Finish)] == ["tool_calls"]


def test_the_signature_of_a_call_comes_with_its_end() -> None:
    """Google's Chat endpoint sends it in `extra_content`."""
    extra = {"google": {"thought_signature": "sig"}}
    given, _ = raw_of(
        chunk(call(0, id="c1", name="f", arguments="{}", extra_content=extra)),
        chunk(finish="tool_calls"),
        DONE,
    )
    (end,) = [one for one in given if isinstance(one, i.ToolEnd)]
    assert (end.signature, end.vendor) == ("sig", "gemini")


def test_text_after_a_call_is_a_text_of_its_own() -> None:
    """Blocks are in the order in which they came."""
    choice, _ = first(
        chunk({"content": "a"}), chunk(call(0, id="c1", name="f", arguments="{}")), chunk({"content": "b"})
    )
    assert choice.order == ["TextStart", "ToolStart", "TextStart"]


# -- the end


@pytest.mark.parametrize(
    ("native", "reason", "codes"),
    [
        ("stop", "stop", []),
        ("length", "length", []),
        ("content_filter", "content_filter", []),
        ("eos", "stop", []),
        ("end_turn", "stop", []),
        ("MAX_TOKENS", "length", []),
        ("model_length", "length", []),
        ("SAFETY", "content_filter", []),
        ("pause_turn", "length", ["L221"]),
        ("made_up", "stop", ["L223"]),
        ("tool_calls", "stop", ["L225"]),
    ],
)
def test_finish_reasons_are_told_in_openais_words(native: str, reason: str, codes: list[str]) -> None:
    """The upstream's own word is kept beside them."""
    answer, told = answer_of(chunk({"content": "a"}), chunk(finish=native), DONE)
    assert answer.choices[0].finish == reason
    assert told == codes
    given, _ = raw_of(chunk(finish=native))
    assert [one.native for one in given if isinstance(one, i.Finish)] == [native]


@pytest.mark.parametrize(
    ("native", "code"),
    [("error", "upstream_incomplete"), ("MALFORMED_FUNCTION_CALL", "upstream_malformed")],
)
def test_a_finish_reason_that_tells_of_a_failure_is_an_error(native: str, code: str) -> None:
    """It is never passed on as a success."""
    answer, _ = answer_of(chunk({"content": "a"}), chunk(finish=native), DONE)
    assert answer.error is not None
    assert (answer.error.code, answer.error.native) == (code, native)


def test_content_after_the_finish_reason_is_delivered_and_told() -> None:
    """Late text, and late arguments of a call."""
    answer, codes = answer_of(
        chunk(call(0, id="c1", name="f", arguments="{")),
        chunk(finish="tool_calls"),
        chunk(call(0, arguments="}")),
        chunk({"content": "late"}),
        DONE,
    )
    assert answer.choices[0].calls == [Call("f", "c1", "function", "{}")]
    assert answer.choices[0].text == "late"
    assert set(codes) == {"L214"}


def test_the_first_finish_reason_counts() -> None:
    """Another one later is told."""
    answer, codes = answer_of(chunk({"content": "a"}), chunk(finish="length"), chunk(finish="stop"), DONE)
    assert (answer.choices[0].finish, codes) == ("length", ["L217"])


def test_what_stands_beside_the_finish_reason_and_after_it_is_kept_with_it() -> None:
    """Members of the last chunks, for a writer of the same dialect."""
    end = chunk(finish="stop", obfuscation="x", timings={"n": 1})
    end["choices"][0]["stop_reason"] = "END"
    usage = {
        **chunk(),
        "choices": [],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
    moderation = {**chunk(), "choices": [], "moderation": {"flagged": False}}
    given, losses = raw_of(chunk({"content": "a"}), end, usage, moderation, DONE)
    finish = [one for one in given if isinstance(one, i.Finish)][-1]
    assert finish.raw == {
        "obfuscation": "x",
        "timings": {"n": 1},
        "choice": {"stop_reason": "END"},
        "moderation": {"flagged": False},
    }
    assert losses == []


USAGES: list[tuple[str, dict[str, Any], tuple[int | None, ...]]] = [
    (
        "OpenAI's",
        {
            "prompt_tokens": 9,
            "completion_tokens": 5,
            "total_tokens": 14,
            "prompt_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 2},
            "completion_tokens_details": {"reasoning_tokens": 3},
        },
        (9, 4, 2, 5, 3, 14),
    ),
    (
        "no details",
        {"prompt_tokens": 9, "completion_tokens": 5, "total_tokens": 14},
        (9, None, None, 5, None, 14),
    ),
    (
        "DeepSeek's",
        {"prompt_tokens": 9, "completion_tokens": 5, "prompt_cache_hit_tokens": 4},
        (9, 4, None, 5, None, None),
    ),
    (
        "xAI's, with thought beside the completion",
        {
            "prompt_tokens": 12,
            "completion_tokens": 1,
            "total_tokens": 303,
            "completion_tokens_details": {"reasoning_tokens": 290},
        },
        (12, None, None, 291, 290, 303),
    ),
    (
        "of thought that the total does not prove to be beside it",
        {
            "prompt_tokens": 12,
            "completion_tokens": 1,
            "total_tokens": 13,
            "completion_tokens_details": {"reasoning_tokens": 4},
        },
        (12, None, None, 1, 4, 13),
    ),
    (
        "of wrong types",
        {"prompt_tokens": True, "completion_tokens": -1, "total_tokens": 2},
        (None, None, None, None, None, 2),
    ),
]


@pytest.mark.parametrize(("usage", "counts"), [one[1:] for one in USAGES], ids=[one[0] for one in USAGES])
def test_usage_is_told_in_neutral_words(usage: dict[str, Any], counts: tuple[int | None, ...]) -> None:
    """What is not reported is None and never 0; the whole object is kept."""
    answer, _ = answer_of(
        chunk({"content": "a"}), chunk(finish="stop"), {**chunk(), "choices": [], "usage": usage}, DONE
    )
    assert answer.usage is not None
    given = answer.usage.counts
    assert (
        given.input,
        given.cached,
        given.cache_write,
        given.output,
        given.reasoning,
        given.total,
    ) == counts
    assert answer.usage.raw == usage


def test_the_last_usage_counts_and_one_of_nulls_is_none() -> None:
    """Servers that count in every chunk send cumulative numbers, beside content or not."""
    answer, _ = answer_of(
        chunk({"content": "a"}, usage={"prompt_tokens": 1, "completion_tokens": 1}),
        chunk({}, "stop", usage={"prompt_tokens": 1, "completion_tokens": 2}),
        chunk({}, usage={"prompt_tokens": None, "completion_tokens": None}),
        DONE,
    )
    assert answer.usage is not None
    assert answer.usage.counts.output == 2


@pytest.mark.parametrize(
    ("ending", "code", "is_clean"),
    [
        ([chunk(finish="stop"), DONE], None, True),
        ([chunk(finish="stop")], None, False),
        ([DONE], "upstream_incomplete", False),
        ([], "upstream_disconnected", False),
    ],
)
def test_how_a_stream_ends(ending: list[Any], code: str | None, *, is_clean: bool) -> None:
    """An answer that does not say why it ended is an error, with or without `[DONE]`."""
    answer, _ = answer_of(chunk({"content": "a"}), *ending)
    assert (answer.error.code if answer.error else None) == code
    assert answer.eof is not None
    assert answer.eof.clean is is_clean


ERRORS: list[tuple[str, dict[str, Any]]] = [
    ("an object", {"error": {"message": "went wrong", "code": "x"}}),
    ("a text", {"error": "went wrong"}),
    ("beside choices", chunk({"content": ""}, "error", error={"message": "went wrong"})),
    ("in a choice", {**chunk(), "choices": [{"index": 0, "delta": {}, "error": {"message": "went wrong"}}]}),
    ("vLLM's", {"object": "error", "message": "went wrong", "code": 400}),
    ("MiniMax's", {"base_resp": {"status_code": 1004, "status_msg": "went wrong"}, "choices": None}),
]


@pytest.mark.parametrize("payload", [one[1] for one in ERRORS], ids=[one[0] for one in ERRORS])
def test_an_error_in_the_stream_is_an_error(payload: dict[str, Any]) -> None:
    """In all the forms that servers give it; nothing comes after it."""
    given, _ = raw_of(chunk({"content": "a"}), payload, DONE)
    assert isinstance(given[-1], i.Error)
    assert len([one for one in given if isinstance(one, i.Error)]) == 1
    assert "went wrong" in given[-1].message
    assert given[-1].src == 1


def test_an_error_that_is_null_is_none() -> None:
    """Some servers have the member in every chunk."""
    choice, codes = first(chunk({"content": "a"}, error=None), chunk({"content": "b"}, error=None))
    assert (choice.text, codes) == ("ab", [])


@pytest.mark.parametrize(
    ("payload", "detail"),
    [
        (chunk({"content": "a", "mood": "good"}), "delta.mood"),
        (chunk({"content": "a"}, mood="good"), None),
        ({"type": "response.created"}, "an event that is no chunk (response.created)"),
        (chunk("text"), "choices[].delta that is no object"),
        ({**chunk(), "choices": [5]}, "choices[] that is no object"),
    ],
)
def test_what_nobody_knows_is_told_once(payload: dict[str, Any], detail: str | None) -> None:
    """L201, with the name of the member; what is in the first chunk is kept with the beginning."""
    _, losses = raw_of(payload, payload)
    assert losses == ([("L201", detail)] if detail else [])


def test_a_member_that_is_empty_is_no_loss() -> None:
    """Null and empty values say nothing."""
    _, losses = raw_of(chunk({"content": "a", "mood": None, "name": ""}), chunk({"content": "b"}, graph=[]))
    assert losses == []


# -- whole answers


def whole(body: dict[str, Any], **profile: Any) -> tuple[Answer, list[str]]:
    """What clients are told of a whole answer."""
    session = a_session("chat", **profile)
    answer = folded(settled(session, ChatReader(session).whole(body)))
    return answer, [one.code for one in session.ledger.losses if one.code != "L240"]


def completion(message: dict[str, Any], finish: Any = "stop", **members: Any) -> dict[str, Any]:
    """A whole completion."""
    entry = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [entry],
        **members,
    }


def test_a_whole_answer_says_what_its_stream_would() -> None:
    """Thought, text, refusal, calls, usage and finish."""
    calls = [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}},
        {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "x"}},
    ]
    message = {"role": "assistant", "content": "<think>b</think>text", "reasoning": "a", "tool_calls": calls}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    answer, codes = whole(completion(message, "tool_calls", usage=usage), think_tags=True)
    choice = answer.choices[0]
    assert (choice.reasoning, choice.text, choice.finish) == ("ab", "text", "tool_calls")
    assert choice.calls == [Call("f", "c1", "function", "{}"), Call("g", "c2", "custom", "x")]
    assert answer.usage is not None
    assert answer.usage.counts.total == 3
    assert answer.eof == i.Eof(src=-1, clean=True)
    assert codes == []


def test_a_server_that_fills_every_member_with_nothing() -> None:
    """Empty audio is no audio, an empty function no call, and an empty reason at the end of a whole answer is one."""
    message = {
        "content": "text",
        "audio": {"id": "", "data": ""},
        "function_call": {"name": "", "arguments": ""},
        "tool_calls": None,
        "refusal": "",
    }
    answer, codes = whole(completion(message, ""))
    assert (answer.choices[0].text, answer.choices[0].calls, codes) == ("text", [], ["L223"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"error": {"message": "no", "code": "rate_limit_exceeded"}}, "rate_limit_exceeded"),
        ({"object": "list", "data": []}, "upstream_malformed"),
        ({"choices": []}, "upstream_malformed"),
        (completion({"content": "a"}, None), "upstream_incomplete"),
    ],
)
def test_a_whole_answer_that_is_none_is_an_error(body: dict[str, Any], code: str) -> None:
    """An error with a success status is no success."""
    answer, _ = whole(body)
    assert answer.error is not None
    assert answer.error.code == code
    assert answer.error.status >= 400
