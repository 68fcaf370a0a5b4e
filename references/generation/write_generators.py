"""Write the folders of the tiny generation models, plus gpt2-nocache and gpt2-merged: the same GPT-2 without a cache, and with one If."""

import sys

import torch
from references.generation.export_causal import export_causal, export_merged_causal
from references.generation.export_seq2seq import export_seq2seq
from references.generation.tiny_generators import GENERATORS, build_generator, is_encoder_decoder, write_generator

DUMMY_SOURCE = ("bart-generation", "marian-generation")


def write(name):
    model = build_generator(name)
    folder = write_generator(name, model)
    if is_encoder_decoder(model):
        export_seq2seq(model, folder / "onnx", name in DUMMY_SOURCE)
    else:
        export_causal(model, folder / "onnx" / "model.onnx")
    if name == "gpt2-generation":
        export_causal(model, write_generator(name, model, "gpt2-nocache") / "onnx" / "model.onnx", cached=False)
        export_merged_causal(model, write_generator(name, model, "gpt2-merged") / "onnx" / "decoder_model_merged.onnx")


if __name__ == "__main__":
    torch.set_num_threads(1)
    for name in GENERATORS:
        if len(sys.argv) < 2 or sys.argv[1] in name:
            write(name)
            print(name, flush=True)
