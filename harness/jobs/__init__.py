"""The verbs of the product as functions: no argument parsing, no printing."""
