"""From an upstream's answer to increments: a module a dialect."""
