"""The last of transformers' hidden states, and how many there are, for one task of each architecture of the index."""

import json

from references.autodiff.architectures import ARCHITECTURES
from references.autodiff.reference import TOLERANCE
from references.autodiff.tiny_model import SEED, TASKS, build, call, outputs_of
from references.common.paths import GOLDEN_AUTODIFF
from references.common.store import pack, provenance, unpack, write_json

SHORT = {long: short for short, (_, long, _) in TASKS.items()}


def main():
    cases = json.loads((GOLDEN_AUTODIFF / "index.json").read_text())["cases"]
    wanted = {}
    for case in cases:
        if case["group"] in ("core", "extra") and case["architecture"] in ARCHITECTURES:
            # Index order puts classification first where an architecture has it.
            wanted.setdefault(case["architecture"], case)
            if case["architecture"] in ("t5", "umt5") and case["task"] == "token-classification":
                wanted[case["architecture"]] = case  # its encoder alone
    models = {}
    for name, case in wanted.items():
        states = last_states(name, SHORT[case["task"]], json.loads((GOLDEN_AUTODIFF / case["golden"]).read_text()))
        if states:
            models[case["golden"]] = states
    write_json(
        GOLDEN_AUTODIFF / "hidden-states.json",
        {"provenance": provenance("autodiff.build", ("torch", "transformers", "numpy"), seed=SEED), "tolerance": TOLERANCE, "models": models},
    )


def last_states(name, task, golden):
    """None for models without hidden states, with a decoder of their own, or that this transformers computes otherwise."""
    inputs = {key: unpack(value) for key, value in golden["inputs"].items()}
    try:
        result = call(build(name, task, "eager").double(), inputs, output_hidden_states=True)
    except Exception as error:
        print(f"  {name}-{task}: {type(error).__name__}", flush=True)
        return None
    for output in outputs_of(task):
        expected = unpack(golden["outputs"][output]).double()
        if (result[output] - expected).abs().max() > 1e-4 * expected.abs().max():
            print(f"  {name}-{task}: other outputs than the golden", flush=True)
            return None
    states = result.get("hidden_states")
    if not states or result.get("encoder_hidden_states") is not None:
        return None
    print(f"  {name}-{task}: {len(states)} of {tuple(states[-1].shape)}", flush=True)
    return {"count": len(states), "last": pack(states[-1])}


if __name__ == "__main__":
    main()
