"""Tiny random models whose gradients are worth comparing, and inputs for them."""

import inspect

import torch
from references.autodiff.architectures import ARCHITECTURES

SEED = 20
VOCABULARY = 64
STEP = 128  # weights are multiples of 1/128, which makes the files compress to a third
TASKS = {
    "seqcls": ("SequenceClassification", "sequence-classification", ["logits"]),
    "qa": ("QuestionAnswering", "question-answering", ["start_logits", "end_logits"]),
    "tokcls": ("TokenClassification", "token-classification", ["logits"]),
}


def outputs_of(task):
    return TASKS[task][2]


def build(name, task, attention="eager"):
    """A seeded model in eval mode, its weights scaled up so that no gradient is tiny."""
    arch = ARCHITECTURES[name]
    kwargs = dict(arch.config)
    if task != "qa":
        kwargs["num_labels"] = 3
    config = arch.config_class(**kwargs, attn_implementation=attention)
    model_class = arch.model_class(task)
    torch.manual_seed(SEED)
    model = model_class(config).eval()
    randomise(model, arch.scales)
    return model


def randomise(model, scales=None, seed=SEED):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in sorted(model.named_parameters()):
            draw = torch.randn(weight.shape, generator=generator)
            if weight.dim() >= 2:
                scale = 0.5 if "embed" in name.lower() else 1.3 / weight[0].numel() ** 0.5
                value = draw * scale
            elif "bias" in name:
                value = draw * 0.1
            else:
                value = 1 + draw * 0.2
            for part, factor in (scales or {}).items():
                value = value * factor if part in name else value
            weight.copy_((value * STEP).round() / STEP)
            weight.requires_grad_(False)


def inputs_of(name, batch=3, length=11, seed=5):
    """Token ids with right padding; row b is 2·b tokens shorter than row 0 (where length allows)."""
    arch = ARCHITECTURES[name]
    batch, length = arch.shapes.get((batch, length), (batch, length))
    generator = torch.Generator().manual_seed(seed)
    ids = torch.randint(5, VOCABULARY, (batch, length), generator=generator)
    mask = torch.ones(batch, length, dtype=torch.long)
    for row in range(batch):
        end = max(length - 2 * row, 4)
        ids[row, end:] = arch.pad
        mask[row, end:] = 0
        if arch.end_of_sequence is not None:
            ids[row, end - 1] = arch.end_of_sequence
    known = {"input_ids": ids, "attention_mask": mask}
    if "token_type_ids" in arch.inputs:
        types = torch.zeros(batch, length, dtype=torch.long)
        types[:, 5:] = 1
        known["token_type_ids"] = types * mask
    for extra, make in arch.extra_inputs.items():
        known[extra] = make(batch, length, generator)
    return {key: known[key] for key in arch.inputs}


def call(model, inputs, **more):
    accepted = inspect.signature(type(model).forward).parameters
    if "use_cache" in accepted:
        more["use_cache"] = False
    return model(**inputs, **more, return_dict=True)
