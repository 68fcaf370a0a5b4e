"""Measures of an explanation's faithfulness, from the papers' formulas. p is the predicted class's probability."""

import math

import numpy as np
import torch
from references.explain.explained_model import Input, ordinary
from scipy.stats import kendalltau

ERASER_BINS = [0.01, 0.05, 0.1, 0.2, 0.5]


def probability(model, rows_or_values, row, label):
    """p of the class for other rows (tokens taken out) or for other embeddings of the same row."""
    with torch.no_grad():
        if isinstance(rows_or_values, torch.Tensor):
            return torch.cat(
                [model.run(row, chunk).logits.softmax(-1)[:, label] for chunk in rows_or_values.split(64)]
            ).numpy()
        return np.array([model.run(other).logits.softmax(-1)[0, label].item() for other in rows_or_values])


def deleted(row, gone):
    """The row with tokens taken out."""
    kept = [t for t in range(len(row.ids)) if t not in set(gone)]
    pick = lambda values: [values[t] for t in kept]
    return Input(
        row.texts,
        pick(row.ids),
        pick(row.types),
        pick(row.special),
        pick(row.sequence),
        [],
        pick(row.tokens),
        pick(row.offsets),
    )


def without(model, row, label, sets, way):
    """p after each set of tokens is gone, by `delete` or by replacement with `pad` or `mask`."""
    if way == "delete":
        return probability(model, [deleted(row, gone) for gone in sets], row, label)
    return probability(model, torch.stack([model.without(row, gone, way) for gone in sets]), row, label)


def measures(model, row, label, scores, way):
    """AOPC of both definitions, τ to leave-one-out, deletion and insertion curves. `scores`: one per ordinary token."""
    places = ordinary(row)
    count = len(places)
    order = sorted(range(count), key=lambda i: -scores[i])
    tops = [[places[i] for i in order[:k]] for k in range(count + 1)]
    rests = [[t for t in places if t not in top] for top in tops]
    removed = without(model, row, label, tops, way)  # k = 0 … count
    kept = without(model, row, label, rests, way)
    full = removed[0]
    left_out = full - without(model, row, label, [[t] for t in places], way)
    positive = sum(score > 0 for score in scores)
    percent = sorted({min(math.floor(step * count / 10), positive) for step in range(1, 11)} - {0})
    bins = [math.ceil(share * count) for share in ERASER_BINS]
    mean = lambda curve, sizes: float(np.mean([full - curve[k] for k in sizes])) if sizes else None
    return {
        "way": way,
        "probability": full,
        "deletionCurve": removed,
        "insertionCurve": kept,
        "deletionArea": float(np.trapezoid(removed, dx=1 / count)),
        "insertionArea": float(np.trapezoid(kept, dx=1 / count)),
        # ferret 0.5: every k from 1 to n, negative scores too
        "ferretEveryK": {
            "comprehensiveness": mean(removed, list(range(1, count + 1))),
            "sufficiency": mean(kept, list(range(1, count + 1))),
        },
        # ferret as in its paper: 10 %, 20 % … 100 %, rounded down, positive scores only, equal sets once
        "ferretPercent": {"comprehensiveness": mean(removed, percent), "sufficiency": mean(kept, percent)},
        # ERASER's scorer: mean over the five bins; its paper's formula adds the empty bin
        "eraser": {"comprehensiveness": mean(removed, bins), "sufficiency": mean(kept, bins)},
        "eraserWithEmptyBin": {"comprehensiveness": mean(removed, [0, *bins]), "sufficiency": mean(kept, [0, *bins])},
        "leaveOneOut": left_out,
        "kendallTau": float(kendalltau(left_out, scores).statistic),
    }


def infidelity(scores, masks, falls):
    """Yeh et al. 2019: mean of (Σ_{i gone} φ_i − (F(x) − F(x without them)))²; `scaled`: φ first times its best factor."""
    predicted = np.array([sum(score for on, score in zip(mask, scores) if not on) for mask in masks])
    falls = np.array(falls)
    factor = predicted @ falls / (predicted @ predicted)
    return {
        "plain": float(np.mean((predicted - falls) ** 2)),
        "scaled": float(np.mean((factor * predicted - falls) ** 2)),
    }


def sensitivity_max(original, others):
    """Yeh et al. 2019: max ‖φ(y) − φ(x)‖ / ‖φ(x)‖ over neighbours y."""
    original = np.asarray(original)
    return float(max(np.linalg.norm(np.asarray(other) - original) for other in others) / np.linalg.norm(original))
