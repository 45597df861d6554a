"""CHAT-OBF: padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.findings import Severity
from harness.rules.chat.chat_rule import ChatRule
from harness.rules.rule import MALFORMED, Found

if TYPE_CHECKING:
    from harness.dialects.chat.state import ChatStream
    from harness.rules.case import Case


class ObfuscationType(ChatRule):
    """`obfuscation` is not a text.

    ## Why it matters
    OpenAI pads chunks with it, so that their lengths do not give the words away. Its value means nothing and is left
    out of comparisons; anything but a text makes typed clients reject the chunk.

    ## Violates
    ```example
    stream: chat/text
    event 2: obfuscation = 17
    ```

    ## Conforms
    ```example
    stream: chat/text
    ```
    """

    id = "CHAT-OBF-001"
    severity = Severity.INFO
    source = "OpenAI API reference, `stream_options.include_obfuscation`; recorded since 2025-08"
    on = (MALFORMED,)

    def observe(self, case: Case[ChatStream]) -> Found:
        """Padding of another type."""
        return self.misfit(case)
