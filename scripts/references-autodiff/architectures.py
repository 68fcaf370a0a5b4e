"""The architectures that are exported: configuration and peculiarities of each."""

from dataclasses import dataclass, field

import transformers as T

SIZE = dict(vocab_size=64, hidden_size=16, num_hidden_layers=2, num_attention_heads=2)
ENCODER = dict(**SIZE, intermediate_size=32, max_position_embeddings=32, pad_token_id=0)
IDS = ["input_ids", "attention_mask"]
PAIR = [*IDS, "token_type_ids"]

_SUFFIX = {"seqcls": "ForSequenceClassification", "qa": "ForQuestionAnswering", "tokcls": "ForTokenClassification"}


@dataclass
class Architecture:
    prefix: str  # class name prefix in transformers
    config: dict
    inputs: list = field(default_factory=lambda: IDS)
    tasks: tuple = ("seqcls",)
    pad: int = 0
    end_of_sequence: int | None = None  # token that the model looks for
    shapes: dict = field(default_factory=dict)  # wanted (batch, length) → possible one
    extra_inputs: dict = field(default_factory=dict)  # name → make(batch, length, generator)
    classes: dict = field(default_factory=dict)  # task → class name, where it is unusual
    config_name: str | None = None
    scales: dict = field(default_factory=dict)  # part of a weight's name → factor on its usual size

    @property
    def config_class(self):
        return getattr(T, self.config_name or f"{self.prefix}Config")

    def model_class(self, task):
        return getattr(T, self.classes.get(task, self.prefix + _SUFFIX[task]))


ALL = ("seqcls", "qa", "tokcls")

CORE = {
    "bert": Architecture("Bert", ENCODER, PAIR, ALL),
    "distilbert": Architecture(
        "DistilBert",
        dict(vocab_size=64, dim=16, n_layers=2, n_heads=2, hidden_dim=32, max_position_embeddings=32),
        IDS,
        ALL,
    ),
    "roberta": Architecture("Roberta", dict(ENCODER, type_vocab_size=1, pad_token_id=1), IDS, ALL, pad=1),
    "albert": Architecture("Albert", dict(ENCODER, embedding_size=8), PAIR, ALL),
    "mpnet": Architecture("MPNet", dict(ENCODER, pad_token_id=1), IDS, ALL, pad=1),
    "electra": Architecture("Electra", dict(ENCODER, embedding_size=8), PAIR, ALL),
    "deberta-v2": Architecture(
        "DebertaV2",
        dict(
            ENCODER,
            relative_attention=True,
            position_buckets=8,
            norm_rel_ebd="layer_norm",
            share_att_key=True,
            pos_att_type="p2c|c2p",
            position_biased_input=False,
            type_vocab_size=0,
        ),
        IDS,
        ALL,
    ),
    "modernbert": Architecture(
        "ModernBert",
        dict(
            ENCODER,
            global_attn_every_n_layers=2,
            local_attention=8,
            bos_token_id=1,
            eos_token_id=2,
            cls_token_id=1,
            sep_token_id=2,
        ),
        IDS,
        ALL,
    ),
}

ARCHITECTURES = dict(CORE)


def register_extras():
    """Add the architectures beyond the core; separate, since those tables build on this module."""
    from extra_decoders import DECODERS
    from extra_encoders import ENCODERS

    EXTRA = {**ENCODERS, **DECODERS}
    ARCHITECTURES.update(EXTRA)
    return EXTRA
