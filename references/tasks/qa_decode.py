"""Span decoding for extractive question answering, written from docs/square-wire.md#question-answering alone: an oracle for the product's decoder.

Works on windows: dicts with `start_logits`, `end_logits` (T numbers each), `sequence_ids` (1 = context), `word_ids` and
`offsets` (code points of the context). Rules in README.md, section Question answering."""

import numpy

MASKED = -10000.0
TIE = 1e-4


def softmax(logits):
    shifted = numpy.exp(logits - logits.max())
    return shifted / shifted.sum()


def word_ranges(windows):
    """First and last code point of each word of the context. A word that one window cuts is whole in the union of all."""
    words = {}
    for window in windows:
        for sequence, word, (start, end) in zip(window["sequence_ids"], window["word_ids"], window["offsets"], strict=True):
            if sequence == 1 and word is not None:
                low, high = words.get(word, (start, end))
                words[word] = (min(low, start), max(high, end))
    return words


def window_spans(window, words, max_answer_len, number):
    """All spans of one window with a score above zero, and the window's no-answer score."""
    allowed = numpy.array([index == 0 or sequence == 1 for index, sequence in enumerate(window["sequence_ids"])])
    p = softmax(numpy.where(allowed, numpy.asarray(window["start_logits"], dtype=numpy.float64), MASKED))
    q = softmax(numpy.where(allowed, numpy.asarray(window["end_logits"], dtype=numpy.float64), MASKED))
    no_answer = float(p[0] * q[0])
    spans = []
    context = [t for t, sequence in enumerate(window["sequence_ids"]) if sequence == 1 and window["word_ids"][t] is not None]
    for i in context:
        for j in context:
            if i <= j <= i + max_answer_len - 1 and p[i] * q[j] > 0:
                start, end = words[window["word_ids"][i]][0], words[window["word_ids"][j]][1]
                spans.append((-float(p[i] * q[j]), number, i, j, start, end))
    return spans, no_answer


def answer(score, start, end, context):
    """An answer starts at its first character that is no white space, which some tokenizers count to the word behind it."""
    text = context[start:end]
    return {"score": score, "start": end - len(text.lstrip()), "end": end, "answer": text.lstrip()}


def decode(windows, context, topk=1, max_answer_len=128, show_null_answers=True):
    """Answers, best first, and whether two neighbours among them (or the first one left out) are too close to call."""
    spans, nulls, words = [], [], word_ranges(windows)
    for number, window in enumerate(windows):
        found, no_answer = window_spans(window, words, max_answer_len, number)
        spans += found
        nulls.append(no_answer)
    best = {}
    for negative, _, _, _, start, end in sorted(spans):
        best.setdefault((start, end), -negative)
    answers = [answer(score, start, end, context) for (start, end), score in best.items()]
    contenders = answers[: topk + 1]
    answers = answers[:topk]
    null = {"score": min(nulls), "start": 0, "end": 0, "answer": ""}
    if show_null_answers or not answers:
        answers.append(null)
        contenders = sorted([*contenders, null], key=lambda a: -a["score"])
    answers = sorted(answers, key=lambda a: -a["score"])[:topk]
    pairs = zip(contenders, contenders[1:], strict=False)
    return answers, any(a["score"] - b["score"] < TIE * a["score"] for a, b in pairs)


def self_check():
    """The worked example of docs/square-wire.md#question-answering."""
    window = {
        "start_logits": [1, 5, 5, 0, 2, 0.5, -1, 0, 9], "end_logits": [1, 5, 5, 0, -1, 0.5, 2, 0, 9],
        "sequence_ids": [None, 0, 0, None, 1, 1, 1, None, None], "word_ids": [None, 0, 1, None, 0, 1, 2, None, None],
        "offsets": [(0, 0), (0, 1), (2, 3), (0, 0), (0, 1), (2, 3), (4, 5), (0, 0), (0, 0)],
    }
    answers, _ = decode([window], "a b c", topk=10)
    scores = [round(a["score"], 5) for a in answers]
    assert scores == [0.37144, 0.08288, 0.08288, 0.05027, 0.01849, 0.01849, 0.01849], scores
    assert answers[3]["answer"] == "" and answers[0]["answer"] == "a b c"
    short, _ = decode([window], "a b c", topk=10, max_answer_len=1, show_null_answers=False)
    assert [round(a["score"], 5) for a in short] == [0.01849] * 3


if __name__ == "__main__":
    self_check()
    print("ok")
