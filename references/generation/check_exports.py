"""Sanity check: exported generators, run step by step with their cache, give what torch gives on the whole text at once."""

import sys

import numpy
import onnxruntime
import torch
from references.common.paths import MODEL_FOLDERS
from references.generation.export_causal import cache_shape
from references.generation.export_seq2seq import sizes
from references.generation.tiny_generators import GENERATORS, build_generator, is_encoder_decoder

STEPS = [5, 1, 1, 2]


def session(path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options)


def run(onnx, feed):
    names = [output.name for output in onnx.get_outputs()]
    return dict(zip(names, onnx.run(names, {key: numpy.asarray(value) for key, value in feed.items()}), strict=True))


def causal(model, path, batch):
    onnx = session(path)
    wanted = {value.name for value in onnx.get_inputs()}
    cached = any("past" in name for name in wanted)
    layers, heads, width = cache_shape(model.config)
    total = sum(STEPS)
    ids = torch.randint(3, model.config.vocab_size - 1, (batch, total), generator=torch.Generator().manual_seed(batch))
    mask = torch.ones_like(ids)
    mask[0, :2] = 0
    positions = (mask.cumsum(1) - 1).clamp_min(0)
    with torch.no_grad():
        expected = model(input_ids=ids, attention_mask=mask, position_ids=positions).logits.numpy()
    past = {f"past_key_values.{layer}.{part}": numpy.zeros((batch, heads, 0, width), numpy.float32) for layer in range(layers) for part in ("key", "value")} if cached else {}
    done, worst = 0, 0.0
    for size in STEPS:
        start = done if cached else 0
        branch = {"use_cache_branch": [done > 0]}
        feed = {"input_ids": ids[:, start : done + size], "attention_mask": mask[:, : done + size], "position_ids": positions[:, start : done + size], **past, **branch}
        result = run(onnx, {key: value for key, value in feed.items() if key in wanted})
        past = {key.replace("present", "past_key_values"): value for key, value in result.items() if "present" in key}
        real = mask[:, start : done + size].bool().numpy()
        worst = max(worst, float(numpy.abs(result["logits"] - expected[:, start : done + size])[real].max()))
        done += size
    return worst


def seq2seq(model, folder, batch):
    encoder, decoder = session(folder / "encoder_model.onnx"), session(folder / "decoder_model_merged.onnx")
    layers, heads, width = sizes(model.config)
    generator = torch.Generator().manual_seed(batch)
    source = torch.randint(3, model.config.vocab_size - 1, (batch, 9), generator=generator)
    mask = torch.ones_like(source)
    mask[0, 6:] = 0
    target = torch.randint(3, model.config.vocab_size - 1, (batch, sum(STEPS)), generator=generator)
    with torch.no_grad():
        expected = model(input_ids=source, attention_mask=mask, decoder_input_ids=target).logits.numpy()
    hidden = run(encoder, {"input_ids": source, "attention_mask": mask})["last_hidden_state"]
    past = {f"past_key_values.{layer}.{side}.{part}": numpy.zeros((batch, heads, 0, width), numpy.float32) for layer in range(layers) for side in ("decoder", "encoder") for part in ("key", "value")}
    done, worst = 0, 0.0
    for size in STEPS:
        feed = {"encoder_attention_mask": mask, "input_ids": target[:, done : done + size], "encoder_hidden_states": hidden, **past, "use_cache_branch": [done > 0]}
        result = run(decoder, feed)
        for key, value in result.items():
            if "present" in key and (done == 0 or ".decoder." in key):
                past[key.replace("present", "past_key_values")] = value
        worst = max(worst, float(numpy.abs(result["logits"] - expected[:, done : done + size]).max()))
        done += size
    return worst


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in GENERATORS:
        if len(sys.argv) > 1 and sys.argv[1] not in name:
            continue
        model = build_generator(name)
        for folder in [name, "gpt2-nocache", "gpt2-merged"] if name == "gpt2-generation" else [name]:
            path = MODEL_FOLDERS / folder / "onnx"
            worst = max(seq2seq(model, path, batch) if is_encoder_decoder(model) else causal(model, next(path.glob("*.onnx")), batch) for batch in (1, 2, 5))
            print(f"{folder:24s} {worst:.1e}", flush=True)
            assert worst < 1e-4, folder
