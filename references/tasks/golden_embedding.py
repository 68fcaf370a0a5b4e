"""Cases of embedding: mean, max, cls, pooler, token, and normalised forms, after docs/square-wire.md#embedding with its correction."""

import torch
from references.tasks.golden_classification import batches_of, begin, run
from references.tasks.inputs import SINGLE

FULL_LIMIT = 330


def pool(hidden, mask):
    """mean: sum of m·h over sum of m; max: masked positions at -1e9; cls: the first position. hidden [T, H], mask [T]."""
    weights = mask[:, None].to(hidden.dtype)
    return {
        "mean": (hidden * weights).sum(0) / weights.sum(0),
        "max": hidden.masked_fill(mask[:, None] == 0, -1e9).max(0).values,
        "cls": hidden[0],
    }


def normalise(vectors):
    """x / max(‖x‖₂, 1e-12) over the last axis."""
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp_min(1e-12)


def embedding_cases(model, encoder, pooler, sentence=None):
    """`token` is given in full for short inputs; every input has `token_row_means`, the mean over H of each real position."""
    cases = []
    for number, batch in enumerate(batches_of(SINGLE)):
        encodings, cuts, fields, output = run(model, encoder, batch)
        for row, item in enumerate(batch):
            case = begin(len(cases), item, number, cuts[row], encodings[row], fields, row, encoder.inputs, ("word_ids",))
            hidden, length = output.last_hidden_state[row], len(encodings[row].ids)
            case |= pool(hidden, torch.tensor(fields["attention_mask"][row]))
            if pooler:
                case["pooler"] = output.pooler_output[row]
            if len(cases) < 4:
                case["mean_normalized"] = normalise(case["mean"])
            if length * hidden.shape[1] <= FULL_LIMIT or (item == "hello" and length < 5):
                case |= {"token": hidden[:length], "token_normalized": normalise(hidden[:length])}
            case["token_row_means"] = hidden[:length].mean(-1)
            cases.append(case)
    return cases


def sentence_cases(sentence_model, encoder):
    """What the sentence-transformers library itself gives; its token ids must be ours."""
    cases = []
    for number, batch in enumerate(batches_of(SINGLE)):
        encodings, cuts, fields, _ = *zip(*[encoder.encode(item) for item in batch], strict=True), None, None
        fields = encoder.pad(encodings)
        theirs = sentence_model.preprocess(batch)
        assert theirs["input_ids"].tolist() == fields["input_ids"], "the sentence-transformers tokenizer differs"
        embeddings = sentence_model.encode(batch, batch_size=len(batch), convert_to_tensor=True, show_progress_bar=False)
        for row, item in enumerate(batch):
            cases.append(begin(len(cases), item, number, cuts[row], encodings[row], fields, row, encoder.inputs) | {"embedding": embeddings[row]})
    return cases
