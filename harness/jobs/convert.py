"""Recordings in and out of other formats."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cassettes.exchange import header
from harness.cassettes.foreign import detect
from harness.cassettes.redaction.anew import redacted
from harness.cassettes.vcr_export import write_vcr
from harness.errors import FileAccessError, InputError, UsageError
from harness.io.recordings import SUFFIX, read_bytes
from harness.io.secrets import environment_redactor
from harness.jobs.looking import STANDARD_INPUT, read
from harness.jobs.output import refuse_existing, write_whole
from harness.jobs.safety import write_safely

if TYPE_CHECKING:
    from harness.cassettes.exchange import Cassette, Exchange
    from harness.jsonvalue import JsonValue

_OF_OTHERS = (".yaml", ".yml", ".har", ".json")
_OVERWRITE = "--overwrite replaces it, -o writes elsewhere"


def importable(source: str) -> list[str]:
    """What a source stands for: itself; or of a folder, all recordings of other tools in it and below, in order.

    What is named `.json` may be anything, so it counts where it is a recording.

    Raises:
        InputError: It is a folder that holds none.
        FileAccessError: Something there cannot be read.
    """
    folder = Path(source)
    if not source or not folder.is_dir():
        return [source]
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _OF_OTHERS and file.is_file())
    found = [
        str(file)
        for file in files
        if file.suffix.lower() != ".json" or detect(read_bytes(file), file.name) in {"vcr-json", "har"}
    ]
    if not found:
        raise InputError(
            "this folder holds no recording of another tool",
            where=source,
            expected="vcrpy's *.yaml or *.json, or *.har, in it or below",
        )
    return found


def import_recording(
    source: str | Path,
    output: Path | None = None,
    *,
    overwrite: bool = False,
    stdin: bytes | None = None,
    request: Path | None = None,
) -> tuple[Path, Cassette]:
    """Write a recording of another tool as a cassette, redacted.

    Args:
        source: vcrpy YAML or JSON, HAR, plain SSE or JSON; `-` with `stdin`.
        output: Where to; by default beside the source, with its name and `.cassette.jsonl`.
        overwrite: Replace what lies there.
        stdin: What standard input gave.
        request: A file with the request that a plain body answers.

    Raises:
        InputError: The source cannot be read.
        UsageError: It is a cassette already, or standard input without an output.
        SecretFound: A compressed body holds a secret.
        FileAccessError: The output exists already, or cannot be written.
    """
    if output is None:
        if source == STANDARD_INPUT:
            raise UsageError("there is no name to write to", where="-", hint="name one with -o")
        path = Path(source)
        output = path.with_name(path.name.removesuffix(path.suffix) + SUFFIX)
    found = read(source, stdin, request=None if request is None else read_bytes(request))
    if found.seal is not None:
        raise UsageError("this is a cassette already", where=str(source), hint="there is nothing to import")
    refuse_existing(output, overwrite=overwrite, hint=_OVERWRITE)
    cassette = redacted(found, environment_redactor())
    write_safely(cassette, output)
    return output, cassette


def export_vcr(
    source: str | Path, output: Path, *, overwrite: bool = False, stdin: bytes | None = None
) -> None:
    """Write a recording as vcrpy YAML, the wire's boundaries and times beside the body.

    Raises:
        ExportRefused: It holds what YAML cannot: endings other than `complete`, exchanges without a response.
        FileAccessError: The output exists already, or cannot be written.
    """
    refuse_existing(output, overwrite=overwrite, hint=_OVERWRITE)
    write_whole(output, write_vcr(read(source, stdin)))


def unpack(source: str | Path, folder: Path, *, stdin: bytes | None = None) -> list[Path]:
    """Write every exchange as plain files: `000.request`, `000.response`, `000.meta.json`; to read with other tools.

    `.request` and `.response` hold the exact bytes of the bodies (with `.json`, `.sse` or `.bin` behind), `.meta.json`
    the rest: URL, headers, status, the time and length of each chunk, the ending.

    Raises:
        FileAccessError: The folder is not empty, or is a file, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise FileAccessError("this folder is not empty", where=str(folder), hint="name another with -o")
    except OSError as error:
        hint = "name a folder with -o; it is made where it is missing"
        raise FileAccessError(
            "this is no folder", where=str(folder), found=error.strerror, hint=hint
        ) from error
    written: list[Path] = []
    for exchange in read(source, stdin).exchanges:
        stem = f"{exchange.index:03d}"
        request, response = exchange.request, exchange.response
        if request.body:
            written.append(write_whole(folder / f"{stem}.request{_suffix(request.headers)}", request.body))
        if response is not None:
            written.append(
                write_whole(folder / f"{stem}.response{_suffix(response.headers)}", response.body())
            )
        meta = json.dumps(_meta(exchange), ensure_ascii=False, indent=2) + "\n"
        written.append(write_whole(folder / f"{stem}.meta.json", meta.encode()))
    return written


def _meta(exchange: Exchange) -> dict[str, JsonValue]:
    request, response, ending = exchange.request, exchange.response, exchange.ending
    meta: dict[str, JsonValue] = {
        "at_us": exchange.at_us,
        "request": {
            "method": request.method,
            "url": request.url,
            "headers": [list(pair) for pair in request.headers],
        },
    }
    if response is not None:
        chunks = [(chunk.at_us, len(chunk.data)) for chunk in response.chunks]
        meta["response"] = {
            "at_us": response.at_us,
            "http": response.http_version,
            "status": response.status,
            "reason": response.reason,
            "headers": [list(pair) for pair in response.headers],
            "trailers": [list(pair) for pair in response.trailers],
            "chunks": {"at_us": [at for at, _ in chunks], "bytes": [size for _, size in chunks]},
        }
    meta["ending"] = {
        "how": ending.how.value,
        "at_us": ending.at_us,
        "exception": ending.exception,
        "message": ending.message,
    }
    return meta


def _suffix(headers: tuple[tuple[str, str], ...]) -> str:
    if (header(headers, "content-encoding") or "identity") != "identity":
        return ".bin"
    kind = (header(headers, "content-type") or "").partition(";")[0].strip().lower()
    return {"application/json": ".json", "text/event-stream": ".sse", "text/html": ".html"}.get(kind, ".bin")
