from __future__ import annotations

import inspect
import re

import pytest

from harness import errors
from harness.errors import HarnessError, MissError, RowError, UnknownName, UsageError

CLASSES = [
    value
    for value in vars(errors).values()
    if inspect.isclass(value) and issubclass(value, HarnessError) and value.__module__ == errors.__name__
]


def tree_in_docstring() -> dict[str, tuple[str, str | None]]:
    """The tree that the module's docstring draws: class to its exit code ("" for none) and its parent."""
    drawn: dict[str, tuple[str, str | None]] = {}
    branch: list[str] = []
    block = (errors.__doc__ or "").split("```")[1]
    for line in block.strip().splitlines():
        match = re.match(r"(?P<indent>[│├└─ ]*)(?P<name>\w+) +(?P<code>\d)?", line)
        assert match is not None, line
        depth = len(match["indent"]) // 4
        branch[depth:] = [match["name"]]
        drawn[match["name"]] = (match["code"] or "", branch[depth - 1] if depth else None)
    return drawn


def test_an_error_says_what_where_expected_found_and_what_to_do() -> None:
    """Each on a line of its own, under its code."""
    error = RowError(
        "a chunk without a head", where="a.jsonl:7", expected="a res row", found="a c row", hint="record anew"
    )
    assert str(error) == (
        "cassette-row: a chunk without a head\n"
        "  where     a.jsonl:7\n"
        "  expected  a res row\n"
        "  found     a c row\n"
        "  hint      record anew"
    )


def test_what_an_error_does_not_know_it_leaves_out() -> None:
    """An empty text is known, None is not."""
    assert str(HarnessError("it broke")) == "harness-error: it broke"
    assert str(UsageError("no", found="")) == "usage: no\n  found     "


def test_the_parts_of_an_error_can_be_read_one_by_one() -> None:
    """Reports and tests need not take the text apart."""
    error = MissError("no recording", where="POST /v1", hint="record it")
    assert (error.message, error.where, error.expected, error.found, error.hint) == (
        "no recording",
        "POST /v1",
        None,
        None,
        "record it",
    )
    assert error.args == ("no recording",)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("resett", "did you mean 'reset'?"),
        ("RESET", None),
        ("ctu", "did you mean 'cut'?"),
        ("zzz", None),
        ("", None),
    ],
)
def test_an_unknown_name_suggests_the_nearest_where_one_is_near(name: str, hint: str | None) -> None:
    """And lists all that would have been right, sorted."""
    error = UnknownName("fault", name, ["stall", "cut", "reset"], where="--fault")
    assert error.message == f"there is no fault {name!r}"
    assert (error.name, error.where, error.expected, error.hint) == (
        name,
        "--fault",
        "cut, reset, stall",
        hint,
    )
    assert error.exit_code == 2


def test_names_are_asked_for_once() -> None:
    """A registry may hand in an iterator."""
    error = UnknownName("fault", "cutt", iter(["cut", "stall"]))
    assert (error.expected, error.hint) == ("cut, stall", "did you mean 'cut'?")


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    """Every class, its parent and its exit code."""
    drawn = tree_in_docstring()
    assert drawn.pop("HarnessError") == ("", None)
    assert drawn == {
        kind.__name__: (str(kind.exit_code), kind.__mro__[1].__name__)
        for kind in CLASSES
        if kind is not HarnessError
    }


def test_codes_are_unique_and_can_be_searched_for() -> None:
    """Lower case with hyphens; nobody inherits the code of its parent."""
    codes = [kind.code for kind in CLASSES]
    assert len(codes) == len(set(codes))
    assert [code for code in codes if not re.fullmatch(r"[a-z]+(-[a-z]+)*", code)] == []
    assert {kind.exit_code for kind in CLASSES} == {1, 2, 3, 4}


def test_every_error_can_be_caught_as_one_of_ours() -> None:
    """And none is a built-in exception in disguise, which other code would swallow."""
    for kind in CLASSES:
        assert not issubclass(kind, (OSError, ValueError, LookupError, RuntimeError))
