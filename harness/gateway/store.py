"""Stored responses, for upstreams that keep none: a table in SQLite, in memory or in a file.

A response is kept with the whole input that led to it, so that each stands alone: that an older one of the same
conversation has gone, or was deleted, takes nothing away from it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from time import time
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from harness.errors import FileAccessError, RequestRefused
from harness.gateway.endpoints import no_response
from harness.translation.requests.refusals import not_among, out_of_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

DAY: Final = 86_400.0
_MOST_LISTED: Final = 100
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS responses (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    stored REAL NOT NULL,
    size INTEGER NOT NULL,
    response TEXT NOT NULL,
    input TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS items (
    id TEXT NOT NULL,
    number INTEGER NOT NULL REFERENCES responses (number) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    PRIMARY KEY (id, number)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS items_of ON items (number);
CREATE INDEX IF NOT EXISTS sizes ON responses (number, size);
"""


_TRIAL: Final = "INSERT INTO responses (id, stored, size, response, input) VALUES ('', 0, 0, '', '')"


class StateStore:
    """Responses by their ids. Implements `harness.translation.requests.expanding.Stored`; may be used by many threads.

    Args:
        path: A file, which is made where there is none; None keeps everything in memory.
        most: How many responses are kept.
        most_bytes: How many bytes they may have together, as JSON.
        most_age: How many seconds each is kept; OpenAI keeps them for 30 days.
        now: Unix time in seconds.

    When there are too many the oldest go first. One that is too large by itself, or too deeply nested to be
    written, is not kept.

    Raises:
        FileAccessError: The file cannot be opened or written, or is something else.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        most: int = 10_000,
        most_bytes: int = 256 * 1024 * 1024,
        most_age: float = 30 * DAY,
        now: Callable[[], float] = time,
    ) -> None:
        self.most = most
        self.most_bytes = most_bytes
        self.most_age = most_age
        self._path = path
        self._now = now
        self._lock = Lock()
        try:
            # Autocommit: `_changing` says where a transaction begins and ends.
            self._database = sqlite3.connect(
                ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
            )
        except sqlite3.Error as error:
            raise self._inaccessible(error) from error
        try:
            self._database.execute("PRAGMA foreign_keys = ON")
            self._database.executescript(_SCHEMA)
            # Only trying tells: a file that cannot be written is opened all the same, to be read.
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute(_TRIAL)
            self._database.execute("ROLLBACK")
        except sqlite3.Error as error:
            self._database.close()
            raise self._inaccessible(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was kept in memory is gone."""
        with self._lock:
            self._database.close()

    # -- what a gateway keeps

    def put(self, response: Mapping[str, Any], given: Sequence[Any]) -> bool:
        """Keep a response, in place of one with the same id; tell whether it is kept.

        Args:
            response: The response object as the client was sent it, with an `id`.
            given: Its whole input as items, what it refers to put in (`expanding.input_items` of the expanded body).

        Raises:
            FileAccessError: The file cannot be written.
        """
        name = response.get("id")
        if not isinstance(name, str):
            return False
        try:
            whole, asked = _written(response), _written(list(given))
        except RecursionError:
            return False
        size = len(whole) + len(asked)
        with self._changing() as database:
            self._forget("id = ?", (name,))
            if size > self.most_bytes or self.most < 1:
                return False
            row = database.execute(
                "INSERT INTO responses (id, stored, size, response, input) VALUES (?, ?, ?, ?, ?)",
                (name, self._now(), size, whole, asked),
            )
            output = response.get("output")
            items = [*identified(given), *(output if isinstance(output, list) else ())]
            database.executemany(
                "INSERT OR REPLACE INTO items (id, number, place) VALUES (?, ?, ?)",
                [
                    (item["id"], row.lastrowid, place)
                    for place, item in enumerate(items)
                    if isinstance(item, Mapping) and isinstance(item.get("id"), str)
                ],
            )
            self._make_room(database)
        return True

    def delete(self, response_id: str) -> dict[str, Any]:
        """Forget a response; gives what OpenAI answers to that.

        Raises:
            RequestRefused: There is none of that id.
            FileAccessError: The file cannot be written.
        """
        with self._changing():
            self._forget("stored < ?", (self._now() - self.most_age,))
            if not self._forget("id = ?", (response_id,)):
                raise no_response(response_id)
        return {"id": response_id, "object": "response", "deleted": True}

    # -- what clients ask for

    def get(self, response_id: str) -> dict[str, Any]:
        """The response object.

        Raises:
            RequestRefused: There is none of that id.
            FileAccessError: The file cannot be read.
        """
        found = self._found(response_id)
        if found is None:
            raise no_response(response_id)
        return found[0]

    def input_items(
        self,
        response_id: str,
        *,
        after: str | None = None,
        limit: int = 20,
        order: str = "desc",
    ) -> dict[str, Any]:
        """A page of the input of a response, as `GET /responses/{id}/input_items` gives it.

        Args:
            response_id: Of the response.
            after: Id of the item that the page before ended with.
            limit: How many items, from 1 to 100.
            order: "asc" from the first item on, "desc" from the last one back.

        Raises:
            RequestRefused: There is no such response or item, or an argument is none.
            FileAccessError: The file cannot be read.
        """
        if order not in ("asc", "desc"):
            raise not_among("order", order, ("asc", "desc"))
        if limit < 1 or limit > _MOST_LISTED:
            side: Literal["below", "above"] = "below" if limit < 1 else "above"
            raise out_of_range("limit", "integer", side, 1 if limit < 1 else _MOST_LISTED, limit)
        found = self._found(response_id)
        if found is None:
            raise no_response(response_id)
        items = identified(found[1])
        if order == "desc":
            items.reverse()
        begin = 0
        if after is not None:
            places = [place for place, item in enumerate(items) if item.get("id") == after]
            if not places:
                raise RequestRefused(f"Item with id '{after}' not found.", status=404, param="after")
            begin = places[0] + 1
        page = items[begin : begin + limit]
        return {
            "object": "list",
            "data": page,
            "first_id": page[0].get("id") if page else None,
            "last_id": page[-1].get("id") if page else None,
            "has_more": begin + limit < len(items),
        }

    # -- what a request refers to

    def context(self, response_id: str) -> list[Any] | None:
        """The input of a response and its output, as items in order; None if it is not known.

        Raises:
            FileAccessError: The file cannot be read.
        """
        found = self._found(response_id)
        if found is None:
            return None
        response, given = found
        output = response.get("output")
        return [*given, *(output if isinstance(output, list) else ())]

    def item(self, item_id: str) -> Mapping[str, Any] | None:
        """An item of a stored input or output; None if it is not known.

        Raises:
            FileAccessError: The file cannot be read.
        """
        with self._changing() as database:
            row = database.execute(
                "SELECT place, response, input FROM items JOIN responses USING (number) "
                "WHERE items.id = ? AND stored >= ? ORDER BY number DESC LIMIT 1",
                (item_id, self._now() - self.most_age),
            ).fetchone()
        if row is None:
            return None
        place, response, given = row[0], json.loads(row[1]), json.loads(row[2])
        items = given if place < len(given) else response["output"]
        found: Mapping[str, Any] = items[place if place < len(given) else place - len(given)]
        return found

    # -- the database

    def _found(self, response_id: str) -> tuple[dict[str, Any], list[Any]] | None:
        with self._changing() as database:
            row = database.execute(
                "SELECT response, input FROM responses WHERE id = ? AND stored >= ?",
                (response_id, self._now() - self.most_age),
            ).fetchone()
        return None if row is None else (json.loads(row[0]), json.loads(row[1]))

    def _make_room(self, database: sqlite3.Connection) -> None:
        """Let the oldest go until the limits hold."""
        self._forget("stored < ?", (self._now() - self.most_age,))
        count, size = database.execute("SELECT count(*), coalesce(sum(size), 0) FROM responses").fetchone()
        last = 0
        for number, length in database.execute("SELECT number, size FROM responses ORDER BY number"):
            if count <= self.most and size <= self.most_bytes:
                break
            last, count, size = number, count - 1, size - length
        self._forget("number <= ?", (last,))

    def _forget(self, where: str, values: tuple[Any, ...]) -> int:
        """Delete what a condition of this module selects, and tell how many that were."""
        return self._database.execute(f"DELETE FROM responses WHERE {where}", values).rowcount  # noqa: S608

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, undone where it fails."""
        with self._lock:
            try:
                with self._database:
                    self._database.execute("BEGIN")
                    yield self._database
            except sqlite3.Error as error:
                raise self._inaccessible(error) from error

    def _inaccessible(self, error: Exception) -> FileAccessError:
        return FileAccessError(
            "stored responses cannot be read or written",
            where=":memory:" if self._path is None else str(self._path),
            found=str(error),
            hint="name another file, or keep them in memory: --store memory",
        )


_PREFIXES: Final[Mapping[str, str]] = {
    "message": "msg_",
    "reasoning": "rs_",
    "function_call": "fc_",
    "function_call_output": "fc_",
    "custom_tool_call": "ctc_",
    "custom_tool_call_output": "ctc_",
}


def identified(items: Sequence[Any]) -> list[dict[str, Any]]:
    """Items of an input as they are listed: with a type and an id, which one that came without has from its content.

    So the same item of a conversation has the same id in each of its responses.
    """
    listed: list[dict[str, Any]] = []
    for place, item in enumerate(items):
        told = dict(item) if isinstance(item, Mapping) else {}
        if not isinstance(told.get("type"), str):
            told["type"] = "message"
        if not isinstance(told.get("id"), str):
            digest = blake2b(f"{place} {_written(item)}".encode(), digest_size=24).hexdigest()
            told["id"] = _PREFIXES.get(told["type"], "item_") + digest
        if told["type"] == "message" and isinstance(told.get("content"), str):
            kind = "output_text" if told.get("role") == "assistant" else "input_text"
            told["content"] = [{"type": kind, "text": told["content"]}]
        listed.append(told)
    return listed


def _written(value: Any) -> str:
    # Escaped, as half of a surrogate pair is no text that a database takes.
    return json.dumps(value, separators=(",", ":"))
