"""Export encoder-decoders: encoder_model.onnx, and decoder_model_merged.onnx with one If on use_cache_branch."""

import tempfile
from pathlib import Path

import torch
from references.common.export_onnx import export
from references.generation.export_causal import additive
from references.generation.merge_decoders import merge
from transformers import DynamicCache, EncoderDecoderCache


class EncoderWrapper(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.m = model.get_encoder()

    def forward(self, input_ids, attention_mask):
        mask = additive(attention_mask.bool()[:, None, None, :])
        return self.m(input_ids=input_ids, attention_mask=mask).last_hidden_state


class DecoderWrapper(torch.nn.Module):
    """The decoder and its vocabulary head. Without `past` it also computes the keys and values of the source."""

    def __init__(self, model, cached):
        super().__init__()
        self.m, self.cached = model, cached

    def forward(self, encoder_attention_mask, input_ids, encoder_hidden_states, *past):
        own, source = DynamicCache(), DynamicCache()
        for layer in range(len(past) // 4):
            own.update(past[4 * layer], past[4 * layer + 1], layer)
            source.update(past[4 * layer + 2], past[4 * layer + 3], layer)
        cache = EncoderDecoderCache(own, source)
        new = input_ids.shape[1]
        before = past[0].shape[2] if self.cached else 0
        allowed = torch.arange(before + new)[None, :] <= (torch.arange(new) + before)[:, None]
        hidden = self.m.get_decoder()(
            input_ids=input_ids, attention_mask=additive(allowed)[None, None].expand(input_ids.shape[0], -1, -1, -1),
            encoder_hidden_states=encoder_hidden_states, encoder_attention_mask=additive(encoder_attention_mask.bool()[:, None, None, :]),
            past_key_values=cache, use_cache=True).last_hidden_state
        if self.m.config.model_type == "t5" and self.m.config.tie_word_embeddings:
            hidden = hidden * self.m.model_dim**-0.5
        logits = self.m.lm_head(hidden)
        if hasattr(self.m, "final_logits_bias"):
            logits = logits + self.m.final_logits_bias
        presents = []
        for layer in range(len(own.layers)):
            presents += [own.layers[layer].keys, own.layers[layer].values]
            if not self.cached:
                presents += [source.layers[layer].keys, source.layers[layer].values]
        return (logits, *presents)


def sizes(config):
    """(decoder layers, heads, head width)."""
    if config.model_type == "t5":
        return config.num_decoder_layers, config.num_heads, config.d_kv
    return config.decoder_layers, config.decoder_attention_heads, config.d_model // config.decoder_attention_heads


def export_seq2seq(model, folder, dummy_source):
    """`dummy_source`: the cached branch gives empty encoder presents (as published files do) instead of passing them through."""
    folder = Path(folder)
    batch, length, past, new = 2, 7, 4, 3
    ids = torch.arange(5, 5 + batch * length).reshape(batch, length)
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    source_axes = {0: "batch_size", 1: "encoder_sequence_length"}
    export(EncoderWrapper(model), (ids, mask), ["input_ids", "attention_mask"], ["last_hidden_state"], {"input_ids": source_axes, "attention_mask": source_axes, "last_hidden_state": source_axes}, folder / "encoder_model.onnx")

    layers, heads, width = sizes(model.config)
    start = [mask, ids[:, :new], torch.randn(batch, length, model.config.d_model)]
    names = ["encoder_attention_mask", "input_ids", "encoder_hidden_states"]
    axes = {"encoder_attention_mask": source_axes, "input_ids": {0: "batch_size", 1: "decoder_sequence_length"}, "encoder_hidden_states": source_axes, "logits": {0: "batch_size", 1: "decoder_sequence_length"}}
    pasts, presents, example = [], [], []
    for layer in range(layers):
        for side, axis, size in (("decoder", "past_decoder_sequence_length", past), ("encoder", "encoder_sequence_length", length)):
            for part in ("key", "value"):
                pasts.append(f"past_key_values.{layer}.{side}.{part}")
                presents.append(f"present.{layer}.{side}.{part}")
                axes[pasts[-1]] = {0: "batch_size", 2: axis}
                axes[presents[-1]] = {0: "batch_size", 2: "total_decoder_sequence_length" if side == "decoder" else axis}
                example.append(torch.randn(batch, heads, size, width))
    with tempfile.TemporaryDirectory() as scratch:
        first, later = Path(scratch) / "first.onnx", Path(scratch) / "later.onnx"
        export(DecoderWrapper(model, False), tuple(start), names, ["logits", *presents], {k: v for k, v in axes.items() if k not in pasts}, first)
        own = [name for name in presents if ".decoder." in name]
        export(DecoderWrapper(model, True), (*start, *example), [*names, *pasts], ["logits", *own], axes, later)
        merge(first, later, [*names, *pasts], ["logits", *presents], axes, (heads, width), folder / "decoder_model_merged.onnx", dummy_source)
