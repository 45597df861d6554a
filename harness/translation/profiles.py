"""What is particular to an upstream, as data: one file a provider or server in specs/upstreams."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from harness.bundled import spec_names, spec_text
from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Mapping

UpstreamDialect: TypeAlias = Literal["chat", "responses", "gemini", "anthropic"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamProfile:
    """One kind of upstream.

    Args:
        name: As `--profile` takes it; the file's name in specs/upstreams.
        title: What it is, in a few words.
        dialect: What it speaks where nothing else is said.
        base_url: Where its public service is, with the version's path; "" where everybody runs their own.
        auth: Which field bears the key: "bearer" (`Authorization: Bearer`), or the field's name.
        key_env: Names of environment variables that may hold the key, in order.
        headers: Fields that every request needs.
        max_tokens: Chat: the member that limits output tokens.
        default_max_tokens: Sent where the upstream needs a limit and the client named none (L102).
        developer_role: Chat: it knows the role `developer`; otherwise it is sent `system`.
        reasoning_in: Chat: members of a delta or message in which it sends thought; the first that is there counts.
        reasoning_out: Chat: the member of an assistant's message in which it takes earlier thought back; "" drops it,
            and "content" are parts of type `thinking` there.
        think_tags: Chat: it writes thought between `<think>` and `</think>` in the content.
        custom_tools: It knows tools of type `custom`; otherwise they are sent as functions with one string.
        stream_usage: Chat: it takes `stream_options.include_usage`.
        name_in_pieces: Chat: it sends a call's name in several pieces.
        results_with_images: Chat: a tool's result may hold pictures.
        strict_tools: It takes `strict` in a tool.
        namespaces: Responses: it knows tools of type `namespace`; otherwise names are made of both, `ns__name`.
        allowed_tools: It knows the tool choice `allowed_tools`; otherwise the other tools are left out (L162).
        named_choice: A tool choice may name one tool; otherwise only that tool is sent, as `required` (L162).
        json_schema: It takes a schema for the answer; otherwise it is asked for any JSON object, and told the schema
            in words (L111).
        raw_reasoning: Responses: it takes earlier thought in plain words; otherwise only what it encrypted itself.
        vendor: Whose encrypted thought it can read: "openai", "anthropic", "gemini" or its own name.
        refuses: Options and members, by wire name, that it answers with an error, or passes over in silence: they are
            left out with their loss. `name` is that of a message, `n` means more than one.
        chat_refuses: The same, where the upstream speaks Chat.
        renames: Chat: its own names of official members, such as `random_seed` for `seed`.
        extras: Members beside the official ones that it takes, such as `top_k`.
    """

    name: str
    title: str = ""
    dialect: UpstreamDialect = "chat"
    base_url: str = ""
    auth: str = "bearer"
    key_env: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    max_tokens: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    default_max_tokens: int = 4096
    developer_role: bool = True
    reasoning_in: tuple[str, ...] = (
        "reasoning_content",
        "reasoning",
        "reasoning_details",
        "thinking_blocks",
        "thinking",
    )
    reasoning_out: str = ""
    think_tags: bool = False
    custom_tools: bool = True
    stream_usage: bool = True
    name_in_pieces: bool = False
    results_with_images: bool = False
    strict_tools: bool = True
    namespaces: bool = True
    allowed_tools: bool = True
    named_choice: bool = True
    json_schema: bool = True
    raw_reasoning: bool = False
    vendor: str = ""
    refuses: tuple[str, ...] = ()
    chat_refuses: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    extras: tuple[str, ...] = ()


@cache
def upstream_profile(name: str) -> UpstreamProfile:
    """Read the profile of that name.

    Raises:
        UnknownName: There is none.
    """
    names = upstream_names()
    if name not in names:
        raise UnknownName("upstream profile", name, names)
    document: dict[str, Any] = tomllib.loads(spec_text(f"upstreams/{name}.toml"))
    known = {one.name for one in fields(UpstreamProfile)}
    for member in document:
        if member not in known:
            raise UnknownName(
                "member of an upstream profile", member, known, where=f"specs/upstreams/{name}.toml"
            )
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in document.items()
    }
    return UpstreamProfile(name=name, **values)


def upstream_names() -> tuple[str, ...]:
    """The names of all profiles, in alphabetical order."""
    return spec_names("upstreams", ".toml")
