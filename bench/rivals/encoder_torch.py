"""Forward, forward and backward, or integrated gradients of a starter classifier in torch eager; peak memory of the process.

The request comes as JSON on the standard input: {mode, rows, tokens, runs, threads, steps}.
"""

import json
import resource
import statistics
import sys
import time

import torch

from references.common.starter_weights import load_starter


def main():
    request = json.load(sys.stdin)
    torch.set_num_threads(request["threads"])
    model = load_starter("sentiment-en").eval()
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    rows, tokens = request["rows"], request["tokens"]
    ids = (1000 + torch.arange(rows * tokens) % 3000).reshape(rows, tokens)
    mask = torch.ones_like(ids)
    embed = model.get_input_embeddings()

    def forward():
        with torch.no_grad():
            model(input_ids=ids, attention_mask=mask)

    def gradient(values=None):
        values = (embed(ids) if values is None else values).detach().requires_grad_(True)
        logits = model(inputs_embeds=values, attention_mask=mask[:1].expand(values.shape[0], -1)).logits
        return torch.autograd.grad(logits[:, 1].sum(), values)[0]

    def integrated():
        """Every step of the path in batches of `rows`, as Captum's internal_batch_size does."""
        own = embed(ids[:1])
        baseline = embed(torch.zeros_like(ids[:1]))
        shares = (torch.arange(request["steps"]) + 0.5) / request["steps"]
        total = torch.zeros_like(own)
        for part in shares.split(rows):
            total += gradient(baseline + part[:, None, None] * (own - baseline)).sum(0, keepdim=True)
        return (total / request["steps"] * (own - baseline)).sum(-1)

    run = {"forward": forward, "gradient": gradient, "integrated": integrated}[request["mode"]]
    run()
    times = []
    for _ in range(request["runs"]):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    print(json.dumps({"ms": statistics.median(times), "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


main()
