"""The verb behind `harness.conform`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.checking.profiles import profile as profile_named
from harness.checking.rulesets import ruleset as ruleset_of
from harness.conforming.choosing import chosen_scenarios
from harness.conforming.files import keeps_earlier, write_report, write_result
from harness.conforming.recorded import scenarios_of
from harness.conforming.targeting import Given, chosen_targets, hidden_headers, secrets_of
from harness.conforming.whole import run_all
from harness.conforming.wishes import CONCURRENCY, TOOLS, Wishes
from harness.jobs.accepting import open_baseline

if TYPE_CHECKING:
    from harness.results.result import Result
    from harness.targets.target import Target
    from harness.translation.engine import InboundDialect


def conform(
    target: str | Target | Iterable[str | Target] = (),
    *,
    base_url: str | None = None,
    model: str | Iterable[str] = (),
    headers: Iterable[str] = (),
    api_key_env: str | None = None,
    wait_for: str = "",
    inbound: Iterable[InboundDialect] = (),
    upstream_port: int | None = None,
    scenarios: str | Iterable[str] = (),
    cassette: str | Path | None = None,
    profile: str = "openai",
    ruleset: str | None = None,
    baseline: str | Path | None = None,
    concurrency: int = CONCURRENCY,
    timeout: float | None = None,
    budget: float | None = None,
    requests: int | None = None,
    seed: int = 0,
    out: str | Path | None = None,
    tools: str | Path | None = None,
    announce: Callable[[str], None] | None = None,
) -> Result:
    """Put targets through scenarios, with our client before them and our upstream behind, and judge what they do.

    Args:
        target: Names ("builtin", "litellm"), or targets of one's own; of none, the built-in gateway.
        base_url: What already runs there, in place of a target.
        model: What it is asked for, or several; where it has just one, that need not be said.
        headers: Fields it is sent, as `name: value`.
        api_key_env: The environment variable that holds its key.
        wait_for: A URL that answers with success when it is ready.
        inbound: What it is asked in, "chat" or "responses"; of none, both.
        upstream_port: Where our upstream listens for it, on this machine; None where its upstream is its own, and only
            its answers are judged.
        scenarios: Names, patterns with `*`, or capabilities such as "tools"; of none, all.
        cassette: A recording that is played in place of scenarios.
        profile: Which rules hold and how bad a breach is, by name.
        ruleset: The date of a frozen ruleset; None takes the rules as they are.
        baseline: A file of findings that are known and accepted.
        concurrency: Sessions at a time.
        timeout: Seconds for one session; None leaves that to its scenario.
        budget: Seconds for each target; what is left then is not played.
        requests: The most requests that a target is sent.
        seed: Of the order in which is played; 0 plays as listed.
        out: A folder for the result, the recordings and the HTML; None keeps nothing of them.
        tools: Where targets are installed.
        announce: Told where our upstream listens, and what is waited for; None tells nobody.

    Returns:
        The result; its `ok` is what a test asserts. A target that does not start, or dies, is told in it.

    Raises:
        UsageError: Something that was given cannot be meant; a name that does not exist is among it.
        InputError: A recording or a baseline cannot be read.
        FileAccessError: The folder cannot be written.
    """
    profile_named(profile)
    if ruleset is not None:
        ruleset_of(ruleset)
    given = Given(
        base_url=base_url,
        wait_for=wait_for,
        headers=tuple(headers),
        models=_several(model),
        api_key_env=api_key_env,
        inbound=tuple(inbound),
        upstream_port=upstream_port,
        announce=announce or _unheard,
    )
    folder = (Path(tools) if tools is not None else TOOLS).expanduser().absolute()
    named = list(target) if isinstance(target, Iterable) and not isinstance(target, str) else [target]
    targets: list[Target] = []
    for one in named:
        targets += chosen_targets([one], given, folder) if isinstance(one, str) else [one]
    names = _several(scenarios)
    place = Path(out) if out is not None else None
    ran = run_all(
        targets or chosen_targets([], given, folder),
        Wishes(
            scenarios=scenarios_of(Path(cassette)) if cassette is not None else chosen_scenarios(names),
            names=names,
            profile=profile,
            ruleset=ruleset,
            concurrency=concurrency,
            seconds=timeout,
            budget=budget,
            requests=requests,
            seed=seed,
            secrets=secrets_of(given),
            hidden=hidden_headers(given),
            listen=upstream_port or 0,
        ),
        out=place,
        tools=folder,
        baseline=open_baseline(baseline) if baseline is not None else None,
        baseline_name=Path(baseline).name if baseline is not None else None,
    )
    if place is not None and not keeps_earlier(ran.result, place):
        write_result(ran.result, place)
        write_report(ran.result, place)
    for trouble in ran.troubles:
        raise trouble
    if ran.interrupted:
        raise KeyboardInterrupt
    return ran.result


def _unheard(text: str) -> None:
    del text


def _several(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)
