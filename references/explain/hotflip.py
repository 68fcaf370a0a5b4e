"""HotFlip (Ebrahimi, Rao, Lowd & Dou 2018) by brute force over a small vocabulary."""

import torch
import torch.nn.functional as F
from references.explain.explained_model import Input, ordinary
from scipy.stats import spearmanr


def swapped(row, position, token):
    """The row with another token id at one position."""
    ids = [token if t == position else old for t, old in enumerate(row.ids)]
    return Input(row.texts, ids, row.types, row.special, row.sequence, row.words, row.tokens, row.offsets)


def loss_and_gradient(model, row, label):
    """ℒ = cross entropy against the original prediction, and ∂ℒ/∂E [length, width]."""
    values = model.embeddings(row)[None].clone().requires_grad_(True)
    loss = F.cross_entropy(model.run(row, values).logits, torch.tensor([label]))
    return loss.item(), torch.autograd.grad(loss, values)[0][0]


def first_order(model, row, label, vocabulary):
    """(E_b − E_a) · ∂ℒ/∂E_i for every ordinary position and candidate, [positions, candidates]."""
    _, gradient = loss_and_gradient(model, row, label)
    places = ordinary(row)
    table, own = model.table[vocabulary], model.embeddings(row)[places]
    return gradient[places] @ table.T - (gradient[places] * own).sum(-1, keepdim=True)


def true_changes(model, row, label, vocabulary):
    """ℒ after each single flip minus ℒ before, and the class predicted after it: two [positions, candidates]."""
    before, _ = loss_and_gradient(model, row, label)
    losses, classes = [], []
    for position in ordinary(row):
        values = model.embeddings(row).repeat(len(vocabulary), 1, 1)
        values[:, position] = model.table[vocabulary]
        with torch.no_grad():
            logits = torch.cat([model.run(row, chunk).logits for chunk in values.split(64)])
        labels = torch.full((len(vocabulary),), label)
        losses.append(F.cross_entropy(logits, labels, reduction="none") - before)
        classes.append(logits.argmax(-1))
    return torch.stack(losses), torch.stack(classes)


def rank_correlation(estimates, changes):
    return float(spearmanr(estimates.reshape(-1), changes.reshape(-1)).statistic)


def greedy(model, row, label, vocabulary, most):
    """Flip the best first-order pair again and again, each position once, until the class changes: [{position, token, score, class, loss}]."""
    steps, free = [], ordinary(row)
    places = ordinary(row)
    while free and len(steps) < most:
        scores = first_order(model, row, label, vocabulary)
        for k, position in enumerate(places):
            for c, token in enumerate(vocabulary):
                if position not in free or token == row.ids[position]:
                    scores[k, c] = float("-inf")
        best = int(scores.argmax())
        position, token = places[best // len(vocabulary)], vocabulary[best % len(vocabulary)]
        row = swapped(row, position, token)
        free = [t for t in free if t != position]
        loss, _ = loss_and_gradient(model, row, label)
        with torch.no_grad():
            predicted = int(model.run(row).logits[0].argmax())
        steps.append(
            {
                "position": position,
                "token": token,
                "score": scores.reshape(-1)[best].item(),
                "loss": loss,
                "class": predicted,
            }
        )
        if predicted != label:
            break
    return steps
