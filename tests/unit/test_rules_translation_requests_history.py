"""What a conversation suffers on its way upstream where its texts are all there, and what is as good as before."""

from __future__ import annotations

from typing import Any

import pytest

from harness.findings import Severity
from tests.fidelity import found, plain

CALL = {"type": "function", "function": {"name": "f", "arguments": "{}"}}
FIRST, SECOND = {**CALL, "id": "c1"}, {**CALL, "id": "c2"}
ONE, TWO = ({"role": "tool", "tool_call_id": name, "content": name} for name in ("c1", "c2"))
USER = {"role": "user", "content": "Hello."}


def calling(*calls: dict[str, Any], **members: Any) -> dict[str, Any]:
    """A message of the assistant with calls."""
    return {"role": "assistant", "content": None, "tool_calls": list(calls), **members}


def verdict(inbound: str, body: dict[str, Any], upstream: str, told: dict[str, Any]) -> list[str]:
    """The ids of the rules that find something."""
    return [one.rule for one in found(inbound, body, upstream, told)]


PARALLEL = [USER, calling(FIRST, SECOND), ONE, TWO]


@pytest.mark.parametrize(
    ("messages", "is_refused"),
    [
        pytest.param(PARALLEL, False, id="as they were"),
        pytest.param([USER, calling(FIRST, SECOND), TWO, ONE], False, id="results in another order"),
        pytest.param([USER, calling(FIRST), ONE, calling(SECOND), TWO], False, id="one after the other"),
        pytest.param([USER, calling(FIRST), calling(SECOND), ONE, TWO], True, id="a message for each call"),
        pytest.param(
            [USER, calling(FIRST, SECOND), {"role": "system", "content": "Go on."}, ONE, TWO],
            True,
            id="a system prompt between",
        ),
        pytest.param(
            [USER, calling(FIRST, SECOND), ONE, {"role": "assistant", "content": "So."}, TWO],
            True,
            id="words of the assistant between",
        ),
        pytest.param(
            [USER, calling(FIRST, SECOND, content="I shall look."), ONE, TWO], False, id="words beside the calls"
        ),
    ],
)  # fmt: skip
def test_in_chat_results_stand_right_behind_the_message_with_their_calls(
    messages: list[Any],
    is_refused: bool,  # noqa: FBT001
) -> None:
    """OpenAI refuses every other history."""
    rules = verdict("chat", plain("chat", messages=PARALLEL), "chat", plain("chat", messages=messages))

    assert rules == (["XLAT-REQ-012"] if is_refused else [])


def test_a_message_for_each_call_is_as_good_as_one_for_anthropic() -> None:
    """Neighbours of one role count as one message there."""
    blocks: list[dict[str, Any]] = [
        {"type": "tool_use", "id": name, "name": "f", "input": {}} for name in ("c1", "c2")
    ]
    results = [{"type": "tool_result", "tool_use_id": name, "content": name} for name in ("c1", "c2")]
    told = {
        "messages": [
            USER,
            *({"role": "assistant", "content": [block]} for block in blocks),
            {"role": "user", "content": results},
        ]
    }

    assert verdict("chat", plain("chat", messages=PARALLEL), "anthropic", told) == []


def test_a_history_that_the_client_had_in_disorder_is_its_own() -> None:
    """A gateway need not put it right."""
    body = plain("chat", messages=[USER, calling(FIRST), calling(SECOND), ONE, TWO])

    assert verdict("chat", body, "chat", body) == []


def parts(*texts: str) -> dict[str, Any]:
    """A request whose only message has those parts."""
    return plain(
        "chat", messages=[{"role": "user", "content": [{"type": "text", "text": one} for one in texts]}]
    )


@pytest.mark.parametrize(
    ("told", "is_changed"),
    [
        pytest.param("The river Glomma ends.", False, id="with nothing"),
        pytest.param("The river Glom\nma ends.", False, id="with a line end"),
        pytest.param("The river Glom\n\nma ends.", False, id="with a blank line"),
        pytest.param("The river Glom ma ends.", True, id="with a blank"),
        pytest.param("The river Glom\t ma ends.", True, id="with a tab and a blank"),
        pytest.param("The river Glom  \nma ends.", False, id="with blanks before a line end"),
        pytest.param("The river Glom ma ends. The river Glomma ends.", False, id="once as they were"),
    ],
)
def test_parts_that_are_joined_with_blanks_are_other_words(
    told: str,
    is_changed: bool,  # noqa: FBT001
) -> None:
    """Nothing and lines are how parts are told where there are none; blanks change what is said."""
    findings = found(
        "chat",
        parts("The river Glom", "ma ends."),
        "chat",
        plain("chat", messages=[{"role": "user", "content": told}]),
    )

    assert [(one.rule, one.severity) for one in findings] == (
        [("XLAT-REQ-002", Severity.WARNING)] if is_changed else []
    )


def test_messages_that_are_joined_with_a_blank_are_not_parts_of_one() -> None:
    """What may stand between two messages that become one is not said anywhere."""
    body = plain("chat", messages=[{"role": "user", "content": one} for one in ("One.", "Two.")])
    told = plain("chat", messages=[{"role": "user", "content": "One. Two."}])

    assert verdict("chat", body, "chat", told) == []


def test_parts_of_an_item_of_responses_are_looked_at_as_well() -> None:
    """They become a text of Chat."""
    content = [{"type": "input_text", "text": one} for one in ("One.", "Two.")]
    body = plain("responses", input=[{"role": "user", "content": content}])
    told = plain("chat", messages=[{"role": "user", "content": "One. Two."}])

    assert verdict("responses", body, "chat", told) == ["XLAT-REQ-002"]


@pytest.mark.parametrize(
    ("members", "upstream", "told", "is_forgotten"),
    [
        pytest.param({}, "chat", plain("chat"), True, id="what is new alone"),
        pytest.param(
            {"instructions": "Be brief."},
            "chat",
            plain("chat", messages=[{"role": "system", "content": "Be brief."}, USER]),
            True,
            id="with the instructions",
        ),
        pytest.param(
            {},
            "chat",
            plain("chat", messages=[{"role": "user", "content": "I am Ada."}, USER]),
            False,
            id="with an earlier text",
        ),
        pytest.param(
            {"input": [{"type": "function_call_output", "call_id": "c1", "output": "c1"}]},
            "chat",
            plain("chat", messages=[calling(FIRST), ONE]),
            False,
            id="with the earlier call",
        ),
        pytest.param(
            {}, "responses", plain("responses", previous_response_id="resp_7"), False, id="with an id of its own"
        ),
        pytest.param({"truncation": "auto"}, "chat", plain("chat"), False, id="where turns may be left out"),
        pytest.param({"previous_response_id": None}, "chat", plain("chat"), False, id="where there are none"),
    ],
)  # fmt: skip
def test_a_response_that_is_continued_is_known_to_the_upstream(
    members: dict[str, Any],
    upstream: str,
    told: dict[str, Any],
    is_forgotten: bool,  # noqa: FBT001
) -> None:
    """By its words or by an id."""
    body = plain("responses", **{"previous_response_id": "resp_1", **members})

    rules = verdict("responses", body, upstream, told)

    assert [one for one in rules if one != "XLAT-REQ-012"] == (["XLAT-REQ-021"] if is_forgotten else [])
