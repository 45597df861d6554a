"""XLAT-TEXT, XLAT-REF, XLAT-ANN: what the model says arrives as it was said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.comparison import (
    Comparison,
    first_difference,
    may_be_short,
    shortened,
    untagged,
)
from harness.rules.translation.requests_of_chat import format_of
from harness.rules.translation.requests_reading import mapped

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Turn


class TextChanged(Comparison):
    r"""The visible text that the client was sent is not the text that upstream sent.

    ## Why it matters
    The text is what the product is for. Gateways drop pieces whose chunk also holds something else (the first, that of
    the finish reason), trim white space, decode a character that was cut in two, or send a last snapshot after the
    pieces; no client can notice any of that.

    ## Violates
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    event content_block_delta#2: delta.text = ", at Fredrikstad in the east."
    ```

    ```example
    stream: translation/responses_text
    --- upstream
    stream: anthropic/text
    event content_block_delta: delta.text = "\nIt ends"
    ```

    ## Conforms
    ```example
    stream: translation/chat_text
    --- upstream
    stream: anthropic/text
    ```

    ```example
    stream: translation/responses_text
    --- upstream
    stream: translation/chat_text
    ```

    ```example
    stream: translation/chat_text
    --- upstream
    stream: translation/chat_text
    event 0: choices.0.delta.content = "<think>In Norway.</think>"
    ```

    ## Exceptions
    Where either half broke off, or the client went away, the client may have less than upstream sent, but nothing
    else. Several blocks of text are joined without anything between them, as all SDKs do. Thought with which upstream's
    text begins, between `<think>` and `</think>`, may be left out or sent as thought.
    """

    id = "XLAT-TEXT-001"
    severity = Severity.ERROR
    source = "derived: a translation keeps the text; bifrost#597"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """There is text on either side."""
        del case
        return any(one.text for one in (*mine.choices, *theirs.choices))

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare choice by choice."""
        short = may_be_short(mine, theirs, case)
        for one, other in mine.pairs(theirs):
            if any(
                one.text == text or (short and text.startswith(one.text))
                for told in (other.text, other.told_text)
                for text in (told, untagged(told)[0])
            ):
                continue
            how, found, expected = first_difference(one.text, other.text)
            return self.told(case, f"The text is not upstream's: {how}.", expected=expected, found=found)
        if not mine.choices and not short and any(one.text for one in theirs.choices):
            return self.told(case, "Nothing of upstream's text arrived.", expected="text", found="no answer")
        return None


class RefusalAsText(Comparison):
    """A refusal arrives as ordinary text, or ordinary text as a refusal.

    ## Why it matters
    Clients that ask for structured output look at the refusal before they parse the text; a refusal that comes as text
    is parsed as JSON and fails, and text that comes as a refusal is thrown away.

    ## Violates
    ```example
    stream: translation/chat_refusal
    request: {"model":"m","stream":true,"stream_options":{"include_usage":true},"response_format":{"type":"json_object"},\
"messages":[{"role":"user","content":"Tell me in JSON."}]}
    event 1: choices.0.delta = {"content":"I can't"}
    event 2: choices.0.delta = {"content":" help with that."}
    --- upstream
    request: none
    stream: translation/responses_refusal
    ```

    ```example
    stream: translation/chat_refusal
    event 1: choices.0.delta = {"content":"I can't"}
    event 2: choices.0.delta = {"content":" help with that."}
    --- upstream
    stream: translation/responses_refusal
    ```

    ## Conforms
    ```example
    stream: translation/chat_refusal
    --- upstream
    stream: translation/responses_refusal
    ```

    ```example
    stream: translation/responses_refusal
    --- upstream
    stream: translation/chat_refusal
    ```

    ## Exceptions
    A refusal that arrives as text is a warning where the client did not ask for JSON: people read it all the same, and
    no client fails. Where it did, the words are parsed in place of the answer. A refusal that is lost or changed, and
    text that is told as a refusal, are errors like all words that do not arrive. That upstream's filter took the answer a
    gateway may say in a refusal of its own words: Anthropic and Gemini have none for it. That it takes upstream's last
    words before that for the refusal is a warning.
    """

    id = "XLAT-REF-001"
    severity = Severity.ERROR
    source = "llama.cpp#21174"
    supersedes = ("XLAT-TEXT-001",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Either half has a refusal."""
        del case
        return any(one.refusal for one in (*mine.choices, *theirs.choices))

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for each half's refusal in the other's text."""
        short = may_be_short(mine, theirs, case)
        for one, other in mine.pairs(theirs):
            if one.refusal == other.refusal or (short and other.refusal.startswith(one.refusal)):
                continue
            if other.finish == "content_filter" and not other.refusal and one.refusal not in other.text:
                continue
            severity = Severity.ERROR
            if other.refusal and other.refusal in one.text:
                message = "Upstream's refusal arrived as text."
                severity = Severity.ERROR if _asks_for_json(case) else Severity.WARNING
            elif one.refusal and one.refusal in other.text:
                message = "Upstream's text arrived as a refusal."
                severity = Severity.WARNING if other.finish == "content_filter" else Severity.ERROR
            elif one.refusal:
                message = "The refusal is not upstream's."
            else:
                message = "Upstream refused, and no refusal arrived."
            return self.finding(
                case,
                message,
                pointer="",
                expected=f"refusal {shortened(other.refusal)}",
                found=f"refusal {shortened(one.refusal)}",
                severity=severity,
                subject=self.slug(),
            )
        return None


def _asks_for_json(case: Case[Any]) -> bool:
    """Whether the client has said that it parses the text."""
    body = case.asked.body if case.asked is not None else {}
    return format_of(body.get("response_format") or mapped(body.get("text")).get("format")) is not None


class CitationsLost(Comparison):
    """Sources that upstream's text names did not arrive.

    ## Why it matters
    An answer from a search without its sources cannot be checked, and some providers oblige those who show the answer
    to show them.

    ## Violates
    ```example
    stream: translation/responses_citations
    --- upstream
    stream: anthropic/citations
    event content_block_delta#2: delta.citation.url = "https://example.org/elsewhere"
    ```

    ## Conforms
    ```example
    stream: translation/responses_citations
    --- upstream
    stream: anthropic/citations
    ```

    ```example
    stream: translation/responses_citations
    --- upstream
    stream: anthropic/citations
    repeat content_block_delta#2
    ```

    ## Exceptions
    Only sources with a URL are looked for: neither protocol has a place for the others. Where in the text a source
    belongs is counted in different units by every provider, and is not compared. It is a warning: the words are whole,
    and no client fails without the list, which most answers do not have.
    """

    id = "XLAT-ANN-001"
    severity = Severity.WARNING
    source = "derived"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """Upstream names a source that has a URL, and the text arrived whole."""
        return not may_be_short(mine, theirs, case) and any(
            citation.url for one in theirs.choices for citation in one.citations
        )

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for each URL."""
        arrived = {citation.url for one in mine.choices for citation in one.citations}
        sent = dict.fromkeys(
            citation.url for one in theirs.choices for citation in one.citations if citation.url
        )
        lost = [url for url in sent if url not in arrived]
        if not lost:
            return None
        return self.told(
            case,
            f"{len(lost)} of the {len(sent)} sources that upstream named did not arrive."
            if len(sent) > 1
            else "The source that upstream named did not arrive.",
            expected=lost[0],
            found=f"{len(arrived)} {'source' if len(arrived) == 1 else 'sources'}",
        )
