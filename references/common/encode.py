"""Tokenize as references/README.md says: which side is cut, how long contexts become windows (#truncation)."""

import json
from pathlib import Path

import torch

from tokenizers import Tokenizer

DEFAULT_STRIDE = 128


class Row:
    """Fields of one tokenized input, of which only some tokens of either text are kept; special tokens always are."""

    def __init__(self, encoding, keep):
        """`keep`: for sequence 0 and 1 the (start, end) of the kept tokens, counted within that text."""
        seen, kept = {0: 0, 1: 0}, []
        for position, sequence in enumerate(encoding.sequence_ids):
            special = bool(encoding.special_tokens_mask[position]) or sequence is None
            if special or keep[sequence][0] <= seen[sequence] < keep[sequence][1]:
                kept.append(position)
            if not special:
                seen[sequence] += 1
        for name in ("ids", "attention_mask", "type_ids", "special_tokens_mask", "word_ids", "sequence_ids", "offsets"):
            values = getattr(encoding, name)
            setattr(self, name, [values[position] for position in kept])


class Encoder:
    """The tokenizer of a model folder with its limits and its padding id.

    Texts are tokenized whole and cut here: tokenizers 0.23 with truncation stops early and loses windows (its issue 2091)."""

    def __init__(self, folder, inputs, pad_id):
        folder = Path(folder)
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.limit = json.loads((folder / "tokenizer_config.json").read_text())["model_max_length"]
        sentence = folder / "sentence_bert_config.json"
        if sentence.exists():
            self.limit = min(self.limit, json.loads(sentence.read_text())["max_seq_length"])
        self.inputs, self.pad_id = inputs, pad_id

    def count(self, text):
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def encode(self, item):
        """One text or a pair, cut to the limit. Gives (row, what was cut)."""
        single = isinstance(item, str)
        encoding = self.tokenizer.encode(*([item] if single else item))
        budget = self.limit - self.tokenizer.num_special_tokens_to_add(not single)
        first, second = self.count(item if single else item[0]), 0 if single else self.count(item[1])
        excess = first + second - budget
        strategy = None
        if excess > 0 and (single or (first >= second and first > excess)):
            strategy, first = "only_first", first - excess
        elif excess > 0 and second > excess:
            strategy, second = "only_second", second - excess
        elif excess > 0:  # both sides are too long to be spared: halves, an odd token goes to the longer
            half, odd = budget // 2, budget % 2
            strategy, first, second = "longest_first", half + (odd if first > second else 0), half + (0 if first > second else odd)
        row = Row(encoding, ((0, first), (0, second)))
        assert len(row.ids) <= self.limit and (strategy is None or len(row.ids) == self.limit)
        return row, strategy

    def windows(self, question, context, stride=DEFAULT_STRIDE):
        """All windows of a (question, context) pair. Gives (rows, overlap used, question kept)."""
        budget = self.limit - self.tokenizer.num_special_tokens_to_add(True)
        question = self.shorten(question, budget - budget // 4)
        asked, total = self.count(question), self.count(context)
        room = budget - asked
        overlap = min(stride, room // 2)
        encoding = self.tokenizer.encode(question, context)
        starts = [0]
        while starts[-1] + room < total:
            starts.append(starts[-1] + room - overlap)
        rows = [Row(encoding, ((0, asked), (start, start + room))) for start in starts]
        assert all(len(row.ids) <= self.limit for row in rows)
        return rows, overlap, question

    def shorten(self, text, most):
        """The longest prefix of `text`, in whole tokens, with at most `most` tokens."""
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        return text if len(encoding.ids) <= most else text[: encoding.offsets[most - 1][1]]

    def pad(self, encodings):
        """Right-padded fields of a batch, as the transformers tokenizers give them."""
        longest = max(len(encoding.ids) for encoding in encodings)

        def filled(values, filler):
            return [list(row) + [filler] * (longest - len(row)) for row in values]

        return {
            "input_ids": filled([e.ids for e in encodings], self.pad_id),
            "attention_mask": filled([e.attention_mask for e in encodings], 0),
            "token_type_ids": filled([e.type_ids for e in encodings], 0),
            "special_tokens_mask": filled([e.special_tokens_mask for e in encodings], 1),
            "word_ids": filled([e.word_ids for e in encodings], None),
            "offsets": filled([e.offsets for e in encodings], (0, 0)),
        }

    def feed(self, fields):
        return {name: torch.tensor(fields[name]) for name in self.inputs}


def chunks(items, size=8):
    return [items[start : start + size] for start in range(0, len(items), size)]
