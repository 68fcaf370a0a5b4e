"""Export decoder-only models: past_key_values.N.key/value in, present.N.key/value out; or without a cache."""

import tempfile
from pathlib import Path

import torch
from references.common.export_onnx import export
from references.generation.merge_decoders import merge
from transformers import DynamicCache

# model types whose graph takes position_ids; OPT counts the attention mask itself
WITH_POSITIONS = ("gpt2", "llama", "qwen2")


def additive(allowed):
    return torch.zeros_like(allowed, dtype=torch.float32).masked_fill(~allowed, torch.finfo(torch.float32).min)


def causal_mask(attention_mask, new):
    """[batch, total] and the number of new positions -> additive [batch, 1, new, total]."""
    total = attention_mask.shape[1]
    keys = torch.arange(total)
    queries = torch.arange(new) + (total - new)
    return additive((keys[None, :] <= queries[:, None])[None, None] & attention_mask.bool()[:, None, None, :])


class CausalWrapper(torch.nn.Module):
    def __init__(self, model, cached):
        super().__init__()
        self.m, self.cached = model, cached
        self.positions = model.config.model_type in WITH_POSITIONS

    def forward(self, input_ids, attention_mask, *rest):
        new = input_ids.shape[1]
        if self.positions:
            position_ids, *past = rest
        else:
            past = list(rest)
            position_ids = (attention_mask.cumsum(1) * attention_mask - 1)[:, attention_mask.shape[1] - new :]
        cache = DynamicCache() if self.cached else None
        for layer in range(len(past) // 2):
            cache.update(past[2 * layer], past[2 * layer + 1], layer)
        result = self.m(input_ids=input_ids, attention_mask=causal_mask(attention_mask, new), position_ids=position_ids, past_key_values=cache, use_cache=self.cached)
        present = [tensor for layer in cache.layers for tensor in (layer.keys, layer.values)] if self.cached else []
        return (result.logits, *present)


def cache_shape(config):
    """(layers, key-value heads, head width)."""
    heads = getattr(config, "num_key_value_heads", None) or config.num_attention_heads
    return config.num_hidden_layers, heads, config.hidden_size // config.num_attention_heads


def export_causal(model, path, cached=True, first_step=False):
    """`cached`: with past and present; `first_step`: with present only, the branch that a merged file takes first."""
    layers, heads, width = cache_shape(model.config)
    batch, past, new = 2, 5 if cached and not first_step else 0, 3
    ids = torch.arange(5, 5 + batch * new).reshape(batch, new)
    mask = torch.ones(batch, past + new, dtype=torch.int64)
    mask[1, 0] = 0
    wrapper = CausalWrapper(model, cached)
    example = [ids, mask] + ([(mask.cumsum(1) - 1).clamp_min(0)[:, -new:]] if wrapper.positions else [])
    example += [torch.randn(batch, heads, past, width) for _ in range(2 * layers if past else 0)]
    inputs, outputs, axes = causal_names(model, cached)
    inputs = inputs[: len(example)]
    if not past:
        axes["attention_mask"] = axes["input_ids"]
    export(wrapper, tuple(example), inputs, outputs, {name: axes[name] for name in [*inputs, *outputs]}, path)


def causal_names(model, cached):
    """(inputs, outputs, dynamic axes)"""
    tokens = {0: "batch_size", 1: "sequence_length"}
    inputs = ["input_ids", "attention_mask"] + (["position_ids"] if model.config.model_type in WITH_POSITIONS else [])
    outputs = ["logits"]
    axes = {"input_ids": tokens, "position_ids": tokens, "logits": tokens, "attention_mask": {0: "batch_size", 1: "total_sequence_length"}}
    for layer in range(cache_shape(model.config)[0] if cached else 0):
        for part in ("key", "value"):
            inputs.append(f"past_key_values.{layer}.{part}")
            outputs.append(f"present.{layer}.{part}")
            axes[inputs[-1]] = {0: "batch_size", 2: "past_sequence_length"}
            axes[outputs[-1]] = {0: "batch_size", 2: "total_sequence_length"}
    return inputs, outputs, axes


def export_merged_causal(model, path):
    """A decoder-only decoder_model_merged.onnx with use_cache_branch, as older published files have it."""
    inputs, outputs, axes = causal_names(model, True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        first, later = Path(scratch) / "first.onnx", Path(scratch) / "later.onnx"
        export_causal(model, first, first_step=True)
        export_causal(model, later)
        merge(first, later, inputs, outputs, axes, cache_shape(model.config)[1:], path, dummy_source=False)
