"""One file is one way in which a stream goes wrong."""
