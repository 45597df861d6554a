"""Rules on server-sent events: bytes, lines, blocks, the sentinel, and the JSON in them."""
