"""What tests of the plugin share: a project of a user's, run by pytest, and its output without what changes."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpcore  # noqa: F401 - a run of pytest in this process forgets what it has imported, and httpx, which loads
import httpcore2  # noqa: F401 - these late, would not know the errors of those that were imported anew
import yaml  # noqa: F401 - libyaml does not bear to be loaded anew

import harness
import harness.testing.cassettes  # likewise, to be quick
from harness.testing.clients import clients_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import pytest

    from harness.testing.clients import ClientsOnTape

STREAM = b"".join(b'data: {"n": %d}\n\n' % number for number in range(3)) + b"data: [DONE]\n\n"
"""What the upstream of `asking` answers."""

GONE = "http://127.0.0.1:9/v1/chat/completions"
"""Where nobody listens; a recording is found all the same, as hosts do not count."""


@contextmanager
def on_cassette(path: Path, **options: Any) -> Iterator[ClientsOnTape]:
    """Clients on a cassette."""
    with harness.cassette(path) as tape, clients_on(tape, **options) as made:
        yield made


def asking(url: str) -> str:
    """The beginning of a user's test module: `ask(text)` makes a client of its own and gives back what it read."""
    return f"""
import httpx, httpx2, pytest

URL = "{url}/v1/chat/completions"

def ask(text="hello", module=httpx):
    with module.Client() as client, client.stream("POST", URL, json={{"text": text}}) as answer:
        return answer.status_code, answer.read()
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Run pytest in the folder of a test, in this process, as a user would."""
    return pytester.runpytest_inprocess(
        "-p", "no:cacheprovider", "-p", "no:randomly", "-W", "always", *arguments
    )


def told(result: pytest.RunResult, *, errors: bool = False) -> str:
    """What a run says, from its failures on (with `errors`, what stands on stderr), without times, paths and ports."""
    lines = result.errlines if errors else list(_from_failures(result.outlines))
    text = "\n".join(line.rstrip() for line in lines)
    text = re.sub(r" in \d+\.\d+s(?: \([\d:]+\))?", "", text)
    text = re.sub(r"127\.0\.0\.1:\d{2,5}", "127.0.0.1:PORT", text)
    text = re.sub(r"(?:/[\w.~-]+)+/(?=test_\w+0/)", "DIR/", text)
    text = re.sub(r"\[gw\d\] .*\n", "", text)
    return re.sub(r"={3,} (.*?) ={3,}", r"=== \1 ===", text)


def _from_failures(lines: Iterable[str]) -> Iterator[str]:
    """Without the short summary, which pytest cuts to the width of a terminal, and what is told of all cassettes."""
    shown = False
    for line in lines:
        if line.startswith("==="):
            shown = not any(name in line for name in ("session starts", "short test summary", " cassettes "))
        if shown:
            yield line


def cassettes(pytester: pytest.Pytester) -> list[str]:
    """The recordings below a test's folder."""
    found = pytester.path.rglob("*.cassette.jsonl*")
    return sorted(one.relative_to(pytester.path).as_posix() for one in found)
