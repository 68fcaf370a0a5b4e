"""Hand-made text models, by the legacy exporter at opset 17 and the dynamo exporter at opset 18."""

from references.autodiff.architecture import IDS
from references.autodiff.export import export_model
from references.autodiff.handmade import EVEN, MODELS, UNSUPPORTED
from references.autodiff.index import replace_group
from references.autodiff.make_case import reason, write_case
from references.autodiff.reference import golden
from references.autodiff.tiny_model import inputs_of, randomise
from references.common.paths import GOLDEN_AUTODIFF
from references.common.store import write_json


def build(name):
    model = MODELS[name][0]().eval()
    randomise(model)
    for key, buffer in model.named_buffers():  # as if batch normalisation had seen data
        if key.endswith("running_mean"):
            buffer.fill_(0.25)
        elif key.endswith("running_var"):
            buffer.fill_(1.5)
    return model


def inputs(name, batch, length, seed):
    made = inputs_of("distilbert", batch, length + 1 if name in EVEN else length, seed)
    return {key: made[key] for key in IDS}


def main():
    cases, failures = [], []
    for name, (_, task) in MODELS.items():
        reference = golden(name, task, lambda *_: build(name), inputs(name, 3, 11, 5), brief=True)
        write_json(GOLDEN_AUTODIFF / f"{name}-{task}.json", reference)
        for exporter, opset in (("legacy", 17), ("legacy", 14), ("dynamo", 18)):
            label = f"{name}-{task}-{exporter}{opset}"
            described = dict(architecture=name, task=task, exporter=exporter, opset=opset, attention="none")
            if name in UNSUPPORTED:
                described |= {"unsupported": True, "note": UNSUPPORTED[name]}
            try:
                data = export_model(build(name), inputs(name, 2, 9, 9), ["logits"], exporter, opset)
                cases.append(write_case(label, data, reference, f"{name}-{task}.json", **described))
            except Exception as error:
                print(f"  {label} FAILED {reason(error)}", flush=True)
                failures.append({"name": label, "reason": reason(error)})
        print(f"    deviation {reference['float32Deviation']:.1e}")
    replace_group("handmade", cases, failures)
