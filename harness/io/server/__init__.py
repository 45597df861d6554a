"""A small HTTP/1.1 server whose product is the exact shape of an answer: chunks, cuts, resets, times.

h11 parses requests; writing is our own, because every framing decision is evidence here: one recorded chunk
is one HTTP chunk, a recorded cut is a closed socket at the same byte.

```
lifecycle.Server            listens, counts, stops gracefully
└── connection.Connection   one socket: requests in, one after another
    ├── heads               h11 around request heads, remembered by their bytes
    ├── handlers            what a handler looks like (Handler, Receiver, whole)
    └── responder.Responder one answer: start, write, finish, cut, reset
        └── framing         the bytes of HTTP/1.1
threaded.ServerThread       the same for code without a loop
replay.ReplayHandler        cassettes as the answers; stage and timetable drive the schedule
proxy.RecordProxy           an upstream's answers, passed on at once and recorded
```
"""
