"""XLAT-REQ: what the client's messages say reaches the upstream, in order, and from whom it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import AROUND, shortened
from harness.rules.translation.requests_fidelity import Fidelity
from harness.rules.translation.requests_passages import misplaced, spaced_out

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.rules.translation.requests_passages import Passage
    from harness.rules.translation.requests_reading import Heard, Words

_WHOSE = {"system": "the system prompt", "user": "the user", "assistant": "the assistant"}


class PromptLost(Fidelity):
    """A text of the client's messages or instructions did not reach the upstream.

    ## Why it matters
    The model answers another question than was asked, forgets what was said before, or does not know the rules that it
    was given. Nothing in the answer shows that.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"system","content":"Answer in French."},\
{"role":"user","content":"Where does the river Glomma end?"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":\
"Where does the river Glomma end?"}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"input":[{"role":"user","content":"Hello."},{"role":"assistant","content":\
"Hello to you."},{"role":"user","content":"Where does the river Glomma end?"}]}
    stream: translation/responses_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Hello."},\
{"role":"user","content":"Where does the river Glomma end?"}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Is this a table?  a    b"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":\
"Is this a table? a b"}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"Where does the \
river Glom"},{"type":"text","text":"ma end?"}]}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Where does the river \
Glom ma end?"}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"system","content":"Answer in French."},\
{"role":"user","content":[{"type":"text","text":"Where does the river "},{"type":"text","text":"Glomma end?"}]}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"system":[{"type":"text","text":"Answer in French."}],\
"messages":[{"role":"user","content":"Where does the river Glomma end?"}]}
    stream: anthropic/text
    ```

    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":[{"type":"text","text":"Where does the \
river Glom"},{"type":"text","text":"ma end?"}]}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":[{"type":"text","text":\
"Where does the river Glom"},{"type":"text","text":"ma end?"}]}]}
    stream: anthropic/text
    ```

    ## Exceptions
    Texts may be joined to others, be split into parts, and stand in other members. White space around them does not
    count; where only white space within them differs, or blanks come between the parts of one message, it is a warning.
    Parts that are joined with nothing or with lines between them are as they were: where a protocol has no parts, that
    is how servers tell them. What a gateway adds is no matter of this rule.
    """

    id = "XLAT-REQ-002"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """The client said something."""
        del sent
        return bool(asked.words())

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for every text."""
        passages = misplaced(asked, sent)
        if lost := _with(passages, "lost"):
            words = lost[0].words
            message = f"A text of {_WHOSE[words.speaker]} did not reach the upstream{_others(lost)}."
            return self.lost(
                case,
                message,
                expected=shortened(words.text),
                found=_told(sent.words()),
                subject=words.speaker,
            )
        if respaced := _with(passages, "respaced"):
            words = respaced[0].words
            message = f"The white space in a text of {_WHOSE[words.speaker]} changed{_others(respaced)}."
            return self.lost(
                case,
                message,
                expected=shortened(words.text),
                severity=Severity.WARNING,
                subject="white space",
            )
        if (joined := spaced_out(asked, sent)) is not None:
            first, second, between = joined
            return self.lost(
                case,
                "Parts of one message are joined with blanks between them, which the client did not send.",
                expected=repr(first[-AROUND:] + second[:AROUND]),
                found=repr(first[-AROUND:] + between[:AROUND] + second[:AROUND]),
                severity=Severity.WARNING,
                subject="blanks between parts",
            )
        return None


class TurnsReordered(Fidelity):
    """The turns of the conversation reached the upstream in another order.

    ## Why it matters
    The last thing that was said is what the model answers. A question before its context, or an old question at the
    end, gets an answer that nobody asked for.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Name a river."},{"role":"assistant",\
"content":"Glomma."},{"role":"user","content":"Where does it end?"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Where does it end?"},\
{"role":"assistant","content":"Glomma."},{"role":"user","content":"Name a river."}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Name a river."},{"role":"assistant",\
"content":"Glomma."},{"role":"user","content":"Where does it end?"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Name a river."},\
{"role":"assistant","content":[{"type":"text","text":"Glomma."}]},{"role":"user","content":"Where does it end?"}]}
    stream: anthropic/text
    ```

    ## Exceptions
    System prompts and refusals may move: not every protocol has a place for them among the texts.
    """

    id = "XLAT-REQ-003"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """There are at least two turns."""
        del sent
        return sum(one.speaker != "system" for one in asked.words()) > 1

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for texts that stand before what they follow."""
        moved = _with(misplaced(asked, sent), "moved")
        if not moved:
            return None
        words = moved[0].words
        message = (
            f"A text of {_WHOSE[words.speaker]} stands upstream before one that it follows{_others(moved)}."
        )
        return self.lost(
            case, message, expected=_told(asked.words()), found=_told(sent.words()), subject=words.speaker
        )


class SpeakerChanged(Fidelity):
    """What one speaker said is put into the mouth of another.

    ## Why it matters
    Models follow their system prompt, answer users, and take an assistant's words for their own. A gateway that writes
    the whole history into one message of the user, as "User: ... Assistant: ...", has the model go on with the play.

    ## Violates
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Name a river."},{"role":"assistant",\
"content":"Glomma."},{"role":"user","content":"Where does it end?"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":\
"User: Name a river. Assistant: Glomma. User: Where does it end?"}]}
    stream: anthropic/text
    ```

    ## Conforms
    ```example
    request: {"model":"m","stream":true,"messages":[{"role":"user","content":"Name a river."},{"role":"assistant",\
"content":"Glomma."},{"role":"developer","content":"Be brief."},{"role":"user","content":"Where does it end?"}]}
    stream: translation/chat_text
    --- upstream
    request: {"model":"m","max_tokens":64,"stream":true,"messages":[{"role":"user","content":"Name a river."},\
{"role":"assistant","content":"Glomma."},{"role":"user","content":"<system>Be brief.</system>Where does it end?"}]}
    stream: anthropic/text
    ```

    ## Exceptions
    A system prompt may be told as a user's words, where the protocol has no place for it there.
    """

    id = "XLAT-REQ-004"
    severity = Severity.ERROR
    source = "conformance: request fidelity, lost history"

    def concerns(self, asked: Heard, sent: Heard) -> bool:
        """Somebody else than the system said something."""
        del sent
        return any(one.speaker != "system" for one in asked.words())

    def hold(self, asked: Heard, sent: Heard, case: Case[Any]) -> Found:
        """Look for texts that only another says."""
        changed = _with(misplaced(asked, sent), "spoken by another")
        if not changed:
            return None
        words, speaker = changed[0].words, changed[0].speaker
        message = f"A text of {_WHOSE[words.speaker]} is {speaker or 'another'}'s upstream{_others(changed)}."
        return self.lost(
            case,
            message,
            expected=f"{words.speaker}: {shortened(words.text)}",
            found=f"{speaker}: {shortened(words.text)}",
            subject=words.speaker,
        )


def _with(passages: list[Passage], fate: str) -> list[Passage]:
    return [one for one in passages if one.fate == fate]


def _others(passages: list[Passage]) -> str:
    more = len(passages) - 1
    return f", and {'one other' if more == 1 else f'{more} others'}" if more else ""


def _told(words: list[Words]) -> str:
    """The texts of a request for a message."""
    return "; ".join(f"{one.speaker}: {shortened(one.text)}" for one in words) or "no text"
