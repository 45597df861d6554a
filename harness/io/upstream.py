"""The real server behind a recording proxy: requests go out as they came, answers come back as raw bytes.

No redirect is followed, nothing is decompressed, no field is added but `Host`. The environment's proxies and
certificates count (`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`, `SSL_CERT_DIR`), except that an upstream on
this machine is never looked for through a proxy.
"""

from __future__ import annotations

import ipaddress
import ssl
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from harness.errors import HarnessError, TlsFailure, UpstreamUnreachable, UsageError
from harness.io.transports import own_clients

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable
    from pathlib import Path

    import httpx

    from harness.cassettes.exchange import Headers

CONNECT_TIMEOUT: Final = 10.0
_SHARED: Final = 16
"""Exchanges that share one pool of connections. httpcore looks at every connection of a pool whenever one is taken or
given back, so the cost of many in one pool grows with their square."""


class UpstreamAnswer:
    """A response whose head has come; the body comes with `chunks`.

    Attributes:
        status: HTTP status code.
        reason: The reason phrase; "" where HTTP/2 has none.
        http_version: `HTTP/1.1`.
        headers: Fields in wire order and case.
    """

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status = response.status_code
        # `reason_phrase` of httpx drops what is not ASCII, and makes up what did not come.
        reason = response.extensions.get("reason_phrase", b"")
        self.reason = reason.decode("latin-1")
        self.http_version = response.http_version
        self.headers: Headers = tuple(
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
        )

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes off the wire: transfer-encoding undone, content-encoding not.

        Raises (while iterating):
            httpx.RemoteProtocolError: The server closed the connection before the body's end.
            httpx.ReadError: The connection broke.
            httpx.ReadTimeout: Nothing came for `read_timeout`.
        """
        return self._response.aiter_raw()


class Upstream:
    """One server to pass requests on to.

    Args:
        base_url: `http://` or `https://`, host, and a path that requests' paths are joined to.
        ca: A file of certificates (PEM) to trust beside the usual ones.
        connect_timeout: Seconds to wait for a connection.
        read_timeout: Seconds without a byte after which an answer is given up; None waits for ever, as models
            may think for long.
        raw_encoding: Send the client's own `accept-encoding`; otherwise `identity` is asked for, so that the
            recording can be read.

    Raises:
        UsageError: The URL is none, or the file of `ca` (or of `SSL_CERT_FILE`) holds no certificates.
    """

    def __init__(
        self,
        base_url: str,
        *,
        ca: Path | None = None,
        connect_timeout: float = CONNECT_TIMEOUT,
        read_timeout: float | None = None,
        raw_encoding: bool = False,
    ) -> None:
        import httpx  # noqa: PLC0415 - heavy, and only recording needs it

        self._base, self._path = _checked(base_url)
        self._raw_encoding = raw_encoding
        self._context = _tls_context(ca)
        self._timeout = httpx.Timeout(None, connect=connect_timeout, read=read_timeout)
        self._pools: list[_Pool] = []
        self._pool()  # so that what is wrong with the environment is told now

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return self._base

    def target(self, path: str) -> str:
        """The path (with its query) that a request for `path` is sent to.

        The base path is put in front where the client did not: a client of `https://host/v1` may have been given
        this server's `/v1` as its base URL, or its root.
        """
        base = self._path
        known = path.startswith(base) and path[len(base) : len(base) + 1] in {"", "/", "?"}
        return path if known else base + path

    def url(self, path: str) -> str:
        """Where a request for `path` (with its query) goes."""
        return self._base + self.target(path)

    def outgoing(self, headers: Headers) -> Headers:
        """Fields as they are sent: without the client's `Host` and `Expect`, asking for `identity`."""
        kept = [("Host", urlsplit(self._base).netloc)]
        for name, value in headers:
            lowered = name.lower()
            if lowered in {"host", "expect"} or (lowered == "accept-encoding" and not self._raw_encoding):
                continue
            kept.append((name, value))
        if not self._raw_encoding:
            kept.append(("accept-encoding", "identity"))
        return tuple(kept)

    def _pool(self) -> _Pool:
        """One in which there is room: of several the first, so that connections are used again."""
        import httpx  # noqa: PLC0415

        for pool in self._pools:
            if pool.taken < _SHARED:
                return pool
        try:
            client = httpx.AsyncClient(
                verify=self._context,
                trust_env=not _is_local(self._base),
                follow_redirects=False,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=_SHARED),
                timeout=self._timeout,
            )
        except (ImportError, ValueError) as error:
            raise UsageError(
                "the proxy that the environment names cannot be used",
                where="HTTP_PROXY, HTTPS_PROXY, ALL_PROXY",
                found=str(error),
                hint="correct or unset the variable, or name the upstream in NO_PROXY",
            ) from error
        own_clients.add(client)
        pool = _Pool(client)
        self._pools.append(pool)
        return pool

    @asynccontextmanager
    async def send(
        self, method: str, path: str, headers: Headers, body: bytes | AsyncIterable[bytes]
    ) -> AsyncIterator[UpstreamAnswer]:
        """Send a request and wait for the answer's head; leaving the block closes the answer.

        Args:
            method: Any.
            path: Path and query, sent byte for byte, behind the base path where it does not begin with it.
            headers: All fields, as `outgoing` gives them.
            body: The bytes, or what yields them.

        Raises:
            UpstreamUnreachable: No connection could be made.
            TlsFailure: The handshake failed; says why.
            httpx.HTTPError: The connection broke before the head came, as in `UpstreamAnswer.chunks`.
        """
        pool = self._pool()
        pool.taken += 1
        try:
            response = await self._sent(pool.client, method, path, headers, body)
            try:
                yield UpstreamAnswer(response)
            finally:
                await response.aclose()
        finally:
            pool.taken -= 1

    async def _sent(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        headers: Headers,
        body: bytes | AsyncIterable[bytes],
    ) -> httpx.Response:
        import httpx  # noqa: PLC0415

        try:
            request = httpx.Request(
                method,
                self._base,
                headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
                content=body or None,
                extensions={"timeout": self._timeout.as_dict()},
            )
            request.url = _exact_url_class()(self._base, self.target(path).encode("latin-1"))
            return await client.send(request, stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise _explained(error, self._base) from error
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise UpstreamUnreachable(
                "the request cannot be sent", where=self.url(path), found=str(error)
            ) from error

    async def aclose(self) -> None:
        """Close all connections."""
        for pool in self._pools:
            await pool.client.aclose()


class _Pool:
    """Some connections, and how many exchanges use them."""

    __slots__ = ("client", "taken")

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.taken = 0


@cache
def _exact_url_class() -> Callable[[str, bytes], httpx.URL]:
    import httpx  # noqa: PLC0415

    class ExactUrl(httpx.URL):
        """A URL whose path and query go out byte for byte; httpx would quote them and take dot segments out.

        httpcore's extension `target` does that, too, but spoils the CONNECT to a proxy.
        """

        def __init__(self, origin: str, target: bytes) -> None:
            super().__init__(origin)
            self._target = target

        @property
        def raw_path(self) -> bytes:
            return self._target

    return ExactUrl


def _checked(base_url: str) -> tuple[str, str]:
    """Origin and path of a base URL."""
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        raise _no_url(base_url, str(error)) from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _no_url(base_url)
    if parts.username or parts.query or parts.fragment:
        raise _no_url(base_url, "it has a user name, a query or a fragment")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default = {"http": 80, "https": 443}[parts.scheme]
    origin = f"{parts.scheme}://{host}" + (f":{port}" if port and port != default else "")
    return origin, parts.path.rstrip("/")


def _no_url(base_url: str, why: str | None = None) -> UsageError:
    return UsageError(
        f"{base_url!r} is no upstream" + (f": {why}" if why else ""),
        expected="http:// or https://, a host, perhaps a port and a path",
        hint="for example https://api.openai.com",
    )


def _is_local(origin: str) -> bool:
    host = urlsplit(origin).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _tls_context(ca: Path | None) -> ssl.SSLContext:
    import httpx  # noqa: PLC0415

    try:
        context = httpx.create_ssl_context(trust_env=True)
    except (OSError, ssl.SSLError) as error:
        raise _no_certificates("SSL_CERT_FILE, SSL_CERT_DIR", error) from error
    if ca is not None:
        try:
            context.load_verify_locations(cafile=str(ca))
        except (OSError, ssl.SSLError) as error:
            raise _no_certificates(f"--ca {ca}", error) from error
    return context


def _no_certificates(where: str, error: Exception) -> UsageError:
    return UsageError(
        "certificates to trust cannot be read",
        where=where,
        expected="a file of certificates in PEM form (-----BEGIN CERTIFICATE-----)",
        found=getattr(error, "strerror", None) or str(error),
        hint="give the certificate of the authority that signed the upstream's, not the server's key",
    )


def _explained(error: Exception, origin: str) -> HarnessError:
    """What went wrong while connecting, told from the chain of causes that httpx and anyio leave."""
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError):
            reason = getattr(cause, "verify_message", "") or cause.reason or str(cause)
            return TlsFailure(
                "the TLS handshake with the upstream failed",
                where=origin,
                found=str(reason),
                hint=(
                    "where a private authority signed its certificate, give it with --ca FILE"
                    if isinstance(cause, ssl.SSLCertVerificationError)
                    else "does this port speak TLS? Try http:// instead of https://"
                ),
            )
    kind = type(error).__name__
    found = next((str(cause) for cause in reversed(causes) if str(cause)), kind)
    return UpstreamUnreachable(
        "no connection to the upstream could be made",
        where=origin,
        found=f"{kind}: {found}",
        hint="is it running, and is the port right? HTTPS_PROXY and NO_PROXY of the environment count",
    )


def _causes(error: BaseException) -> Iterable[BaseException]:
    pending: list[BaseException] = [error]
    seen: set[int] = set()
    while pending:
        cause = pending.pop()
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        if isinstance(cause, BaseExceptionGroup):
            pending.extend(cause.exceptions)
        pending.extend(other for other in (cause.__context__, cause.__cause__) if other is not None)
