"""Rebuild tiny models and the goldens of tasks and generation: `python -m references.build`. Five minutes on two cores."""

import subprocess
import sys

STEPS = [
    "tokenizers.train",
    "tasks.tiny_encoders",
    "tasks.tiny_sentence_transformers",
    "generation.write_generators",
    "tasks.check_exports",
    "generation.check_exports",
    "tasks.golden_tasks",
    "generation.golden_generation",
    "generation.golden_attentions",
    "tasks.fill_mask",
]

for step in STEPS:
    print(f"== {step}", flush=True)
    subprocess.run([sys.executable, "-m", f"references.{step}"], check=True)
