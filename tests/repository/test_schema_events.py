"""Every event type that the installed SDKs know has a schema."""

from __future__ import annotations

import pytest

from generators.schemas import event_type, union_members
from harness.dialects.schema import schemas

pytestmark = pytest.mark.sdk


def test_every_openai_event_has_a_schema() -> None:
    """Those of an SDK that is newer than the schemas, too: `nox -s schemas` with a newer pin brings them."""
    responses = pytest.importorskip("openai.types.responses", reason="nox -s clients installs the OpenAI SDK")
    events = {event_type(model) for model in union_members(responses.ResponseStreamEvent)}
    assert len(events) >= 59
    assert events - schemas("openai/responses").kinds == set()


def test_every_anthropic_event_has_a_schema() -> None:
    """The union of the SDK has no `ping` and no `error`; the schemas do."""
    types = pytest.importorskip("anthropic.types", reason="nox -s clients installs the Anthropic SDK")
    events = {event_type(model) for model in union_members(types.RawMessageStreamEvent)}
    assert len(events) >= 6
    assert events - schemas("anthropic/messages").kinds == set()
    assert {"ping", "error"} <= schemas("anthropic/messages").kinds
