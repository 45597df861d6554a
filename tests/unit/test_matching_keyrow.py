from __future__ import annotations

from hashlib import sha256

from harness.cassettes.exchange import Request
from harness.cassettes.matching import key_fields


def _request(body: bytes, url: str = "https://api.openai.com/v1/responses?b=2&a=1&key=k") -> Request:
    return Request("post", url, (), body)


def test_the_hash_can_be_recomputed_by_hand() -> None:
    """The digest is over what the documentation says, and nothing else."""
    text = 'POST\n/v1/responses\na=1&b=2\njson\n{"input":[{"call_id":"<id:0>"}],"n":1}'

    assert key_fields(_request(b'{"n": 1.0, "input": [{"call_id": "call_1"}]}')) == {
        "v": 1,
        "hash": "sha256:" + sha256(text.encode()).hexdigest(),
        "ignored": [],
        "ids": {"call_1": "<id:0>"},
    }


def test_a_second_recording_with_other_ids_has_the_same_hash() -> None:
    """Ids are listed, not hashed."""
    one = key_fields(_request(b'{"input":[{"call_id":"a"},{"call_id":"b"}]}'))
    two = key_fields(_request(b'{"input":[{"call_id":"c"},{"call_id":"d"}]}'))
    three = key_fields(_request(b'{"input":[{"call_id":"c"},{"call_id":"c"}]}'))

    assert one["hash"] == two["hash"]
    assert one["hash"] != three["hash"]
    assert two["ids"] == {"c": "<id:0>", "d": "<id:1>"}


def test_bodies_that_are_not_json_have_a_key_row_too() -> None:
    """Bytes are hashed as they are, an empty body included."""
    hashes = {key_fields(_request(body))["hash"] for body in (b"", b"a", b"\xff", b"[" * 100_000)}

    assert len(hashes) == 4
