"""Reads one stream through the OpenAI SDK and prints what comes, and when.

    harness replay transformers/chat/text -- python docs/examples/read_stream.py

The address and a key come from the environment, where `harness` has put them: this file knows nothing of replays.
"""

import time

import openai

client = openai.OpenAI()
start = time.perf_counter()
stream = client.chat.completions.create(
    model="mem", stream=True, messages=[{"role": "user", "content": "hi"}]
)
for chunk in stream:
    for choice in chunk.choices:
        milliseconds = (time.perf_counter() - start) * 1000
        print(f"{milliseconds:7.1f} ms  {choice.delta.content!r:8}  {choice.finish_reason or ''}")
