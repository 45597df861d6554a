"""Which upstream answers, where it is, and what a request to it bears."""

from __future__ import annotations

import pytest

from harness.errors import UnknownName, UsageError
from harness.gateway.destinations import Destinations, key_of, read_destination
from harness.jobs.serve import gateway_server

KEYS = {
    "OPENAI_API_KEY": "sk-openai",
    "GEMINI_API_KEY": "google-key",
    "ANTHROPIC_API_KEY": "anthropic-key",
    "DEEPSEEK_API_KEY": "deepseek-key",
    "AZURE_OPENAI_API_KEY": "azure-key",
    "OTHER": "other-key",
}


@pytest.mark.parametrize(
    ("text", "name", "dialect", "base", "key"),
    [
        ("chat=http://127.0.0.1:9", "chat", "chat", "http://127.0.0.1:9/v1", None),
        ("gemini=http://127.0.0.1:9/", "gemini", "gemini", "http://127.0.0.1:9/v1beta", None),
        ("anthropic=http://127.0.0.1:9", "anthropic", "anthropic", "http://127.0.0.1:9/v1", None),
        ("responses=http://h/api/v3/", "responses", "responses", "http://h/api/v3", None),
        ("chat=https://api.openai.com", "chat", "chat", "https://api.openai.com/v1", "sk-openai"),
        ("deepseek", "deepseek", "chat", "https://api.deepseek.com/v1", "deepseek-key"),
        ("deepseek=http://127.0.0.1:9", "deepseek", "chat", "http://127.0.0.1:9/v1", "deepseek-key"),
        ("openrouter=http://h", "openrouter", "chat", "http://h/api/v1", None),
        ("mine=chat=http://h/v1", "mine", "chat", "http://h/v1", None),
        ("mine=deepseek", "mine", "chat", "https://api.deepseek.com/v1", "deepseek-key"),
        (
            "gemini",
            "gemini",
            "gemini",
            "https://generativelanguage.googleapis.com/v1beta",
            "google-key",
        ),
    ],
)
def test_an_upstream_is_read_from_a_few_words(
    text: str, name: str, dialect: str, base: str, key: str | None
) -> None:
    """A dialect's usual path is put behind a bare origin; a vendor's key goes to nobody else by chance."""
    one = read_destination(text, environment=KEYS)
    assert (one.name, one.dialect, one.base_url, one.key) == (name, dialect, base, key)


def test_a_key_may_be_named() -> None:
    """Then it is sent wherever the upstream is, and must be there."""
    one = read_destination("chat=http://h", variables=["MISSING", "OTHER"], environment=KEYS)
    assert one.key == "other-key"
    with pytest.raises(UsageError, match="not set"):
        read_destination("chat=http://h", variables=["MISSING"], environment=KEYS)


def test_a_profile_may_be_given_to_a_dialect() -> None:
    """The dialect stays; what is particular comes from the profile."""
    one = read_destination("chat=http://h", profile="deepseek", environment={})
    assert (one.dialect, one.profile.name) == ("chat", "deepseek")


def test_a_query_of_the_base_url_stands_behind_every_path() -> None:
    """Azure wants its version there."""
    one = read_destination("azure=https://r.example/openai/v1?api-version=preview", environment={})
    assert one.base_url == "https://r.example/openai/v1"
    assert one.path("/responses") == "/responses?api-version=preview"
    assert one.path("/models?limit=1") == "/models?limit=1&api-version=preview"


@pytest.mark.parametrize("text", ["", "=", "chat=", "a=b=chat=http://h", "=http://h", "http://h"])
def test_what_is_no_upstream_is_an_error_of_usage(text: str) -> None:
    """And the error says how one is written."""
    with pytest.raises(UsageError):
        read_destination(text, environment={})


def test_an_unknown_dialect_is_told_with_those_that_there_are() -> None:
    """Profiles are among them."""
    with pytest.raises(UnknownName, match="chatt"):
        read_destination("chatt=http://h", environment={})


@pytest.mark.parametrize("text", ["chat", "azure"])
def test_an_upstream_without_a_known_address_needs_one(text: str) -> None:
    """Azure has none that all share; a bare `chat` is OpenAI's."""
    if text == "chat":
        assert read_destination(text, environment={}).base_url == "https://api.openai.com/v1"
        return
    with pytest.raises(UsageError, match="address"):
        read_destination(text, environment={})


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("openai", "authorization", "Bearer sk-openai"),
        ("anthropic", "x-api-key", "anthropic-key"),
        ("gemini", "x-goog-api-key", "google-key"),
        ("azure=https://r.example", "api-key", "azure-key"),
    ],
)
def test_each_vendor_has_its_own_field_for_the_key(text: str, field: str, value: str) -> None:
    """And Anthropic wants a version beside it."""
    fields = dict(read_destination(text, environment=KEYS).fields((), stream=True))
    assert fields[field] == value
    assert fields["accept"] == "text/event-stream"
    assert ("anthropic-version" in fields) is (text == "anthropic")


def test_no_key_of_a_client_goes_anywhere_unless_it_is_asked_for() -> None:
    """Neither does what names its account."""
    client = (("Authorization", "Bearer sk-client"), ("OpenAI-Organization", "org"), ("OpenAI-Beta", "x=1"))
    kept = dict(read_destination("chat=http://h", environment={}).fields(client, stream=False))
    assert kept == {"content-type": "application/json", "accept": "application/json", "openai-beta": "x=1"}
    passed = dict(
        read_destination("gemini=http://h", environment=KEYS, pass_key=True).fields(client, stream=False)
    )
    assert passed["x-goog-api-key"] == "sk-client"
    assert "openai-organization" not in passed
    both = dict(read_destination("openai", environment=KEYS, pass_key=True).fields(client, stream=False))
    assert both["authorization"] == "Bearer sk-client"
    assert both["openai-organization"] == "org"


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ((("authorization", "Bearer  k "),), "k"),
        ((("Authorization", "bearer k"),), "k"),
        ((("Authorization", "Basic k"),), ""),
        ((("api-key", "k"),), "k"),
        ((("X-Api-Key", "k"),), "k"),
        ((("x-goog-api-key", "k"),), "k"),
        ((("Authorization", "Bearer"),), ""),
        ((), ""),
    ],
)
def test_the_clients_key_is_found_in_any_vendors_field(
    headers: tuple[tuple[str, str], ...], key: str
) -> None:
    """Whatever the scheme's case."""
    assert key_of(headers) == key


def test_of_several_upstreams_a_name_before_the_model_chooses() -> None:
    """Then routes; then the first."""
    every = [read_destination(text, environment={}) for text in ("a=chat=http://a", "b=gemini=http://b")]
    found = Destinations(every, [("gemini-*", "b")])
    assert [
        (one.name, other) for one, other in map(found.choose, ("a/x", "b/y/z", "gemini-3", "x", "c/x", 7))
    ] == [
        ("a", "x"),
        ("b", "y/z"),
        ("b", None),
        ("a", None),
        ("a", None),
        ("a", None),
    ]


def test_a_single_upstream_leaves_names_with_slashes_alone() -> None:
    """OpenRouter's models have them."""
    found = Destinations([read_destination("openrouter", environment={})])
    assert found.choose("openrouter/auto")[1] is None


def test_names_must_differ_and_routes_must_name_one() -> None:
    """Both are errors of usage."""
    one = read_destination("chat=http://a", environment={})
    with pytest.raises(UsageError, match="one name"):
        Destinations([one, one])
    with pytest.raises(UnknownName, match="nobody"):
        Destinations([one], [("*", "nobody")])
    with pytest.raises(UsageError, match="needs an upstream"):
        Destinations([])


def test_only_an_upstream_that_keeps_responses_is_asked_for_them() -> None:
    """Chat has none, and some servers of Responses keep nothing."""
    texts = ("chat=http://a", "kept=responses=http://b", "gone=openrouter=http://c")
    every = [read_destination(text, environment={}) for text in texts]
    assert [one.stores for one in every] == [False, True, False]
    assert Destinations(every).storing() is every[1]
    assert Destinations(every[:1]).storing() is None


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("chat=http://h/v1/chat/completions", "write http://h/v1"),
        ("chat=http://h/v1/chat/completions/", "write http://h/v1"),
        ("responses=https://h/v1/responses", "write https://h/v1"),
        ("anthropic=https://h/v1/messages", "write https://h/v1"),
        ("gemini=https://h/v1beta/models/m:generateContent", "write https://h/v1beta"),
        ("chat=localhost:8000", "write chat=http://localhost:8000"),
        ("x=chat=127.0.0.1:8000/v1", "write x=chat=http://127.0.0.1:8000/v1"),
        ("chat=localhost", "write chat=http://localhost"),
        ("chat=api.example.com", "write chat=http://api.example.com"),
    ],
)
def test_slips_in_a_url_are_refused_with_what_to_write(text: str, hint: str) -> None:
    """Before any request goes astray."""
    with pytest.raises(UsageError) as refused:
        read_destination(text, environment={})
    assert refused.value.hint == hint


def test_one_variable_is_not_its_letters() -> None:
    """A string is one name."""
    with pytest.raises(UsageError, match="not set") as refused:
        gateway_server("chat=http://127.0.0.1:9", key_variables="NO_SUCH_VARIABLE")
    assert refused.value.expected == "NO_SUCH_VARIABLE"
