from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path

import pytest

import harness.faults
from harness.errors import UnknownName, UsageError
from harness.faults import manual
from harness.faults.fault import Fault
from harness.faults.index import MODULES
from harness.faults.registry import faults, parse_fault

pytestmark = pytest.mark.thorough

NAMES = sorted(faults())
ASKED_FOR = {
    *(
        "cut",
        "reset",
        "stall",
        "slow",
        "drop",
        "repeat",
        "swap",
        "corrupt",
        "split_character",
        "omit_terminal",
    ),
    *("omit_done", "omit_last_blank_line", "status", "late_headers", "html"),
}


def test_the_registry_finds_what_was_asked_for() -> None:
    """The faults that the project began with, and many more."""
    assert set(NAMES) >= ASKED_FOR
    assert len(NAMES) >= 20


def test_the_index_says_where_every_fault_is() -> None:
    """What is not in the table would not be found; the failure says which lines to add and to take out."""
    walked = pkgutil.walk_packages(harness.faults.__path__, "harness.faults.")
    found = {info.name.removeprefix("harness.faults."): faults_of(info.name) for info in walked}
    there = {(module, name) for module, names in found.items() for name in names}
    told = [(module, name) for module, names in MODULES.items() for name in names]
    wrong = [f'add "{name}" to "{module}"' for module, name in sorted(there - set(told))]
    wrong += [f'take "{name}" out of "{module}"' for module, name in sorted(set(told) - there)]

    assert not wrong, "harness/faults/index.py is not what is there:\n" + "\n".join(wrong)
    assert len(told) == len({name for _, name in told}), "two faults have one name"
    for module, names in MODULES.items():
        assert names == found[module], f"{module} has them in another order"


def faults_of(module: str) -> tuple[str, ...]:
    """The names of the faults that are written in this module, in the order in which they stand there."""
    return tuple(
        value.name
        for value in vars(import_module(module)).values()
        if isinstance(value, type)
        and issubclass(value, Fault)
        and "name" in vars(value)
        and value.__module__ == module
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_says_what_it_is(name: str) -> None:
    """Each has a summary of one sentence, an example that reads back, and explained settings."""
    fault = faults()[name]
    example = parse_fault(fault.example)

    assert fault.name == name
    assert fault.summary.endswith(".")
    assert type(example) is fault
    assert parse_fault(str(example)) == example
    assert [one.name for one in fault.parameters()][-1] == "times"
    assert all(one.meaning.endswith(".") and one.default for one in fault.parameters())
    assert fault.positional in {None, *(one.name for one in fault.parameters())}
    assert all(rule.split("-")[0] in {"SSE", "HTTP", "CHAT", "RESP", "XLAT", "UP"} for rule in fault.breaks)


@pytest.mark.parametrize("name", NAMES)
def test_a_fault_can_be_read_from_its_name_alone(name: str) -> None:
    """Every setting has a default, and what was not given is not written."""
    fault = parse_fault(name)

    assert str(fault) == name
    assert fault.seed == 0


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("status:429", "status:code=429"),
        ("slow:2000", "slow:rate=2000"),
        ("late_headers:2.50", "late_headers:seconds=2.5"),
        ("drop:-1@7", "drop:event=-1@7"),
        ("cut:event=end", "cut:event=end"),
        ("status:429,retry_after=2,times=3", "status:times=3,code=429,retry_after=2"),
        ("content_type:text/plain", "content_type:value=text/plain"),
    ],
)
def test_different_texts_can_mean_the_same_fault(text: str, same: str) -> None:
    """A first value without a name goes to the setting that the fault says."""
    assert parse_fault(text) == parse_fault(same)
    assert parse_fault(str(parse_fault(text))) == parse_fault(text)


def test_a_misspelled_fault_gets_a_suggestion() -> None:
    """The error names the nearest; all of them would be too many to list."""
    with pytest.raises(UnknownName) as caught:
        parse_fault("stal:event=3")

    assert caught.value.hint == "did you mean 'stall'?"
    assert caught.value.expected == f"one of {len(NAMES)} names"


def test_a_misspelled_setting_gets_a_suggestion() -> None:
    """The error lists the settings of that fault."""
    with pytest.raises(UnknownName) as caught:
        parse_fault("stall:second=3")

    assert caught.value.hint == "did you mean 'seconds'?"
    assert (
        caught.value.expected
        == "byte (bytes), chunk (chunks), event (events), seconds (seconds), times (requests)"
    )


@pytest.mark.parametrize(
    "text",
    [
        *(
            "cut:7",
            "cut:",
            "cut:event=7,byte=3",
            "cut:event=x",
            "cut:event=",
            "cut:event=1_0",
            "cut:event=7,",
        ),
        *("cut:event=7,8", "cut:event=7,event=8", "cut@x", "cut@-1", "cut@", "cut:event=" + "9" * 5000),
        *(
            "status:200",
            "status:600",
            "status:429,retry_after=-1",
            "html:204",
            "slow:0",
            "drop:end",
            "drop:1.5",
        ),
        *(
            "stall:seconds=-1",
            "stall:seconds=nan",
            "stall:seconds=inf",
            "stall:seconds=1e9",
            "stall:seconds=.",
        ),
        *(
            "content_type:html",
            "content_type:text/pl ain",
            "omit_done:3",
            "drop:event=1,times=-1",
            "status:\u0664\u0662\u0669",
        ),
    ],
)
def test_a_bad_value_is_refused_with_the_settings_and_an_example(text: str) -> None:
    """The error comes from the registry, names the fault, and shows how it is written."""
    with pytest.raises(UsageError) as caught:
        parse_fault(text)

    example = faults()[text.split(":", maxsplit=1)[0].split("@", maxsplit=1)[0]].example
    assert example in str(caught.value)
    assert "times" in str(caught.value)


def test_an_error_says_what_would_have_been_right() -> None:
    """Expected and found stand side by side."""
    with pytest.raises(UsageError) as caught:
        parse_fault("status:200")

    assert caught.value.expected == "a whole number from 400 to 599"
    assert caught.value.found == "'200'"


def test_an_answer_leaves_the_recording_for_the_next_try() -> None:
    """Faults that need no recording hit one request by default; all others hit every request."""
    answers = {name for name, fault in faults().items() if not fault.consumes}

    assert answers == {"status", "html", "hangup", "error_as_success"}
    for name in NAMES:
        assert parse_fault(name).times == (1 if name in answers else 0)
    assert parse_fault("status:500,times=0").times == 0


def test_a_fault_can_be_built_in_code() -> None:
    """The settings are keyword arguments, and equal settings make equal faults."""
    fault = faults()["stall"](event=3, seconds=2.0, seed=5)  # type: ignore[call-arg]

    assert fault == parse_fault("stall:event=3,seconds=2@5")
    assert isinstance(fault, Fault)


def test_the_manual_is_fresh() -> None:
    """docs/faults.md is what the faults say about themselves."""
    page = Path(__file__).resolve().parents[2] / "docs" / "faults.md"
    if not page.is_file():
        pytest.skip("docs/ is not part of this installation")

    assert page.read_text(encoding="utf-8") == manual.render(), (
        "stale: write harness.faults.manual.render() to docs/faults.md"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_manual_has_a_section_for_each_fault(name: str) -> None:
    """With its example and every setting."""
    section = "\n".join(manual.page(faults()[name]))

    assert section.startswith(f"## {name}\n")
    assert faults()[name].example in section
    assert all(f"`{one.name}`" in section for one in faults()[name].parameters())
