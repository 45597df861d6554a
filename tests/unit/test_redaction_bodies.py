"""What stands before a value tells that it is secret: fields, parameters, schemes, URLs, PEM."""

from __future__ import annotations

import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from harness.cassettes.redaction.redactor import Redactor
from harness.errors import UsageError

LONG = "Zk3vQ9xLm2TtY7wRb4HnCe8J"


def cut_everywhere(text: bytes, redactor: Redactor) -> bytes:
    """The redacted text, after having seen that no cut changes it."""
    whole = _fed(redactor, [text])
    for cut in range(len(text)):
        assert _fed(redactor, [text[:cut], text[cut:]]) == whole, cut
    assert _fed(redactor, [text[place : place + 1] for place in range(len(text))]) == whole
    assert len(whole) == len(text)
    return whole


def _fed(redactor: Redactor, pieces: list[bytes]) -> bytes:
    body = redactor.body((), "response.body")
    return b"".join(map(body.feed, pieces)) + body.finish()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"api_key": "abc"}', '{"api_key": "red"}'),
        ('{"apiKey" : "a\\"b\\\\"}', '{"apiKey" : "redact"}'),
        ('{"OPENAI_API_KEY":"abcdefghijklmnopqrs"}', '{"OPENAI_API_KEY":"redacted-OPENAI_API"}'),
        ('{"x":"{\\"client_secret\\": \\"ab\\\\\\"cd\\", \\"b\\": \\"c\\"}"}',
         '{"x":"{\\"client_secret\\": \\"redacted\\", \\"b\\": \\"c\\"}"}'),
        ('{"authorization": "Bearer abcdefghi"}', '{"authorization": "Bearer redacted-"}'),
        ('{"headers":{"X-My-Api-Key":"abc"}}', '{"headers":{"X-My-Api-Key":"red"}}'),
        ('{"client-secret": "abc"}', '{"client-secret": "red"}'),
        ('{"password": "hunter2"}', '{"password": "redacte"}'),
        ('{"refresh_token":"cut off by the end', '{"refresh_token":"redacted-refresh_t'),
        (f"see ?access_token={LONG}&b=c", "see ?access_token=redacted-access_token-xx&b=c"),
        (f"export MY_API_KEY={LONG}\\n", "export MY_API_KEY=redacted-MY_API_KEY-xxxx\\n"),
        (f"AccountName=a;AccountKey={LONG};", "AccountName=a;AccountKey=redacted-AccountKey-xxxx;"),
        (f"a \\u0026sig={LONG}\\u0026x", "a \\u0026sig=redacted-sig-xxxxxxxxxxx\\u0026x"),
        (f"Authorization: Bearer {LONG} x", "Authorization: Bearer redacted-bearer-token-xx x"),
        ("-u x Basic dXNlcjpwYXNzd29yZA== x", "-u x Basic redacted-basic-crede x"),
        ("postgres://me:s3cr3t@host/db", "postgres://me:redact@host/db"),
        ("arn:aws:bedrock:us-east-1:123456789012:model", "arn:aws:bedrock:us-east-1:redacted-aws:model"),
        ("arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Am", "arn%3Aaws%3Abedrock%3Aus-east-1%3Aredacted-aws%3Am"),
        ('"-----BEGIN PRIVATE KEY-----\\nMIIEvgIBADAN\\nabcd\\n-----END PRIVATE KEY-----\\n"',
         '"-----BEGIN PRIVATE KEY-----\\nredacted-pem-priva\\n-----END PRIVATE KEY-----\\n"'),
        ('name="api_key"\r\n\r\nsecretvalue\r\n--b', 'name="api_key"\r\n\r\nredacted-ap\r\n--b'),
        ('name="password"\r\nContent-Type: text/plain\r\n\r\nsecret1value\r\n--b',
         'name="password"\r\nContent-Type: text/plain\r\n\r\nredacted-pas\r\n--b'),
        ("bad header x-api-key: k3y9Zq7, try again", "bad header x-api-key: redacte, try again"),
        ("it was 'X-Api-Key: abcd1234'.", "it was 'X-Api-Key: redacted'."),
        ("got {'x-api-key': 'abcd1234', 'a': 'b'}", "got {'x-api-key': 'redacted', 'a': 'b'}"),
        ('{"error":"sent\\nX-API-KEY:\\t\\"abcd1234\\""}', '{"error":"sent\\nX-API-KEY:\\t\\"abcd1234\\""}'),
        ('{"error":"sent\\nX-API-KEY: \\"abcd1234\\""}', '{"error":"sent\\nX-API-KEY: \\"redacted\\""}'),
        ("x-goog-api-key:8e03978e-40d5. So", "x-goog-api-key:redacted-x-go. So"),
        ("x-client-secret: ab12cd34; x-token: ab12cd34", "x-client-secret: redacted; x-token: redacted"),
        ("Authorization: Bearer   abcd1234", "Authorization: Bearer   redacted"),
        ("authorization: abcd1234:9f8e7d6c/", "authorization: redacted-authoriza"),
        (f"api-key: sk-proj-{LONG}", "api-key: redacted-openai-key-xxxxxxxxxxxx"),
        ("{'Authorization': 'Key abcd1234'}", "{'Authorization': 'Key redacted'}"),
    ],
)  # fmt: skip
def test_a_named_secret_is_hidden_wherever_the_body_is_cut(text: str, expected: str) -> None:
    """The name, the scheme word, the quotes and all lengths stay."""
    assert cut_everywhere(text.encode(), Redactor()).decode() == expected


@pytest.mark.parametrize(
    "text",
    [
        "x-api-key: header is required",
        "invalid x-api-key: 401 Unauthorized",
        "x-api-key: see RFC6750",
        "x-api-key: https://docs.example.com/abc12345",
        "x-api-key: claude-3-5-sonnet-20241022 is not for you",
        "x-api-key: gpt-4o is",
        '-H "x-api-key: $MY_KEY_1234"',
        "x-api-key: YOUR_KEY_1a2b3c",
        "x-api-key: redacted",
        f"x-api-key: {'a1' * 600}",
        "x-api-key:          abcd1234",
        "my.x-api-key: abcd1234",
        f"{'long-' * 9}api-key: abcd1234",
        f"a:{'long-' * 8}api-key={LONG}",
        "Authorization: OAuth2 or sha256",
        "Authorization: Basic base64-encoded-credentials",
        "Authorization: Bearer <token1234>",
        "Authorization: Bearer          abcd1234",
        "the key: abcd1234, the token: abcd1234",
        "idempotency-key: 8e03978e40d5",
        "x-ratelimit-key: tier1abc, x-cache-key: abcd1234",
        "set-cookie: abcd1234",
        "x-time-per-token: 1234ms",
    ],
)
def test_prose_about_header_fields_stays(text: str) -> None:
    """What explains a field, or stands for a key, is no key; nor is what no field of that name would hold."""
    assert cut_everywhere(text.encode(), Redactor()).decode() == text


VALUE = 'p"ss/w+rd é\\&<12345'


@pytest.mark.parametrize(
    "form",
    [
        VALUE,
        json.dumps(VALUE)[1:-1],
        json.dumps(VALUE, ensure_ascii=False)[1:-1],
        json.dumps(json.dumps(VALUE)[1:-1])[1:-1],
        json.dumps(VALUE)[1:-1].replace("/", "\\/"),
        quote(VALUE, safe=""),
        quote(VALUE),
        quote(VALUE, safe="").lower().replace("%5c", "%5C").replace("%5C", "%5c"),
    ],
)
def test_a_known_value_is_hidden_in_every_disguise(form: str) -> None:
    """Raw, escaped for JSON once and twice, percent-encoded: wherever it stands and however it is cut."""
    text = f"xx{form}yy".encode()
    clean = cut_everywhere(text, Redactor(values={"MY_VALUE": VALUE}))
    assert clean.startswith(b"xxredacted-MY_VALUE-")
    assert clean.endswith(b"yy")


@pytest.mark.parametrize("before", ["", "u", "us", "user:", "user1:"])
def test_a_known_value_is_hidden_inside_base64(before: str) -> None:
    """As in Basic credentials, whatever stands before it."""
    text = b"x " + b64encode(f"{before}{LONG}!".encode()) + b" y"
    clean = cut_everywhere(text, Redactor(values={"MY_VALUE": LONG}))
    assert b"redacted-MY_VALUE" in clean


def test_a_known_value_names_what_a_shape_also_matches() -> None:
    """The variable's name says more than the provider's."""
    key = "sk-proj-" + LONG
    body = Redactor(values={"OPENAI_API_KEY": key}).body((), "response.body")
    assert (body.feed(f"a {key} b".encode()) + body.finish()).startswith(b"a redacted-OPENAI_API_KEY-xxxx")


def test_only_a_tail_that_may_have_begun_a_secret_is_held_back() -> None:
    """Everything else goes out with the chunk it came in."""
    body = Redactor(values={"K": "Qzzzzzzzzzzz"}).body((), "response.body")
    assert body.feed(b"data: hello wor") == b"data: hello wor"
    assert body.feed(b"ld s") == b"ld "
    assert body.feed(b"o ris") == b"so ris"
    assert body.feed(b"k-, Qzzz") == b"k-, "
    assert body.feed(b"y sk-") == b"Qzzzy "
    assert body.feed(b"proj-1") == b""
    assert body.feed(b" sk-is") == b"sk-proj-1 "
    assert body.finish() == b"sk-is"
    assert body.redactions == ()


def test_a_run_longer_than_any_secret_is_released() -> None:
    """A blob that happens to begin like a key does not stop the recording."""
    body = Redactor().body((), "response.body")
    out = body.feed(b" sk-" + b"a1B2" * 1000)
    assert len(out) > 3900


def test_what_was_hidden_is_counted_by_place_and_label() -> None:
    """One entry for each label."""
    body = Redactor().body((), "response.body")
    body.feed(f'{{"api_key":"abc"}} {{"api_key":"def"}} ?sig={LONG}&'.encode())
    body.finish()
    assert [tuple(redaction) for redaction in body.redactions] == [
        ("response.body", "api_key", 2),
        ("response.body", "sig", 1),
    ]


def test_the_users_patterns_hide_whole_matches_or_their_group() -> None:
    """A group named `secret` keeps what stands around it readable."""
    redactor = Redactor(extra_patterns=[r"CASE-\d+", r"user=(?P<secret>\w+)"])
    text = b"a CASE-123456789 b\nuser=somebody_else,\nCASE-1"
    assert cut_everywhere(text, redactor) == b"a redacted-patte b\nuser=redacted-patt,\nredact"


def test_a_users_pattern_that_is_none_is_a_usage_error() -> None:
    """It says which, why, and what to do."""
    with pytest.raises(UsageError, match="no regular expression") as caught:
        Redactor(extra_patterns=["("])
    assert "'('" in str(caught.value)
    assert caught.value.hint


def test_a_value_that_is_too_short_is_a_usage_error() -> None:
    """Rather than to promise what cannot be done; an empty one hides nothing."""
    with pytest.raises(UsageError, match="MY_NAME is too short"):
        Redactor(values={"MY_NAME": "abc"})
    assert Redactor(values={"MY_NAME": ""}).text("abc", "x") == ("abc", ())


def test_a_pattern_meets_other_rules_on_the_same_line() -> None:
    """Spans that overlap become one, and no cut changes that."""
    redactor = Redactor(extra_patterns=[r"id \w+"], values={"K": "7 secret words"})
    text = b"one\nid 7 secret words -----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY----- id 8\n"
    assert cut_everywhere(text, redactor).startswith(b"one\nredacted-K-xxxxxx ")
