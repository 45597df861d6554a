"""What the rules on Chat Completions share: who reports what, and that nothing a server sends stops them."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dialects.chat import DIALECT
from harness.dialects.chat import grammar as g
from harness.dialects.schema import Problem, schemas
from harness.findings import Severity
from harness.rules import rule as names
from harness.rules.chat.owners import STREAMED, WHOLE, owner
from harness.rules.example import parse_example
from harness.rules.registry import rules
from tests.judging import judged_example

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.findings import Finding

CHAT = {rule_id: rule for rule_id, rule in rules().items() if rule_id.startswith("CHAT-")}
MOMENTS = {names.CLOSE, names.MALFORMED, names.WHOLE}
BASES = ("text", "tool", "logprobs", "audio", "two_choices", "error")


def test_all_rules_of_the_catalogue_are_there() -> None:
    """77 of them, none of which says `CHAT` in its slug."""
    assert len(CHAT) == 77
    assert len({rule.slug() for rule in CHAT.values()}) == 77


@pytest.mark.parametrize("rule_id", CHAT)
def test_a_rule_subscribes_to_names_that_exist(rule_id: str) -> None:
    """A misspelt name would make it silent for ever."""
    rule = CHAT[rule_id]
    assert set(rule.on) <= MOMENTS | set(g.SIGNALS)
    assert set(rule.exercised_by) <= MOMENTS | set(g.SIGNALS) | {"chunk", "completion", "open"}
    assert set(rule.supersedes) <= set(rules())


def test_every_deviation_has_a_rule() -> None:
    """A signal that nobody hears is a breach that nobody reports."""
    heard = {name for rule in CHAT.values() for name in rule.on}
    unheard = set(g.SIGNALS) - heard
    assert unheard == {"filter-chunk", "moderation", "audio", "logprobs"}


@pytest.mark.parametrize("rule_id", sorted({*STREAMED.values(), *WHOLE.values()}))
def test_an_owner_is_a_rule_that_is_shown_what_does_not_fit(rule_id: str) -> None:
    """Else its problems would be reported by nobody."""
    assert names.MALFORMED in CHAT[rule_id].on


def test_a_missing_constant_is_not_the_business_of_the_rule_on_its_value() -> None:
    """CHAT-OBJ-002 speaks of all that are missing, in one finding."""
    missing = Problem("", "required", "object", "", "", newer=False)
    wrong = Problem("/object", "const", "object", "", "", newer=False)
    assert (owner(missing, {}, streamed=True), owner(wrong, {}, streamed=True)) == (
        "CHAT-OBJ-002",
        "CHAT-OBJ-001",
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all members of a JSON value."""
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in items:
        yield (*path, key)
        yield from places(child, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with one member replaced."""
    value = copy.deepcopy(value)
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = new
    return value


def judged(name: str, at: int, body: Any) -> list[Finding]:
    """The findings on a shipped stream with one event's payload replaced."""
    text = json.dumps(body, ensure_ascii=True).replace("\\", "\\\\")
    return judged_example(parse_example(f"stream: chat/{name}\nraw {at}: {text}")).findings


def events(name: str) -> list[Any]:
    """The payloads of a shipped stream."""
    exchange = parse_example(f"stream: chat/{name}").exchange
    assert exchange.response is not None
    lines = re.findall(r"^data: (\{.*)$", exchange.response.body().decode(), re.MULTILINE)
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", ["text", "tool", "logprobs", "audio"])
def test_a_member_of_a_wrong_type_is_reported_by_its_owner(name: str) -> None:
    """Whatever it is, exactly one rule speaks of its type."""
    validator = schemas("openai/chat").validator("chunk")
    assert validator is not None
    tried = 0
    for at, body in enumerate(events(name)):
        for path in places(body):
            broken = changed(body, path, [[]])
            problems = [one for one in validator.problems(broken) if not one.newer]
            if not problems or DIALECT.kind(broken) != "chunk":
                continue
            owners = {owner(one, broken, streamed=True) for one in problems}
            told = {one.rule for one in judged(name, at, broken)}
            assert owners <= told, (path, owners, told)
            tried += 1
    assert tried > 50


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(allow_nan=False) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(BASES), st.data())
def test_no_payload_stops_the_checker(name: str, data: st.DataObject) -> None:
    """Any member of any event may be anything."""
    bodies = events(name)
    at = data.draw(st.integers(0, len(bodies) - 1))
    path = data.draw(st.sampled_from(list(places(bodies[at]))))
    findings = judged(name, at, changed(bodies[at], path, data.draw(json_values)))
    assert all(one.message and one.severity in Severity for one in findings)


@given(st.sampled_from(["whole_text", "whole_tool", "whole_two_choices"]), st.data())
def test_no_whole_answer_stops_the_checker(name: str, data: st.DataObject) -> None:
    """Any member may be anything here too."""
    exchange = parse_example(f"stream: chat/{name}").exchange
    assert exchange.response is not None
    body = json.loads(exchange.response.body())
    path = data.draw(st.sampled_from(list(places(body))))
    text = json.dumps(changed(body, path, data.draw(json_values))).replace("\\", "\\\\")
    findings = judged_example(parse_example(f"request: {{}}\nbody:\n{text}")).findings
    assert all(one.message for one in findings)


def test_the_filter_chunk_of_azure_is_allowed_by_an_option() -> None:
    """Profiles turn it on; by itself it is reported, because clients fail on it."""
    first = {"choices": [], "created": 0, "id": "", "model": "", "object": "", "prompt_filter_results": []}
    example = parse_example(f"stream: chat/bare\ninsert before 0: {json.dumps(first)}")
    loud = [one for one in judged_example(example).findings if one.severity is not Severity.INFO]
    assert [one.rule for one in loud] == ["CHAT-OBJ-001"]


def test_keys_of_a_delta_may_be_declared() -> None:
    """The option names those that are expected."""
    rule = CHAT["CHAT-DELTA-004"]({"extensions": ["reasoning"]})
    assert rule.options["extensions"] == ["reasoning"]
