"""Record any streaming LLM session exactly, replay it exactly, and judge it against the protocol."""
