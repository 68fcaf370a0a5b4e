"""Tokens a second of transformers' `generate` on a starter model. The request comes as JSON on the standard input."""

import json
import sys
import time

import torch
from tokenizers import Tokenizer

from references.common.paths import STARTERS
from references.common.starter_weights import load_starter


def batch(prompts, is_pair):
    longest = max(map(len, prompts))

    def padded(row, value):
        gap = [value] * (longest - len(row))
        return row + gap if is_pair else gap + row

    return {
        "input_ids": torch.tensor([padded(row, 0) for row in prompts]),
        "attention_mask": torch.tensor([padded([1] * len(row), 0) for row in prompts]),
    }


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    model = load_starter(request["model"]).eval()
    tokenizer = Tokenizer.from_file(str(STARTERS / request["model"] / "tokenizer.json"))
    ids = [tokenizer.encode(text).ids for text in request["prompts"]]
    fields = batch([ids[i % len(ids)] for i in range(request["inFlight"])], model.config.is_encoder_decoder)
    tokens = request["tokens"]
    options = {"max_new_tokens": tokens, "min_new_tokens": tokens, "num_beams": request["beams"], "do_sample": False}
    with torch.no_grad():
        model.generate(**fields, **options)
        start = time.perf_counter()
        for _ in range(request["rounds"]):
            model.generate(**fields, **options)
        seconds = time.perf_counter() - start
    print(request["rounds"] * request["inFlight"] * tokens / seconds)


main()
