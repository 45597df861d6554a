"""The HTML report in a real browser: it opens from the disk, asks no network, and can be used by everybody.

Needs chromium (HARNESS_CHROMIUM, or on the path), node, and npm's playwright-core and axe-core in the folder that
HARNESS_NODE_MODULES names: `nox -s browser` sees to that. Nothing here has a stopwatch: `page.mjs` says how long a page
took to open.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from harness.reporting.conform.html import html
from tests.browser.results import (
    LONG,
    QUIET_MS,
    ROUTES,
    exchange_of,
    found,
    hostile,
    hostile_exchange,
    long,
    long_exchange,
    many,
    small,
)

Saw: TypeAlias = dict[str, Any]

NODE_MODULES = Path(os.environ.get("HARNESS_NODE_MODULES", "node_modules"))
CHROMIUM = os.environ.get("HARNESS_CHROMIUM") or shutil.which("chromium")
MANY = 5000


def _node() -> str | None:
    own = NODE_MODULES / "node" / "bin" / "node"
    return str(own) if own.is_file() else shutil.which("node")


def _lacks() -> str | None:
    """What is not on this machine; None where all is."""
    if CHROMIUM is None or _node() is None:
        return "chromium and node are not both installed"
    if not all((NODE_MODULES / name).is_dir() for name in ("playwright-core", "axe-core")):
        return "npm's playwright-core and axe-core are not in HARNESS_NODE_MODULES"
    return None


# Before any page is made, which takes a while for nothing.
pytestmark = pytest.mark.skipif(_lacks() is not None, reason=f"{_lacks()}; nox -s browser installs them")


@pytest.fixture(scope="module")
def all_saw(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Saw]:
    """What a reader met in four reports, all of them in one browser."""
    node = _node()
    assert node is not None
    assert CHROMIUM is not None
    folder = tmp_path_factory.mktemp("reports")
    script = folder / "page.mjs"
    shutil.copy(Path(__file__).with_name("page.mjs"), script)
    (folder / "node_modules").symlink_to(NODE_MODULES.resolve(), target_is_directory=True)
    for name, page in (
        ("small", html(small(), exchange_of)),
        ("many", html(many(MANY), exchange_of)),
        ("long", html(long(), long_exchange)),
        ("hostile", html(hostile(), hostile_exchange)),
    ):
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - our own script
        [node, str(script), CHROMIUM, str(folder)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    value: dict[str, Saw] = json.loads(done.stdout)
    return value


@pytest.fixture
def saw(all_saw: dict[str, Saw]) -> Saw:
    """What a reader met in a small report."""
    return all_saw["small"]


@pytest.fixture
def saw_many(all_saw: dict[str, Saw]) -> Saw:
    """What a reader met in a report of thousands of findings."""
    return all_saw["many"]


@pytest.fixture
def saw_hostile(all_saw: dict[str, Saw]) -> Saw:
    """What a reader met in the report of a target that says whatever it likes."""
    return all_saw["hostile"]


@pytest.fixture(params=["small", "many", "long", "hostile"])
def any_saw(request: pytest.FixtureRequest, all_saw: dict[str, Saw]) -> Saw:
    """Each of the four."""
    return all_saw[request.param]


def test_the_page_asks_no_network_and_complains_of_nothing(any_saw: Saw) -> None:
    """It is opened from the disk, on a machine that may have no network."""
    assert any_saw["requests"] == []
    assert any_saw["console"] == []


def test_axe_finds_nothing_serious_in_any_view_light_or_dark_wide_or_narrow(saw: Saw, saw_many: Saw) -> None:
    """Everybody can read it."""
    assert saw["views"] == 4 * saw_many["views"] == 32
    assert saw["axe"] == saw_many["axe"] == []


def test_no_view_is_wider_than_its_screen(any_saw: Saw) -> None:
    """A table may be; it scrolls in its own frame."""
    assert any_saw["wide"] == []


def test_the_policy_of_the_page_refuses_what_would_use_the_network(saw: Saw) -> None:
    """Even if a script got in, it could tell nobody."""
    assert saw["refused"] == "connect-src"


def test_the_first_screen_answers_in_words_and_counts(saw: Saw) -> None:
    """A verdict, and how many cells stand behind it; never one percentage."""
    said = saw["overview"]
    assert "Can I use it for" in said
    assert "In part" in said
    assert "2 failed" in said
    assert all(route in said for route in ROUTES), "what fails on one route may be fine on the other"
    assert found()[0].rule in said, "the rule that most cells break"
    assert "not exercised" in said
    assert "Did not run: it said nothing" in said
    assert "%" not in said


def test_the_matrix_is_walked_with_the_arrow_keys(saw: Saw) -> None:
    """Right twice is the next route; down is the same place of the next scenario."""
    cells = (
        "text-0, chat over chat, streamed",
        "text-0, chat over chat, whole",
        "text-0, chat over gemini, streamed",
    )
    below = (
        "text-1, chat over gemini, streamed",
        "text-1, chat over chat, whole",
        "text-0, chat over chat, whole",
    )
    assert [label.partition(":")[0] for label in saw["keys"]] == [*cells, *below]


def test_what_plays_the_upstream_again_listens_where_the_gateway_asks(saw: Saw) -> None:
    """The one of the run is gone; and what stands for an address is told only where it stands in a line."""
    assert "--listen 127.0.0.1:9107" in saw["again"]
    assert "nobody answers any more since the run is over" in saw["again"]
    assert "$TARGET" not in saw["again"]


def test_enter_opens_a_cell_and_escape_goes_back(saw: Saw) -> None:
    """The address says where the reader is."""
    assert saw["opened"] == "/cell/gate/chat over chat/text-0/whole"
    assert saw["back"] == "/scenarios"


def test_search_and_filters_narrow_the_matrix(saw: Saw) -> None:
    """And Escape takes the search back."""
    assert saw["searched"] == 1
    assert saw["unsearched"] == len(small().scenarios)
    assert saw["filtered"] > 0
    assert saw["others"] == 0


def test_the_matrix_can_be_narrowed_to_what_is_new(saw: Saw) -> None:
    """And the cell says which of its findings is."""
    assert saw["new"] == ["text-0, chat over chat, streamed"]
    assert "new since the earlier run" in saw["said_of_new"]


def test_the_matrix_of_rules_counts_by_severity(saw: Saw) -> None:
    """An error in four cells, one that was inherited in as many; what broke most stands first."""
    assert saw["rules"][0] == "4 cells"
    assert "4 inherited" in saw["rules"]


def test_a_deep_link_shows_the_finding_with_its_bytes_marked(saw: Saw) -> None:
    """The very member is marked, within the event that holds it."""
    assert saw["deep"] == found()[0].message
    event, member, rest = saw["marked"]
    assert event.startswith("data: {")
    assert member.startswith('{"index": 0')
    assert member.endswith('"finish_reason": "end_turn"}')
    assert rest.startswith("]}")
    assert saw["hex"].split()[1:5] == ["64", "61", "74", "61"]


def test_a_button_copies_the_command_line(saw: Saw) -> None:
    """From the disk, too, where the clipboard is not always to be had."""
    assert saw["copied"] == "Copied"


def test_the_wire_log_shows_both_sides_in_the_order_of_time(saw: Saw) -> None:
    """Request, head, eight pieces and the end on each side, and the silence between."""
    assert saw["wire"]["upstream"] == saw["wire"]["client"] == 11
    assert saw["wire"]["bad"] == 1, "what was inherited is no fault of the gateway"
    times = [float(text.split()[0]) for text in saw["times"]]
    assert times == sorted(times)
    assert any(
        int(text.split()[0].partition(".")[0]) in range(QUIET_MS - 20, QUIET_MS + 1) for text in saw["gaps"]
    )


def test_what_a_target_says_is_text_and_no_mark_up(saw: Saw) -> None:
    """The answer holds the end of a script element, and letters beyond ASCII."""
    assert any("</script>" in text for text in saw["texts"])
    assert any("Zoë" in text for text in saw["texts"])


def test_the_switch_goes_from_the_systems_colours_to_light_to_dark(saw: Saw) -> None:
    """The system of the test is light."""
    system, light, dark, again = saw["themes"]
    assert system == light == again
    assert dark != light


def test_a_reload_keeps_the_place(saw: Saw) -> None:
    """The address is all there is to it."""
    assert saw["reloaded"] == saw["deep"]


def test_paper_is_white_and_shows_no_tabs(saw: Saw) -> None:
    """Whatever colours the screen has, and what cannot be pressed need not be printed."""
    assert saw["printed"] is False
    assert saw["paper"] == "rgb(255, 255, 255)"
    assert max(int(one) for one in saw["ink"].removeprefix("rgb(").rstrip(")").split(", ")) < 64


def test_nothing_that_a_target_says_is_executed_or_hidden(saw_hostile: Saw) -> None:
    """Mark-up is text, and what cannot be seen or would turn the text around stands as an escape."""
    assert saw_hostile["dialogs"] == []
    assert saw_hostile["scripts"] == 3
    assert saw_hostile["images"] == 0
    for text in saw_hostile["texts"]:
        assert not set(text) & set("\x1b\u202e\u2066\ufffe\0")
    assert all("</script><script>alert(1)</script>" in saw_hostile["texts"][n] for n in (0, 3, 4, 5, 6))
    assert "\\u202egnp\\u2066" in saw_hostile["texts"][-1]
    assert "\\xff\\xfe" in saw_hostile["texts"][-1]


def test_a_long_wire_log_is_drawn_as_the_reader_comes_to_it(all_saw: dict[str, Saw]) -> None:
    """A part at first, to its very end when it is scrolled to, and whole on paper."""
    saw = all_saw["long"]
    assert 0 < saw["at_first"] < LONG // 2
    assert saw["at_last"] == f"event {LONG - 1}"
    assert saw["on_paper"] >= LONG


def test_of_thousands_of_findings_only_those_on_the_screen_are_drawn(saw_many: Saw) -> None:
    """However long the list is."""
    assert saw_many["listed"] == MANY
    assert 0 < saw_many["drawn"] < 60
    assert 0 < saw_many["drawnAtEnd"] < 60
