from __future__ import annotations

import pytest

from harness.cassettes.exchange import Request
from harness.cassettes.matching.canonical import Keyer
from harness.cassettes.matching.policy import MatchPolicy

CHAT = "https://api.openai.com/v1/chat/completions"


def _request(
    body: bytes = b"", url: str = CHAT, method: str = "POST", content_type: str = "application/json"
) -> Request:
    return Request(method, url, (("Content-Type", content_type),), body)


def _same(left: Request, right: Request, policy: MatchPolicy | None = None) -> bool:
    keyer = Keyer(policy or MatchPolicy())
    return keyer.key(left) == keyer.key(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (b'{"a":1,"b":[1,2]}', b'{ "b" : [1, 2],\r\n "a" : 1 }\n'),
        (b'{"a":{"x":1,"y":2}}', b'{"a":{"y":2,"x":1}}'),
        (b'{"temperature":1}', b'{"temperature":1.0}'),
        (b'{"n":100}', b'{"n":1e2}'),
        (b'{"n":0}', b'{"n":-0.0}'),
        ('{"text":"é"}'.encode(), b'{"text":"\\u00e9"}'),
        (b'{"path":"a/b"}', b'{"path":"a\\/b"}'),
    ],
)
def test_how_json_is_written_does_not_count(left: bytes, right: bytes) -> None:
    """Key order, white space, escapes and the spelling of numbers are not part of the key."""
    assert _same(_request(left), _request(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (b'{"a":1}', b'{"a":"1"}'),
        (b'{"a":1}', b'{"a":true}'),
        (b'{"a":0}', b'{"a":false}'),
        (b'{"a":null}', b"{}"),
        (b'{"a":[]}', b'{"a":{}}'),
        (b'{"a":[1,2]}', b'{"a":[2,1]}'),
        (b'{"a":"x"}', b'{"a":"x "}'),
        ('{"a":"é"}'.encode(), '{"a":"e\u0301"}'.encode()),
        (b'{"a":9007199254740993}', b'{"a":9007199254740992.0}'),
        (b'{"a":123456789012345678901234567890}', b'{"a":123456789012345678901234567891}'),
        (b'{"a":1e999}', b'{"a":null}'),
        (b'{"a":1e999}', b'{"a":2e999}'),
        (b"{}", b""),
        (b"[1]", b"1"),
        (b"not json", b"not  json"),
        (b"\xff\x00", b"\xff\x01"),
    ],
)
def test_what_json_means_counts(left: bytes, right: bytes) -> None:
    """Types, array order, absent members, exact text and exact numbers are part of the key."""
    assert not _same(_request(left), _request(right))


def test_json_nested_too_deeply_for_a_comparison_by_value_is_compared_byte_by_byte() -> None:
    """A body that exhausts the stack still has a key, and equals itself."""
    deep = b"[" * 100_000 + b"]" * 100_000

    assert Keyer(MatchPolicy()).key(_request(deep)).kind == "bytes"
    assert _same(_request(deep), _request(deep))
    assert not _same(_request(deep), _request(deep + b" "))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (CHAT, "http://127.0.0.1:8080/v1/chat/completions", True),
        (CHAT, "https://api.openai.com/chat/completions", False),
        (CHAT, CHAT + "/", False),
        (CHAT + "?a=1&b=2", CHAT + "?b=2&a=1", True),
        (CHAT + "?a=1&a=2", CHAT + "?a=2&a=1", True),
        (CHAT + "?a=1", CHAT + "?a=1&a=1", False),
        (CHAT + "?a=1", CHAT, False),
        (CHAT + "?a=", CHAT, False),
        (CHAT + "?a=%C3%A9", CHAT + "?a=é", True),
        (CHAT + "?alt=sse&key=redacted-google-key-xxxxxxxx", CHAT + "?alt=sse", True),
        (CHAT + "?key=redacted-google-key-xxxxxxxx", CHAT + "?key=reda", True),
        (CHAT + "?owner=redacted-OWNER-xxxxxxxxx", CHAT + "?owner=redacted-OWNER-xx", True),
        (CHAT + "?color=red", CHAT, False),
        (CHAT + "#fragment", CHAT, True),
        ("https://h", "https://h/", True),
    ],
)
def test_of_a_url_path_and_query_count(left: str, right: str, same: bool) -> None:  # noqa: FBT001
    """Scheme, host, port, fragment, parameter order and credentials do not count; path and the rest do."""
    assert _same(_request(url=left), _request(url=right)) is same


@pytest.mark.parametrize(
    ("part", "left", "right"),
    [
        ("scheme", "http://h/a", "https://h/a"),
        ("host", "http://one/a", "http://two/a"),
        ("port", "http://h:1/a", "http://h:2/a"),
    ],
)
def test_a_policy_can_add_scheme_host_and_port(part: str, left: str, right: str) -> None:
    """What the default leaves out counts when the policy says so."""
    policy = {
        "scheme": MatchPolicy(scheme=True),
        "host": MatchPolicy(host=True),
        "port": MatchPolicy(port=True),
    }

    assert _same(_request(url=left), _request(url=right))
    assert not _same(_request(url=left), _request(url=right), policy[part])


def test_a_default_port_is_the_same_as_none_and_host_names_have_no_case() -> None:
    """`https://H:443/` is `https://h/`."""
    policy = MatchPolicy(host=True, port=True)

    assert _same(_request(url="https://API.example:443/a"), _request(url="https://api.example/a"), policy)


def test_headers_count_only_by_name() -> None:
    """A policy names the headers that it compares; the case of the name does not count."""
    left = Request("POST", CHAT, (("OpenAI-Beta", "a"), ("x-trace", "1")), b"{}")
    right = Request("POST", CHAT, (("openai-beta", "b"), ("x-trace", "2")), b"{}")

    assert _same(left, right)
    assert not _same(left, right, MatchPolicy(headers=["Openai-Beta"]))
    assert _same(left, right, MatchPolicy(headers=["accept"]))
    assert not _same(left, Request("POST", CHAT, (), b"{}"), MatchPolicy(headers=["openai-beta"]))


def test_of_a_credential_header_only_its_presence_counts() -> None:
    """Two keys are never compared: one side has a placeholder, and its length tells nothing."""
    policy = MatchPolicy(headers=["authorization"])
    left = Request("POST", CHAT, (("Authorization", "Bearer redacted-bearer-xxxxxxxxxxxxxx"),), b"{}")
    right = Request("POST", CHAT, (("authorization", "Bearer red"),), b"{}")

    assert _same(left, right, policy)
    assert not _same(left, Request("POST", CHAT, (), b"{}"), policy)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (b'{"api_key":"redacted-api-key-xxxxxx"}', b'{"api_key":"redacted-OPENAI_API_KEY-xxxxxxxxxxxx"}'),
        (b'{"api_key":"redacted-api-key-xxxxxx"}', b'{"api_key":"redacted-ap"}'),
        (
            b'{"text":"my key is redacted-openai-key-xxx."}',
            b'{"text":"my key is redacted-openai-key-xxxxx."}',
        ),
        (b"key redacted-openai-key-xxx", b"key redacted-openai-key-xxxxxxxxxx"),
    ],
)
def test_placeholders_are_equal_whatever_their_length_and_label(left: bytes, right: bytes) -> None:
    """The live secret may be longer than the recorded one, and recognised by another rule."""
    assert _same(_request(left), _request(right))


def test_ordinary_words_are_not_taken_for_placeholders() -> None:
    """Text that only begins as a placeholder does is compared as it is."""
    left, right = b'{"text":"the redacted-document says"}', b'{"text":"the redacted-report says"}'

    assert not _same(_request(left), _request(right))
    assert not _same(_request(b'{"color":"red"}'), _request(b'{"color":"r"}'))


FORM = "application/x-www-form-urlencoded; charset=utf-8"


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (b"a=1&b=x+y", b"b=x%20y&a=1", True),
        (b"a=1", b"a=2", False),
        (b"a=1", b"a=1&a=1", False),
        (b"grant_type=x&client_secret=redacted-secret-xxxx", b"client_secret=red&grant_type=x", True),
        (b"a=%ff", b"a=%fe", False),
    ],
)
def test_forms_are_compared_as_pairs(left: bytes, right: bytes, same: bool) -> None:  # noqa: FBT001
    """Order and escapes of a form do not count, nor do its credentials."""
    assert _same(_request(left, content_type=FORM), _request(right, content_type=FORM)) is same


def _multipart(boundary: str, *parts: str, quoted: bool = False) -> Request:
    body = "".join(f"--{boundary}\r\n\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"
    value = f'"{boundary}"' if quoted else boundary
    return _request(body.encode(), content_type=f"multipart/form-data; boundary={value}")


def test_the_boundary_of_a_multipart_body_does_not_count() -> None:
    """Clients draw it at random; the parts have to be equal."""
    assert _same(_multipart("aaa", "1", "2"), _multipart("b'b", "1", "2", quoted=True))
    assert not _same(_multipart("aaa", "1", "2"), _multipart("bbb", "1", "3"))
    assert not _same(_multipart("aaa", "1", "2"), _multipart("bbb", "12"))
    assert _same(_multipart("aaa", "1"), _multipart("bbb", "1"), MatchPolicy(headers=["content-type"]))


def test_content_of_a_part_cannot_pass_for_a_boundary() -> None:
    """A part that contains what stands for a boundary elsewhere stays one part."""
    assert not _same(_multipart("aaa", "1", "2"), _multipart("bbb", "1\r\n--aaa\r\n\r\n2"))


def test_body_rules() -> None:
    """`raw` compares bytes, `ignore` nothing."""
    spaced, tight, other = _request(b'{"a": 1}'), _request(b'{"a":1}'), _request(b'{"b":1}')

    assert not _same(spaced, tight, MatchPolicy(body="raw"))
    assert _same(spaced, spaced, MatchPolicy(body="raw"))
    assert _same(spaced, other, MatchPolicy(body="ignore"))


def test_ignored_parts_do_not_count() -> None:
    """Pointers name parts of the body, names parameters of the query."""
    policy = MatchPolicy(ignore=["/metadata/run", "/messages/*/name"], ignore_query=["api-version"])
    left = _request(b'{"metadata":{"run":1,"a":2},"messages":[{"name":"x","t":1}]}', CHAT + "?api-version=1")
    right = _request(b'{"metadata":{"a":2},"messages":[{"name":"y","t":1}]}', CHAT + "?api-version=2")
    other = _request(b'{"metadata":{"a":3},"messages":[{"name":"y","t":1}]}', CHAT + "?api-version=2")

    assert _same(left, right, policy)
    assert not _same(left, other, policy)
    assert not _same(left, right)


def test_methods_have_no_case_and_can_be_left_out() -> None:
    """`post` is `POST`; a policy may ignore the method and the path altogether."""
    assert _same(_request(b"{}", method="post"), _request(b"{}"))
    assert not _same(_request(b"{}", method="PUT"), _request(b"{}"))
    assert _same(_request(b"{}", method="PUT"), _request(b"{}"), MatchPolicy(method=False))
    assert _same(_request(b"{}", url="http://h/a?b"), _request(b"{}"), MatchPolicy(path=False, query=False))


def test_a_port_that_is_no_number_is_no_port() -> None:
    """A damaged URL in a recording does not stop the deck from being built."""
    assert Keyer(MatchPolicy(port=True)).key(_request(url="http://h:x/a")).port == ""


def test_a_url_that_cannot_be_split_has_a_key_of_its_own() -> None:
    """A client that sends nonsense as its host gets a miss, not a crash."""
    assert _same(_request(url="http://[/a"), _request(url="http://[/a"))
    assert not _same(_request(url="http://[/a"), _request(url="http://h/a"))


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ("/v1/<model>", "/v1/%3Cmodel%3E", True),
        ("/v1/%3cmodel%3e", "/v1/%3Cmodel%3E", True),
        ("/v1/%7Ea%2db", "/v1/~a-b", True),
        ("/v1/é ü", "/v1/%C3%A9%20%c3%bc", True),
        ("/v1/models:generate", "/v1/models:generate", True),
        ("/v1/a%2Fb", "/v1/a/b", False),
        ("/v1/a%2Fb", "/v1/a%2fb", True),
        ("/v1/a%25b", "/v1/a%b", False),
        ("/v1/%3C", "/v1/%3E", False),
    ],
)
def test_how_a_path_is_percent_encoded_does_not_count(left: str, right: str, same: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Only where both spellings mean the same (RFC 3986, section 6.2.2)."""
    origin = "https://a.example"
    assert _same(_request(url=origin + left), _request(url=origin + right)) == same
