"""What the recording and the replaying server have in common: a thread, an address, an environment for a child."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from harness.io.process import client_environment

if TYPE_CHECKING:
    from types import TracebackType

    from harness.io.server.threaded import ServerThread


class LocalServer:
    """A server on a local port with a thread of its own; a context manager, or `start` and `stop`.

    Args:
        thread: The server.
        base_path: What OpenAI clients put before `/chat/completions`, such as `/v1`.
    """

    def __init__(self, thread: ServerThread, base_path: str) -> None:
        self._thread = thread
        self.base_path = base_path

    @property
    def url(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return self._thread.url

    @property
    def base_url(self) -> str:
        """What to give an OpenAI client as its base URL."""
        return self.url + self.base_path

    @property
    def environment(self) -> dict[str, str]:
        """Variables that point the official SDKs at this server, for a child process."""
        return client_environment(self.url, self.base_path)

    def start(self) -> Self:
        """Listen, and serve in the background.

        Raises:
            PortInUse: Another program listens there.
            TargetError: The address cannot be listened on for another reason.
        """
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop, letting answers under way end for a moment. Calling it twice is harmless."""
        self._thread.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
