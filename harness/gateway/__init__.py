"""A gateway: the translation engine behind HTTP. What is done with bytes is decided in `harness.translation`.

```
server.Gateway           a handler of harness.io.server; one task for each request
├── endpoints            paths, methods, and OpenAI's words for refusing all others
├── serving              what each endpoint does
├── destinations         upstreams, and which one answers
└── exchange.Exchange    one request: attempts, limits, both sides' ends
    ├── calling          what asks an upstream, live or out of a recording
    ├── untouched        answers that are not translated (else harness.translation.relay)
    ├── unpacking        content codings of those that are looked into
    ├── aside            asking for what the client can do without
    ├── retrying, limits when to ask again; how long what may take
    ├── answer           what the client is sent
    └── recording        both sides into cassettes; accounts: one line of JSON a request
store                    responses that an upstream does not keep itself
```
"""
