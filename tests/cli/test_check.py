"""`harness check`: outputs, exit codes, bad input, live servers."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette
from harness.io.files import write_cassette
from harness.rules.example import parse_example
from harness.rules.manual import page
from harness.rules.registry import rule
from tests.scripted import LAST_CHUNK, SSE_HEAD, ScriptedServer, http_chunk, reset

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

GOOD = parse_example("stream: responses/text").exchange
BROKEN = parse_example("stream: responses/text\ninsert after 4: {").exchange
assert GOOD.response is not None
assert BROKEN.response is not None
GOOD_BODY, BROKEN_BODY = GOOD.response.body(), BROKEN.response.body()
KEY = "invented-live-key-0123456789"


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    """A folder with two recordings, one of them broken."""
    folder = tmp_path / "tapes"
    folder.mkdir()
    write_cassette(Cassette({"timing": "wire"}, (GOOD,)), folder / "good.cassette.jsonl")
    (folder / "bad.sse").write_bytes(BROKEN_BODY)
    (folder / "package.json").write_text("{}")
    return folder


def _answer(connection: socket.socket, request: bytes) -> None:
    if b"/cut/" in request:
        connection.sendall(SSE_HEAD + http_chunk(GOOD_BODY[:700]))
        reset(connection)
    elif b"/echo/" in request:
        head = b"HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        body = b'{"error":{"message":"bad key %s","type":7,"param":null,"code":null}}' % KEY.encode()
        connection.sendall(head % len(body) + body)
    elif (
        KEY.encode() in request
        and b'"input":"Name two colours."' in request
        and b"x-extra: 1" in request.lower()
    ):
        connection.sendall(SSE_HEAD + http_chunk(GOOD_BODY) + LAST_CHUNK)
    else:
        connection.sendall(SSE_HEAD + http_chunk(BROKEN_BODY) + LAST_CHUNK)


@pytest.fixture
def server() -> Iterator[str]:
    """A Responses server that wants the key, a field and the request."""
    with ScriptedServer(_answer) as scripted:
        yield scripted.url


@pytest.mark.usefixtures("tapes")
class TestOutput:
    """What goes to stdout and stderr."""

    def test_text(self, harness: Run, snapshot: SnapshotAssertion) -> None:
        """One paragraph a finding, and the counts."""
        outcome = harness("check", "tapes", "--rule", "SSE-JSON-001")
        assert outcome == snapshot

    @pytest.mark.parametrize("form", ["json", "ndjson", "github"])
    def test_machine_formats_go_to_stdout_alone(self, harness: Run, form: str) -> None:
        """What is told to people goes to stderr."""
        outcome = harness("check", "tapes", "--format", form, "--rule", "SSE-JSON-001")
        assert outcome.code == 1
        assert outcome.err == "passed over 1 file without a recording\n"
        if form == "json":
            assert [one["status"] for one in json.loads(outcome.out)["inputs"]] == ["failed", "passed"]

    def test_several_processes_write_the_same(self, harness: Run) -> None:
        """In the same order."""
        assert harness("check", "tapes", "--jobs", "2") == harness("check", "tapes")

    def test_a_clean_check_says_its_counts(self, harness: Run) -> None:
        """And exits with 0."""
        outcome = harness("check", "tapes/good.cassette.jsonl")
        assert (outcome.code, outcome.err) == (0, "")
        assert outcome.out.splitlines()[0] == "1 exchange: 1 passed, 0 failed, 0 not exercised"

    def test_standard_input_is_read(self, harness: Run) -> None:
        """A body of any kind, or a recording."""
        assert harness("check", "-", stdin=GOOD_BODY).code == 0
        outcome = harness("check", "-", "--format", "ndjson", stdin=BROKEN_BODY)
        assert outcome.code == 1
        assert json.loads(outcome.out.splitlines()[0])["source"] == "(standard input)"

    def test_strict_makes_warnings_fail(self, harness: Run, tmp_path: Path) -> None:
        """Without it they are shown."""
        (tmp_path / "w.sse").write_bytes(b"\xef\xbb\xbf" + GOOD_BODY)
        lax, strict = harness("check", "w.sse"), harness("check", "w.sse", "--strict")
        assert (lax.code, strict.code) == (0, 1)
        assert "SSE-BOM-001 byte-order-mark  (warning)" in lax.out


class TestBadInput:
    """One clear error, the documented exit code, no traceback."""

    @pytest.mark.parametrize(
        ("arguments", "code", "message"),
        [
            (["none.sse"], 4, "unreadable-input: there is no such file"),
            (["binary.sse"], 4, "unreadable-input: this body is of no dialect that is known"),
            (["binary"], 4, "foreign-format: the input is in no format that can be read"),
            (["empty.sse"], 4, "foreign-format: the input is empty"),
            (["blank.sse"], 4, "foreign-format: the input is empty"),
            (["page.html"], 4, "foreign-format: the input is a web page"),
            (["good.sse", "--dialect", "chat"], 4, "unreadable-input: this speaks responses, not chat"),
            (["good.sse", "--dialect", "chatt"], 2, "usage: 'chatt' is not one of"),
            (["good.sse", "--rule", "SSE-JSN-001"], 2, "unknown-name: there is no rule 'SSE-JSN-001'"),
            (["good.sse", "--profile", "opnai"], 2, "unknown-name: there is no profile 'opnai'"),
            (["good.sse", "--ruleset", "1999-01-01"], 2, "unknown-name: there is no ruleset '1999-01-01'"),
            (["good.sse", "--format", "jsn"], 2, "unknown-name: there is no format 'jsn'"),
            (["good.sse", "--jobs", "0"], 2, "usage: 0 is no whole number of 1 or more"),
            (["good.sse", "--baseline", "none.toml"], 2, "usage: there is no such baseline"),
            (
                ["good.sse", "--baseline", "empty.sse", "--update-baseline", "--strct"],
                2,
                "usage: there is no option",
            ),
            (["good.sse", "--baseline", "bad.toml"], 2, "usage: the baseline is not TOML"),
            (["good.sse", "--baseline", "binary"], 2, "usage: the baseline is not UTF-8 text"),
            (["good.sse", "--update-baseline"], 2, "usage: --update-baseline needs --baseline FILE"),
            (["good.sse", "--request", "none.json"], 3, "file-access: cannot read this file"),
            (["good.sse", "--upstream", "none.sse"], 3, "file-access: cannot read this file"),
            (["nothing"], 4, "unreadable-input: there is no recording here"),
            (["*.cassette.jsonl"], 4, "unreadable-input: there is no recording here"),
            (["-", "-"], 2, "usage: standard input can be read once"),
            (["http://127.0.0.1:9/v1/responses"], 3, "upstream-unreachable: no connection"),
            (["http://"], 2, "usage: 'http://' is no upstream"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, list) else None,
    )
    def test_each_is_told_apart(
        self, harness: Run, tmp_path: Path, arguments: list[str], code: int, message: str
    ) -> None:
        """And nothing that looks like a verdict is written for it."""
        (tmp_path / "good.sse").write_bytes(GOOD_BODY)
        (tmp_path / "binary.sse").write_bytes(bytes(range(256)) * 20)
        (tmp_path / "binary").write_bytes(bytes(range(255, -1, -1)) * 20)
        (tmp_path / "empty.sse").write_bytes(b"")
        (tmp_path / "blank.sse").write_bytes(b"\n\n\n")
        (tmp_path / "page.html").write_bytes(b"<!doctype html><title>Sign in</title>")
        (tmp_path / "bad.toml").write_bytes(b"[[expected]\n")
        (tmp_path / "nothing").mkdir()
        outcome = harness("check", *arguments)
        assert outcome.code == code, outcome
        assert outcome.err.startswith(message)
        assert "Traceback" not in outcome.err
        assert "passed, 1" not in outcome.out

    @pytest.mark.usefixtures("tapes")
    def test_the_highest_code_wins_and_the_rest_is_judged(self, harness: Run) -> None:
        """A file that is not there hides no finding."""
        outcome = harness(
            "check", "none.sse", "tapes", "http://127.0.0.1:9/v1/responses", "--rule", "SSE-JSON-001"
        )
        assert outcome.code == 4
        assert "SSE-JSON-001 not-json  (error)" in outcome.out
        assert "4 exchanges: 1 passed, 1 failed, 0 not exercised, 2 unreadable" in outcome.out

    def test_nothing_to_judge_is_no_pass(self, harness: Run, tmp_path: Path) -> None:
        """A recording of other traffic only."""
        har = {
            "log": {
                "entries": [
                    {
                        "request": {"method": "GET", "url": "https://api.example.com/v1/models"},
                        "response": {"status": 200, "content": {"text": "{}"}},
                    }
                ]
            }
        }
        (tmp_path / "models.har").write_text(json.dumps(har))
        outcome = harness("check", "models.har")
        assert outcome.code == 4
        assert "models.har  not exercised: no dialect fits GET /v1/models" in outcome.out
        assert "nothing could be judged: that is no pass" in outcome.out


@pytest.mark.usefixtures("tapes")
class TestBaseline:
    """Findings that are known."""

    def test_it_is_written_accepted_and_told_stale(self, harness: Run, tapes: Path, tmp_path: Path) -> None:
        """The whole life of an entry."""
        options = ("check", "tapes", "--baseline", "known.toml")
        written = harness(*options, "--update-baseline")
        assert written.code == 0
        assert "known.toml: 1 entry, 1 new" in written.err
        text = (tmp_path / "known.toml").read_text()
        assert 'rule = "SSE-JSON-001"\nsource = "tapes/bad.sse"\nsubject = ' in text
        (tmp_path / "known.toml").write_text(text.replace('reason = ""', 'reason = "the gateway is old"'))

        accepted = harness(*options)
        assert accepted.code == 0
        assert "2 exchanges: 1 passed, 0 failed, 1 expected, 0 not exercised" in accepted.out

        (tapes / "bad.sse").write_bytes(GOOD_BODY)
        stale = harness(*options)
        assert stale.code == 1
        assert "stale baseline entry SSE-JSON-001" in stale.out
        assert "for tapes/bad.sse: nothing like it was found" in stale.out

        assert harness(*options, "--update-baseline").code == 0
        assert "[[expected]]" not in (tmp_path / "known.toml").read_text()

    def test_reasons_are_kept_when_it_is_written_anew(self, harness: Run, tmp_path: Path) -> None:
        """And an unchanged baseline is the same file."""
        options = ("check", "tapes", "--baseline", "known.toml", "--update-baseline")
        harness(*options)
        path = tmp_path / "known.toml"
        path.write_text(path.read_text().replace('reason = ""', 'reason = "old"'))
        before = path.read_text()
        assert "known.toml: 1 entry, 0 new" in harness(*options).err
        assert path.read_text() == before


class TestUpstream:
    """Both halves of a translation."""

    @pytest.fixture
    def halves(self, tmp_path: Path) -> None:
        """What a gateway made of its upstream's answer, with text lost, as two recordings."""
        example = page(rule("XLAT-TEXT-001")).violates[0]
        assert example.upstream is not None
        write_cassette(Cassette({"timing": "wire"}, (example.exchange,)), tmp_path / "down.cassette.jsonl")
        write_cassette(
            Cassette({"timing": "wire"}, (example.upstream.exchange,)), tmp_path / "up.cassette.jsonl"
        )

    @pytest.mark.usefixtures("halves")
    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_the_halves_are_compared_and_blame_is_assigned(self, harness: Run, jobs: str) -> None:
        """The gateway lost it; without the upstream half nobody can know."""
        options = ("check", "down.cassette.jsonl", "--format", "json", "--jobs", jobs)
        both = json.loads(harness(*options, "--upstream", "up.cassette.jsonl").out)["inputs"][0]
        alone = json.loads(harness(*options).out)["inputs"][0]

        found = {one["rule"]: one["origin"] for one in both["findings"]}
        assert found["XLAT-TEXT-001"] == "gateway"
        silent = next(one for one in alone["outcomes"] if one["rule"] == "XLAT-TEXT-001")
        assert (silent["status"], silent["missing"]) == ("not_exercised", "upstream")


class TestLive:
    """A server is asked, and its answer judged."""

    @pytest.fixture
    def arguments(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The request, the key and a field."""
        (tmp_path / "request.json").write_text(
            '{"model":"gpt-5.2","stream":true,"input":"Name two colours."}'
        )
        monkeypatch.setenv("LIVE_KEY", KEY)
        return ["--request", "request.json", "--api-key-env", "LIVE_KEY", "--header", "X-Extra: 1"]

    def test_what_is_asked_for_is_sent_and_the_answer_judged(
        self, harness: Run, server: str, arguments: list[str]
    ) -> None:
        """Request, head, times and ending are known."""
        outcome = harness("check", f"{server}/v1/responses", *arguments, "--format", "json")
        (verdict,) = json.loads(outcome.out)["inputs"]
        assert outcome.code == 0, outcome
        assert verdict["dialect"] == "responses"
        assert verdict["source"] == f"{server}/v1/responses"
        assert harness("check", f"{server}/v1/responses").code == 1

    def test_the_key_is_never_printed(self, harness: Run, server: str, arguments: list[str]) -> None:
        """Not even where the server quotes it, or where it stands in the URL."""
        url = f"{server}/echo/v1/responses?key={KEY}"
        for form in ("text", "json"):
            outcome = harness("check", url, *arguments, "--format", form)
            assert KEY not in outcome.out + outcome.err

    def test_a_connection_that_breaks_is_judged_as_far_as_it_came(
        self, harness: Run, server: str, arguments: list[str]
    ) -> None:
        """That is a finding against the server."""
        outcome = harness("check", f"{server}/cut/v1/responses", *arguments)
        assert outcome.code == 1, outcome
        assert "(error)" in outcome.out

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            (
                ["--api-key-env", "NOT_SET_AT_ALL"],
                "usage: the environment variable NOT_SET_AT_ALL is not set",
            ),
            (["--header", "no colon"], "usage: this is no header field"),
        ],
    )
    def test_what_cannot_be_sent_is_an_error_of_usage(
        self, harness: Run, server: str, more: list[str], message: str
    ) -> None:
        """Nothing was asked."""
        outcome = harness("check", f"{server}/v1/responses", *more)
        assert outcome.code == 2
        assert outcome.err.startswith(message)


def test_a_large_stream_can_be_piped_in(tmp_path: Path) -> None:
    """Standard input is not held: memory grows with the text of the answer, which is less than a third of it."""
    program = (
        "import sys, tracemalloc\n"
        "from harness.cli import run\n"
        "tracemalloc.start()\n"
        "code = run(['check', '-', '--rule', 'SSE-JSON-001'])\n"
        "print(code, tracemalloc.get_traced_memory()[1], file=sys.stderr)\n"
    )
    *head, event = GOOD_BODY.split(b"\n\n")[:5]
    sizes, peaks = [], []
    for count in (1_000, 30_000):
        body = b"\n\n".join(head) + (b"\n\n" + event) * count + b"\n\n"
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program], input=body, capture_output=True, check=True, cwd=tmp_path
        )
        code, peak = done.stderr.split()[-2:]
        assert code == b"0", done.stderr
        sizes.append(len(body))
        peaks.append(int(peak))
    assert (peaks[1] - peaks[0]) * 3 < sizes[1] - sizes[0]
