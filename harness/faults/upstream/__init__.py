"""What events of Anthropic Messages and Gemini say: the answers that gateways translate."""
