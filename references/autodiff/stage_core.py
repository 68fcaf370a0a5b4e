"""The eight core architectures × three tasks × three exporters × eager and sdpa attention."""

from references.autodiff.core_encoders import CORE
from references.autodiff.export import export
from references.autodiff.index import replace_group
from references.autodiff.make_case import reason, write_case
from references.autodiff.reference import golden
from references.common.paths import GOLDEN_AUTODIFF
from references.common.store import write_json

EXPORTERS = [("legacy", 17), ("legacy", 14), ("dynamo", 18)]


def main():
    cases, failures = [], []
    goldens = {}
    for name, arch in CORE.items():
        for task in arch.tasks:
            goldens[name, task] = golden(name, task)
            write_json(GOLDEN_AUTODIFF / f"{name}-{task}.json", goldens[name, task])
    for exporter, opset in EXPORTERS:
        for name, arch in CORE.items():
            for task in arch.tasks:
                for attention in ("eager", "sdpa"):
                    if attention == "sdpa" and not arch.model_class(task)._supports_sdpa:
                        continue
                    described = dict(architecture=name, task=task, exporter=exporter, opset=opset, attention=attention)
                    label = f"{name}-{task}-{exporter}{opset}-{attention}"
                    try:
                        data = export(name, task, exporter, opset, attention)
                        cases.append(write_case(label, data, goldens[name, task], f"{name}-{task}.json", **described))
                    except Exception as error:
                        print(f"  {label} FAILED {reason(error)}", flush=True)
                        failures.append({"name": label, "reason": reason(error)})
    replace_group("core", cases, failures)
