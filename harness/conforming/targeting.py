"""Which targets are meant by names, and by the address of what already runs."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from harness.cassettes.redaction.names import is_credential_header
from harness.cassettes.redaction.shapes import mixed
from harness.errors import UnknownName, UsageError
from harness.io.environment import SHORTEST, is_credible
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
_SHORTEST_KEY: Final = 4
_SHORTEST_WORD: Final = 12
_PLAIN: Final = frozenset({"accept", "accept-encoding", "accept-language", "content-type", "user-agent"})


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
        seconds: How long it is waited for; None is as long as it is for its kind.
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
    seconds: float | None = None
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


def key_of(given: Given) -> str | None:
    """The key that a target is sent.

    Raises:
        UsageError: The variable is not set.
    """
    if given.api_key_env is None:
        return None
    value = os.environ.get(given.api_key_env)
    if not value:
        raise UsageError(f"the environment variable {given.api_key_env} is not set", where="--api-key-env")
    return value


def secrets_of(given: Given) -> dict[str, str]:
    """What a target is sent and nobody is shown, wherever it comes back, by variable or header.

    Words such as `none`, which servers without keys are sent, are no secrets; nor are short words of
    a header and addresses: `anthropic` stands in every second line of a recording.

    Raises:
        UsageError: The variable of the key is not set.
    """
    found: dict[str, str] = {}
    key = key_of(given)
    if key is not None and len(key) >= _SHORTEST_KEY and is_credible(key):
        found[str(given.api_key_env)] = key
    for name, value in map(_field, given.headers):
        for part in re.split(r"[\s;,\"'{}]+|(?<=\w)=(?=[^=])", value):
            drawn = is_credential_header(name) or mixed(part.encode("utf-8", "surrogateescape"))
            long_enough = len(part) >= (SHORTEST if drawn else _SHORTEST_WORD)
            if long_enough and "://" not in part and is_credible(part) and part not in found.values():
                found[name if name not in found else f"{name}-{len(found)}"] = part
    return found


def hidden_headers(given: Given) -> tuple[str, ...]:
    """Names of the headers whose values are shown nowhere: of all that were given, whatever they are called."""
    return tuple(name for name, _ in map(_field, given.headers) if name.lower() not in _PLAIN)


def _external(given: Given) -> Target:
    from harness.targets.external import Address, ExternalGateway, ExternalServer  # noqa: PLC0415 - seldom

    key = key_of(given)
    address = Address(
        base_url=given.base_url or "",
        models=given.models,
        dialects=given.inbound or INBOUND,
        headers=(
            *map(_field, given.headers),
            *((("authorization", f"Bearer {key}"),) if key is not None else ()),
        ),
        wait_for=given.wait_for,
        seconds=given.seconds,
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
