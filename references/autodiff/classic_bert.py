"""BERT as transformers 4 wrote it, which is what most published ONNX files hold.

Additive (1 − mask) · −10000, heads by view and permute; optionally learnt relative positions
(Shaw et al. 2018, "relative_key_query") through einsum, as in NEZHA-like models.
"""

import math
from types import SimpleNamespace

import torch
from torch import nn


class SelfAttention(nn.Module):
    def __init__(self, width, heads, positions, relative):
        super().__init__()
        self.heads, self.size, self.positions = heads, width // heads, positions
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.distance_embedding = nn.Embedding(2 * positions - 1, self.size) if relative else None

    def split(self, x):  # [batch, length, width] → [batch, heads, length, size]
        return x.view(x.size()[:-1] + (self.heads, self.size)).permute(0, 2, 1, 3)

    def forward(self, x, mask):
        query, key, value = self.split(self.query(x)), self.split(self.key(x)), self.split(self.value(x))
        scores = torch.matmul(query, key.transpose(-1, -2))
        if self.distance_embedding is not None:
            place = torch.arange(x.size(1), dtype=torch.long)
            distance = place.view(-1, 1) - place.view(1, -1) + self.positions - 1
            relative = self.distance_embedding(distance)  # [query, key, size]
            scores = (
                scores + torch.einsum("bhld,lrd->bhlr", query, relative) + torch.einsum("bhrd,lrd->bhlr", key, relative)
            )
        weights = nn.functional.softmax(scores / math.sqrt(self.size) + mask, dim=-1)
        mixed = torch.matmul(weights, value).permute(0, 2, 1, 3).contiguous()
        return mixed.view(mixed.size()[:-2] + (self.heads * self.size,)), weights


class Layer(nn.Module):
    def __init__(self, width, inner, heads, positions, relative, gelu):
        super().__init__()
        self.gelu = gelu
        self.self_attention = SelfAttention(width, heads, positions, relative)
        self.output = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.intermediate = nn.Linear(width, inner)
        self.dense = nn.Linear(inner, width)
        self.final_norm = nn.LayerNorm(width, eps=1e-12)

    def forward(self, x, mask):
        mixed, weights = self.self_attention(x, mask)
        x = self.norm(self.output(mixed) + x)
        return self.final_norm(self.dense(nn.functional.gelu(self.intermediate(x), approximate=self.gelu)) + x), weights


class ClassicBert(nn.Module):
    """Sequence classifier with the interface that reference.py expects of a transformers model."""

    def __init__(
        self, vocabulary=64, width=16, inner=32, layers=2, heads=2, positions=32, labels=3, relative=False, gelu="none"
    ):
        super().__init__()
        self.word_embeddings = nn.Embedding(vocabulary, width)
        self.position_embeddings = None if relative else nn.Embedding(positions, width)
        self.token_type_embeddings = nn.Embedding(2, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.layers = nn.ModuleList(Layer(width, inner, heads, positions, relative, gelu) for _ in range(layers))
        self.pooler = nn.Linear(width, width)
        self.classifier = nn.Linear(width, labels)
        self.register_buffer("position_ids", torch.arange(positions).expand((1, -1)))

    def get_input_embeddings(self):
        return self.word_embeddings

    def forward(self, input_ids, attention_mask, token_type_ids, **_):
        mask = (1.0 - attention_mask[:, None, None, :].to(self.pooler.weight.dtype)) * -10000.0
        x = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)
        if self.position_embeddings is not None:
            x = x + self.position_embeddings(self.position_ids[:, : input_ids.size(1)])
        x = self.norm(x)
        states, attentions = [x], []
        for layer in self.layers:
            x, weights = layer(x, mask)
            states.append(x)
            attentions.append(weights)
        logits = self.classifier(torch.tanh(self.pooler(x[:, 0])))
        return Result(logits=logits, attentions=attentions, hidden_states=states)


class Result(SimpleNamespace):
    def __getitem__(self, key):
        return getattr(self, key)

    def get(self, key):
        return getattr(self, key, None)
