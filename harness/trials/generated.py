"""Trials that nobody has written: legal streams as `harness.generate` makes them up, with what they amount to."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from harness.errors import UsageError
from harness.trials.drawing import FILTER, LENGTH
from harness.trials.encoding import streamed
from harness.trials.material import FUNCTIONS
from harness.trials.trial import Expected, Trial

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.generate.stream import GeneratedStream
    from harness.trials.trial import Answer, TrialDialect


def generated_trials(count: int, seed: int, dialects: Iterable[TrialDialect] = ()) -> tuple[Trial, ...]:
    """As many trials of each dialect; the same seed gives the same with the same hypothesis.

    Where the harness, or another module that is loaded, is run from a checkout, hypothesis takes constants from its
    source, too: there the same modules have to be loaded.

    Args:
        count: How many of each.
        seed: Which ones.
        dialects: Of none, both.

    Raises:
        UsageError: hypothesis is not installed.
    """
    wanted = set(dialects)
    spoken: tuple[TrialDialect, ...] = ("chat", "responses")
    return tuple(
        _trial(dialect, number, one)
        for dialect in spoken
        if not wanted or dialect in wanted
        for number, one in enumerate(_drawn(dialect, count, seed))
    )


def _drawn(dialect: TrialDialect, count: int, seed: int) -> list[GeneratedStream]:
    try:
        import hypothesis  # noqa: PLC0415 - an optional package
    except ImportError as error:
        raise UsageError(
            "generated streams need hypothesis, which is not installed",
            where="--max-examples",
            hint="pip install 'llm-stream-harness[fuzz]', or pip install '.[fuzz]' in a checkout",
        ) from error
    streams: list[GeneratedStream] = []

    @hypothesis.seed(seed)
    @hypothesis.settings(
        max_examples=2 * count,  # some come twice
        database=None,
        deadline=None,
        phases=(hypothesis.Phase.generate,),
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(_strategy(dialect))
    def collect(one: GeneratedStream) -> None:
        streams.append(one)

    collect()
    return list({one.body: one for one in streams}.values())[:count]


def _strategy(dialect: TrialDialect) -> Any:
    """Streams that answer what a client asks here, with the functions that it offers."""
    from harness.generate import chat_streams, responses_streams  # noqa: PLC0415 - imports hypothesis

    tools = tuple(FUNCTIONS)
    if dialect == "responses":
        return responses_streams(tools=tools, custom_tools=(), server_tools=False, logprobs=False)
    return chat_streams(
        tools=tools, custom_tools=(), max_choices=1, usage=True, logprobs=False, audio=False, legacy=False
    )


def _trial(dialect: TrialDialect, number: int, one: GeneratedStream) -> Trial:
    meant = one.answers[0]
    own_errors = [*LENGTH, *FILTER] if meant.finish in {"length", "content_filter", "incomplete"} else []
    own_errors += [meant.refusal, "refused to"] if meant.refusal else []
    return Trial(
        name=f"{dialect}-generated-{number:04d}",
        title="a generated stream",
        chapter="generated",
        dialect=dialect,
        serves=f"{len(one.events)} events that were made up; `--list` with the same seed shows them.",
        legal="harness.generate: it breaks no rule",
        # OpenAI refuses where it was asked for structured output, which it is not here; see the catalogue.
        ground="disputed" if meant.refusal or calls_overlap(one) else "standard",
        expects=Expected(
            text=meant.text,
            calls=tuple((call.name, call.arguments) for call in meant.calls),
            finish=None,
            error="" if one.failed else None,
            or_error=tuple(own_errors),
            refusal=meant.refusal,
        ),
        answers=partial(_answers, one),
    )


def calls_overlap(one: GeneratedStream) -> bool:
    """Whether two calls of a response are open at once, as no server is known to have it."""
    is_open = False
    for event in one.payloads:
        if event.get("item", {}).get("type") == "function_call":
            begins = event["type"] == "response.output_item.added"
            if begins and is_open:
                return True
            is_open = begins
    return False


def _answers(one: GeneratedStream) -> tuple[Answer, ...]:
    return streamed(one.events)
