"""What a request refers to, put into its input for upstreams that keep nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import RequestRefused
from harness.translation.requests.expanding import expanded, input_items

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ASKED = {"type": "message", "role": "user", "content": "one"}
ANSWERED = {
    "type": "message",
    "id": "msg_1",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "two"}],
}


class Kept:
    """One response, resp_1, and its items."""

    def context(self, response_id: str) -> Sequence[Mapping[str, Any]] | None:
        """Of resp_1."""
        return [ASKED, ANSWERED] if response_id == "resp_1" else None

    def item(self, item_id: str) -> Mapping[str, Any] | None:
        """Of resp_1, by its id."""
        return ANSWERED if item_id == "msg_1" else None


NOTHING_TO_DO: list[dict[str, Any]] = [
    {"input": "a"},
    {"input": [ASKED]},
    {},
    {"input": 7},
    {"input": [None, "x", {"id": 7}]},
    {"previous_response_id": None, "input": "a"},
    {"previous_response_id": 7, "input": "a"},
    {"previous_response_id": "resp_1", "input": {"role": "user"}},
]


@pytest.mark.parametrize("body", NOTHING_TO_DO)
def test_a_request_that_refers_to_nothing_is_the_same_object(body: dict[str, Any]) -> None:
    """So is one of a wrong shape, which its parser refuses."""
    assert expanded(body, Kept()) is body


def test_the_earlier_conversation_goes_before_the_new_input() -> None:
    """Input, output, and what is new; instructions and all else are those of this request."""
    body = {"model": "m", "previous_response_id": "resp_1", "input": "three", "instructions": "new"}
    told = expanded(body, Kept())
    assert told == {
        "model": "m",
        "instructions": "new",
        "input": [
            ASKED,
            ANSWERED,
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "three"}]},
        ],
    }
    assert body["previous_response_id"] == "resp_1"


def test_no_new_input_goes_on_with_the_earlier_one() -> None:
    """OpenAI takes that, too."""
    assert expanded({"previous_response_id": "resp_1"}, Kept()) == {"input": [ASKED, ANSWERED]}


@pytest.mark.parametrize("reference", [{"type": "item_reference", "id": "msg_1"}, {"id": "msg_1"}])
def test_a_reference_becomes_the_item(reference: dict[str, Any]) -> None:
    """In its place; its type may be left out."""
    assert expanded({"input": [reference, ASKED]}, Kept()) == {"input": [ANSWERED, ASKED]}


@pytest.mark.parametrize(
    ("body", "status", "message", "param", "code"),
    [
        (
            {"previous_response_id": "resp_x", "input": "a"},
            400,
            "Previous response with id 'resp_x' not found.",
            "previous_response_id",
            "previous_response_not_found",
        ),
        (
            {"input": [{"type": "item_reference", "id": "msg_x"}]},
            404,
            (
                "Item with id 'msg_x' not found. Items are not persisted when `store` is set to false. "
                "Try again with `store` set to true, or remove this item from your input."
            ),
            "input",
            None,
        ),
        (
            {"conversation": "conv_1", "input": "a"},
            400,
            (
                "Unsupported parameter: 'conversation' is not supported here. Use 'previous_response_id', or send "
                "the whole conversation as 'input'."
            ),
            "conversation",
            "unsupported_parameter",
        ),
    ],
)
def test_what_is_not_known_is_refused(
    body: dict[str, Any], status: int, message: str, param: str, code: str | None
) -> None:
    """In OpenAI's words where it has some."""
    with pytest.raises(RequestRefused) as caught:
        expanded(body, Kept())
    assert (caught.value.status, caught.value.message) == (status, message)
    assert (caught.value.param, caught.value.name) == (param, code)


def test_the_input_of_a_request_is_a_list_of_items() -> None:
    """A string is one message; what is no input is none."""
    text = {"type": "input_text", "text": "a"}
    assert input_items({"input": "a"}) == [{"type": "message", "role": "user", "content": [text]}]
    assert input_items({"input": [ASKED]}) == [ASKED]
    assert input_items({}) == []
    assert input_items({"input": 7}) is None
