"""Write test/golden/generation/<model>.json from transformers' `generate` in PyTorch. Argument: part of a name, or all."""

import collections
import sys

import torch
from references.common.paths import GOLDEN_GENERATION, MODEL_FOLDERS, ROOT, STARTERS
from references.common.starter_weights import load_starter
from references.common.store import model_provenance, write_golden
from references.generation.settings import ALONE, BASE, BATCHED, CAPTION_PROMPTS, DATE_PROMPTS, RANDOM_PROMPTS, SAMPLING
from references.generation.tiny_generators import GENERATORS, build_generator, is_encoder_decoder, seed_of
from transformers import PreTrainedTokenizerFast
from transformers.utils import logging

from tokenizers import Tokenizer

BATCH, SAMPLED_PROMPTS, SAMPLED_STEPS, KEPT = 6, (0, 5), 5, 50
SCORE_TOLERANCE = 1e-4


class Subject:
    """A model with its tokenizer, prompts and a slightly disturbed twin that tells ties."""

    def __init__(self, name, folder, make, prompts, specials):
        self.name, self.folder = name, folder
        self.model, self.twin = make().eval(), disturb(make().eval())
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.specials = specials
        self.texts = prompts
        self.prompts = [self.tokenizer.encode(text, add_special_tokens=specials).ids for text in prompts]
        config = self.model.generation_config
        self.pad = config.pad_token_id
        self.ends = config.eos_token_id if isinstance(config.eos_token_id, list) else [config.eos_token_id]

    def inputs(self, prompts):
        """Left-padded for decoder-only models, right-padded for encoders."""
        longest = max(map(len, prompts))
        left = not is_encoder_decoder(self.model)
        ids, mask = [], []
        for prompt in prompts:
            gap = longest - len(prompt)
            ids.append([self.pad] * gap + prompt if left else prompt + [self.pad] * gap)
            mask.append([0] * gap + [1] * len(prompt) if left else [1] * len(prompt) + [0] * gap)
        return {"input_ids": torch.tensor(ids), "attention_mask": torch.tensor(mask)}

    def generate(self, prompts, options, model=None):
        """Lists of new ids (cut after the first end token) and their scores, one list per prompt."""
        fields = self.inputs(prompts)
        start = 1 if is_encoder_decoder(self.model) else fields["input_ids"].shape[1]
        settings = (model or self.model).generation_config
        default = settings.max_new_tokens
        settings.max_new_tokens = default if "max_length" not in options else None  # a length that was asked for beats a default
        extra = {"tokenizer": PreTrainedTokenizerFast(tokenizer_object=self.tokenizer)} if "stop_strings" in options else {}
        with torch.no_grad():
            result = (model or self.model).generate(**fields, **options, **extra, return_dict_in_generate=True, output_scores=True)
        settings.max_new_tokens = default
        rows = [self.cut(row[start:]) for row in result.sequences.tolist()]
        scores = getattr(result, "sequences_scores", None)
        scores = scores.tolist() if scores is not None else [None] * len(rows)
        each = len(rows) // len(prompts)
        return [(rows[i * each : (i + 1) * each], scores[i * each : (i + 1) * each]) for i in range(len(prompts))]

    def cut(self, row):
        ends = [position for position, token in enumerate(row) if token in self.ends]
        return row[: ends[0] + 1] if ends else row


def disturb(model, size=2e-6):
    """Weights off by as much as float32 arithmetic in another order may be: what then changes was too close to call."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= 1 + size * torch.randn(parameter.shape, generator=generator)
    return model


def compare(got, other):
    """Whether two results are the same, ids exactly and scores within the tolerance."""
    same = got[0] == other[0]
    return same and all(a is None or abs(a - b) <= SCORE_TOLERANCE * max(1, abs(a)) for a, b in zip(got[1], other[1], strict=True))


def case(subject, name, options, count, batched):
    options = {key: value for key, value in {**BASE, **options}.items() if value is not None}
    if name == "defaults":
        options = {}
    chosen = list(range(count))
    groups = [chosen[start : start + BATCH] for start in range(0, count, BATCH)] if batched else [[index] for index in chosen]
    outputs = []
    for group in groups:
        prompts = [subject.prompts[index] for index in group]
        results, twins = subject.generate(prompts, options), subject.generate(prompts, options, subject.twin)
        for index, result, twin in zip(group, results, twins, strict=True):
            alone = subject.generate([subject.prompts[index]], options)[0] if batched else result
            output = {"prompt": index, "sequences": result[0]}
            if result[1][0] is not None:
                output["sequences_scores"] = result[1]
            output["texts"] = [subject.tokenizer.decode(row) for row in result[0]]
            if not (compare(result, twin) and compare(result, alone)):
                output["near_tie"] = True
            outputs.append(output)
    return {"mode": "ids", "name": name, "options": options, "batched": batched, "outputs": outputs}


def distributions(subject, options, index, seed):
    """Processed probabilities of a few sampled steps: the KEPT best ids, the size of the support, the token that was drawn."""
    torch.manual_seed(seed)
    options = {**BASE, **options, "do_sample": True, "max_new_tokens": SAMPLED_STEPS}
    fields = subject.inputs([subject.prompts[index]])
    start = 1 if is_encoder_decoder(subject.model) else fields["input_ids"].shape[1]
    with torch.no_grad():
        result = subject.model.generate(**fields, **options, return_dict_in_generate=True, output_scores=True)
    drawn, steps = result.sequences[0, start:].tolist(), []
    for step, scores in enumerate(result.scores):
        probabilities = torch.softmax(scores[0].double(), -1)
        support = int((probabilities > 0).sum())
        best = sorted(probabilities.topk(min(KEPT, support)).indices.tolist())
        steps.append({"prefix": drawn[:step], "token": drawn[step], "support": support, "ids": best, "probabilities": probabilities[best].tolist()})
    return {"mode": "distribution", "options": options, "prompt": index, "steps": steps}


def fill_in(subject, cases, options):
    """Options that depend on what the model likes to say: words to forbid, the end token to force, a string to stop at."""
    greedy = [output["sequences"][0] for output in cases[0]["outputs"]]
    tokens = collections.Counter(token for row in greedy for token in row if token not in subject.ends)
    pairs = collections.Counter(pair for row in greedy for pair in zip(row, row[1:]) if not set(pair) & set(subject.ends))
    common = [token for token, _ in tokens.most_common(3)]
    filled = dict(options)
    if "bad_words_ids" in options:
        pair = next(list(pair) for pair, _ in pairs.most_common() if not set(pair) & set(common[:1]))
        filled["bad_words_ids"] = [[common[0]], pair]
    if "forced_eos_token_id" in options:
        filled["forced_eos_token_id"] = subject.ends[0]
    if "stop_strings" in options:
        pieces = [subject.tokenizer.decode([token]).strip() for token in common + [row[2] for row in greedy if len(row) > 3]]
        filled["stop_strings"] = [piece for piece in dict.fromkeys(pieces) if piece and "\ufffd" not in piece][:2]
    return filled


def document(subject, seed, note):
    cases = []
    for settings, batched in ((BATCHED, True), (ALONE, False)):
        for name, options, count in settings:
            cases.append(case(subject, name, fill_in(subject, cases, options) if cases else options, count, batched))
    if is_encoder_decoder(subject.model):
        token = next(row[1] for output in cases[0]["outputs"] for row in output["sequences"] if len(row) > 3)
        cases.append(case(subject, "forced-bos", {"forced_bos_token_id": token}, 8, True))
        cases.append(case(subject, "beam-3-forced-bos", {"forced_bos_token_id": token, "num_beams": 3}, 8, True))
    if not subject.model.generation_config.do_sample:
        cases.append(case(subject, "defaults", {}, 8, False))
    cases += [distributions(subject, options, index, 11) for options in SAMPLING for index in SAMPLED_PROMPTS]
    return {
        "model": subject.name, "folder": str(subject.folder.relative_to(ROOT)), "encoder_decoder": is_encoder_decoder(subject.model),
        "provenance": model_provenance("generation.golden_generation", subject.name, subject.folder, seed, note),
        "tolerance": {"sequences_scores": SCORE_TOLERANCE, "probabilities": 1e-5}, "add_special_tokens": subject.specials,
        "prompts": [{"text": text, "input_ids": ids} for text, ids in zip(subject.texts, subject.prompts, strict=True)], "cases": cases,
    }


def subjects():
    for name in [*GENERATORS, "gpt2-nocache", "gpt2-merged"]:
        seq2seq, model = name.split("-")[0] in ("t5", "bart", "marian"), name if name in GENERATORS else "gpt2-generation"
        yield name, lambda name=name, seq2seq=seq2seq, model=model: (Subject(name, MODEL_FOLDERS / name, lambda: build_generator(model), RANDOM_PROMPTS, seq2seq), seed_of(model), "transformers generate, PyTorch float32 on CPU, eager attention")
    for name, prompts in (("captions-en", CAPTION_PROMPTS), ("normalize-en", DATE_PROMPTS)):
        yield name, lambda name=name, prompts=prompts: (Subject(name, STARTERS / name, lambda: load_starter(name), prompts, True), None, "transformers generate, PyTorch float32 on CPU, weights dequantised from the ONNX files")


def main(wanted):
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    for name, make in subjects():
        if wanted in ("all", name):
            print(*write_golden(GOLDEN_GENERATION / f"{name}.json", document(*make())), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
