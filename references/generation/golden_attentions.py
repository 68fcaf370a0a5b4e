"""Write test/golden/generation-attentions/<model>.json: attention weights of every generation step, from transformers in PyTorch."""

import sys

import torch
from references.common.paths import GOLDEN_GENERATION_ATTENTIONS, ROOT
from references.common.store import model_provenance, write_golden
from references.generation.golden_generation import subjects
from transformers.utils import logging

MODELS = ("gpt2-generation", "llama-generation", "t5-generation", "bart-generation")
# (name, options); the shortest prompts keep the files small
SETTINGS = (("greedy", {}), ("beam-2", {"num_beams": 2}))
BASE = {"do_sample": False, "num_beams": 1, "max_new_tokens": 3, "min_new_tokens": 3, "no_repeat_ngram_size": 0, "early_stopping": False}
FIELDS = ("attentions", "encoder_attentions", "decoder_attentions", "cross_attentions")


def plain(value):
    """Tuples of tensors as nested lists, at six digits."""
    if isinstance(value, torch.Tensor):
        return [[[[round(x, 6) for x in row] for row in head] for head in rows] for rows in value.tolist()]
    return [plain(item) for item in value]


def case(subject, name, options, index):
    fields = subject.inputs([subject.prompts[index]])
    with torch.no_grad():
        result = subject.model.generate(**fields, **{**BASE, **options}, return_dict_in_generate=True, output_attentions=True, output_scores=True)
    found = {field: plain(getattr(result, field)) for field in FIELDS if getattr(result, field, None) is not None}
    return {"name": name, "options": {**BASE, **options}, "prompt": subject.texts[index], "sequences": result.sequences.tolist(), **found}


def main():
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    for name, make in subjects():
        if name not in MODELS or (len(sys.argv) > 1 and name not in sys.argv[1:]):
            continue
        subject, seed, note = make()
        subject.model.generation_config.max_length = None
        shortest = sorted(range(len(subject.prompts)), key=lambda i: (len(subject.prompts[i]), i))
        chosen = (shortest[3], shortest[8])
        cases = [case(subject, label, options, index) for label, options in SETTINGS for index in chosen]
        document = {
            "model": name, "folder": str(subject.folder.relative_to(ROOT)), "add_special_tokens": subject.specials, "tolerance": 1e-5,
            "provenance": model_provenance("generation.golden_attentions", name, subject.folder, seed, note), "cases": cases,
        }
        print(*write_golden(GOLDEN_GENERATION_ATTENTIONS / f"{name}.json", document), flush=True)


if __name__ == "__main__":
    main()
