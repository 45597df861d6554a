"""XLAT-TOOL: calls of tools arrive as they were made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.findings import Severity
from harness.rules.translation.call_likeness import arguments_agree, counted_calls, odd_ones, same
from harness.rules.translation.comparison import Comparison, are_whole, first_difference

if TYPE_CHECKING:
    from harness.rules.case import Case
    from harness.rules.rule import Found
    from harness.turn.turn import Call, Turn


class CallsChanged(Comparison):
    r"""The calls that the client was sent are not those that upstream made.

    Compared are their number, arguments (as JSON: white space and the order of members do not count) and, in
    Responses, their order. In Chat, order is the matter of XLAT-TOOL-002.

    ## Why it matters
    A call that is lost is work that is not done; one that is repeated is done twice; one whose arguments changed does
    something else.

    ## Violates
    ```example
    stream: translation/chat_tool
    --- upstream
    stream: anthropic/tool
    event content_block_delta#3: delta.partial_json = ": \"Ber"
    event content_block_delta#4: delta.partial_json = "gen\"}"
    ```

    ```example
    stream: translation/responses_parallel
    --- upstream
    stream: anthropic/parallel
    event content_block_start#1: content_block.name = "get_forecast"
    ```

    A call is lost:

    ```example
    stream: translation/chat_parallel
    drop 4
    drop 5
    drop 6
    --- upstream
    stream: anthropic/parallel
    ```

    ## Conforms
    ```example
    stream: translation/chat_tool
    --- upstream
    stream: anthropic/tool
    ```

    ```example
    stream: translation/responses_parallel
    --- upstream
    stream: gemini/parallel
    event 0: usageMetadata = {"promptTokenCount":402,"candidatesTokenCount":93,"totalTokenCount":495}
    ```

    ## Exceptions
    A call without a name, as upstream sent it, may be left out: nobody can run it. Recorded from Snowflake, whose whole
    answers have a `function_call` with an empty name beside a text.
    """

    id = "XLAT-TOOL-001"
    severity = Severity.ERROR
    source = "metapi#378, OmniRoute#180"

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """There are calls, and both halves are whole."""
        return have_calls(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare choice by choice, call by call."""
        for one, other in mine.pairs(theirs):
            here, there = in_order(one.calls), in_order(other.calls)
            if len(here) < len(there):
                there = [call for call in there if call.name]
            if mine.dialect == "chat" and sorted(map(same, here)) == sorted(map(same, there)):
                continue
            if len(here) != len(there):
                which, expected, found = odd_ones(here, there)
                message = f"{counted_calls(len(here))} arrived, and upstream made {len(there)}: {which}."
                return self.told(case, message, expected=expected, found=found)
            for number, (call, original) in enumerate(zip(here, there, strict=True)):
                if call.name != original.name:
                    which = f"is of the tool {call.name}" if call.name else "has no name"
                    return self.told(
                        case,
                        f"Call {number} {which}, and upstream called {original.name or 'a tool without one'}.",
                        expected=original.name or "no name",
                        found=call.name or "no name",
                    )
                told = (original.arguments, original.arguments + original.behind)
                if not any(arguments_agree(call.arguments, one) for one in told):
                    how, found, expected = first_difference(call.arguments, original.arguments)
                    message = f"The arguments of call {number} ({call.name}) are not upstream's: {how}."
                    return self.told(case, message, expected=expected, found=found)
        return None


class ToolIndexNotRank(Comparison):
    r"""The index of a call in Chat is not its number among the calls.

    ## Why it matters
    Chat numbers calls 0, 1, 2 in their order. Gateways from Responses that pass on `output_index`, which counts
    reasoning and messages too, begin with 1, and the SDKs raise an IndexError; those that write 0 each time make the
    arguments of all calls run together.

    ## Violates
    ```example
    stream: translation/chat_tool
    event 2: choices.0.delta.tool_calls.0.index = 1
    event 3: choices.0.delta.tool_calls.0.index = 1
    event 4: choices.0.delta.tool_calls.0.index = 1
    event 5: choices.0.delta.tool_calls.0.index = 1
    --- upstream
    stream: translation/responses_tool
    ```

    ```example
    stream: translation/chat_parallel
    --- upstream
    stream: anthropic/parallel
    event content_block_start: content_block.id = "toolu_01BergenWeatherCallTwo"
    event content_block_delta#1: delta.partial_json = "{\"city\": "
    event content_block_delta#2: delta.partial_json = "\"Bergen\"}"
    event content_block_start#1: content_block.id = "toolu_01OsloWeatherCallOne"
    event content_block_delta#5: delta.partial_json = "\"Oslo\"}"
    ```

    ## Conforms
    ```example
    stream: translation/chat_tool
    --- upstream
    stream: translation/responses_tool
    ```

    ```example
    stream: translation/chat_parallel
    --- upstream
    stream: anthropic/parallel
    ```

    ## Exceptions
    Indexes that upstream, speaking Chat itself, had given wrongly are its own: see CHAT-TOOL-001 and CHAT-TOOL-002.
    Recorded streams of Mistral and z.ai have none, or -1.
    """

    id = "XLAT-TOOL-002"
    severity = Severity.ERROR
    source = "litellm#21331 (always 0); measured: IndexError on a first index of 1"
    supersedes = ("XLAT-TOOL-001", "CHAT-TOOL-002", "CHAT-TOOL-006")
    dialects = ("chat",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """There are calls, and the answer is a stream: whole answers have no index."""
        return case.streamed and have_calls(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Compare the indexes with the places upstream."""
        for one, other in mine.pairs(theirs):
            here = in_order(one.calls)
            if len(here) != len(other.calls):
                continue
            indexes = [call.index for call in here]
            if indexes != list(range(len(here))) and indexes != [
                call.index for call in in_order(other.calls)
            ]:
                return self.told(
                    case,
                    f"The calls have the indexes {_listed(indexes)}, and they are {len(here)}.",
                    expected=_listed(range(len(here))),
                    found=_listed(indexes),
                )
            if list(map(same, here)) != list(map(same, other.calls)) and sorted(map(same, here)) == sorted(
                map(same, other.calls)
            ):
                return self.told(
                    case,
                    "The calls are numbered in another order than upstream made them.",
                    expected=", ".join(call.name for call in other.calls),
                    found=", ".join(call.name for call in here),
                )
        return None


class CallIdOfAnother(Comparison):
    """An item of a call bears one id for two things, or not the call id that upstream gave.

    ## Why it matters
    `id` names the item and `call_id` the call; the client sends its result under `call_id`. Where both are one id,
    clients that send the item back are refused, as ids of items and calls have different prefixes.

    ## Violates
    ```example
    stream: translation/responses_tool
    event response.output_item.added#1: item.id = "toolu_01OsloWeatherCallOne"
    event response.function_call_arguments.delta: item_id = "toolu_01OsloWeatherCallOne"
    event response.function_call_arguments.delta#1: item_id = "toolu_01OsloWeatherCallOne"
    event response.function_call_arguments.delta#2: item_id = "toolu_01OsloWeatherCallOne"
    event response.function_call_arguments.done: item_id = "toolu_01OsloWeatherCallOne"
    event response.output_item.done#1: item.id = "toolu_01OsloWeatherCallOne"
    event response.completed: response.output.1.id = "toolu_01OsloWeatherCallOne"
    --- upstream
    stream: anthropic/tool
    ```

    ## Conforms
    ```example
    stream: translation/responses_tool
    --- upstream
    stream: anthropic/tool
    ```

    ## Exceptions
    A call id that is not upstream's is a warning only: the gateway may keep what it stands for, and map it back when
    the client answers. One recorded exchange does not show that. The catalogue has it as an error.
    """

    id = "XLAT-TOOL-003"
    severity = Severity.ERROR
    source = "llama.cpp#21174"
    dialects = ("responses",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """There are calls."""
        return have_calls(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look at the ids of each call."""
        for one, other in mine.pairs(theirs):
            here = one.calls
            for number, call in enumerate(here):
                if call.item_id is not None and call.item_id == call.id:
                    message = f"The item of call {number} has its call_id for an id."
                    return self.told(case, message, expected="an id of its own", found=call.item_id)
            return _id_changed(self, case, list(here), list(other.calls))
        return None


class CallIdLost(Comparison):
    """The id of a call is not upstream's, or two calls have the same.

    ## Why it matters
    The client answers a call under its id. Two calls with one id cannot be told apart, and the result of the one is
    taken for the other's. Gateways to Gemini, which mostly gives no ids, make them up from the name of the tool, and
    so the second call of a tool has the id of the first.

    ## Violates
    ```example
    stream: translation/chat_parallel
    event 4: choices.0.delta.tool_calls.0.id = "toolu_01OsloWeatherCallOne"
    --- upstream
    stream: gemini/parallel
    event 0: usageMetadata = {"promptTokenCount":402,"candidatesTokenCount":93,"totalTokenCount":495}
    ```

    ## Conforms
    ```example
    stream: translation/chat_parallel
    --- upstream
    stream: anthropic/parallel
    ```

    ```example
    stream: translation/chat_parallel
    --- upstream
    stream: gemini/parallel
    event 0: usageMetadata = {"promptTokenCount":402,"candidatesTokenCount":93,"totalTokenCount":495}
    ```

    ## Exceptions
    An id that is unique and not upstream's is a warning only: the gateway may map it back when the client answers.
    """

    id = "XLAT-TOOL-004"
    severity = Severity.ERROR
    source = "langchain#38673; a recorded stream of pydantic-ai with ids that come twice"
    supersedes = ("CHAT-TOOL-007",)
    dialects = ("chat",)

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """There are calls."""
        return have_calls(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look at the ids of all calls."""
        for one, other in mine.pairs(theirs):
            here = in_order(one.calls)
            ids = [call.id for call in here]
            twice = next((given for given in ids if given is not None and ids.count(given) > 1), None)
            if twice is not None and [call.id for call in other.calls].count(twice) < 2:
                return self.told(case, "Two calls have one id.", expected="an id for each", found=twice)
            if len(here) == len(other.calls) and (found := _id_changed(self, case, here, list(other.calls))):
                return found
        return None


class ArgumentsCutShort(Comparison):
    """The end of a call's arguments did not arrive.

    ## Why it matters
    Several gateways read the finish reason of a chunk and drop its delta; where the last piece of the arguments is in
    that chunk, every call ends in the middle of its JSON, and no tool can be run.

    ## Violates
    ```example
    stream: translation/chat_tool
    event 5: choices.0.delta.tool_calls.0.function.arguments = "lo"
    --- upstream
    stream: anthropic/tool
    ```

    ## Conforms
    ```example
    stream: translation/chat_tool
    --- upstream
    stream: anthropic/tool
    ```
    """

    id = "XLAT-TOOL-005"
    severity = Severity.ERROR
    source = "new-api#6046"
    supersedes = ("XLAT-TOOL-001", "CHAT-TOOL-009", "CHAT-FIN-007", "RESP-FC-004")

    def applies(self, mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
        """There are calls."""
        return have_calls(mine, theirs, case)

    def compare(self, mine: Turn, theirs: Turn, case: Case[Any]) -> Found:
        """Look for arguments that are the beginning of upstream's."""
        for one, other in mine.pairs(theirs):
            pairs = list(zip(in_order(one.calls), other.calls, strict=False))
            for number, (call, original) in enumerate(pairs):
                short, whole = call.arguments, original.arguments
                if call.name == original.name and len(short) < len(whole) and whole.startswith(short):
                    if arguments_agree(short, whole):
                        continue
                    how, found, expected = first_difference(short, whole)
                    message = (
                        f"The arguments of call {number} ({call.name}) are cut short: {how}{_swollen(pairs)}."
                    )
                    return self.told(case, message, expected=expected, found=found)
        return None


def _swollen(pairs: list[tuple[Call, Call]]) -> str:
    """Calls whose arguments are longer than upstream's, and so may hold what another's lack."""
    more = [
        f"{number} ({call.name})"
        for number, (call, original) in enumerate(pairs)
        if len(call.arguments) > len(original.arguments)
        and not arguments_agree(call.arguments, original.arguments)
    ]
    return f"; those of call {' and '.join(more)} hold more than upstream's" if more else ""


def have_calls(mine: Turn, theirs: Turn, case: Case[Any]) -> bool:
    """There are calls on either side, and both halves are whole."""
    return are_whole(mine, theirs, case) and any(one.calls for one in (*mine.choices, *theirs.choices))


def in_order(calls: tuple[Call, ...]) -> list[Call]:
    """Calls by the index that the wire gave them, where it gave any; those without come where they stand."""
    return sorted(calls, key=lambda call: -1 if call.index is None else call.index)


def _id_changed(rule: Comparison, case: Case[Any], here: list[Call], there: list[Call]) -> Found:
    given = [call.id for call in there]
    for number, (call, original) in enumerate(zip(here, there, strict=False)):
        # Of calls to which upstream gave one id, all but the first need another.
        if original.id is not None and call.id != original.id and given.index(original.id) == number:
            return rule.finding(
                case,
                f"Call {number} has an id that upstream did not give."
                if call.id
                else f"Call {number} has no id, and upstream gave it one.",
                pointer="",
                expected=original.id,
                found=call.id or "none",
                severity=Severity.WARNING,
                subject="call id changed",
            )
    return None


def _listed(numbers: Any) -> str:
    return ", ".join(str(number) for number in numbers)
