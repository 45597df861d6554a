"""Stored responses of a gateway."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import FileAccessError, RequestRefused
from harness.gateway.store import StateStore, identified
from harness.translation.requests.expanding import expanded, input_items

if TYPE_CHECKING:
    from pathlib import Path


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        """The time that was set."""
        return self.time


def answer(name: str, text: str = "two") -> dict[str, Any]:
    """A response object with one message."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {
        "type": "message",
        "id": f"msg_{name}",
        "role": "assistant",
        "status": "completed",
        "content": content,
    }
    return {"id": name, "object": "response", "status": "completed", "output": [message]}


def user(text: str) -> dict[str, Any]:
    """Words of the user."""
    return {"role": "user", "content": text}


def test_a_response_comes_back_as_it_was() -> None:
    """Text of any kind survives, half of a surrogate pair too."""
    with StateStore() as store:
        assert store.put(answer("resp_1", "\N{SNOWMAN}\ud83d"), [user("one")])
        assert store.get("resp_1") == answer("resp_1", "\N{SNOWMAN}\ud83d")


def test_a_response_without_an_id_is_not_kept() -> None:
    """Nobody could ask for it."""
    with StateStore() as store:
        assert not store.put({"output": []}, [])


def test_one_of_the_same_id_takes_the_place_of_the_former() -> None:
    """A response in the background is put again when it is done."""
    with StateStore() as store:
        store.put({"id": "resp_1", "status": "queued"}, [user("one")])
        store.put(answer("resp_1"), [user("one")])
        assert store.get("resp_1")["status"] == "completed"


@pytest.mark.parametrize("ask", ["get", "delete", "input_items"])
def test_an_unknown_response_is_refused_as_openai_does(ask: str) -> None:
    """With 404 and its words."""
    with StateStore() as store, pytest.raises(RequestRefused) as caught:
        getattr(store, ask)("resp_x")
    assert caught.value.status == 404
    assert caught.value.message == "Response with id 'resp_x' not found."
    assert store_body(caught.value) == {"type": "invalid_request_error", "param": None, "code": None}


def store_body(refused: RequestRefused) -> dict[str, str | None]:
    """The error without its message."""
    return {name: value for name, value in refused.body()["error"].items() if name != "message"}


def test_a_deleted_response_is_gone_with_its_items() -> None:
    """Nothing can refer to it any more."""
    with StateStore() as store:
        store.put(answer("resp_1"), [user("one")])
        assert store.item("msg_resp_1") is not None
        assert store.delete("resp_1") == {"id": "resp_1", "object": "response", "deleted": True}
        assert store.item("msg_resp_1") is None
        assert store.context("resp_1") is None


def test_a_conversation_goes_on_over_several_responses() -> None:
    """Each holds all that came before it, so the first may go."""
    with StateStore() as store:
        for number, text in enumerate(["one", "three", "five"], 1):
            body: dict[str, Any] = {"input": text}
            if number > 1:
                body["previous_response_id"] = f"resp_{number - 1}"
            items = input_items(expanded(body, store))
            assert items is not None
            store.put(answer(f"resp_{number}", f"answer {number}"), items)
        store.delete("resp_1")
        context = store.context("resp_3")
        assert context is not None
        assert [item["content"][0]["text"] for item in context] == [
            "one", "answer 1", "three", "answer 2", "five", "answer 3",
        ]  # fmt: skip
        # The message of the first response is in the input of the others.
        assert expanded({"input": [{"type": "item_reference", "id": "msg_resp_1"}]}, store) == {
            "input": answer("resp_1", "answer 1")["output"]
        }


def test_the_oldest_go_when_there_are_too_many() -> None:
    """By their number."""
    with StateStore(most=2) as store:
        for number in range(4):
            assert store.put(answer(f"resp_{number}"), [])
        assert [store.context(f"resp_{number}") is not None for number in range(4)] == [
            False,
            False,
            True,
            True,
        ]


def test_the_oldest_go_when_they_are_too_large() -> None:
    """By their bytes; one that is too large by itself is not kept and makes no room."""
    with StateStore(most_bytes=1_500) as store:
        assert store.put(answer("resp_1", "a" * 300), [])
        assert store.put(answer("resp_2", "b" * 300), [])
        assert not store.put(answer("resp_3", "c" * 2_000), [])
        assert store.context("resp_1") is not None
        assert store.put(answer("resp_4", "d" * 600), [])
        assert store.context("resp_1") is None
        assert store.context("resp_4") is not None


def test_what_is_too_old_is_not_given_and_goes() -> None:
    """It is unknown as soon as it is too old, though it may still lie there."""
    clock = Clock()
    with StateStore(most_age=10, now=clock) as store:
        store.put(answer("resp_1"), [user("one")])
        clock.time += 9
        assert store.context("resp_1") is not None
        clock.time += 2
        assert store.context("resp_1") is None
        assert store.item("msg_resp_1") is None
        with pytest.raises(RequestRefused):
            store.delete("resp_1")
        store.put(answer("resp_2"), [])
        clock.time -= 11
        assert store.context("resp_1") is None


def test_a_file_keeps_them_for_the_next_start(tmp_path: Path) -> None:
    """Everything is in the file when a put is done."""
    path = tmp_path / "state.sqlite"
    with StateStore(path) as store:
        store.put(answer("resp_1"), [user("one")])
    with StateStore(path) as store:
        assert store.get("resp_1") == answer("resp_1")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Before anything is asked of it."""
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"this is no database, and long enough to be sure of that" * 40)
    with pytest.raises(FileAccessError):
        StateStore(path)


def test_a_closed_store_says_that_it_cannot_be_read() -> None:
    """And not what SQLite calls it."""
    store = StateStore()
    store.close()
    with pytest.raises(FileAccessError):
        store.get("resp_1")


def test_many_threads_may_use_one_store() -> None:
    """Each finds what it has put."""
    with StateStore(most=1_000) as store, ThreadPoolExecutor(8) as pool:

        def turn(number: int) -> bool:
            store.put(answer(f"resp_{number}", str(number)), [user(str(number))])
            return store.get(f"resp_{number}") == answer(f"resp_{number}", str(number))

        assert all(pool.map(turn, range(200)))


# -- the list of input items


def listed(store: StateStore, **asked: Any) -> tuple[list[str], bool]:
    """The texts of a page, and whether more follow."""
    page = store.input_items("resp_1", **asked)
    assert page["object"] == "list"
    ids = [item["id"] for item in page["data"]]
    assert (page["first_id"], page["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))
    return [item["content"][0]["text"] for item in page["data"]], page["has_more"]


def test_input_items_come_in_pages() -> None:
    """From the last back unless asked otherwise, twenty of them."""
    with StateStore() as store:
        store.put(answer("resp_1"), [user(str(number)) for number in range(25)])
        assert listed(store) == ([str(number) for number in range(24, 4, -1)], True)
        assert listed(store, order="asc", limit=3) == (["0", "1", "2"], True)
        last = store.input_items("resp_1", order="asc", limit=3)["last_id"]
        assert listed(store, order="asc", limit=100, after=last) == (
            [str(number) for number in range(3, 25)],
            False,
        )
        first = store.input_items("resp_1", order="asc", limit=1)["last_id"]
        assert listed(store, after=first) == ([], False)


@pytest.mark.parametrize(
    ("asked", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"order": "up"}, "order"),
        ({"after": "msg_x"}, "after"),
    ],
)
def test_a_page_that_is_none_is_refused(asked: dict[str, Any], param: str) -> None:
    """With the argument that is to blame."""
    with StateStore() as store:
        store.put(answer("resp_1"), [user("one")])
        with pytest.raises(RequestRefused) as caught:
            store.input_items("resp_1", **asked)
    assert caught.value.param == param


def test_an_item_without_an_id_has_the_same_one_in_every_response() -> None:
    """It follows from what the item is and where it stands."""
    items = [user("one"), {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]
    first, second = identified(items)
    assert [one["id"] for one in identified(items)] == [first["id"], second["id"]]
    assert first["id"].startswith("msg_")
    assert second["id"].startswith("fc_")
    assert first == {
        "type": "message", "role": "user", "id": first["id"], "content": [{"type": "input_text", "text": "one"}],
    }  # fmt: skip
    with StateStore() as store:
        store.put(answer("resp_1"), items)
        assert store.item(second["id"]) == items[1]


def test_a_file_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    """It can be opened and read, and no response could be stored; what was in it stays."""
    path = tmp_path / "store.db"
    with StateStore(path) as store:
        assert store.put({"id": "resp_1", "output": []}, [])
    with StateStore(path) as store:
        assert store.get("resp_1")["id"] == "resp_1"
        assert store.input_items("resp_1")["data"] == []
    database = sqlite3.connect(path)
    database.execute("CREATE TRIGGER full BEFORE INSERT ON responses BEGIN SELECT RAISE(ABORT, 'full'); END")
    database.close()
    with pytest.raises(FileAccessError) as refused:
        StateStore(path)
    assert (refused.value.where, refused.value.found) == (str(path), "full")
