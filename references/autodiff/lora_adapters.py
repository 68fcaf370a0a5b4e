"""The PEFT adapters: which modules, which scaling; their weights are seeded multiples of 1/256."""

import torch
from peft import LoraConfig, get_peft_model

BERT_QV = ["query", "value"]

# base → adapter → LoraConfig arguments
ADAPTERS = {
    "bert": {
        "query-value": dict(r=4, lora_alpha=8, target_modules=BERT_QV),
        "query-value-other": dict(r=4, lora_alpha=8, target_modules=BERT_QV),
        "all-dense": dict(r=2, lora_alpha=4, target_modules=["query", "key", "value", "dense"]),
        "rank-stabilised-classifier": dict(
            r=4, lora_alpha=16, use_rslora=True, target_modules=BERT_QV, modules_to_save=["classifier"]
        ),
        "patterns": dict(
            r=4,
            lora_alpha=8,
            target_modules=r".*encoder\.layer\.\d+\.attention\.self\.(query|key)",
            rank_pattern={"layer.1.attention.self.key": 2},
            alpha_pattern={"query": 2},
        ),
        "layer-one-bias": dict(
            r=2, lora_alpha=2, target_modules=["output.dense"], layers_to_transform=[1], bias="lora_only"
        ),
    },
    "distilbert": {
        "query-value": dict(r=4, lora_alpha=8, target_modules=["q_lin", "v_lin"]),
        "feed-forward-classifier": dict(
            r=2,
            lora_alpha=6,
            target_modules=["lin1", "lin2", "out_lin"],
            modules_to_save=["pre_classifier", "classifier"],
        ),
    },
    "roberta": {
        "query-value": dict(r=4, lora_alpha=8, target_modules=BERT_QV),
        "key-rank-stabilised": dict(
            r=8,
            lora_alpha=4,
            use_rslora=True,
            target_modules=["key", "attention.output.dense"],
            modules_to_save=["classifier"],
        ),
    },
    "gpt2": {
        "attention": dict(r=4, lora_alpha=8, target_modules=["c_attn"], fan_in_fan_out=True),
        "all-score": dict(
            r=2,
            lora_alpha=4,
            target_modules=["c_attn", "c_proj", "c_fc"],
            fan_in_fan_out=True,
            modules_to_save=["score"],
        ),
    },
}

# Adapters that must be refused, with the modules that the message has to name.
MISFITS = {
    "wrong-shape": "made for a model of width 32",
    "unknown-module": "targets a module that the model does not have",
    "weight-decomposed": "uses DoRA, whose merge is not W + s·B·A",
}


def with_adapter(model, name, arguments, seed):
    """The model with one trained-looking adapter: PEFT starts at zero effect, so every adapter weight is drawn anew."""
    config = LoraConfig(task_type=None, inference_mode=True, **arguments)
    wrapped = get_peft_model(model, config)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, weight in sorted(wrapped.named_parameters()):
            if (
                "lora_" in key
                or "modules_to_save" in key
                or (arguments.get("bias") == "lora_only" and trained_bias(wrapped, key))
            ):
                draw = torch.randn(weight.shape, generator=generator) * 0.3
                value = weight + draw if "lora_" not in key else draw
                weight.copy_((value * 256).round() / 256)
    return wrapped.eval()


def trained_bias(wrapped, key):
    owner = key.rsplit(".base_layer.bias", 1)[0]
    return key.endswith(".base_layer.bias") and hasattr(wrapped.get_submodule(owner), "lora_A")
