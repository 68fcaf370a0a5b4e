"""A classifier as an explanation sees it: F and its gradient at any word embeddings, tokens, words and baselines."""

import inspect
import json
from dataclasses import dataclass

import torch
import transformers
from references.autodiff.reference import captured_embedding
from references.autodiff.tiny_model import call
from references.common.paths import ROOT
from references.common.starter_weights import fill

from tokenizers import Tokenizer

CHUNK = 64  # rows of one run


@dataclass(frozen=True)
class Input:
    """One row without padding."""

    texts: tuple
    ids: list
    types: list
    special: list  # 1 where no baseline replaces the token
    sequence: list  # 0 or 1, the text a token is of; None for special tokens
    words: list  # token positions of each word
    tokens: list
    offsets: list  # [start, end) in code points of the token's text


@dataclass(frozen=True)
class Target:
    """F = Σ weight · output[index] of one row."""

    terms: tuple  # (output name, index tuple, weight)

    def of(self, result):
        """[rows]"""
        return sum(weight * result[name][(slice(None), *index)] for name, index, weight in self.terms)

    def described(self):
        return [{"output": name, "index": list(index), "weight": weight} for name, index, weight in self.terms]


class ExplainedModel:
    """A model of models/tessera or test/fixtures/models in float64, its weights read from its ONNX file."""

    def __init__(self, folder):
        self.folder = folder
        path = ROOT / folder
        config = transformers.AutoConfig.from_pretrained(path)
        model = getattr(transformers, config.architectures[0])._from_config(config, attn_implementation="eager")
        model, missing = fill(model, [path / "onnx/model.onnx"])
        if missing:
            raise ValueError(f"{folder} lacks {missing}")
        self.model = model.double()
        for weight in self.model.parameters():
            weight.requires_grad_(False)
        self.config = config
        self.tokenizer = Tokenizer.from_file(str(path / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        settings = json.loads((path / "tokenizer_config.json").read_text())
        mask = settings.get("mask_token")
        self.mask_id = self.tokenizer.token_to_id(mask["content"] if isinstance(mask, dict) else mask)
        self.pad_id = config.pad_token_id
        self.layers = config.num_hidden_layers
        self.table = self.model.get_input_embeddings().weight  # [vocabulary, width]
        # By the signature: transformers wraps forward, and the wrapper's own code names no argument.
        self.has_types = (
            "token_type_ids" in inspect.signature(self.model.forward).parameters and getattr(config, "type_vocab_size", 0) > 1
        )

    def encode(self, *texts):
        row = self.tokenizer.encode(*texts)
        return Input(
            texts,
            row.ids,
            row.type_ids,
            row.special_tokens_mask,
            sequences(row),
            words_of(row, texts),
            row.tokens,
            [list(o) for o in row.offsets],
        )

    def embeddings(self, row):
        """[length, width]"""
        return self.table[torch.tensor(row.ids)]

    def nothing(self, baseline):
        """The vector that stands for an absent token, [width]."""
        if baseline == "zero":
            return torch.zeros_like(self.table[0])
        return self.table[self.pad_id if baseline == "pad" else self.mask_id]

    def without(self, row, positions, baseline):
        """The row's embeddings with the baseline at some positions, [length, width]."""
        values = self.embeddings(row).clone()
        values[list(positions)] = self.nothing(baseline)
        return values

    def baseline(self, row, baseline):
        """All ordinary tokens replaced; special tokens, positions and types stay."""
        return self.without(row, ordinary(row), baseline)

    def feeds(self, row, count):
        feeds = {
            "input_ids": torch.tensor([row.ids] * count),
            "attention_mask": torch.ones(count, len(row.ids), dtype=torch.long),
        }
        if self.has_types:
            feeds["token_type_ids"] = torch.tensor([row.types] * count)
        return feeds

    def run(self, row, values=None, **more):
        """The model's outputs at embeddings [rows, length, width], by default the row's own."""
        values = self.embeddings(row)[None] if values is None else values
        with captured_embedding(self.model, replace=values):
            return call(self.model, self.feeds(row, len(values)), **more)

    def forward(self, row, values, target):
        """F at each of the embeddings, [rows]."""
        with torch.no_grad():
            return torch.cat([target.of(self.run(row, chunk)) for chunk in values.split(CHUNK)])

    def gradient(self, row, values, target):
        """dF/d(embeddings) at each of the embeddings, [rows, length, width]."""
        found = []
        for chunk in values.split(CHUNK):
            chunk = chunk.detach().clone().requires_grad_(True)
            found.append(torch.autograd.grad(target.of(self.run(row, chunk)).sum(), chunk)[0])
        return torch.cat(found)

    def f(self, row, target):
        return self.forward(row, self.embeddings(row)[None], target).item()


def ordinary(row):
    return [t for t, special in enumerate(row.special) if not special]


def sequences(row):
    return [None if special else sequence for special, sequence in zip(row.special_tokens_mask, row.sequence_ids)]


def words_of(row, texts):
    """Neighbouring tokens of one pre-tokenizer word without white space between them; a token of white space joins the next word."""
    words, blank, last = [], [], None
    for t, (special, sequence, word) in enumerate(zip(row.special_tokens_mask, row.sequence_ids, row.word_ids)):
        if special:
            blank, last = [], None
            continue
        start, end = row.offsets[t]
        piece = texts[sequence][start:end]
        if not piece.strip():
            blank.append(t)
            continue
        start += len(piece) - len(piece.lstrip())
        joins = (
            last is not None
            and last[:2] == (sequence, word)
            and not any(c.isspace() for c in texts[sequence][last[2] : start])
        )
        if joins:
            words[-1] += [*blank, t]
        else:
            words.append([*blank, t])
        blank, last = [], (sequence, word, end)
    return words
