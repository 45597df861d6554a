"""What earlier hunts found, in a folder: one file a finding, so that folders can be merged by copying."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from harness.errors import FileAccessError, InputError, UnknownName
from harness.faults.registry import parse_fault
from harness.fuzzing.arena import Key, Way
from harness.generate.sketch import Sketch  # noqa: TC001 - msgspec reads the annotation
from harness.io.files import write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from harness.fuzzing.hunt import Found


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One finding as it is kept."""

    target: str
    route: str
    mode: str
    rule: str
    fingerprint: str
    conversation: Sketch
    is_smallest: bool = False

    @property
    def key(self) -> Key:
        """What tells it from others."""
        return Key(self.route, self.rule, self.fingerprint)

    @property
    def file(self) -> str:
        """Its file's name."""
        return f"{name_of(self.key)}-{slug(self.target)}.json"


def slug(text: str) -> str:
    """A text as a part of a file's name."""
    return "".join(one if one.isalnum() else "-" for one in text.lower()).strip("-")


def name_of(key: Key) -> str:
    """What a finding's folder is called: it sorts by rule."""
    return f"{key.rule.lower()}-{key.fingerprint[:6]}-{slug(key.route)}"


class Database:
    """The folder.

    Args:
        folder: Where it lies; made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        if folder.exists() and not folder.is_dir():
            raise InputError(
                "the database is no folder",
                where=str(folder),
                hint="name a folder; it is made where there is none",
            )

    def kept(self, target: str) -> list[Kept]:
        """What is known of a target, in order.

        Raises:
            InputError: A file there is none of ours.
        """
        return [one for one in self._all() if one.target == target]

    def _all(self) -> Iterable[Kept]:
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                kept = msgspec.json.decode(path.read_bytes(), type=Kept)
                _look(kept.conversation)
                yield kept
            except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, UnknownName) as error:
                raise InputError(
                    "this is no finding of `harness fuzz`",
                    where=str(path),
                    found=str(error),
                    hint="take it out of the folder of --database",
                ) from None
            except OSError as error:
                raise FileAccessError("it cannot be read", where=str(path), found=error.strerror) from None

    def keep(self, one: Kept) -> None:
        """Keep a finding, in place of what was kept of it."""
        text = msgspec.json.format(msgspec.json.encode(one), indent=1).decode()
        write_text(self._folder / one.file, f"{text}\n")

    def keep_all(self, target: str, sure: Iterable[Found], is_smallest: Callable[[Found], bool]) -> None:
        """Keep what a hunt is sure of; what was seen once only is not: the next hunt would say that it is gone.

        A conversation that is known to be smallest does not give way to one that is not.
        """
        known = {one.key: one for one in self.kept(target)}
        for found in sure:
            key = found.key
            before, smallest = known.get(key), is_smallest(found)
            if before is not None and before.is_smallest and not smallest:
                continue
            kept = Kept(
                target=target,
                route=key.route,
                mode=found.way.mode,
                rule=key.rule,
                fingerprint=key.fingerprint,
                conversation=found.sketch,
                is_smallest=smallest,
            )
            self.keep(kept)

    def drop(self, one: Kept) -> None:
        """Forget it."""
        (self._folder / one.file).unlink(missing_ok=True)


def _look(conversation: Sketch) -> None:
    """Look at a conversation that somebody else may have written.

    Raises:
        msgspec.ValidationError, UnknownName: It cannot be played.
    """
    if not conversation.says or conversation.gap_us < 0:
        raise msgspec.ValidationError("its conversation cannot be played")
    if conversation.fault:
        parse_fault(conversation.fault)


def playable(kept: Sequence[Kept], ways: Sequence[Way]) -> list[tuple[Way, Sketch, Key]]:
    """Those that can be played on the ways that were chosen."""
    by_name: dict[tuple[str, str], Way] = {(one.route.name, one.mode): one for one in ways}
    return [
        (way, one.conversation, one.key)
        for one in kept
        if (way := by_name.get((one.route, one.mode))) is not None
    ]
