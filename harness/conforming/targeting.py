"""Which targets are meant by names, and by the address of what already runs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.errors import UnknownName, UsageError
from harness.targets.registry import TARGETS, target, targets
from harness.targets.target import Installable
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from harness.targets.target import Target
    from harness.translation.engine import InboundDialect

ALL: Final = "all"
_FIRST: Final = "builtin"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What was said about a target that already runs.

    Args:
        base_url: Where clients reach it; None is none.
        wait_for: A URL that answers with success when it is ready; "" asks `base_url` itself.
        headers: Fields to send, as `name: value`.
        models: What is asked for.
        api_key_env: The variable that holds the key.
        inbound: What it is asked in; () is all it may be asked in.
        upstream_port: Where our upstream listens for it; None where its upstream is its own.
        options: How all this stood on the command line, without secrets.
        announce: Told what the user has to know.
    """

    base_url: str | None = None
    wait_for: str = ""
    headers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    api_key_env: str | None = None
    inbound: tuple[InboundDialect, ...] = ()
    upstream_port: int | None = None
    options: str = ""
    announce: Callable[[str], None] = print


def chosen_targets(names: Sequence[str], given: Given, tools: Path) -> tuple[Target, ...]:
    """The targets of some names; of none, the built-in gateway.

    Args:
        names: Names; `all` is every one that is installed.
        given: What was said about one that already runs.
        tools: Where targets are installed.

    Raises:
        UnknownName: There is none of such a name.
        UsageError: What was given cannot be meant together.
    """
    if given.base_url is not None:
        if names:
            raise UsageError("--target and --base-url exclude each other", where="--base-url")
        return (_external(given),)
    for option, value in (
        ("--wait-for", given.wait_for),
        ("--header", given.headers),
        ("--model", given.models),
        ("--api-key-env", given.api_key_env),
        ("--inbound", given.inbound),
        ("--upstream-port", given.upstream_port),
    ):
        if value not in {"", (), None}:
            raise UsageError(f"{option} is about a target at --base-url, and there is none", where=option)
    wanted = dict.fromkeys(names) or {_FIRST: None}
    found: dict[str, Target] = {}
    for name in wanted:
        if name == ALL:
            found |= {one.name: one for one in targets() if one.installed(tools) is None}
        elif name in TARGETS:
            found[name] = target(name)
        else:
            raise UnknownName("target", name, [*TARGETS, ALL], where="--target")
    return tuple(found.values())


def installed(target: Target, tools: Path, tell: Callable[[str], None]) -> None:
    """Install a target that is not there yet.

    Raises:
        TargetError: It cannot be installed.
    """
    if target.installed(tools) is None:
        return
    if isinstance(target, Installable):
        tell(f"installing {target.name} into {tools / target.name}")
        target.install(tools)


def secrets_of(given: Given) -> dict[str, str]:
    """The key that a target is sent, by the name of its variable: it is shown nowhere.

    Raises:
        UsageError: The variable is not set.
    """
    if given.api_key_env is None:
        return {}
    value = os.environ.get(given.api_key_env)
    if not value:
        raise UsageError(f"the environment variable {given.api_key_env} is not set", where="--api-key-env")
    return {given.api_key_env: value}


def _external(given: Given) -> Target:
    from harness.targets.external import Address, ExternalGateway, ExternalServer  # noqa: PLC0415 - seldom

    key = secrets_of(given)
    address = Address(
        base_url=given.base_url or "",
        models=given.models,
        dialects=given.inbound or INBOUND,
        headers=(
            *map(_field, given.headers),
            *(("authorization", f"Bearer {value}") for value in key.values()),
        ),
        wait_for=given.wait_for,
        announce=given.announce,
        options=given.options,
    )
    return ExternalServer(address) if given.upstream_port is None else ExternalGateway(address)


def _field(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or not text.isprintable():
        # The field may hold a key: it is not quoted.
        raise UsageError("this is no header field", where="--header", expected="NAME: VALUE")
    return name.strip(), value.strip()
