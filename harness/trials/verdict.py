"""What came of a trial: what a client gave back, held against what it was served."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from harness.trials.material import AFTER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.trials.trial import Expected

Outcome: TypeAlias = Literal["passed", "raised", "lost", "crashed", "hung", "swallowed", "unsupported"]

OUTCOMES: Final[dict[Outcome, str]] = {
    "passed": "it gave back all that it was served",
    "raised": "it raised an error of its own that says what the stream said, where that is a client's choice",
    "lost": "something of the answer is missing, or is not what was served",
    "crashed": "it raised, or died, over a stream that is legal",
    "hung": "it did not come to an end",
    "swallowed": "the stream told an error, and it told none",
    "unsupported": "the client says that it does not do this",
}
FAILURES: Final[frozenset[Outcome]] = frozenset({"lost", "crashed", "hung", "swallowed"})

_FINISHES: Final[dict[str, frozenset[str]]] = {
    "stop": frozenset({"stop", "completed", "end_turn", "complete", "done"}),
    "length": frozenset({"length", "max_output_tokens", "max_tokens", "incomplete"}),
    "tool_calls": frozenset({"tool_calls", "tool_call", "tool_use", "function_call", "completed", "stop"}),
    "content_filter": frozenset({"content_filter", "incomplete"}),
}
"""Words that clients have for the ends. Responses has none for calls: they are `completed`."""
_SHOWN: Final = 90
_ADDRESS: Final = re.compile(r"https?://\S+|127\.0\.0\.1\S*|localhost:\S+")
UNTOLD: Final[Any] = object()
"""What the usage is where a client does not tell it at all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a trial.

    Args:
        outcome: In a word.
        what: What is lost, or what the client said; "" where it passed.
    """

    outcome: Outcome
    what: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a client gave back.

    Args:
        text: All visible text.
        calls: Each call's name and its arguments, as JSON text or parsed.
        finish: Why the answer ended, in any client's words; None tells nothing.
        error: What it raised or told as an error; None where nothing went wrong.
        reasoning: Thought that it has; None where it has no place for it.
        refusal: A refusal; None where it has no place for it.
        usage: Tokens of the prompt and of the answer. `UNTOLD` where it does not tell them, None where it was not told.
        unsupported: What it does not do; None where it does.
    """

    text: str = ""
    calls: tuple[tuple[str, Any], ...] = ()
    finish: str | None = None
    error: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    usage: Any = UNTOLD
    unsupported: str | None = None


def said_of(told: Any) -> Said:
    """What a client printed, as far as it can be read.

    Raises:
        ValueError: It is not what the contract asks for; the message says what is wrong with it.
    """
    if not isinstance(told, dict):
        raise ValueError(f"not a JSON object but {_short(told)}")  # noqa: TRY004 - the contract's one error
    calls = []
    for one in _member(told, "calls", list, []):
        if not isinstance(one, dict) or not isinstance(one.get("name"), str):
            message = f'a call is {_short(one)}, not {{"name": ..., "arguments": ...}}'
            raise ValueError(message)  # noqa: TRY004 - the contract's one error
        calls.append((one["name"], one.get("arguments", "")))
    error = told.get("error")
    if not isinstance(error, str | dict | list | None):
        message = f"`error` is {_short(error)}; where nothing went wrong it is null"
        raise ValueError(message)  # noqa: TRY004 - the contract's one error
    return Said(
        text=_member(told, "text", str, ""),
        calls=tuple(calls),
        finish=_member(told, "finish", str, None),
        error=error if error is None or isinstance(error, str) else json.dumps(error, ensure_ascii=False),
        reasoning=_member(told, "reasoning", str, None),
        refusal=_member(told, "refusal", str, None),
        usage=told.get("usage", UNTOLD),
        unsupported=_member(told, "unsupported", str, None),
    )


def judged(expected: Expected, said: Said, *, followed: bool = False) -> Verdict:
    """The verdict on what a client gave back.

    Args:
        expected: What it was to give back.
        said: What it gave.
        followed: It ran the tools and asked again: what was said then may follow its text, or stand for it.
    """
    if said.unsupported is not None:
        return Verdict("unsupported", said.unsupported)
    if expected.error is not None:
        return _judged_error(expected.error, said)
    if said.error is not None:
        if any(_says(said.error, words) for words in expected.or_error):
            return Verdict("raised", _line(said.error))
        return Verdict("crashed", _line(said.error))
    lost = list(_losses(expected, said, followed=followed))
    return Verdict("lost", "; ".join(lost)) if lost else Verdict("passed")


def _says(error: str, words: str) -> bool:
    """Whether an error says something; a status is no part of a longer number, or of an address."""
    if not words.isdigit():
        return words.lower() in error.lower()
    return re.search(rf"(?<!\d){words}(?!\d)", _ADDRESS.sub("", error)) is not None


def _judged_error(words: str, said: Said) -> Verdict:
    if not said.error:
        return Verdict("swallowed", f"the error {words!r} was not told; the text is {_short(said.text)}")
    if words.lower() not in said.error.lower():
        return Verdict("lost", f"the error's message: told was {_short(_line(said.error))}")
    return Verdict("passed")


def _losses(expected: Expected, said: Said, *, followed: bool) -> Iterator[str]:
    texts = {expected.text, expected.text + expected.refusal}
    if followed:
        texts |= {text + AFTER for text in texts} | ({AFTER} if not expected.text else set())
    if said.text not in texts and not _mixed(expected, said.text):
        yield f"the text is {_differing(said.text, expected.text)}"
    elif expected.refusal and said.text == expected.text and expected.refusal not in (said.refusal or ""):
        yield "the refusal is missing"
    yield from _calls(expected, said)
    told_end = (
        said.finish is not None and not followed
    )  # after the tools ran, it tells of the end that came then
    if told_end and expected.finish is not None and not _same_end(said.finish or "", expected.finish):
        yield f"the end is {said.finish!r}, not {expected.finish!r}"
    thought, wanted = said.reasoning, expected.reasoning
    if thought is not None and wanted is not None and _bare(thought) != _bare(wanted):
        yield f"the thought is {_differing(thought, wanted)}"
    told_usage = said.usage is not UNTOLD and not followed
    if told_usage and expected.usage is not None and _counts(said.usage) != list(expected.usage):
        yield f"the usage is {_short(said.usage)}, not {list(expected.usage)}"


def _mixed(expected: Expected, text: str) -> bool:
    """Whether a client told the refusal as text, wherever it came in the answer."""
    return bool(expected.refusal) and Counter(text) == Counter(expected.text + expected.refusal)


def _same_end(told: str, wanted: str) -> bool:
    return told.lower().replace("-", "_") in _FINISHES[wanted]


def _counts(usage: Any) -> list[Any] | None:
    return list(usage[:2]) if isinstance(usage, list | tuple) else None


def _calls(expected: Expected, said: Said) -> Iterator[str]:
    wanted = [(name, _parsed(given)) for name, given in expected.calls]
    found = [(name, _parsed(given)) for name, given in said.calls]
    # The order of parallel calls is what their indices say, but nobody runs the wrong one for it.
    if len(found) != len(wanted):
        count = f"{len(found)} call{'' if len(found) == 1 else 's'}"
        yield f"{count}, not {len(wanted)}: {_short(found)}"
        return
    left = list(found)
    for one in wanted:
        if one in left:
            left.remove(one)
        else:
            yield f"the call {one[0]}({json.dumps(one[1], ensure_ascii=False)}) is missing; told was {_short(left)}"
            return


def _parsed(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return json.loads(given)
    except ValueError:
        return given


def _bare(text: str) -> str:
    """Summaries are joined with or without line ends between them."""
    return "".join(text.split())


def _differing(found: str, wanted: str) -> str:
    if not found:
        return "missing"
    if found == wanted * 2:
        return "doubled"
    at = next((n for n, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b), -1)
    if at < 0:
        return (
            f"cut after {len(found):,} of {len(wanted):,} characters"
            if len(found) < len(wanted)
            else f"longer than served, by {_short(found[len(wanted) :])}"
        )
    return f"another from character {at}: {_short(found[max(0, at - 8) :])}"


def _member(told: dict[str, Any], name: str, kind: type, absent: Any) -> Any:
    value = told.get(name)
    if value is None:
        return absent
    if not isinstance(value, kind):
        raise ValueError(f"`{name}` is {_short(value)}")  # noqa: TRY004 - the contract's one error
    return value


def _line(text: str) -> str:
    """A text on one line, without what would move a terminal."""
    line = " ".join(text.split())
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in line)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
