"""Gradient and attention explanations, written from the papers. All give one signed value a token, [length]."""

import numpy as np
import torch
from references.explain.explained_model import ordinary


def simple_grads(model, row, target, reduction="sum"):
    """Gradient × input with the token's own embedding: Σ_h x_th ∂F/∂x_th, or the norm of the products."""
    x = model.embeddings(row)
    products = x * model.gradient(row, x[None], target)[0]
    return products.sum(-1) if reduction == "sum" else products.norm(dim=-1)


def gradient_norm(model, row, target, reduction="l2"):
    """‖∂F/∂x_t‖ (Simonyan, Vedaldi & Zisserman 2013): L2, or L1 for "sum"."""
    gradient = model.gradient(row, model.embeddings(row)[None], target)[0]
    return gradient.norm(dim=-1) if reduction == "l2" else gradient.abs().sum(-1)


def quadrature(name, n):
    """Nodes and weights on [0, 1]."""
    if name == "gauss_legendre":
        nodes, weights = np.polynomial.legendre.leggauss(n)
        return torch.tensor((nodes + 1) / 2), torch.tensor(weights / 2)
    shift = 0.5 if name == "midpoint" else 0.0
    return (torch.arange(n, dtype=torch.float64) + shift) / n, torch.full((n,), 1 / n, dtype=torch.float64)


def integrated_grads(model, row, target, baseline, rule, steps):
    """Sundararajan, Taly & Yan 2017: (x − x') ⊙ ∫₀¹ ∂F(x' + α(x − x')) dα on the word embeddings."""
    x, base = model.embeddings(row), model.baseline(row, baseline)
    alpha, weights = quadrature(rule, steps)
    points = base + alpha[:, None, None] * (x - base)
    mean = (weights[:, None, None] * model.gradient(row, points, target)).sum(0)
    return ((x - base) * mean).sum(-1)


def smooth_grads(model, row, target, noise, draws, seed, reduce):
    """Smilkov et al. 2017: a map at x + N(0, σ²), σ = noise · (max x − min x), for each draw: [draws, length]."""
    x = model.embeddings(row)
    sigma = noise * (x.max() - x.min())
    generator = torch.Generator().manual_seed(seed)
    points = x + sigma * torch.randn((draws, *x.shape), generator=generator, dtype=x.dtype)
    gradient = model.gradient(row, points, target)
    return {name: make(points, gradient) for name, make in reduce.items()}


def attentions(model, row, target=None):
    """Attention weights of all layers, and dF/d(weights) of the last: [layers][heads, query, key]."""
    x = model.embeddings(row)[None].clone().requires_grad_(True)
    result = model.run(row, x, output_attentions=True)
    layers = [layer[0].detach() for layer in result.attentions]
    if target is None:
        return layers, None
    (gradient,) = torch.autograd.grad(target.of(result).sum(), result.attentions[-1])
    return layers, gradient[0]


def attention(model, row, queries):
    """Last layer, mean over heads, from the query positions."""
    layers, _ = attentions(model, row)
    return layers[-1].mean(0)[queries].mean(0)


def scaled_attention(model, row, target, queries):
    """Serrano & Smith 2019: attention weight × its gradient, last layer, mean over heads and query positions."""
    layers, gradient = attentions(model, row, target)
    return (layers[-1] * gradient).mean(0)[queries].mean(0)


def attention_rollout(model, row, queries):
    """Abnar & Zuidema 2020: rows of Π_l (½ mean over heads of A_l + ½ I), each factor normalised to row sums of 1."""
    layers, _ = attentions(model, row)
    rolled = torch.eye(len(row.ids), dtype=torch.float64)
    for layer in layers:
        mixed = (layer.mean(0) + torch.eye(len(row.ids), dtype=torch.float64)) / 2
        rolled = mixed / mixed.sum(-1, keepdim=True) @ rolled
    return rolled[queries].mean(0)


def blocks(model):
    """The model's transformer blocks, in order."""
    for module in model.model.modules():
        if isinstance(module, torch.nn.ModuleList) and len(module) == model.layers:
            return module
    raise ValueError("no list of blocks")


def layer_integrated_grads(model, row, target, baseline, layer, rule="gauss_legendre", steps=20):
    """Integrated gradients of the hidden state that enters block `layer`, from its value at the baseline to its value at x."""
    block = blocks(model)[layer]
    states = []
    watch = block.register_forward_pre_hook(lambda _, given: states.append(given[0].detach()))
    with torch.no_grad():
        model.run(row)
        model.run(row, model.baseline(row, baseline)[None])
    watch.remove()
    to, start = states[0][0], states[1][0]
    alpha, weights = quadrature(rule, steps)
    points = (start + alpha[:, None, None] * (to - start)).requires_grad_(True)
    feed = block.register_forward_pre_hook(lambda _, given: (points, *given[1:]))
    result = model.run(row, model.embeddings(row)[None].repeat(steps, 1, 1))
    feed.remove()
    (gradient,) = torch.autograd.grad(target.of(result).sum(), points)
    return ((to - start) * (weights[:, None, None] * gradient).sum(0)).sum(-1)


def queries_of(target, row):
    """Positions that F reads: those of a span or token, else the first."""
    found = sorted({index[0] for name, index, _ in target.terms if name != "logits" or len(index) == 2})
    return found or [0]


def ordinary_values(row, values):
    kept = set(ordinary(row))
    return [value for t, value in enumerate(values) if t in kept]
