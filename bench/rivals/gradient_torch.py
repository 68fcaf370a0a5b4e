"""Time and peak memory of a forward pass, or of forward and backward to the embeddings, in torch eager.

usage: gradient_torch.py forward|gradient BATCH TOKENS ROUNDS THREADS   prints {"ms": …, "peakMb": …}
"""

import json
import resource
import sys
import time

import torch
from transformers import BertConfig, BertForSequenceClassification

mode, (batch, tokens, rounds, threads) = sys.argv[1], map(int, sys.argv[2:6])
torch.set_num_threads(threads)
config = BertConfig(
    vocab_size=15799,
    hidden_size=384,
    num_hidden_layers=6,
    num_attention_heads=12,
    intermediate_size=1536,
    attn_implementation="sdpa",
)
model = BertForSequenceClassification(config).eval()
for parameter in model.parameters():
    parameter.requires_grad_(False)
embeddings = torch.randn(batch, tokens, 384)
mask = torch.ones(batch, tokens, dtype=torch.long)


def run():
    if mode == "forward":
        with torch.no_grad():
            model(inputs_embeds=embeddings, attention_mask=mask)
    else:
        point = embeddings.clone().requires_grad_(True)
        model(inputs_embeds=point, attention_mask=mask).logits.sum().backward()


run()
times = []
for _ in range(rounds):
    start = time.perf_counter()
    run()
    times.append(time.perf_counter() - start)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps({"ms": sorted(times)[len(times) // 2] * 1000, "peakMb": peak}))
