"""What shipped streams amount to, whichever dialect they speak."""

from __future__ import annotations

from typing import Any

import pytest

from harness.bundled import spec_names, spec_text
from harness.rules.example import parse_example
from harness.turn.failure import failure_of
from harness.turn.of_chat import of_chat
from harness.turn.reading import turn_of
from harness.turn.turn import Call, Choice, Failure, Other, Reasoning, Refusal, Text, Turn, Usage
from tests.judging import judged_example


def turn(name: str, *edits: str) -> Turn:
    """The turn of a shipped stream, after some edits."""
    example = parse_example("\n".join([f"stream: {name}", *edits]))
    return turn_of(example.dialect, judged_example(example).case.stream)


def told(choice: Choice) -> list[tuple[str, str]]:
    """Kind and text of each segment."""
    texts = []
    for one in choice.segments:
        text = one.kind if isinstance(one, Other) else one.arguments if isinstance(one, Call) else one.text
        texts.append((type(one).__name__, text))
    return texts


@pytest.mark.parametrize(
    ("names", "finish", "segments"),
    [
        (
            (
                "anthropic/text",
                "anthropic/whole_text",
                "gemini/text",
                "gemini/array",
                "gemini/whole_text",
                "translation/chat_text",
                "translation/responses_text",
            ),
            "stop",
            [("Text", "It ends in the Oslofjord, at Fredrikstad.")],
        ),
        (
            ("anthropic/parallel", "translation/chat_parallel", "translation/responses_parallel"),
            "tool_calls",
            [("Call", '{"city": "Oslo"}'), ("Call", '{"city": "Bergen"}')],
        ),
        (("gemini/parallel",), "tool_calls", [("Call", '{"city":"Oslo"}'), ("Call", '{"city":"Bergen"}')]),
        (
            ("anthropic/thinking", "translation/chat_thinking", "translation/responses_thinking"),
            "stop",
            [("Reasoning", "91 = 7 x 13."), ("Text", "No: 91 is 7 times 13.")],
        ),
        (
            (
                "anthropic/length",
                "gemini/length",
                "translation/chat_length",
                "translation/responses_incomplete",
            ),
            "length",
            [("Text", "The Glomma is the longest")],
        ),
        (
            ("translation/chat_refusal", "translation/responses_refusal"),
            "stop",
            [("Refusal", "I can't help with that.")],
        ),
        (("anthropic/refusal",), "content_filter", [("Text", "I can")]),
        (("gemini/safety",), "content_filter", [("Text", "One")]),
        (("gemini/blocked",), "content_filter", []),
        (("anthropic/empty", "translation/responses_empty"), "stop", []),
        (
            ("anthropic/interleaved", "translation/responses_interleaved"),
            "tool_calls",
            [
                ("Reasoning", "I need the temperature."),
                ("Text", "Let me check."),
                ("Reasoning", "The tool takes a city."),
                ("Call", '{"city": "Oslo"}'),
            ],
        ),
    ],
)
def test_streams_of_every_dialect_amount_to_the_same(
    names: tuple[str, ...], finish: str, segments: list[tuple[str, str]]
) -> None:
    """The same answer is the same turn, streamed or whole."""
    for name in names:
        made = turn(name)
        assert told(made.choices[0]) == segments, name
        assert made.choices[0].finish == finish, name
        assert (made.ended, made.error) == ("clean", None), name


@pytest.mark.parametrize(
    ("name", "usage"),
    [
        ("anthropic/cached", Usage(input=2029, cached=1820, cache_write=188, output=15, total=2044)),
        ("translation/chat_cached", Usage(input=2029, cached=1820, output=15, reasoning=0, total=2044)),
        ("translation/responses_cached", Usage(input=2029, cached=1820, output=15, reasoning=0, total=2044)),
        ("gemini/thinking", Usage(input=7, output=52, reasoning=40, total=59)),
        ("gemini/text", Usage(input=9, output=14, total=23)),
        ("translation/chat_error", None),
    ],
)
def test_usage_is_counted_in_the_same_way(name: str, usage: Usage | None) -> None:
    """A prompt with what the cache held of it, an output with its thought; what is not reported is None."""
    assert turn(name).usage == usage


def test_an_output_that_counts_thought_already_is_not_counted_twice() -> None:
    """The total shows it."""
    edit = "event -1: usageMetadata.candidatesTokenCount = 52"
    made = turn("gemini/thinking", edit)
    assert made.usage is not None
    assert made.usage.output == 52


@pytest.mark.parametrize(
    "name", ["anthropic/error", "gemini/error", "translation/chat_error", "translation/responses_failed"]
)
def test_an_error_in_the_stream_is_a_failure(name: str) -> None:
    """What came before it is kept."""
    made = turn(name)
    assert made.ended == "failed"
    assert made.error is not None
    assert made.error.message
    assert made.choices[0].text.startswith("The Glomma is")


@pytest.mark.parametrize(
    ("name", "edits"),
    [
        ("anthropic/text", ["drop message_stop", "drop message_delta"]),
        ("gemini/text", ["drop -1"]),
        ("translation/chat_text", ["drop -1", "drop -2", "drop -3"]),
        ("translation/responses_text", ["drop response.completed"]),
    ],
)
def test_a_stream_without_its_end_is_cut(name: str, edits: list[str]) -> None:
    """Neither an end nor an error."""
    assert turn(name, *edits).ended == "cut"


@pytest.mark.parametrize(
    ("again", "behind"),
    [("The Glomma is long.", " long."), ("The Glomma", ""), ("Glomma", ""), ("The Glomma was long.", "")],
)
def test_the_end_of_a_text_may_come_with_its_done_event(again: str, behind: str) -> None:
    """What it adds behind the deltas was sent as well; what it says in other words is not the text."""
    edits = [
        'event response.output_text.delta: delta = "The Glomma"',
        'event response.output_text.delta#1: delta = " is"',
        "drop response.output_text.delta#2",
        f'event response.output_text.done: text = "{again}"',
        "drop response.content_part.done",
        "drop response.output_item.done",
        "drop response.completed",
    ]
    choice = turn("translation/responses_text", *edits).choices[0]
    assert choice.text == "The Glomma is"
    assert choice.told_text == "The Glomma is" + behind


def test_the_end_of_arguments_may_come_with_their_done_event() -> None:
    """As that of a text."""
    (whole,) = turn("translation/responses_tool").choices[0].calls
    edited = turn("translation/responses_tool", "drop response.function_call_arguments.delta#2")
    (call,) = edited.choices[0].calls
    assert whole.behind == ""
    assert call.behind
    assert call.arguments + call.behind == whole.arguments


def test_ids_and_indexes_of_calls_are_kept() -> None:
    """As far as the dialect has them."""
    chat, responses = turn("translation/chat_parallel"), turn("translation/responses_parallel")
    ids = ["toolu_01OsloWeatherCallOne", "toolu_01BergenWeatherCallTwo"]
    assert [one.id for one in chat.choices[0].calls] == ids
    assert [one.index for one in chat.choices[0].calls] == [0, 1]
    assert [one.id for one in responses.choices[0].calls] == ids
    assert all((one.item_id or "").startswith("fc_") for one in responses.choices[0].calls)
    assert [one.id for one in turn("gemini/parallel").choices[0].calls] == [None, None]


def test_thought_is_summary_or_raw_or_unknown() -> None:
    """Chat's members do not say."""
    assert [one.kind for one in turn("gemini/thinking").choices[0].thoughts] == ["summary"]
    assert [one.kind for one in turn("anthropic/thinking").choices[0].thoughts] == ["raw"]
    assert [one.kind for one in turn("translation/responses_summary").choices[0].thoughts] == ["summary"]
    assert [one.kind for one in turn("translation/chat_thinking").choices[0].thoughts] == ["unknown"]


@pytest.mark.parametrize("name", ["anthropic/thinking", "anthropic/redacted", "translation/responses_sealed"])
def test_what_seals_thought_is_kept(name: str) -> None:
    """A signature, withheld thought, encrypted content."""
    assert any(one.seal for one in turn(name).choices[0].thoughts)


@pytest.mark.parametrize(
    "name", ["anthropic/citations", "gemini/grounding", "translation/responses_citations"]
)
def test_sources_are_kept_with_the_text(name: str) -> None:
    """By URL and title."""
    assert [(one.url, one.title) for one in turn(name).choices[0].citations] == [
        ("https://example.org/2019", "Results of 2019")
    ]


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        ({"message": "m", "type": "t", "code": "c"}, Failure(code="c", type="t", message="m")),
        ({"error": {"message": "m", "code": 7}}, Failure(code="7", message="m")),
        (
            {"type": "overloaded_error", "message": "m"},
            Failure(code="overloaded_error", type="overloaded_error", message="m"),
        ),
        ({"code": 503, "status": "UNAVAILABLE", "message": "m"}, Failure(code="UNAVAILABLE", message="m")),
        ([{"error": {"code": 400, "status": "INVALID_ARGUMENT"}}], Failure(code="INVALID_ARGUMENT")),
        ({"error": "m"}, Failure(message="m")),
        ("m", Failure(message="m")),
        (None, Failure()),
        ({"message": 3}, Failure()),
    ],
)
def test_errors_are_read_in_all_their_shapes(error: Any, failure: Failure) -> None:
    """Each provider has its own."""
    assert failure_of(error) == failure


def test_every_shipped_stream_amounts_to_something() -> None:
    """Nothing raises, and every choice of every finished stream says why it ended, or speaks."""
    for dialect in ("chat", "responses", "anthropic", "gemini"):
        for name in spec_names(f"examples/{dialect}", ".txt"):
            made = turn(f"{dialect}/{name}")
            assert made.ended in {"clean", "failed"}, name
            assert made.dialect == dialect


def test_what_nobody_announced_has_the_name_that_the_final_output_gives_it() -> None:
    """Clients that read the final response call the right tool, under the right id."""
    (whole,) = turn("translation/responses_tool").choices[0].calls
    unannounced = turn(
        "translation/responses_tool", "drop response.output_item.added#1", "drop response.output_item.done#1"
    )
    (call,) = unannounced.choices[0].calls
    assert (call.name, call.id, call.arguments) == (whole.name, whole.id, whole.arguments)


def test_a_choice_says_what_it_holds() -> None:
    """Texts of one kind are joined; nothing at all is empty."""
    choice = Choice(
        index=0,
        segments=(
            Text(text="a"),
            Reasoning(text="t"),
            Text(text="b"),
            Refusal(text="r"),
            Call(name="f", arguments="{}"),
        ),
    )
    assert (choice.text, choice.reasoning, choice.refusal, len(choice.calls)) == ("ab", "t", "r", 1)
    assert not choice.is_empty
    assert Choice(index=0, segments=(Text(text=""),)).is_empty


def test_choices_are_paired_by_index() -> None:
    """And only those that both have."""
    one = Turn(dialect="chat", choices=(Choice(index=0), Choice(index=2)))
    other = Turn(dialect="chat", choices=(Choice(index=2), Choice(index=1)))
    assert [(a.index, b.index) for a, b in one.pairs(other)] == [(2, 2)]
    assert one.choice(1) is None


def test_reasoning_details_say_what_kind_of_thought_it_is() -> None:
    """OpenRouter's form."""
    example = parse_example(spec_text("examples/translation/chat_thinking.txt"))
    stream = judged_example(example).case.stream
    stream.choices[0].reasoning_details = [
        {"type": "reasoning.summary"}, {"type": "reasoning.encrypted", "data": "sealed"}, 3,
    ]  # fmt: skip
    (thought,) = of_chat(stream).choices[0].thoughts
    assert (thought.kind, thought.seal) == ("summary", "sealed")
