"""OpenAI's two dialects. The writers of `harness.translation` know how these answers look; here they are an upstream's.

So the wording of an upstream's events is that of the built-in gateway. The rules judge both, and the schemas that are
made of OpenAI's own types; nothing is taken for right because the other side says the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from harness.errors import RequestRefused
from harness.scenarios.voices.declared import as_declared
from harness.scenarios.voices.voice import CREATED
from harness.translation.ids import SeededMint
from harness.translation.losses import Ledger
from harness.translation.manner import Manner
from harness.translation.requests.from_chat import from_chat
from harness.translation.requests.from_responses import from_responses
from harness.translation.session import Session
from harness.translation.writers.chat import ChatWriter
from harness.translation.writers.responses import ResponsesWriter
from harness.turn.increments import Start

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from harness.scenarios.voices.voice import Heard
    from harness.translation.engine import InboundDialect
    from harness.translation.writers.writer import Writer
    from harness.turn.conversation import Request
    from harness.turn.increments import Increment

_PARSERS: Final[Mapping[InboundDialect, Callable[[Mapping[str, Any], Ledger], Request]]] = {
    "chat": from_chat,
    "responses": from_responses,
}
_WRITERS: Final[Mapping[InboundDialect, Callable[[Session], Writer]]] = {
    "chat": ChatWriter,
    "responses": ResponsesWriter,
}
_PREFIXES: Final[Mapping[InboundDialect, str]] = {"chat": "chatcmpl-", "responses": "resp_"}
_MANNER: Final = Manner(reasoning="reasoning_content")
"""Chat has no place for thought; nearly all servers that think tell it in this member."""


class OpenAiVoice:
    """Chat Completions, or Responses."""

    def __init__(self, dialect: InboundDialect) -> None:
        self._dialect = dialect

    def events(self, increments: Iterable[Increment], heard: Heard) -> list[bytes]:
        """The stream, an event each."""
        written = "".join([data.decode() for data in self._written(increments, heard)[1]])
        return [(event + "\n\n").encode() for event in written.split("\n\n")[:-1]]

    def whole(self, increments: Iterable[Increment], heard: Heard) -> dict[str, Any]:
        """The whole answer."""
        return dict(self._written(increments, heard)[0].whole())

    def _written(self, increments: Iterable[Increment], heard: Heard) -> tuple[Writer, list[bytes]]:
        session = self._session(heard)
        writer = _WRITERS[self._dialect](session)
        sent = []
        for one in as_declared(increments, heard.body):
            if isinstance(one, Start):
                name = f"{_PREFIXES[self._dialect]}{heard.mark}{heard.number}"
                one = Start(upstream_id=name, model=heard.model, created=CREATED, dialect=self._dialect)  # noqa: PLW2901
            sent.append(writer.write(one))
        return writer, sent

    def _session(self, heard: Heard) -> Session:
        try:
            request = _PARSERS[self._dialect](heard.body, Ledger())
        except RequestRefused:
            request = None  # whoever judges what the gateway sent says so; the answer does not depend on it
        return Session(
            mint=SeededMint(f"{heard.mark} {heard.number}".encode()),
            now=lambda: CREATED,
            upstream=self._dialect,
            manner=_MANNER,
            request=request,
            body=heard.body,
        )


CHAT: Final = OpenAiVoice("chat")
RESPONSES: Final = OpenAiVoice("responses")
