"""XLAT-REQ: a request that goes on from an earlier response brings what was said before to the upstream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import shortened
from harness.rules.translation.requests_fidelity import Fidelity

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_reading import Heard, Words


class EarlierTurnsForgotten(Fidelity):
    """The client goes on from an earlier response, and the upstream is asked without anything that was said before.

    With `previous_response_id`, a request holds only what is new. A gateway that takes it owes the upstream what came
    before: all of it, or an id by which the upstream knows it.

    ## Why it matters
    The model has forgotten the conversation. It does not say so, but answers as though the last words were the first.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"previous_response_id":"resp_1","instructions":"Be brief.",\
"input":"Where does it end?"}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"system":"Be brief.",\
"messages":[{"role":"user","content":"Where does it end?"}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"previous_response_id":"resp_1","input":"Where does it end?"}
    stream: translation/responses_text
    event response.created: response.previous_response_id = "resp_1"
    event response.in_progress: response.previous_response_id = "resp_1"
    event response.completed: response.previous_response_id = "resp_1"
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Name a river."},\
{"role":"assistant","content":"Glomma."},{"role":"user","content":"Where does it end?"}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"previous_response_id":"resp_1","input":"Where does it end?"}
    stream: translation/responses_text
    event response.created: response.previous_response_id = "resp_1"
    event response.in_progress: response.previous_response_id = "resp_1"
    event response.completed: response.previous_response_id = "resp_1"
    --- upstream
    request: {"model":"m","stream":true,"previous_response_id":"resp_7","input":"Where does it end?"}
    stream: translation/responses_text
    event response.created: response.previous_response_id = "resp_7"
    event response.in_progress: response.previous_response_id = "resp_7"
    event response.completed: response.previous_response_id = "resp_7"
    ```

    ## Exceptions
    What the earlier turns were is not known to this rule: any words, call, result or medium that the client did not
    send in this request is taken for them. A gateway that keeps nothing may refuse the request: then it asks no upstream.
    Where the client lets turns be left out (`truncation`, `context_management`), it is not judged.
    """

    id = "XLAT-REQ-021"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history; OpenAI API reference, `previous_response_id`"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client names the response that it goes on from."""
        del sent
        return asked.continues is not None

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for anything upstream that the client did not send in this request."""
        if sent.is_stored or _says_more(sent, asked):
            return None
        return self.lost(
            case,
            "The client goes on from an earlier response, and the upstream is told nothing of what was said before.",
            expected="the earlier turns",
            found=_told(sent),
        )


def _says_more(sent: Heard, asked: Heard) -> bool:
    """Whether a request holds what another does not; how texts are cut and spaced does not matter."""
    whole = "".join(_squeezed(one) for one in asked.words())
    return (
        any(_squeezed(one) not in whole for one in sent.words())
        or len("".join(map(_squeezed, sent.words()))) > len(whole)
        or len(sent.calls()) > len(asked.calls())
        or len(sent.results()) > len(asked.results())
        or len(sent.media()) > len(asked.media())
    )


def _squeezed(words: Words) -> str:
    return "".join(words.text.split())


def _told(sent: Heard) -> str:
    texts = [one for one in sent.words() if one.speaker != "system"]
    return "; ".join(f"{one.speaker}: {shortened(one.text)}" for one in texts) or "no text"
