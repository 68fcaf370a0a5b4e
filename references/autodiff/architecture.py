"""What is told of an exported architecture, and the sizes and inputs that most of them share."""

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
