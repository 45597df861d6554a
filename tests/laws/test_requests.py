"""A request is what it was where the upstream speaks the client's dialect, and nothing of it vanishes anywhere."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from harness.translation.profiles import upstream_names
from tests.asking import asked
from tests.asking_bodies import chat_bodies, responses_bodies

if TYPE_CHECKING:
    from collections.abc import Iterator

WHOLE = frozenset(
    {
        "L105", "L108", "L118", "L119", "L120", "L121", "L124", "L125", "L126", "L128", "L133", "L134", "L145", "L146",
        "L150", "L153", "L156", "L161", "L162", "L164",
    }
)  # fmt: skip
"""Codes that say that all of what stands at their place was left out, or may have been."""

PARTS = {
    "L100": "",
    "L111": "/json_schema/name|/name",
    "L132": "/detail",
    "L136": "/annotations/|/logprobs/",
    "L153": "/encrypted_content",
}
"""What else a code may be about, below its place."""

MEANINGLESS = re.compile(r"/(id|status)\Z")
"""Members that mean nothing to another upstream: which item it was, and whether it came to its end."""


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar, and every key of an object that is a canary, with its place."""
    if isinstance(value, dict):
        for name, member in value.items():
            if re.fullmatch(r"w\d+w", name):
                yield f"{at}/{name}", name
            yield from leaves(member, f"{at}/{name}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from leaves(one, f"{at}/{index}")
    else:
        yield at, value


def is_told(place: str, losses: list[tuple[str, str]]) -> bool:
    """A loss says that what stood at that place was left out."""
    for code, at in losses:
        if place == at or (code in WHOLE and place.startswith(f"{at}/")):
            return True
        about = PARTS.get(code)
        if about is not None and place.startswith(f"{at}/") and re.search(about, place[len(at) :]):
            return True
    return False


@given(chat_bodies())
def test_a_chat_request_is_what_it_was(body: dict[str, Any]) -> None:
    """Through the neutral words and back, for OpenAI: the same members with the same values, and no loss."""
    out = asked("chat", body, "chat")
    assert out.body == body
    assert out.losses == []


@given(responses_bodies())
def test_a_responses_request_is_what_it_was(body: dict[str, Any]) -> None:
    """Through the neutral words and back, for OpenAI: the same items in the same order, and no loss."""
    out = asked("responses", body, "responses")
    assert out.body == body
    assert out.losses == []


@given(
    st.one_of(chat_bodies(), responses_bodies()),
    st.sampled_from(["chat", "responses"]),
    st.sampled_from(upstream_names()),
)
def test_everything_is_sent_or_told(
    body: dict[str, Any], upstream: Literal["chat", "responses"], profile: str
) -> None:
    """Every word and number of a request stands in the upstream's, or a loss names its place."""
    out = asked("chat" if "messages" in body else "responses", body, upstream, profile)
    sent = json.dumps(out.body, ensure_ascii=False)
    numbers = {value for _, value in leaves(out.body) if isinstance(value, int | float)}
    for place, value in leaves(body):
        if MEANINGLESS.search(place) or is_told(place, out.losses):
            continue
        if isinstance(value, str) and (canary := re.search(r"w\d+w", value)):
            assert canary[0] in sent, place
        elif not isinstance(value, bool) and isinstance(value, int | float):
            assert value in numbers, place


@given(st.one_of(chat_bodies(), responses_bodies()), st.sampled_from(upstream_names()))
def test_nothing_is_said_of_what_was_not_asked(body: dict[str, Any], profile: str) -> None:
    """Every loss is about a place that is in the client's request, so a client can find it."""
    for upstream in ("chat", "responses"):
        out = asked("chat" if "messages" in body else "responses", body, upstream, profile)
        places = {place for place, _ in leaves(body)}
        for code, at in out.losses:
            assert any(place == at or place.startswith(f"{at}/") for place in places), (code, at)


@given(responses_bodies())
def test_every_call_sent_to_chat_is_followed_by_its_result(body: dict[str, Any]) -> None:
    """RQ-020 to RQ-022: an assistant's calls are answered by the messages behind it, each once, in their order."""
    messages = asked("responses", body, "chat").body["messages"]
    waiting: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            assert waiting.pop(0) == message["tool_call_id"]
            continue
        assert waiting == []
        waiting = [call["id"] for call in message.get("tool_calls", [])]
    assert waiting == []
