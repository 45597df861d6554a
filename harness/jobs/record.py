"""Recording what passes between clients and an upstream, through a local port."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from harness.cassettes.redaction.detector import Detector
from harness.cassettes.redaction.redactor import Redactor
from harness.errors import HarnessError, SecretFound, UsageError
from harness.io.environment import values_with
from harness.io.files import read_cassette
from harness.io.partfile import refuse_taken
from harness.io.recorder import Recorder
from harness.io.server.proxy import RecordProxy
from harness.io.server.threaded import ServerThread
from harness.io.upstream import Upstream
from harness.jobs.output import refuse_existing, refuse_unwritable
from harness.jobs.serving import LocalServer
from harness.jobs.watching import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from harness.jobs.watching import Passed


@dataclass(frozen=True)
class RecordSummary:
    """What a recording session left behind.

    Args:
        path: The sealed cassette; None where no request came.
        exchanges: How many exchanges were begun.
        refusals: What was not recorded, and why. Clients were served all the same.
        unreached: Why the upstream could not be reached, once for each request that it happened to.
    """

    path: Path | None
    exchanges: int
    refusals: Sequence[HarnessError | Exception]
    unreached: Sequence[HarnessError] = ()


class RecordServer(LocalServer):
    """A record-through proxy on a local port. Made by `record_server`."""

    def __init__(self, thread: ServerThread, proxy: RecordProxy, recorder: Recorder, base_path: str) -> None:
        super().__init__(thread, base_path)
        self._proxy = proxy
        self._recorder = recorder
        self._summary: RecordSummary | None = None

    def stop(self) -> None:
        """Stop, letting streams under way end for a moment, and seal. Calling it twice is harmless.

        Raises:
            FileAccessError: The cassette cannot be written; the `.part` file is left for `harness cassette recover`.
        """
        if self._summary is not None:
            return
        super().stop()
        exchanges, refusals = self._recorder.begun, list(self._recorder.refusals)
        try:
            path = self._recorder.close()
        except HarnessError as error:
            # What was refused while it was recorded is told with the rest; sealing was not stopped by it.
            if error not in refusals:
                if not isinstance(error, SecretFound):
                    raise
                refusals.append(error)
            path = self._recorder.path
        self._summary = RecordSummary(
            path, exchanges, [*refusals, *self._proxy.failures], self._proxy.unreached
        )

    def summary(self) -> RecordSummary:
        """What the session left behind, once it has been stopped.

        Raises:
            UsageError: It has not.
        """
        if self._summary is None:
            raise UsageError("the recording is still under way", hint="stop the server first")
        return self._summary


def record_server(
    upstream: str,
    output: str | Path,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    append: bool = False,
    overwrite: bool = False,
    ca: str | Path | None = None,
    raw_encoding: bool = False,
    decode: bool = False,
    patterns: Sequence[str] = (),
    headers: Sequence[str] = (),
    variables: Sequence[str] = (),
    tell: Callable[[Passed], None] | None = None,
    counting: bool = True,
) -> RecordServer:
    """A local server that passes every request on to `upstream` and records what comes back.

    Args:
        upstream: Base URL, such as `https://api.openai.com/v1`. Clients use the same path on this server.
        output: The cassette to write.
        host: Address to listen on; loopback unless told otherwise.
        port: Port; 0 takes a free one.
        append: Add to a cassette that is there.
        overwrite: Replace a cassette that is there, when the new one is sealed.
        ca: A file of certificates (PEM) to trust beside the usual ones.
        raw_encoding: Pass the client's `accept-encoding` on; by default `identity` is asked for.
        decode: Where a body comes compressed all the same, record it decoded, so that it can be redacted.
        patterns: Regular expressions; what they match is hidden, too, or only their group named `secret`.
        headers: Names of header fields whose values are hidden, too.
        variables: Names of environment variables whose values are hidden, too, whatever their names.
        tell: Is given a short account of each exchange when it is over, on the server's thread.
        counting: Whether that account counts the events.

    Raises:
        UsageError: The URL is none, the CA file holds no certificates, a pattern is no regular expression, or a
            variable is not set or too short to be hidden.
        FileAccessError: The cassette exists and neither `append` nor `overwrite` is given; or it cannot be written, is
            being recorded, or was being recorded when a recorder died.
        InputError: There is something to append to that is no whole cassette.
        PortInUse: On start: another program listens there.
    """
    path = Path(output)
    hint = "--append adds to it, --overwrite replaces it, -o writes elsewhere"
    refuse_existing(path, overwrite=append or overwrite, hint=hint)
    refuse_taken(path)
    held = len(read_cassette(path).exchanges) if append and path.exists() else 0
    refuse_unwritable(path)
    values = values_with(variables)
    redactor = Redactor(values=values, extra_patterns=patterns, extra_headers=headers, decode=decode)
    recorder = Recorder(path, append=append, held=held, redactor=redactor, detector=Detector(values=values))
    sink = recorder if tell is None else Watch(recorder, tell, counting=counting)
    proxy = RecordProxy(Upstream(upstream, ca=Path(ca) if ca else None, raw_encoding=raw_encoding), sink)
    thread = ServerThread(proxy, host, port, finish=proxy.aclose)
    return RecordServer(thread, proxy, recorder, urlsplit(upstream).path.rstrip("/") or "/v1")
