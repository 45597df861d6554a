"""What several endpoints do: read the body, ask an upstream, pass its answer on or collect it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.gateway.calling import Call
from harness.gateway.destinations import key_of
from harness.gateway.endpoints import json_object, no_key
from harness.gateway.untouched import Checked, Collected, Untouched
from harness.translation.failures import failure
from harness.translation.writers.writer import error_body

if TYPE_CHECKING:
    from harness.gateway.destinations import Destination
    from harness.gateway.exchange import Exchange
    from harness.turn.increments import Error


def body_of(exchange: Exchange) -> dict[str, Any]:
    """The request's JSON object.

    Raises:
        RequestRefused: It has none.
    """
    head = exchange.head
    return json_object(exchange.body, head.field(b"content-type"), head.field(b"content-encoding"))


def check_key(exchange: Exchange, destination: Destination) -> None:
    """Refuse a client without a key, where its key is to be passed on to somebody who wants one.

    Raises:
        RequestRefused: It has none.
    """
    if destination.pass_key and destination.profile.key_env and not key_of(exchange.head.headers):
        raise no_key()


def call_of(exchange: Exchange, destination: Destination, method: str, path: str, body: bytes = b"") -> Call:
    """A request to an upstream.

    Raises:
        RequestRefused: It wants a key, and the client gave none.
    """
    check_key(exchange, destination)
    headers = destination.fields(exchange.head.headers, stream=exchange.is_stream, body=bool(body))
    return Call(destination, method, path, headers, body)


async def pass_on(exchange: Exchange, call: Call, wanted: tuple[str, type] | None = None) -> None:
    """Give the client an upstream's answer as it is, where it is a good one; else an error in OpenAI's shape.

    Where bytes are to be passed on in any case, they are.

    Args:
        exchange: The client's.
        call: The request.
        wanted: What a good answer has to have, by name and type.
    """
    if exchange.gateway.settings.passthrough:
        await exchange.carry(Untouched, call)
        return
    dialect = call.destination.dialect
    await exchange.carry(lambda: Checked(dialect, wanted), call)


async def collect(exchange: Exchange, call: Call) -> bytes | None:
    """The body of an upstream's good answer; None where the client has been told of an error instead."""
    made: list[Collected] = []

    def make() -> Collected:
        made.append(Collected())
        return made[-1]

    await exchange.carry(make, call)
    collected = made[-1]
    if collected.error is not None:
        return None
    failed = failure_in(collected, call)
    if failed is not None:
        tell(exchange, failed)
        return None
    return collected.body


def failure_in(collected: Collected, call: Call) -> Error | None:
    """What went wrong with a collected answer."""
    if collected.error is not None or 200 <= collected.status < 300:
        return collected.error
    return failure(call.destination.dialect, collected.status, collected.headers, collected.body)


def tell(exchange: Exchange, error: Error) -> None:
    """Answer with an error."""
    wait = error.retry_after_ms
    waits = () if wait is None else (("retry-after-ms", str(wait)), ("retry-after", str(-(-wait // 1000))))
    exchange.failed(error.code or error.type)
    exchange.json(error_body(error), error.status, waits)
