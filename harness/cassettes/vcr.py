"""Reading cassettes of vcrpy, as its versions 1 to 9 wrote them.

The document is `{interactions: [{request: {method, uri, headers, body}, response: {status, headers, body:
{string}}}], version: 1}`, as YAML or JSON; 9.x adds a map `metadata`. Read as well: the `parsed_body` that
pydantic-ai's serializer puts in place of a JSON body, the flat `{status_code, content}` responses that the
first httpx support wrote, `base64_string` bodies and the `http_interactions` of betamax and Ruby VCR.

Where `response.stream` holds the wire index of our own export (see `vcr_export`), all comes back exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.cassettes.exchange import (
    Cassette,
    Chunk,
    Ending,
    Exchange,
    Headers,
    How,
    Redaction,
    Request,
    Response,
    header,
)
from harness.cassettes.imported import (
    as_bytes,
    as_headers,
    as_text,
    imported_head,
    rendered,
    whole_body_exchange,
)
from harness.errors import ForeignFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from harness.jsonvalue import JsonValue

_EXPECTED = "a vcrpy cassette: a map with a list `interactions` of {request, response}"
_HOW = {how.value: how for how in How}


def read_vcr(data: bytes, *, name: str = "") -> Cassette:
    """Read a cassette of vcrpy (YAML or JSON).

    Each interaction becomes one exchange in the order of the file (vcrpy saves in order of completion), with
    its body as one chunk at 0 us. Where an interaction holds the wire index of our export, chunks, times,
    field order and ending come back exactly, and with them the head.

    Secrets stay as the file holds them; whoever writes the result redacts it first.

    Args:
        data: The file's bytes.
        name: What to call it in messages; becomes the cassette's `source`.

    Raises:
        ForeignFormatError: It is not a cassette of vcrpy; the message says what was seen.
    """
    document, kind = _document(data, name)
    interactions = _interactions(document, name)
    exchanges: list[Exchange] = []
    notes: list[str] = []
    exact = 0
    for index, interaction in enumerate(interactions):
        where = f"{name or 'input'}, interaction {index}"
        try:
            exchange, remarks, is_exact = _exchange(index, interaction)
        except (ValueError, TypeError, RecursionError) as error:
            raise ForeignFormatError(
                "an interaction cannot be read", where=where, expected=_EXPECTED, found=str(error)
            ) from None
        exchanges.append(exchange)
        notes += remarks
        exact += is_exact
    head = _head(document, kind, notes, exact=exact, total=len(exchanges))
    return Cassette(head, tuple(exchanges), source=name)


def _document(data: bytes, name: str) -> tuple[Mapping[str, Any], str]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ForeignFormatError(
            "not UTF-8 text", where=name or None, expected=_EXPECTED, found=f"byte {error.start} is no UTF-8"
        ) from None
    kind = "JSON" if text.lstrip().startswith(("{", "[")) else "YAML"
    document = _load_json(text, name) if kind == "JSON" else _load_yaml(text, name)
    if (
        isinstance(document, list)
        and document
        and isinstance(document[0], Mapping)
        and "request" in document[0]
    ):
        raise ForeignFormatError(
            "a cassette of vcrpy from before version 1.0",
            where=name or None,
            expected=_EXPECTED,
            found="a list of interactions",
            hint="migrate it with `python -m vcr.migration FILE`, then read it again",
        )
    if not isinstance(document, Mapping):
        raise ForeignFormatError(
            f"{kind}, but no cassette", where=name or None, expected=_EXPECTED, found=_seen(document)
        )
    return document, kind


def _load_json(text: str, name: str) -> object:
    from vcr.serializers import jsonserializer  # noqa: PLC0415 - importing vcr costs a quarter of a second

    try:
        document: object = jsonserializer.deserialize(text)
    except (ValueError, RecursionError) as error:
        raise ForeignFormatError(
            "broken JSON", where=name or None, expected=_EXPECTED, found=str(error) or type(error).__name__
        ) from None
    return document


def _load_yaml(text: str, name: str) -> object:
    import yaml  # noqa: PLC0415 - only a YAML file needs it
    from vcr.serializers import yamlserializer  # noqa: PLC0415 - importing vcr costs a quarter of a second

    try:
        try:
            document: object = yamlserializer.deserialize(text)
        except yaml.constructor.ConstructorError:
            document = yaml.load(text, Loader=_plain_data_loader())  # noqa: S506 - it builds plain data only
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or getattr(error, "reason", None) or type(error).__name__
        raise ForeignFormatError(
            "broken YAML", where=f"{name or 'input'}{place}", expected=_EXPECTED, found=str(problem)
        ) from None
    return document


def _plain_data_loader() -> Any:
    """A safe loader that reads any tagged object as the plain data below the tag, and runs nothing.

    Old cassettes hold Python objects that vcrpy's own loader refuses by now.
    """
    import yaml  # noqa: PLC0415 - only a YAML file needs it

    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def plain(loader: Any, tag: str, node: Any) -> object:
        if isinstance(node, yaml.ScalarNode):
            return loader.construct_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return loader.construct_sequence(node, deep=True)
        value = loader.construct_mapping(node, deep=True)
        inner = value.get("state") if tag.endswith("BytesIO") else value.get("args")
        return inner[0] if isinstance(inner, (list, tuple)) and inner else value

    loader: Any = type("PlainDataLoader", (base,), {})
    loader.add_multi_constructor("tag:yaml.org,2002:python/", plain)
    loader.add_multi_constructor("!", plain)
    return loader


def _interactions(document: Mapping[str, Any], name: str) -> Sequence[object]:
    found = document.get("interactions", document.get("http_interactions"))
    if not isinstance(found, list):
        raise ForeignFormatError(
            "no cassette of vcrpy", where=name or None, expected=_EXPECTED, found=_seen(document)
        )
    return found


def _seen(value: object) -> str:
    """What a value is, without showing what it holds."""
    if isinstance(value, Mapping):
        keys = [str(key)[:40] for key in value]
        return f"a map with the keys {', '.join(keys[:8])}{', …' if len(keys) > 8 else ''}" if keys else "{}"
    if value is None:
        return "nothing"
    return f"a {type(value).__name__}"


def _mapping(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError(f"{what} is {_seen(value)}, not a map")
    return value


def _exchange(index: int, interaction: object) -> tuple[Exchange, list[str], bool]:
    parts = _mapping(interaction, "the interaction")
    if not {"request", "response"} <= set(parts):
        raise TypeError(f"the interaction is {_seen(parts)}")
    raw_request = _mapping(parts["request"], "request")
    raw_response = _mapping(parts["response"], "response")
    request = Request(
        method=as_text(raw_request.get("method", "GET")).upper(),
        url=as_text(raw_request.get("uri", raw_request.get("url", ""))),
        headers=as_headers(raw_request.get("headers")),
        body=_body(raw_request),
    )
    head, body = _response_head(raw_response), _body(raw_response)
    stream = raw_response.get("stream")
    if isinstance(stream, Mapping) and sum(lengths := _numbers(stream.get("len"))) == len(body):
        times = _numbers(stream.get("at"))
        if len(times) == len(lengths):
            return _exact(index, request, head, stream, _cut(body, times, lengths)), [], True
    exchange, notes = whole_body_exchange(index, request, head, body)
    if stream is not None:
        notes.append(f"exchange {index}: the wire index does not fit the body any more and was left out")
    notes += [
        f"exchange {index}: the {part} body was kept parsed; spaces and escapes are not the original's"
        for part, raw in (("request", raw_request), ("response", raw_response))
        if isinstance(raw.get("parsed_body"), (dict, list))
    ]
    return exchange, notes, False


def _body(part: Mapping[str, Any]) -> bytes:
    if "parsed_body" in part and part.get("body") is None:
        parsed = part["parsed_body"]
        # Text below a JSON content type was parsed from a JSON string; below any other it is the body itself.
        is_json = "json" in (header(as_headers(part.get("headers")), "content-type") or "json")
        as_it_is = parsed is None or isinstance(parsed, bytes) or (isinstance(parsed, str) and not is_json)
        return as_bytes(parsed) if as_it_is else rendered(parsed)
    if "content" in part and "body" not in part:
        return as_bytes(part["content"])
    return as_bytes(part.get("body"))


def _response_head(part: Mapping[str, Any]) -> Response:
    status = part.get("status", part.get("status_code"))
    reason: object = ""
    if isinstance(status, Mapping):
        reason = status.get("message") or ""
        status = status.get("code")
    if isinstance(status, bool) or not isinstance(status, (int, str)) or not str(status).strip().isdigit():
        raise TypeError(f"the response's status code is {_seen(status)}, not a number")
    version = part.get("http_version")
    return Response(
        status=int(status),
        headers=as_headers(part.get("headers")),
        reason=as_text(reason),
        http_version=version if isinstance(version, str) and version else "HTTP/1.1",
    )


def _numbers(value: object) -> list[int]:
    items = value.split() if isinstance(value, str) else value
    if isinstance(items, int):
        return [items]
    return [int(item) for item in items] if isinstance(items, list) else []


def _cut(body: bytes, times: Sequence[int], lengths: Sequence[int]) -> tuple[Chunk, ...]:
    chunks: list[Chunk] = []
    start = 0
    for at_us, length in zip(times, lengths, strict=True):
        chunks.append(Chunk(at_us, body[start : start + length]))
        start += length
    return tuple(chunks)


def _exact(
    index: int, request: Request, head: Response, stream: Mapping[str, Any], chunks: tuple[Chunk, ...]
) -> Exchange:
    request_headers = as_headers(stream.get("request_headers")) or _in_order(
        request.headers, stream.get("request_order")
    )
    return Exchange(
        index,
        Request(request.method, request.url, request_headers, request.body),
        Response(
            status=head.status,
            headers=_in_order(head.headers, stream.get("order")),
            chunks=chunks,
            reason=head.reason,
            http_version=str(stream.get("http", head.http_version)),
            at_us=int(stream.get("head", 0)),
            trailers=as_headers(stream.get("trailers")),
        ),
        Ending(_HOW.get(str(stream.get("how")), How.COMPLETE), at_us=int(stream.get("end", 0))),
        at_us=int(stream.get("request", 0)),
        redactions=tuple(
            Redaction(str(where), str(label), int(times))
            for where, label, times in stream.get("redactions", ())
        ),
    )


def _in_order(headers: Headers, order: object) -> Headers:
    if not isinstance(order, str):
        return headers
    values: dict[str, list[str]] = {}
    for field, value in headers:
        values.setdefault(field, []).append(value)
    ordered = [(field, values[field].pop(0)) for field in order.split() if values.get(field)]
    return (*ordered, *((field, value) for field, rest in values.items() for value in rest))


def _head(
    document: Mapping[str, Any], kind: str, notes: list[str], *, exact: int, total: int
) -> dict[str, JsonValue]:
    metadata = document.get("metadata")
    ours = metadata.get("harness") if isinstance(metadata, Mapping) else None
    if isinstance(ours, Mapping) and exact == total:
        return dict(ours)
    others = [str(key) for key in metadata if key != "harness"] if isinstance(metadata, Mapping) else []
    if others:
        notes.append(f"the document's metadata was left out: {', '.join(others)}")
    tool = document.get("recorded_with")
    version = document.get("version")
    source = f"{tool if isinstance(tool, str) else 'vcrpy'} {kind}"
    if isinstance(version, int):
        source += f", version {version}"
    return imported_head(source, "partial" if exact else "none", notes)
