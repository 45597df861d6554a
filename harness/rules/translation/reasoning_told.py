"""XLAT-RSN: a client that asks for thought is told what can be read of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from harness.findings import Severity
from harness.rules.translation.comparison import Comparison, are_whole, shortened
from harness.rules.translation.requests_fidelity import heard

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found, Need
    from harness.turn.turn import Turn


class ThoughtLost(Comparison):
    """The client asked for a summary of the thought, and gets none of the thought that upstream told.

    ## Why it matters
    Agents show it while the model works, so that somebody can stop it; without it a long thought looks like a server
    that hangs. Nothing of the answer itself is missing, and so this is a warning.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"reasoning":{"summary":"auto"},"input":"Where does the river Glomma end?"}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Where does the river \
Glomma end?"}]}
    stream: anthropic/thinking
    event message_start: message.usage.input_tokens = 17
    event content_block_delta#3: delta.text = "It ends in the Oslofjord"
    event content_block_delta#4: delta.text = ", at Fredrikstad."
    event message_delta: usage.input_tokens = 17
    event message_delta: usage.output_tokens = 16
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"reasoning":{"summary":"auto"},"input":"Is 91 prime?"}
    stream: translation/responses_thinking
    --- upstream
    stream: anthropic/thinking
    ```

    ## Exceptions
    Chat has no place for thought: what is customary there is not owed. In Responses a client that does not ask gets none
    from OpenAI either. Thought that is sealed cannot be told, and it does not matter here whether it comes as a summary
    or as raw thought.
    """

    id = "XLAT-RSN-006"
    severity = Severity.WARNING
    source = "OpenAI API reference, `reasoning.summary`; derived"
    needs: ClassVar[tuple[Need, ...]] = ("upstream", "request")
    dialects: ClassVar[tuple[str, ...]] = ("responses",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream told its thought, and the client had asked for it."""
        return _told(theirs) != "" and are_whole(mine, theirs, case) and _is_wanted(case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for any thought."""
        if _told(mine):
            return None
        return self.told(
            case,
            "The client asked for a summary of the thought, and nothing of upstream's thought arrived.",
            expected=shortened(_told(theirs)),
            found="no thought",
        )


def _told(turn: Turn) -> str:
    return "".join(one.told_reasoning for one in turn.choices).strip()


def _is_wanted(case: Case[Any]) -> bool:
    request = case.request
    asked = heard(request.body, "responses") if request is not None and request.body else None
    return asked is not None and asked.wants_summary
