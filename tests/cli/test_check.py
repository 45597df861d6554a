"""`harness check`: outputs, exit codes, bad input, live servers."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from harness.cassettes.exchange import Cassette
from harness.checking.profiles import profile_names
from harness.io.files import write_cassette
from harness.rules.example import parse_example
from harness.rules.manual import page
from harness.rules.registry import rule

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

    from tests.cli.conftest import Run

GOOD = parse_example("stream: responses/text").exchange
BROKEN = parse_example("stream: responses/text\ninsert after 4: {").exchange
assert GOOD.response is not None
assert BROKEN.response is not None
GOOD_BODY, BROKEN_BODY = GOOD.response.body(), BROKEN.response.body()


@pytest.fixture
def tapes(tmp_path: Path) -> Path:
    """A folder with two recordings, one of them broken."""
    folder = tmp_path / "tapes"
    folder.mkdir()
    write_cassette(Cassette({"timing": "wire"}, (GOOD,)), folder / "good.cassette.jsonl")
    (folder / "bad.sse").write_bytes(BROKEN_BODY)
    (folder / "package.json").write_text("{}")
    return folder


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

    def test_help_names_every_profile(self, harness: Run) -> None:
        """A profile that nobody can find is of no use."""
        shown = "".join(harness("check", "--help").out.split())  # lines break at hyphens, too
        named = shown.partition("howbadabreachis:")[2].partition(";")[0]
        assert "openai" in profile_names()
        assert [name for name in profile_names() if name not in named] == []

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

    @pytest.mark.parametrize(
        "rules", ["SSE-JSON-001,SSE-ID-001", "not-json", "SSE-JSON", "sse-json,SSE-ID-001"]
    )
    def test_rules_are_named_by_id_slug_or_family(self, harness: Run, rules: str) -> None:
        """Several with commas."""
        outcome = harness("check", "tapes/bad.sse", "--rule", rules, "--format", "json")
        (verdict,) = json.loads(outcome.out)["inputs"]
        asked = {one["rule"] for one in verdict["outcomes"]}
        assert "SSE-JSON-001" in asked
        assert all(one.startswith(("SSE-JSON-", "SSE-ID-")) for one in asked)

    def test_an_annotation_names_the_line_of_a_plain_body(self, harness: Run, tapes: Path) -> None:
        """The event's first; a cassette's bytes are not its lines."""
        outcome = harness("check", "tapes", "--rule", "SSE-JSON", "--format", "github")
        lines = (tapes / "bad.sse").read_bytes().split(b"\n")
        assert (
            f"::error file=tapes/bad.sse,line={lines.index(b'data: {') + 1},title=SSE-JSON-001" in outcome.out
        )

    def test_a_folder_of_shipped_recordings_has_a_name(self, harness: Run) -> None:
        """And each recording its own."""
        outcome = harness("check", "transformers/chat", "--rule", "SSE-JSON-001", "--format", "json")
        sources = [one["source"] for one in json.loads(outcome.out)["inputs"]]
        assert "transformers/chat/whole_text" in sources
        assert len(set(sources)) > 10

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
            (["good.sse", "--baseline", "none.toml"], 4, "unreadable-input: there is no such baseline"),
            (
                ["good.sse", "--baseline", "empty.sse", "--update-baseline", "--strct"],
                2,
                "usage: there is no option",
            ),
            (["good.sse", "--baseline", "bad.toml"], 2, "usage: the baseline is not TOML"),
            (["good.sse", "--baseline", "binary"], 2, "usage: the baseline is not UTF-8 text"),
            (["good.sse", "--update-baseline"], 2, "usage: --update-baseline needs --baseline FILE"),
            (["good.sse", "--request", "none.json"], 4, "unreadable-input: there is no such file"),
            (["good.sse", "--upstream", "none.sse"], 4, "unreadable-input: there is no such file"),
            (["good.sse", "--request", "page.html"], 2, "usage: the request is no JSON object"),
            (["good.sse", "--request", "list.json"], 2, "usage: the request is no JSON object"),
            (
                ["good.sse", "--request", "chat.json"],
                2,
                "usage: the request is of another dialect than the body",
            ),
            (["-", "--request", "chat.json"], 4, "foreign-format: the input is empty"),
            (["http://127.0.0.1:9/v1/responses"], 2, "usage: a URL needs the request that it is sent"),
            (
                ["http://127.0.0.1:9/v1/responses", "--request", "chat.json", "--timeout", "0"],
                2,
                "usage: 0.0 is not in the range",
            ),
            (["x" * 5000], 4, "unreadable-input: this cannot be the name of a file"),
            (["localhost:80/v1"], 4, "unreadable-input: there is no such file"),
            (["nothing"], 4, "unreadable-input: there is no recording here"),
            (["*.cassette.jsonl"], 4, "unreadable-input: there is no recording here"),
            (["-", "-"], 2, "usage: standard input can be read once"),
            (
                ["http://127.0.0.1:9/v1/responses", "--request", "chat.json"],
                3,
                "upstream-unreachable: no connection",
            ),
            (["http://", "--request", "chat.json"], 2, "usage: 'http://' is no upstream"),
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
        (tmp_path / "chat.json").write_text('{"model":"m","messages":[]}')
        (tmp_path / "list.json").write_text("[1]")
        (tmp_path / "nothing").mkdir()
        outcome = harness("check", *arguments)
        assert outcome.code == code, outcome
        assert outcome.err.startswith(message)
        assert "Traceback" not in outcome.err
        assert "passed, 1" not in outcome.out

    @pytest.mark.usefixtures("tapes")
    def test_the_highest_code_wins_and_the_rest_is_judged(self, harness: Run, tmp_path: Path) -> None:
        """A file that is not there hides no finding."""
        (tmp_path / "request.json").write_text("{}")
        url = "http://127.0.0.1:9/v1/responses"
        outcome = harness(
            "check", "none.sse", "tapes", url, "--request", "request.json", "--rule", "SSE-JSON-001"
        )
        assert outcome.code == 4
        assert "SSE-JSON-001 not-json  (error)" in outcome.out
        assert "4 exchanges: 1 passed, 1 failed, 0 not exercised, 2 unreadable" in outcome.out

    @pytest.mark.usefixtures("tapes")
    def test_a_request_is_given_to_the_inputs_of_its_dialect(self, harness: Run, tmp_path: Path) -> None:
        """Of several: the others are judged without one, and that is said."""
        (tmp_path / "chat.json").write_text('{"model":"m","stream":true,"messages":[]}')
        chat = parse_example("stream: chat/text").exchange
        assert chat.response is not None
        (tmp_path / "chat.sse").write_bytes(chat.response.body())
        outcome = harness(
            "check", "chat.sse", "tapes/bad.sse", "--request", "chat.json", "--format", "ndjson"
        )
        own, other, _ = map(json.loads, outcome.out.splitlines())
        assert "request" not in {one.get("missing") for one in own["outcomes"]}
        assert "request" in {one.get("missing") for one in other["outcomes"]}
        assert "--request is of another dialect than 1 of the inputs" in outcome.err

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
        assert "known.toml: 1 entry, 1 new\n1 entry of the baseline has no reason yet" in written.err
        assert "has no reason yet" in harness(*options).err
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

        annotated = harness(*options, "--format", "github").out
        assert "::error file=known.toml,title=stale baseline entry::" in annotated

        mended = harness(*options, "--update-baseline")
        assert mended.code == 0
        assert "known.toml: 0 entries, 0 new, 1 removed" in mended.err
        assert "stale" not in mended.out
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

    def test_sources_are_named_from_the_baselines_folder(
        self, harness: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """So a file has one name, wherever the check is started and however the file is given."""
        harness("check", "tapes/bad.sse", "--baseline", "tapes/known.toml", "--update-baseline")
        assert 'source = "bad.sse"' in (tmp_path / "tapes" / "known.toml").read_text()
        assert harness("check", "tapes", "--baseline", "tapes/known.toml").code == 0
        assert harness("check", str(tmp_path / "tapes"), "--baseline", "tapes/known.toml").code == 0
        monkeypatch.chdir(tmp_path / "tapes")
        assert harness("check", "bad.sse", "--baseline", "known.toml").code == 0


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
