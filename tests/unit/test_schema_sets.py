"""Which schemas there are, and what they cost those who do not use them."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from harness.dialects.schema import schemas
from harness.dialects.schema.sets import FILES, OVERLAYS
from harness.errors import UnknownName

EXTRAS = {
    "keepalive",
    "response.rate_limits.updated",
    "response.apply_patch_call_operation_diff.delta",
    "response.apply_patch_call_operation_diff.done",
}


def test_a_set_is_read_once() -> None:
    """Rules ask for it in many places."""
    assert schemas("openai/chat") is schemas("openai/chat")
    assert schemas("openai/responses") is not schemas(
        "openai/responses", overlays=("openresponses/2026-04-24",)
    )


@pytest.mark.parametrize(
    ("name", "some"),
    [
        ("openai/chat", {"chunk", "completion", "error"}),
        ("openai/responses", {"response", "response.created", "error", "http_error", *EXTRAS}),
        ("anthropic/messages", {"message", "message_start", "content_block_delta", "ping", "error"}),
        ("gemini/generate_content", {"response", "error"}),
    ],
)
def test_kinds_are_wire_types_and_bodies(name: str, some: set[str]) -> None:
    """Parts of others are no kinds, and a validator exists for every kind and nothing else."""
    found = schemas(name)
    assert some <= found.kinds
    assert not [kind for kind in found.kinds if kind[0].isupper()]
    for kind in found.kinds:
        validator = found.validator(kind)
        assert validator is not None
        assert validator is found.validator(kind)
    assert found.validator("acme:trace") is None
    assert found.validator("Response") is None


def test_unknown_names_are_told_with_what_is_meant() -> None:
    """A set, an overlay, and an overlay that is for another set."""
    with pytest.raises(UnknownName, match="did you mean 'openai/chat'"):
        schemas("openai/chats")
    with pytest.raises(UnknownName, match="did you mean 'openresponses/2026-04-24'"):
        schemas("openai/responses", overlays=("openresponses/2026-04-25",))
    with pytest.raises(UnknownName, match="overlay of openai/chat"):
        schemas("openai/chat", overlays=("openresponses/2026-04-24",))


def references(schema: Any) -> set[str]:
    """The definitions that a schema names."""
    if isinstance(schema, list):
        return {name for it in schema for name in references(it)}
    if not isinstance(schema, dict):
        return set()
    here = {schema["$ref"].removeprefix("#/$defs/")} if isinstance(schema.get("$ref"), str) else set()
    return here | {name for it in schema.values() for name in references(it)}


@pytest.mark.parametrize(
    ("name", "overlays"), [*((name, ()) for name in FILES), *((name, (it,)) for it, name in OVERLAYS.items())]
)
def test_every_reference_leads_somewhere_and_none_leads_back(name: str, overlays: tuple[str, ...]) -> None:
    """No schema is recursive: how deep a body is looked into never depends on the body."""
    found = schemas(name, overlays=overlays)
    for kind in found.kinds:
        definitions = found.schema(kind)["$defs"]
        left = {it: references(schema) for it, schema in definitions.items()}
        assert set().union(*left.values()) <= set(left)
        while left:
            leaves = {it for it, needs in left.items() if not needs & set(left)}
            assert leaves, f"{kind}: {sorted(left)} refer to each other"
            left = {it: needs for it, needs in left.items() if it not in leaves}


def test_importing_the_package_loads_no_validator() -> None:
    """They cost a tenth of a second, and `harness --help` judges nothing."""
    code = (
        "import sys, harness.dialects.schema as it\n"
        "it.schemas('openai/chat')\n"
        "print(sorted({'jsonschema', 'jsonschema_rs'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - this Python, and the line above
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
