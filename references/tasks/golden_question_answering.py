"""Cases of extractive question answering: windows, their logits, and the decoded answers for several options."""

import torch
from references.common.encode import DEFAULT_STRIDE, chunks
from references.tasks.inputs import QUESTIONS, WINDOW_CASES
from references.tasks.qa_decode import decode

OPTIONS = [
    {},
    {"topk": 2},
    {"topk": 5},
    {"topk": 20},
    {"topk": 5, "max_answer_len": 1},
    {"topk": 3, "max_answer_len": 5},
    {"topk": 3, "show_null_answers": False},
    {"topk": 1, "show_null_answers": False},
]
KEPT = ("input_ids", "token_type_ids", "sequence_ids", "word_ids", "offsets", "start_logits", "end_logits")


def run_windows(model, encoder, encodings):
    """Batches of eight windows, padded; the fields come back without padding."""
    windows = []
    for batch in chunks(encodings):
        with torch.no_grad():
            output = model(**encoder.feed(encoder.pad(batch)))
        for row, encoding in enumerate(batch):
            length = len(encoding.ids)
            windows.append({
                "input_ids": encoding.ids, "token_type_ids": encoding.type_ids, "sequence_ids": encoding.sequence_ids, "word_ids": encoding.word_ids,
                "offsets": encoding.offsets, "start_logits": output.start_logits[row, :length].tolist(), "end_logits": output.end_logits[row, :length].tolist(),
            })
    return windows


def written(windows, inputs):
    """The first two windows and the last in full (without token types where the model has none), the rest by their place only."""
    result = []
    for number, window in enumerate(windows):
        spans = [offset for offset, sequence in zip(window["offsets"], window["sequence_ids"], strict=True) if sequence == 1]
        place = {"length": len(window["input_ids"]), "context_span": [spans[0][0], spans[-1][1]] if spans else None}
        full = number < 2 or number == len(windows) - 1
        result.append(place | ({name: window[name] for name in KEPT if name != "token_type_ids" or name in inputs} if full else {}))
    return result


def question_cases(model, encoder):
    questions = [(question, context, DEFAULT_STRIDE, None) for question, context in QUESTIONS] + WINDOW_CASES
    prepared = [encoder.windows(question, context, stride) for question, context, stride, _ in questions]
    flat = run_windows(model, encoder, [encoding for encodings, _, _ in prepared for encoding in encodings])
    cases = []
    for (question, context, stride, note), (encodings, overlap, kept) in zip(questions, prepared, strict=True):
        windows, flat = flat[: len(encodings)], flat[len(encodings) :]
        decoded = []
        for options in OPTIONS:
            answers, tie = decode(windows, context, **options)
            decoded.append({"options": options, "answers": answers, "near_tie": tie})
        case = {"question": question, "context": context, "stride": stride, "overlap_used": overlap, "question_used": kept}
        cases.append(case | ({"note": note} if note else {}) | {"windows": written(windows, encoder.inputs), "decoded": decoded})
    return cases
