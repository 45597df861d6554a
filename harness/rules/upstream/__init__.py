"""Rules on Anthropic Messages and Gemini, which gateways have upstream: `UP-*`.

They are few: what matters of an upstream is whether it kept its own protocol, so that a gateway is not blamed for
what it was given.
"""
