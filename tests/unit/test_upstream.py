"""The upstream of a recording proxy: URLs, certificates, proxies of the environment, and what errors say."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import httpx
import pytest
import trustme

from harness.errors import TlsFailure, UpstreamUnreachable, UsageError
from harness.io.server.proxy import RecordProxy
from harness.io.server.threaded import ServerThread
from harness.io.upstream import Upstream
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy or certificate of the machine that runs the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A private certificate authority."""
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    """Its certificate in a file."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


@contextmanager
def tls_server(authority: trustme.CA, name: str = "localhost") -> Iterator[str]:
    """A server that answers one byte string over TLS, as whatever host it is given a certificate for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.settimeout(5)
                    while connection.recv(65_536):
                        connection.sendall(ANSWER)
            except OSError:
                plain.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(60)


def fetch(upstream: Upstream, path: str = "/") -> bytes:
    """Send a GET, and read the body."""

    async def visit() -> bytes:
        try:
            async with upstream.send("GET", path, upstream.outgoing(()), b"") as answer:
                return b"".join([chunk async for chunk in answer.chunks()])
        finally:
            await upstream.aclose()

    return asyncio.run(visit())


@pytest.mark.parametrize(
    ("base", "path", "url"),
    [
        ("https://api.openai.com", "/v1/models", "https://api.openai.com/v1/models"),
        ("https://api.openai.com/v1", "/models", "https://api.openai.com/v1/models"),
        ("https://api.openai.com/v1/", "/v1/models", "https://api.openai.com/v1/models"),
        ("https://api.openai.com:443", "/", "https://api.openai.com/"),
        ("http://[::1]:8080/x", "/y?z=%2F", "http://[::1]:8080/x/y?z=%2F"),
        ("HTTP://Localhost:80", "/", "http://localhost/"),
    ],
)
def test_a_path_is_joined_to_the_base(base: str, path: str, url: str) -> None:
    """The base path is put in front unless the client did; default ports are left out."""
    assert Upstream(base).url(path) == url


@pytest.mark.parametrize(
    "base",
    [
        "",
        "api.openai.com",
        "ftp://x",
        "http://",
        "http://h:port",
        "http://u:p@h",
        "http://h?q",
        "http://h#f",
        "http://[x",
    ],
)
def test_what_is_no_base_url_is_refused(base: str) -> None:
    """One clear error, which shows what was given and an example."""
    with pytest.raises(UsageError) as raised:
        Upstream(base)
    assert repr(base) in str(raised.value)
    assert "https://api.openai.com" in str(raised.value)


def test_a_private_authority_is_trusted_where_its_file_is_given(authority: trustme.CA, ca_file: Path) -> None:
    """`--ca`."""
    with tls_server(authority) as url:
        assert fetch(Upstream(url, ca=ca_file)) == b"hi"


def test_a_private_authority_is_trusted_where_the_environment_names_its_file(
    authority: trustme.CA, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`SSL_CERT_FILE`."""
    monkeypatch.setenv("SSL_CERT_FILE", str(ca_file))
    with tls_server(authority) as url:
        assert fetch(Upstream(url)) == b"hi"


def test_an_unknown_authority_is_a_tls_failure_that_says_why_and_what_to_do(authority: trustme.CA) -> None:
    """The reason of the TLS library, and a hint at `--ca`."""
    with tls_server(authority) as url, pytest.raises(TlsFailure) as raised:
        fetch(Upstream(url))
    assert raised.value.where == url
    assert "certificate" in str(raised.value.found)
    assert "--ca" in str(raised.value.hint)


def test_a_certificate_of_another_host_is_a_tls_failure(authority: trustme.CA, ca_file: Path) -> None:
    """The authority is known, the name is wrong."""
    with tls_server(authority, "elsewhere.example") as url, pytest.raises(TlsFailure) as raised:
        fetch(Upstream(url, ca=ca_file))
    assert "localhost" in str(raised.value.found)


def test_tls_to_a_port_that_speaks_plain_http_is_a_tls_failure() -> None:
    """With a hint at the scheme."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1_000)
                connection.sendall(ANSWER)

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        with pytest.raises(TlsFailure) as raised:
            fetch(Upstream(f"https://localhost:{listener.getsockname()[1]}"))
        thread.join(60)
    assert "http://" in str(raised.value.hint)


def test_a_tls_failure_reaches_the_client_of_the_proxy_as_a_502(authority: trustme.CA) -> None:
    """The error text is the one that the command line would print."""
    with tls_server(authority) as url:
        proxy = RecordProxy(Upstream(url))
        with ServerThread(proxy, finish=proxy.aclose) as server:
            response = httpx.get(server.url)
    assert response.status_code == 502
    assert response.json()["error"]["code"] == "tls-failure"
    assert "--ca" in response.json()["error"]["message"]


def test_an_upstream_over_tls_is_recorded_through(authority: trustme.CA, ca_file: Path) -> None:
    """Plain HTTP to the client, TLS to the upstream."""
    with tls_server(authority) as url:
        proxy = RecordProxy(Upstream(url, ca=ca_file))
        with ServerThread(proxy, finish=proxy.aclose) as server:
            assert httpx.get(server.url).text == "hi"


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_without_certificates_is_one_clear_error(tmp_path: Path, content: bytes | None) -> None:
    """Missing, empty, no PEM, broken PEM."""
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError) as raised:
        Upstream("https://localhost", ca=path)
    assert str(path) in str(raised.value)


def test_a_certificate_file_of_the_environment_that_is_missing_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the variable."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "nothing.pem"))
    with pytest.raises(UsageError) as raised:
        Upstream("https://localhost")
    assert "SSL_CERT_FILE" in str(raised.value)


def test_a_port_that_nobody_listens_on_is_unreachable() -> None:
    """The reason of the system is shown."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises(UpstreamUnreachable) as raised:
        fetch(Upstream(f"http://127.0.0.1:{port}"))
    assert raised.value.where == f"http://127.0.0.1:{port}"
    assert raised.value.exit_code == 3


def test_a_host_that_nobody_knows_is_unreachable() -> None:
    """`.invalid` never resolves (RFC 2606)."""
    with pytest.raises(UpstreamUnreachable) as raised:
        fetch(Upstream("http://nowhere.invalid"))
    assert raised.value.where == "http://nowhere.invalid"


def test_a_connection_that_takes_too_long_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after `connect_timeout`, however long an answer may take."""

    async def connect(*_: object, **__: object) -> None:
        await asyncio.sleep(2)
        raise OSError("waited in vain")

    # Whether a listener whose queue is full leaves a client waiting differs between systems.
    monkeypatch.setattr("anyio.connect_tcp", connect)
    with pytest.raises(UpstreamUnreachable) as raised:
        fetch(Upstream("http://127.0.0.1:9", connect_timeout=0.05))
    assert raised.value.found is not None
    assert raised.value.found.startswith("ConnectTimeout")


def test_the_environments_proxy_is_used_but_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request for another host goes to the proxy in absolute form; one for 127.0.0.1 goes straight there."""
    got: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        got.append(request.split(b"\r\n")[0])
        connection.sendall(ANSWER)

    with ScriptedServer(script) as server:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        assert fetch(Upstream("http://model.example"), "/v1/models?a=%2F") == b"hi"
        assert fetch(Upstream(server.url), "/straight") == b"hi"
    assert got == [b"GET http://model.example/v1/models?a=%2F HTTP/1.1", b"GET /straight HTTP/1.1"]


def test_a_proxy_is_asked_for_a_tunnel_to_an_upstream_over_tls(
    authority: trustme.CA, ca_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONNECT names the host, and what goes through the tunnel is the request itself."""
    got: list[bytes] = []

    def script(connection: socket.socket, request: bytes) -> None:
        got.append(request.split(b"\r\n")[0])
        connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("model.example").configure_cert(context)
        with context.wrap_socket(connection, server_side=True) as inner:
            got.append(inner.recv(65_536).split(b"\r\n")[0])
            inner.sendall(ANSWER)
            inner.recv(1)

    with ScriptedServer(script) as server:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        assert fetch(Upstream("https://model.example", ca=ca_file), "/v1/../models?a=%zz") == b"hi"
    assert got == [b"CONNECT model.example:443 HTTP/1.1", b"GET /v1/../models?a=%zz HTTP/1.1"]


def test_a_proxy_of_the_environment_that_cannot_be_used_is_one_clear_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It names the variables."""
    monkeypatch.setenv("ALL_PROXY", "gopher://127.0.0.1:1")
    with pytest.raises(UsageError) as raised:
        Upstream("http://model.example")
    assert "ALL_PROXY" in str(raised.value)


def test_an_idle_connection_that_the_upstream_closed_is_not_used_again() -> None:
    """Two requests with a closed connection between them both succeed: no false cut is recorded."""

    def script(connection: socket.socket, _: bytes) -> None:
        connection.sendall(ANSWER)
        connection.close()

    async def visit(upstream: Upstream) -> list[bytes]:
        bodies = []
        for _ in range(3):
            async with upstream.send("GET", "/", upstream.outgoing(()), b"") as answer:
                bodies.append(b"".join([chunk async for chunk in answer.chunks()]))
            await asyncio.sleep(0.02)
        await upstream.aclose()
        return bodies

    with ScriptedServer(script) as server:
        assert asyncio.run(visit(Upstream(server.url))) == [b"hi"] * 3


def test_a_reason_phrase_keeps_its_bytes() -> None:
    """Also those that are not ASCII (RFC 9112, section 4: obs-text); where none came, none is made up."""
    reasons: list[str] = []

    def script(connection: socket.socket, request: bytes) -> None:
        reason = b"Gr\xfc\xdfe" if b" /obs " in request else b""
        connection.sendall(b"HTTP/1.1 200 " + reason + b"\r\nContent-Length: 0\r\n\r\n")

    async def visit(upstream: Upstream) -> None:
        for path in ("/obs", "/none"):
            async with upstream.send("GET", path, upstream.outgoing(()), b"") as answer:
                reasons.append(answer.reason)
        await upstream.aclose()

    with ScriptedServer(script) as server:
        asyncio.run(visit(Upstream(server.url)))
    assert reasons == ["Grüße", ""]
