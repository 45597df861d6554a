"""What holds for every fault of what events say, in each of its manners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from harness import jsonvalue
from harness.cassettes.exchange import Chunk, Ending, Exchange, How, Request, Response
from harness.faults.mutation import Mutation
from harness.faults.registry import faults, parse_fault
from harness.faults.wire import blocks_of, payload
from tests.conforming import ALL

if TYPE_CHECKING:
    from harness.faults.fault import Fault

pytestmark = pytest.mark.thorough

MUTATIONS = [one for fault in faults().values() if issubclass(fault, Mutation) for one in fault.manners()]
NAMED = pytest.mark.parametrize("fault", MUTATIONS, ids=lambda one: f"{one.name}-{getattr(one, 'how', '')}")


def blocks(exchange: Exchange) -> list[bytes]:
    """The blocks of an answer."""
    assert exchange.response is not None
    return [block.data for block in blocks_of(exchange.response.chunks)]


def values(exchange: Exchange) -> list[Any]:
    """What the events of an answer say; the data itself where it is no JSON."""
    found = []
    for block in blocks(exchange):
        is_json, value = jsonvalue.try_parse(payload(block))
        found.append(value if is_json else payload(block).decode(errors="replace"))
    return found


@NAMED
def test_where_events_go_or_come_the_count_stays_right(fault: Mutation) -> None:
    """One fault breaks one thing: sequence numbers go up by one from zero, as they did."""
    if not fault.moves_numbers:
        return
    for name, exchange in ALL.items():
        if name.startswith("responses") and fault.applies(exchange):
            numbered = [one for one in values(fault.apply(exchange)) if isinstance(one, dict)]
            counts = [one["sequence_number"] for one in numbered if "sequence_number" in one]

            assert counts == list(range(len(counts)))


@NAMED
def test_a_mutation_leaves_the_other_events_as_they_were(fault: Mutation) -> None:
    """In a stream without sequence numbers most blocks keep their bytes where one place is hit."""
    for name, exchange in ALL.items():
        if fault.everywhere or not name.startswith("chat") or not fault.applies(exchange):
            continue
        before, after = blocks(exchange), blocks(fault.apply(exchange))
        touched = [one for one in after if one not in before]

        assert len(touched) <= (len(before) if fault.name == "created_changes" else 2)


@NAMED
def test_every_place_can_be_chosen_by_number(fault: Mutation) -> None:
    """The first and the last, and none beyond; the obstacle names what is missing."""
    for exchange in ALL.values():
        if not fault.applies(exchange):
            continue
        text = fault.name + (f":how={fault.how}," if hasattr(fault, "how") else ":")

        assert parse_fault(f"{text}which=0").applies(exchange)
        assert parse_fault(f"{text}which=-1").applies(exchange)
        assert parse_fault(f"{text}which=99").obstacle(exchange) == f"the stream has no {fault.wanted} 99"


@NAMED
def test_a_mutation_of_nothing_says_why(fault: Mutation) -> None:
    """A stream of comments has no place."""
    head = (("content-type", "text/event-stream"),)
    exchange = Exchange(
        0, Request("POST", "/"), Response(200, head, (Chunk(0, b": x\n\n"),)), Ending(How.COMPLETE)
    )

    assert fault.obstacle(exchange) == f"the stream has no {fault.wanted}"
    assert fault.apply(exchange) is exchange


@pytest.mark.parametrize(
    "value", ["1", "null", "[]", '"x"', "{}", '[{"delta":1}]', '{"choices":[1]}', '{"delta":[]}']
)
@NAMED
def test_values_of_any_shape_do_not_raise(fault: Fault, value: str) -> None:
    """Faults are made on streams that are wrong already, too."""
    lines = [
        f'data: {{"choices":{value},"usage":{value}}}',
        f'data: {{"choices":[{{"index":{value},"delta":{value},"finish_reason":{value},"logprobs":{value}}}]}}',
        f'data: {{"choices":[{{"delta":{{"content":"a","role":{value},"tool_calls":{value},"audio":{value}}}}}]}}',
        f'data: {{"choices":[{{"delta":{{"tool_calls":[{{"id":{value},"index":{value},"function":{value}}}]}}}}]}}',
        *(
            f'data: {{"type":"response.{kind}","sequence_number":{value},"output_index":{value},"item_id":{value},'
            f'"item":{value},"part":{value},"response":{value},"content_index":{value},"delta":{value},"text":{value}}}'
            for kind in (
                "created",
                "output_item.added",
                "output_item.done",
                "content_part.done",
                "completed",
                "output_text.delta",
                "output_text.done",
                "reasoning_summary_part.done",
            )
        ),
        (
            'data: {"type":"response.output_item.done","output_index":0,'
            f'"item":{{"id":{value},"type":"message","content":{value}}}}}'
        ),
        f'data: {{"type":"response.completed","response":{{"output":{value},"usage":{value},"error":{value}}}}}',
        "data: [DONE]",
    ]
    body = "".join(line + "\n\n" for line in lines).encode()
    request = Request(
        "POST", "/", (), f'{{"stop":{value},"tools":{value},"include":{value},"n":{value}}}'.encode()
    )
    head = (("content-type", "text/event-stream"),)
    exchange = Exchange(0, request, Response(200, head, (Chunk(0, body),)), Ending(How.COMPLETE))
    response = fault.apply(exchange).response

    assert response is not None
    assert response.body() or fault.name == "only_done"
    assert fault.equivalent(exchange) is None or fault.equivalent(exchange)
