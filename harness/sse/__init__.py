"""Server-sent events on bytes: an incremental decoder and an encoder."""
