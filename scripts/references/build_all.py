"""Rebuild everything this folder owns: tokenizers that are missing, tiny models, golden files. About five minutes on two cores."""

import subprocess
import sys
from pathlib import Path

STEPS = ["train_tokenizers.py", "tiny_encoders.py", "tiny_sentence_transformers.py", "write_generators.py", "check_exports.py", "check_generation_exports.py", "golden_tasks.py", "golden_generation.py", "fill_mask.py"]

for step in STEPS:
    print(f"== {step}", flush=True)
    subprocess.run([sys.executable, str(Path(__file__).parent / step)], check=True)
