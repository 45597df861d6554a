"""All trials, by name."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING

from harness.errors import UnknownName
from harness.trials.catalogue import (
    chat_calls,
    chat_ends,
    chat_members,
    cuts,
    framing,
    responses_ends,
    responses_events,
    responses_items,
)
from harness.trials.trial import CHAPTERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.trials.trial import Trial, TrialDialect

_MODULES = (
    framing,
    cuts,
    chat_members,
    chat_calls,
    chat_ends,
    responses_events,
    responses_items,
    responses_ends,
)


@cache
def all_trials() -> tuple[Trial, ...]:
    """Every trial, in the order of the report: by dialect, and in it by chapter."""
    made = [one for module in _MODULES for one in module.TRIALS]
    made += cuts.every_cut()
    chapters = list(CHAPTERS)
    return tuple(sorted(made, key=lambda one: (one.dialect, chapters.index(one.chapter))))


def trial_named(name: str) -> Trial:
    """One trial.

    Raises:
        UnknownName: There is no such trial.
    """
    for one in all_trials():
        if one.name == name:
            return one
    raise UnknownName("trial", name, [one.name for one in all_trials() if one.by_default])


def chosen_trials(patterns: Iterable[str] = (), dialects: Iterable[TrialDialect] = ()) -> tuple[Trial, ...]:
    """Those that match one of the patterns, of the dialects that are asked for.

    Without patterns it is all that are played by default, without dialects those of both.

    A pattern is a name in which `*` and `?` stand for anything, a chapter, or either without the dialect: `crlf`,
    `calls`, `cut-*`, `chat-call*`.

    Raises:
        UnknownName: A pattern matches nothing.
    """
    wanted = list(patterns)
    spoken = [one for one in all_trials() if one.dialect in (set(dialects) or {"chat", "responses"})]
    if not wanted:
        return tuple(one for one in spoken if one.by_default)
    for pattern in wanted:
        if not any(_matches(one, pattern) for one in spoken):
            names = [one.name for one in spoken if one.by_default]
            bare = [name.partition("-")[2] for name in names]
            known = [*CHAPTERS, *names, *dict.fromkeys(bare)]
            raise UnknownName("trial", pattern, known, hint="`harness fuzz --list` names them all")
    return tuple(one for one in spoken if any(_matches(one, pattern) for pattern in wanted))


def _matches(one: Trial, pattern: str) -> bool:
    if pattern == one.chapter:
        return one.by_default
    bare = one.name.partition("-")[2]
    if "cut-at" not in pattern and not one.by_default:
        return False
    return fnmatchcase(one.name, pattern) or fnmatchcase(bare, pattern)
