"""What a model's turn amounts to, in words that all dialects share."""
