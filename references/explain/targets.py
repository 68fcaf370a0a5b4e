"""Which scalar F is explained, per task: the pre-softmax logit of what the model predicts."""

import torch
from references.explain.explained_model import Target, ordinary


def predicted_class(model, row):
    logits = _outputs(model, row)["logits"][0]
    return Target((("logits", (int(logits.argmax()),), 1),))


def contrast(model, row):
    """Why the predicted class rather than the second best."""
    first, second = _outputs(model, row)["logits"][0].topk(2).indices.tolist()
    return Target((("logits", (first,), 1), ("logits", (second,), -1)))


def best_span(model, row):
    """s_i + e_j of the best span of context tokens."""
    result = _outputs(model, row)
    start, end = result["start_logits"][0], result["end_logits"][0]
    context = [t for t in ordinary(row) if row.sequence[t] == 1]
    pairs = [(i, j) for i in context for j in context if i <= j < i + 15]
    i, j = max(pairs, key=lambda pair: (start[pair[0]] + end[pair[1]]).item())
    return Target((("start_logits", (i,), 1), ("end_logits", (j,), 1)))


def surest_token(model, row):
    """The predicted class of the ordinary token that is surest of being other than class 0 (or the surest at all)."""
    logits = _outputs(model, row)["logits"][0]
    places = ordinary(row)
    lead = logits[places, 1:].max(-1).values - logits[places, 0]
    token = places[int(lead.argmax())]
    return Target((("logits", (token, int(logits[token].argmax())), 1),))


def _outputs(model, row):
    with torch.no_grad():
        return model.run(row)


TARGETS = {
    "sequence-classification": predicted_class,
    "question-answering": best_span,
    "token-classification": surest_token,
}
