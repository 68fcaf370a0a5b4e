"""Architectures beyond the core, legacy exporter at opset 17 (some with sdpa attention as well)."""

import sys

from references.autodiff.architectures import EXTRA
from references.autodiff.export import export
from references.autodiff.index import replace_group
from references.autodiff.make_case import reason, write_case
from references.autodiff.reference import golden
from references.common.paths import GOLDEN_AUTODIFF
from references.common.store import write_json

ALSO_SDPA = {"llama", "gpt2", "bart", "gemma", "xlm-roberta", "jina-v3", "qwen2", "mistral"}


def main(only=None):
    cases, failures = [], []
    for name, arch in EXTRA.items():
        if only and name not in only:
            continue
        for task in arch.tasks:
            try:
                reference = golden(name, task, brief=True)
            except Exception as error:
                print(f"  {name}-{task} FAILED {reason(error)}", flush=True)
                failures.append({"name": f"{name}-{task}", "reason": f"torch: {reason(error)}"})
                continue
            done = 0
            for attention in ("eager", "sdpa"):
                if attention == "sdpa" and name not in ALSO_SDPA:
                    continue
                described = dict(architecture=name, task=task, exporter="legacy", opset=17, attention=attention)
                label = f"{name}-{task}-legacy17-{attention}"
                try:
                    data = export(name, task, "legacy", 17, attention)
                    cases.append(write_case(label, data, reference, f"{name}-{task}.json", **described))
                    done += 1
                except Exception as error:
                    print(f"  {label} FAILED {reason(error)}", flush=True)
                    failures.append({"name": label, "reason": reason(error)})
            if done:
                print(
                    f"    deviation {reference['float32Deviation']:.1e}, {sorted(next(iter(reference['targets'].values()))['gradients'])}"
                )
                write_json(GOLDEN_AUTODIFF / f"{name}-{task}.json", reference)
    if not only:
        replace_group("extra", cases, failures)


if __name__ == "__main__":
    main(set(sys.argv[1:]))
