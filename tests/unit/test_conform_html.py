"""The HTML report of a conformance run: one page that holds all it shows, and nothing that gets out of its place."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.reporting.conform import html as html_module
from harness.reporting.conform.html import html
from harness.reporting.conform.html_wires import MOST_OF_A_BODY
from harness.results.result import (
    Cell,
    CellStatus,
    Change,
    ChangeKind,
    Finding,
    Place,
    Result,
    Rule,
    Run,
    Scenario,
    Target,
    Wire,
)

if TYPE_CHECKING:
    import pytest

    from harness.cassettes.exchange import Headers

SECRET = "Meet Zebulon at the quay"
FIRST = b'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":"Meet Zebulon at"}}]}\n\n'
SECOND = b'data: {"object":"chat.completion.chunk","choices":[{"delta":{"content":" the quay"}}]}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM: Headers = (("content-type", "text/event-stream"), ("set-cookie", "session=abc"))
QUESTION = json.dumps({"model": "m", "messages": [{"role": "user", "content": SECRET}]}).encode()


def exchange(*pieces: bytes, headers: Headers = STREAM, how: How = How.COMPLETE) -> Exchange:
    """An exchange whose answer came in these pieces, a millisecond apart."""
    chunks = tuple(Chunk(1000 * number, data) for number, data in enumerate(pieces))
    return Exchange(
        0,
        Request("POST", "http://127.0.0.1/v1/chat/completions", (("Authorization", "Bearer abc"),), QUESTION),
        Response(200, headers, chunks, at_us=5000),
        Ending(how, 1000 * len(pieces)),
    )


def result(*findings: Finding, status: CellStatus = CellStatus.FAILED, **members: Any) -> Result:
    """A result of one cell."""
    cell = Cell(
        id="gate/chat/plain/stream",
        target="gate",
        route="chat",
        scenario="plain",
        mode="stream",
        status=status,
        findings=findings,
        client=(Wire(cassette="c", exchange=0),),
        upstream=(Wire(cassette="u", exchange=0, started=2.0),),
        curl=f"curl -sSN http://127.0.0.1/ -H \"authorization: Bearer $API_KEY\" -d '{QUESTION.decode()}'",
        command="harness conform --scenario plain",
    )
    run = Run(
        harness="0", started="2026-11-21T00:00:00Z", seconds=1.0, command="harness conform", profile="openai"
    )
    return msgspec.structs.replace(
        Result(
            run=run,
            targets=(Target(name="gate", title="Gate", log=f"said {SECRET}"),),
            scenarios=(Scenario(name="plain", title="Plain", about="Text.", capability="text"),),
            cells=(cell,),
            rules={"CHAT-X-1": Rule(id="CHAT-X-1", title="The text is whole.", severity="error")},
        ),
        **members,
    )


def finding(message: str = "The text is not whole.", where: Place | None = None, **members: Any) -> Finding:
    """An error of the gateway."""
    return Finding(
        rule="CHAT-X-1",
        severity="error",
        origin="gateway",
        message=message,
        fingerprint="f",
        where=where or Place(),
        **members,
    )


def data_of(page: str) -> dict[str, Any]:
    """What the page holds for its script."""
    found = re.findall(r'<script type="application/json" id="(data|logs)">(.*?)</script>', page, re.DOTALL)
    assert [name for name, _ in found] == ["data", "logs"]
    value, logs = (json.loads(text) for _, text in found)
    for cell in value["cells"]:
        if "log" in cell:
            cell["log"] = logs[cell["log"]]
    assert isinstance(value, dict)
    return value


def cell_of(shown: Result, given: Exchange | None, **options: Any) -> dict[str, Any]:
    """The one cell of the page."""
    cell: dict[str, Any] = data_of(html(shown, lambda _: given, **options))["cells"][0]
    return cell


def test_the_page_names_nothing_that_lies_elsewhere() -> None:
    """Whoever opens it from a disk needs nothing else, and nobody learns of it."""
    page = html(result(), lambda _: None)
    head = page[: page.index("<style>")]
    assert not re.findall(r"""(?:src|href)=["'](?!data:,|#)""", head)
    assert "@@" not in page
    assert not re.search(r"@import|url\(", page)


def test_the_policy_allows_the_script_and_the_style_of_the_page_and_no_network() -> None:
    """Even a page that was tricked could send nothing anywhere."""
    page = html(result(), lambda _: None)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    for element in ("script", "style"):
        text = re.search(rf"<{element}>(.*?)</{element}>", page, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy[1]


def test_what_a_target_says_cannot_end_the_block_of_data() -> None:
    """Messages quote what a target sent, which may be anything."""
    hostile = "</script><script>alert(1)</script><!-- & \u2028"
    page = html(result(finding(hostile)), lambda _: None)
    assert "alert(1)</script>" not in page
    assert data_of(page)["cells"][0]["findings"][0]["message"] == hostile


def test_a_placeholder_of_the_template_in_the_data_stays_as_it_is() -> None:
    """The parts of the page are put in one after the other, and data comes last."""
    page = html(result(finding("@@DATA@@ @@SCRIPT@@")), lambda _: None)
    assert data_of(page)["cells"][0]["findings"][0]["message"] == "@@DATA@@ @@SCRIPT@@"


def test_half_a_character_is_shown_and_breaks_nothing() -> None:
    """UTF-8 has no bytes for it, and JSON has an escape."""
    page = html(result(finding("half \ud800")), lambda _: None)
    assert data_of(page)["cells"][0]["findings"][0]["message"] == "half \ud800"
    page.encode("utf-8")


def test_a_body_stands_there_byte_for_byte_with_its_events_and_times() -> None:
    """The offsets of findings count bytes, so a character of the page is a byte."""
    odd = b'data: {"a":"\xff\xc3\xa9"}\n\n'
    response = cell_of(result(), exchange(odd, DONE))["log"]["client"][0]["response"]
    assert "".join(text for _, text in response["body"]).encode("latin-1") == odd + DONE
    assert response["chunks"] == [[5.0, len(odd)], [6.0, len(odd + DONE)]]
    assert response["events"] == [[0, len(odd), 0], [len(odd), len(odd + DONE), 1]]


def test_a_compressed_body_is_shown_undone_so_that_offsets_fit() -> None:
    """Findings count decoded bytes."""
    headers = (*STREAM, ("content-encoding", "gzip"))
    response = cell_of(result(), exchange(gzip.compress(FIRST), headers=headers))["log"]["client"][0][
        "response"
    ]
    assert response["body"] == [[0, FIRST.decode()]]
    assert "gzip" in response["note"]


def test_a_body_in_a_broken_coding_is_shown_as_it_came() -> None:
    """Nothing can be undone there; what came is the evidence."""
    headers = (*STREAM, ("content-encoding", "gzip"))
    response = cell_of(result(), exchange(FIRST, headers=headers))["log"]["client"][0]["response"]
    assert response["body"] == [[0, FIRST.decode()]]
    assert "not in the coding" in response["note"]


def test_a_long_body_is_cut_and_keeps_the_place_of_its_finding() -> None:
    """The bytes of a finding are what the reader came for."""
    long = b"data: " + b"y" * (3 * MOST_OF_A_BODY) + b"\n\n"
    place = Place(start=len(long), stop=len(long) + len(DONE), event=1)
    response = cell_of(result(finding(where=place)), exchange(long, DONE))["log"]["client"][0]["response"]
    (start, first), (offset, second) = response["body"]
    assert (start, len(first)) == (0, MOST_OF_A_BODY)
    assert (long + DONE)[offset:] == second.encode()
    assert offset < len(long)
    assert response["size"] == len(long + DONE)


def test_an_exchange_that_is_not_to_be_had_is_said_to_be_absent() -> None:
    """A result may travel without its cassettes."""
    cell = cell_of(result(), None)
    assert "absent" in cell["log"]["client"][0]


def test_keys_in_headers_are_hidden() -> None:
    """A page is sent around more easily than a cassette."""
    page = html(result(), lambda _: exchange(FIRST))
    assert "Bearer abc" not in page
    assert "session=abc" not in page


def test_the_wire_log_of_a_cell_that_passed_is_left_out() -> None:
    """Most cells pass: their bytes would make the page large and tell nothing."""
    assert "log" not in cell_of(result(status=CellStatus.PASSED), exchange(FIRST))


def test_a_page_that_would_be_too_large_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence would look as if nothing had gone over the wire."""
    monkeypatch.setattr(html_module, "MOST_OF_WIRES", 10)
    cell = cell_of(result(), exchange(FIRST))
    assert "log" not in cell
    assert "too large" in cell["without"]


def test_a_redacted_page_says_nothing_of_what_the_messages_say() -> None:
    """Findings, changes, logs and command lines quote messages, too, and shorten what they quote."""
    shown = result(
        finding("The text part 'Zebulon at' is lost", expected=SECRET, found="Meet Zebu"),
        changes=(Change(kind=ChangeKind.NEW, cell="gate/chat/plain/stream", message="lost 'Zebulon'"),),
        strays=(f"POST {SECRET}",),
    )
    page = html(shown, lambda _: exchange(FIRST, SECOND, DONE), redact_content=True)
    for word in ("Meet", "Zebulon", "Zebu", "quay"):
        assert word not in page[page.index('id="data"') : page.rindex("<script>")]
    assert data_of(page)["redacted"] is True


def test_redaction_keeps_lengths_offsets_and_structure() -> None:
    """What is left still shows how the answer was built and where it broke."""
    plain = cell_of(result(finding()), exchange(FIRST, SECOND, DONE))["log"]["client"][0]["response"]
    hidden = cell_of(result(finding()), exchange(FIRST, SECOND, DONE), redact_content=True)["log"]["client"][
        0
    ]
    assert hidden["response"]["chunks"] == plain["chunks"]
    assert hidden["response"]["events"] == plain["events"]
    body = "".join(text for _, text in hidden["response"]["body"])
    assert len(body) == plain["size"]
    assert body.endswith("data: [DONE]\n\n")
    first = json.loads(body.split("\n\n")[0].removeprefix("data: "))
    assert first["object"] == "chat.completion.chunk"
    assert first["choices"][0]["delta"]["content"] == "x" * len("Meet Zebulon at")


def test_redaction_of_a_finding_whose_bytes_are_not_known_hides_all_it_quotes() -> None:
    """Nobody can tell which of its words are a message's."""
    one = cell_of(result(finding("It says Zebulon", found="Zebulon")), None, redact_content=True)["findings"][
        0
    ]
    assert one["message"] == one["found"] == "(hidden)"


def test_a_redacted_command_line_can_still_be_read() -> None:
    """It shows how the request was made, though it cannot be sent."""
    curl = cell_of(result(), exchange(FIRST), redact_content=True)["curl"]
    assert '"authorization: Bearer $API_KEY"' in curl
    assert f'"content": "{"x" * len(SECRET)}"' in curl


def test_a_pointer_to_a_member_that_somebody_named_says_no_name() -> None:
    """It still points there, as the name is filled in the bytes as well."""
    body = b'{"object":"chat.completion","tools":[{"parameters":{"properties":{"spouse":{}}}}]}'
    given = exchange(body, headers=(("content-type", "application/json"),))
    where = Place(part="body", pointer="/tools/0/parameters/properties/spouse")
    shown = result(finding("spouse is missing", where), status=CellStatus.FAILED)
    told = cell_of(shown, given, redact_content=True)["findings"][0]
    assert told["where"]["pointer"] == "/tools/0/parameters/properties/xxxxxx"
    assert told["message"] == "xxxxxx is missing"
