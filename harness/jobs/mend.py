"""Changing a cassette on purpose: hide more, seal a hand edit, save what a dead recorder left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.redaction.anew import redacted
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import HashMismatch, NotACassette, UsageError
from harness.io.environment import values_with
from harness.io.files import Recovered, read_cassette, recover
from harness.io.recordings import read_recording
from harness.jobs.output import refuse_existing
from harness.jobs.safety import write_safely
from harness.jobs.salvage import salvage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from harness.cassettes.exchange import Cassette


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
        path: The cassette; with `output` also a recording of another tool.
        output: Where to write; in place by default.
        patterns: Regular expressions; what they match is hidden.
        headers: Names of header fields whose values are hidden.
        variables: Names of environment variables whose values are hidden, whatever their names.

    Returns:
        How many places were newly hidden.

    Raises:
        UsageError: A pattern is no regular expression, a variable is not set, or another tool's file is to be
            changed in place.
        SecretFound: A compressed body holds a secret, which cannot be hidden at the same length; or something still
            looks like a live key afterwards. Nothing is written.
        InputError: It cannot be read.
    """
    values = values_with(variables)
    redactor = Redactor(values=values, extra_patterns=patterns, extra_headers=headers)
    before = read_recording(path)
    if before.seal is None and output is None:
        raise UsageError(
            "this is another tool's recording, which is not changed in place",
            where=str(path),
            hint="-o writes a redacted cassette of it",
        )
    after = redacted(before, redactor)
    write_safely(after, output or path, values=values)
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
        SecretFound: Something in it looks like a live key. Nothing is written.
        CassetteError: It cannot be read even so.
    """
    try:
        cassette = read_cassette(path, check_hash=not synthetic)
    except HashMismatch as error:
        raise HashMismatch(
            "the rows are not those that were sealed",
            where=error.where,
            expected=error.expected,
            found=error.found,
            hint="restore the file; or `harness cassette reseal --synthetic` seals the change, and says so in its head",
        ) from error
    head = {**cassette.head, "synthetic": True} if synthetic else cassette.head
    write_safely(replace(cassette, head=head), path)


def recover_part(path: Path, output: Path | None = None) -> Recovered:
    """Seal what a recorder left behind that died, or save what is left of a cassette that lost its end.

    A `.part` file becomes the cassette, and is gone; a damaged cassette stays as it is, so `output` must be given.

    Raises:
        NotACassette: There is no such file.
        UsageError: It is no `.part` file, and there is no output.
        CassetteError: It is damaged elsewhere than at its end.
        FileAccessError: It is still being recorded; or there is a cassette of that name already.
    """
    if not path.is_file():
        beside = path.with_name(f"{path.name}.part")
        raise NotACassette(
            "this is a folder" if path.is_dir() else "there is no such file",
            where=str(path),
            expected="what a recorder left behind: a file that ends with .part",
            hint=f"did you mean {str(beside)!r}?" if beside.exists() else "was it recovered already?",
        )
    if path.suffix == ".part":
        return recover(path, output, key_of=key_fields)
    if output is None:
        raise UsageError(
            "this is not a recorder's working file",
            where=str(path),
            expected="a name that ends with .part",
            hint="where a cassette lost its end, -o writes what is left of it to another file",
        )
    refuse_existing(output, overwrite=False, hint="give another name with -o")
    return salvage(path, output)
