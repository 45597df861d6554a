"""Which upstreams there are, which one answers a request, and what a request to it bears."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final, get_args
from urllib.parse import urlsplit

from harness.errors import UnknownName, UsageError
from harness.translation.profiles import UpstreamDialect, UpstreamProfile, upstream_names, upstream_profile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.cassettes.exchange import Headers

DIALECTS: Final[tuple[UpstreamDialect, ...]] = get_args(UpstreamDialect)

_USUAL_PROFILE: Final = {
    "chat": "openai",
    "responses": "openai",
    "gemini": "gemini",
    "anthropic": "anthropic",
}
_USUAL_PATH: Final = {"chat": "/v1", "responses": "/v1", "gemini": "/v1beta", "anthropic": "/v1"}

_FOR_OPENAI: Final = frozenset({"openai-beta", "traceparent", "tracestate"})
"""A client's fields that go on to an upstream of OpenAI's dialects; what names an account goes with its key only."""

_WITH_KEY: Final = frozenset({"openai-organization", "openai-project"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """One upstream.

    Args:
        name: By which a client or a route chooses it.
        dialect: What it speaks.
        profile: What is particular to it.
        base_url: Where it is, with the version's path and without a slash at the end.
        query: What stands behind each path, such as `api-version=...`; "" for nothing.
        key: What it is sent as key; None where the client's is passed on, or none is needed.
        pass_key: The client's key is passed on.
        looked_for: Variables in which a key was looked for and not found.
    """

    name: str
    dialect: UpstreamDialect
    profile: UpstreamProfile
    base_url: str
    query: str = ""
    key: str | None = field(default=None, repr=False)
    pass_key: bool = False
    looked_for: tuple[str, ...] = ()

    @property
    def stores(self) -> bool:
        """Whether it keeps responses itself, so that their ids mean something to it."""
        return self.dialect == "responses" and "previous_response_id" not in self.profile.refuses

    def path(self, path: str) -> str:
        """A path as it is sent, with the query that this upstream wants."""
        return f"{path}{'&' if '?' in path else '?'}{self.query}" if self.query else path

    def fields(self, client: Headers, *, stream: bool, body: bool = True) -> Headers:
        """The header fields of a request.

        Args:
            client: The client's own; its key is among them.
            stream: A stream is asked for.
            body: The request has a JSON body.
        """
        fields = [("content-type", "application/json")] if body else []
        fields.append(("accept", "text/event-stream" if stream else "application/json"))
        fields += self.profile.headers.items()
        if self.dialect in {"chat", "responses"}:
            wanted = _FOR_OPENAI | _WITH_KEY if self.pass_key else _FOR_OPENAI
            fields += [(name.lower(), value) for name, value in client if name.lower() in wanted]
        key = key_of(client) if self.pass_key else self.key
        if key:
            auth = self.profile.auth
            fields.append(("authorization", f"Bearer {key}") if auth == "bearer" else (auth, key))
        return tuple(fields)


def key_of(client: Headers) -> str:
    """The key that a client gives, in OpenAI's field or in that of another vendor; "" where it gives none."""
    fields = {name.lower(): value.strip() for name, value in reversed(client)}
    scheme, _, key = fields.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and key.strip():
        return key.strip()
    return fields.get("api-key") or fields.get("x-api-key") or fields.get("x-goog-api-key") or ""


class Destinations:
    """All upstreams, in the order in which they were given.

    Of several, a model named `NAME/model` goes to the upstream NAME (as `model`), another to the one that the first
    fitting route names, and what nothing claims to the first upstream.

    Args:
        every: At least one.
        routes: Patterns of model names (`gpt-*`) with the names of upstreams.

    Raises:
        UsageError: Two have one name, or there is none.
        UnknownName: A route names no upstream.
    """

    def __init__(self, every: Sequence[Destination], routes: Sequence[tuple[str, str]] = ()) -> None:
        self.every = tuple(every)
        if not every:
            raise UsageError("a gateway needs an upstream", expected="--upstream DIALECT=URL")
        self._by_name: Mapping[str, Destination] = {one.name: one for one in every}
        if len(self._by_name) < len(self.every):
            raise UsageError(
                "two upstreams have one name",
                where="--upstream",
                found=", ".join(one.name for one in every),
                hint="name them: --upstream NAME=DIALECT=URL",
            )
        for pattern, name in routes:
            if name not in self._by_name:
                raise UnknownName("upstream", name, self._by_name, where=f"--route {pattern}={name}")
        self._routes = tuple(routes)

    def choose(self, model: object) -> tuple[Destination, str | None]:
        """The upstream for a model, and the model's name there where that is another (else None)."""
        if not isinstance(model, str):
            return self.every[0], None
        if len(self.every) > 1:
            name, slash, rest = model.partition("/")
            if slash and rest and name in self._by_name:
                return self._by_name[name], rest
        for pattern, name in self._routes:
            if fnmatchcase(model, pattern):
                return self._by_name[name], None
        return self.every[0], None

    def storing(self) -> Destination | None:
        """The first upstream that keeps responses itself."""
        return next((one for one in self.every if one.stores), None)


def read_destination(
    text: str,
    *,
    profile: str | None = None,
    variables: Sequence[str] | None = None,
    pass_key: bool = False,
    environment: Mapping[str, str],
) -> Destination:
    """Read `DIALECT=URL`, `PROFILE`, `PROFILE=URL`, or either behind `NAME=`.

    The key is taken from the environment: from the variables that are given; else from those of the profile, but only
    where the profile was named or the URL is the profile's own, so that a vendor's key goes to nobody else by chance.

    Args:
        text: As the command line has it.
        profile: What is particular to the upstream, by name; else the profile of that name, or the dialect's usual one.
        variables: Names of variables that may hold the key, in order.
        pass_key: The client's key is passed on instead.
        environment: Where the variables are.

    Raises:
        UsageError: It is none of these forms, the URL is none, or a variable that was named is not set.
        UnknownName: There is no such dialect or profile.
    """
    words, url = _words(text)
    name, kind = words[0], words[-1]
    dialect = next((one for one in DIALECTS if one == kind), None)
    chosen = profile or (kind if kind in upstream_names() else None)
    if chosen is None and dialect is None:
        raise UnknownName("dialect or upstream profile", kind, {*DIALECTS, *upstream_names()}, where=text)
    known = upstream_profile(chosen or _USUAL_PROFILE[dialect or "chat"])
    is_own = not url or _origin(url) == _origin(known.base_url)
    named = profile is not None or dialect is None
    base, query = _base(
        url or known.base_url, dialect or known.dialect, known if named or is_own else None, text
    )
    key = None if pass_key else _key(known, variables, environment, usual=named or is_own, where=text)
    return Destination(
        name=name,
        dialect=dialect or known.dialect,
        profile=known,
        base_url=base,
        query=query,
        key=key,
        pass_key=pass_key,
        looked_for=known.key_env if key is None and not pass_key and (named or is_own) else (),
    )


_ADDRESS: Final = re.compile(r"localhost$|[^/]*[:/]|[\w-]+(\.[\w-]+)+$")
"""What is an address without its scheme, and no name of a profile."""

_ENDPOINT: Final = re.compile(
    r"/(?:chat/completions|completions|responses|messages|embeddings|models(?:/[^/]*:\w+)?)$"
)
"""What clients and gateways add to a base URL themselves."""


def _words(text: str) -> tuple[list[str], str]:
    """What stands before the URL, one word or two, and the URL ("" where there is none)."""
    before, separator, url = text.partition("://")
    words = before.split("=")
    if separator:
        url = f"{words.pop()}://{url}"
    elif _ADDRESS.match(address := words[-1]):
        raise UsageError(
            f"{address!r} has no scheme",
            where=text,
            expected="http:// or https://, a host, perhaps a port and a path",
            hint=f"write {text.removesuffix(address)}http://{address.lstrip('/')}",
        )
    if not 1 <= len(words) <= 2 or not all(words):
        raise UsageError(
            f"{text!r} is no upstream",
            expected="DIALECT=URL or PROFILE, perhaps with a name before it: NAME=DIALECT=URL",
            hint=f"dialects are {', '.join(DIALECTS)}; profiles {', '.join(upstream_names())}",
        )
    return words, url


def _base(url: str, dialect: UpstreamDialect, profile: UpstreamProfile | None, where: str) -> tuple[str, str]:
    """The base URL with its version's path, and the query behind it."""
    if not url:
        raise UsageError(
            "everybody has an address of their own for this upstream", where=where, expected=f"{where}=URL"
        )
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UsageError(f"{url!r} is no URL", where=where, found=str(error)) from error
    path = parts.path.rstrip("/")
    if (ending := _ENDPOINT.search(path)) is not None:
        raise UsageError(
            f"this URL ends in {ending[0]}, which is added to it",
            where=where,
            expected="a base URL, with the version's path at most",
            hint=f"write {url.partition('?')[0].rstrip('/').removesuffix(ending[0])}",
        )
    if not path:
        usual = urlsplit(profile.base_url).path.rstrip("/") if profile is not None else ""
        path = usual or _USUAL_PATH[dialect]
    return f"{parts.scheme}://{parts.netloc}{path}", parts.query


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _key(
    profile: UpstreamProfile,
    variables: Sequence[str] | None,
    environment: Mapping[str, str],
    *,
    usual: bool,
    where: str,
) -> str | None:
    if variables is not None:
        key = next((environment[one].strip() for one in variables if environment.get(one, "").strip()), None)
        if key is None:
            raise UsageError(
                "the variable that is to hold the upstream's key is not set",
                where=where,
                expected=" or ".join(variables),
            )
        return key
    if not usual:
        return None
    return next(
        (environment[one].strip() for one in profile.key_env if environment.get(one, "").strip()), None
    )
