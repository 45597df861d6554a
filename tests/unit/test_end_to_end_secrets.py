"""No secret reaches the disk, wherever it travels; clients get every byte of it, and all lengths stay."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gzip
import json
import random
import string
import threading
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

import brotli
import httpx
import httpx2
import pytest
import zstandard

import harness
from harness.cassettes.exchange import How
from harness.errors import SecretFound
from harness.io.files import read_cassette
from harness.jobs.record import record_server
from tests.rerecording import chunks_of
from tests.scripted import ScriptedServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from harness.cassettes.exchange import Exchange

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def drawn(prefix: str, length: int, signs: str = LETTERS) -> str:
    """An invented secret: a prefix, and a run drawn by lot that has a digit and a letter early on."""
    draw = random.Random(prefix + str(length))
    return prefix + "".join(draw.choice(signs) for _ in range(length))


def base64url(value: object) -> str:
    """A part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


SHAPED = {
    "openai": drawn("sk-", 48),
    "openai-project": drawn("sk-proj-", 120, LETTERS + "_-"),
    "openai-service-account": drawn("sk-svcacct-", 60),
    "openai-admin": drawn("sk-admin-", 60),
    "openai-session": drawn("sess-", 40),
    "openai-ephemeral": drawn("ek_", 32, HEX),
    "anthropic": drawn("sk-ant-api03-", 93),
    "openrouter": drawn("sk-or-v1-", 64, HEX),
    "google": drawn("AIza", 35),
    "google-oauth": drawn("ya29.a0", 90),
    "groq": drawn("gsk_", 52),
    "xai": drawn("xai-", 80),
    "huggingface": drawn("hf_", 34),
    "github": drawn("ghp_", 36),
    "github-fine-grained": drawn("github_pat_11", 70),
    "gitlab": drawn("glpat-", 20),
    "aws-key-id": drawn("AKIA", 16, string.ascii_uppercase + "234567"),
    "aws-temporary-key-id": drawn("ASIA", 16, string.ascii_uppercase + "234567"),
    "slack": drawn("xoxb-2635942065-", 24),
    "stripe": drawn("sk_live_", 40),
    "replicate": drawn("r8_", 37),
    "perplexity": drawn("pplx-", 48),
    "fireworks": drawn("fw_", 24),
    "cerebras": drawn("csk-", 48, string.ascii_lowercase + string.digits),
    "nvidia": drawn("nvapi-", 64),
    "npm": drawn("npm_", 36),
    "jwt": f"{base64url({'alg': 'HS256', 'typ': 'JWT'})}.{base64url({'sub': '1234567890'})}.{drawn('', 43)}",
    "organization": drawn("org-", 24),
    "project": drawn("proj_", 24),
}
"""Secrets that show by their shape, wherever they stand."""

VARIABLES = {
    "MISTRAL_API_KEY": drawn("", 32),
    "COHERE_API_KEY": drawn("", 40),
    "AZURE_OPENAI_API_KEY": drawn("az", 32, HEX),
    "AWS_SECRET_ACCESS_KEY": drawn("", 20) + "/" + drawn("+", 18),
    "GATEWAY_PASSWORD": 'p@ss "w/ö+r\\d" & <Zq7>',
}
"""Secrets that show nowhere, and are known because the environment holds them."""

EVERYWHERE = SHAPED | VARIABLES

HEADERS = {
    "authorization": ("Bearer ", drawn("opaque", 30), ""),
    "Authorization": ("Basic ", base64.b64encode(b"user:correct horse 9 battery").decode(), ""),
    "proxy-authorization": ("Basic ", base64.b64encode(b"proxy:staple 4 horse battery").decode(), ""),
    "x-api-key": ("", drawn("opaque", 31), ""),
    "api-key": ("", drawn("opaque", 32), ""),
    "x-goog-api-key": ("", drawn("opaque", 33), ""),
    "Ocp-Apim-Subscription-Key": ("", drawn("opaque", 34), ""),
    "cookie": ("theme=x; session=", drawn("opaque", 35), "; a=b"),
    "openai-organization": ("", drawn("user-", 20, string.ascii_lowercase), ""),
    "openai-project": ("", drawn("my-project-", 9, string.ascii_lowercase), ""),
    "chatgpt-account-id": ("", drawn("acct-", 20, string.ascii_lowercase), ""),
    "x-amz-security-token": ("", drawn("opaque", 36), ""),
    "X-Authorization": (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu/bedrock/aws4_request, SignedHeaders=host, Signature=",
        drawn("", 64, HEX),
        "",
    ),
}
"""Header fields whose values are secret because of the field, with what stands around the secret."""

PARAMETERS = ("key", "api_key", "apikey", "access_token", "sig", "X-Amz-Signature", "client_secret", "code")
FIELDS = ("api_key", "apiKey", "access_token", "client_secret", "secret_access_key", "refreshToken")
OPAQUE = drawn("opaque0", 29)

PLACES = [
    *((f"header {name}", "request", name, (f"{before}{secret}{after}",), secret)
      for name, (before, secret, after) in HEADERS.items()),
    *((f"parameter {name}", "url", name, (f"{name}={OPAQUE}",), OPAQUE) for name in PARAMETERS),
    *((f"form {name}", "form", name, (f"a=1&{name}={OPAQUE}&b=2",), OPAQUE) for name in PARAMETERS[1:]),
    *((f"field {name}", "json", name, (json.dumps({"a": {name: OPAQUE}}),), OPAQUE) for name in FIELDS),
    ("set-cookie", "response", "set-cookie", (f"__cf_bm={OPAQUE}; path=/; HttpOnly",), OPAQUE),
    ("answered organization", "response", "openai-organization", ("user-acmeincorporated",), "user-acmeincorporated"),
    ("redirect", "response", "location", (f"https://host.example/cb?code={OPAQUE}",), OPAQUE),
]  # fmt: skip
"""Secrets that are known by their place: name, kind of place, field, what stands there, the secret in it."""


@dataclass(frozen=True)
class Visit:
    """One exchange with a secret somewhere in it."""

    headers: tuple[tuple[str, str], ...] = ()
    query: str = ""
    body: bytes = b"{}"
    reason: str = "OK"
    fields: tuple[tuple[str, str], ...] = (("Content-Type", "text/event-stream"),)
    chunks: tuple[bytes, ...] = (b"data: {}\n\n",)
    error: str = ""


def event(text: str) -> bytes:
    """An event with some text in it, as models stream it."""
    delta = json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}, ensure_ascii=False)
    return f"data: {delta}\n\n".encode()


def visits(secret: str) -> list[Visit]:
    """A secret in every place, and in a stream whose chunks part at every third byte of it."""
    told = event(f"the key is {secret}, keep it")
    inner = json.dumps(secret, ensure_ascii=False)[1:-1].encode()
    start = told.index(inner)
    nested = event(json.dumps({"headers": {"x": secret}}))
    encoded = base64.b64encode(b"no=" + secret.encode()).decode()
    plain = secret.isascii() and secret.isprintable()
    result = [
        Visit(query=f"q={quote(secret, safe='')}&r=1"),
        Visit(query=f"q={quote_plus(secret)}"),
        Visit(body=json.dumps({"messages": [{"role": "user", "content": f"use {secret}!"}]}).encode()),
        Visit(body=b"a: " + secret.encode() + b"\n"),
        Visit(chunks=(told,)),
        Visit(chunks=(nested[:20], nested[20:])),
        Visit(chunks=(b"data: ", secret.encode(), b"\n\n")),
        Visit(chunks=tuple(bytes([byte]) for byte in told)),
    ]
    if plain:
        result += [
            Visit(error=f"cannot use {secret} here"),
            Visit(headers=(("x-note", f"is {secret} ok?"),)),
            Visit(headers=(("authorization", f"Bearer {secret}"),)),
            Visit(fields=(("content-type", "text/plain"), ("x-note", secret))),
            Visit(reason=f"No {secret} here"),
        ]
    if secret in VARIABLES.values():
        result.append(Visit(chunks=(event(encoded)[:60], event(encoded)[60:])))
    result += [Visit(chunks=(told[:at], told[at:])) for at in range(start - 1, start + len(inner) + 2, 3)]
    result += [Visit(chunks=(told + told[:at], told[at:])) for at in range(start + 1, start + len(inner), 9)]
    return result


def placed(kind: str, field: str, text: str) -> Visit:
    """A visit with a secret that is known by its place."""
    match kind:
        case "request":
            return Visit(headers=((field, text),))
        case "url":
            return Visit(query=f"a=1&{text}&b=2")
        case "form":
            return Visit(headers=(("content-type", "application/x-www-form-urlencoded"),), body=text.encode())
        case "response":
            return Visit(fields=(("content-type", "text/plain"), (field, text)))
    data = event(text)
    middle = data.index(b"opaque") + 9
    return Visit(body=text.encode(), chunks=(text.encode(), data[:middle], data[middle:]))


class Watch:
    """Looks for a secret in all that lies in a folder, in any form and also in pieces.

    Args:
        folder: Where a recorder writes.
        secret: What must not be there.
    """

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        raw = secret.encode()
        forms = {
            raw,
            json.dumps(secret)[1:-1].encode(),
            json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        }
        forms |= {quote(secret, safe="").encode(), quote(secret).encode(), quote_plus(secret).encode()}
        for pad in range(3):
            text = base64.b64encode(bytes(pad) + raw)[(8 * pad + 5) // 6 : (pad + len(raw)) * 8 // 6]
            forms |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
        # A third of it is too much as well. Its beginning says only what kind of secret it is.
        size = max(len(raw) // 3, 8)
        forms |= {raw[at : at + size] for at in range(min(8, len(raw) - size), len(raw) - size + 1)}
        self._forms = forms
        self._read: dict[Path, int] = {}
        self._open: dict[tuple[Path, int], bytearray] = {}
        self.looks = 0

    def look(self) -> None:
        """Search what was written since the last look, row by row and body by body."""
        self.looks += 1
        for path in sorted(self._folder.iterdir()):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                data = file.read()
            data = data[: data.rfind(b"\n") + 1]
            self._read[path] = self._read.get(path, 0) + len(data)
            self._search(data, path)
            for line in data.splitlines():
                self._follow(path, json.loads(line))

    def _follow(self, path: Path, row: dict[str, Any]) -> None:
        if row["k"] in {"c", "ev", "body", "req"}:
            text = row.get("s", row.get("text"))
            data = text.encode() if text is not None else base64.b64decode(row.get("b64", ""))
            if row["k"] == "req":
                self._search(data, path)
                return
            body = self._open.setdefault((path, row["i"]), bytearray())
            body += data
            self._search(bytes(body), path)

    def _search(self, data: bytes, path: Path) -> None:
        for form in self._forms:
            at = data.find(form)
            assert at < 0, f"{form!r} is in {path.name}: {data[max(at - 80, 0) : at + 100]!r}"


class Planted:
    """A transport that answers the nth request with the nth visit; sync and async."""

    def __init__(self, module: ModuleType, planned: list[Visit], look: Callable[[], None]) -> None:
        self._module = module
        self._planned = iter(planned)
        self._look = look

    def handle_request(self, request: Any) -> Any:  # noqa: ARG002 - a transport's signature
        """The next visit's answer."""
        visit = next(self._planned)
        self._look()
        return self._module.Response(
            200,
            headers=list(visit.fields),
            stream=PlantedStream(self._module, visit, self._look),
            extensions={"reason_phrase": visit.reason.encode("latin-1"), "http_version": b"HTTP/1.1"},
        )

    async def handle_async_request(self, request: Any) -> Any:
        """The same."""
        return self.handle_request(request)

    def close(self) -> None:
        """Nothing is open."""

    async def aclose(self) -> None:
        """Nothing is open."""


class PlantedStream:
    """A visit's chunks, with a look at the recorder's files before, between and after them."""

    def __init__(self, module: ModuleType, visit: Visit, look: Callable[[], None]) -> None:
        self._module = module
        self._visit = visit
        self._look = look

    def __iter__(self) -> Iterator[bytes]:
        for data in self._visit.chunks:
            self._look()
            yield data
        self._look()
        if self._visit.error:
            raise self._module.ReadError(self._visit.error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for data in self:
            yield data

    def close(self) -> None:
        """Look once more."""
        self._look()

    async def aclose(self) -> None:
        """Look once more."""
        self._look()


def through_tape(path: Path, planned: list[Visit], watch: Watch) -> list[bytes]:
    """Record visits through a tape with a sync client; what the client got."""
    received = []
    with harness.cassette(path) as tape:
        transport = tape.transport(httpx, inner=Planted(httpx, planned, watch.look))
        with httpx.Client(transport=transport) as client:
            for number, visit in enumerate(planned):
                body = b""
                with (
                    contextlib.suppress(httpx.ReadError),
                    client.stream("POST", url("http://h.example", number, visit), **sent(visit)) as response,
                ):
                    assert response.reason_phrase == visit.reason
                    for data in response.iter_raw():
                        body += data
                received.append(body)
    return received


def through_async_tape(path: Path, planned: list[Visit], watch: Watch) -> list[bytes]:
    """The same with an async client of the other module."""

    async def run() -> list[bytes]:
        received = []
        async with harness.cassette(path) as tape:
            transport = tape.transport(httpx2, inner=Planted(httpx2, planned, watch.look))
            async with httpx2.AsyncClient(transport=transport) as client:
                for number, visit in enumerate(planned):
                    body = b""
                    with contextlib.suppress(httpx2.ReadError):
                        request = client.stream("POST", url("http://h.example", number, visit), **sent(visit))
                        async with request as response:
                            async for data in response.aiter_raw():
                                body += data
                    received.append(body)
        return received

    return asyncio.run(run())


def through_proxy(path: Path, planned: list[Visit], watch: Watch) -> list[bytes]:
    """The same through a record proxy, which waits for the client between any two chunks."""
    seen = threading.Semaphore(0)

    def script(connection: Any, request: bytes) -> None:
        visit = planned[int(request.split(b" ", 2)[1].split(b"?")[0].rsplit(b"/", 1)[1])]
        head = f"HTTP/1.1 200 {visit.reason}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in visit.fields
        )
        connection.sendall(head.encode("latin-1") + b"Transfer-Encoding: chunked\r\n\r\n")
        for data in visit.chunks:
            connection.sendall(b"%x\r\n%b\r\n" % (len(data), data))
            assert seen.acquire(timeout=10)
        if visit.error:
            connection.sendall(b"no chunk: " + visit.error.encode() + b"\r\n")
            connection.close()
        else:
            connection.sendall(b"0\r\n\r\n")

    received = []
    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path) as proxy, httpx.Client() as client:
            for number, visit in enumerate(planned):
                body = b""
                with (
                    contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError),
                    client.stream("POST", url(proxy.url, number, visit), **sent(visit)) as response,
                ):
                    for data in response.iter_raw():
                        body += data
                        watch.look()
                        seen.release()
                received.append(body)
        assert not proxy.summary().refusals
        assert not upstream.errors
    return received


def url(base: str, number: int, visit: Visit) -> str:
    """Where a visit goes."""
    return f"{base}/v1/{number}" + (f"?{visit.query}" if visit.query else "")


def sent(visit: Visit) -> dict[str, Any]:
    """What is sent there."""
    return {"headers": dict(visit.headers), "content": visit.body}


ROUTES = [
    pytest.param(through_tape, id="tape"),
    pytest.param(through_async_tape, id="async-tape"),
    pytest.param(through_proxy, id="proxy"),
]


def assert_lengths(exchange: Exchange, visit: Visit) -> None:
    """Everything that was hidden is as long as it was."""
    request, response = exchange.request, exchange.response
    assert len(request.body) == len(visit.body)
    assert len(httpx.URL(request.url).query) == len(httpx.URL("http://h/?" + visit.query).query)
    recorded = {name.lower(): value for name, value in request.headers}
    for name, value in visit.headers:
        # What is meant for a proxy ends at one (RFC 9110, section 11.7.1).
        if name != "proxy-authorization" or name in recorded:
            assert len(recorded[name.lower()]) == len(value)
    assert response is not None
    assert len(response.reason) == len(visit.reason)
    answered = {name.lower(): value for name, value in response.headers}
    for name, value in visit.fields:
        assert len(answered[name.lower()]) == len(value)
    assert [len(data) for data in chunks_of(exchange)] == [len(data) for data in visit.chunks]


def assert_hidden(route: Any, folder: Path, planned: list[Visit], secret: str) -> list[Exchange]:
    """Record visits; the client feels nothing, and no file holds the secret at any moment."""
    folder.mkdir()
    watch = Watch(folder, secret)
    path = folder / "session.cassette.jsonl"
    received = route(path, planned, watch)
    watch.look()

    assert received == [b"".join(visit.chunks) for visit in planned]
    assert watch.looks > len(planned)
    exchanges: list[Exchange] = list(read_cassette(path).exchanges)
    assert len(exchanges) == len(planned)
    for exchange, visit in zip(exchanges, planned, strict=True):
        assert_lengths(exchange, visit)
        assert (exchange.ending.how is How.COMPLETE) == (not visit.error)
    assert [file.name for file in folder.iterdir()] == [path.name]
    return exchanges


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that holds secrets."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("name", EVERYWHERE)
def test_a_secret_is_in_no_file_wherever_it_stands(name: str, route: Any, tmp_path: Path) -> None:
    """Header, URL, request, answer, event, error; split over two chunks at every third byte."""
    secret = EVERYWHERE[name]
    exchanges = assert_hidden(route, tmp_path / "cassettes", visits(secret), secret)
    assert all(exchange.redactions for exchange in exchanges if exchange.ending.how is How.COMPLETE)


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("place", PLACES, ids=[str(place[0]) for place in PLACES])
def test_a_secret_that_is_known_by_its_place_is_in_no_file(
    place: tuple[str, str, str, tuple[str], str], route: Any, tmp_path: Path
) -> None:
    """Credential fields, cookies, parameters, forms, accounts: their values look like nothing by themselves."""
    _, kind, field, (text,), secret = place
    exchanges = assert_hidden(route, tmp_path / "cassettes", [placed(kind, field, text)], secret)
    assert exchanges[0].redactions or (field == "proxy-authorization" and route is through_proxy)


COMPRESS = {"gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}
SECRET = SHAPED["openai-project"]


def compressed(encoding: str) -> Visit:
    """A secret inside a compressed stream."""
    wire = COMPRESS[encoding](event("so far so good") * 9 + event(f"it is {SECRET}"))
    fields = (("content-type", "text/event-stream"), ("content-encoding", encoding))
    return Visit(fields=fields, chunks=(wire[:20], wire[20:31], wire[31:]))


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_secret_inside_a_compressed_body_stops_its_recording_and_nothing_else(
    encoding: str, tmp_path: Path
) -> None:
    """The client gets its bytes, the other exchanges are sealed, and the error says what to do."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    watch = Watch(folder, SECRET)
    planned = [Visit(), compressed(encoding), Visit(chunks=(b"data: last\n\n",))]
    path = folder / "session.cassette.jsonl"
    received: list[bytes] = []
    tape = harness.cassette(path, raw_encoding=True)
    transport = tape.transport(httpx, inner=Planted(httpx, planned, watch.look))
    with httpx.Client(transport=transport) as client:
        for number, visit in enumerate(planned):
            with client.stream("POST", url("http://h.example", number, visit), content=b"{}") as response:
                received.append(b"".join(response.iter_raw()))
    with pytest.raises(SecretFound, match="--decode") as caught:
        tape.close()
    watch.look()

    assert "identity" in str(caught.value)
    assert received == [b"".join(visit.chunks) for visit in planned]
    exchanges = read_cassette(path).exchanges
    assert [exchange.ending.how for exchange in exchanges] == [
        How.COMPLETE,
        How.RECORDER_CRASH,
        How.COMPLETE,
    ]
    wire = b"".join(chunks_of(exchanges[1]))
    assert b"".join(planned[1].chunks).startswith(wire)
    assert SECRET.encode() not in decoded_as_far_as_possible(encoding, wire)


def decoded_as_far_as_possible(encoding: str, wire: bytes) -> bytes:
    """What a reader of a cut compressed body can make of it."""
    decoder: Any = {
        "gzip": lambda: zlib.decompressobj(31),
        "br": brotli.Decompressor,
        "zstd": lambda: zstandard.ZstdDecompressor().decompressobj(),
    }[encoding]()
    plain: bytes = (decoder.process if encoding == "br" else decoder.decompress)(wire)
    return plain


@pytest.mark.parametrize("encoding", COMPRESS)
def test_a_compressed_body_that_is_recorded_decoded_is_redacted(encoding: str, tmp_path: Path) -> None:
    """With `decode=True` the secret is hidden in the plain text, which is what is replayed."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    watch = Watch(folder, SECRET)
    visit = compressed(encoding)
    path = folder / "session.cassette.jsonl"
    with harness.cassette(path, raw_encoding=True, decode=True) as tape:
        transport = tape.transport(httpx, inner=Planted(httpx, [visit], watch.look))
        with (
            httpx.Client(transport=transport) as client,
            client.stream("POST", "http://h.example/v1") as response,
        ):
            assert b"".join(response.iter_raw()) == b"".join(visit.chunks)
    watch.look()

    with harness.cassette(path, mode="none") as tape, tape.client(httpx) as client:
        response = client.post("http://h.example/v1")
    plain = event("so far so good") * 9 + event(f"it is {SECRET}")
    assert "content-encoding" not in response.headers
    assert len(response.content) == len(plain)
    assert response.content.startswith(event("so far so good") * 9)
    assert b"redacted-openai-key" in response.content


@pytest.mark.parametrize("decode", [False, True])
def test_a_secret_in_a_compressed_answer_through_the_proxy(tmp_path: Path, *, decode: bool) -> None:
    """The client gets the wire's bytes; the summary says what was left out, or all is there and redacted."""
    visit = compressed("gzip")
    wire = b"".join(visit.chunks)

    def script(connection: Any, request: bytes) -> None:
        body = wire if b"/secret" in request.split(b"\r\n")[0] else gzip.compress(b"data: nothing\n\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)

    path = tmp_path / "session.cassette.jsonl"
    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path, decode=decode) as proxy, httpx.Client() as client:
            received = []
            for name in ("secret", "other"):
                with client.stream("POST", f"{proxy.url}/{name}") as response:
                    received.append(b"".join(response.iter_raw()))
        summary = proxy.summary()

    assert received[0] == wire
    assert summary.exchanges == 2
    watch = Watch(tmp_path, SECRET)
    watch.look()
    first, second = read_cassette(path).exchanges
    assert second.ending.how is How.COMPLETE
    if decode:
        assert not summary.refusals
        assert first.ending.how is How.COMPLETE
        assert b"redacted-openai-key" in b"".join(chunks_of(first))
    else:
        assert [type(error) for error in summary.refusals] == [SecretFound]
        assert "--decode" in str(summary.refusals[0])
        assert first.ending.how is How.RECORDER_CRASH


def test_an_error_message_that_quotes_the_upstream_is_redacted(tmp_path: Path) -> None:
    """A head that is none is quoted by the HTTP library: the client is cut off, the text is hidden."""

    def script(connection: Any, _: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nno field {SECRET}\r\n\r\n".encode())
        connection.close()

    path = tmp_path / "session.cassette.jsonl"
    with ScriptedServer(script) as upstream:
        with record_server(upstream.url, path) as proxy, pytest.raises(httpx.RemoteProtocolError):
            httpx.post(proxy.url + "/v1")
        with (
            harness.cassette(tmp_path / "tape.cassette.jsonl") as tape,
            tape.client(httpx) as client,
            pytest.raises(httpx.RemoteProtocolError, match=SECRET),
        ):
            client.post(upstream.url)
    Watch(tmp_path, SECRET).look()

    for name in ("session", "tape"):
        ending = read_cassette(tmp_path / f"{name}.cassette.jsonl").exchanges[0].ending
        assert ending.how is How.SERVER_CUT
        assert "redacted-openai-key" in str(ending.message)
