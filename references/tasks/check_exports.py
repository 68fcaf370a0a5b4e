"""Sanity check: the exported tiny encoders give what torch gives, for several shapes and paddings. Writes nothing."""

import sys

import numpy
import onnxruntime
import torch
from references.common.paths import MODEL_FOLDERS
from references.tasks.tiny_encoders import MODELS, build

SHAPES = [(1, 2), (1, 3), (3, 17), (2, 40), (4, 64)]


def worst_difference(arch, task):
    model, name, inputs, outputs = build(arch, task)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(MODEL_FOLDERS / name / "onnx" / "model.onnx"), options)
    assert [i.name for i in session.get_inputs()] == inputs, [i.name for i in session.get_inputs()]
    generator = torch.Generator().manual_seed(1)
    worst, spread = 0.0, []
    for rows, length in SHAPES:
        shape = (rows, 3, length) if task == "multiple-choice" else (rows, length)
        ids = torch.randint(5, model.config.vocab_size, shape, generator=generator)
        mask = torch.ones_like(ids)
        mask[-1, ..., length - length // 3 :] = 0
        ids[mask == 0] = model.config.pad_token_id
        types = torch.zeros_like(ids)
        types[..., length // 2 :] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
        feed = {key: feed[key] for key in inputs}
        with torch.no_grad():
            expected = model(**feed)
        got = session.run(outputs, {key: value.numpy() for key, value in feed.items()})
        for key, value in zip(outputs, got, strict=True):
            reference = expected[key].numpy()
            assert reference.shape == value.shape, (name, key, reference.shape, value.shape)
            worst = max(worst, float(numpy.abs(reference - value).max()))
            spread.append(float(reference.std()))
    return name, worst, spread


if __name__ == "__main__":
    torch.set_num_threads(1)
    for arch, task in MODELS:
        if len(sys.argv) < 2 or sys.argv[1] in f"{arch}-{task}":
            name, worst, spread = worst_difference(arch, task)
            print(f"{name:40s} {worst:.1e}  std {min(spread):.2f}..{max(spread):.2f}", flush=True)
            assert worst < 2e-5, name
