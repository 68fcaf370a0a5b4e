"""Explanations that only run the model forward: leave-one-out, exact Shapley values, LIME's ridge regression."""

import itertools
import math

import numpy as np
import torch
from references.explain.explained_model import ordinary


def features_of(row, granularity):
    """Token positions that go together."""
    return row.words if granularity == "word" else [[t] for t in ordinary(row)]


def worth(model, row, target, baseline, masks, granularity="word"):
    """F of the row in which the features with 0 in the mask hold the baseline, [masks]."""
    features = features_of(row, granularity)
    values = [
        model.without(row, [t for on, feature in zip(mask, features) if not on for t in feature], baseline)
        for mask in masks
    ]
    return model.forward(row, torch.stack(values), target).numpy()


def occlusion(model, row, target, baseline, granularity):
    """F(x) − F(x without feature i), one value a feature."""
    count = len(features_of(row, granularity))
    masks = [[0 if i == gone else 1 for i in range(count)] for gone in range(count)]
    return model.f(row, target) - worth(model, row, target, baseline, masks, granularity)


def exact_shapley(model, row, target, baseline):
    """φ_i = Σ_{S ∌ i} |S|! (d − |S| − 1)! / d! · (v(S ∪ i) − v(S)) over words, by full enumeration."""
    count = len(row.words)
    masks = list(itertools.product((0, 1), repeat=count))
    value = dict(zip(masks, worth(model, row, target, baseline, masks)))
    phi = np.zeros(count)
    for mask in masks:
        size = sum(mask)
        for i in range(count):
            if not mask[i]:
                weight = math.factorial(size) * math.factorial(count - size - 1) / math.factorial(count)
                phi[i] += weight * (value[(*mask[:i], 1, *mask[i + 1 :])] - value[mask])
    return phi


def masks_of(count, draws, seed):
    """The whole row, then rows with 1 … count features gone, each number alike (as LIME's text explainer draws)."""
    generator = np.random.default_rng(seed)
    masks = [[1] * count]
    for _ in range(draws):
        gone = generator.choice(count, generator.integers(1, count + 1), replace=False)
        masks.append([0 if i in gone else 1 for i in range(count)])
    return masks


def lime(masks, y, kernel_width=25, penalty=1.0):
    """Ribeiro, Singh & Guestrin 2016, text: weights √exp(−D²/25²), D = 100 · cosine distance to the whole row; ridge with a free intercept."""
    z = np.array(masks, dtype=float)
    ones = np.ones(z.shape[1])
    norms = np.linalg.norm(z, axis=1) * np.linalg.norm(ones)
    cosine = np.divide(z @ ones, norms, out=np.zeros(len(z)), where=norms > 0)
    weights = np.sqrt(np.exp(-((100 * (1 - cosine)) ** 2) / kernel_width**2))
    design = np.hstack([z, np.ones((len(z), 1))])
    ridge = np.diag([penalty] * z.shape[1] + [0.0])
    solved = np.linalg.solve(design.T @ (weights[:, None] * design) + ridge, design.T @ (weights * y))
    return solved[:-1], solved[-1], weights


def spread(row, features, values):
    """A feature's value in equal parts on its tokens, [length]."""
    out = torch.zeros(len(row.ids), dtype=torch.float64)
    for feature, value in zip(features, values):
        out[feature] = float(value) / len(feature)
    return out
