"""What is particular to an upstream is data that can be read, and says where it is from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from harness.bundled import folder, spec_text
from harness.errors import UnknownName
from harness.translation.profiles import upstream_names, upstream_profile
from harness.translation.requests.sending import REFUSED

NAMES = upstream_names()


def test_the_providers_and_servers_that_are_promised_are_there() -> None:
    """One file each."""
    assert set(NAMES) >= {
        "anthropic", "azure", "deepseek", "gemini", "groq", "llamacpp", "mistral", "ollama", "openai", "openrouter",
        "vllm", "xai",
    }  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_can_be_read(name: str) -> None:
    """It has a title, its own name, and a base URL that ends in no slash, or none."""
    profile = upstream_profile(name)
    assert profile.name == name
    assert profile.title
    assert profile.vendor
    assert re.fullmatch(r"(https?://[^/]+(/[^/]+)*)?", profile.base_url)
    assert len(set(profile.refuses)) == len(profile.refuses)
    assert not set(profile.refuses) & set(profile.extras)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_profile_refuses_has_a_loss_of_its_own(name: str) -> None:
    """Otherwise a client would be told no more than that an option was left out."""
    assert set(upstream_profile(name).refuses) <= REFUSED.keys()


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_obvious_names_its_source(name: str) -> None:
    """Before each setting but title, address, dialect, key and vendor stands a comment, or another such setting."""
    obvious = {"title", "dialect", "base_url", "key_env", "vendor"}
    text = spec_text(f"upstreams/{name}.toml")
    is_told = False
    for line in text.splitlines():
        if line.startswith("#"):
            is_told = True
        elif not line:
            is_told = False
        elif (member := re.match(r"(\w+) = ", line)) and member[1] not in obvious:
            assert is_told, (name, member[1])


def test_unknown_profiles_and_members_are_named() -> None:
    """A misspelt name is answered with those that there are."""
    with pytest.raises(UnknownName, match="openai"):
        upstream_profile("opnai")


def test_profiles_lie_where_the_wheel_takes_them_from() -> None:
    """The wheel holds all of `specs`."""
    build = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8"))
    included = build["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert "specs" in included
    assert (folder("specs") / "upstreams" / "openai.toml").is_file()
