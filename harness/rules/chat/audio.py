"""CHAT-AUD: spoken output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class AudioMalformed(ChatRule):
    """Audio comes in a form that clients cannot put together.

    ## Why it matters
    The pieces of one choice have one id, their data is base64, and the time at which the audio expires comes last:
    openai-node takes the audio for complete when it has all of these.

    ## Violates
    ```example
    stream: chat/audio
    event 4: choices.0.delta.audio.data = "not base64!"
    ```

    ```example
    stream: chat/audio
    event 2: choices.0.delta.audio.id = "audio_second"
    ```

    ## Conforms
    ```example
    stream: chat/audio
    ```

    ## Exceptions
    OpenAI sends the same id more than once, at the start and where the data begins (recorded 4 of 4 times), so only
    another id is reported.
    """

    id = "CHAT-AUD-001"
    severity = Severity.INFO
    source = "openai-python 3.52.0 types; openai-node 6.49.0, isCompleteAudio"
    on = ("audio-id-changed", "audio-late", "audio-data", MALFORMED)
    exercised_by = ("audio",)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Another id, data that is none, or audio after the end."""
        signal = case.signal
        if signal is None:
            return self.misfit(case)
        said = {
            "audio-id-changed": "The audio has another id than before.",
            "audio-late": "Audio comes after the time at which it expires.",
            "audio-data": "The data of the audio is not base64.",
        }
        return self.finding(case, said[signal.kind], expected=signal.expected, found=signal.found)
