"""A tiny BertForMaskedLM with an onnx/model.onnx (logits [B, T, V]) and its golden file test/golden/fill-mask/bert-fill-mask.json."""

import torch
from references.common.encode import Encoder, chunks
from references.common.export_onnx import export_encoder
from references.common.model_folder import write_folder
from references.common.paths import GOLDEN_FILL_MASK, MODEL_FOLDERS, ROOT, TOKENIZERS
from references.common.random_weights import randomise
from references.common.store import model_provenance, write_golden
from references.tasks.tiny_configs import ARCHITECTURES, MAX_LENGTH
from references.tasks.tiny_encoders import seed_of
from transformers import BertForMaskedLM

from tokenizers import Tokenizer

NAME, INPUTS, TOP = "bert-fill-mask", ["input_ids", "attention_mask", "token_type_ids"], 20
TEXTS = [
    "The library [MASK] at nine in the morning.", "She bought three [MASK] at the market.", "[MASK] was born in Warsaw.", "Where is the [MASK]?", "[MASK]", "[MASK] [MASK] [MASK]",
    "The [MASK] closes at [MASK].", "Le café est [MASK] à midi.", "東京は[MASK]の首都です。", "I love this [MASK] 😀", "A man plays a [MASK].", "Two dogs run [MASK] the beach.",
    "The price [MASK] by 12.5 percent.", "It isn't the [MASK] hotel.", "Good tools make [MASK] work.", "Nobody [MASK] the answer, but [MASK] asked.", "Please send your [MASK] to the office.",
    "A train from [MASK] to [MASK]", "The museum shows [MASK], maps and coins", "[MASK] and [MASK]", "word " * 70 + "[MASK]",
]


def build():
    make_config, tokenizer, *_ = ARCHITECTURES["bert"]
    config = make_config(Tokenizer.from_file(str(TOKENIZERS / f"{tokenizer}.json")).get_vocab_size())
    torch.manual_seed(0)
    model = randomise(BertForMaskedLM._from_config(config, attn_implementation="eager"), seed_of(NAME))
    with torch.no_grad():
        model.cls.predictions.transform.LayerNorm.weight *= 1.5
    model.per_token = True
    return model


def cases(model, encoder):
    """Best TOP tokens (order of probability) of every mask; padded batches of eight. A text cut before its mask has none."""
    mask, result = encoder.tokenizer.token_to_id("[MASK]"), []
    for number, batch in enumerate(chunks(TEXTS)):
        rows, cuts = zip(*[encoder.encode(text) for text in batch], strict=True)
        fields = encoder.pad(rows)
        with torch.no_grad():
            logits = model(**encoder.feed(fields)).logits
        for row, text in enumerate(batch):
            masks = []
            for position in [p for p, token in enumerate(rows[row].ids) if token == mask]:
                probabilities = torch.softmax(logits[row, position].double(), -1)
                best = probabilities.topk(TOP)
                near = bool((best.values[:-1] - best.values[1:] < 1e-4 * best.values[:-1]).any())
                masks.append({"position": position, "ids": best.indices, "tokens": [encoder.tokenizer.id_to_token(int(i)) for i in best.indices], "probabilities": best.values, "logits": logits[row, position][best.indices], "near_tie": near})
            result.append({"input": text, "batch": number, "truncation": cuts[row], "length": len(rows[row].ids), "input_ids": fields["input_ids"][row], "masks": masks})
    return result


if __name__ == "__main__":
    torch.set_num_threads(1)
    model = build()
    folder = write_folder(NAME, model, "bert", "BertTokenizer", ARCHITECTURES["bert"][3], MAX_LENGTH)
    export_encoder(model, INPUTS, ["logits"], folder / "onnx" / "model.onnx")
    document = {
        "model": NAME, "folder": str(folder.relative_to(ROOT)), "task": "fill-mask", "provenance": model_provenance("tasks.fill_mask", "", folder, seed_of(NAME), "PyTorch float32 on CPU, eager attention, eval mode"),
        "tolerance": {"logits": 1e-4, "probabilities": 1e-5}, "cases": cases(model, Encoder(MODEL_FOLDERS / NAME, INPUTS, 0)),
    }
    print(*write_golden(GOLDEN_FILL_MASK / f"{NAME}.json", document))
