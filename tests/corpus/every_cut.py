"""Every stream of the corpus, ended after every one of its events: the engine may be blamed for nothing in any of them.

`python -m tests.corpus.every_cut` runs all of it, 113,000 ends to two clients each, in ten minutes of two processors
(test_engine_cuts.py tries each way of ending once). Dialects of upstreams that are named are the only ones;
`--broken` breaks the connection there, where otherwise the body ends. Lines on stdout are complaints (of those that are
excused the first of each kind), and then counts; it exits with 1 where the engine is blamed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from harness.cassettes.exchange import Ending, How
from harness.findings import Severity
from harness.translation.engine import INBOUND, UPSTREAM
from tests.corpus.truncating import ends_too_well, events_of
from tests.corpus.upstream_answers import streams
from tests.judging import judged
from tests.translating import client_request, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.corpus.upstream_answers import Answer
    from tests.translating import Translated

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PROCESSES = 2
BROKEN = Ending(How.SERVER_CUT, 0, "RemoteProtocolError", "peer closed connection")
SUCCESS = "a success"
"""What stands for a rule, where the client is told of a success that upstream's answer is not."""


class Complaint(NamedTuple):
    """What is wrong with one translation of one cut stream.

    Args:
        name: The stream.
        dialect: What it speaks.
        target: What the client speaks.
        event: After how many events it was cut.
        rule: What is broken.
        severity: How badly.
        excused: Why nobody minds: it is a remark; empty where it is an error or a warning.
        message: The rest.
    """

    name: str
    dialect: str
    target: str
    event: int
    rule: str
    severity: str
    excused: str
    message: str

    def __str__(self) -> str:
        excused = f" ({self.excused})" if self.excused else ""
        place = f"{self.name} to {self.target} after {self.event} events"
        return f"{place}: {self.severity} {self.rule}{excused}: {self.message}"


class Outcome(NamedTuple):
    """What became of one stream.

    Args:
        translations: How many were made.
        complaints: What is wrong with them.
    """

    translations: int
    complaints: list[Complaint]


def outcome(answer: Answer, *, broken: bool) -> Outcome:
    """Cut one stream before its first event and after every one, for both clients."""
    requests = {target: client_request(answer.exchange, answer.dialect, target) for target in INBOUND}
    found: list[Complaint] = []
    stops = [0, *(stop for stop, _ in events_of(answer.body))]
    for event, stop in enumerate(stops):
        upstream = answer.cut(stop)
        upstream = replace(upstream, ending=BROKEN) if broken else upstream
        check = judged(upstream, answer.dialect)
        for target in INBOUND:
            result = run(upstream, answer.dialect, target, request=requests[target], check=check)
            found += [Complaint(answer.name, answer.dialect, target, event, *rest) for rest in amiss(result)]
    return Outcome(len(stops) * len(INBOUND), found)


def amiss(result: Translated) -> Iterator[tuple[str, str, str, str]]:
    """The rule, severity, excuse and message of everything that is not upstream's own."""
    for one in result.told_of:
        excused = "remark" if one.severity is Severity.INFO else ""
        yield one.rule, one.severity.value, excused, f"{one.message} {one.where}"
    if told := ends_too_well(result):
        yield SUCCESS, Severity.ERROR.value, "", told


def main() -> int:
    """Run it, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dialects", nargs="*", choices=[[], *UPSTREAM], help="upstreams; default: all")
    parser.add_argument("--broken", action="store_true", help="the connection breaks where the stream is cut")
    options = parser.parse_args()
    answers = sorted(streams(CORPUS, *options.dialects), key=lambda one: len(one.body), reverse=True)
    translations, counts = Counter[str](), Counter[tuple[str, ...]]()
    with ProcessPoolExecutor(PROCESSES) as pool:
        running = {pool.submit(outcome, one, broken=options.broken): one for one in answers}
        for done, future in enumerate(as_completed(running), 1):
            result = future.result()
            translations[running[future].dialect] += result.translations
            for one in result.complaints:
                kind = one.excused or "blamed", one.severity, one.rule, one.dialect, one.target
                counts[kind] += 1
                if not one.excused or counts[kind] == 1:
                    sys.stdout.write(f"{one}\n")
                    sys.stdout.flush()
            if done % 50 == 0:
                sys.stderr.write(f"{done} of {len(answers)} streams, {translations.total()} translations\n")
    for dialect, count in sorted(translations.items()):
        sys.stdout.write(f"{dialect}: {count} translations\n")
    for (excused, severity, rule, dialect, target), count in sorted(counts.items()):
        sys.stdout.write(f"{excused}: {severity} {rule}, {dialect} to {target}: {count} times\n")
    return 1 if any(excused == "blamed" for excused, *_ in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
