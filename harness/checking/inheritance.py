"""What a gateway inherits from its upstream where the two halves break rules of different names.

A finding that the upstream half has as well is inherited without more ado. Across dialects that is not enough: one
protocol's rule on usage has another id than the other's, and what an upstream never said breaks no rule of its own
(Anthropic's `message_start` need not count anything that Chat must). So here is, for each such rule of the client's
dialect, what of the upstream's answer makes its finding unavoidable. Whatever a gateway could have done better is not
in this table: a count that was changed, a text that was lost and a name that was not changed back are found by the
rules that compare both halves.

Nor is everything inherited that both halves break. A gateway that translates writes every byte of its answer itself:
how it frames events, what it calls its body, and that an error is told in the client's dialect, is its own doing
whatever it got. Only one that hands on what it got, between two halves of one dialect, has a part in neither.
"""

from __future__ import annotations

from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from harness.cassettes.exchange import How
from harness.jsonvalue import try_parse
from harness.rules.chat import counting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.findings import Finding
    from harness.rules.case import Case, Half
    from harness.turn.turn import Choice, Turn, Usage


_PATIENCE_US: Final = 1_000_000
"""Whoever gives up sooner did not wait."""


class Cause(NamedTuple):
    """Why findings of some rules are the upstream's.

    Args:
        rules: Ids of rules of the client's dialect.
        holds: Whether the upstream half has what makes that finding unavoidable.
        why: The reason, for whoever reads the table.
    """

    rules: tuple[str, ...]
    holds: Callable[[Finding, Half], bool]
    why: str


def is_inherited(finding: Finding, upstream: Half, downstream: Case[Any]) -> bool:
    """Whether a finding of the client's half follows from what upstream said, or did not say.

    Args:
        finding: What a rule found in the half that the client saw.
        upstream: The half that the gateway saw, with the ids of the rules that it breaks.
        downstream: The half that the client saw.
    """
    if finding.rule in _ON_CALLS and _is_on_id(finding) and all(call.id for call in _calls(upstream.turn)):
        return False  # whatever else is wrong with upstream's calls, their ids are there
    if finding.rule in upstream.rules:
        return not _is_own_writing(finding, upstream, downstream)
    cause = _CAUSES.get(finding.rule)
    return cause is not None and cause.holds(finding, upstream)


def _is_on_id(finding: Finding) -> bool:
    """It misses an id, perhaps among other things."""
    return any(place == "id" or place.endswith("/id") for place in finding.subject.split(" "))


def _is_own_writing(finding: Finding, upstream: Half, downstream: Case[Any]) -> bool:
    """Whether what the gateway wrote itself breaks the rule, though what it got does so as well."""
    translates = downstream.dialect.name != upstream.case.dialect.name
    if (finding.rule, finding.subject) == _NO_ERROR_OBJECT:
        # A page that is handed on is as long as it was; another one is of the gateway's own making.
        return translates or downstream.wire.bytes != upstream.case.wire.bytes
    return translates and finding.rule.startswith(_FRAME)


_ON_CALLS: Final = ("CHAT-SYNC-003", "CHAT-TOOL-003")
"""Rules that miss members of a call, its id among them."""
_NO_ERROR_OBJECT: Final = ("HTTP-ERR-002", "body")
_FRAME: Final = (
    "HTTP-CT-",
    "HTTP-MODE-",
    "HTTP-STATUS-002",
    "SSE-BOM-",
    "SSE-COMM-001",
    "SSE-DONE-",
    "SSE-EVENT-",
    "SSE-FIELD-",
    "SSE-FRAME-",
    "SSE-JSON-",
    "SSE-UTF8-001",
)
"""Rules on the frame of an answer, which no dialect has in common with another; those on how long things took, on
broken connections and on characters that were lost before are none of them."""


def _uncounted(finding: Finding, upstream: Half) -> bool:
    """Neither what went in nor what came out was counted, though it was asked for where a count has to be."""
    usage = upstream.turn.usage
    return (
        (usage is None or (usage.input is None and usage.output is None))
        and not _forgot_to_ask(upstream)
        and not _hung_up(finding, upstream)
    )


def _hung_up(finding: Finding, upstream: Half) -> bool:
    """The gateway left upstream's stream of its own accord before it was over; the count may have been to come."""
    return (
        upstream.turn.ended != "failed"
        and upstream.case.end_unseen
        and upstream.case.ending is not None
        and upstream.case.ending.how is How.CLIENT_CLOSE
        and not _fell_silent(finding, upstream)
    )


def _forgot_to_ask(upstream: Half) -> bool:
    """A stream of Chat came to its end without the count, which it has only for those who ask for it."""
    case = upstream.case
    return (
        case.dialect.name == "chat"
        and case.streamed
        and upstream.turn.ended == "clean"
        and case.asked is not None
        and case.asked.stream
        and case.asked.include_usage is not True
    )


def _contradicts_itself(finding: Finding, upstream: Half) -> bool:
    """The counts cannot all be true, however they are told."""
    del finding
    usage = upstream.turn.usage
    if usage is None:
        return False
    if upstream.turn.dialect == "chat":
        # Thought that is counted beside the answer is put right in the turn; what was sent is still no sum.
        raw = upstream.case.stream.usage
        if isinstance(raw, dict) and next(chain(counting.total(raw), counting.parts(raw)), None) is not None:
            return True
    given, made = usage.input or 0, usage.output or 0
    return (
        (usage.total is not None and usage.total != given + made)
        or (usage.cached or 0) > given
        or (usage.reasoning or 0) > made
    )


def _uncounted_or_contradicting(finding: Finding, upstream: Half) -> bool:
    """One or the other."""
    return _uncounted(finding, upstream) or _contradicts_itself(finding, upstream)


def _counted_nothing(finding: Finding, upstream: Half) -> bool:
    """Upstream says that its answer took no tokens."""
    del finding
    usage: Usage | None = upstream.turn.usage
    return usage is not None and not usage.output


def _says_nothing(finding: Finding, upstream: Half) -> bool:
    """An answer has no text, refusal or call: nothing that Chat has a place for."""
    del finding
    choices = upstream.turn.choices
    return not choices or not all(_has_place_in_chat(one) for one in choices)


def _has_place_in_chat(choice: Choice) -> bool:
    return bool(choice.text or choice.refusal or any(call.name for call in choice.calls))


def _both_says_and_refuses(finding: Finding, upstream: Half) -> bool:
    """An answer has both a text and a refusal."""
    del finding
    return any(one.text and one.refusal for one in upstream.turn.choices)


def _calls_what_was_not_offered(finding: Finding, upstream: Half) -> bool:
    """Upstream calls a tool of that name, and its own request does not declare it."""
    asked = upstream.case.asked
    names = {call.name for call in _calls(upstream.turn)}
    return finding.found in names and (asked is None or finding.found not in asked.tools)


def _writes_broken_arguments(finding: Finding, upstream: Half) -> bool:
    """The arguments of one of its calls are no JSON object."""
    del finding
    return any(call.kind == "function" and not _is_object(call.arguments) for call in _calls(upstream.turn))


def _stopped_by_itself(finding: Finding, upstream: Half) -> bool:
    """Upstream says of no answer that it met a limit."""
    del finding
    choices = upstream.turn.choices
    return bool(choices) and all(one.finish in {"stop", "tool_calls", "other"} for one in choices)


def _fell_silent(finding: Finding, upstream: Half) -> bool:
    """Upstream left its answer unfinished, and said nothing for a while before the gateway gave it up."""
    del finding
    case = upstream.case
    return (
        upstream.turn.ended == "cut"
        and case.left_early
        and case.ending is not None
        and case.ending.at_us - (case.wire.last_at_us or 0) >= _PATIENCE_US
    )


def _made_those_calls(finding: Finding, upstream: Half) -> bool:
    """Upstream made the calls that the finding names, or none where it names none."""
    names = {call.name for call in _calls(upstream.turn) if call.name} or {"no call"}
    return names.issuperset((finding.found or "").split(", "))


def _made_as_many_calls(finding: Finding, upstream: Half) -> bool:
    """Upstream made as many calls that have a name."""
    counts = {sum(bool(call.name) for call in choice.calls) for choice in upstream.turn.choices}
    return (finding.found or "").partition(" ")[0] in map(str, counts)


def _says_its_text_in_several_ways(finding: Finding, upstream: Half) -> bool:
    """Its deltas, its tokens and its done events do not say the same, or some of it cannot be read."""
    del finding
    told = ("CHAT-CHOICE-", "CHAT-CONT-", "CHAT-FIN-", "CHAT-LOGP-", "RESP-PART-", "RESP-TEXT-", "SSE-UTF8-")
    return any(one.startswith(told) for one in upstream.rules)


def _sent_what_is_no_character(finding: Finding, upstream: Half) -> bool:
    """Bytes that are not UTF-8, or half a surrogate pair."""
    del finding
    return any(one.startswith("SSE-UTF8-") for one in upstream.rules)


def _left_items_open(finding: Finding, upstream: Half) -> bool:
    """An item of its response was never done."""
    del finding
    return "RESP-ITEM-012" in upstream.rules


def _gave_one_id_for_two_things(finding: Finding, upstream: Half) -> bool:
    """The call of that id is in an item of that id."""
    return any(call.item_id == call.id == finding.found for call in _calls(upstream.turn))


def _gave_as_few(finding: Finding, upstream: Half) -> bool:
    """No more answers came than upstream gave."""
    return finding.found == str(len(upstream.turn.choices))


def _has_no_logprobs(finding: Finding, upstream: Half) -> bool:
    """Its protocol knows none, or what it sent cannot be told to belong together."""
    return upstream.case.dialect.name == "anthropic" or _says_its_text_in_several_ways(finding, upstream)


def _sent_that_shape(finding: Finding, upstream: Half) -> bool:
    """The members do not fit, and those of upstream's items or objects did not either."""
    del finding
    return any(
        one.startswith(("RESP-ENV-", "RESP-ITEM-", "RESP-OBJ-", "RESP-SYNC-")) for one in upstream.rules
    )


def _calls(turn: Turn) -> list[Any]:
    return [call for choice in turn.choices for call in choice.calls]


def _is_object(arguments: str) -> bool:
    if not arguments.strip():
        return True
    read, value = try_parse(arguments.encode("utf-8", "surrogatepass"))
    return read and isinstance(value, dict)


CAUSES: Final = (
    Cause(
        ("CHAT-USE-001", "RESP-TERM-004"),
        _uncounted,
        "a count that nobody made cannot be passed on, and zeros would be an invention; but Chat's streams count for"
        " those alone who ask for it",
    ),
    Cause(
        ("CHAT-SYNC-004",),
        _uncounted_or_contradicting,
        "in whole answers of Chat, usage that is missing and usage that is no sum are one rule's",
    ),
    Cause(
        ("CHAT-USE-007", "CHAT-USE-008", "RESP-TERM-005"),
        _contradicts_itself,
        "counts are passed on as they came: which of them is wrong is not known, and people are billed by them",
    ),
    Cause(
        ("CHAT-USE-010",),
        _counted_nothing,
        "the zero is upstream's own",
    ),
    Cause(
        ("CHAT-CONT-006",),
        _says_nothing,
        "an answer of nothing but thought, or items of hosted tools, is empty in Chat; words would be an invention",
    ),
    Cause(
        ("CHAT-REF-001",),
        _both_says_and_refuses,
        "a message of Responses may hold both, part by part, and nothing of it may be lost",
    ),
    Cause(
        ("CHAT-TOOL-011", "RESP-TOOL-011"),
        _calls_what_was_not_offered,
        "the model made the tool up, and the client is told so under the name that it gave",
    ),
    Cause(
        ("CHAT-FIN-008", "RESP-LIFE-008"),
        _stopped_by_itself,
        "that a model stopped with the last token that it was allowed is upstream's word, and its count too",
    ),
    Cause(
        ("CHAT-TOOL-013",),
        _made_as_many_calls,
        "upstream was told how many calls are wanted; a gateway neither makes nor takes away any",
    ),
    Cause(
        ("CHAT-CONT-002", "CHAT-LOGP-001"),
        _says_its_text_in_several_ways,
        "pieces and tokens are passed on as they came",
    ),
    Cause(
        ("CHAT-LOGP-003",),
        _has_no_logprobs,
        "Anthropic has no log probabilities, and a legal null says so; elsewhere they are passed on as they came",
    ),
    Cause(
        ("SSE-UTF8-002",),
        _sent_what_is_no_character,
        "U+FFFD stands for what upstream sent in place of a character",
    ),
    Cause(
        ("RESP-ITEM-018",),
        _left_items_open,
        "an item that upstream never ended is incomplete, whatever is said of the response",
    ),
    Cause(
        ("XLAT-TOOL-003",),
        _gave_one_id_for_two_things,
        "ids of items and calls are upstream's own where it speaks Responses",
    ),
    Cause(
        ("RESP-TOOL-010",),
        _made_those_calls,
        "upstream was told which calls are wanted; a gateway neither makes nor takes away any",
    ),
    Cause(
        ("CHAT-CHOICE-006",),
        _gave_as_few,
        "upstream was asked for as many answers as the client asked for",
    ),
    Cause(
        ("RESP-ENV-004", "RESP-SYNC-001"),
        _sent_that_shape,
        "the shape of a whole response is one rule's, that of events and items others': what is passed on is the same",
    ),
    Cause(
        ("HTTP-CLOSE-002",),
        _fell_silent,
        "an answer that never ends has to be given up, and a broken connection is HTTP's own sign that it is not whole",
    ),
    Cause(
        ("CHAT-FIN-007", "CHAT-TOOL-009", "RESP-FC-004"),
        _writes_broken_arguments,
        "arguments are passed on as the model wrote them",
    ),
    Cause(
        ("CHAT-SYNC-003",),
        lambda finding, upstream: (
            finding.subject == "arguments" and _writes_broken_arguments(finding, upstream)
        ),
        "likewise; that rule is about all else of a call as well, which the model does not write",
    ),
)
"""Every cause, with its reason."""

_CAUSES: Final[Mapping[str, Cause]] = MappingProxyType({rule: one for one in CAUSES for rule in one.rules})
