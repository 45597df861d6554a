"""What runs already: waited for, asked which models it has, and played as far as something is known of it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import TargetError, UnknownName, UsageError
from harness.targets import external
from harness.targets.external import Address, ExternalGateway, ExternalServer, instructions
from harness.targets.model_scenarios import MEMORISED, PLAIN
from harness.targets.process import free_port
from harness.targets.registry import TARGETS, own_scenarios, target, targets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def _served(answer: object, *, status: int = 200, heard: list[dict[str, str]] | None = None) -> Iterator[str]:
    """A server that answers every GET with a JSON value, or with bytes; gives its base URL."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if heard is not None:
                heard.append({"path": self.path, **{name.lower(): one for name, one in self.headers.items()}})
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


_ONE = {"object": "list", "data": [{"id": "only"}]}
_TWO = {"object": "list", "data": [{"id": "a"}, {"id": "b/c"}, {"no": "id"}, "text"]}


def test_a_gateway_is_told_where_our_upstream_is_before_it_is_waited_for(tmp_path: Path) -> None:
    """Even where it never comes: the user has to start it after that."""
    told: list[str] = []
    address = Address(
        base_url=f"http://127.0.0.1:{free_port()}/v1",
        models=("any",),
        wait_for=f"http://127.0.0.1:{free_port()}/health",
        seconds=0.0,
        announce=told.append,
    )
    with (
        pytest.raises(TargetError, match="nobody answered within 0 s") as failed,
        ExternalGateway(address).run("http://127.0.0.1:9", tmp_path, tmp_path),
    ):
        pytest.fail("nobody is there")
    assert told == [instructions("http://127.0.0.1:9")]
    assert "http://127.0.0.1:9/v1beta" in told[0]
    assert "/health" in str(failed.value)
    assert "ConnectError" in str(failed.value)


def test_a_gateway_is_put_through_the_scenarios_of_the_run_in_both_dialects(tmp_path: Path) -> None:
    """What it speaks upstream is not known beforehand."""
    with (
        _served({}) as base_url,
        ExternalGateway(Address(base_url=base_url, models=("any",))).run("", tmp_path, tmp_path) as running,
    ):
        assert [one.name for one in running.routes] == ["chat", "responses"]
        assert {(one.upstream, one.alone, one.model) for one in running.routes} == {(None, False, "any")}
        assert running.scenarios is None


def test_a_server_is_put_through_what_any_model_can_do_and_judged_alone(tmp_path: Path) -> None:
    """Only in the dialects that were named, with the headers that were given."""
    with _served({}) as base_url:
        given = Address(
            base_url=base_url, models=("any",), dialects=("chat",), headers=(("authorization", "Bearer k"),)
        )
        with ExternalServer(given).run("", tmp_path, tmp_path) as running:
            (route,) = running.routes
            assert (route.inbound, route.alone, route.headers) == ("chat", True, given.headers)
            assert running.scenarios == PLAIN


def test_each_model_has_routes_of_its_own_and_none_has_a_slash_in_its_name(tmp_path: Path) -> None:
    """Names of routes are parts of the ids of cells, which slashes divide."""
    with (
        _served({}) as base_url,
        ExternalServer(Address(base_url=base_url, models=("a", "b/c"))).run(
            "", tmp_path, tmp_path
        ) as running,
    ):
        names = [(one.name, one.model) for one in running.routes]
    assert names == [("chat a", "a"), ("responses a", "a"), ("chat b:c", "b/c"), ("responses b:c", "b/c")]


def test_the_only_model_of_a_server_need_not_be_named(tmp_path: Path) -> None:
    """It is asked for it, with the key that it wants."""
    heard: list[dict[str, str]] = []
    with _served(_ONE, heard=heard) as base_url:
        address = Address(base_url=base_url, headers=(("authorization", "Bearer k"),))
        with ExternalServer(address).run("", tmp_path, tmp_path) as running:
            assert {one.model for one in running.routes} == {"only"}
    assert {one["path"] for one in heard} == {"/v1/models"}
    assert all(one["authorization"] == "Bearer k" for one in heard)


@pytest.mark.parametrize(
    ("answer", "status", "found"),
    [
        (_TWO, 200, "a, b/c"),
        ({"data": []}, 200, "no list of models"),
        ({"data": {"id": "x"}}, 200, "no list of models"),
        (["data"], 200, "no list of models"),
        (b"\xff<html>", 200, "no list of models"),
        (_ONE, 401, "status 401"),
        ({"data": [{"id": f"m{number}"} for number in range(40)]}, 200, "m11, ..."),
    ],
)
def test_where_it_is_not_plain_which_model_is_meant_the_user_is_asked(
    tmp_path: Path, answer: object, status: int, found: str
) -> None:
    """Whatever the server says of its models, nothing is guessed."""
    with (
        _served(answer, status=status) as base_url,
        pytest.raises(UsageError, match="which model") as failed,
        ExternalServer(Address(base_url=base_url)).run("", tmp_path, tmp_path),
    ):
        pytest.fail("no model is known")
    assert found in str(failed.value)


def test_the_user_is_told_what_is_waited_for_and_for_how_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, and only where there is something to wait for."""
    told: list[str] = []
    silences = iter(["refused", "refused", None])
    monkeypatch.setattr(external, "silence_of", lambda url, **_: next(silences) if url else None)
    monkeypatch.setattr(external, "_LOOK", 0.0)
    address = Address(base_url="http://host/v1", models=("m",), seconds=9.0, announce=told.append)
    with ExternalServer(address).run("", tmp_path, tmp_path):
        assert told == ["Waiting for http://host/v1/models, 9 s at most."]
    silences = iter([None])
    told.clear()
    with ExternalServer(address).run("", tmp_path, tmp_path):
        assert told == []


def test_without_a_url_to_wait_for_any_answer_shows_that_it_is_there(tmp_path: Path) -> None:
    """Not every server lists models."""
    with (
        _served({}, status=404) as base_url,
        ExternalServer(Address(base_url=base_url, models=("m",))).run("", tmp_path, tmp_path) as running,
    ):
        assert len(running.routes) == 2


def test_a_url_to_wait_for_has_to_answer_with_success(tmp_path: Path) -> None:
    """A server that still loads says 503."""
    with _served({}, status=503) as base_url:
        address = Address(base_url=base_url, models=("m",), wait_for=f"{base_url}/health", seconds=0.0)
        with (
            pytest.raises(TargetError, match="status 503"),
            ExternalServer(address).run("", tmp_path, tmp_path),
        ):
            pytest.fail("it is not ready")


def test_a_key_goes_to_nobody_but_the_server_itself(tmp_path: Path) -> None:
    """What is waited for may be another server."""
    key = (("authorization", "Bearer k"),)
    heard: list[dict[str, str]] = []
    with _served({}) as base_url, _served({}, heard=heard) as other:
        address = Address(base_url=base_url, models=("m",), headers=key, wait_for=f"{other}/health")
        with ExternalServer(address).run("", tmp_path, tmp_path):
            pass
    assert "authorization" not in heard[0]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("localhost:4000/v1", "no URL of a server"),
        ("ftp://host/v1", "no URL of a server"),
        ("http://", "no URL of a server"),
        ("http://[::1/v1", "no URL of a server"),
        ("http://host:99999/v1", "no URL of a server"),
        ("http://host:4000/v1/chat/completions", "leave /chat/completions out"),
        ("http://host:4000/v1/responses/", "leave /responses out"),
        ("http://host/v1?key=1", "no query"),
    ],
)
def test_a_base_url_that_cannot_be_meant_is_told_at_once(url: str, says: str) -> None:
    """Before anything is asked."""
    with pytest.raises(UsageError, match=says):
        Address(base_url=url)


def test_a_password_in_a_url_is_refused_and_not_shown() -> None:
    """The address stands in the report."""
    with pytest.raises(UsageError, match="password") as failed:
        Address(base_url="http://me:hnq7Wm2xKt9@host/v1")
    assert "hnq7" not in str(failed.value)


def test_a_dialect_that_no_client_speaks_is_told() -> None:
    """With what was meant."""
    with pytest.raises(UnknownName, match="did you mean 'chat'"):
        Address(base_url="http://host/v1", dialects=("caht",))  # type: ignore[arg-type]


def test_a_cell_is_played_again_with_the_options_of_the_run() -> None:
    """As they were, or as few as there are."""
    assert ExternalServer(Address(base_url="http://host/v1")).replays == (
        "harness conform --base-url http://host/v1"
    )
    options = "--base-url http://host/v1 --model m"
    assert ExternalGateway(Address(base_url="http://host/v1", options=options)).replays == (
        f"harness conform {options}"
    )


def test_what_runs_already_needs_no_installing(tmp_path: Path) -> None:
    """Whatever is in the folder."""
    assert ExternalGateway(Address(base_url="http://host/v1")).installed(tmp_path) is None


def test_every_target_is_found_by_the_name_that_it_has_itself() -> None:
    """The list and the targets agree."""
    assert [one.name for one in targets()] == list(TARGETS)
    for one in targets():
        assert one.title
        assert one.kind in {"gateway", "model server", "control"}


def test_a_name_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    """As for everything that has a name."""
    with pytest.raises(UnknownName, match="did you mean 'litellm'"):
        target("lite-llm")


def test_the_scenarios_that_targets_bring_have_each_one_meaning() -> None:
    """A name is the same thing in both wordings; of an answer that is known, its characters have to be seen as well."""
    memorised = {one.name: one for one in MEMORISED}
    for one in PLAIN:
        same = memorised[one.name]
        assert (one.title, one.about, one.capability) == (same.title, same.about, same.capability)
        assert same.exercises - one.exercises <= {"unicode"}
        assert one.exercises <= same.exercises
    assert len({one.name for one in own_scenarios()}) == len(own_scenarios()) == len(MEMORISED)
