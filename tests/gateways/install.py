"""Install the real servers into one folder: the cache of the nox session that records.

    python -m tests.gateways.install FOLDER [SERVER ...]

llama-server is built from source (ten minutes, once); every other server gets a virtual environment of its
own, because their requirements exclude each other. What is there already is left alone.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import venv
from pathlib import Path

from harness.targets.building import build
from tests.gateways.build_llama_server import interpreter
from tests.gateways.servers.llama_server import LlamaServer
from tests.gateways.servers.registry import SERVERS


def install(name: str, folder: Path) -> None:
    """Install one server."""
    if name == LlamaServer.name:
        build(folder)
        return
    home = folder / name
    done = home / "installed.txt"
    wanted = "\n".join(SERVERS[name].requirements)
    if done.is_file() and done.read_text(encoding="utf-8") == wanted:
        return
    venv.create(home, with_pip=True, clear=True)
    subprocess.run([interpreter(home), "-m", "pip", "install", "-q", *SERVERS[name].requirements], check=True)
    done.write_text(wanted, encoding="utf-8")


def main() -> int:
    """Install the servers that are named, or all."""
    parser = argparse.ArgumentParser(description="Install the real servers that are recorded.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("servers", nargs="*", metavar="SERVER", help=f"{', '.join(SERVERS)}; by default all")
    arguments = parser.parse_args()
    unknown = set(arguments.servers) - set(SERVERS)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in arguments.servers or SERVERS:
        print(f"installing {name}", file=sys.stderr, flush=True)
        install(name, arguments.folder.resolve())
    return 0


if __name__ == "__main__":
    sys.exit(main())
