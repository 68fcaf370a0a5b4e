"""Reference values from torch.autograd: outputs, embeddings, attention and their gradients."""

import contextlib

import torch
import torch.nn.functional as F
from references.autodiff.tiny_model import SEED, build, call, inputs_of, outputs_of
from references.common.store import pack, provenance

TOLERANCE = 1e-5  # of the largest absolute reference value of a tensor


@contextlib.contextmanager
def captured_embedding(model, replace=None):
    """Catch the first look-up in the token embedding table, i.e. the Gather fed by input_ids.

    Yields a dict whose "value" is the looked-up tensor as an autograd leaf; `replace` stands in for it.
    """
    table = model.get_input_embeddings().weight
    original = F.embedding
    caught = {}

    def embedding(ids, weight, *rest, **named):
        out = original(ids, weight, *rest, **named)
        if weight is table and "value" not in caught:
            out = out.detach() if replace is None else replace
            caught["value"] = out if out.requires_grad else out.requires_grad_(True)
            return caught["value"].clone()  # some models scale it in place
        return out

    F.embedding = embedding
    try:
        yield caught
    finally:
        F.embedding = original


def targets(task, logits, inputs):
    """The explained scalars, each summed over the batch rows: name → (description, value)."""
    mask = inputs.get("attention_mask")
    if task == "seqcls":
        picked = logits["logits"].argmax(-1)
        return {
            "logit": (
                "sum over rows of the predicted class's logit",
                logits["logits"].gather(1, picked[:, None]).sum(),
            ),
            "loss": (
                "sum over rows of the cross entropy against the class after the predicted one",
                F.cross_entropy(logits["logits"], (picked + 1) % logits["logits"].shape[-1], reduction="sum"),
            ),
        }
    if task == "tokcls":
        token = logits["logits"][:, 2]
        picked = token.argmax(-1)
        every = logits["logits"].argmax(-1)
        losses = F.cross_entropy(logits["logits"].transpose(1, 2), (every + 1) % 3, reduction="none")
        return {
            "logit": (
                "sum over rows of the predicted class's logit of token 2",
                token.gather(1, picked[:, None]).sum(),
            ),
            "loss": (
                "sum over rows and unpadded tokens of the cross entropy against the class after the predicted one",
                (losses * mask).sum(),
            ),
        }
    start, end = logits["start_logits"], logits["end_logits"]
    hidden = mask == 0
    i = start.masked_fill(hidden, float("-inf")).argmax(-1)
    j = end.masked_fill(hidden, float("-inf")).argmax(-1)
    return {
        "span": (
            "sum over rows of start_logits[i] + end_logits[j], i and j the best unpadded positions",
            start.gather(1, i[:, None]).sum() + end.gather(1, j[:, None]).sum(),
        ),
        "loss": (
            "sum over rows of the mean of both cross entropies against position 1",
            (
                F.cross_entropy(start, torch.ones_like(i), reduction="sum")
                + F.cross_entropy(end, torch.ones_like(j), reduction="sum")
            )
            / 2,
        ),
    }


def autograd(model, task, inputs):
    """All reference tensors of one model, as a flat dict name → tensor."""
    with captured_embedding(model) as caught:
        result = call(model, inputs, output_attentions=True, output_hidden_states=True)
    embeddings = caught["value"]
    names = outputs_of(task)
    logits = {name: result[name] for name in names}
    attention = last_attention(result)
    hidden = middle_hidden(result)
    wanted = {"embeddings": embeddings, "attention.last": attention, "hidden.1": hidden}
    wanted = {key: value for key, value in wanted.items() if value is not None and value.requires_grad}
    found = {f"output/{name}": value for name, value in logits.items()}
    found |= {f"value/{name}": value for name, value in wanted.items()}
    for target, (_, scalar) in targets(task, logits, inputs).items():
        found[f"{target}/value"] = scalar
        seeds = torch.autograd.grad(scalar, list(logits.values()), retain_graph=True)
        grads = torch.autograd.grad(scalar, list(wanted.values()), retain_graph=True, allow_unused=True)
        found |= {f"{target}/seed/{name}": seed for name, seed in zip(names, seeds)}
        found |= {f"{target}/grad/{name}": g for name, g in zip(wanted, grads) if g is not None}
    return {key: value.detach() for key, value in found.items()}


def last_attention(result):
    """Probabilities of the last layer, [batch, heads, query, key], when the model reports them."""
    for key in ("attentions", "decoder_attentions"):
        layers = [a for a in (result.get(key) or ()) if torch.is_tensor(a) and a.dim() == 4]
        if layers and torch.allclose(layers[-1].sum(-1), torch.ones((), dtype=layers[-1].dtype), atol=1e-3):
            return layers[-1]  # SqueezeBERT reports the scores before the softmax: not these
    return None


def middle_hidden(result):
    """Hidden state after the first layer, [batch, length, width]."""
    states = result.get("hidden_states") or result.get("encoder_hidden_states")
    return states[1] if states is not None and len(states) > 1 else None


def golden(name, task, build_model=build, inputs=None, brief=False, **more):
    """The golden of one (architecture, task); float64 arithmetic, rounded to float32 when written.

    `brief` leaves out hidden states and, for the loss, everything but the embeddings.
    """
    inputs = inputs if inputs is not None else inputs_of(name)
    single = autograd(build_model(name, task, "eager"), task, inputs)
    double = autograd(build_model(name, task, "eager").double(), task, inputs)
    if brief:
        double = {
            key: value
            for key, value in double.items()
            if not key.endswith("hidden.1") and key != "loss/grad/attention.last"
        }
    described = targets(task, {out: double[f"output/{out}"] for out in outputs_of(task)}, inputs)
    described = {target: text for target, (text, _) in described.items()}
    return write_down(inputs, single, double, described, architecture=name, **more)


def write_down(inputs, single, double, described, **more):
    """Golden from the float32 and float64 results; `described`: target → what it is."""
    deviation = {}
    for key in single.keys() & double.keys():
        scale = double[key].abs().max().item()
        if key.endswith("/value") or scale == 0:
            continue
        deviation[key] = (single[key] - double[key]).abs().max().item() / scale
    bad = [key for key, value in double.items() if not torch.isfinite(value).all()]
    if bad:
        raise ValueError(f"not finite in float64: {', '.join(bad)}")
    return {
        "provenance": provenance("autodiff.build", seed=SEED, **more),
        "tolerance": more.get("tolerance", max(TOLERANCE, round(3 * max(deviation.values()), 6))),
        "float32Deviation": round(max(deviation.values()), 9),
        "inputs": {key: pack(value) for key, value in inputs.items()},
        "outputs": section(double, "output/"),
        "values": section(double, "value/"),
        "targets": {
            target: {
                "of": described[target],
                "value": double[f"{target}/value"].item(),
                "seeds": section(double, f"{target}/seed/"),
                "gradients": section(double, f"{target}/grad/"),
            }
            for target in described
        },
    }


def section(found, prefix):
    return {key[len(prefix) :]: pack(value) for key, value in found.items() if key.startswith(prefix)}
