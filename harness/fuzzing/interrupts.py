"""Ctrl-C, and what stands for it, while a hunt goes on: it ends the hunt, and what was found is still made known."""

from __future__ import annotations

import asyncio
import signal
import threading
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import FrameType, TracebackType

T = TypeVar("T")
_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")


class Interrupts:
    """Decides, while it is a context, what an interrupt does; a signal that is ignored stays so.

    Before the hunt it raises `KeyboardInterrupt`, as anywhere; during the hunt it cancels it, and once more each time
    it comes again; from then on it does nothing: the gateway is being stopped and what was found is being written, and
    a second signal, which many senders send in haste, must not lose that.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[Any] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        """Take Ctrl-C where nobody else has, and of the rest what a command has made the same as Ctrl-C."""
        if threading.current_thread() is not threading.main_thread():
            return self
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            handler = signal.getsignal(number) if number is not None else None
            if number is not None and _is_interrupt(handler):
                self._before[number] = handler
                signal.signal(number, self._heard)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def run(self, hunting: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine that ends well when it is cancelled; what it returns."""

        async def heard() -> T:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            return await hunting

        return asyncio.run(heard())

    def _heard(self, number: int, frame: FrameType | None) -> None:
        if self._task is None or self._loop is None:
            signal.default_int_handler(number, frame)
        elif not self._task.done():
            # Through the loop, which may be asleep: a signal alone does not wake it.
            self._loop.call_soon_threadsafe(self._task.cancel)


def _is_interrupt(handler: Any) -> bool:
    """Whether a handler does what Ctrl-C does: Python's own, or one that says that it stands for it."""
    return handler is signal.default_int_handler or getattr(handler, "is_interrupt", False)
