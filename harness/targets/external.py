"""What runs already: a server at an address that the user gives.

Of two kinds. Behind a gateway that was pointed at our upstream both ends are known, and it is put through what every
gateway is put through; what it speaks upstream is seen when it asks. Of any other server only the answers are known:
it is asked what any model can do, and judged by the form of what it says.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.parse import urlsplit

from harness.errors import TargetError, UnknownName, UsageError
from harness.jsonvalue import try_parse
from harness.sandwich.session import Route
from harness.targets.model_scenarios import PLAIN
from harness.targets.reaching import answer_of, silence_of
from harness.targets.target import Kind, Running
from harness.translation.engine import INBOUND

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from harness.cassettes.exchange import Headers
    from harness.translation.engine import InboundDialect

PATIENCE: Final = 5.0
"""Seconds in which it has to answer where nothing is said of waiting: it is said to run already."""

WAITING: Final = 60.0
"""Seconds in which a gateway has to answer, which may be started only when our upstream is there; or what `wait_for`
names."""

_ENDPOINTS: Final = ("/chat/completions", "/responses", "/models")
_LOOK: Final = 0.25
_SHOWN: Final = 12
"""The most models that a message lists."""


def _unheard(text: str) -> None:
    del text


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a server is, and how it is asked.

    Args:
        base_url: What clients use, as `OPENAI_BASE_URL` has it: with the version, without the endpoint.
        models: What clients ask for; each has routes of its own. Of none, the server is asked which it has, and
            must have one.
        dialects: What clients speak.
        headers: Further fields of every request, a key among them.
        wait_for: A URL that answers with success when the server is ready; "" asks `base_url` itself, where
            whatever is answered will do.
        seconds: How long to wait for that; None is `PATIENCE` or `WAITING`, as it is needed.
        announce: Told what the user has to know while we wait: where our upstream is.
        options: How all this stood on the command line, without keys; for the line that plays a cell again.
    """

    base_url: str
    models: tuple[str, ...] = ()
    dialects: tuple[InboundDialect, ...] = INBOUND
    headers: Headers = ()
    wait_for: str = ""
    seconds: float | None = None
    announce: Callable[[str], None] = field(default=_unheard)
    options: str = ""

    def __post_init__(self) -> None:
        _checked("--base-url", self.base_url)
        for endpoint in _ENDPOINTS:
            if self.base_url.rstrip("/").endswith(endpoint):
                raise UsageError(
                    "this is the URL of an endpoint, and not the one that clients are given",
                    where=f"--base-url {self.base_url}",
                    hint=f"leave {endpoint} out",
                )
        if self.wait_for:
            _checked("--wait-for", self.wait_for)
        for one in self.dialects:
            if one not in INBOUND:
                raise UnknownName("client dialect", one, INBOUND)

    def wait(self, patience: float) -> None:
        """Return when it is there.

        Args:
            patience: Seconds to wait, where nothing was said of waiting.

        Raises:
            TargetError: It is not, in time.
        """
        url = self.wait_for or self._models_url
        seconds = self.seconds if self.seconds is not None else WAITING if self.wait_for else patience
        until = time.monotonic() + seconds
        is_told = False
        while (
            silence := silence_of(url, headers=self._own(url), only_success=bool(self.wait_for))
        ) is not None:
            if time.monotonic() >= until:
                raise TargetError(
                    f"nobody answered within {seconds:g} s",
                    where=f"GET {url}",
                    found=silence,
                    hint="is it running, and is its port right?"
                    + (
                        ""
                        if self.wait_for or patience >= WAITING
                        else f" --wait-for URL waits for {WAITING:g} s"
                    ),
                )
            if not is_told:
                is_told = True
                self.announce(f"Waiting for {url}, {seconds:g} s at most.")
            time.sleep(_LOOK)

    def routes(self, *, alone: bool) -> tuple[Route, ...]:
        """The ways through it; `alone` is one that our upstream is not behind.

        Raises:
            UsageError: No model was named, and it has not just one.
        """
        models = self.models or (self._only_model(),)
        return tuple(
            Route(
                name=one if len(models) == 1 else f"{one} {model.replace('/', ':')}",
                base_url=self.base_url,
                model=model,
                inbound=one,
                upstream=None,
                headers=self.headers,
                alone=alone,
            )
            for model in models
            for one in self.dialects
        )

    @property
    def _models_url(self) -> str:
        return f"{self.base_url.rstrip('/')}/models"

    def _own(self, url: str) -> Headers:
        """The headers, where a URL is the server's own: a key goes nowhere else."""
        return self.headers if _origin(url) == _origin(self.base_url) else ()

    def _only_model(self) -> str:
        status, body = answer_of(self._models_url, headers=self.headers)
        found = _ids(body) if status == 200 else []
        if len(found) == 1:
            return found[0]
        listed = ", ".join(found[:_SHOWN]) + (", ..." if len(found) > _SHOWN else "")
        raise UsageError(
            "nobody says which model to ask for",
            where=f"GET {self._models_url}",
            expected="one model",
            found=listed or f"status {status}, and no list of models",
            hint="name it with --model",
        )


class _Given:
    """What both kinds have in common."""

    url: ClassVar[str] = ""
    unsupported: ClassVar[Mapping[str, str]] = {}
    is_given: ClassVar[bool] = True

    def __init__(self, address: Address) -> None:
        self._address = address

    @property
    def replays(self) -> str:
        """What plays a cell of it again, without the scenario."""
        return f"harness conform {self._address.options or f'--base-url {self._address.base_url}'}"

    def installed(self, tools: Path) -> str | None:
        """That is the user's affair."""
        del tools
        return None


class ExternalGateway(_Given):
    """A gateway that the user has pointed at our upstream."""

    name: ClassVar[str] = "gateway"
    title: ClassVar[str] = "the gateway at --base-url"
    kind: ClassVar[Kind] = "gateway"

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Say where our upstream is, and wait for the gateway."""
        del tools, folder
        self._address.announce(instructions(upstream))
        self._address.wait(WAITING)
        yield Running(
            routes=self._address.routes(alone=False),
            notes=(f"it ran already, at {self._address.base_url}, and was pointed at our upstream",),
        )


class ExternalServer(_Given):
    """A model server, or a gateway whose upstream is its own."""

    name: ClassVar[str] = "server"
    title: ClassVar[str] = "the server at --base-url"
    kind: ClassVar[Kind] = "model server"

    @contextmanager
    def run(self, upstream: str, tools: Path, folder: Path) -> Iterator[Running]:
        """Wait for it."""
        del upstream, tools, folder
        self._address.wait(PATIENCE)
        yield Running(
            routes=self._address.routes(alone=True),
            notes=(
                f"it ran already, at {self._address.base_url}",
                "what is behind it is not known: only the form of its answers is judged",
            ),
            scenarios=PLAIN,
        )


def instructions(upstream: str) -> str:
    """What a user has to know to point a gateway at our upstream.

    Args:
        upstream: Its origin.
    """
    return (
        f"Point the gateway at our upstream, with any key and any model:\n"
        f"  Chat Completions, Responses  {upstream}/v1\n"
        f"  Anthropic Messages           {upstream} (with the version: {upstream}/v1)\n"
        f"  Gemini                       {upstream} (with the version: {upstream}/v1beta)\n"
        "It answers what a prompt's mark asks for: nothing else may have to be set, but retries are best turned off."
    )


def _checked(option: str, url: str) -> None:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
        parts = None
    if not valid:
        raise UsageError(
            "this is no URL of a server",
            where=f"{option} {url}",
            expected="such as http://127.0.0.1:4000/v1",
        )
    if parts is not None and (parts.username or parts.password):
        raise UsageError(
            f"{option} has a name or a password in it, which would stand in the report",
            hint="give it with --header, or with --api-key-env",
        )
    if parts is not None and (parts.query or parts.fragment) and option == "--base-url":
        raise UsageError("a base URL has no query, since paths are added to it", where=f"{option} {url}")


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _ids(body: bytes) -> list[str]:
    """The models of a list in OpenAI's form."""
    read, value = try_parse(body)
    listed: Any = value.get("data") if read and isinstance(value, dict) else None
    if not isinstance(listed, list):
        return []
    ids = (one.get("id") for one in listed if isinstance(one, dict))
    return [one for one in ids if isinstance(one, str) and one]
