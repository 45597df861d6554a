"""The `key` row of a cassette: a digest of what counts of a request, for people and other tools."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from harness.cassettes.matching.canonical import Keyer
from harness.cassettes.matching.ids import shape
from harness.cassettes.matching.policy import MatchPolicy
from harness.jsonvalue import canonical

if TYPE_CHECKING:
    from harness.cassettes.exchange import Request
    from harness.jsonvalue import JsonValue

KEY_VERSION = 1
_KEYER = Keyer(MatchPolicy())


def key_fields(request: Request) -> dict[str, JsonValue]:
    """The fields of the `key` row, without `k` and `i`, for a request whose secrets are placeholders already.

    `hash` is SHA-256 over method, path, sorted query, kind and body, each followed by a line feed (the body
    by none); a JSON body is canonical (`harness.jsonvalue.canonical`) with its ids replaced by `<id:0>`,
    `<id:1>`, ... as `ids` says. A second recording that differs only in ids therefore has the same hash.
    `ignored` lists what the policy left out: nothing, since the default policy is used.
    """
    key = _KEYER.key(request)
    body = key.body
    ids: tuple[str, ...] = ()
    if key.kind == "json":
        with suppress(RecursionError):
            value, ids = shape(_KEYER.read(request.body))
            body = canonical(value)
    head = f"{key.method}\n{key.path}\n{urlencode(key.query)}\n{key.kind}\n"
    return {
        "v": KEY_VERSION,
        "hash": "sha256:" + sha256(head.encode() + body).hexdigest(),
        "ignored": [],
        "ids": {name: f"<id:{number}>" for number, name in enumerate(ids)},
    }
