"""The wire formats: Chat Completions and Responses of OpenAI, and Messages and Gemini as upstreams of gateways."""
