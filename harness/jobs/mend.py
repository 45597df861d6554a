"""Changing a cassette on purpose: hide more, seal a hand edit, save what a dead recorder left."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from harness.cassettes.exchange import Cassette
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.redaction.anew import redacted
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import UsageError
from harness.io.environment import secret_values
from harness.io.files import Recovered, read_cassette, recover, write_cassette

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def redact_more(
    path: Path,
    output: Path | None = None,
    *,
    patterns: Sequence[str] = (),
    headers: Sequence[str] = (),
    variables: Sequence[str] = (),
) -> int:
    """Hide more in a cassette, lengths and boundaries kept, and seal it anew.

    Args:
        path: The cassette.
        output: Where to write; in place by default.
        patterns: Regular expressions; what they match is hidden.
        headers: Names of header fields whose values are hidden.
        variables: Names of environment variables whose values are hidden, whatever their names.

    Returns:
        How many places were newly hidden.

    Raises:
        UsageError: A pattern is no regular expression, or a variable is not set.
        SecretFound: A compressed body holds a secret; it cannot be hidden at the same length.
        CassetteError: It cannot be read.
    """
    values = secret_values()
    for name in variables:
        if not os.environ.get(name):
            raise UsageError(f"the environment variable {name} is not set", where="--env", hint="set it for this command")
        values[name] = os.environ[name]
    before = read_cassette(path)
    after = redacted(before, Redactor(values=values, extra_patterns=patterns, extra_headers=headers))
    write_cassette(after, output or path, key_of=key_fields)
    return _count(after) - _count(before)


def _count(cassette: Cassette) -> int:
    return sum(redaction.times for exchange in cassette.exchanges for redaction in exchange.redactions)


def reseal(path: Path, *, synthetic: bool = False) -> None:
    """Seal a cassette again: its match keys and its hash are computed anew.

    Args:
        path: The cassette.
        synthetic: It was edited by hand: seal it all the same, and let its head say so from then on. The rows must
            still be well formed and their lengths must add up.

    Raises:
        HashMismatch: It was edited, and `synthetic` does not say so.
        CassetteError: It cannot be read even so.
    """
    cassette = read_cassette(path, check_hash=not synthetic)
    head = {**cassette.head, "synthetic": True} if synthetic else cassette.head
    write_cassette(Cassette(head, cassette.exchanges, cassette.seal), path, key_of=key_fields)


def recover_part(path: Path, output: Path | None = None) -> Recovered:
    """Seal what a recorder left behind that died; see `harness.io.files.recover`."""
    return recover(path, output, key_of=key_fields)
