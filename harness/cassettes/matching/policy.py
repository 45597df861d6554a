"""What counts when a live request is compared with a recorded one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from harness.cassettes.matching.normalisers import normaliser
from harness.cassettes.matching.pointers import Pattern
from harness.errors import UnknownName

if TYPE_CHECKING:
    from collections.abc import Sequence

BodyRule: TypeAlias = Literal["canonical", "raw", "ignore"]
RepeatRule: TypeAlias = Literal["strict", "last", "cycle"]

_BODY_RULES = ("canonical", "raw", "ignore")
_REPEAT_RULES = ("strict", "last", "cycle")


@dataclass(frozen=True)
class MatchPolicy:
    """What counts when a live request is compared with a recorded one.

    The default compares method, path, query and the canonical body, maps ids, and leaves scheme, host, port
    and headers out: a recording of `https://api.openai.com` is played through `http://127.0.0.1`.

    Args:
        method: Compare the method.
        scheme: Compare `http` with `https`.
        host: Compare the host name (case does not count).
        port: Compare the port; the scheme's own where the URL names none.
        path: Compare the path exactly: `/v1/chat/completions` is not `/chat/completions`.
        query: Compare the query's pairs in any order; credentials such as `key=` are left out.
        headers: Names of headers to compare (case does not count); none by default.
        body: `canonical` compares JSON by value, forms as pairs, multipart by part and anything else byte by
            byte; `raw` compares bytes; `ignore` compares nothing.
        ignore: JSON pointers (RFC 6901) into the body that do not count, such as `/metadata/run` or
            `/messages/*/name`, where `*` stands for any one key or index.
        ignore_query: Names of query parameters that do not count.
        normalisers: Names of `harness.cassettes.matching.normalisers`, applied in this order; none by
            default.
        ids: Let ids differ as long as one live id stands for one recorded id throughout a session.
        repeats: What happens when every recording of a request has been played: `strict` is a miss, `last`
            plays the last one again, `cycle` starts over with the first.

    Raises:
        UnknownName: A body rule, repeat rule or normaliser that does not exist.
        UsageError: A pointer that is none.
    """

    method: bool = True
    scheme: bool = False
    host: bool = False
    port: bool = False
    path: bool = True
    query: bool = True
    headers: Sequence[str] = ()
    body: BodyRule = "canonical"
    ignore: Sequence[str] = ()
    ignore_query: Sequence[str] = ()
    normalisers: Sequence[str] = ()
    ids: bool = True
    repeats: RepeatRule = "strict"

    def __post_init__(self) -> None:
        if self.body not in _BODY_RULES:
            raise UnknownName("body rule", self.body, _BODY_RULES)
        if self.repeats not in _REPEAT_RULES:
            raise UnknownName("repeat rule", self.repeats, _REPEAT_RULES)
        # Lists come in from configuration files; tuples make the policy hashable, as its callers expect.
        object.__setattr__(self, "headers", tuple(name.lower() for name in _names(self.headers)))
        for field in ("ignore", "ignore_query", "normalisers"):
            object.__setattr__(self, field, _names(getattr(self, field)))
        for name in self.normalisers:
            normaliser(name)
        for pointer in self.ignore:
            Pattern(pointer)


def _names(given: Sequence[str]) -> tuple[str, ...]:
    # A lone string is a sequence of its letters, which nobody means.
    return (given,) if isinstance(given, str) else tuple(given)
