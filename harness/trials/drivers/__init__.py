"""Programs that drive real clients; they are run by the Python and the Node that have the clients."""
