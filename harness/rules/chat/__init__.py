"""The rules on Chat Completions."""
