"""Input reduction (Feng et al. 2018) by trying every subset of the words."""

import itertools

import torch

LONGEST_ANSWER = 15


def predict_label(model, texts):
    """(label, {label: probability})"""
    with torch.no_grad():
        probabilities = model.run(model.encode(*texts)).logits.softmax(-1)[0]
    return int(probabilities.argmax()), {label: value.item() for label, value in enumerate(probabilities)}


def predict_answer(model, texts):
    """((start, end) in the context or None for no answer, {span: probability}), as docs/square-wire.md#question-answering decodes one window."""
    row = model.encode(*texts)
    with torch.no_grad():
        result = model.run(row)
    context = [t for t, sequence in enumerate(row.sequence) if sequence == 1]
    allowed = torch.tensor([0, *context])
    p = result.start_logits[0, allowed].softmax(-1)
    q = result.end_logits[0, allowed].softmax(-1)
    scores = {None: (p[0] * q[0]).item()}
    for a, i in enumerate(context, 1):
        for b, j in enumerate(context[a - 1 : a - 1 + LONGEST_ANSWER], a):
            span = (row.offsets[i][0], row.offsets[j][1])
            scores[span] = max(scores.get(span, 0.0), (p[a] * q[b]).item())
    return max(scores, key=scores.get), scores


def subsets(model, predict, texts, reduced):
    """Every non-empty choice of the words of texts[reduced]: {mask: (prediction, probability of the original prediction)}."""
    words = texts[reduced].split()
    original, _ = predict(model, texts)
    found = {}
    for mask in itertools.product((0, 1), repeat=len(words)):
        if not any(mask):
            continue
        kept = " ".join(word for on, word in zip(mask, words) if on)
        changed = tuple(kept if k == reduced else text for k, text in enumerate(texts))
        prediction, scores = predict(model, changed)
        found[mask] = (prediction, scores.get(original, 0.0))
    return original, found


def reachable(original, found):
    """Masks reached from the whole text by taking one word at a time, the prediction kept at every step."""
    whole = max(found, key=sum)
    seen, front = {whole}, [whole]
    while front:
        nearer = {fewer for mask in front for fewer in one_less(mask) if fewer in found and found[fewer][0] == original}
        front = sorted(nearer - seen)
        seen |= nearer
    return seen


def one_less(mask):
    return [(*mask[:i], 0, *mask[i + 1 :]) for i, on in enumerate(mask) if on]


def beam_search(original, found, width):
    """Keep the `width` surviving candidates with the highest probability of the original prediction; the last front, best first."""
    front = [max(found, key=sum)]
    path = [front]
    while True:
        candidates = {
            fewer for mask in front for fewer in one_less(mask) if fewer in found and found[fewer][0] == original
        }
        if not candidates:
            return path
        front = sorted(candidates, key=lambda mask: (-found[mask][1], [-on for on in mask]))[:width]
        path.append(front)
