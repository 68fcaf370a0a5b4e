"""Write the text files of a model folder in transformers.js layout."""

import json
import shutil
from pathlib import Path

from references.common.paths import MODEL_FOLDERS, TOKENIZERS


def write_config(path, value):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def write_folder(name, model, tokenizer, tokenizer_class, tokens, max_length, **extra):
    """config.json, tokenizer.json, tokenizer_config.json and special_tokens_map.json; gives the folder."""
    folder = MODEL_FOLDERS / name
    config = {**model.config.to_diff_dict(), "architectures": [type(model).__name__], "model_type": model.config.model_type}
    for key in ("vocab_size", "max_position_embeddings", "pad_token_id", "id2label", "label2id", "num_attention_heads", "num_hidden_layers", "hidden_size", "is_encoder_decoder"):
        value = getattr(model.config, key, None)
        if value is not None:
            config[key] = value
    if type(model).__name__.endswith(("Model", "QuestionAnswering", "LMHeadModel", "ForCausalLM", "ForMaskedLM", "ForConditionalGeneration", "MarianMTModel")):
        config.pop("id2label", None), config.pop("label2id", None)
    config.pop("_attn_implementation_autoset", None)
    write_config(folder / "config.json", dict(sorted(config.items())))
    shutil.copyfile(TOKENIZERS / f"{tokenizer}.json", folder / "tokenizer.json")
    write_config(folder / "tokenizer_config.json", {"tokenizer_class": tokenizer_class, "model_max_length": max_length, **tokens, **extra})
    write_config(folder / "special_tokens_map.json", tokens)
    return folder
