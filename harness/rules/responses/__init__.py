"""Rules on OpenAI Responses."""
