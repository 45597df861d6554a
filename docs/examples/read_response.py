"""Asks the Responses API for a stream through the OpenAI SDK, and prints the types of its events and their text.

    harness serve --upstream llamacpp=http://localhost:9303 --replay llama-server/chat/usage_on \
        -- python docs/examples/read_response.py

What stands behind the address need not know that API: the gateway translates.
"""

import openai

client = openai.OpenAI()
for event in client.responses.create(model="mem", input="hi", stream=True):
    print(event.type, getattr(event, "delta", ""))
