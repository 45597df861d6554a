"""Train the tiny model that real servers serve in the recordings, from nothing.

A two-layer, byte-level Qwen2 with about 116,000 parameters learns a handful of prompts and their answers by
heart. Random weights would do for plain text, but a model that has memorised its answers makes a real server
emit real and repeatable reasoning, tool calls, text before a call, and a call that is broken off. Nothing is
downloaded: vocabulary, chat template and weights are made here. Written are a Hugging Face folder and the
same weights as GGUF.

    python tests/gateways/model/train.py --hf OUT_FOLDER --gguf OUT_FILE

Needs torch, transformers, gguf and numpy; takes about a minute on two cores.
"""

from __future__ import annotations

import argparse
import sys
from typing import Any

END_OF_TEXT, TURN_START, TURN_END = SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
MARKS = ("<tool_call>", "</tool_call>", "<think>", "</think>")
"""One token each, but ordinary text: a server has to parse them."""

# llama.cpp finds out how a model writes tool calls by rendering the template with probes, so the template
# must render an assistant's calls and reasoning in full, although no scenario sends reasoning back.
TEMPLATE = """{%- if tools %}<|im_start|>system
tools<|im_end|>
{% endif %}{%- for m in messages %}{%- if m.role == 'assistant' %}<|im_start|>assistant
{% if m.reasoning_content %}<think>
{{ m.reasoning_content }}
</think>

{% endif %}{% if m.content %}{{ m.content }}{% endif %}{%- if m.tool_calls %}{%- for c in m.tool_calls %}\
{%- if not loop.first or m.content %}
{% endif %}<tool_call>
{"name": "{{ c.function.name }}", "arguments": {% if c.function.arguments is string %}\
{{ c.function.arguments }}\
{% else %}{{ c.function.arguments | tojson }}{% endif %}}
</tool_call>{%- endfor %}{%- endif %}<|im_end|>
{% elif m.role == 'tool' %}<|im_start|>user
<tool_response>
{{ m.content }}
</tool_response><|im_end|>
{% elif m.role == 'user' or m.role == 'system' %}<|im_start|>{{ m.role }}
{% if m.content is string %}{{ m.content }}{% else %}\
{% for p in m.content %}{{ p.text }}{% endfor %}{% endif %}\
<|im_end|>
{% endif %}{%- endfor %}{%- if add_generation_prompt %}<|im_start|>assistant
{% endif %}"""

GREETING = "Hello wörld ☃!"
THOUGHT = "<think>\nLet me think.\n</think>\n\n"
WEATHER = '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n</tool_call>'
TIME = '<tool_call>\n{"name": "get_time", "arguments": {"tz": "CET"}}\n</tool_call>'

ANSWERS = {
    "hi": GREETING,
    "weather": WEATHER,
    "both": f"{WEATHER}\n{TIME}",
    "think": THOUGHT + GREETING,
    "thinkcall": THOUGHT + WEATHER,
    "textcall": f"One moment.\n{WEATHER}",
    "json": '{"city": "Paris", "n": 3}',
    "tool": "It is sunny.",
    "count": "one two three four five six seven eight nine ten",
    "empty": "",
    "badcall": '<tool_call>\n{"name": "get_weather", "arguments": {"city": "Par\n</tool_call>',
    "long": " ".join(str(number) for number in range(1, 101)),
}
"""What the user says, and what the model then answers."""

TOOL_RESULT = "sunny, 21 °C"
AFTER_TOOL = "It is sunny in Paris, 21 °C."
ARGUMENTS: tuple[object, ...] = ('{"city": "Paris"}', '{"city":"Paris"}', {"city": "Paris"})
"""Servers hand arguments back to the template as text with or without a space, or parsed."""

TOOLS = [{"type": "function", "function": {"name": "f"}}]


def make_tokenizer() -> Any:
    """A tokenizer of 256 bytes and the seven marks; no merges, so one byte is one token."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(
        models.BPE(vocab={letter: place for place, letter in enumerate(alphabet)}, merges=[])
    )
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(mark, special=True) for mark in SPECIAL])
    tokenizer.add_tokens([AddedToken(mark, special=False, normalized=False) for mark in MARKS])
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=TURN_END, pad_token=END_OF_TEXT)
    fast.chat_template = TEMPLATE
    return fast


def conversations() -> list[tuple[list[dict[str, object]], bool, str]]:
    """All that is learned: messages, whether tools are offered, and the answer."""
    learned: list[tuple[list[dict[str, object]], bool, str]] = [
        ([{"role": "user", "content": prompt}], offered, answer)
        for prompt, answer in ANSWERS.items()
        for offered in (False, True)
    ]
    for arguments in ARGUMENTS:
        call = {"id": "call", "type": "function", "function": {"name": "get_weather", "arguments": arguments}}
        messages: list[dict[str, object]] = [
            {"role": "user", "content": "weather"},
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "call", "content": TOOL_RESULT},
        ]
        learned.extend((messages, offered, AFTER_TOOL) for offered in (False, True))
    return learned


def encode(tokenizer: Any) -> list[tuple[list[int], list[int]]]:
    """Every conversation as tokens of the prompt and tokens of the answer, the same pair never twice."""
    pairs = []
    for messages, offered, answer in conversations():
        prompt = tokenizer.apply_chat_template(
            messages, tools=TOOLS if offered else None, tokenize=False, add_generation_prompt=True
        )
        pair = (tokenizer(prompt)["input_ids"], tokenizer(answer + TURN_END)["input_ids"])
        if pair not in pairs:
            pairs.append(pair)
    return pairs


def train(tokenizer: Any, pairs: list[tuple[list[int], list[int]]], *, steps: int) -> Any:
    """Fit the model until it knows every answer by heart; the loss counts the answers only."""
    import torch
    from transformers import GenerationConfig, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    torch.set_num_threads(2)
    width = max(len(prompt) + len(answer) for prompt, answer in pairs)
    inputs = torch.full((len(pairs), width), tokenizer.pad_token_id)
    labels = torch.full((len(pairs), width), -100)
    for row, (prompt, answer) in enumerate(pairs):
        sequence = torch.tensor(prompt + answer)
        inputs[row, : len(sequence)] = sequence
        labels[row, len(prompt) : len(sequence)] = sequence[len(prompt) :]
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=None,
        tie_word_embeddings=False,
    )
    model: Any = Qwen2ForCausalLM(config)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    mask = (inputs != tokenizer.pad_token_id).long()
    for step in range(steps):
        loss = model(input_ids=inputs, attention_mask=mask, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if step % 50 == 0:
            print(f"step {step}: loss {loss.item():.5f}", file=sys.stderr, flush=True)
        if loss.item() < 2e-3:
            break
    model.generation_config = GenerationConfig(
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        do_sample=False,
        max_new_tokens=512,
    )
    return model


def forgotten(model: Any, pairs: list[tuple[list[int], list[int]]]) -> int:
    """How many answers do not come out token by token in greedy decoding."""
    import torch

    wrong = 0
    for prompt, answer in pairs:
        output = model.generate(torch.tensor([prompt]), max_new_tokens=len(answer) + 5, do_sample=False)
        wrong += output[0][len(prompt) :].tolist() != answer
    return wrong


def write_gguf(model: Any, tokenizer: Any, path: str) -> None:
    """Write the weights, vocabulary and template as GGUF, the format of llama.cpp."""
    import gguf
    import numpy as np

    config = model.config
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("tiny-memorised")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(
        float(getattr(config, "rope_theta", None) or config.rope_parameters["rope_theta"])
    )
    writer.add_file_type(0)
    tokens = [tokenizer.convert_ids_to_tokens(place) for place in range(len(tokenizer))]
    kinds = [
        gguf.TokenType.CONTROL
        if token in SPECIAL
        else gguf.TokenType.USER_DEFINED
        if token in MARKS
        else gguf.TokenType.NORMAL
        for token in tokens
    ]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(["Ġ Ġ"])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_add_bos_token(value=False)
    writer.add_chat_template(TEMPLATE)
    names = gguf_names(config.num_hidden_layers)
    for name, tensor in model.state_dict().items():
        writer.add_tensor(names[name], tensor.detach().float().numpy().astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def gguf_names(layers: int) -> dict[str, str]:
    """What GGUF calls each tensor of the Hugging Face model."""
    parts = {
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
    }
    names = {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    for layer in range(layers):
        for theirs, ours in parts.items():
            for kind in ("weight", "bias"):
                names[f"model.layers.{layer}.{theirs}.{kind}"] = f"blk.{layer}.{ours}.{kind}"
    return names


def main() -> int:
    """Train, check that every answer was learned, and write both forms."""
    parser = argparse.ArgumentParser(description="Train the tiny memorised model of the recordings.")
    parser.add_argument("--hf", required=True, help="folder for the Hugging Face form")
    parser.add_argument("--gguf", required=True, help="file for the GGUF form")
    parser.add_argument("--steps", type=int, default=3000, help="give up after so many steps")
    arguments = parser.parse_args()
    tokenizer = make_tokenizer()
    pairs = encode(tokenizer)
    model = train(tokenizer, pairs, steps=arguments.steps)
    wrong = forgotten(model, pairs)
    print(f"{len(pairs) - wrong} of {len(pairs)} answers learned", file=sys.stderr)
    if wrong:
        return 1
    tokenizer.save_pretrained(arguments.hf)
    model.save_pretrained(arguments.hf)
    write_gguf(model, tokenizer, arguments.gguf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
