"""Seconds of integrated gradients in torch eager, steps in batches, on a starter classifier. The request comes as JSON on the standard input."""

import json
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts" / "references"))

import torch
from starter_weights import load_starter


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    model = load_starter(request["model"]).eval()
    for weight in model.parameters():
        weight.requires_grad_(False)
    ids = torch.tensor([request["inputIds"]])
    table = model.get_input_embeddings().weight
    x = table[ids[0]]
    base = table[torch.zeros_like(ids[0])].clone()
    base[0], base[-1] = x[0], x[-1]
    mask = torch.ones_like(ids)

    def gradients(alphas):
        points = (base + alphas[:, None, None] * (x - base)).requires_grad_(True)
        logits = model(inputs_embeds=points, attention_mask=mask.repeat(len(alphas), 1)).logits
        return torch.autograd.grad(logits[:, 1].sum(), points)[0]

    def run():
        alphas = (torch.arange(request["steps"]) + 0.5) / request["steps"]
        total = sum(gradients(chunk).sum(0) for chunk in alphas.split(request["chunk"]))
        return ((x - base) * total / request["steps"]).sum(-1)

    run()
    times = []
    for _ in range(request["rounds"]):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(json.dumps({"seconds": times, "peakMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


main()
