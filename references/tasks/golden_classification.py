"""Cases of sequence classification, regression, multiple choice and token classification."""

import torch
from references.common.encode import chunks
from references.tasks.inputs import CHOICES, NLI, PAIRS, SINGLE

TIE = 1e-3
FIELDS = ("input_ids", "attention_mask", "token_type_ids", "special_tokens_mask")


def batches_of(items):
    """Eights of consecutive items; the last three (the longest) on their own."""
    return [*chunks(items[:-3]), items[-3:]]


def head(logits):
    """Softmax, argmax and the places where the two best logits are too close to call."""
    best = logits.topk(2, dim=-1).values if logits.shape[-1] > 1 else None
    return torch.softmax(logits, -1), logits.argmax(-1), (best[..., 0] - best[..., 1]) < TIE


def run(model, encoder, batch):
    encodings, cuts = zip(*[encoder.encode(item) for item in batch], strict=True)
    fields = encoder.pad(encodings)
    with torch.no_grad():
        return encodings, cuts, fields, model(**encoder.feed(fields))


def begin(index, item, batch_index, cut, encoding, fields, row, inputs, extra=()):
    names = [name for name in (*FIELDS, *extra) if name != "token_type_ids" or name in inputs]
    return {"input": item, "batch": batch_index, "truncation": cut, "length": len(encoding.ids), **{name: fields[name][row] for name in names}}


def sequence_cases(model, encoder, items):
    cases = []
    for number, batch in enumerate(batches_of(items)):
        encodings, cuts, fields, output = run(model, encoder, batch)
        for row, item in enumerate(batch):
            case = begin(len(cases), item, number, cuts[row], encodings[row], fields, row, encoder.inputs)
            logits = output.logits[row]
            if len(logits) == 1:
                case |= {"logits": logits, "labels": []}
            else:
                probabilities, label, tie = head(logits)
                case |= {"logits": logits, "probabilities": probabilities, "label": int(label), "near_tie": bool(tie)}
            cases.append(case)
    return cases


def token_cases(model, encoder, items):
    cases = []
    for number, batch in enumerate(batches_of(items)):
        encodings, cuts, fields, output = run(model, encoder, batch)
        for row, item in enumerate(batch):
            case = begin(len(cases), item, number, cuts[row], encodings[row], fields, row, encoder.inputs, ("word_ids", "offsets"))
            probabilities, labels, ties = head(output.logits[row])
            near = [int(position) for position in torch.nonzero(ties).flatten()]
            cases.append(case | {"logits": output.logits[row], "probabilities": probabilities, "labels": labels.tolist(), "near_ties": near})
    return cases


def choice_cases(model, encoder, questions=CHOICES):
    """One case is one question: N rows, padded to the longest, logits [1, N]."""
    cases = []
    for rows in questions:
        encodings, cuts = zip(*[encoder.encode(row) for row in rows], strict=True)
        fields = encoder.pad(encodings)
        with torch.no_grad():
            logits = model(**{name: tensor[None] for name, tensor in encoder.feed(fields).items()}).logits
        names = [name for name in FIELDS if name != "token_type_ids" or name in encoder.inputs]
        case = {"input": rows, "truncation": list(cuts), **{name: fields[name] for name in names}}
        tie = len(rows) > 1 and bool(head(logits)[2][0])
        cases.append(case | {"logits": logits, "probabilities": torch.softmax(logits, -1), "labels": logits.argmax(-1).tolist(), "near_tie": tie})
    return cases


def sequence_inputs(name):
    return {"sentiment-en": SINGLE, "nli-en": NLI + SINGLE[:1] + PAIRS}.get(name, SINGLE + PAIRS)
