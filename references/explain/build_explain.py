"""Rebuild test/golden/explain: `python -m references.explain.build_explain [golden name …]`."""

import sys
import time

import numpy as np
import torch
from references.common.paths import GOLDEN_EXPLAIN, ROOT
from references.common.store import provenance, sha256, write_json
from references.explain.explain_cases import MODELS
from references.explain.explained_model import ExplainedModel
from references.explain.faithfulness import infidelity, measures, sensitivity_max
from references.explain.gradient_methods import (
    attention,
    attention_rollout,
    gradient_norm,
    integrated_grads,
    layer_integrated_grads,
    ordinary_values,
    queries_of,
    scaled_attention,
    simple_grads,
    smooth_grads,
)
from references.explain.perturbation_methods import exact_shapley, features_of, lime, masks_of, occlusion, spread, worth
from references.explain.targets import TARGETS, contrast

TOLERANCE = 1e-4
SEED = 11
BASELINES = ["pad", "mask", "zero"]
STEPS = [5, 20, 50]  # of the pad baseline; the others get the middle one
MOST_SHAPLEY_WORDS = 9
SMOOTH_DRAWS = 200
SMOOTH_CASES = 3  # draws are the dear part


def numbers(values):
    """Eight significant digits, nested."""
    if isinstance(values, dict):
        return {key: numbers(value) for key, value in values.items()}
    if isinstance(values, (list, tuple)):
        return [numbers(value) for value in values]
    if isinstance(values, (torch.Tensor, np.ndarray)):
        return numbers(values.tolist())
    return float(f"{values:.8g}") if isinstance(values, float) else values


class Case:
    """One input: collects {method, options, values} entries."""

    def __init__(self, model, row, target):
        self.model, self.row, self.target = model, row, target
        self.f = model.f(row, target)
        self.methods = []

    def add(self, method, values, **options):
        found = {"method": method, "options": options, "values": values}
        self.methods.append(found)
        return found

    def gradients(self):
        for reduction in ("sum", "l2"):
            self.add("simple_grads", simple_grads(self.model, self.row, self.target, reduction), reduction=reduction)
            self.add("gradient_norm", gradient_norm(self.model, self.row, self.target, reduction), reduction=reduction)

    def attention(self):
        reads = queries_of(self.target, self.row)
        for name, queries in (("first", [0]), ("target", reads)):
            self.add("attention", attention(self.model, self.row, queries), query=name)
            self.add("scaled_attention", scaled_attention(self.model, self.row, self.target, queries), query=name)
            self.add("attention_rollout", attention_rollout(self.model, self.row, queries), query=name)

    def integrated(self):
        for baseline in BASELINES:
            f_baseline = self.model.forward(self.row, self.model.baseline(self.row, baseline)[None], self.target).item()
            for rule in ("midpoint", "gauss_legendre", "left"):
                for n_steps in STEPS if baseline == "pad" else STEPS[1:2]:
                    values = integrated_grads(self.model, self.row, self.target, baseline, rule, n_steps)
                    found = self.add("integrated_grads", values, baseline=baseline, quadrature=rule, n_steps=n_steps)
                    found["fBaseline"] = f_baseline
                    found["gap"] = values.sum().item() - (self.f - f_baseline)

    def layers(self):
        if self.model.config.model_type == "albert":
            return  # one block that is run twice
        for layer in sorted({0, 1, self.model.layers - 1}):
            values = layer_integrated_grads(self.model, self.row, self.target, "pad", layer)
            found = self.add(
                "layer_integrated_grads", values, baseline="pad", layer=layer, quadrature="gauss_legendre", n_steps=20
            )
            f_baseline = self.model.forward(self.row, self.model.baseline(self.row, "pad")[None], self.target).item()
            found["fBaseline"] = f_baseline
            found["gap"] = values.sum().item() - (self.f - f_baseline)

    def perturbation(self):
        for granularity in ("token", "word"):
            for baseline in BASELINES if granularity == "token" else ["pad"]:
                falls = occlusion(self.model, self.row, self.target, baseline, granularity)
                values = spread(self.row, features_of(self.row, granularity), falls)
                self.add("occlusion", values, baseline=baseline, granularity=granularity)
        if len(self.row.words) <= MOST_SHAPLEY_WORDS:
            phi = exact_shapley(self.model, self.row, self.target, "pad")
            found = self.add(
                "kernel_shap", spread(self.row, self.row.words, phi), baseline="pad", granularity="word", exact=True
            )
            found["byWord"] = phi

    def lime(self, draws=40):
        masks = masks_of(len(self.row.words), draws, SEED)
        y = worth(self.model, self.row, self.target, "pad", masks)
        coefficients, intercept, weights = lime(masks, y)
        found = self.add("lime", spread(self.row, self.row.words, coefficients), baseline="pad", granularity="word")
        found |= {
            "masks": ["".join(map(str, mask)) for mask in masks],
            "f": y,
            "weights": weights,
            "byWord": coefficients,
            "intercept": float(intercept),
        }

    def smooth(self, noise=0.1):
        reduce = {
            "simple_grads": lambda points, gradient: (points * gradient).sum(-1),
            "gradient_norm": lambda points, gradient: gradient.norm(dim=-1),
        }
        draws = smooth_grads(self.model, self.row, self.target, noise, SMOOTH_DRAWS, SEED, reduce)
        for wraps, values in draws.items():
            found = self.add("smooth_grads", values.mean(0), wraps=wraps, noise=noise, n_samples=SMOOTH_DRAWS)
            found["deviation"] = values.std(0)  # of one draw: the mean of n is this / √n away

    def faithfulness(self):
        """Measures of one known explanation: integrated gradients, pad, 20 Gauss–Legendre steps, ordinary tokens."""
        label = self.target.terms[0][1][0]
        explain = lambda: integrated_grads(self.model, self.row, self.target, "pad", "gauss_legendre", 20)
        scores = [value.item() for value in ordinary_values(self.row, explain())]
        masks = masks_of(len(scores), 20, SEED)[1:]
        falls = self.f - worth(self.model, self.row, self.target, "pad", masks, "token")
        return {
            "scores": scores,
            "ways": [measures(self.model, self.row, label, scores, way) for way in ("delete", "pad", "mask")],
            "infidelity": {
                "masks": ["".join(map(str, mask)) for mask in masks],
                "falls": falls,
                **infidelity(scores, masks, falls),
            },
            "sensitivity": self.sensitivity(),
        }

    def sensitivity(self, radius=0.02, neighbours=5):
        """Gradient × input at x and at x + uniform noise in [−radius, radius]: the maps, and their largest change."""
        x = self.model.embeddings(self.row)
        generator = torch.Generator().manual_seed(SEED)
        noise = (torch.rand((neighbours, *x.shape), generator=generator, dtype=x.dtype) * 2 - 1) * radius
        points = torch.cat([x[None], x + noise])
        maps = (points * self.model.gradient(self.row, points, self.target)).sum(-1).numpy()
        return {"original": maps[0], "others": maps[1:], "largest": sensitivity_max(maps[0], maps[1:])}

    def written(self, **more):
        row = self.row
        return numbers(
            {
                "texts": list(row.texts),
                "inputIds": row.ids,
                "typeIds": row.types,
                "tokens": row.tokens,
                "special": row.special,
                "words": row.words,
                "target": self.target.described(),
                "f": self.f,
                **more,
                "methods": self.methods,
            }
        )


def explain(model, task, texts, number):
    row = model.encode(*texts)
    case = Case(model, row, TARGETS[task](model, row))
    case.gradients()
    case.attention()
    case.integrated()
    case.layers()
    case.perturbation()
    case.lime()
    if number < SMOOTH_CASES:
        case.smooth()
    more = {}
    if task == "sequence-classification":
        rival = contrast(model, row)
        more["contrast"] = {
            "target": rival.described(),
            "f": model.f(row, rival),
            "simple_grads": simple_grads(model, row, rival),
        }
        more["faithfulness"] = case.faithfulness()
    return case.written(**more)


def main(wanted):
    torch.set_num_threads(1)
    for folder, name, task, texts in MODELS:
        if wanted and name not in wanted:
            continue
        started = time.monotonic()
        model = ExplainedModel(folder)
        cases = [explain(model, task, text, number) for number, text in enumerate(texts)]
        about = provenance("explain.build_explain", seed=SEED, sha256=sha256(ROOT / folder / "onnx/model.onnx"))
        golden = {"provenance": about, "tolerance": TOLERANCE, "model": folder, "task": task, "cases": cases}
        write_json(GOLDEN_EXPLAIN / f"{name}.json", golden)
        gaps = [
            abs(m["gap"]) / max(abs(c["f"] - m["fBaseline"]), 1e-9)
            for c in cases
            for m in c["methods"]
            if m["method"] == "integrated_grads"
            and m["options"]["n_steps"] == 50
            and m["options"]["quadrature"] == "gauss_legendre"
        ]
        size = (GOLDEN_EXPLAIN / f"{name}.json").stat().st_size
        print(
            f"{name}: {time.monotonic() - started:.0f} s, {size // 1000} kB, worst relative gap at 50 Gauss–Legendre steps {max(gaps):.1e}",
            flush=True,
        )


if __name__ == "__main__":
    main(set(sys.argv[1:]))
