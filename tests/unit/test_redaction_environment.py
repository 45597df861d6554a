"""Which environment variables hold secrets."""

from __future__ import annotations

import pytest

from harness.io.environment import secret_values

SECRET = "Zk3vQ9xLm2TtY7wRb4HnCe8J"


@pytest.mark.parametrize(
    "name",
    [
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "GEMINI_API_KEY",
        "HF_TOKEN",
        "GITHUB_TOKEN",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "OPENAI_ORG_ID",
        "OPENAI_PROJECT_ID",
        "MY_SECRET_THING",
        "DB_PASSWORD",
        "AZURE_OPENAI_KEY",
        "CLIENT_SECRET",
        "openai_api_key",
        "OPENAI_API_KEY_2",
        "AZURE_TENANT_ID",
        "OPENAI_ORGANIZATION",
    ],
)
def test_names_of_credentials_and_accounts_count(name: str) -> None:
    """Keys, tokens, secrets, passwords, and who pays."""
    assert secret_values({name: SECRET}) == {name: SECRET}


@pytest.mark.parametrize(
    "name",
    [
        "HOME",
        "PATH",
        "LANG",
        "OPENAI_BASE_URL",
        "OPENAI_MODEL",
        "KEYBOARD",
        "MAX_TOKENS",
        "SSH_AUTH_SOCK",
        "TERM",
    ],
)
def test_other_names_do_not(name: str) -> None:
    """However their values look."""
    assert secret_values({name: SECRET}) == {}


@pytest.mark.parametrize(
    "value",
    [
        "",
        "test",
        "short-1",
        "test-key",
        "dummy-api-key",
        "none",
        "not-needed",
        "your-api-key",
        "sk-test-123",
        "placeholder",
        "12345678",
        "1.234.567",
        "/home/me/.token",
        "~/secrets/token",
        "./token-file",
        "C:\\keys\\token",
        "EMPTY",
        "sk-no-key-required",
        "xxxxxxxxxxxx",
        "http://proxy.example:3128",
        "changeme",
    ],
)
def test_values_that_are_plainly_no_secret_do_not(value: str) -> None:
    """Too short, a stand-in, a number, a path, an address."""
    assert secret_values({"OPENAI_API_KEY": value}) == {}


def test_of_a_proxy_only_the_password_counts() -> None:
    """Its address is no secret, and would be found in every log."""
    environment = {
        "HTTPS_PROXY": f"http://me:{SECRET}@proxy.example:3128",
        "http_proxy": "http://proxy.example:3128",
    }
    assert secret_values(environment) == {"HTTPS_PROXY": SECRET}


def test_a_value_under_two_names_is_taken_once() -> None:
    """Under the first of them, in the order of names, so that the label does not depend on the shell."""
    environment = {"Z_API_KEY": SECRET, "A_API_KEY": SECRET}
    assert secret_values(environment) == {"A_API_KEY": SECRET}


def test_the_process_environment_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a recorder protects its user without being told."""
    monkeypatch.setenv("SOME_NEW_API_KEY", SECRET)
    assert secret_values()["SOME_NEW_API_KEY"] == SECRET
