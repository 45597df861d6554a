"""What stands behind the gateway: an upstream of each dialect by hand, and a real llama-server in two dialects."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from tests.clients.upstream_by_hand import UpstreamByHand
from tests.gateways.servers.llama_server import LlamaServer
from tests.gateways.servers.server import MODEL_FOLDER, NotInstalled, Tools

if TYPE_CHECKING:
    from collections.abc import Iterator

    from harness.translation.profiles import UpstreamDialect

ROOT = Path(__file__).parents[2]
SERVERS = Path(os.environ.get("HARNESS_SERVERS", ROOT / ".nox" / "servers"))
"""Where `nox -s record` has its servers."""
UNKNOWN: Final = ("refuse", "break", "busy", "deny", "report")
"""Scenes that the memorised model does not play."""
CUT: Final = "count"
"""It does not cut this one off either: nobody limits it."""


@dataclass(frozen=True, kw_only=True)
class World:
    """An upstream.

    Args:
        name: What it is called.
        dialect: What it speaks.
        is_real: It is a server with a model, and not a script.
        thought: Whether it tells raw thought or a summary.
        counts_thought: It says how many tokens were thought.
        keeps_ids: Its calls have the ids of the scenes.
        has_refusals: A refusal has a place of its own in its answers.
    """

    name: str
    dialect: UpstreamDialect
    is_real: bool = False
    thought: Literal["raw", "summary"] = "raw"
    counts_thought: bool = True
    keeps_ids: bool = True
    has_refusals: bool = True

    @property
    def profile(self) -> str | None:
        """What the gateway is told of it."""
        return "llamacpp" if self.is_real else None

    def plays(self, scene: str) -> bool:
        """Whether it can."""
        return not (self.is_real and scene in UNKNOWN)


WORLDS: Final = {
    one.name: one
    for one in (
        World(name="chat", dialect="chat"),
        World(name="responses", dialect="responses", thought="summary"),
        World(name="gemini", dialect="gemini", thought="summary", keeps_ids=False, has_refusals=False),
        World(name="anthropic", dialect="anthropic", counts_thought=False, has_refusals=False),
        World(name="llama-server-chat", dialect="chat", is_real=True, keeps_ids=False),
        World(name="llama-server-responses", dialect="responses", is_real=True, keeps_ids=False),
    )
}


class OwnLlamaServer(LlamaServer):
    """One for a test: on a free port, and with a template of the test's choice."""

    def __init__(self, tools: Tools, template: Path | None = None) -> None:
        super().__init__(tools)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
        self._template = template

    @property
    def address(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self._port}"

    def command(self) -> list[str]:
        """As recorded, but for the port, and with one thread: those of two servers would wait for each other."""
        usual = [*super().command(), "--threads", "1", "--threads-http", "2"]
        usual[usual.index("--port") + 1] = str(self._port)
        return usual if self._template is None else [*usual, "--chat-template-file", str(self._template)]


@contextmanager
def llama_server(work: Path, template: Path | None = None) -> Iterator[str]:
    """The URL of a real one.

    Raises:
        NotInstalled: It is not here.
    """
    tools = Tools(folder=SERVERS, work=work, key=secrets.token_hex(8))
    server = OwnLlamaServer(tools, template)
    running = server.start()
    try:
        yield server.address
    finally:
        running.stop()


def is_llama_here() -> bool:
    """Whether there is a llama-server to start."""
    try:
        Tools(folder=SERVERS, work=SERVERS, key="").program(LlamaServer.name)
    except NotInstalled:
        return False
    return True


@contextmanager
def upstream_of(world: World, work: Path) -> Iterator[str]:
    """The URL of a world's upstream."""
    if world.is_real:
        with llama_server(work) as url:
            yield url
    else:
        with UpstreamByHand() as upstream:
            yield upstream.url


def template_for_agents(work: Path) -> Path:
    """The memorised model's template, without what coding agents say before the prompt: it would get babble for it.

    Where the conversation begins with a long text, what is rendered begins with the last words of the user, or with
    the result of a tool, as the prompt `tool`. Others stay: by some llama.cpp finds out what the template does.
    """
    text = (MODEL_FOLDER / "mem" / "chat_template.jinja").read_text(encoding="utf-8")
    since_last = (
        "{%- set last = namespace(at=0, agent=false) %}"
        "{%- set first = messages[0].content if messages[0].content is string else messages[0].content[0].text %}"
        "{%- if first is string and first | length > 1000 %}"
        "{%- set last.agent = true %}{%- for m in messages %}{%- if m.role == 'user' or m.role == 'tool' %}"
        "{%- set last.at = loop.index0 %}{%- endif %}{%- endfor %}{%- endif %}"
        "{%- for m in messages[last.at:] %}"
    )
    result = "<tool_response>\n{{ m.content }}\n</tool_response>"
    for old, new in (
        ("{%- for m in messages %}", since_last),
        (result, "{% if last.agent %}tool{% else %}" + result + "{% endif %}"),
    ):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = work / "template.jinja"
    path.write_text(text, encoding="utf-8")
    return path
