"""Translating without a network: the verb behind `harness.translate` and `harness translate`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import Cassette, Chunk, Exchange
from harness.cassettes.foreign import detect
from harness.checking.sniffing import ENOUGH, plain_dialect_of
from harness.errors import InputError, UnknownName, UsageError
from harness.io.recordings import read_bytes
from harness.jobs.looking import find_one
from harness.jobs.subjects import of_cassette, of_chunks, of_file, of_stdin
from harness.jsonvalue import try_parse
from harness.translation.engine import INBOUND, UPSTREAM
from harness.translation.losses import LossPolicy
from harness.translation.offline import Translation, translated

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.jobs.subjects import Subject
    from harness.jsonvalue import JsonValue
    from harness.translation.engine import InboundDialect
    from harness.translation.manner import Manner
    from harness.translation.profiles import UpstreamDialect


def translate(
    answer: str | Path | bytes | Cassette | Exchange | Iterable[bytes],
    *,
    source: UpstreamDialect,
    target: InboundDialect,
    request: bytes | str | Path | Mapping[str, JsonValue] | None = None,
    exchange: int | None = None,
    profile: str | None = None,
    manner: Manner | None = None,
    losses: Iterable[str] = (),
    stream: bool | None = None,
    seed: bytes = b"",
    now: int = 0,
) -> Translation:
    """Translate an upstream's answer to what a client of another dialect is sent. The same input gives the same bytes.

    Args:
        answer: The upstream's answer: a path (a recording of any format, or a plain body), the bytes of a body, its
            chunks, a cassette, or an exchange of one.
        source: What it speaks: "chat", "responses", "gemini" or "anthropic".
        target: What the client speaks: "chat" or "responses".
        request: The client's request, in its own dialect: JSON, its bytes, or the path of a file that holds it.
        exchange: Which exchange of a recording that has several, counted from 0.
        profile: What is particular to the upstream, by name, such as "deepseek"; see `specs/upstreams`.
        manner: How the answer is written.
        losses: What is done about what cannot be carried: "error", "warn" or "allow", and "CODE=warn" for one code.
        stream: Whether the client wants a stream; None is what its request says, or else what the upstream sent.
        seed: What ids are made of.
        now: Unix time in seconds, where the upstream does not say when it was.

    Returns:
        The client's exchange, what was lost, and what went wrong.

    Raises:
        UsageError: A name that does not exist, a request that is no JSON object, or an exchange that must be named.
        InputError: The answer cannot be read, or plainly speaks another dialect.
        RequestRefused: The client's request cannot be translated.
    """
    # Before anything is read: an unknown dialect would look like an answer in another one.
    for kind, name, known in (("upstream dialect", source, UPSTREAM), ("inbound dialect", target, INBOUND)):
        if name not in known:
            raise UnknownName(kind, name, known)
    upstream = _one(answer, exchange)
    _refuse_another_dialect(upstream, source)
    return translated(
        upstream,
        source=source,
        target=target,
        request=_request(request),
        profile=profile,
        manner=manner,
        policy=LossPolicy.read(losses),
        stream=stream,
        seed=seed,
        now=now,
    )


def _one(answer: Any, number: int | None) -> Exchange:
    if isinstance(answer, Exchange):
        return answer
    found = [subject.exchange for subject in _subjects(answer)]
    if number is None and len(found) > 1:
        raise UsageError(
            "this recording holds several exchanges",
            where=str(answer) if isinstance(answer, str | Path) else None,
            found=f"{len(found)} of them",
            hint="say which is meant: exchange=0, or --exchange 0",
        )
    if number is not None and not 0 <= number < len(found):
        raise UsageError(
            f"there is no exchange {number}", expected=f"0 to {len(found) - 1}", hint="exchanges count from 0"
        )
    return found[number or 0]


def _refuse_another_dialect(upstream: Exchange, source: str) -> None:
    """An answer of another dialect would read as one that broke off: say what it is instead."""
    if upstream.response is None:
        return
    start = bytearray()
    for chunk in upstream.response.chunks:
        start += chunk.data
        if len(start) >= ENOUGH:
            break
    plain = plain_dialect_of(bytes(start))
    if plain not in {None, source}:
        raise InputError(
            f"this answer speaks {plain}, not {source}",
            hint=f"say --from {plain} (source={plain!r})",
        )


def _subjects(answer: Any) -> Iterator[Subject]:
    if isinstance(answer, Cassette):
        yield from of_cassette(answer)
    elif isinstance(answer, str | Path):
        yield from of_file(Path(find_one(str(answer))))
    elif isinstance(answer, bytes | bytearray | memoryview):
        data = bytes(answer)
        if detect(data) == "sse":
            yield of_chunks((Chunk(0, data),))
        else:
            yield from of_stdin(iter((data,)), source="")
    else:
        yield of_chunks(tuple(Chunk(0, one) for one in _pieces(answer)))


def _pieces(answer: Any) -> Iterator[bytes]:
    is_bytes = isinstance(answer, bytes | bytearray | memoryview)
    is_many = isinstance(answer, Iterable) and not isinstance(answer, Mapping)
    for one in (answer,) if is_bytes or not is_many else answer:
        if not isinstance(one, bytes | bytearray | memoryview):
            raise UsageError(
                "this is no answer that can be translated",
                expected="a path, the bytes of a body or its chunks, a cassette, or an exchange of one",
                found=type(answer).__name__,
                hint="of an object it is json.dumps(...).encode()" if isinstance(answer, Mapping) else None,
            )
        yield bytes(one)


def _request(given: bytes | str | Path | Mapping[str, JsonValue] | None) -> Mapping[str, Any] | None:
    if given is None or isinstance(given, Mapping):
        return given
    data = given if isinstance(given, bytes) else read_bytes(Path(given))
    read, value = try_parse(data)
    if not read:
        raise InputError(
            "the request is no JSON", where="--request", expected="the body of the client's request"
        )
    if not isinstance(value, dict):
        raise UsageError(
            "the request is no JSON object", where="--request", expected="the body of the client's request"
        )
    return value
