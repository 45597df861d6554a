"""Gateways of others: what they are started with, and what a report says of it. Stand-ins take their places."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from harness.targets.aimock import Aimock
from harness.targets.litellm import LiteLLM, configuration
from harness.targets.open_responses_server import OpenResponsesServer
from harness.targets.portkey import SHIMS, Portkey
from harness.targets.process import HOST
from harness.targets.target import Installable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from harness.sandwich.session import Route
    from harness.targets.target import Running

UPSTREAM = "http://127.0.0.1:9"
STAND_IN = """#!{python}
import http.server, json, os, re, sys
with open({said!r}, "w") as file:
    json.dump(dict(argv=sys.argv[1:], env=dict(os.environ), cwd=os.getcwd()), file)
line = " ".join(sys.argv)
found = re.search(r"--port[= ](\\d+)", line)
port = int(found[1] if found else os.environ["API_ADAPTER_PORT"])
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""
GATEWAYS = [LiteLLM, OpenResponsesServer, Portkey, Aimock]
posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-ins are scripts with a first line")


def run(
    target: Installable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Running, dict[str, Any]]:
    """Start it once with a stand-in for its program; gives what it says of itself, and what the program was told."""
    said = tmp_path / "said.json"
    text = STAND_IN.format(python=sys.executable, said=str(said))
    for place in ("tools/litellm/bin/litellm", "tools/open-responses-server/bin/otc", "bin/node"):
        path = tmp_path / place
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-a-real-key-of-the-user")
    with target.run(UPSTREAM, tmp_path / "tools", tmp_path / "out") as running:
        assert running.ended() is None
    assert running.ended() is not None
    told: dict[str, Any] = json.loads(said.read_text(encoding="utf-8"))
    return running, told


def headers(route: Route) -> Mapping[str, str]:
    """By name."""
    return dict(route.headers)


@pytest.mark.parametrize("kind", GATEWAYS)
def test_what_is_to_be_installed_says_so(kind: type[Installable], tmp_path: Path) -> None:
    """And names itself as on the command line."""
    target = kind()
    assert isinstance(target, Installable)
    assert target.installed(tmp_path) is not None
    assert target.kind == "gateway"
    assert target.url.startswith("https://")


@posix
@pytest.mark.parametrize("kind", GATEWAYS)
def test_every_way_is_on_the_loopback_address_and_told_how_to_make_it(
    kind: type[Installable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names are unique, what was done to it is said, and no key of the user reaches it."""
    running, told = run(kind(), tmp_path, monkeypatch)
    names = [one.name for one in running.routes]
    assert len(set(names)) == len(names) >= 2
    assert all(one.base_url.startswith(f"http://{HOST}:") for one in running.routes)
    assert all(one.upstream is not None for one in running.routes)
    assert running.notes
    assert len(running.commands) >= 2
    assert "sk-a-real-key-of-the-user" not in told["env"].values()


@posix
@pytest.mark.parametrize("kind", GATEWAYS)
def test_commands_are_the_same_in_every_run(
    kind: type[Installable], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port is another each time, and would be a difference between two reports."""
    running, _ = run(kind(), tmp_path, monkeypatch)
    port = urlsplit(running.routes[0].base_url).port
    commands = [line.replace(f"--port {port}", "--port $PORT") for line in running.commands]
    assert not [line for line in commands if str(port) in line]
    assert any("$PORT" in line for line in commands)


@posix
def test_litellm_has_a_key_of_the_run_that_no_command_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It refuses well-known ones, and everybody on the machine could use another."""
    running, told = run(LiteLLM(), tmp_path, monkeypatch)
    key = told["env"]["LITELLM_MASTER_KEY"]
    assert headers(running.routes[0])["authorization"] == f"Bearer {key}"
    assert key not in " ".join((*running.commands, *running.notes, *told["argv"]))
    assert told["argv"][told["argv"].index("--host") + 1] == HOST
    config = tmp_path / "out/litellm/config.yaml"
    assert json.loads(config.read_text(encoding="utf-8")) == configuration(UPSTREAM)


def test_litellm_lets_no_error_poison_what_comes_after() -> None:
    """No retries, no cooldowns; and every model goes to our upstream."""
    config = configuration(UPSTREAM)
    assert config["router_settings"] == {"num_retries": 0, "disable_cooldowns": True}
    assert config["litellm_settings"]["num_retries"] == 0
    bases = {one["litellm_params"]["api_base"] for one in config["model_list"]}
    assert bases == {f"{UPSTREAM}/v1", f"{UPSTREAM}/v1beta", UPSTREAM}


@posix
def test_open_responses_server_does_not_listen_on_every_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is what it does by itself."""
    running, told = run(OpenResponsesServer(), tmp_path, monkeypatch)
    assert told["env"]["API_ADAPTER_HOST"] == HOST
    assert told["env"]["OPENAI_BASE_URL_INTERNAL"] == UPSTREAM
    assert told["cwd"] == str(tmp_path / "out/open-responses-server")
    assert not running.routes[0].base_url.endswith("/v1")


@posix
def test_a_report_says_of_portkey_that_it_ran_with_shims(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both, by name, and what each is for; they are preloaded."""
    running, told = run(Portkey(), tmp_path, monkeypatch)
    assert told["argv"][:4] == ["--require", str(SHIMS[0]), "--require", str(SHIMS[1])]
    for shim in SHIMS:
        assert any(shim.name in note for note in running.notes)
        assert any(shim.name in command for command in running.commands)
    assert "shims" in Portkey.title
    chat = headers(running.routes[0])
    assert chat["x-portkey-custom-host"] == f"{UPSTREAM}/v1"
    assert chat["x-portkey-provider"] == "openai"


@posix
def test_aimock_begins_without_recordings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has recorded it would answer itself."""
    old = tmp_path / "out/aimock/fixtures/old.json"
    old.parent.mkdir(parents=True)
    old.write_text("{}", encoding="utf-8")
    _, told = run(Aimock(), tmp_path, monkeypatch)
    assert not old.exists()
    assert "--record" in told["argv"]
    assert told["argv"][told["argv"].index("--host") + 1] == HOST


node = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine")


def printed(shim: Path, script: str) -> str:
    """What a script of node prints after a shim was preloaded."""
    command = [shutil.which("node") or "node", "--require", str(shim), "-e", script]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.strip()  # noqa: S603


@node
@pytest.mark.parametrize("asked", ["0", "'0'", "0, '0.0.0.0'", "{port: 0}", "{port: 0, host: '::'}"])
def test_the_first_shim_keeps_every_server_on_the_loopback_address(asked: str) -> None:
    """However it was asked to listen, and it is called back as before."""
    script = (
        f"const s = require('http').createServer(); s.listen({asked}, () => "
        "{ console.log(s.address().address); s.close(); })"
    )
    assert printed(SHIMS[0], script) == HOST


@node
def test_the_second_shim_gives_headers_that_can_be_changed() -> None:
    """And the status and the body as they were."""
    script = (
        "fetch('data:text/plain,hello').then(async (r) => { r.headers.set('x-a', 'b'); "
        "console.log(r.status, r.headers.get('x-a'), r.headers.get('content-type'), await r.text()); })"
    )
    assert printed(SHIMS[1], script) == "200 b text/plain hello"


@node
def test_the_second_shim_lets_who_leaves_a_stream_leave_its_server_too() -> None:
    """A gateway that reads on after its client has left does so without our doing."""
    script = (
        "const s = require('http').createServer((_, r) => { r.write('x'); "
        "r.on('close', () => { console.log('left'); s.close(); }); });"
        "s.listen(0, '127.0.0.1', async () => { const r = await fetch('http://127.0.0.1:' + s.address().port); "
        "const d = r.body.getReader(); await d.read(); await d.cancel(); })"
    )
    assert printed(SHIMS[1], script) == "left"


@node
def test_the_second_shim_lets_who_reads_a_stream_see_that_it_broke_off() -> None:
    """A gateway that ends such a stream as if it were whole does so without our doing."""
    script = (
        "const s = require('http').createServer((_, r) => { r.write('x'); setTimeout(() => r.destroy(), 50); });"
        "s.listen(0, '127.0.0.1', async () => { const r = await fetch('http://127.0.0.1:' + s.address().port); "
        "await r.text().catch((e) => console.log(e.name, e.message)); s.close(); })"
    )
    assert printed(SHIMS[1], script) == "TypeError terminated"


def test_what_aimock_plays_again_is_not_taken_for_what_it_passes_on() -> None:
    """It says itself that replays may differ from what was recorded; a whole answer has no chunks, and is judged."""
    path = "responses over responses/behaviour-repeat/whole"
    assert not any(fnmatchcase(path, pattern) for pattern in Aimock.unsupported)
    assert any(fnmatchcase("chat over chat/behaviour-repeat/stream", one) for one in Aimock.unsupported)
