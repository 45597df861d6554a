"""The one timer of all streams."""

from __future__ import annotations

import asyncio

from harness.io.server.timetable import Timetable, now


def test_calls_come_in_the_order_in_which_they_are_due_and_not_before() -> None:
    """Whatever the order in which they were entered; what is due together keeps its order."""
    called: list[tuple[str, float]] = []

    async def run() -> None:
        timetable, done = Timetable(), asyncio.Event()
        start = now()
        for name, due in (("c", 0.03), ("a", 0.0), ("b", 0.01), ("d", 0.03)):
            timetable.at(start + due, lambda name=name, due=due: called.append((name, now() - start - due)))  # type: ignore[misc]
        timetable.at(start + 0.031, done.set)
        await asyncio.wait_for(done.wait(), 5)

    asyncio.run(run())
    assert [name for name, _ in called] == ["a", "b", "c", "d"]
    assert all(early > -0.001 for _, early in called)


def test_a_call_that_always_comes_back_at_once_leaves_the_loop_its_turns() -> None:
    """A stream that can always write must not keep other clients waiting."""
    turns = 0
    calls = 0

    async def run() -> None:
        nonlocal turns
        timetable = Timetable()

        def again() -> None:
            nonlocal calls
            calls += 1
            timetable.at(now() - 1, again)

        again()
        for _ in range(50):
            await asyncio.sleep(0)
            turns += 1

    asyncio.run(run())
    assert turns == 50
    assert calls <= 2 * turns


def test_many_calls_due_at_once_are_made_in_slices() -> None:
    """Ten thousand of them let others in between."""
    made = 0

    async def run() -> int:
        nonlocal made
        timetable = Timetable()

        def one() -> None:
            nonlocal made
            made += 1

        for _ in range(10_000):
            timetable.at(now(), one)
        turns = 0
        while made < 10_000:
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert asyncio.run(run()) > 10
