"""`stream_snapshot`: a snapshot of syrupy that stores a stream one event a line, ids and times made stable.

Snapshots lie in `__snapshots__/<module>.streams`, in syrupy's own format, and are updated, reported and cleaned up as
all others. What is normalised is the snapshot alone.
"""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.amber import AmberSnapshotExtension

from harness.errors import HarnessError, UnknownName
from harness.testing.evidence import lines_of
from harness.testing.placeholders import Placeholders

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTENSION: Final = "streams"


class StreamExtension(AmberSnapshotExtension):
    """Stores lines as they are."""

    file_extension = EXTENSION
    _file_extension = EXTENSION  # syrupy 4.6

    def serialize(self, data: Any, **_: Any) -> str:
        """The lines, which `StreamSnapshot` has made."""
        return str(data)


class StreamSnapshot(SnapshotAssertion):
    """What a stream is compared with: `assert stream == stream_snapshot`."""

    _said: dict[str, Any]
    _item: pytest.Item | None = None

    def __call__(
        self,
        *,
        normalise: bool = True,
        keep: Sequence[str] = (),
        extra: Sequence[str] = (),
        **options: Any,
    ) -> StreamSnapshot:
        """Say how the next stream is compared: `assert stream == stream_snapshot`, or `== stream_snapshot(...)`.

        A stream is what a client read (bytes, text, chunks, events, a response of httpx), an exchange or a cassette, or
        the fixture `cassette` itself: each exchange that it has played or recorded so far, as it was recorded, under a
        line with its number and URL. To compare one of several, compare what the client read of it.

        Args:
            normalise: Replace ids and times by placeholders.
            keep: Members that are left as they are: names or paths; see `harness.testing.placeholders`.
            extra: Further members to replace.
            options: Those of syrupy: `name`, `diff`. Its filters are for objects of Python.

        Raises:
            UnknownName: There is no such option.
        """
        if strange := sorted(options.keys() - {"name", "diff", "diff_data"}):
            raise UnknownName(
                "option of stream_snapshot", strange[0], ("normalise", "keep", "extra", "name", "diff")
            )
        self._said = {"normalise": normalise, "keep": keep, "extra": extra}
        super().__call__(**options)
        return self

    def __eq__(self, other: object) -> bool:
        __tracebackhide__ = True
        if misses := _misses_of(self._item):
            text = "what this test has is no recording, so it is neither compared nor kept as a snapshot"
            raise pytest.fail.Exception("\n".join([text, *misses]), pytrace=False)
        said, self._said = getattr(self, "_said", {}), {}
        try:
            text = "\n".join(lines_of(other, Placeholders(**said)))
        except HarnessError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        return bool(self._assert(text))

    __hash__ = None  # type: ignore[assignment]


def stream_snapshot_of(request: pytest.FixtureRequest) -> StreamSnapshot:
    """The fixture's value for one test."""
    base = request.getfixturevalue("snapshot")
    given = {one.name: getattr(base, one.name) for one in fields(base) if one.init}
    made = StreamSnapshot(**{**given, "extension_class": StreamExtension})
    made._item = request.node  # noqa: SLF001 - syrupy's class makes its own constructor
    return made


def _misses_of(item: pytest.Item | None) -> list[str]:
    """Why requests of a test had no answer so far: what stood in its place is the harness's own, with its paths."""
    # Where it is not loaded, no test of the session has had a cassette.
    if item is None or "harness.testing.cassettes" not in sys.modules:
        return []
    from harness.testing.cassettes import TAPED  # noqa: PLC0415 - see above

    one = item.stash.get(TAPED, None)
    if one is None or not one.tape.misses:
        return []
    one.told = True
    return [one.anew()]
