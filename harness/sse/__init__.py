"""Server-sent events on bytes: an incremental decoder, an encoder, and splitters that cut a body for reading.

The rules are those of the WHATWG HTML living standard, section 9.2, "Server-sent events". Nothing here does
any I/O: bytes are handed in, and events or bytes come out.
"""
