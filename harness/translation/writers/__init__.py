"""From increments to a client's answer, streamed or whole: a module a dialect."""
