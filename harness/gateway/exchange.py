"""One request of a client, from its last byte to the last byte of its answer.

What is done with bytes is decided in `harness.translation`; here is when they are read and written, what is tried
again, what ends when somebody leaves, and what is written down.
"""

from __future__ import annotations

import asyncio
import logging
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import msgspec

from harness.cassettes.exchange import How, Request, Response
from harness.errors import HarnessError, MissError, RequestRefused
from harness.gateway.accounts import account_of, tell
from harness.gateway.answer import Answer
from harness.gateway.calling import RecordedReply, failure_of
from harness.gateway.limits import Watch
from harness.gateway.reaching import cause_of
from harness.gateway.retrying import delay_ms, is_retried
from harness.gateway.secrecy import guard_of
from harness.gateway.taking import drained, end, fail
from harness.gateway.unpacking import feeder
from harness.gateway.untouched import Untouched
from harness.io.server.answers import miss_answer
from harness.translation.engine import refusal
from harness.translation.failures import timed_out
from harness.translation.relay import LARGEST_ERROR
from harness.turn.increments import Error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from harness.cassettes.exchange import Headers
    from harness.clock import Mint
    from harness.gateway.calling import Call, Reply
    from harness.gateway.destinations import Destination
    from harness.gateway.endpoints import Endpoint
    from harness.gateway.secrecy import KeyGuard
    from harness.gateway.server import Gateway
    from harness.gateway.untouched import Carrier
    from harness.io.recorder import Take
    from harness.io.server.heads import RequestHead
    from harness.io.server.responder import Responder
    from harness.translation.losses import Ledger, Loss
    from harness.translation.session import Session

_KEEP_ALIVE: Final = b": keep-alive\n\n"

_log = logging.getLogger(__name__)


class Exchange:
    """One client's request and its answer.

    Args:
        gateway: Where it came in.
        head: Its head.
        body: Its body.
        responder: Who writes the answer.
        found: What is asked for.

    Attributes:
        session: The translation, where there is one.
        is_stream: The client wants a stream.
        keep: Given what was answered before the client has all of it, where it is to be stored.
        mint: Makes ids.
        started: When it began, by `perf_counter`.
        model: What the client calls it.
        destination: Who is asked.
        attempts: How often that was done.
        received: Bytes of its answers.
        carrier: What decides what the client is sent; `watch` knows what takes too long.
        code: Of what went wrong.
        hint: What whoever runs the gateway can do about it, for the log.
        cause: What the system said of the upstream that could not be asked, and where that is, for the log.
    """

    def __init__(
        self, gateway: Gateway, head: RequestHead, body: bytes, responder: Responder, found: Endpoint
    ) -> None:
        self.gateway = gateway
        self.head = head
        self.body = body
        self.found = found
        self.mint: Mint = gateway.mint(found.name, body)
        self.session: Session | None = None
        self.is_stream = False
        self.keep: Callable[[Any], Any] | None = None
        self.started = perf_counter()
        self._responder = responder
        self.carrier: Carrier | None = None
        self._responded = False
        self._guard: KeyGuard | None = None
        self.attempts = self._before = self.received = 0
        self.code: str | None = None
        self.hint: str | None = None
        self.cause: str | None = None
        self.model: object = None
        self.destination: Destination | None = None
        self.watch: Watch | None = None
        url = f"http://{head.field(b'host')}{head.path}"
        take = gateway.sides.of_client(Request(head.method, url, head.headers, body))
        self.answer = Answer(responder, take, self.mint.new_id("req_"))

    async def run(self, serve: Callable[[Exchange], Any]) -> None:
        """Answer it, whatever happens.

        Args:
            serve: Does what the endpoint does.
        """
        how = How.COMPLETE
        try:
            async with asyncio.timeout(None) as scope:
                self.watch = Watch(
                    self.gateway.settings.limits, scope, self._quiet, self.gateway.settings.keep_alive
                )
                try:
                    await serve(self)
                finally:
                    self.watch.stop()
        except asyncio.CancelledError:
            if not self.answer.done:
                how = (
                    How.CANCELLED if self._responder.abandoned or self.gateway.stopping else How.CLIENT_CLOSE
                )
                self.code = "client_closed" if how is How.CLIENT_CLOSE else "cancelled"
                self.answer.cut()
        except TimeoutError:
            how = self._expired()
        except RequestRefused as refused:
            self.refuse(refused)
        except MissError as miss:
            self.code = miss.code
            self.gateway.missed(miss)
            answer = miss_answer(miss)
            self.answer.whole(answer.status, answer.headers, answer.body())
        except Exception as error:  # noqa: BLE001 - a defect must end in an answer, and in the log
            self._broken(error)
            how = How.COMPLETE if self.answer.done else How.SERVER_CUT
        finally:
            self.answer.close(how, self.losses)
            tell(account_of(self, how))

    def stop(self) -> None:
        """The gateway stops: the client is told so, in order."""
        if self.watch is not None:
            self.watch.expire("shutdown")

    # -- what endpoints use

    def route(self, model: object) -> tuple[Destination, str | None]:
        """The upstream for a model, and what the model is called there where that is another name."""
        self.model = model
        destination, renamed = self.gateway.destinations.choose(model)
        self.destination = destination
        return destination, renamed

    def json(self, value: Any, status: int = 200, headers: Headers = ()) -> None:
        """Answer with JSON."""
        body = msgspec.json.encode(value)
        fields = (("content-type", "application/json"), ("content-length", str(len(body))), *headers)
        self.answer.whole(status, fields, body)

    def failed(self, code: str) -> None:
        """Note what went wrong, for the log."""
        self.code = code

    def refuse_losses(self, ledger: Ledger) -> None:
        """Refuse a request that loses something which the policy calls an error.

        Raises:
            RequestRefused: It does.
        """
        if (loss := ledger.refused()) is not None:
            raise refusal(loss)

    def refuse(self, refused: RequestRefused, headers: Headers = ()) -> None:
        """Answer with an error."""
        self.code = refused.name or refused.kind
        self.hint = refused.hint
        self.json(refused.body(), refused.status, headers)

    async def carry(self, make: Callable[[], Carrier], call: Call) -> Carrier:
        """Ask an upstream, again where that may help, and give the client what comes.

        Args:
            make: Makes what decides what the client is sent, anew for each attempt.
            call: The request.
        """
        self.destination = call.destination
        self._before = self.attempts
        while True:
            self.attempts += 1
            carrier = self.carrier = make()
            self._responded = False
            wait = await self._attempt(carrier, call)
            if wait is None:
                return carrier
            if self.watch is not None:
                self.watch.rest()
            await asyncio.sleep(0 if self.gateway.is_replay else wait / 1000)

    # -- one attempt

    async def _attempt(self, carrier: Carrier, call: Call) -> int | None:
        """Ask once; gives the milliseconds after which to ask again, or None where the client has its answer."""
        caller = self.gateway.callers[call.destination.name]
        path = call.destination.path(call.path)
        headers = caller.outgoing(call.headers)
        request = Request(call.method, caller.url(path), headers, call.body)
        take = self.gateway.sides.of_upstream(request, self.answer.take, self.attempts)
        if self.watch is not None:
            self.watch.begin()
        self._guard = guard_of(call.destination)
        wait: int | None = None
        received, is_success = self.received, False
        try:
            async with caller.send(call.method, path, headers, call.body) as reply:
                self.gateway.reaches.reached(call.destination.name)
                self.cause = None
                is_success = 200 <= reply.status < 300
                wait = self._begun(carrier, reply, take)
                chunks = reply.chunks()
                if await self._body(carrier, reply, chunks, take, wait):
                    end(take, How.COMPLETE)
                else:
                    await drained(carrier, chunks, take)
        except asyncio.CancelledError:
            self._end_cancelled(take)
            raise
        except MissError as miss:
            fail(take, miss)
            raise
        except Exception as error:  # noqa: BLE001 - whatever the caller raises is how the answer ended
            fail(take, error.__cause__ or error)
            if carrier.over:
                return None  # the client has everything
            self.cause = cause_of(error)
            self.gateway.reaches.failed(call.destination.name, error)
            if not self._responded or (is_success and self.received == received):
                wait = self._wait((), 0)  # no answer, or the head of one and nothing of it
            if wait is None:
                await self._last(carrier, self._ended(carrier, failure_of(error)))
            return wait
        if wait is None and not carrier.over:
            await self._last(carrier, self._ended(carrier))
        return wait

    def _ended(self, carrier: Carrier, failed: Error | None = None) -> bytes:
        """The client's last bytes; what might have begun the upstream's key, and did not, is among them."""
        if failed is not None and not self._responded:
            return carrier.fail(failed)
        held = self._guard.finish() if self._guard is not None else b""
        sent = carrier.feed(held) if held else b""
        return sent if carrier.over else sent + carrier.finish(failed)

    def _begun(self, carrier: Carrier, reply: Reply, take: Take | None) -> int | None:
        """The head has come: note it; gives when to ask again, where that is to be done."""
        if take is not None:
            take.respond(Response(reply.status, reply.headers, (), reply.reason, reply.http_version))
        if isinstance(reply, RecordedReply) and self.session is not None:
            at = reply.at
            self.session.now = lambda: at
            self.session.asked_at = at
        self._responded = True
        guard = self._guard
        carrier.respond(reply.status, reply.headers if guard is None else guard.headers(reply.headers))
        wait = self._wait(reply.headers, reply.status)
        if wait is None:
            self._give(carrier, b"")
        return wait

    async def _body(
        self,
        carrier: Carrier,
        reply: Reply,
        chunks: AsyncIterator[bytes],
        take: Take | None,
        wait: int | None,
    ) -> bool:
        """Give the client the body as it comes; False where what follows is not wanted."""
        watch, responder = self.watch, self._responder
        most = self.received + LARGEST_ERROR
        feed = feeder(carrier, reply.headers, self._guard)
        async for data in chunks:
            if watch is not None:
                watch.touch()
            self.received += len(data)
            if wait is None:
                sent = feed(data)
                if carrier.over:
                    await self._last(carrier, sent)
                elif sent:
                    self._give(carrier, sent)
            if take is not None:
                take.chunk(data)
            if carrier.over or (wait is not None and self.received > most):
                return False
            if responder.paused:
                await self._until_resumed()
        return True

    def _wait(self, headers: Headers, status: int) -> int | None:
        """Milliseconds after which to ask again; status 0 is no answer at all."""
        attempt = self.attempts - self._before
        is_last = attempt > self.gateway.settings.retries or self.answer.status
        if is_last or (status and not is_retried(status, headers)):
            return None
        return delay_ms(attempt, headers, self.gateway.now(), self.gateway.chance)

    def _end_cancelled(self, take: Take | None) -> None:
        kind = self.watch.expired if self.watch is not None else None
        if kind is not None and kind != "shutdown":
            end(take, How.TIMEOUT, TimeoutError(kind))
        elif kind == "shutdown" or self._responder.abandoned or self.gateway.stopping:
            end(take, How.CANCELLED)
        else:
            end(take, How.CLIENT_CLOSE)

    # -- to the client

    def _give(self, carrier: Carrier, data: bytes) -> None:
        self.answer.give(carrier, data, self.losses)

    async def _last(self, carrier: Carrier, data: bytes) -> None:
        """Give the client the last bytes; what is to be stored is stored before, as it may be asked for at once."""
        try:
            if carrier.error is not None:
                self.code = carrier.error.code or carrier.error.type
            elif self.keep is not None:
                await self.keep(carrier)
        finally:
            # Nobody else has these bytes: a store that fails, or outlasts a limit, must not keep the client waiting.
            self._give(carrier, data)

    async def _until_resumed(self) -> None:
        resumed = asyncio.Event()
        self._responder.on_resume = resumed.set
        if self.watch is not None:
            self.watch.rest()
        if self._responder.paused:
            await resumed.wait()
        self._responder.on_resume = None
        if self.watch is not None:
            self.watch.wake()

    def _quiet(self) -> None:
        """Nothing came for a while: keep what stands between us and the client from giving the connection up."""
        if self.is_stream and self.answer.status == 200 and not isinstance(self.carrier, Untouched):
            carrier = self.carrier
            if carrier is not None and not carrier.over and not self._responder.paused:
                self.answer.write(_KEEP_ALIVE)

    # -- ends

    def _expired(self) -> How:
        kind = self.watch.expired if self.watch is not None else None
        if kind == "shutdown":
            error = Error(status=503, code="gateway_stopping", message="the gateway is being shut down")
        else:
            error = timed_out(kind or "total")
        carrier = self.carrier
        if carrier is None:
            carrier = Untouched()
        if carrier.over:
            return How.COMPLETE
        self._give(carrier, carrier.finish(error) if self._responded else carrier.fail(error))
        if carrier.error is not None:  # an answer that was whole does not become one
            self.code = carrier.error.code or carrier.error.type
        if not self.answer.status:  # it only collected, for an endpoint that makes something else of it
            other = Untouched()
            self._give(other, other.fail(error))
        return How.COMPLETE

    def _broken(self, error: Exception) -> None:
        self.code = "gateway_error"
        _log.error("a request could not be answered", exc_info=error)
        if self.answer.done:
            return
        if self.answer.status:
            self.answer.cut()
            return
        told = (
            error.message if isinstance(error, HarnessError) else "The gateway failed to answer this request."
        )
        self.json(
            {"error": {"message": told, "type": "server_error", "param": None, "code": "gateway_error"}}, 500
        )

    @property
    def losses(self) -> Sequence[Loss]:
        """What was not carried, so far."""
        return self.session.ledger.losses if self.session is not None else ()
