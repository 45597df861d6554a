"""Recordings in and out of other formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cassettes.exchange import header
from harness.cassettes.matching.keyrow import key_fields
from harness.cassettes.redaction.anew import redacted
from harness.cassettes.redaction.redactor import Redactor
from harness.cassettes.vcr_export import write_vcr
from harness.errors import FileAccessError
from harness.io.environment import secret_values
from harness.io.files import write_cassette
from harness.io.recordings import SUFFIX, read_recording

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Exchange
    from harness.jsonvalue import JsonValue


def import_recording(source: Path, output: Path | None, *, overwrite: bool = False) -> tuple[Path, Cassette]:
    """Write a recording of another tool as a cassette, redacted.

    Args:
        source: vcrpy YAML or JSON, HAR, plain SSE or JSON.
        output: Where to; by default beside the source, with its name and `.cassette.jsonl`.
        overwrite: Replace what lies there.

    Raises:
        InputError: The source cannot be read.
        SecretFound: A compressed body holds a secret.
        FileAccessError: The output exists already, or cannot be written.
    """
    target = output or source.with_name(source.name.removesuffix(source.suffix) + SUFFIX)
    _guard(target, overwrite=overwrite)
    cassette = redacted(read_recording(source), Redactor(values=secret_values()))
    write_cassette(cassette, target, key_of=key_fields)
    return target, cassette


def export_vcr(source: Path, output: Path, *, overwrite: bool = False) -> None:
    """Write a cassette as vcrpy YAML, the wire's boundaries and times beside the body.

    Raises:
        ExportRefused: It holds what YAML cannot: endings other than `complete`, exchanges without a response.
        FileAccessError: The output exists already, or cannot be written.
    """
    _guard(output, overwrite=overwrite)
    _write(output, write_vcr(read_recording(source)))


def unpack(source: Path, folder: Path) -> list[Path]:
    """Write every exchange as plain files: `000.request`, `000.response`, `000.json`; for reading with other tools.

    `.request` and `.response` hold the exact bytes of the bodies (with `.json`, `.sse` or `.bin` behind), `.meta.json`
    the rest: URL, headers, status, the time and length of each chunk, the ending.

    Raises:
        FileAccessError: The folder is not empty, or cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileAccessError("this folder is not empty", where=str(folder), hint="name another with -o")
    written: list[Path] = []
    for exchange in read_recording(source).exchanges:
        stem = f"{exchange.index:03d}"
        if exchange.request.body:
            written.append(_write(folder / f"{stem}.request{_suffix(exchange.request.headers)}", exchange.request.body))
        if exchange.response is not None:
            path = folder / f"{stem}.response{_suffix(exchange.response.headers)}"
            written.append(_write(path, exchange.response.body()))
        meta = json.dumps(_meta(exchange), ensure_ascii=False, indent=2) + "\n"
        written.append(_write(folder / f"{stem}.meta.json", meta.encode()))
    return written


def _meta(exchange: Exchange) -> dict[str, JsonValue]:
    request, response, ending = exchange.request, exchange.response, exchange.ending
    meta: dict[str, JsonValue] = {
        "at_us": exchange.at_us,
        "request": {"method": request.method, "url": request.url, "headers": [list(pair) for pair in request.headers]},
    }
    if response is not None:
        chunks = [(chunk.at_us, len(chunk.data)) for chunk in response.chunks]
        meta["response"] = {
            "at_us": response.at_us,
            "http": response.http_version,
            "status": response.status,
            "reason": response.reason,
            "headers": [list(pair) for pair in response.headers],
            "chunks": {"at_us": [at for at, _ in chunks], "bytes": [size for _, size in chunks]},
        }
    meta["ending"] = {"how": ending.how.value, "at_us": ending.at_us, "exception": ending.exception, "message": ending.message}
    return meta


def _suffix(headers: tuple[tuple[str, str], ...]) -> str:
    if (header(headers, "content-encoding") or "identity") != "identity":
        return ".bin"
    kind = (header(headers, "content-type") or "").partition(";")[0].strip().lower()
    return {"application/json": ".json", "text/event-stream": ".sse", "text/html": ".html"}.get(kind, ".bin")


def _guard(path: Path, *, overwrite: bool) -> None:
    if path.exists() and not overwrite:
        raise FileAccessError("this file exists already", where=str(path), hint="--overwrite replaces it, -o writes elsewhere")


def _write(path: Path, data: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise FileAccessError("this file cannot be written", where=str(path), found=error.strerror) from error
    return path
