"""The verb behind `harness.fuzz`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from harness import __version__
from harness.cassettes.redaction.redactor import Redactor
from harness.checking.profiles import profile as profile_named
from harness.conforming.targeting import Given, chosen_targets, hidden_headers, secrets_of
from harness.conforming.verdict import hint_of
from harness.conforming.wishes import TOOLS
from harness.errors import UsageError
from harness.fuzzing.accepting import Accepting
from harness.fuzzing.arena import CRASHED, HUNG, Arena, Way
from harness.fuzzing.asked import known_modes, known_routes, known_rules, numbers
from harness.fuzzing.database import Database, playable
from harness.fuzzing.hunt import Found, Hunt, Terms, is_sure
from harness.fuzzing.interrupts import Interrupts
from harness.fuzzing.outcome import Gone, Outcome, Told
from harness.fuzzing.saving import Saving
from harness.io.environment import secret_values
from harness.jobs.accepting import open_baseline
from harness.targets.external import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from harness.fuzzing.arena import Key
    from harness.generate.sketch import Sketch
    from harness.targets.target import Target
    from harness.translation.engine import InboundDialect

CONCURRENCY: Final = 16
_ORDER: Final = {"error": 0, "warning": 1}


def _unheard(hunt: Hunt) -> None:
    del hunt


def fuzz(
    target: str | Target = "builtin",
    *,
    base_url: str | None = None,
    model: str | Iterable[str] = (),
    headers: Iterable[str] = (),
    api_key_env: str | None = None,
    wait_for: str = "",
    inbound: Iterable[InboundDialect] = (),
    upstream_port: int | None = None,
    routes: str | Iterable[str] = (),
    modes: str | Iterable[str] = (),
    only: str | Iterable[str] = (),
    ignored: str | Iterable[str] = (),
    seed: int = 0,
    max_time: float | None = 60.0,
    max_examples: int | None = None,
    stop_after: int | None = None,
    shrink_time: float = 20.0,
    timeout: float = 6.0,
    concurrency: int = CONCURRENCY,
    database: str | Path | None = None,
    profile: str = "openai",
    baseline: str | Path | None = None,
    update_baseline: bool = False,
    out: str | Path | None = None,
    tools: str | Path | None = None,
    announce: Callable[[str], None] | None = None,
    tell: Callable[[Hunt], None] = _unheard,
) -> Outcome:
    """Play generated conversations through a gateway, and make what it gets wrong as small as it gets.

    Args:
        target: A name ("builtin", "litellm"), or a target of one's own.
        base_url: What already runs there, in place of a target.
        model: What it is asked for, or several.
        headers: Fields it is sent, as `name: value`.
        api_key_env: The environment variable that holds its key.
        wait_for: A URL that answers with success when it is ready.
        inbound: What it is asked in; by default both dialects of clients.
        upstream_port: Where our upstream listens for it.
        routes: Patterns of the ways through it, such as "chat over *"; of none, all.
        modes: "stream", "whole", or both.
        only: Patterns of the rules that count; of none, all.
        ignored: Patterns of rules that do not.
        seed: The same seed asks the same, in the same order.
        max_time: The longest, in seconds, shrinking included; None is no limit.
        max_examples: The most conversations, those for shrinking not counted.
        stop_after: Stop when so many findings are there.
        shrink_time: For one finding, in seconds.
        timeout: For one session, in seconds.
        concurrency: Sessions at a time.
        database: A folder: what is found is kept there, and played first the next time.
        profile: What answers are judged by.
        baseline: Findings that are known and accepted.
        update_baseline: Write what is found to it.
        out: The folder in which each finding gets a folder; None keeps none.
        tools: Where targets are installed.
        announce: Told what the user has to know.
        tell: Told how far it is.

    Returns:
        What came of it; `exit_code` is that of the command.

    Raises:
        UsageError: Something cannot be meant; UnknownName: there is no such target, route, mode or rule.
        TargetError: The target cannot be started, or has an upstream of its own.
        InputError: The baseline is not there, or the database holds something else.
    """
    if update_baseline and baseline is None:
        raise UsageError("--update-baseline needs --baseline FILE")
    if max_time is None and max_examples is None and stop_after is None:
        raise UsageError(
            "nothing ends this: give a time, a number of conversations, or of findings", where="--max-time"
        )
    numbers(1, max_examples=max_examples, stop_after=stop_after, concurrency=concurrency)
    numbers(0, max_time=max_time, shrink_time=shrink_time, timeout=timeout, seed=seed)
    known_rules(_several(only), "--rule")
    known_rules(_several(ignored), "--ignore")
    known_modes(_several(modes))
    given = Given(
        base_url=base_url,
        wait_for=wait_for,
        headers=tuple(headers),
        models=_several(model),
        api_key_env=api_key_env,
        inbound=tuple(inbound),
        upstream_port=upstream_port,
        seconds=min(WAITING, max_time) if max_time is not None else None,
        announce=announce or _silent,
    )
    profile_named(profile)
    known_routes(_several(routes), given)
    folder = Path(tools).expanduser().absolute() if tools is not None else TOOLS.expanduser().absolute()
    if base_url is not None and upstream_port is None:
        raise UsageError(
            "a gateway at --base-url has to ask our upstream, or nothing can be said to it",
            where="--base-url",
            hint="--upstream-port PORT says where our upstream listens; point the gateway there",
        )
    chosen = _target(target, given, folder)
    accepting = None
    if baseline is not None:
        opened = open_baseline(baseline, new=update_baseline, also=(HUNG, CRASHED))
        accepting = Accepting(opened, chosen.name)
    store = Database(Path(database)) if database is not None else None
    kept = store.kept(chosen.name) if store is not None else []
    terms = Terms(
        seed=seed,
        seconds=max_time,
        examples=max_examples,
        enough=stop_after,
        shrink_seconds=shrink_time,
        only=_several(only),
        ignored=_several(ignored),
        concurrency=concurrency,
    )
    secrets, hidden = secrets_of(given), hidden_headers(given)
    redactor = Redactor(values={**secret_values(), **secrets}, extra_headers=hidden)
    with (
        Interrupts() as interrupts,
        TemporaryDirectory(prefix="harness-fuzz-", ignore_cleanup_errors=True) as place,
    ):
        arena = Arena(
            target=chosen,
            tools=folder,
            folder=Path(place),
            listen=upstream_port or 0,
            profile=profile,
            seconds=timeout,
            concurrency=concurrency,
            secrets=secrets,
            hidden=hidden,
        )
        with arena:
            ways = arena.ways(_several(routes), _several(modes))
            hunt = Hunt(arena, ways, terms, accepting=accepting, tell=tell)
            still = _run(interrupts, hunt, playable(kept, ways))
            saving = Saving(
                folder=Path(out) if out is not None else None,
                target=chosen.name,
                redactor=redactor,
                hidden=hidden,
                profile=profile,
                gateway=base_url,
                port=upstream_port or None,
                over=accepting.over if accepting is not None else _never,
                smallest={one.key: one.conversation.digest() for one in kept if one.is_smallest},
            )
            unserved = arena.reached.unserved()
            all_found = [one for one in hunt.found.values() if one.way.route.inbound not in unserved]
            sure = [one for one in all_found if is_sure(one)]
            once = [one for one in all_found if not is_sure(one)]
            vain = arena.reached.vain()
            deaf = {one.route.name for one in ways if one.route.inbound in vain}
            # What is not asked there cannot be gone, and what was found there is no finding of a conversation.
            gone = [one for one in kept if still.get(one.key) is False and one.route not in deaf]
            if store is not None:
                for one in gone:
                    store.drop(one)
                store.keep_all(
                    chosen.name, [one for one in sure if one.key.route not in deaf], saving.is_smallest
                )
            told = _told(saving, sure)
            updated = None
            if accepting is not None and baseline is not None and update_baseline:
                updated = accepting.update(sure, Path(baseline)).in_words(str(baseline))
            return Outcome(
                target=chosen.name,
                version=arena.running.version,
                harness=__version__,
                seed=seed,
                seconds=round(hunt.seconds, 3),
                routes=tuple(dict.fromkeys(one.route.name for one in ways)),
                modes=tuple(dict.fromkeys(one.mode for one in ways)),
                conversations=hunt.examples,
                plays=arena.plays,
                rules=len(hunt.rules),
                findings=told,
                once=_told(replace(saving, folder=None), once),
                gone=tuple(
                    Gone(route=one.route, mode=one.mode, rule=one.rule, fingerprint=one.fingerprint)
                    for one in gone
                ),
                accepted=tuple(accepting.accepted.values()) if accepting is not None else (),
                unseen=accepting.unseen(ways, terms.only, terms.ignored) if accepting is not None else (),
                expired=accepting.expired() if accepting is not None and updated is None else (),
                updated=updated,
                stopped=hunt.stopped,
                troubles=tuple(f"{why} ({sketch.digest()})" for why, sketch in hunt.troubles.items()),
                died=hunt.died,
                interrupted=hunt.interrupted,
                vain=arena.reached.is_vain,
                earlier=_earlier(saving.folder, {one.id for one in told}),
                hints=_hints(arena, upstream_port),
            )


def _earlier(folder: Path | None, now: Collection[str]) -> tuple[str, ...]:
    """The folders of findings that this hunt has not written; they may be gone, or it may not have come to them."""
    if folder is None:
        return ()
    found = sorted(one.parent for one in folder.glob("*/finding.json"))
    return tuple(str(one) for one in found if one.name not in now)


def _hints(arena: Arena, port: int | None) -> tuple[str, ...]:
    vain, left = arena.reached.vain(), arena.reached.left()
    if not vain:
        return ()
    if all(arena.reached.statuses[one] <= {None} for one in vain):
        behind = f" ({arena.upstream})" if port is not None else ""
        silence = f"gave no answer to any request in {', '.join(vain)} within {arena.seconds:g} s (--timeout)"
        why = f"asked our upstream{behind} nothing: does it wait for another upstream?"
        return (f"{arena.target.name} {silence}, and {why}",)
    if port is None:
        return (f"{arena.target.name} asked our upstream nothing in {', '.join(vain)}",)
    where = f" Our upstream listened at {arena.upstream}." if not left else ""
    return (hint_of(arena.target.name, vain, left) + where,)


def _told(saving: Saving, found: Iterable[Found]) -> tuple[Told, ...]:
    return tuple(sorted(map(saving.saved, found), key=lambda one: (_ORDER.get(one.severity, 2), one.id)))


def _never(found: Found) -> None:
    del found


def _silent(text: str) -> None:
    del text


def _run(
    interrupts: Interrupts, hunt: Hunt, known: Sequence[tuple[Way, Sketch, Key]]
) -> Mapping[Key, bool | None]:
    try:
        return interrupts.run(hunt.run(known))
    except KeyboardInterrupt:
        hunt.stopped, hunt.interrupted = "the hunt was interrupted", True
        return {}


def _several(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _target(given: str | Target, about: Given, tools: Path) -> Target:
    if isinstance(given, str):
        names = () if about.base_url is not None else (given,)
        found = chosen_targets(names, about, tools)
        if len(found) != 1:
            raise UsageError(
                "one gateway is fuzzed at a time", where="--target", found=f"{len(found)} are meant"
            )
        return found[0]
    return given
