"""The table of the Responses protocol: it knows every event there is, and what it says hangs together."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from harness.dialects.responses.grammar import (
    AUTOMATA,
    INDEX,
    ITEM_TYPES,
    LIFECYCLE,
    ROWS,
    STATUSES,
    VENDOR,
    Layer,
    Role,
)
from harness.dialects.responses.signals import SIGNALS
from harness.dialects.schema import schemas
from harness.rules import rule as moments
from harness.rules.registry import rules

EXTRAS = {
    "keepalive": "OpenAI sends it, the SDK's union has it not (openai-node#1964)",
    "response.rate_limits.updated": "OpenAI sends it after the end (chatlas#282)",
    "response.apply_patch_call_operation_diff.delta": "OpenAI sends it (ai, openai-apply-patch-tool-1)",
    "response.apply_patch_call_operation_diff.done": "the same",
}
"""Event types of the table that are in no SDK."""

EXCLUDED: dict[str, str] = {}
"""Event types of the SDK that are in no table, with the reason."""


UNHEARD = {
    "shell-output-left-open": "the final output of the call says the same, and is compared (RESP-TOOL-006)",
    "summary-kind-changed": "summaries have parts of one type only; the schema judges it",
    "summary-without-deltas": "a summary that is sent at once is legal, and complete in every client",
}
"""Signals that no rule listens to, with the reason."""


def wire_types(union: Any) -> set[str]:
    """The values of `type` in a discriminated union of the SDK."""
    members = get_args(get_args(union)[0])
    return {value for member in members for value in get_args(member.model_fields["type"].annotation)}


@pytest.mark.sdk
def test_every_event_of_the_installed_sdk_is_in_the_table_or_excluded_with_a_reason() -> None:
    """A new SDK with a new event makes this fail, until somebody says what the event means."""
    sdk = pytest.importorskip("openai.types.responses")
    events = wire_types(sdk.ResponseStreamEvent)
    assert events - set(ROWS) - set(EXCLUDED) == set()
    assert set(ROWS) - events == set(EXTRAS)
    assert all(EXCLUDED.values())


@pytest.mark.sdk
def test_every_item_type_of_the_installed_sdk_is_known() -> None:
    """Otherwise RESP-ITEM-019 would call it a vendor's."""
    sdk = pytest.importorskip("openai.types.responses")
    assert wire_types(sdk.ResponseOutputItem) == ITEM_TYPES


def test_the_table_and_the_schemas_know_the_same_events() -> None:
    """What has a row has a shape, and the other way round; bodies without a type aside."""
    kinds = schemas("openai/responses").kinds - {"response", "http_error"}
    assert kinds == set(ROWS)


@pytest.mark.parametrize(("name", "row"), ROWS.items(), ids=list(ROWS))
def test_a_row_names_what_its_layer_needs(name: str, row: Any) -> None:
    """States to come from, item types that exist, and the member that holds the text."""
    assert row.before or row.layer is Layer.STEP
    assert set(row.items) <= ITEM_TYPES
    inside = row.layer not in {Layer.STREAM, Layer.ASIDE, Layer.AUDIO, Layer.ITEM}
    assert bool(row.items) == inside
    assert bool(row.member) == (row.role in {Role.DELTA, Role.DONE} and row.layer is not Layer.AUDIO)
    properties = schemas("openai/responses").schema(name)["properties"]
    assert row.member in {*properties, ""}
    if row.layer in INDEX:
        assert INDEX[row.layer] in properties


@pytest.mark.parametrize(("item", "automaton"), AUTOMATA.items(), ids=list(AUTOMATA))
def test_an_automaton_reaches_an_end_from_every_state(item: str, automaton: Any) -> None:
    """No state is a trap, none is out of reach, and every move is an event of this item type."""
    reached = {""}
    while more := {to for state in reached for to in automaton.moves.get(state, {}).values()} - reached:
        reached |= more
    assert reached == {*automaton.moves, *automaton.ends}
    assert all(item in ROWS[kind].items for moves in automaton.moves.values() for kind in moves)
    for start in reached:
        seen = {start}
        while more := {to for state in seen for to in automaton.moves.get(state, {}).values()} - seen:
            seen |= more
        assert seen & automaton.ends, f"{item} cannot end after {start!r}"


def test_steps_of_a_tool_are_in_its_automaton() -> None:
    """An event type that only an automaton can judge is in one."""
    stepped = {
        kind for automaton in AUTOMATA.values() for moves in automaton.moves.values() for kind in moves
    }
    assert {name for name, row in ROWS.items() if row.layer is Layer.STEP} <= stepped


def test_events_with_a_response_have_statuses_and_vendors_names_are_not_ours() -> None:
    """The other tables of the grammar agree with the first."""
    assert set(STATUSES) == set(LIFECYCLE)
    assert not set(VENDOR) & set(ROWS)
    assert set(VENDOR.values()) <= set(ROWS)


def test_rules_subscribe_to_signals_that_exist_and_every_signal_has_a_rule() -> None:
    """A misspelt name would make a rule that never speaks; a signal without a rule is a breach that nobody tells."""
    known = {value for name, value in vars(moments).items() if name.isupper() and isinstance(value, str)}
    heard = {name for rule in rules().values() if rule.id.startswith("RESP-") for name in rule.on}
    assert heard - known - set(ROWS) - set(SIGNALS) == set()
    assert set(SIGNALS) - heard <= set(UNHEARD)
    assert set(UNHEARD) <= set(SIGNALS)
