"""RESP-ITEM, on contents: what an item says when it is added, and when it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.dialects.responses.state import Item, ResponsesStream
from harness.findings import Severity
from harness.rules.responses.conservation import item_here, named
from harness.rules.responses.shape import taken, told
from harness.rules.rule import MALFORMED, Rule

if TYPE_CHECKING:
    from harness.findings import Finding
    from harness.rules.case import Case

_ADDED, _DONE = "response.output_item.added", "response.output_item.done"


def added_here(case: Case[ResponsesStream], item_type: str) -> Item | None:
    """The item that the present event announced, where it is of that type."""
    item = item_here(case)
    if item is None or item.type != item_type or item.added is not case.body.get("item"):
        return None
    return item


def announced_type(case: Case[ResponsesStream]) -> str:
    """The type of the item that the present event announces or ends; "" where it has none."""
    item = case.body.get("item")
    return str(item.get("type")) if isinstance(item, dict) else ""


class AddedMessage(Rule[ResponsesStream]):
    """A message is added with a role other than assistant, or with a content that is no empty array.

    ## Why it matters

    openai-python and openai-node append parts to `content`: null is an AttributeError in one and `not iterable` in the
    other. Parts that are there already come twice.

    ## Violates

    ```example
    stream: responses/text
    event response.output_item.added: item.content = null
    ```

    ```example
    stream: responses/text
    event response.output_item.added: item.role = "user"
    ```

    ## Conforms

    ```example
    stream: responses/text
    ```

    ## How to mend

    Add messages with `"role":"assistant","content":[]`, and their parts with `response.content_part.added`.
    """

    id = "RESP-ITEM-016"
    severity = Severity.ERROR
    source = "405 of 405 official messages; openai-python, openai-node accumulators"
    on = (_ADDED, MALFORMED)
    exercised_by = (_ADDED,)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look at both members."""
        if case.body.get("type") != _ADDED or announced_type(case) != "message":
            return None
        if mine := taken(case, ("/item/content", "/item/role")):
            return told(self, case, mine[0], f"A message is added with {mine[0].field} {mine[0].found}.")
        item = added_here(case, "message")
        if item is None or item.added is None or case.problems:
            return None
        role, content = item.added.get("role"), item.added.get("content")
        if role != "assistant":
            return self.finding(
                case, f"A message is added with the role {role}.", pointer="/item/role", expected="assistant",
                found=role,
            )  # fmt: skip
        if content:
            return self.finding(
                case, "A message is added with content; it comes again in parts.", pointer="/item/content",
                expected="[]", found=content,
            )  # fmt: skip
        return None

    def exercised(self, case: Case[ResponsesStream], seen: frozenset[str] | set[str]) -> bool:
        """Where a message was added."""
        del seen
        return any(item.type == "message" for item in case.stream.order)


class AddedFunctionCall(Rule[ResponsesStream]):
    r"""A function call is added without a name or a call_id, or with arguments that are no empty string.

    ## Why it matters

    Accumulators append the deltas to `arguments`: null is a TypeError in openai-python and a dropped event in the AI
    SDK, and arguments that are there already are doubled by the deltas. Without a name, nobody can run the call.

    ## Violates

    ```example
    stream: responses/tool
    event response.output_item.added: item.arguments = null
    ```

    ```example
    stream: responses/tool
    event response.output_item.added: item.name = ""
    ```

    Arguments, and then their deltas, which is a warning:

    ```example
    stream: responses/tool
    event response.output_item.added: item.arguments = "{\"city\":\"Oslo\"}"
    ```

    ## Conforms

    ```example
    stream: responses/parallel
    ```

    ## Exceptions

    A call that is added whole, with no deltas to follow, doubles nothing.

    ## How to mend

    Wait for the name before announcing the call, and announce it with `"arguments":""`.
    """

    id = "RESP-ITEM-017"
    severity = Severity.ERROR
    source = "136 of 136 official calls; openai-python accumulator; vercel/ai schema of function_call"
    on = (_ADDED, "response.function_call_arguments.done", MALFORMED)
    exercised_by = ("response.function_call_arguments.done",)
    dialects = ("responses",)

    def observe(self, case: Case[ResponsesStream]) -> Finding | None:
        """Look when it is added; at the end of its arguments, whether they were there before."""
        kind = case.body.get("type")
        if kind == _ADDED and announced_type(case) == "function_call":
            if mine := taken(case, ("/item/name", "/item/call_id", "/item/arguments")):
                return told(
                    self, case, mine[0], f"A function call is added with {mine[0].field} {mine[0].found}."
                )
            return self._empty_name(case)
        item = item_here(case)
        if kind == _ADDED or case.problems or item is None or item.added is None:
            return None
        text = item.texts.get("arguments")
        if item.type != "function_call" or text is None or not text.deltas or not item.added.get("arguments"):
            return None
        return self.finding(
            case, f"{named(item)[0].upper()}{named(item)[1:]} was added with arguments, and deltas followed.",
            pointer="/arguments", expected='added with ""', found=item.added["arguments"], earlier=item.opened,
            severity=Severity.WARNING, subject="arguments before deltas",
        )  # fmt: skip

    def _empty_name(self, case: Case[ResponsesStream]) -> Finding | None:
        item = added_here(case, "function_call")
        for member in ("name", "call_id"):
            if (
                item is not None
                and item.added is not None
                and not case.problems
                and not item.added.get(member)
            ):
                return self.finding(
                    case, f"A function call is added with an empty {member}.", pointer=f"/item/{member}",
                    expected="a name" if member == "name" else "an id", found='""',
                )  # fmt: skip
        return None
