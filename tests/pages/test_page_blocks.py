"""How pages are read and held: what counts as a command, as its output, and as the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pages.blocks import Aside, File, Step, steps
from tests.pages.running import page_amiss
from tests.pages.terminal import Terminal, differences

if TYPE_CHECKING:
    from pathlib import Path

FENCE = "```"


def page(*blocks: tuple[str, str]) -> str:
    """A page of blocks, each with what stands behind its ticks."""
    return "\n".join(f"{FENCE}{info}\n{text}{FENCE}\n" for info, text in blocks)


def test_a_transcript_is_commands_and_what_each_prints() -> None:
    """A command may go over several lines; only the last may fail."""
    transcript = "$ echo a \\\n  b\na b\n$ false\n"
    text = "<!-- exits with 1 -->\n" + page(("console", transcript))
    first, second = steps(text)
    assert isinstance(first, Step)
    assert isinstance(second, Step)
    assert (first.text, first.shown, first.code) == ("echo a \\\n  b\n", ["a b"], 0)
    assert (second.text, second.shown, second.code) == ("false\n", [], 1)
    assert (first.line, second.line) == (3, 6)


def test_output_belongs_to_the_script_before_it() -> None:
    """Also with prose between."""
    (step,) = steps(page(("sh", "echo a\n"), ("", "a\n")))
    assert isinstance(step, Step)
    assert step.shown == ["a"]


def test_output_of_nothing_is_an_error_of_the_page() -> None:
    """Somebody forgot what prints it."""
    with pytest.raises(ValueError, match="line 1: nothing before"):
        steps(page(("text", "a\n")))


def test_a_title_makes_a_file_and_a_reason_an_aside() -> None:
    """In any language."""
    aside = "<!-- not run: it is yours -->\n" + page(("sh", "rm x\n"))
    text = page(('toml title="a/b.toml"', "x = 1\n")) + aside
    assert [type(one) for one in steps(text)] == [File, Aside]


def test_what_differs_from_run_to_run_does_not_count() -> None:
    """Ports, times, and spaces at the end of a line; words do."""
    shown = ["on http://127.0.0.1:1/v1", "  1.5 ms  a", "1 passed in 0.01s"]
    assert not list(
        differences(shown, ["on http://127.0.0.1:65000/v1", "1,233.5 ms  a ", "1 passed in 12.20s"])
    )
    assert list(differences(shown, [*shown[:2], "2 passed in 0.01s"]))


@pytest.mark.parametrize(
    ("shown", "is_so"),
    [
        ("a ... d", True),
        ("... d", True),
        ("a ...", True),
        ("a ... c d", True),
        ("a ... c", False),
        ("b ...", False),
    ],
)
def test_three_points_stand_for_any_lines(shown: str, *, is_so: bool) -> None:
    """In the middle and at both ends, and for nothing else."""
    said = list(differences(shown.split(), ["a", "b", "c", "d"]))
    assert (not said) == is_so


def test_a_terminal_keeps_its_folder_and_what_was_exported(tmp_path: Path) -> None:
    """And what was written goes where the reader is."""
    terminal = Terminal(tmp_path)
    assert terminal.run("mkdir sub && cd sub && export NAME='a b'").code == 0
    terminal.write("file", "x")
    assert terminal.run('pwd; echo "$NAME"; cat file; cd - > /dev/null; pwd').lines == [
        "~/project/sub",
        "a b",
        "x~/project",
    ]
    terminal.close()


def test_a_terminal_installs_nothing(tmp_path: Path) -> None:
    """What is here is found, what is not is told."""
    terminal = Terminal(tmp_path)
    assert (
        terminal.run("python3 -m venv .venv && .venv/bin/pip install -q 'pytest>=8' . './x[pytest]'").code
        == 0
    )
    outcome = terminal.run("pip install no-such-thing-at-all")
    assert (outcome.code, outcome.lines) == (
        1,
        ["no-such-thing-at-all is not installed here, and nothing is fetched"],
    )
    terminal.close()


def test_a_page_that_is_wrong_is_told(tmp_path: Path) -> None:
    """With its line, what it shows and what came; an exit code counts, and so does output that is not shown."""
    found = page_amiss("p.md", page(("sh", "echo a\n"), ("text", "b\n")), tmp_path / "1")
    assert [one.text for one in found] == ["p.md:1: echo a\n\n- b\n+ a"]
    assert "exit code 3, not 0" in page_amiss("p.md", page(("sh", "exit 3\n")), tmp_path / "2")[0].text
    assert page_amiss("p.md", page(("console", "$ echo a\n")), tmp_path / "3")
    assert not page_amiss("p.md", page(("python", "print(1)\n"), ("text", "1\n")), tmp_path / "4")
