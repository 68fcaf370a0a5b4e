"""Seeded random weights that are large enough to tell inputs apart."""

import torch


def randomise(model, seed, gain=1.2, head_gain=3.0, heads=("classifier", "qa_outputs", "score", "cls"), position_std=0.3, embedding_std=0.5, keep=()):
    """Fill every parameter from one generator, in the order of names, so that the result depends on the seed only.

    Matrices get std gain/sqrt(fan in) (heads head_gain), embeddings 0.5, norm weights 1 ± 0.1, biases ± 0.1.
    Parameters with a name in `keep` (parts of names) stay as they are."""
    generator = torch.Generator().manual_seed(seed)
    embeddings = {id(m.weight) for m in model.modules() if isinstance(m, torch.nn.Embedding)}
    transposed = {id(m.weight) for m in model.modules() if type(m).__name__ == "Conv1D"}
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            if any(part in name for part in keep):
                continue
            noise = torch.randn(parameter.shape, generator=generator)
            if parameter.dim() == 1:
                centre = 1.0 if name.endswith("weight") else 0.0
                parameter.copy_(centre + 0.1 * noise)
            elif id(parameter) in embeddings:
                parameter.copy_((position_std if "position" in name else embedding_std) * noise)
            else:
                factor = head_gain if name.split(".")[0] in heads else gain
                parameter.copy_(factor * noise / parameter.shape[0 if id(parameter) in transposed else -1] ** 0.5)
    return model.eval()


def balance(model, bias, rows):
    """Shift a classifier's bias so that its mean logits over `rows` (lists of token ids) are zero: every label then occurs."""
    with torch.no_grad():
        logits = [model(input_ids=torch.tensor([row])).logits.reshape(-1, len(bias)).mean(0) for row in rows]
        bias -= torch.stack(logits).mean(0)
    return model
