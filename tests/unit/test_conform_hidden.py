"""What `--redact-content` hides in a body and in a command line, and what it leaves."""

from __future__ import annotations

import pytest

from harness.reporting.conform.html_redact import Hidden


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"content":"a \\u00e9\\" b","n":1,"ok":true}', b'{"content":"xxxxxxxxxxxx","n":1,"ok":true}'),
        (b'{"type":"text","text":"hi"}', b'{"type":"text","text":"xx"}'),
        (b'{"type":"two words of a text"}', b'{"type":"xxxxxxxxxxxxxxxxxxx"}'),
        (b'{"text":"cut her', b'{"text":"xxxxxxx'),
        (b"<html>Zoe</html>", b"xxxxxxxxxxxxxxxx"),
        (
            b'{"parameters":{"type":"object","properties":{"spouse":{"type":"string"}}}}',
            b'{"parameters":{"type":"object","properties":{"xxxxxx":{"type":"string"}}}}',
        ),
        (
            b'{"functionCall":{"id":"1","args":{"role":"spy","n":[407,true]}},"index":3}',
            b'{"functionCall":{"id":"1","args":{"xxxx":"xxx","x":[000,true]}},"index":3}',
        ),
        (
            b'{"functionResponse":{"response":{"code":"z9"}},"response":{"code":"z9"}}',
            b'{"functionResponse":{"response":{"xxxx":"xx"}},"response":{"code":"z9"}}',
        ),
        (b'{"input":[{"role":"user"}]}', b'{"input":[{"role":"user"}]}'),
        (b'{"token":"Zoe","bytes":[90,111,101],"n":7}', b'{"token":"xxx","bytes":[00,000,000],"n":7}'),
        (b'{"Zoe was here":1}', b'{"xxxxxxxxxxxx":1}'),
        (b'{"a":{"role":"user"},"text":["p","q"]}', b'{"a":{"role":"user"},"text":["x","x"]}'),
        ('{"text":"é"}'.encode(), b'{"text":"xx"}'),
    ],
)
def test_texts_of_json_are_filled_and_words_of_the_protocol_stay(body: bytes, expected: bytes) -> None:
    """Only members on a list keep their values, and only where these look like words of a protocol."""
    assert Hidden().body(body, events=False) == expected


def test_lines_of_an_event_stream_that_are_no_data_are_hidden_but_for_their_names() -> None:
    """Comments and stray lines may say anything."""
    body = b": Zoe says hi\r\nevent: ping\r\ndata: Zoe\r\n\r\nnonsense Zoe\n"
    assert Hidden().body(body, events=True) == (
        b"xxxxxxxxxxxxx\r\nevent: ping\r\ndata: xxx\r\n\r\nxxxxxxxxxxxx\n"
    )


def test_a_command_line_that_cannot_be_read_is_hidden_whole() -> None:
    """What cannot be taken apart cannot be filled in part."""
    assert Hidden().curl("curl -d 'open") == "(hidden)"
