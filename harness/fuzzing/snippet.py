"""The test of a finding: it plays what upstream said behind the gateway, asks the same again, and judges both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from harness.cassettes.exchange import How
from harness.fuzzing.arena import CRASHED, HUNG
from harness.reporting.conform.wording import shown
from harness.sandwich.behaviours_rules import CROSSED, FOLD, HELD, LEFT, REPEAT, SHARED
from harness.sandwich.unended import end_ms

if TYPE_CHECKING:
    from harness.fuzzing.outcome import Told
    from harness.sandwich.session import Played

_TEST: Final = '''"""{title}

{upset}{setup}

    GATEWAY_URL={gateway} pytest {name}
"""

import os
{standard}from pathlib import Path
from time import monotonic

import harness
import httpx
import pytest

HERE = Path(__file__).parent
UPSTREAM_PORT = int(os.environ.get("UPSTREAM_PORT", "{port}"))
GATEWAY_URL = os.environ.get("GATEWAY_URL", "{gateway}")
GATEWAY_KEY = os.environ.get("GATEWAY_KEY", "none")
SECONDS = {seconds}
{upstream}

def ask(url, body, number):
    """Ask, and read the answer to its end; what comes, and how it ends, is recorded on the way."""
    headers = {{"content-type": "application/json", "authorization": f"Bearer {{GATEWAY_KEY}}"}}
    until, said = monotonic() + SECONDS, b""
    try:
        with httpx.stream(
            "POST", url, content=body, headers=headers, timeout=SECONDS, trust_env=False
        ) as answer:
            for piece in answer.iter_raw():
                said += piece
                if monotonic() > until:
                    raise httpx.ReadTimeout("more and more comes")
    except httpx.TimeoutException:
        pytest.fail(f"it hung: the answer to request {{number}} was not over after {{SECONDS}} s", pytrace=False)
    except httpx.HTTPError:
        pass  # it broke off, which is judged
    return said


def test_{function}(tmp_path):
    """{rule} is kept."""
    try:
        httpx.get(GATEWAY_URL, trust_env=False)
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        pytest.fail(f"the gateway is not reached at {{GATEWAY_URL}} (GATEWAY_URL says where): {{error}}", pytrace=False)
    except httpx.HTTPError:
        pass  # it is there, and does not know this path
    asked, said = tmp_path / "client.cassette.jsonl", tmp_path / "upstream.cassette.jsonl"
    exchanges = harness.read_cassette(HERE / "client.cassette.jsonl").exchanges
    with (
{behind}
        harness.record_server(GATEWAY_URL, asked) as gateway,
    ):
{asking}
{judged}'''

_SETUP: Final = """\
Start the gateway with its upstream at http://127.0.0.1:{port} (or set UPSTREAM_PORT), and say where it is:"""
_MATCH: Final = 'ANY = harness.MatchPolicy(body="ignore", repeats="last")\n'
_BEHIND: Final = """\
        harness.replay_server(HERE / "upstream.cassette.jsonl", match=ANY) as upstream,
        # Between the two stands a recorder, so that what the gateway asks is judged, too.
        harness.record_server(upstream.url, said, port=UPSTREAM_PORT),"""
_NOTHING_BEHIND: Final = """\
        # The gateway answered without asking its upstream, so nothing is played there; where it asks now, that is seen.
        harness.record_server("http://127.0.0.1:9", said, port=UPSTREAM_PORT),"""
_ASKING: Final = """\
        for number, one in enumerate(exchanges, 1):
            ask(gateway.base_url + one.request.url.partition("{path}")[2], one.request.body, number)"""
_ASKING_ON: Final = """\
        newer = {{}}  # the ids of responses that a request goes on from: of the recording, and of now
        for number, one in enumerate(exchanges, 1):
            body = one.request.body
            for before, now in newer.items():
                body = body.replace(before, now)
            came = ask(gateway.base_url + one.request.url.partition("{path}")[2], body, number)
            recorded = b"".join(chunk.data for chunk in one.response.chunks) if one.response else b""
            for before, now in zip(ID.findall(recorded)[:1], ID.findall(came)[:1], strict=False):
                newer[before] = now"""
_ID: Final = 'ID = re.compile(rb\'"id": ?"([^"]+)"\')\n'

_JUDGED: Final = """\
{asked}    # Of this rule alone: other defects of the gateway, told in tests of their own, do not hide that it is kept.
    report = harness.check(asked, {upstream}profile="{profile}", rules=["{rule}"], strict=True)
    if not report.ok:
        pytest.fail(str(report), pytrace=False)
"""
_ASKED: Final = """\
    if not said.is_file() or not harness.read_cassette(said).exchanges:
        pytest.fail(f"the gateway asked nothing of its upstream at port {UPSTREAM_PORT}", pytrace=False)
"""
_ASKS_NOW: Final = """\
    if said.is_file() and any(one.request.method == "POST" for one in harness.read_cassette(said).exchanges):
        return  # it asks its upstream now, and no longer answers by itself
"""
_ENDED: Final = """\
    for number, one in enumerate(harness.read_cassette(asked).exchanges, 1):
        if one.response is None:
            pytest.fail(f"no answer came to request {number}: {one.ending.exception}", pytrace=False)
        if one.ending.how != "complete":
            pytest.fail(f"the answer to request {number} did not come to its end", pytrace=False)
"""
_NOT_CRASHED: Final = """\
        if one.response.status == 500:
            pytest.fail("a legal request was answered with 500", pytrace=False)
"""
_PATIENCE: Final = 20
"""Seconds that an answer may take, but for what hung: that has as long as it had in the hunt."""
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
    port = port or 9000
    path = urlsplit(played.route.base_url).path.rstrip("/") or "/v1"
    goes_on = any(b'"previous_response_id"' in one.exchange.request.body for one in played.client[1:])
    return _TEST.format(
        title=_line(told.message),
        upset=f"What was done to upstream's stream: {_line(told.upset)}.\n\n" if told.upset else "",
        setup=_SETUP.format(port=port),
        name=module_of(told.id),
        gateway=gateway or "http://127.0.0.1:4000/v1",
        port=port,
        standard="import re\n" if goes_on else "",
        seconds=_patience(told, played),
        upstream=(_MATCH if played.upstream else "") + (_ID if goes_on else ""),
        function=told.id.replace("-", "_"),
        rule=told.rule,
        behind=_BEHIND if played.upstream else _NOTHING_BEHIND,
        asking=(_ASKING_ON if goes_on else _ASKING).format(path=path),
        judged=_judged(told, profile, is_asked=bool(played.upstream)),
    )


def _judged(told: Told, profile: str, *, is_asked: bool) -> str:
    """What is held against the answers; what breaks a rule without asking upstream is judged by its answer alone."""
    asked = _ASKED if is_asked else _ASKS_NOW
    if told.rule == HUNG:
        return _ENDED
    if told.rule == CRASHED:
        return asked + _ENDED + _NOT_CRASHED
    upstream = "upstream=said, " if is_asked else ""
    return _JUDGED.format(profile=profile, rule=told.rule, asked=asked, upstream=upstream)


def _patience(told: Told, played: Played) -> int:
    """Seconds for an answer. A gateway that hangs may end in the end, later than its client has patience for."""
    waited = [end_ms(one) - one.at_ms for one in played.client if one.exchange.ending.how is How.TIMEOUT]
    return max(1, round(max(waited) / 1e3)) if told.rule == HUNG and waited else _PATIENCE


def module_of(finding: str) -> str:
    """The name of a finding's test module: its own, so that the tests of several can run together."""
    return f"test_{finding.replace('-', '_')}.py"


def _line(text: str) -> str:
    return shown(" ".join(text.split())).replace("\\", "\\\\").replace('"""', "'''")
