"""Write test/golden/tasks/<model>.json for the tiny encoders and the starter models. Argument: part of a name, or all."""

import sys

import torch
from references.common.encode import Encoder
from references.common.paths import GOLDEN_TASKS, MODEL_FOLDERS, ROOT, STARTERS
from references.common.starter_weights import load_starter
from references.common.store import model_provenance, write_golden
from references.tasks.golden_classification import choice_cases, sequence_cases, sequence_inputs, token_cases
from references.tasks.golden_embedding import embedding_cases, sentence_cases
from references.tasks.golden_question_answering import question_cases
from references.tasks.inputs import SINGLE
from references.tasks.qa_decode import self_check
from references.tasks.tiny_encoders import MODELS, build, seed_of
from references.tasks.tiny_sentence_transformers import FOLDERS, reference

BERT_INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
STARTER_TASKS = {
    "sentiment-en": "sequence-classification", "nli-en": "sequence-classification", "ner-en": "token-classification",
    "qa-en": "question-answering", "all-minilm-l6-v2": "embedding",
}
TOLERANCE = {
    "sequence-classification": {"logits": 1e-4, "probabilities": 1e-5}, "regression": {"logits": 1e-4}, "multiple-choice": {"logits": 1e-4, "probabilities": 1e-5},
    "token-classification": {"logits": 1e-4, "probabilities": 1e-5}, "question-answering": {"logits": 1e-4, "score_relative": 2e-4}, "embedding": {"all": 1e-4}, "sentence-embedding": {"embedding": 1e-5},
}


def cases_of(task, model, encoder, name, pooler):
    if task == "token-classification":
        return token_cases(model, encoder, SINGLE)
    if task == "question-answering":
        return question_cases(model, encoder)
    if task == "embedding":
        return embedding_cases(model, encoder, pooler)
    if task == "multiple-choice":
        return choice_cases(model, encoder)
    return sequence_cases(model, encoder, sequence_inputs(name))


def document(name, folder, task, model, cases, seed, note):
    labels = [model.config.id2label[i] for i in range(model.config.num_labels)] if "classification" in task else None
    return {
        "model": name, "folder": str(folder.relative_to(ROOT)), "task": task, **({"labels": labels} if labels else {}),
        "provenance": model_provenance("tasks.golden_tasks", name, folder, seed, note), "tolerance": TOLERANCE[task], "cases": cases,
    }


def tiny(arch, task):
    model, name, inputs, outputs = build(arch, task)
    encoder = Encoder(MODEL_FOLDERS / name, inputs, model.config.pad_token_id)
    cases = cases_of(task, model, encoder, name, "pooler_output" in outputs)
    return document(name, MODEL_FOLDERS / name, task, model, cases, seed_of(name), "PyTorch float32 on CPU, eager attention, eval mode")


def starter(name):
    task = STARTER_TASKS[name]
    model = load_starter(name, ("pooler.dense.weight", "pooler.dense.bias") if task == "embedding" else ())
    encoder = Encoder(STARTERS / name, BERT_INPUTS, 0)
    cases = cases_of(task, model, encoder, name, False)
    if task == "embedding":
        cases = [case | {"sentence": case["mean"] / case["mean"].norm()} for case in cases]
    return document(name, STARTERS / name, task, model, cases, None, "PyTorch float32 on CPU, weights dequantised from the ONNX file")


def sentence(name):
    model = reference(name)
    encoder = Encoder(MODEL_FOLDERS / name, build(FOLDERS[name][0], "embedding")[2], build(FOLDERS[name][0], "embedding")[0].config.pad_token_id)
    return document(name, MODEL_FOLDERS / name, "sentence-embedding", model, sentence_cases(model, encoder), seed_of(name), "sentence-transformers on PyTorch float32, CPU")


def main(wanted):
    torch.set_num_threads(1)
    self_check()
    jobs = {f"{arch}-{task}": lambda arch=arch, task=task: tiny(arch, task) for arch, task in MODELS}
    jobs |= {name: lambda name=name: starter(name) for name in STARTER_TASKS} | {name: lambda name=name: sentence(name) for name in FOLDERS}
    for name, job in jobs.items():
        if wanted in ("all", name):
            result = job()
            assert len(result["cases"]) >= 20
            print(*write_golden(GOLDEN_TASKS / f"{name}.json", result), flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "all")
