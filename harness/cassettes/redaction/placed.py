"""Values that a request gives away as secrets by where they stand, so that they are hidden where they come back.

A key that was handed to a client in code is in no environment variable, and may have no shape. But it stands in
an `Authorization` or in the URL; and servers quote it, as in `Incorrect API key provided: …`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.cassettes.redaction.headers import Places
from harness.cassettes.redaction.names import is_identity_header
from harness.cassettes.redaction.shapes import mixed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from harness.cassettes.exchange import Headers

SHORTEST = 12
"""Characters that a value must have: a shorter one may occur by chance."""

MOST = 16
"""Values of one request that are looked for; more are no credentials."""


def placed_values(
    url: str, headers: Headers, *, extra_headers: Sequence[str] = (), known: Collection[str] = ()
) -> tuple[tuple[str, str], ...]:
    """What a request's URL and header fields hide because of its place, as (label, value).

    Cookies and the ids of who pays count only where they look drawn by lot: `consent=all-accepted` is no secret.

    Args:
        url: The request's URL.
        headers: Its header fields.
        extra_headers: The user's header names whose values are hidden.
        known: Values that are hidden anyway.
    """
    result: dict[str, str] = {}
    seen: list[str] = []
    # It is asked for the label of each value that is hidden, so it learns all of them.
    places = Places(seen.append, extra_headers)
    labels: list[str] = []
    places.url(url, labels)
    for name, value in headers:
        before = len(seen)
        places.header(name, value, labels)
        if len(seen) > before and (name.lower() == "cookie" or is_identity_header(name)):
            seen[before:] = [
                one if mixed(one.encode("utf-8", "surrogateescape")) else "" for one in seen[before:]
            ]
    for label, value in zip(labels, seen, strict=True):
        if len(value) >= SHORTEST and value not in known and value not in result:
            result[value] = label
    names: dict[str, str] = {}
    for value, label in list(result.items())[:MOST]:
        names[label if label not in names else f"{label}-{len(names)}"] = value
    return tuple(names.items())
