"""Header fields and URLs: their names tell what is secret."""

from __future__ import annotations

import pytest

from harness.cassettes.exchange import Redaction, Request
from harness.cassettes.redaction.redactor import Redactor

SECRET = "Zk3vQ9xLm2TtY7wRb4HnCe8JpDs6"


@pytest.mark.parametrize(
    "name",
    [
        "x-api-key", "api-key", "x-goog-api-key", "Ocp-Apim-Subscription-Key", "openai-organization",
        "openai-project",
        "OpenAI-Organization", "anthropic-organization-id", "chatgpt-account-id", "x-amzn-account-id",
        "x-goog-user-project",
        "x-amz-security-token", "x-auth-token", "cf-access-client-secret", "x-vercel-oidc-token",
        "x-csrf-token", "X-Secret",
        "x-hub-signature", "dpop", "x-forwarded-access-token", "x-goog-iam-authorization-token", "x-tenant-id",
        "x-password", "x-functions-key", "x-litellm-key", "x-portkey-virtual-key", "x_service_key", "x-pass",
        "key", "x-door-passcode",
    ],
)  # fmt: skip
def test_the_whole_value_of_a_credential_header_is_hidden(name: str) -> None:
    """Credentials, and the ids of who pays."""
    headers, found = Redactor().headers(((name, SECRET),), "request.headers")
    assert headers[0][0] == name
    assert headers[0][1] == f"redacted-{name.lower()}-".ljust(len(SECRET), "x")[: len(SECRET)]
    assert found == (Redaction(f"request.headers.{name.lower()}", name.lower(), 1),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-request-id", "req_011CSHoEeqs5C35K2UUqR7Fy"), ("cf-ray", "9a1b2c3d4e5f6789-FRA"),
        ("etag", 'W/"4f9a27c1d35b"'),
        ("x-ratelimit-remaining-tokens", "149984"), ("access-control-allow-credentials", "true"),
        ("x-amz-cf-id", "Zk3vQ9xL"),
        ("x-time-per-token", "12.375"), ("x-amz-date", "20261121T013000Z"), ("content-length", "17"),
        ("host", "api.openai.com"),
        ("x-amz-content-sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ("x-stainless-retry-count", "0"), ("idempotency-key", "stainless-python-retry-1"),
        ("x-ratelimit-key", "user-998877"), ("surrogate-key", "models-v1"), ("x-cache-key", "a1b2c3"),
        ("x-request-key", "req-998877"), ("partition-key", "eu-7"),
        ("sec-websocket-key", "dGhlIHNhbXBsZQ=="),
        ("www-authenticate", 'Bearer realm="api"'), ("openai-processing-ms", "512"), ("x-ignore-signature", "1"),
    ],
)  # fmt: skip
def test_harmless_headers_stay(name: str, value: str) -> None:
    """Request ids, limits and dates are evidence."""
    assert Redactor().headers(((name, value),), "response.headers") == (((name, value),), ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Bearer abcdefghijkl", "Bearer redacted-aut"),
        ("Basic dXNlcjpwYXNz", "Basic redacted-aut"),
        ("Token  abcdefghijkl", "Token  redacted-aut"),
        ("abcdefghijkl", "redacted-aut"),
        ("secret part", "redacted-au"),
        ("dpop abcdefghijkl", "dpop redacted-aut"),
    ],
)
def test_the_scheme_word_of_an_authorization_stays_readable(value: str, expected: str) -> None:
    """Where it is one: another first word may be half of a secret."""
    clean, _ = Redactor().headers(
        (("Authorization", value), ("Proxy-Authorization", value)), "request.headers"
    )
    assert clean[0][1] == expected
    assert clean[1][1] == expected.replace("-aut", "-pro").replace("-au", "-pr")


def test_of_an_aws_signature_only_the_credential_and_the_signature_are_hidden() -> None:
    """What was signed stays readable (AWS Signature Version 4)."""
    value = (
        "AWS4-HMAC-SHA256 Credential=AKIAQX3V/20261121/us-east-1, "
        "SignedHeaders=host;x-amz-date, Signature=0123456789abcdef"
    )
    clean, found = Redactor().headers((("Authorization", value),), "request.headers")
    assert clean[0][1] == (
        "AWS4-HMAC-SHA256 Credential=redacted-aws-signature-xxxx, SignedHeaders=host;x-amz-date, "
        "Signature=redacted-aws-sig"
    )
    assert found == (Redaction("request.headers.authorization", "aws-signature", 2),)


def test_cookies_keep_their_names() -> None:
    """Each value is hidden, the names and attributes are not."""
    headers = (
        ("Cookie", "a=123456789012; b=xyz"),
        ("set-cookie", "sid=1234567890; Path=/; Expires=Wed, 21 Oct 2026"),
    )
    clean, found = Redactor().headers(headers, "x")
    assert clean == (
        ("Cookie", "a=redacted-coo; b=red"),
        ("set-cookie", "sid=redacted-s; Path=/; Expires=Wed, 21 Oct 2026"),
    )
    assert found == (Redaction("x.cookie", "cookie", 2), Redaction("x.set-cookie", "set-cookie", 1))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("Cookie", "valuewithoutequals", "redacted-cookie-xx"),
        ("Cookie", "a=123456789; valuewithoutname; =abcdefghi", "a=redacted-; redacted-cookie-; =redacted-"),
        ("Set-Cookie", "justvalue998877; Path=/; HttpOnly", "redacted-set-co; Path=/; HttpOnly"),
        ("Location", "https://h/cb#access_token=abcdefghij", "https://h/cb#access_token=redacted-a"),
        ("Location", "/cb#state=1&id_token=abcdefghij", "/cb#state=1&id_token=redacted-i"),
        (
            "WWW-Authenticate",
            'Bearer realm="api", token="abcdefghij", error=invalid_token',
            'Bearer realm="api", token="redacted-t", error=invalid_token',
        ),
    ],
)
def test_secrets_without_a_name_of_their_own_and_in_parts_of_a_value_are_hidden(
    name: str, value: str, expected: str
) -> None:
    """What stands around them stays."""
    assert Redactor().headers(((name, value),), "x")[0] == ((name, expected),)


def test_a_known_value_gives_its_variables_name() -> None:
    """So that a reader sees which key was used."""
    clean, _ = Redactor(values={"MY_KEY": SECRET}).headers((("authorization", f"Bearer {SECRET}"),), "x")
    assert clean[0][1] == "Bearer redacted-MY_KEY-xxxxxxxxxxxx"


def test_more_headers_can_be_named() -> None:
    """Whatever their case."""
    clean, _ = Redactor(extra_headers=["X-Customer"]).headers((("x-customer", "1"), ("x-other", "1")), "x")
    assert clean == (("x-customer", "r"), ("x-other", "1"))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/v1?key=abc&alt=sse", "https://h/v1?key=red&alt=sse"),
        ("https://h/?api_key=abc", "https://h/?api_key=red"),
        ("https://h/?api%5Fkey=abc&%6Bey=1234", "https://h/?api%5Fkey=red&%6Bey=reda"),
        ("https://h/cb#access_token=abc", "https://h/cb#access_token=red"),
        ("https://h/?a=1&access_token=abc#frag", "https://h/?a=1&access_token=red#frag"),
        ("https://h/?sig=a%2Bb%3D", "https://h/?sig=redacted"),
        ("https://me:pw@h/path", "https://re:re@h/path"),
        (
            "https://h/?X-Amz-Credential=AKIA%2F1&X-Amz-Signature=0a&X-Amz-Security-Token=t&X-Amz-Date=2",
            "https://h/?X-Amz-Credential=redacted&X-Amz-Signature=re&X-Amz-Security-Token=r&X-Amz-Date=2",
        ),
        (
            "https://h/v1/projects/my-project/locations/eu/publishers/google",
            "https://h/v1/projects/redacted-p/locations/eu/publishers/google",
        ),
        (
            "https://api.cloudflare.com/client/v4/accounts/4f9a27c1d35be8806f1e2d9c7ab34560/ai/run",
            "https://api.cloudflare.com/client/v4/accounts/redacted-account-id-xxxxxxxxxxxx/ai/run",
        ),
        ("https://h/v1/models?limit=20&after=gpt", "https://h/v1/models?limit=20&after=gpt"),
        ("https://h/?api-version=2024-10-21", "https://h/?api-version=2024-10-21"),
    ],
)
def test_a_url_keeps_everything_but_its_secrets(url: str, expected: str) -> None:
    """User information and credential parameters, however short, and ids of projects and accounts in paths."""
    request, _ = Redactor().request(Request("GET", url))
    assert request.url == expected


def test_header_values_outside_ascii_keep_their_length() -> None:
    """Header bytes are held as latin-1, one character for each."""
    value = "é sk-proj-" + SECRET
    clean, _ = Redactor().headers((("x-note", value),), "x")
    assert len(clean[0][1]) == len(value)
    assert clean[0][1].startswith("é redacted-")


def test_a_form_hides_its_credentials_however_short() -> None:
    """Form bodies are what token endpoints take."""
    headers = (("content-type", "application/x-www-form-urlencoded"),)
    body = b"client_secret=abc&grant_type=password&password=x1&code=77"
    request, found = Redactor().request(Request("POST", "https://h/token", headers, body))
    assert request.body == b"client_secret=red&grant_type=password&password=re&code=re"
    assert {redaction.label for redaction in found} == {"client_secret", "password", "code"}


def test_the_name_of_a_form_s_media_type_is_read_whatever_its_case() -> None:
    """Media types have none (RFC 9110, section 8.3.1)."""
    headers = (("content-type", "Application/X-WWW-Form-Urlencoded"),)
    request, _ = Redactor().request(Request("POST", "https://h/token", headers, b"code=abc"))
    assert request.body == b"code=red"


def test_the_message_of_an_exception_is_cleaned_too() -> None:
    """Clients put URLs into their messages."""
    text, found = Redactor().text(f"cannot reach https://u:p4ss@h/?key={SECRET} …", "ending.message")
    assert SECRET not in text
    assert "p4ss" not in text
    assert {redaction.where for redaction in found} == {"ending.message"}


def test_a_key_that_a_header_gives_away_is_hidden_in_the_request_s_own_body() -> None:
    """As where a tool's server is described to the model together with the key for it."""
    headers = (("authorization", "Bearer only-in-the-code-7"),)
    request, _ = Redactor().request(Request("POST", "https://h/", headers, b"use only-in-the-code-7 there"))
    assert request.body == b"use redacted-authoriza there"
