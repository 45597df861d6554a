"""Recording onto the disk: what every recording front end (transports, proxy) tells what it saw.

`harness.cassettes.recording` turns events into rows and knows neither clock nor file; this module gives it both, and
a lock, so that any number of threads and tasks can record into one cassette.
"""

from __future__ import annotations

import contextlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from typing import TYPE_CHECKING, Self

from harness.cassettes.exchange import Cassette, Ending, How
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.recording import Recording
from harness.errors import HarnessError, UsageError
from harness.io.clock import SystemClock
from harness.io.files import read_cassette, read_part_file, seal, write_cassette
from harness.io.partfile import PartFile
from harness.io.secrets import environment_detector, environment_redactor
from harness.jsonvalue import canonical

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from harness.cassettes.exchange import Exchange, Request, Response
    from harness.cassettes.recording import ExchangeRecording
    from harness.cassettes.redaction.detector import Detector
    from harness.cassettes.redaction.redactor import Redactor
    from harness.clock import Clock
    from harness.jsonvalue import JsonValue

_TIMEOUTS = frozenset({"ConnectTimeout", "ReadTimeout", "WriteTimeout", "PoolTimeout", "TimeoutError"})
_RESERVED = frozenset({"k", "schema", "part"})
_CANCELLATIONS = frozenset({"CancelledError", "Cancelled", "KeyboardInterrupt"})


def ending_of(error: BaseException) -> How:
    """What an exception of httpx, httpx2 or asyncio says about the end of an exchange."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _CANCELLATIONS:
        return How.CANCELLED
    if "GeneratorExit" in names:
        return How.CLIENT_CLOSE
    if names & _TIMEOUTS:
        return How.TIMEOUT
    if "RemoteProtocolError" in names:
        return How.SERVER_CUT
    return How.RESET


class Take:
    """One exchange while it is recorded; all times are read here, at the call.

    Made by `Recorder.begin`. The calls come in wire order: `respond`, `chunk` any number of times, `end` once.
    """

    def __init__(self, recorder: Recorder, recording: ExchangeRecording, started_us: int) -> None:
        self._recorder = recorder
        self._recording = recording
        self._from_us = started_us
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether `end` was called."""
        return self._ended

    @property
    def index(self) -> int:
        """The exchange's place in the recording; -1 where it was refused."""
        return self._recording.index

    def respond(self, head: Response) -> None:
        """The response's head came; its chunks are ignored."""
        if self._recorder.elsewhere:
            return
        with self._recorder.lock:
            now = self._recorder.clock.monotonic_us()
            try:
                self._recording.respond(head, now - self._from_us)
            except Exception as defect:  # noqa: BLE001 - the client must not feel the recorder, nor its defects
                self._recorder.broke(self._recording, defect)
            self._from_us = now

    def chunk(self, data: bytes) -> None:
        """One read of the body came."""
        if self._recorder.elsewhere:
            return
        with self._recorder.lock:
            try:
                self._recording.chunk(data, self._recorder.clock.monotonic_us() - self._from_us)
            except Exception as defect:  # noqa: BLE001 - as above
                self._recorder.broke(self._recording, defect)

    def end(
        self,
        how: How,
        error: BaseException | None = None,
        *,
        extra: Mapping[str, JsonValue] | None = None,
    ) -> None:
        """The exchange is over. Only the first call counts.

        Args:
            how: In which way.
            error: The exception that the recording client met, where it met one.
            extra: Further members of the exchange's `end` row; never a secret.
        """
        if self._recorder.elsewhere:
            return
        with self._recorder.lock:
            if self._ended:
                return
            self._ended = True
            ending = Ending(
                how,
                self._recorder.clock.monotonic_us() - self._from_us,
                None if error is None else type(error).__name__,
                None if error is None or not str(error) else str(error),
            )
            try:
                self._recording.end(ending, extra=extra)
            except Exception as defect:  # noqa: BLE001 - as above
                self._recorder.broke(self._recording, defect)
            self._recorder.finished(self)

    def fail(self, error: BaseException) -> None:
        """The exchange ended with an exception."""
        self.end(ending_of(error), error)


class Recorder:
    """Records exchanges into one cassette; safe to share between threads and tasks.

    The `.part` file beside the cassette appears with the first exchange, so a session that makes no request leaves
    nothing behind. `close` seals, and ends the recorder.

    A process that is forked off records nothing: it would share the file, and number its exchanges as its parent
    does. Its `begin` is refused; what it inherited is its parent's to write and to seal.

    Args:
        path: Where the sealed cassette is to lie.
        append: Keep the exchanges of a cassette that is there, and add to them; otherwise it is replaced, at the
            moment of sealing and not before.
        held: How many exchanges a cassette that is added to has, where the caller has read it; otherwise it is
            read here.
        keep: Chooses, from the old exchanges and the new ones, which of the old stay in front of the new; used
            where `append` is not given.
        redactor: What hides secrets; by default the built-in rules and the values of this process's environment.
        detector: What refuses rows that still look secret; likewise.
        clock: Where time comes from.
        head: Further fields of the head row (`dialect`, `model`, `notes`).

    Raises:
        UsageError: `head` has a field that the format writes itself, or one that is not JSON.
        CassetteError: What is to be added to is no whole cassette.
    """

    def __init__(
        self,
        path: Path,
        *,
        append: bool = False,
        held: int | None = None,
        keep: Callable[[Sequence[Exchange], Sequence[Exchange]], list[Exchange]] | None = None,
        redactor: Redactor | None = None,
        detector: Detector | None = None,
        clock: Clock | None = None,
        head: Mapping[str, JsonValue] | None = None,
    ) -> None:
        self.path = path
        self.append = append
        self.begun = 0
        self.redactor = redactor or environment_redactor()
        self.detector = detector or environment_detector()
        self.clock = clock or SystemClock()
        self.lock = threading.RLock()
        self._keep = keep
        self._head = _checked(head or {})
        # Counted now: the first request of a client must not wait for a long cassette to be read.
        self._held = _held(path) if append and held is None else held or 0
        self._part: PartFile | None = None
        self._recording: Recording | None = None
        self._started_us = 0
        self._syncs: ThreadPoolExecutor | None = None
        self._sync_due = False
        self._open: set[Take] = set()
        self._closed = False
        self._process = os.getpid()

    @property
    def elsewhere(self) -> bool:
        """Whether this is another process than the one that made the recorder: a fork of it."""
        return os.getpid() != self._process

    def begin(self, request: Request, *, extra: Mapping[str, JsonValue] | None = None) -> Take:
        """Start to record one exchange, at the moment its request goes out.

        Args:
            request: As it is sent.
            extra: Further members of the exchange's `req` row; never a secret.

        Raises:
            UsageError: The recorder is closed, or was made by another process.
            FileAccessError: The `.part` file cannot be made, or another recorder has it.
        """
        # Before the lock: in a fork, a thread that is not there may hold it.
        if self.elsewhere:
            raise UsageError(
                "a forked process cannot record into its parent's cassette",
                where=str(self.path),
                expected=f"process {self._process}, which opened it",
                found=f"process {os.getpid()}",
                hint="open a tape of its own, with another path, in each process",
            )
        with self.lock:
            if self._closed:
                raise UsageError(
                    "this recorder is closed: the cassette is sealed",
                    where=str(self.path),
                    hint="make a new one to record more; new_episodes (or append) adds to the cassette",
                )
            recording = self._recording or self._start()
            now = self.clock.monotonic_us()
            self.begun += 1
            take = Take(self, recording.begin(request, now - self._started_us, extra), now)
            self._open.add(take)
            return take

    def _start(self) -> Recording:
        self._part = PartFile(self.path)
        self._started_us = self.clock.monotonic_us()
        head: dict[str, JsonValue] = {
            "tool": f"harness {version('llm-stream-harness')}",
            "recorded": self.clock.utc_now(),
            "timing": "wire",
            **self._head,
        }
        self._recording = Recording(
            head,
            redactor=self.redactor,
            detector=self.detector,
            sink=self._part.append,
            first_index=self._held,
        )
        return self._recording

    def finished(self, take: Take) -> None:
        """A take has ended: make what it wrote durable, in the background, as a disk may take its time."""
        self._open.discard(take)
        if self._part is not None and self._recording is not None and not self._sync_due:
            self._sync_due = True
            self._syncs = self._syncs or ThreadPoolExecutor(1, "harness-sync")
            with contextlib.suppress(RuntimeError):  # the interpreter is ending: it starts no more threads
                self._syncs.submit(self._sync, self._part, self._recording)

    def broke(self, recording: ExchangeRecording, defect: Exception) -> None:
        """An exchange could not be recorded on, for a reason that nobody foresaw; told when the session ends."""
        error = HarnessError(
            f"exchange {recording.index} was recorded only in part: {type(defect).__name__}: {defect}",
            where=str(self.path),
            hint="this is a defect of harness; please report it",
        )
        error.__cause__ = defect
        if self._recording is not None:
            self._recording.refusals.append(error)
        with contextlib.suppress(Exception):
            recording.end(Ending(How.RECORDER_CRASH, exception=type(defect).__name__))

    def _sync(self, part: PartFile, recording: Recording) -> None:
        self._sync_due = False  # what ends from here on needs a sync of its own
        try:
            part.sync()
        except HarnessError as error:
            # The client's stream has ended well; that the disk is failing is told when the session ends.
            recording.refusals.append(error)

    @property
    def refusals(self) -> Sequence[HarnessError]:
        """What was not recorded, and why, so far."""
        return () if self._recording is None else tuple(self._recording.refusals)

    def close(self) -> Path | None:
        """End what is still open as closed by the client, and seal. Closing again does nothing.

        Returns:
            The sealed cassette; None where nothing was recorded, and in a forked process.

        Raises:
            SecretFound: Something had to be left out. What could be recorded is sealed all the same. Where more
                was left out, notes on the error say so.
        """
        if self.elsewhere:
            return None
        with self.lock:
            part, refusals = self._end()
            if part is None:
                return None
            part.close()
            self._seal(part)
        if refusals:
            for text in dict.fromkeys(str(error) for error in refusals):
                if text != str(refusals[0]):
                    refusals[0].add_note(text)
            raise refusals[0]
        return self.path

    def discard(self) -> None:
        """End, and keep nothing: a cassette that was there stays as it was. Nothing after `close` or itself."""
        if self.elsewhere:
            return
        with self.lock:
            part, _ = self._end()
            if part is not None:
                part.remove()

    def _end(self) -> tuple[PartFile | None, Sequence[HarnessError]]:
        """Take no more, and hand out the file of what was taken, if there is one still, and what was refused."""
        self._closed = True
        for take in tuple(self._open):
            take.end(How.CLIENT_CLOSE)
        syncs, self._syncs = self._syncs, None
        if syncs is not None:
            syncs.shutdown()
        part, self._part = self._part, None
        refusals, self._recording = (
            self.refusals,
            None,
        )  # once all takes have ended, as one may be refused then
        return part, refusals

    def _seal(self, part: PartFile) -> None:
        if self._keep is None or not self.path.exists():
            seal(part.path, self.path, append=self.append, key_of=key_fields)
            return
        new = read_part_file(part.path).cassette
        old = read_cassette(self.path)
        stay = self._keep(old.exchanges, new.exchanges)
        write_cassette(Cassette(new.head, [*stay, *new.exchanges]), self.path, key_of=key_fields)
        with contextlib.suppress(OSError):
            part.path.unlink()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _held(path: Path) -> int:
    return len(read_cassette(path).exchanges) if path.exists() else 0


def _checked(head: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Refuse at once what could not be written, or not be read again, when the first exchange begins."""
    for name, value in head.items():
        if name in _RESERVED:
            raise UsageError(
                f"the field {name!r} of a cassette's head cannot be given: the recorder writes it",
                where="head",
                expected="fields of your own, such as dialect, model or notes",
            )
        try:
            canonical({name: value})
        except (TypeError, ValueError, RecursionError) as error:
            raise UsageError(
                f"the field {name!r} of a cassette's head is not JSON",
                where="head",
                expected="a name, and a string, number, boolean, null, list or object",
                found=str(error),
            ) from None
    return dict(head)
