"""The test of a finding: it plays what upstream said behind the gateway, asks the same again, and judges both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from harness.fuzzing.arena import CRASHED, HUNG
from harness.sandwich.behaviours_rules import CROSSED, FOLD, HELD, LEFT, REPEAT, SHARED

if TYPE_CHECKING:
    from harness.fuzzing.outcome import Told
    from harness.sandwich.session import Played

_TEST: Final = '''"""{title}

Start the gateway with its upstream at http://127.0.0.1:{port} (or set UPSTREAM_PORT), and say where it is:

    GATEWAY_URL={gateway} pytest {name}
"""

import os
from pathlib import Path

import harness
import httpx
import pytest

HERE = Path(__file__).parent
UPSTREAM_PORT = int(os.environ.get("UPSTREAM_PORT", "{port}"))
GATEWAY_URL = os.environ.get("GATEWAY_URL", "{gateway}")
GATEWAY_KEY = os.environ.get("GATEWAY_KEY", "none")
ANY = harness.MatchPolicy(body="ignore", repeats="last")


def test_{function}(tmp_path):
    """{rule} is kept."""
    try:
        httpx.get(GATEWAY_URL, trust_env=False)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        pytest.fail(f"the gateway is not reached at {{GATEWAY_URL}} (GATEWAY_URL says where): {{error}}", pytrace=False)
    except httpx.HTTPError:
        pass  # it is there, and does not know this path
    asked, said = tmp_path / "client.cassette.jsonl", tmp_path / "upstream.cassette.jsonl"
    requests = [one.request for one in harness.read_cassette(HERE / "client.cassette.jsonl").exchanges]
    with (
        harness.replay_server(HERE / "upstream.cassette.jsonl", match=ANY) as upstream,
        # Between the two stands a recorder, so that what the gateway asks is judged, too.
        harness.record_server(upstream.url, said, port=UPSTREAM_PORT),
        harness.record_server(GATEWAY_URL, asked) as gateway,
    ):
        for request in requests:
            url = gateway.base_url + request.url.partition("{path}")[2]
            httpx.post(
                url,
                content=request.body,
                headers={{"content-type": "application/json", "authorization": f"Bearer {{GATEWAY_KEY}}"}},
                timeout={seconds},
                trust_env=False,
            )
{judged}'''

_JUDGED: Final = """\
{asked}    # Of this rule alone: other defects of the gateway, told in tests of their own, do not hide that it is kept.
    report = harness.check(asked, upstream=said, profile="{profile}", rules=["{rule}"], strict=True)
    assert report.ok, str(report)
"""
_ASKED: Final = """\
    if not said.is_file() or not harness.read_cassette(said).exchanges:
        pytest.fail(f"the gateway asked nothing of its upstream at port {UPSTREAM_PORT}", pytrace=False)
"""
_ENDED: Final = """\
    for one in harness.read_cassette(asked).exchanges:
        assert one.ending.how == "complete", "the answer did not come to its end"
        assert one.response is not None, "no answer came"
        assert one.response.status != 500, "a legal request was answered with 500"
"""
_SEVERAL: Final = frozenset({FOLD, REPEAT, HELD, LEFT, CROSSED, SHARED})
"""Rules on several sessions, or on when a piece comes: one session that is played once does not show them."""


def snippet(
    told: Told,
    played: Played,
    *,
    profile: str = "openai",
    gateway: str | None = None,
    port: int | None = None,
) -> str | None:
    """A whole test module; None where no test of one session shows the finding.

    Args:
        told: The finding.
        played: What it was seen in.
        profile: What was judged by.
        gateway: Where the gateway is found; None where it was started for the hunt.
        port: Where it looks for its upstream; None likewise.
    """
    if told.rule in _SEVERAL:
        return None
    # What breaks a rule without asking upstream is judged by its answer.
    asked = _ASKED if played.upstream else ""
    judged = (
        _ENDED
        if told.rule in {HUNG, CRASHED}
        else _JUDGED.format(profile=profile, rule=told.rule, asked=asked)
    )
    path = urlsplit(played.route.base_url).path.rstrip("/")
    return _TEST.format(
        title=_line(told.message),
        name=module_of(told.id),
        gateway=gateway or "http://127.0.0.1:4000/v1",
        port=port or 9000,
        function=told.id.replace("-", "_"),
        rule=told.rule,
        path=path or "/v1",
        seconds=20,
        judged=judged,
    )


def module_of(finding: str) -> str:
    """The name of a finding's test module: its own, so that the tests of several can run together."""
    return f"test_{finding.replace('-', '_')}.py"


def _line(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace('"""', "'''").split()).rstrip('"')
