"""What is done about tests with cassettes when they have been collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from harness.errors import UsageError
from harness.testing import marks, places
from harness.testing.variants import CUT, FAULT, params_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_FIXTURE: Final = "cassette"
_PLUGIN: Final = "harness.pytest_plugin"
_SERVERS: Final = frozenset({"replay_server", "gateway"})


def collected(items: Sequence[pytest.Function], everything: list[pytest.Item]) -> None:
    """Look at the marks of tests, and let the fixture `cassette` be the first of each that is made for it alone.

    Clients that other fixtures make for the test are then on its tape; what is made for several tests is not.

    Args:
        items: Tests that have a cassette.
        everything: All that was collected.

    Raises:
        pytest.UsageError: A mark cannot be meant, or two tests would have one cassette by accident.
    """
    ours = [item for item in items if _has_our_fixture(item)]
    if not _checked(items, everything, marks.check, places.check, _check_fixture):
        return
    for item in ours:
        names = item.fixturenames
        if _FIXTURE in names:
            names.remove(_FIXTURE)
        elif not _SERVERS.isdisjoint(names):
            continue  # it plays the cassette to its clients, and a tape under them would answer in its place
        first = next((at for at, name in enumerate(names) if _is_for_one_test(item, name)), len(names))
        names.insert(first, _FIXTURE)


def _check_fixture(items: Sequence[pytest.Function]) -> None:
    wrong = [
        str(
            UsageError(
                "the mark `cassette` does nothing here: the project has a fixture `cassette` of its own",
                where=marks.place_of(item),
                hint="rename that fixture; or let it take ours, `def cassette(cassette)`, and give it back",
            )
        )
        for item in items
        if (item.get_closest_marker(marks.NAME) is not None or _FIXTURE not in item.fixturenames)
        and not _has_our_fixture(item)
    ]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))


def _has_our_fixture(item: pytest.Function) -> bool:
    """Whether what a test has as `cassette` is ours, or stands on it."""
    manager: Any = item.session._fixturemanager  # noqa: SLF001 - pytest has no other way to ask
    node = item if pytest.version_tuple >= (8, 1) else item.nodeid
    for definition in reversed(manager.getfixturedefs(_FIXTURE, node) or ()):
        if definition.func.__module__ == _PLUGIN:
            return True
        if _FIXTURE not in definition.argnames:
            return False
    return False


def refuse_unvaried(items: Sequence[pytest.Function], everything: list[pytest.Item]) -> None:
    """Refuse tests that a mark `rechunk` or `faults` was to vary, and could not.

    Args:
        items: Tests that have such a mark.
        everything: All that was collected.

    Raises:
        pytest.UsageError: pytest never gave one of them to be varied.
    """
    _checked(items, everything, _check_varied)


def _check_varied(items: Sequence[pytest.Function]) -> None:
    wrong = [
        str(
            UsageError(
                f"the mark `{name}` changes nothing here: pytest cannot run this test in several ways",
                where=marks.place_of(item),
                expected="a function, or a method of a class that is no unittest.TestCase, marked where it is written",
                hint="move the test out of its TestCase; or go through `harness.testing.rechunked(body)` and"
                " `faulted(body)` in it",
            )
        )
        for item in items
        for name, parameter in (("rechunk", CUT), ("faults", FAULT))
        if item.get_closest_marker(name) is not None and parameter not in params_of(item)
    ]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))


def _checked(
    items: Sequence[pytest.Function],
    everything: list[pytest.Item],
    *checks: Callable[[Sequence[pytest.Function]], None],
) -> bool:
    """Look at what tests say; a worker of pytest-xdist tells its controller, and then runs none."""
    try:
        for check in checks:
            check(items)
    except pytest.UsageError as error:
        if not hasattr(items[0].config, "workerinput"):
            raise
        _tell_controller(items[0].config, str(error))
        everything.clear()
        return False
    return True


def _tell_controller(config: pytest.Config, text: str) -> None:
    """Tell what cannot be meant from a worker of pytest-xdist, whose own errors reach nobody as they are."""
    report = pytest.CollectReport("marks of harness", "failed", text, [])
    config.hook.pytest_collectreport(report=report)


def _is_for_one_test(item: pytest.Function, name: str) -> bool:
    """Whether a fixture is made anew for each test; parameters and `request` are, too."""
    definitions = item._fixtureinfo.name2fixturedefs.get(name)  # noqa: SLF001 - pytest has no other list
    return not definitions or definitions[-1].scope == "function"
